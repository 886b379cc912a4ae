/* settle.c - see settle.h. */
#include "explore/settle.h"

#include "base/assert.h"

#include <stdlib.h>

#define LETTERS_MAX 4096u
/* Of network and turns: far more than any way to a finalization takes. */
#define ROUNDS_MAX  20000u
#define JOURNEY_NS  1u

struct settle_letter {
    replica_id from;
    replica_id to;
    struct peer_message message;
};

/* Letters that find no room are lost, as on any network. */
static void post(struct settle_seat *seat, replica_id to, const struct peer_message *message)
{
    struct settle *settle = seat->settle;
    for (replica_id i = 0; i < SCOPE_REPLICAS; i++) {
        bool is_meant =
            (to == REPLICA_ALL || to == i) && i != seat->bench.self && i != settle->scope->traitor;
        if (is_meant && settle->count < LETTERS_MAX) {
            settle->letters[(settle->first + settle->count++) % LETTERS_MAX] =
                (struct settle_letter){.from = seat->bench.self, .to = i, .message = *message};
        }
    }
}

static void watch(void *context, const struct effect *effect)
{
    if (effect->kind == EFFECT_SEND) {
        post(context, effect->to, effect->message);
    }
}

static void keep_block(void *context, const struct order *order, const struct digest *digest)
{
    struct settle_seat *seat = context;
    if (seat->block_count < sizeof seat->blocks / sizeof seat->blocks[0]) {
        seat->blocks[seat->block_count++] =
            (struct settle_block){.order = *order, .digest = *digest};
    }
}

enum error settle_init(struct settle *settle, const struct scope *scope)
{
    *settle = (struct settle){.scope = scope};
    settle->letters = calloc(LETTERS_MAX, sizeof *settle->letters);
    enum error error = settle->letters == NULL ? ERROR_MEMORY : OK;
    for (unsigned i = 0; i < SCOPE_SEATS && error == OK; i++) {
        struct settle_seat *seat = &settle->seats[i];
        seat->settle = settle;
        error = bench_init(&seat->bench, scope, scope->loyal[i], false);
        seat->bench.watch = watch;
        seat->bench.decided = keep_block;
        seat->bench.context = seat;
    }
    return error;
}

void settle_fini(struct settle *settle)
{
    for (unsigned i = 0; i < SCOPE_SEATS; i++) {
        bench_fini(&settle->seats[i].bench);
    }
    free(settle->letters);
    settle->letters = NULL;
}

static void load(struct settle_seat *seat, const struct local *local)
{
    const struct scope *scope = seat->settle->scope;
    bench_load(&seat->bench, local);
    seat->bench.simplex->entered_at_ns = 0;
    seat->ask_at_ns = 0;
    seat->block_count = scope->orders[local->base].order.height;
    size_t height = seat->block_count;
    for (order_number order = local->base; order != 0; order = scope->orders[order].parent) {
        seat->blocks[--height] = (struct settle_block){.order = scope->orders[order].order,
                                                       .digest = scope->orders[order].digest};
    }
}

static void ask(struct settle_seat *seat, bool for_order, const struct simplex_lack *lack)
{
    struct peer_message message = {.kind = PEER_ASK_VIEW,
                                   .ask_view = {.from = lack->from, .to = lack->to}};
    post(seat, REPLICA_ALL, &message);
    if (for_order) {
        message = (struct peer_message){.kind = PEER_ASK_ORDER,
                                        .ask_order = {.view = lack->from, .digest = lack->digest}};
        post(seat, REPLICA_ALL, &message);
    }
}

/* As block sync would: whoever has decided the order that is lacking hands it over. */
static bool take_block(struct settle_seat *seat)
{
    const struct settle *settle = seat->settle;
    struct bench *bench = &seat->bench;
    for (unsigned i = 0; bench->is_lacking && i < SCOPE_SEATS; i++) {
        const struct settle_seat *peer = &settle->seats[i];
        for (size_t k = 0; k < peer->block_count; k++) {
            const struct settle_block *block = &peer->blocks[k];
            if (digest_is_equal(&block->digest, &bench->lack.digest)) {
                return simplex_on_block_order(bench->simplex, &block->order, &block->digest) ==
                       VERDICT_ACCEPTED;
            }
        }
    }
    return false;
}

/* A notarized order on which nothing can be built for want of its bytes, as the replica looks for
 * it (replica/replica.c). */
static bool lacks_open_order(struct simplex *simplex, struct simplex_lack *lack)
{
    const struct simplex_view *slot = simplex_find(simplex, simplex->notarized_highest);
    if (slot == NULL || simplex_candidate(simplex) != NULL) {
        return false;
    }
    struct order probe = {.view = simplex->notarized_highest + 1,
                          .parent_view = simplex->notarized_highest,
                          .parent = slot->certified[VOTE_NOTARIZE]
                                        ? slot->certified_digest[VOTE_NOTARIZE]
                                        : slot->certified_digest[VOTE_FINALIZE]};
    return simplex_check_parent(simplex, &probe, lack) == PARENT_ORDER_MISSING;
}

