/* om_plan.h - OM(m) under every strategy at once, as a circuit: what each loyal lieutenant comes to
 * as a function of the traitors' choices, evaluated for LANES strategies at a time by bitwise
 * operations. Plain enumeration, and nothing in common with the composition of outcomes.h but the
 * algorithm: the one checks the other.
 *
 * A traitor's *choice* is one bit for each path that ends with him and each loyal receiver not on
 * it. What traitors tell each other is no choice: they share one mind. Choices are numbered so that
 * those that few majorities hang on change most often: the longest paths first, receiver by
 * receiver; the first LANE_BITS of them differ between the lanes. A majority is computed again only
 * where a choice that it hangs on has changed. */
#ifndef STRATEGOS_PROVE_OM_PLAN_H
#define STRATEGOS_PROVE_OM_PLAN_H

#include "generals/scenario.h"
#include "prove/om_proof.h"

#define LANE_WORDS 8u
#define LANE_BITS  9u
#define LANES      (1u << LANE_BITS)

struct lanes {
    uint64_t words[LANE_WORDS];
};

/* Choices of one placement that are enumerated at most. */
#define OM_CHOICES_MAX 60u
#define OM_PATHS_MAX   100000u

/* A free choice, for those who turn a strategy into lies. */
struct om_choice {
    general_id path[ROUNDS_MAX]; /* ends with the traitor */
    uint8_t path_count;
    general_id to;
};

struct om_plan {
    unsigned generals;
    unsigned m;
    bool is_commander_loyal;
    order_nr order;
    general_set traitors; /* placed as om_lies_scenario places them */
    unsigned choice_count;
    struct om_choice choices[OM_CHOICES_MAX];

    /* Slots: two constants, the choices, the majorities. */
    size_t slot_count;
    size_t majority_count;
    struct om_majority *majorities; /* a slot is set before it is read */
    uint32_t *inputs;
    uint32_t roots[PROVE_GENERALS_MAX]; /* slots of what each loyal lieutenant obeys */
    unsigned root_count;
    uint32_t
        *again[OM_CHOICES_MAX]; /* majorities that hang on choice LANE_BITS + i or one before */
    size_t again_count[OM_CHOICES_MAX];
};

/* How many choices a placement has; UINT64_MAX where that overflows. */
uint64_t om_choice_count(const struct om_question *question, bool is_commander_loyal);

/* ERROR_LIMIT if there are more than OM_CHOICES_MAX choices or OM_PATHS_MAX paths. */
MUST_USE enum error om_plan_init(struct om_plan *plan, const struct om_question *question,
                                 bool is_commander_loyal, order_nr order, struct error_text *text);
void om_plan_fini(struct om_plan *plan);

/* What came of a run of strategies. */
struct om_counts {
    uint64_t strategies;
    uint64_t ic1_broken;
    uint64_t ic2_broken;
    uint64_t first; /* the lowest strategy that breaks something; UINT64_MAX: none */
};

/* Blocks of LANES strategies (the last one may be part of one). */
uint64_t om_plan_blocks(const struct om_plan *plan);

/* Enumerates blocks begin .. end - 1 and adds to `counts`. `slots`: plan->slot_count of them. */
void om_plan_run(const struct om_plan *plan, uint64_t begin, uint64_t end, struct lanes *slots,
                 struct om_counts *counts);

#endif
