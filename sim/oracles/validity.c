/* validity.c - the oracle of validity: an order decided in a view of a loyal commander is the one
 * that he proposed, and he proposes one at most.
 *
 * This is IC2: if the commander is loyal, they obey his order. What he proposed is what his core
 * sent; only what left counts as proposed twice, since a crash may take back an order that nobody
 * has heard of. */
#include "oracles/kind.h"

struct validity {
    struct oracle_self self;
    struct oracle_map emitted; /* (mark of view and digest) -> 1 */
    struct oracle_map left;    /* (view, 0) -> first 8 bytes of the digest */
};

static struct oracle_mark key_of(view_nr view, const struct digest *digest)
{
    return oracle_mark_add(oracle_mark_of_digest(digest), view);
}

static void on_left(struct validity *validity, const struct sighting *sighting,
                    const struct oracle_statement *statement)
{
    bool is_new;
    uint64_t *first = oracle_map_at(&validity->left, statement->view, 0, &is_new);
    uint64_t bits = get_u64(statement->digest.bytes);
    if (is_new) {
        *first = bits;
    } else if (*first != bits) {
        oracle_finding_note(&validity->self.finding,
                            "replica %u, the loyal commander of view %llu, sent replica %u %s.. "
                            "after it had sent another order of that view",
                            sighting->replica, (unsigned long long)statement->view, sighting->peer,
                            oracle_hex_of(&statement->digest).text);
    }
}

static void judge_commit(struct validity *validity, const struct oracle_commit *commit)
{
    const struct oracle_history *history = validity->self.history;
    const struct oracle_order *order = commit->order;
    replica_id commander = oracle_commander(history, order->view);
    if ((history->traitors >> commander & 1) != 0) {
        return;
    }
    struct oracle_mark key = key_of(order->view, &order->digest);
    if (oracle_map_find(&validity->emitted, key.a, key.b) == NULL) {
        oracle_finding_note(&validity->self.finding,
                            "replica %u decided %s.. at height %llu of view %llu, which replica "
                            "%u, its loyal commander, never proposed",
                            commit->replica, oracle_hex_of(&order->digest).text,
                            (unsigned long long)order->height, (unsigned long long)order->view,
                            commander);
    }
}

static void see(void *self, const struct sighting *sighting)
{
    struct validity *validity = self;
    const struct oracle_history *history = validity->self.history;
    if (history->has_spoken && history->spoken.is_proposal) {
        bool is_new;
        struct oracle_mark key = key_of(history->spoken.view, &history->spoken.digest);
        *oracle_map_at(&validity->emitted, key.a, key.b, &is_new) = 1;
    }
    for (size_t i = 0; i < history->left_count; i++) {
        if (history->left[i].is_proposal) {
            on_left(validity, sighting, &history->left[i]);
        }
    }
    for (size_t i = 0; i < history->commit_count; i++) {
        judge_commit(validity, &history->commits[i]);
    }
}

static void fini(void *self)
{
    struct validity *validity = self;
    oracle_map_fini(&validity->emitted);
    oracle_map_fini(&validity->left);
}

const struct oracle_kind oracle_validity = {
    .name = "validity",
    .says = "what is decided in a loyal commander's view is the one order that he proposed",
    .property = PROPERTY_SAFETY,
    .sights = ORACLE_SIGHT(SIGHT_STARTED) | ORACLE_SIGHT(SIGHT_SYNCED) |
              ORACLE_SIGHT(SIGHT_APPLIED) | ORACLE_EFFECT(EFFECT_SEND) | ORACLE_SAID,
    .self_bytes = sizeof(struct validity),
    .see = see,
    .fini = fini,
};
