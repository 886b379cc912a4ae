/* sm_proof.h - whether SM(m) on a complete graph holds against every strategy of every k traitors.
 *
 * What traitors can do: a signature is beyond them only if a loyal general has not made it, so they
 * may show any loyal lieutenant any chain, of any order, that bears their own names alone, the
 * commander's first (*traitor-only* chains); or not. A chain with a loyal lieutenant's name in it
 * is of no use to them: he signed on taking the order up, before the last round, and told everybody
 * himself no later than they can. A loyal commander's name is under one order only, and he told it
 * to everybody in round 1. So only a commander who is a traitor matters, and a strategy is a subset
 * of (traitor-only chain, order, loyal lieutenant), each shown in the round of its length; without
 * the round rule, in any rounds: a subset of (chain, order, lieutenant, round).
 *
 * Enumerated one by one: SM(2) of 4 generals, 2 traitors, three orders: chains (c), (c t), two
 * loyal lieutenants: 2^12 = 4,096 strategies; 2^8 over two orders.
 *
 * Composed: chains of one length are worth the same, and of what a lieutenant is shown of one order
 * only the first round counts; lieutenants can be exchanged. So it is enough to look at each
 * multiset of schedules, a schedule being the first round (or none) of each order; the likeliest
 * one to break it comes first.
 *
 * The rules are those of agreement/sm.h in a nutshell (sets of orders instead of signatures); tests
 * play the same strategies with sm.h itself. */
#ifndef STRATEGOS_PROVE_SM_PROOF_H
#define STRATEGOS_PROVE_SM_PROOF_H

#include "base/error.h"
#include "generals/scenario.h"
#include "prove/strategies.h"

#define SM_ORDERS_MAX    4u
#define SM_CHOICES_MAX   30u       /* of a strategy enumerated: 2^30 take a minute or so */
#define SM_SCHEDULES_MAX 20000000u /* multisets looked at */

struct sm_question {
    unsigned generals; /* 2 .. PROVE_GENERALS_MAX */
    unsigned m;        /* 0 .. generals - 2 */
    unsigned traitors;
    unsigned orders; /* 2 .. SM_ORDERS_MAX */
    bool has_round_rule;
};

struct sm_proof {
    bool ic1;
    bool ic2;          /* holds always: see above */
    uint64_t examined; /* strategies, or multisets of schedules */
    uint64_t broken;   /* of them */
    uint64_t first;    /* the first broken strategy; only of an enumeration */
};

/* (chain, order, loyal lieutenant [, round]): choices of a commander who is a traitor. */
uint64_t sm_choice_count(const struct sm_question *question);
void sm_strategies(const struct sm_question *question, struct strategies *strategies);

/* ERROR_LIMIT with the number if there are too many. `watch` (may be NULL) is asked now and then
 * whether to go on; if not, ERROR_TIMEOUT. */
typedef bool sm_watch(void *context, uint64_t done, uint64_t total);
MUST_USE enum error sm_proof_enumerate(const struct sm_question *question, sm_watch *watch,
                                       void *context, struct sm_proof *proof,
                                       struct error_text *text);
MUST_USE enum error sm_proof_compose(const struct sm_question *question, struct sm_proof *proof,
                                     struct error_text *text);

/* One strategy of an enumeration: what each of the loyal lieutenants (n - k of them) obeys. */
void sm_proof_play(const struct sm_question *question, uint64_t strategy, order_nr *obeyed);

/* The chain, order, lieutenant (index among the loyal) and round of choice `index`. */
struct sm_choice {
    general_id chain[ROUNDS_MAX]; /* the commander is 0, other traitors 1 .. k - 1 */
    unsigned chain_count;
    order_nr order;
    unsigned lieutenant;
    unsigned round;
};
void sm_proof_choice(const struct sm_question *question, uint64_t index, struct sm_choice *choice);

/* A break as a scenario: a single lie, a chain of traitors alone shown to one lieutenant in the
 * last round. (Without the round rule that chain may be too short for a script: the strategy
 * COLLUDE shows it.) Traitors are 0 and those with the highest numbers. Only where IC1 is broken.
 */
MUST_USE enum error sm_proof_scenario(const struct sm_question *question, struct scenario *scenario,
                                      struct error_text *text);

#endif
