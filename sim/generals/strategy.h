/* strategy.h - what a traitor says instead of what is due: the seam between the algorithms, which
 * know what a loyal general would say, and the strategies of scenario.h, which decide what is said.
 *
 * One value at a time, for OM, OM(m,p) and the naive algorithm; chains of SM have strategies of
 * their own (play_sm_traitors.h) that use the same script and the same dice. A choice depends on
 * its occasion alone, never on what was chosen before: in whatever order occasions are visited, the
 * game is the same. Loyal generals are not asked. */
#ifndef STRATEGOS_GENERALS_STRATEGY_H
#define STRATEGOS_GENERALS_STRATEGY_H

#include "base/verdict.h"
#include "generals/play.h"
#include "generals/scenario.h"

/* What the traitors of one scenario agreed on beforehand. */
struct plot {
    const struct scenario *scenario; /* borrowed */
    general_set first_half;          /* of the loyal generals: COLLUDE tells each half its own */
    const struct lie **script;       /* the lies, sorted; owned */
    size_t script_count;
};

MUST_USE enum error plot_init(struct plot *plot, const struct scenario *scenario);
void plot_fini(struct plot *plot);

/* One value that is due from a traitor: for each hop of an incomplete graph an occasion of its
 * own. */
struct occasion {
    unsigned instance;
    unsigned round;  /* from 1; OM(m,p): the hop's time */
    unsigned rounds; /* the last of the game */
    general_id from;
    general_id to;
    const general_id *path; /* the commander first, `from` last; naive: `from` alone */
    unsigned path_count;
    order_nr due;   /* ORDER_ABSENT: nothing is due */
    order_nr first; /* what `from` was told first in this instance; the commander: his order */
};

struct choice {
    enum fate fate;
    order_nr sent;        /* what is on its way; ORDER_ABSENT: nothing */
    order_nr heard;       /* what the receiver goes by; ORDER_ABSENT: as if nothing had come */
    enum verdict verdict; /* the receiver's */
};

/* What occasion->from, a traitor, says. */
struct choice strategy_choose(const struct plot *plot, const struct occasion *occasion);

/* What a loyal general says. */
static inline struct choice choice_loyal(order_nr due)
{
    return (struct choice){FATE_LOYAL, due, due, VERDICT_ACCEPTED};
}

/* The dice: a number that depends on the seed and these alone. */
uint64_t strategy_dice(const struct plot *plot, const struct occasion *occasion);

/* The lies of `from` to `to` along this path: `*count` of them from the pointer on (naive, OM and
 * OM(m,p): at most one). */
const struct lie *const *plot_lies(const struct plot *plot, general_id from, general_id to,
                                   const general_id *path, unsigned path_count, size_t *count);

/* Orders lies by their occasions (`from`, `to` and path); 0: the same occasion. */
int lie_compare(const struct lie *a, const struct lie *b);

/* Whom a traitor who splits tells ATTACK. */
general_set strategy_first_half(const struct scenario *scenario, general_id from,
                                general_id commander);

/* The opposite: the next order of the scenario's list. */
order_nr order_opposite(const struct scenario *scenario, order_nr order);

#endif
