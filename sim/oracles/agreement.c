/* agreement.c - the oracle of agreement: of each height of the log, all loyal replicas decide the
 * same order, and each decides the heights one after the other.
 *
 * This is IC1 of Lamport, Shostak and Pease for every position of the log, across restarts: a
 * replica that lost its last decisions in a crash decides those heights again, and then as all
 * others do. A decision counts once it is for good (history.h); that it comes in turn is judged at
 * once. */
#include "oracles/kind.h"

struct agreement {
    struct oracle_self self;
    height_nr last[REPLICAS_MAX]; /* decided or restored in this start */
};

static void on_decided(struct agreement *agreement, const struct sighting *sighting)
{
    const struct decision *decision = sighting->effect->decision;
    height_nr *last = &agreement->last[sighting->replica];
    if (decision->order.height != *last + 1) {
        oracle_finding_note(&agreement->self.finding,
                            "replica %u decided height %llu (view %llu) after height %llu",
                            sighting->replica, (unsigned long long)decision->order.height,
                            (unsigned long long)decision->order.view, (unsigned long long)*last);
    }
    *last = decision->order.height;
}

static void judge_commit(struct agreement *agreement, const struct oracle_commit *commit)
{
    const struct oracle_history *history = agreement->self.history;
    const struct oracle_order *order = commit->order;
    if (order->height == 0 || order->height > history->log_count) {
        oracle_finding_note(&agreement->self.finding,
                            "replica %u decided height %llu (view %llu), but nobody loyal decided "
                            "height %llu",
                            commit->replica, (unsigned long long)order->height,
                            (unsigned long long)order->view,
                            (unsigned long long)history->log_count + 1);
        return;
    }
    const struct oracle_order *agreed = history->log[order->height - 1];
    if (!digest_is_equal(&agreed->digest, &order->digest)) {
        oracle_finding_note(
            &agreement->self.finding,
            "replica %u decided %s.. (view %llu) at height %llu, replica %u %s.. (view %llu)",
            commit->replica, oracle_hex_of(&order->digest).text, (unsigned long long)order->view,
            (unsigned long long)order->height, agreed->first, oracle_hex_of(&agreed->digest).text,
            (unsigned long long)agreed->view);
    }
}

static void see(void *self, const struct sighting *sighting)
{
    struct agreement *agreement = self;
    const struct oracle_history *history = agreement->self.history;
    if (!oracle_is_loyal(history, sighting)) {
        return;
    }
    if (sighting->kind == SIGHT_STARTED) {
        agreement->last[sighting->replica] = sighting->height;
    } else if (sighting->kind == SIGHT_EFFECT) {
        on_decided(agreement, sighting);
    }
    for (size_t i = 0; i < history->commit_count; i++) {
        judge_commit(agreement, &history->commits[i]);
    }
}

const struct oracle_kind oracle_agreement = {
    .name = "agreement",
    .says = "all loyal replicas decide the same order at each height, one height after the other",
    .property = PROPERTY_SAFETY,
    .sights = ORACLE_SIGHT(SIGHT_STARTED) | ORACLE_SIGHT(SIGHT_SYNCED) |
              ORACLE_SIGHT(SIGHT_APPLIED) | ORACLE_EFFECT(EFFECT_DECIDED),
    .self_bytes = sizeof(struct agreement),
    .see = see,
};
