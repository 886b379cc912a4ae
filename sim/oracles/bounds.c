/* bounds.c - see bounds.h. */
#include "oracles/bounds.h"

#define VIEW_DELTAS      5u /* Δ': three, and two for a fetch */
#define NULLIFY_DELTAS   2u
#define VIEWS_RUNNING    1u
#define VIEWS_BEHIND     1u
#define VIEWS_BACKLOG    3u
#define CLIENT_WAIT_NS   UINT64_C(30000000000) /* 2 * (5 s + 5 s) and jitter */
#define HEARTBEAT_DELTAS 10u
#define RESTART_DELTAS   20u /* links, first frames, the first answer */
#define ANSWERS_ASKED    2u
#define ROOM_NS          UINT64_C(2000000000)

uint64_t oracle_settle_from_ns(const struct oracle_world *world, uint64_t doublings)
{
    uint64_t failing = VIEWS_RUNNING + world->fault_count + VIEWS_BEHIND;
    uint64_t highest = doublings + failing;
    if (highest > BACKOFF_DOUBLINGS_MAX) {
        highest = BACKOFF_DOUBLINGS_MAX;
    }
    uint64_t view_deltas = ((uint64_t)VIEW_DELTAS << highest) + NULLIFY_DELTAS;
    uint64_t views = failing + 1 + VIEWS_BACKLOG;
    return views * view_deltas * world->delta_ns + CLIENT_WAIT_NS;
}

uint64_t oracle_settle_ns(const struct oracle_world *world)
{
    return oracle_settle_from_ns(world, BACKOFF_DOUBLINGS_MAX);
}

uint64_t oracle_recovery_ns(const struct oracle_world *world, height_nr heights)
{
    uint64_t answers = heights / BLOCKS_PER_ANSWER_MAX + 2;
    uint64_t deltas =
        HEARTBEAT_DELTAS + RESTART_DELTAS + ANSWERS_ASKED * answers * world->replica_count;
    return deltas * world->delta_ns + ROOM_NS;
}
