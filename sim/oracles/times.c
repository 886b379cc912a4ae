/* times.c - the oracle of agreed times: rule 3's demand, which keeps the machines' clock going on
 * and close to that of loyal replicas.
 *
 * A loyal replica votes only for an order that is dated later than its parent, and at most the
 * bound ahead of its own clock, or else exactly one tick after its parent. Of the decided log the
 * first is looked at once more, whoever voted. The clock is that of the moment when the vote is
 * shown: never earlier than the one that the voter looked at. */
#include "oracles/kind.h"

struct times {
    struct oracle_self self;
};

/* False: it is not known. Genesis is dated 0. */
static bool find_parent_time(const struct oracle_history *history,
                             const struct oracle_candidate *choice, uint64_t *time_ns)
{
    const struct oracle_candidate *parent =
        oracle_history_candidate(history, choice->parent_view, &choice->parent);
    *time_ns = parent == NULL ? 0 : parent->time_ns;
    return parent != NULL || choice->parent_view == 0;
}

static void judge_vote(struct times *times, const struct sighting *sighting,
                       const struct oracle_candidate *choice)
{
    const struct oracle_world *world = &times->self.history->world;
    uint64_t parent_ns;
    uint64_t latest_ns = sighting->wall_ns + world->time_ahead_ns;
    if (!find_parent_time(times->self.history, choice, &parent_ns)) {
        return;
    }
    if (choice->time_ns <= parent_ns) {
        oracle_finding_note(&times->self.finding,
                            "replica %u voted for %s.. of view %llu, dated %llu, whose parent is "
                            "dated %llu",
                            sighting->replica, oracle_hex_of(&choice->digest).text,
                            (unsigned long long)choice->view, (unsigned long long)choice->time_ns,
                            (unsigned long long)parent_ns);
    } else if (choice->time_ns > latest_ns && choice->time_ns - parent_ns != 1) {
        oracle_finding_note(&times->self.finding,
                            "replica %u voted for %s.. of view %llu, dated %llu ns ahead of its "
                            "clock, of %llu at most",
                            sighting->replica, oracle_hex_of(&choice->digest).text,
                            (unsigned long long)choice->view,
                            (unsigned long long)(choice->time_ns - sighting->wall_ns),
                            (unsigned long long)world->time_ahead_ns);
    }
}

static void judge_log(struct times *times, const struct oracle_order *order)
{
    const struct oracle_history *history = times->self.history;
    uint64_t before_ns = order->height < 2 ? 0 : history->log[order->height - 2]->time_ns;
    if (order->time_ns <= before_ns) {
        oracle_finding_note(&times->self.finding,
                            "height %llu (replica %u) is dated %llu, the one before it %llu",
                            (unsigned long long)order->height, order->first,
                            (unsigned long long)order->time_ns, (unsigned long long)before_ns);
    }
}

static void see(void *self, const struct sighting *sighting)
{
    struct times *times = self;
    const struct oracle_history *history = times->self.history;
    if (history->choice != NULL) {
        judge_vote(times, sighting, history->choice);
    }
    for (size_t i = 0; i < history->commit_count; i++) {
        if (history->commits[i].is_new) {
            judge_log(times, history->commits[i].order);
        }
    }
}

const struct oracle_kind oracle_times = {
    .name = "times",
    .says = "agreed times grow, and are not far ahead of a loyal voter's clock",
    .property = PROPERTY_SAFETY,
    .sights = ORACLE_SIGHT(SIGHT_STARTED) | ORACLE_SIGHT(SIGHT_SYNCED) |
              ORACLE_SIGHT(SIGHT_APPLIED) | ORACLE_VOTED,
    .self_bytes = sizeof(struct times),
    .see = see,
};
