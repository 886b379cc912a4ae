/* om_run.c - evaluates the circuit of om_plan.h for one block of strategies after the other. */
#include "prove/om_plan.h"

#include "base/assert.h"
#include "prove/om_circuit.h"

#include <string.h>

static void fill(struct lanes *lanes, bool value)
{
    memset(lanes, value ? 0xff : 0, sizeof *lanes);
}

/* Choice `index` of the lanes: lane l has bit `index` of l. */
static void fill_lane_bit(struct lanes *lanes, unsigned index)
{
    for (unsigned lane = 0; lane < LANES; lane++) {
        uint64_t bit = lane >> index & 1;
        lanes->words[lane / 64] |= bit << lane % 64;
    }
}

/* (a, b, sum) -> sum of all three and their carry. */
static inline void add_two(struct lanes *sum, const struct lanes *a, const struct lanes *b,
                           struct lanes *carry)
{
    for (unsigned w = 0; w < LANE_WORDS; w++) {
        uint64_t x = a->words[w];
        uint64_t y = b->words[w];
        uint64_t either = x ^ y;
        uint64_t s = sum->words[w];
        carry->words[w] = (x & y) | (either & s);
        sum->words[w] = either ^ s;
    }
}

static inline void add_one(struct lanes *sum, const struct lanes *a, struct lanes *carry)
{
    for (unsigned w = 0; w < LANE_WORDS; w++) {
        uint64_t x = a->words[w];
        uint64_t s = sum->words[w];
        carry->words[w] = x & s;
        sum->words[w] = x ^ s;
    }
}

/* Strict majority: counts the ones from a bias on such that the count overflows exactly if there
 * are more than half. */
static void compute(const struct om_plan *plan, const struct om_majority *majority,
                    struct lanes *slots)
{
    const uint32_t *inputs = plan->inputs + majority->first;
    struct lanes carries[PROVE_GENERALS_MAX];
    struct lanes sum;
    unsigned count = majority->count;
    unsigned needed = count / 2 + 1;
    unsigned bits = 1;
    while ((1u << bits) <= count) {
        bits++;
    }
    unsigned bias = (1u << bits) - needed;
    unsigned carry_count = 0;
    fill(&sum, bias & 1);
    unsigned i = 0;
    for (; i + 1 < count; i += 2) {
        add_two(&sum, &slots[inputs[i]], &slots[inputs[i + 1]], &carries[carry_count++]);
    }
    if (i < count) {
        add_one(&sum, &slots[inputs[i]], &carries[carry_count++]);
    }
    for (unsigned bit = 1; bit < bits; bit++) {
        unsigned from = carry_count;
        carry_count = 0;
        fill(&sum, bias >> bit & 1);
        for (i = 0; i + 1 < from; i += 2) {
            add_two(&sum, &carries[i], &carries[i + 1], &carries[carry_count++]);
        }
        if (i < from) {
            add_one(&sum, &carries[i], &carries[carry_count++]);
        }
    }
    struct lanes *out = &slots[majority->slot];
    fill(out, false);
    for (i = 0; i < carry_count; i++) {
        for (unsigned w = 0; w < LANE_WORDS; w++) {
            out->words[w] |= carries[i].words[w];
        }
    }
}

/* Lanes that stand for a strategy: all, where there are choices beyond theirs. */
static void set_valid(const struct om_plan *plan, struct lanes *valid)
{
    fill(valid, plan->choice_count >= LANE_BITS);
    for (unsigned lane = 0; plan->choice_count < LANE_BITS && lane < 1u << plan->choice_count;
         lane++) {
        valid->words[lane / 64] |= UINT64_C(1) << lane % 64;
    }
}

static void note_broken(uint64_t block, unsigned word, uint64_t ic1, uint64_t ic2,
                        struct om_counts *counts)
{
    uint64_t broken = ic1 | ic2;
    if (broken == 0) {
        return;
    }
    counts->ic1_broken += (unsigned)__builtin_popcountll(ic1);
    counts->ic2_broken += (unsigned)__builtin_popcountll(ic2);
    uint64_t strategy = block * LANES + (uint64_t)word * 64 + (unsigned)__builtin_ctzll(broken);
    counts->first = strategy < counts->first ? strategy : counts->first;
}

static void judge(const struct om_plan *plan, uint64_t block, const struct lanes *slots,
                  const struct lanes *valid, struct om_counts *counts)
{
    struct lanes all;
    struct lanes any;
    fill(&all, true);
    fill(&any, false);
    for (unsigned i = 0; i < plan->root_count; i++) {
        for (unsigned w = 0; w < LANE_WORDS; w++) {
            all.words[w] &= slots[plan->roots[i]].words[w];
            any.words[w] |= slots[plan->roots[i]].words[w];
        }
    }
    uint64_t broken = 0;
    struct lanes ic1;
    struct lanes ic2;
    for (unsigned w = 0; w < LANE_WORDS; w++) {
        /* IC1: all loyal lieutenants obey the same order. IC2: a loyal commander's. */
        uint64_t obeyed_not = plan->order == ATTACK ? ~all.words[w] : any.words[w];
        ic1.words[w] = any.words[w] & ~all.words[w] & valid->words[w];
        ic2.words[w] = plan->is_commander_loyal ? obeyed_not & valid->words[w] : 0;
        broken |= ic1.words[w] | ic2.words[w];
    }
    for (unsigned w = 0; broken != 0 && w < LANE_WORDS; w++) {
        note_broken(block, w, ic1.words[w], ic2.words[w], counts);
    }
}

uint64_t om_plan_blocks(const struct om_plan *plan)
{
    return plan->choice_count <= LANE_BITS ? 1 : UINT64_C(1) << (plan->choice_count - LANE_BITS);
}

static void begin_slots(const struct om_plan *plan, uint64_t block, struct lanes *slots)
{
    memset(slots, 0, plan->slot_count * sizeof *slots);
    fill(&slots[SLOT_ONE], true);
    for (unsigned i = 0; i < plan->choice_count; i++) {
        if (i < LANE_BITS) {
            fill_lane_bit(&slots[SLOT_CHOICES + i], i);
        } else {
            fill(&slots[SLOT_CHOICES + i], block >> (i - LANE_BITS) & 1);
        }
    }
    for (size_t i = 0; i < plan->majority_count; i++) {
        compute(plan, &plan->majorities[i], slots);
    }
}

void om_plan_run(const struct om_plan *plan, uint64_t begin, uint64_t end, struct lanes *slots,
                 struct om_counts *counts)
{
    struct lanes valid;
    if (begin >= end) {
        return;
    }
    ASSERT(end <= om_plan_blocks(plan) && plan->root_count > 0);
    set_valid(plan, &valid);
    begin_slots(plan, begin, slots);
    judge(plan, begin, slots, &valid, counts);
    for (uint64_t block = begin + 1; block < end; block++) {
        /* Binary counting: the lowest 0 becomes 1, the ones below it 0. */
        unsigned top = (unsigned)__builtin_ctzll(block);
        for (unsigned i = 0; i < top; i++) {
            fill(&slots[SLOT_CHOICES + LANE_BITS + i], false);
        }
        fill(&slots[SLOT_CHOICES + LANE_BITS + top], true);
        for (size_t i = 0; i < plan->again_count[top]; i++) {
            compute(plan, &plan->majorities[plan->again[top][i]], slots);
        }
        judge(plan, block, slots, &valid, counts);
    }
    unsigned lanes = plan->choice_count < LANE_BITS ? 1u << plan->choice_count : LANES;
    counts->strategies += (end - begin) * lanes;
}