/* Asks for what stands in the way, twice within Δ. */
static void ask_for_lacks(struct settle_seat *seat)
{
    struct bench *bench = &seat->bench;
    struct simplex_lack lack;
    if (seat->settle->now_ns < seat->ask_at_ns) {
        return;
    }
    seat->ask_at_ns = seat->settle->now_ns + bench->simplex->settings.delta_ns / 2;
    if (bench->parent == PARENT_CERTIFICATES_MISSING || bench->parent == PARENT_ORDER_MISSING) {
        ask(seat, bench->parent == PARENT_ORDER_MISSING, &bench->parent_lack);
    }
    if (lacks_open_order(bench->simplex, &lack)) {
        ask(seat, true, &lack);
    }
}

/* As replica_on_turn. */
static void turn(struct settle_seat *seat)
{
    struct bench *bench = &seat->bench;
    struct simplex *simplex = bench->simplex;
    bool has_changed = true;
    simplex_set_time(simplex, seat->settle->now_ns);
    for (unsigned round = 0; has_changed && round < ROUNDS_MAX; round++) {
        if (!bench_turn(bench)) {
            bench->breach = BREACH_TURN_WITHOUT_END;
            return;
        }
        has_changed = take_block(seat) || bench_propose(bench);
        if (!has_changed) {
            view_nr current = simplex->current;
            simplex_on_time(simplex, true);
            has_changed = simplex->is_unsettled || simplex->current != current;
        }
    }
    ask_for_lacks(seat);
}

static void deliver(struct settle_seat *seat, const struct settle_letter *letter)
{
    struct simplex *simplex = seat->bench.simplex;
    const struct peer_message *message = &letter->message;
    simplex_set_time(simplex, seat->settle->now_ns);
    simplex_on_heard(simplex, letter->from);
    if (message->kind == PEER_VOTE) {
        if (simplex_on_vote(simplex, &message->vote) == VERDICT_STALE &&
            message->vote.view <= simplex->base.view) {
            simplex_help(simplex, letter->from, message->vote.view);
        }
    } else if (message->kind == PEER_CERTIFICATE) {
        (void)simplex_on_certificate(simplex, &message->certificate);
    } else if (message->kind == PEER_PROPOSAL) {
        (void)simplex_on_proposal(simplex, &message->proposal);
    } else if (message->kind == PEER_ASK_VIEW) {
        simplex_on_ask_view(simplex, letter->from, &message->ask_view);
    } else if (message->kind == PEER_ASK_ORDER) {
        simplex_on_ask_order(simplex, letter->from, &message->ask_order);
    }
}

/* What is under way arrives; if nothing is, time passes until somebody's timer is due. */
static void pass_time(struct settle *settle)
{
    size_t arriving = settle->count;
    uint64_t due_ns = settle->now_ns + JOURNEY_NS;
    if (arriving == 0) {
        due_ns = UINT64_MAX;
        for (unsigned i = 0; i < SCOPE_SEATS; i++) {
            uint64_t own_ns = simplex_deadline(settle->seats[i].bench.simplex);
            due_ns = own_ns < due_ns ? own_ns : due_ns;
        }
    }
    settle->now_ns = due_ns > settle->now_ns ? due_ns : settle->now_ns + JOURNEY_NS;
    for (; arriving > 0; arriving--) {
        const struct settle_letter letter = settle->letters[settle->first];
        settle->first = (settle->first + 1) % LETTERS_MAX;
        settle->count--;
        for (unsigned i = 0; i < SCOPE_SEATS; i++) {
            if (settle->seats[i].bench.self == letter.to) {
                deliver(&settle->seats[i], &letter);
            }
        }
    }
}

static enum breach judge(const struct settle *settle)
{
    for (unsigned i = 0; i < SCOPE_SEATS; i++) {
        const struct settle_seat *one = &settle->seats[i];
        const struct settle_seat *two = &settle->seats[(i + 1) % SCOPE_SEATS];
        if (one->bench.breach != BREACH_NONE) {
            return one->bench.breach;
        }
        for (size_t k = 0; k < one->block_count && k < two->block_count; k++) {
            if (!digest_is_equal(&one->blocks[k].digest, &two->blocks[k].digest)) {
                return BREACH_DECIDED;
            }
        }
    }
    return BREACH_NONE;
}

enum breach settle_run(struct settle *settle, const struct local locals[SCOPE_SEATS])
{
    view_nr highest = 0; /* that anybody is in */
    settle->now_ns = 0;
    settle->first = 0;
    settle->count = 0;
    for (unsigned i = 0; i < SCOPE_SEATS; i++) {
        load(&settle->seats[i], &locals[i]);
        highest = locals[i].current > highest ? locals[i].current : highest;
    }
    for (unsigned round = 0; round < ROUNDS_MAX; round++) {
        bool is_settled = true;
        for (unsigned i = 0; i < SCOPE_SEATS; i++) {
            const struct simplex *simplex = settle->seats[i].bench.simplex;
            turn(&settle->seats[i]);
            is_settled = is_settled && simplex->base.view >= highest;
            if (simplex->current > highest + SETTLE_VIEWS_MAX) {
                return BREACH_STUCK;
            }
        }
        enum breach breach = judge(settle);
        if (breach != BREACH_NONE || is_settled) {
            return breach;
        }
        pass_time(settle);
    }
    return BREACH_STUCK;
}
