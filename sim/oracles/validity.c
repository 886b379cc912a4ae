/* validity.c - the oracle of validity: an order decided in a view of a loyal commander is the one
 * that he proposed, and he proposes one at most.
 *
 * This is IC2: if the commander is loyal, they obey his order. What he proposed is what his core
 * sent; only what left counts as proposed twice, since a crash may take back an order that nobody
 * has heard of. */
#include "oracles/kind.h"

#include <stdlib.h>

struct proposed { /* an order that a loyal commander's core sent */
    struct digest digest;
    size_t next; /* one more of this view: index + 1, 0: none */
};

struct view {
    size_t proposed; /* index + 1 of the newest; 0: none */
    bool has_left;
    uint64_t left; /* bits of its digest */
};

struct validity {
    struct oracle_self self;
    struct oracle_pages views; /* struct view */
    struct proposed *proposed;
    size_t count;
    size_t capacity;
};

static bool is_proposed(const struct validity *validity, const struct view *view,
                        const struct digest *digest)
{
    size_t at = view == NULL ? 0 : view->proposed;
    while (at != 0 && !digest_is_equal(&validity->proposed[at - 1].digest, digest)) {
        at = validity->proposed[at - 1].next;
    }
    return at != 0;
}

static void on_proposed(struct validity *validity, const struct oracle_statement *statement)
{
    struct view *view = oracle_pages_at(&validity->views, statement->view, sizeof *view);
    if (!is_proposed(validity, view, &statement->digest)) {
        validity->proposed = oracle_grow(validity->proposed, validity->count, &validity->capacity,
                                         sizeof *validity->proposed);
        validity->proposed[validity->count++] =
            (struct proposed){.digest = statement->digest, .next = view->proposed};
        view->proposed = validity->count;
    }
}

static void on_left(struct validity *validity, const struct sighting *sighting,
                    const struct oracle_statement *statement)
{
    struct view *view = oracle_pages_at(&validity->views, statement->view, sizeof *view);
    uint64_t bits = oracle_bits_of_digest(&statement->digest);
    if (view->has_left && view->left != bits) {
        oracle_finding_note(&validity->self.finding,
                            "replica %u, the loyal commander of view %llu, sent replica %u %s.. "
                            "after it had sent another order of that view",
                            sighting->replica, (unsigned long long)statement->view, sighting->peer,
                            oracle_hex_of(&statement->digest).text);
    }
    view->has_left = true;
    view->left = bits;
}

static void judge_commit(struct validity *validity, const struct oracle_commit *commit)
{
    const struct oracle_history *history = validity->self.history;
    const struct oracle_order *order = commit->order;
    replica_id commander = oracle_commander(history, order->view);
    if ((history->traitors >> commander & 1) != 0) {
        return;
    }
    const struct view *view = oracle_pages_find(&validity->views, order->view, sizeof *view);
    if (!is_proposed(validity, view, &order->digest)) {
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
        on_proposed(validity, &history->spoken);
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
    oracle_pages_fini(&validity->views);
    free(validity->proposed);
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
