/* locals.h - the local states of one seat, each once, and the moves between them.
 *
 * Simplex is deterministic, and it sees the others only through what they have said: so what it
 * does is tried once for each (local state, event), and remembered. */
#ifndef STRATEGOS_EXPLORE_LOCALS_H
#define STRATEGOS_EXPLORE_LOCALS_H

#include "explore/bench.h"

#define LOCAL_BITS 21u /* three numbers fit a key */
#define LOCALS_MAX (1u << LOCAL_BITS)
#define NO_MOVE    UINT32_MAX

/* From one local state to another, once the others have said what it needs. */
struct move {
    fact_set needs[2];  /* of the first other seat, and of the second */
    fact_set needs_any; /* of one of them */
    uint32_t to;
    uint32_t next; /* move from the same state; NO_MOVE: none */
    struct event event;
};

/* Which votes for a fact have been given so far: of the traitor alone, with the first other seat,
 * with the second, with both. */
#define LOCAL_COMPANIES 4u

struct locals {
    const struct scope *scope;
    unsigned seat;
    replica_id others[2];
    bool has_restarts;
    struct bench bench;
    struct local *items;
    fact_set (*tried)[LOCAL_COMPANIES + 1]; /* the last: proposals */
    uint32_t *first_move;
    bool *is_begun;
    uint32_t count;
    uint32_t capacity;
    uint32_t *index; /* hashed: number + 1; 0: free */
    uint32_t index_size;
    struct move *moves;
    uint32_t move_count;
    uint32_t move_capacity;
};

/* Local 0 is the start. ERROR_MEMORY. */
MUST_USE enum error locals_init(struct locals *locals, const struct scope *scope, unsigned seat,
                                bool has_restarts, bool is_exact);
void locals_fini(struct locals *locals);

/* Tries whatever has become possible for local `number` where the other seats have said so much:
 * after it, its moves whose needs are met are all that it can do. ERROR_MEMORY; ERROR_LIMIT: more
 * than LOCALS_MAX. */
MUST_USE enum error locals_extend(struct locals *locals, uint32_t number, fact_set first,
                                  fact_set second);

static inline bool move_is_possible(const struct move *move, fact_set first, fact_set second)
{
    return (move->needs[0] & ~first) == 0 && (move->needs[1] & ~second) == 0 &&
           (move->needs_any & ~(first | second)) == 0;
}

#endif
