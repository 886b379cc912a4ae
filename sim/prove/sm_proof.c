/* sm_proof.c - see sm_proof.h. */
#include "prove/sm_proof.h"

#include "base/assert.h"
#include "prove/ballot.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WATCH_EVERY (UINT64_C(1) << 20)

/* What loyal lieutenants are shown by traitors, round by round: bit (order) of [round][lieutenant].
 */
struct shown {
    uint8_t orders[ROUNDS_MAX + 1][PROVE_GENERALS_MAX];
};

static unsigned loyal_count(const struct sm_question *question)
{
    return question->generals - question->traitors;
}

static unsigned rounds(const struct sm_question *question)
{
    return question->m + 1;
}

/* The longest traitor-only chain that a lieutenant would take. */
static unsigned length_max(const struct sm_question *question)
{
    return question->traitors < rounds(question) ? question->traitors : rounds(question);
}

/* Traitor-only chains of this length: the commander, then others in any order. */
static uint64_t chains_of(const struct sm_question *question, unsigned length)
{
    uint64_t count = 1;
    for (unsigned i = 1; i < length; i++) {
        if (__builtin_mul_overflow(count, (uint64_t)(question->traitors - i), &count)) {
            return UINT64_MAX;
        }
    }
    return count;
}

static uint64_t multiply(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

/* Choices that go by one chain. */
static uint64_t choices_per_chain(const struct sm_question *question)
{
    uint64_t count = (uint64_t)question->orders * loyal_count(question);
    return question->has_round_rule ? count : count * rounds(question);
}

uint64_t sm_choice_count(const struct sm_question *question)
{
    uint64_t chains = 0;
    for (unsigned length = 1; length <= length_max(question); length++) {
        if (__builtin_add_overflow(chains, chains_of(question, length), &chains)) {
            return UINT64_MAX;
        }
    }
    return multiply(chains, choices_per_chain(question));
}

void sm_strategies(const struct sm_question *question, struct strategies *strategies)
{
    unsigned n = question->generals;
    unsigned k = question->traitors;
    *strategies = (struct strategies){0};
    if (k >= 1) {
        strategies_add(strategies, binomial(n - 1, k - 1), sm_choice_count(question));
    }
    strategies_add(strategies, multiply(question->orders, binomial(n - 1, k)), 0);
}

void sm_proof_choice(const struct sm_question *question, uint64_t index, struct sm_choice *choice)
{
    uint64_t per_chain = choices_per_chain(question);
    ASSERT(per_chain > 0 && index < sm_choice_count(question));
    uint64_t chain = index / per_chain;
    uint64_t rest = index % per_chain;
    *choice = (struct sm_choice){.chain_count = 1};
    while (chain >= chains_of(question, choice->chain_count)) {
        chain -= chains_of(question, choice->chain_count);
        choice->chain_count++;
    }
    general_set left = generals_all(question->traitors) & ~general_bit(0);
    uint64_t below = chains_of(question, choice->chain_count);
    for (unsigned i = 1; i < choice->chain_count; i++) {
        below /= question->traitors - i;
        general_set from = left;
        for (uint64_t skip = chain / below; skip > 0; skip--) {
            from &= from - 1;
        }
        choice->chain[i] = (general_id)__builtin_ctzll(from);
        left &= ~general_bit(choice->chain[i]);
        chain %= below;
    }
    choice->round = choice->chain_count;
    if (!question->has_round_rule) {
        choice->round = (unsigned)(rest % rounds(question)) + 1;
        rest /= rounds(question);
    }
    choice->order = (order_nr)(rest % question->orders);
    choice->lieutenant = (unsigned)(rest / question->orders);
}

/* SM(m) under a commander who is a traitor. V holds at most two orders: choice needs no more. */
static void play(const struct sm_question *question, const struct shown *shown, order_nr *obeyed)
{
    unsigned loyal = loyal_count(question);
    uint8_t known[PROVE_GENERALS_MAX] = {0}; /* V, bit by order */
    uint8_t fresh[PROVE_GENERALS_MAX] = {0}; /* taken up in the round before: relayed in this one */
    for (unsigned round = 1; round <= rounds(question); round++) {
        uint8_t next[PROVE_GENERALS_MAX] = {0};
        for (unsigned to = 0; to < loyal; to++) {
            unsigned heard = shown->orders[round][to];
            for (unsigned from = 0; from < loyal; from++) {
                heard |= fresh[from];
            }
            for (heard &= ~(unsigned)known[to]; heard != 0; heard &= heard - 1) {
                if (__builtin_popcount(known[to]) < 2) {
                    known[to] |= (uint8_t)(heard & -heard);
                    next[to] |= (uint8_t)(heard & -heard);
                }
            }
        }
        memcpy(fresh, next, sizeof fresh);
    }
    for (unsigned to = 0; to < loyal; to++) {
        bool has_one = __builtin_popcount(known[to]) == 1;
        obeyed[to] = has_one ? (order_nr)__builtin_ctz(known[to]) : RETREAT;
    }
}

/* Plays and notes whether the loyal lieutenants disagree. */
static bool is_split(const struct sm_question *question, const struct shown *shown)
{
    order_nr obeyed[PROVE_GENERALS_MAX];
    play(question, shown, obeyed);
    for (unsigned i = 1; i < loyal_count(question); i++) {
        if (obeyed[i] != obeyed[0]) {
            return true;
        }
    }
    return false;
}

static void show(const struct sm_choice *choices, uint64_t strategy, struct shown *shown)
{
    memset(shown, 0, sizeof *shown);
    for (; strategy != 0; strategy &= strategy - 1) {
        const struct sm_choice *choice = &choices[__builtin_ctzll(strategy)];
        shown->orders[choice->round][choice->lieutenant] |= (uint8_t)(1u << choice->order);
    }
}

static unsigned list_choices(const struct sm_question *question,
                             struct sm_choice choices[SM_CHOICES_MAX])
{
    uint64_t count = sm_choice_count(question);
    ASSERT(count <= SM_CHOICES_MAX);
    for (uint64_t i = 0; i < count; i++) {
        sm_proof_choice(question, i, &choices[i]);
    }
    return (unsigned)count;
}

void sm_proof_play(const struct sm_question *question, uint64_t strategy, order_nr *obeyed)
{
    struct sm_choice choices[SM_CHOICES_MAX];
    struct shown shown;
    (void)list_choices(question, choices);
    show(choices, strategy, &shown);
    play(question, &shown, obeyed);
}

/* A loyal commander, or nobody to disagree: nothing to look at. */
static bool is_trivial(const struct sm_question *question, struct sm_proof *proof)
{
    *proof = (struct sm_proof){.ic1 = true, .ic2 = true};
    return question->traitors == 0 || question->traitors >= question->generals;
}

enum error sm_proof_enumerate(const struct sm_question *question, sm_watch *watch, void *context,
                              struct sm_proof *proof, struct error_text *text)
{
    struct sm_choice choices[SM_CHOICES_MAX];
    uint64_t count = sm_choice_count(question);
    if (is_trivial(question, proof)) {
        return OK;
    }
    if (count > SM_CHOICES_MAX) {
        return error_set(text, ERROR_LIMIT,
                         "SM(%u) of %u generals, %u of them traitors, over %u orders has 2^%" PRIu64
                         " strategies: no more than 2^%u can be enumerated; --method compose can "
                         "decide it",
                         question->m, question->generals, question->traitors, question->orders,
                         count, SM_CHOICES_MAX);
    }
    uint64_t total = UINT64_C(1) << list_choices(question, choices);
    for (uint64_t strategy = 0; strategy < total; strategy++) {
        struct shown shown;
        show(choices, strategy, &shown);
        if (is_split(question, &shown)) {
            proof->first = proof->broken++ == 0 ? strategy : proof->first;
        }
        proof->examined++;
        if (watch != NULL && strategy % WATCH_EVERY == 0 && !watch(context, strategy, total)) {
            return error_set(text, ERROR_TIMEOUT, "stopped after %" PRIu64 " of %" PRIu64, strategy,
                             total);
        }
    }
    proof->ic1 = proof->broken == 0;
    return OK;
}

/* A schedule is a number whose digits are the round in which each order is first shown; 0: never.
 */
static void show_schedule(const struct sm_question *question, unsigned base, unsigned schedule,
                          unsigned lieutenant, struct shown *shown)
{
    for (unsigned order = 0; order < question->orders; order++) {
        unsigned round = schedule % base;
        schedule /= base;
        if (round != 0) {
            shown->orders[round][lieutenant] |= (uint8_t)(1u << order);
        }
    }
}

/* The next multiset: of `count` schedules in falling order; false after the last. */
static bool next_multiset(unsigned *schedules, unsigned count, unsigned kinds)
{
    for (unsigned at = count; at-- > 0;) {
        unsigned most = at == 0 ? kinds - 1 : schedules[at - 1];
        if (schedules[at] < most) {
            schedules[at]++;
            memset(schedules + at + 1, 0, (count - at - 1) * sizeof *schedules);
            return true;
        }
    }
    return false;
}

/* What breaks it if anything does, it seems: all are shown one order at first, and one lieutenant
 * another one as late as can be. */
static bool is_split_at_last(const struct sm_question *question)
{
    struct shown shown;
    unsigned last = question->has_round_rule ? length_max(question) : rounds(question);
    memset(&shown, 0, sizeof shown);
    for (unsigned i = 0; i < loyal_count(question); i++) {
        shown.orders[1][i] = 1u << ATTACK;
    }
    shown.orders[last][0] |= 1u << RETREAT;
    if (last == 1) {
        shown.orders[1][0] = 1u << RETREAT;
    }
    return is_split(question, &shown);
}

enum error sm_proof_compose(const struct sm_question *question, struct sm_proof *proof,
                            struct error_text *text)
{
    unsigned schedules[PROVE_GENERALS_MAX] = {0};
    unsigned loyal = loyal_count(question);
    unsigned base = (question->has_round_rule ? length_max(question) : rounds(question)) + 1;
    unsigned kinds = 1;
    if (is_trivial(question, proof)) {
        return OK;
    }
    for (unsigned order = 0; order < question->orders; order++) {
        kinds *= base; /* at most 33^4 */
    }
    if (is_split_at_last(question)) {
        proof->ic1 = false;
        proof->examined = 1;
        proof->broken = 1;
        return OK;
    }
    uint64_t total = binomial(loyal + kinds - 1, loyal);
    if (total > SM_SCHEDULES_MAX) {
        return error_set(text, ERROR_LIMIT,
                         "SM(%u) of %u generals, %u of them traitors, over %u orders: %" PRIu64
                         " sets of schedules, at most %u can be looked at",
                         question->m, question->generals, question->traitors, question->orders,
                         total, SM_SCHEDULES_MAX);
    }
    do {
        struct shown shown;
        memset(&shown, 0, sizeof shown);
        for (unsigned i = 0; i < loyal; i++) {
            show_schedule(question, base, schedules[i], i, &shown);
        }
        proof->broken += is_split(question, &shown);
        proof->examined++;
    } while (next_multiset(schedules, loyal, kinds));
    proof->ic1 = proof->broken == 0;
    return OK;
}
