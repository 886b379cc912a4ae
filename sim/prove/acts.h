/* acts.h - every strategy of a scenario's traitors, as scripts that are played: for graphs and
 * algorithms that nothing composes.
 *
 * An *act* is an occasion on which a traitor may say what he likes to a loyal general. OM, OM(m,p)
 * and naive: one of two orders (two are enough, see outcomes.h; what traitors tell each other is no
 * act, because at each act they choose freely anyhow). SM: a chain that ends with a traitor is
 * shown under any of two orders, under both, or not at all; where a loyal name in it was never
 * given for that order, showing it is in vain. A strategy is a number: its digits are the acts'
 * choices. */
#ifndef STRATEGOS_PROVE_ACTS_H
#define STRATEGOS_PROVE_ACTS_H

#include "generals/play.h"

struct act {
    general_id from;
    general_id to;
    uint8_t path_count;
    general_id path[ROUNDS_MAX];
};

struct acts {
    order_nr one;          /* the order beside RETREAT */
    unsigned bits_per_act; /* 1; SM: 2 */
    size_t count;
    struct act *items; /* owned */
};

#define ACTS_MAX 4096u

/* Of the scenario's traitors, whose strategies do not matter. ERROR_LIMIT: more than ACTS_MAX;
 * otherwise as play_run. */
MUST_USE enum error acts_init(struct acts *acts, const struct scenario *scenario,
                              struct error_text *text);
void acts_fini(struct acts *acts);

/* Binary choices in all: 2^bits strategies. */
static inline uint64_t acts_bits(const struct acts *acts)
{
    return acts->count * acts->bits_per_act;
}

/* Writes a strategy into the scenario's lies; `choices` has a byte for each act. Traitors become
 * SCRIPT. */
MUST_USE enum error acts_write(const struct acts *acts, const uint8_t *choices,
                               struct scenario *scenario, struct error_text *text);

/* Plays the scenario and says what is broken. */
MUST_USE enum error acts_play(const struct scenario *scenario, bool *ic1, bool *ic2,
                              struct error_text *text);

/* Plays strategies one after the other until one breaks something: all of them if 2^bits is at most
 * `plays_max`, else silence, each act alone, and then plays_max drawn by the scenario's seed.
 * Found: it is the scenario's script, cut down until no lie can be left out. `*plays`: how many
 * there were. `watch` (may be NULL): whether to go on; if not, ERROR_TIMEOUT. */
struct acts_search {
    uint64_t plays_max;
    bool (*watch)(void *context, uint64_t plays, uint64_t total);
    void *context;
    bool is_found;    /* out */
    bool is_complete; /* out: all strategies were played, or one was found */
    uint64_t plays;   /* out */
};
MUST_USE enum error acts_find(const struct acts *acts, struct scenario *scenario,
                              struct acts_search *search, struct error_text *text);

#endif
