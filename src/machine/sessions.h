/* sessions.h - all client sessions of the replicated state, and the floor of each client: the
 * highest session that was ever evicted, below which nothing may look new.
 *
 * The table in memory is ahead of the records in the state; sessions_save brings them up to date,
 * once per changed session however many requests it had since. Floors are written at once. */
#ifndef STRATEGOS_MACHINE_SESSIONS_H
#define STRATEGOS_MACHINE_SESSIONS_H

#include "machine/session.h"
#include "machine/state.h"

struct session_floor {
    struct public_key client;
    uint64_t session;
};

struct sessions {
    struct digest genesis;
    struct session **table; /* ascending by lane */
    size_t count;
    size_t capacity;
    struct session_floor *floors; /* ascending by client */
    size_t floor_count;
    size_t floor_capacity;
    struct session *changed; /* list through next_changed */
    struct buffer record;    /* scratch */
};

/* Reads everything that the state holds. ERROR_DAMAGED if some record is none. */
MUST_USE enum error sessions_load(struct sessions *sessions, struct state *state,
                                  const struct digest *genesis, struct error_text *text);
void sessions_fini(struct sessions *sessions);

struct session *sessions_find(const struct sessions *sessions, const struct lane_id *lane);
/* Finds, or makes a new one; NULL if it lies at or below the client's floor. */
struct session *sessions_open(struct sessions *sessions, const struct lane_id *lane);
/* Must be called after every change of a session. */
void sessions_mark(struct sessions *sessions, struct session *session);
/* False if there is no such session; the floor rises all the same. */
bool sessions_evict(struct sessions *sessions, struct state *state, const struct lane_id *lane);

/* Writes at most `budget` changed sessions to the state; returns how many. */
size_t sessions_save(struct sessions *sessions, struct state *state, size_t budget);

void sessions_check(const struct sessions *sessions);

#endif
