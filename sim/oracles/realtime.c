/* realtime.c - the oracle of real time: an operation that was asked for after another one had
 * returned comes after it in the log.
 *
 * Together with results that the log gives (acknowledged.c) this is linearizability with the log as
 * the witness (Herlihy and Wing, "Linearizability: a correctness condition for concurrent
 * objects"). An operation whose outcome the client never learnt may be in the log or not, once,
 * anywhere after it was asked for. */
#include "oracles/kind.h"

struct realtime {
    struct oracle_self self;
    uint64_t
        newest; /* of the operations in the log, the last to be asked for; index + 1, 0: none */
};

static void judge(struct realtime *oracle, uint64_t index)
{
    const struct oracle_operation *operations = oracle->self.history->operations;
    const struct oracle_operation *operation = &operations[index];
    const struct oracle_operation *newest =
        oracle->newest == 0 ? NULL : &operations[oracle->newest - 1];
    if (newest != NULL && operation->is_returned && operation->is_known &&
        newest->invoked_step > operation->returned_step) {
        oracle_finding_note(
            &oracle->self.finding,
            "operation %llu of client %zu had returned before operation %llu of client %zu was "
            "asked for, but is at place %llu of the log (height %llu), the other at %llu",
            (unsigned long long)operation->number, operation->client,
            (unsigned long long)newest->number, newest->client,
            (unsigned long long)operation->place, (unsigned long long)operation->height,
            (unsigned long long)newest->place);
    }
    if (newest == NULL || operation->invoked_step > newest->invoked_step) {
        oracle->newest = index + 1;
    }
}

static void see(void *self, const struct sighting *sighting)
{
    struct realtime *oracle = self;
    const struct oracle_history *history = oracle->self.history;
    (void)sighting;
    for (size_t i = 0; i < history->placed_count; i++) {
        if (history->placed[i].operation != ORACLE_NONE) {
            judge(oracle, history->placed[i].operation);
        }
    }
}

const struct oracle_kind oracle_realtime = {
    .name = "realtime",
    .says = "what is asked for after another operation returned comes after it in the log",
    .property = PROPERTY_SAFETY,
    .sights =
        ORACLE_SIGHT(SIGHT_STARTED) | ORACLE_SIGHT(SIGHT_SYNCED) | ORACLE_SIGHT(SIGHT_APPLIED),
    .self_bytes = sizeof(struct realtime),
    .see = see,
};
