/* om_proof.h - whether OM(m) holds against every strategy of every k traitors, and the fewest lies
 * that break it where it does not.
 *
 * Lieutenants can be exchanged, so there are two placements: k traitors among the lieutenants, or
 * the commander and k - 1 of them. */
#ifndef STRATEGOS_PROVE_OM_PROOF_H
#define STRATEGOS_PROVE_OM_PROOF_H

#include "generals/scenario.h"
#include "prove/outcomes.h"

struct om_question {
    unsigned generals; /* 2 .. PROVE_GENERALS_MAX */
    unsigned m;        /* 0 .. generals - 2 */
    unsigned traitors; /* 0 .. generals */
};

/* How it breaks. */
struct om_break {
    bool is_commander_loyal;
    order_nr order;    /* his, which a traitor would have to tell */
    unsigned weight;   /* loyal lieutenants that obey ATTACK */
    lie_count_nr lies; /* 0 unless lies are counted */
};

struct om_proof {
    bool ic1; /* cannot be broken */
    bool ic2;
    struct om_break cheapest; /* if one of them can: one with the fewest lies */
};

/* The root cell of a placement; false if there is none such. */
bool om_proof_root(const struct om_question *question, bool is_commander_loyal, struct cell *root);

/* Who betrays, where a placement is played out: the generals with the highest numbers, but for a
 * commander who does. The commander is general 0. */
general_set om_proof_traitors(const struct om_question *question, bool is_commander_loyal);

/* OUTCOMES_FEWEST_LIES makes `cheapest` exact. ERROR_MEMORY, ERROR_LIMIT. */
MUST_USE enum error om_proof_decide(const struct om_question *question, enum outcomes_goal goal,
                                    struct om_proof *proof, struct error_text *text);

/* Up to so many generals the fewest lies are found in seconds. */
#define OM_FEWEST_GENERALS_MAX 11u

/* How the lies of a question are looked for. */
static inline enum outcomes_goal om_proof_goal(unsigned generals)
{
    return generals <= OM_FEWEST_GENERALS_MAX ? OUTCOMES_FEWEST_LIES : OUTCOMES_FEW_LIES;
}

/* The cheapest break under this commander's order alone, if any. `outcomes` is composed with a root
 * and this kind of commander. */
bool om_proof_find(const struct outcomes *outcomes, order_nr order, struct om_proof *proof);

/* What was found by experience and holds wherever it was looked at: with k >= 1, m >= 1, n >= k + 2
 * both conditions hold if and only if n > 2k + m and k <= m. */
static inline bool om_formula_holds(const struct om_question *question)
{
    return question->generals > 2 * question->traitors + question->m &&
           question->traitors <= question->m;
}

#endif
