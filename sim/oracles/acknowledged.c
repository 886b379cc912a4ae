/* acknowledged.c - the oracle of acknowledged operations: what a client was told has happened.
 *
 * A result is f+1 equal replies, so a loyal replica has executed it: when it is returned, a loyal
 * replica has decided its order, and the result is what the reference machine gives at that place.
 * The log does not change (agreement); so nothing that was acknowledged is lost or becomes
 * something else. Small orders are executed and answered before the turn's sync, and a crash in
 * between leaves a client that knows more than any disk of its replica: such an operation is in the
 * log for good later, and then with the same result. At the end of a long calm all are, and every
 * loyal replica that runs has decided up to the last of them. */
#include "oracles/bounds.h"
#include "oracles/kind.h"

struct acknowledged {
    struct oracle_self self;
    height_nr highest; /* of what was acknowledged before the calm */
    bool is_calm;
    uint64_t calm_ns;
    height_nr reached[REPLICAS_MAX];
};

/* Is it in an order that some loyal replica decided, though not yet for good? Seldom asked. */
static bool is_decided(const struct oracle_history *history,
                       const struct oracle_operation *operation)
{
    for (size_t i = 0; i < history->order_count; i++) {
        const struct oracle_order *order = history->orders[i];
        for (size_t k = 0; k < order->segment_count && order->segments != NULL; k++) {
            if (order->segments[k].lane == operation->lane && order->height > history->log_count) {
                return true;
            }
        }
    }
    return false;
}

static void note_unfounded(struct acknowledged *oracle, const struct oracle_operation *operation)
{
    oracle_finding_note(&oracle->self.finding,
                        "client %zu was told the result of operation %llu (request %llu), which %s",
                        operation->client, (unsigned long long)operation->number,
                        (unsigned long long)operation->request_number,
                        operation->is_sent ? "no loyal replica has decided" : "it never sent");
}

/* Both are known: what the client was told, and the operation's place in the log. */
static void judge_result(struct acknowledged *oracle, const struct oracle_operation *operation)
{
    if (operation->outcome != operation->log_outcome ||
        !oracle_mark_is_equal(operation->result, operation->log_result)) {
        oracle_finding_note(
            &oracle->self.finding,
            "client %zu was told outcome %d with %zu bytes of operation %llu (request %llu, height "
            "%llu, place %llu); the log gives outcome %d with %zu bytes",
            operation->client, (int)operation->outcome, operation->result_bytes,
            (unsigned long long)operation->number, (unsigned long long)operation->request_number,
            (unsigned long long)operation->height, (unsigned long long)operation->place,
            (int)operation->log_outcome, operation->log_result_bytes);
    }
    if (!oracle->is_calm && operation->height > oracle->highest) {
        oracle->highest = operation->height;
    }
}

static void on_returned(struct acknowledged *oracle, const struct oracle_operation *operation)
{
    if (operation->place != 0) {
        judge_result(oracle, operation);
    } else if (!operation->is_sent || !is_decided(oracle->self.history, operation)) {
        note_unfounded(oracle, operation);
    }
}

static void judge_end(struct acknowledged *oracle, const struct sighting *sighting)
{
    const struct oracle_history *history = oracle->self.history;
    if (!oracle->is_calm ||
        sighting->now_ns - oracle->calm_ns < oracle_recovery_ns(&history->world, oracle->highest)) {
        return;
    }
    for (size_t i = 0; i < history->operation_count; i++) {
        const struct oracle_operation *operation = &history->operations[i];
        if (operation->is_known && operation->place == 0) {
            note_unfounded(oracle, operation);
        }
    }
    for (replica_id i = 0; i < history->world.replica_count; i++) {
        bool is_judged = (history->running >> i & 1) != 0 && (history->traitors >> i & 1) == 0;
        if (is_judged && oracle->reached[i] < oracle->highest) {
            oracle_finding_note(&oracle->self.finding,
                                "replica %u ends at height %llu; operations of height %llu were "
                                "acknowledged before the calm",
                                i, (unsigned long long)oracle->reached[i],
                                (unsigned long long)oracle->highest);
        }
    }
}

static void on_placed(struct acknowledged *oracle)
{
    const struct oracle_history *history = oracle->self.history;
    for (size_t i = 0; i < history->placed_count; i++) {
        uint64_t index = history->placed[i].operation;
        if (index != ORACLE_NONE && history->operations[index].is_known) {
            judge_result(oracle, &history->operations[index]);
        }
    }
}

static void see(void *self, const struct sighting *sighting)
{
    struct acknowledged *oracle = self;
    const struct oracle_history *history = oracle->self.history;
    on_placed(oracle);
    if (sighting->kind == SIGHT_CALM) {
        oracle->is_calm = true;
        oracle->calm_ns = sighting->now_ns;
    } else if (sighting->kind == SIGHT_END) {
        judge_end(oracle, sighting);
    } else if (sighting->kind == SIGHT_RETURNED) {
        if (history->operation != ORACLE_NONE && sighting->is_known) {
            on_returned(oracle, &history->operations[history->operation]);
        }
    } else if (sighting->kind == SIGHT_STARTED) {
        oracle->reached[sighting->replica] = sighting->height;
    } else if (sighting->kind == SIGHT_EFFECT) {
        oracle->reached[sighting->replica] = sighting->effect->decision->order.height;
    }
}

const struct oracle_kind oracle_acknowledged = {
    .name = "acknowledged",
    .says = "what a client was told is what the decided log gives, and is never lost",
    .property = PROPERTY_SAFETY,
    .sights = ORACLE_SIGHT(SIGHT_STARTED) | ORACLE_SIGHT(SIGHT_SYNCED) |
              ORACLE_SIGHT(SIGHT_APPLIED) | ORACLE_SIGHT(SIGHT_RETURNED) |
              ORACLE_SIGHT(SIGHT_CALM) | ORACLE_SIGHT(SIGHT_END) | ORACLE_EFFECT(EFFECT_DECIDED),
    .self_bytes = sizeof(struct acknowledged),
    .see = see,
};
