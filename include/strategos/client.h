/* strategos/client.h - submit commands to a group of replicas, from C.
 *
 * A command is bytes for the group's state machine (for the built-in key-value machine see kv.h).
 * It is sent to every replica, ordered by the group, and executed exactly once; its result is
 * believed when f+1 replicas say the same, so that no f lying ones can make one up. Many commands
 * may be under way; those of one client take effect in the order in which they were submitted.
 *
 * For a simple program:
 *
 *     struct strategos_client *client;
 *     char reason[STRATEGOS_REASON_BYTES];
 *     if (strategos_client_open(&client, NULL, reason) != STRATEGOS_STATUS_DONE) ...
 *     status = strategos_client_call(client, command, &result);
 *     strategos_client_close(client);
 *
 * For an event loop: wait until strategos_client_fd is readable, then call strategos_client_step
 * with 0; callbacks run inside it. Deadlines and retries make the descriptor readable too.
 *
 * A client belongs to one thread at a time. Nothing here takes signals or exits the program, but
 * running out of memory for a buffer ends it. */
#ifndef STRATEGOS_CLIENT_H
#define STRATEGOS_CLIENT_H

#include "strategos/machine.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct strategos_client;

#define STRATEGOS_REQUEST_BYTES_MAX (256u << 10)
#define STRATEGOS_REASON_BYTES      512u

/* What became of a command, or of a call. The first four are answers: f+1 replicas agree on them
 * (for a query: one replica says so). */
enum strategos_status {
    STRATEGOS_STATUS_DONE = 0,
    STRATEGOS_STATUS_REFUSED = 1,   /* the machine said no, nothing was changed; the result says
                                       why */
    STRATEGOS_STATUS_MALFORMED = 2, /* not a command of this machine, nothing was changed */
    STRATEGOS_STATUS_FORBIDDEN = 3, /* this client's role does not allow it */

    STRATEGOS_STATUS_TIMEOUT = 4,      /* no answer in time. The outcome is unknown: it may have
                                          been executed, or may be later */
    STRATEGOS_STATUS_NOT_SENT = 5,     /* no answer in time, and it was never sent: it was not and
                                          will not be executed */
    STRATEGOS_STATUS_SESSION_LOST = 6, /* the group forgot this client's session, which went on in
                                          a new one; the outcome is unknown */
    STRATEGOS_STATUS_RESULT_LOST = 7,  /* executed, but the group no longer has the result */

    STRATEGOS_STATUS_FULL = 8,      /* too much is under way: try again after a callback */
    STRATEGOS_STATUS_TOO_LARGE = 9, /* the command has more than STRATEGOS_REQUEST_BYTES_MAX */
    STRATEGOS_STATUS_INVALID = 10,  /* no such replica, or not to be called inside a callback,
                                       or the client is being closed */
    STRATEGOS_STATUS_CONFIG = 11,   /* group file or key file: the reason names it and the line */
    STRATEGOS_STATUS_SYSTEM = 12,   /* the system failed: memory, descriptors */
};

/* A short name such as "timeout". */
const char *strategos_status_name(enum strategos_status status);

struct strategos_client_options {
    const char *group;      /* group file or its folder; NULL: environment STRATEGOS_GROUP */
    const char *key;        /* this client's key file; NULL: environment STRATEGOS_KEY */
    uint32_t timeout_ms;    /* of each command and query; 0: 10 seconds */
    uint32_t in_flight_max; /* commands under way at once, up to 8192; 0: that */
};

/* Reads the files and begins to connect; does not wait for any replica. `options` may be NULL, its
 * strings are not kept. `reason` (STRATEGOS_REASON_BYTES, or NULL) gets a sentence on failure:
 * CONFIG or SYSTEM. */
enum strategos_status strategos_client_open(struct strategos_client **client,
                                            const struct strategos_client_options *options,
                                            char *reason);

/* Every command without a result gets its callback first (TIMEOUT or NOT_SENT), every query too.
 * NULL is allowed. Not inside a callback. */
void strategos_client_close(struct strategos_client *client);

/* Called exactly once, only inside step, call, call_query or close. `result` is borrowed until it
 * returns, and empty unless the status is one of the first four. It may submit and query, but not
 * step, call or close. */
typedef void strategos_callback(void *context, enum strategos_status status,
                                struct strategos_slice result);

/* Submits a command (copied). DONE: taken, the callback will come. FULL, TOO_LARGE: it will not. */
enum strategos_status strategos_client_submit(struct strategos_client *client,
                                              struct strategos_slice command,
                                              strategos_callback *callback, void *context);

/* Asks one replica (0 .. replica_count - 1) what its own state says, unordered: fast, maybe stale,
 * and only as true as that replica. DONE, FULL, TOO_LARGE or INVALID as above. */
enum strategos_status strategos_client_query(struct strategos_client *client, unsigned replica,
                                             struct strategos_slice command,
                                             strategos_callback *callback, void *context);

/* The same two, waiting. `result` (may be NULL) is borrowed until the next call or close. */
enum strategos_status strategos_client_call(struct strategos_client *client,
                                            struct strategos_slice command,
                                            struct strategos_slice *result);
enum strategos_status strategos_client_call_query(struct strategos_client *client, unsigned replica,
                                                  struct strategos_slice command,
                                                  struct strategos_slice *result);

/* Readable (poll, epoll) whenever step has something to do. Only to be waited for. */
int strategos_client_fd(const struct strategos_client *client);

/* Does what is due: sends, receives, calls back. Before that it waits until there is something to
 * do, at most `wait_ms` (0: not at all; -1: as long as it takes). INVALID inside a callback. */
enum strategos_status strategos_client_step(struct strategos_client *client, int wait_ms);

/* Commands whose callback is still to come; replicas of the group; those connected now. */
size_t strategos_client_pending(const struct strategos_client *client);
unsigned strategos_client_replica_count(const struct strategos_client *client);
unsigned strategos_client_connected_count(const struct strategos_client *client);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
