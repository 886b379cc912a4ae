/* support_replicas.h - four scripted replicas behind real listeners, on a thread of their own, and
 * the files with which a client reaches them. They execute each lane by themselves: there is no
 * agreement, and none is needed, because one client's lane is an order already. */
#ifndef STRATEGOS_TESTS_SUPPORT_REPLICAS_H
#define STRATEGOS_TESTS_SUPPORT_REPLICAS_H

#include "strategos/client.h"
#include "support/folder.h"

#define SCRIPTED_COUNT 4u

enum script {
    SCRIPT_LOYAL,
    SCRIPT_SILENT,    /* takes everything, says nothing */
    SCRIPT_LIAR,      /* answers wrongly, all liars alike */
    SCRIPT_GARBLED,   /* answers with bytes that are no message */
    SCRIPT_BUSY_ONCE, /* says busy to each segment's first copy */
    SCRIPT_FORGETFUL, /* says of the client's first session that it is gone */
    SCRIPT_LOSSY,     /* every other frame of replies gets lost */
    SCRIPT_AWAY,      /* its socket is closed */
};

struct replicas;

/* Starts them, all loyal. */
struct replicas *replicas_start(void);
void replicas_stop(struct replicas *replicas);

/* Takes effect before it returns. */
void replicas_script(struct replicas *replicas, unsigned id, enum script script);

/* A client of theirs. */
struct strategos_client *replicas_client(struct replicas *replicas, uint32_t timeout_ms,
                                         uint32_t in_flight_max);
const char *replicas_group_path(const struct replicas *replicas);
const char *replicas_key_path(const struct replicas *replicas);
/* A key file that the group does not know. */
const char *replicas_foreign_key_path(const struct replicas *replicas);

/* Requests that a replica executed, over all sessions. */
uint64_t replicas_executed(struct replicas *replicas, unsigned id);
/* Segments whose signature or chain was wrong: none ever. */
uint64_t replicas_complaints(struct replicas *replicas);

#endif
