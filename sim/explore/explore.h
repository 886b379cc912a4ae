/* explore.h - small-scope model checking of Simplex: the production code (agreement/simplex.h), not
 * a model of it, in every state that four replicas, one of them a traitor, can come to in the first
 * few views, whatever the network and the clocks do.
 *
 * A state is the memory of three loyal replicas. Nothing else is in it:
 *  - the network may delay, reorder, repeat and lose. What was said once can be delivered at any
 *    later time, or never; so messages under way are the facts that loyal replicas have said, and
 *    these are part of their own state;
 *  - the traitor may say everything, to anybody, at any time: any vote, any order he could make as
 *    a commander, any certificate that can be put together of what was said, and such as cannot,
 *    with too few signers or forged signatures. So he needs no state;
 *  - a view's timers may run out at any time. Limits of time are thus never relied on.
 * Bounds: orders cover nothing (content is the replica's affair); votes and orders are of the views
 * in scope; the traitor's orders are those of scope.h, none of which names a parent that never was;
 * what is final is decided at once; crashes, if asked for, happen between turns and as often as one
 * likes.
 *
 * Reductions, and why they are sound:
 *  - *Quorums at once.* A vote that brings no box to Q changes nothing but that box: neither what
 *    is said nor what other events do. So any run can put off each vote to the moment before the
 *    one that completes a certificate, at the same replica; no other replica notices. Hence votes
 *    for one fact are given together, all that can be had (more never hurt), and are forgotten if
 *    nothing came of it. An early vote of the traitor for something else would only stand in the
 *    way, and not even that, since certificates replace it; certificates are given too. A
 *    commander's Notarize comes with his proposal and is kept.
 *  - *Certified is certified.* See local.h.
 *  - *Twins.* Two replicas that command no view in scope differ in name alone: exchanging all
 *    that is theirs maps states to states and breaches to breaches. So a state and its image
 *    count once; likewise, of traitors that command no view one stands for all.
 * None of them is needed: `is_exact` switches all off, and tests hold the two against each other.
 * There is no partial order reduction: it saves transitions, which are cheap here (locals.h), but
 * no state in which two replicas have done this or that of what is independent.
 *
 * Two views are explored in full. Three have too many states; `width_max` then bounds how many are
 * followed of those equally far from the start, spread evenly in the order of finding, so that the
 * search gets through all views in a time that grows with their number only. Nothing is left out
 * within the distance `depth_whole`; beyond it what is found is real, and what is not found says
 * little. The same settings follow the same states.
 *
 * What is checked in each state: no loyal replica said what the rules forbid; it notarized only
 * what a loyal commander gave, and voted for an order only when the certificates that it stands on
 * could be put together of what was said, the traitor's votes included; what was decided is on one
 * chain; of all certificates that could be, no finalization stands beside one that it excludes.
 * From some states the group is let run on with the traitor silent (settle.h): it has to finalize
 * more. */
#ifndef STRATEGOS_EXPLORE_EXPLORE_H
#define STRATEGOS_EXPLORE_EXPLORE_H

#include "explore/bench.h"

struct explore_settings {
    unsigned views;      /* 1 .. SCOPE_VIEWS_MAX */
    replica_id traitor;  /* 0 .. SCOPE_REPLICAS - 1 */
    bool has_restarts;   /* loyal replicas may crash and restart */
    bool is_exact;       /* no reduction: far more states */
    uint64_t states_max; /* at most EXPLORE_STATES_MAX */
    uint32_t depth_max;  /* steps from the start; 0: no bound */
    uint64_t width_max;  /* states equally far from the start that are followed; 0: all */
    uint64_t settle_max; /* states from which the group is let run on, and as many without a step */
    /* Called now and then; false ends the work early. May be NULL. */
    bool (*watch)(void *context, uint64_t states, uint64_t left);
    /* Called for each state, in the order of finding. May be NULL. */
    void (*visit)(void *context, const struct local locals[SCOPE_SEATS]);
    void *context;
};

#define EXPLORE_STATES_MAX (UINT32_MAX - 1u)

/* One replica takes one event. */
struct explore_step {
    replica_id replica;
    struct event event;
    view_nr view; /* then */
    fact_set says;
};

struct explore_result {
    struct scope scope;
    uint64_t states;
    uint64_t transitions;
    uint64_t endings;             /* states without a step */
    uint32_t locals[SCOPE_SEATS]; /* local states of each loyal replica */
    uint64_t calls;               /* events given to Simplex */
    uint64_t settled;             /* states from which the group was let run on */
    uint32_t depth;               /* of the last state */
    uint32_t depth_whole;         /* all states that are no farther from the start were seen */
    bool is_sampled;              /* of those farther away not all were followed (`width_max`) */
    bool is_complete;             /* all states in scope were seen */
    /* States by the highest view that a loyal replica is in; the last: beyond the scope. */
    uint64_t by_view[SCOPE_VIEWS_MAX + 1];
    enum breach breach;
    uint32_t step_count; /* how it comes to the breach: a shortest way of those followed */
    struct explore_step *steps;
};

/* The result is the caller's to end, whatever is returned. ERROR_MEMORY; ERROR_LIMIT: one replica
 * has more than LOCALS_MAX states. */
MUST_USE enum error explore_run(const struct explore_settings *settings,
                                struct explore_result *result, struct error_text *text);
void explore_result_fini(struct explore_result *result);

/* One line: who did what, and said what. */
#define EXPLORE_STEP_TEXT_BYTES 256u
const char *explore_step_text(const struct scope *scope, const struct explore_step *step,
                              char text[EXPLORE_STEP_TEXT_BYTES]);

#endif
