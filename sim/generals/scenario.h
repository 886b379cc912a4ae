/* scenario.h - one game of generals, completely: who commands, who betrays and how, who can talk to
 * whom. The same scenario is played the same way everywhere and always. */
#ifndef STRATEGOS_GENERALS_SCENARIO_H
#define STRATEGOS_GENERALS_SCENARIO_H

#include "agreement/general.h"
#include "agreement/graph.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCENARIO_NAME_BYTES 64u
#define SCENARIO_TEXT_BYTES 1024u
#define SCENARIO_ORDERS_MAX 16u
#define SCENARIO_LIES_MAX   1000000u
#define PLAY_MEMORY_DEFAULT ((uint64_t)2 << 30)

enum algorithm {
    ALGORITHM_OM,   /* oral messages; on an incomplete graph OM(m,p) */
    ALGORITHM_SM,   /* signed messages */
    ALGORITHM_NAIVE /* every general tells every other his private order; all obey the majority */
};

/* What a traitor does. Values (OM, OM(m,p), naive) and chains (SM) differ where it says so. A loyal
 * general never has two orders for one occasion, never forges, and is never late. */
enum strategy {
    STRATEGY_LOYAL,   /* a traitor who does nothing wrong */
    STRATEGY_SILENT,  /* says nothing */
    STRATEGY_LIE,     /* one order to all, always: `lie_order`. SM: a commander signs it instead of
                       * his own; a lieutenant, who can sign no other order than the commander did,
                       * tells nobody of those that are not it */
    STRATEGY_FLIP,    /* the opposite of what is due (the next order of the list). SM: as LIE, with
                       * the opposite of the commander's order */
    STRATEGY_SPLIT,   /* ATTACK to the first half of the others (by number, the commander left out),
                       * RETREAT to the rest. SM: a commander signs both; a lieutenant relays to the
                       * first half alone */
    STRATEGY_RANDOM,  /* by the seed, anew for each path and receiver; sometimes nothing. SM: a
                       * lieutenant relays or not */
    STRATEGY_LATE,    /* what is due, a round too late: it counts as absent */
    STRATEGY_GARBAGE, /* what is no order at all; SM: chains that are malformed */
    STRATEGY_FORGE,   /* SM: beside what is due, another order with loyal generals' names under it;
                       * OM: as FLIP */
    STRATEGY_TRUNCATE, /* SM: leaves signatures off; OM: silent in the last round */
    STRATEGY_REPLAY,  /* SM: beside what is due, the same again a round later, and the same chain of
                       * another instance; OM: repeats what it was told first whatever is due */
    STRATEGY_COLLUDE, /* traitors share keys and a plan. A traitorous commander: OM: all tell the
                       * first half of the loyal generals ATTACK, the rest RETREAT; SM: a second
                       * order is kept back and shown in the last round, under the names of traitors
                       * alone, to one loyal lieutenant. A loyal commander: OM: all tell everybody
                       * the opposite of his order; SM: silent. Naive: as OM under a traitor */
    STRATEGY_SCRIPT,  /* what `lies` says; loyal where they say nothing */
    STRATEGY_WORST,   /* a script still to be searched for, see prove/worst.h; not playable */
    STRATEGY_COUNT
};

/* One scripted act: the general `from`, a traitor, tells `to` this order along `path`, instead of
 * what is due there.
 * OM and OM(m,p): `path` is what the order went through, `from` last. Naive: `path` is `from`
 * alone. SM: `path` is who signed, in order, and the chain is sent in the round of its length:
 * whether it is due or not, several orders along one path too; `from` may send for another traitor.
 * The beginning of a chain that no traitor has seen, and a loyal general's name in the rest, are
 * forged. */
struct lie {
    general_id from;
    general_id to;
    order_nr order; /* ORDER_ABSENT: says nothing */
    uint8_t path_count;
    general_id path[ROUNDS_MAX];
};

enum expectation { EXPECT_NOTHING, EXPECT_HOLDS, EXPECT_VIOLATED };

struct scenario {
    char name[SCENARIO_NAME_BYTES];
    char text[SCENARIO_TEXT_BYTES]; /* what it shows; may be empty */
    enum algorithm algorithm;
    unsigned generals;
    unsigned m;
    general_id commander;
    order_nr order;      /* the commander's */
    bool is_interactive; /* every general commands once: interactive consistency */
    order_nr private_orders[GENERALS_MAX]; /* interactive and naive: each general's own */
    unsigned order_count;                  /* 2 .. SCENARIO_ORDERS_MAX; 0 RETREAT, 1 ATTACK */
    char order_names[SCENARIO_ORDERS_MAX][32];
    general_set traitors;
    enum strategy strategies[GENERALS_MAX]; /* STRATEGY_LOYAL of who is no traitor */
    order_nr lie_order;
    struct graph graph; /* complete or not, always filled in */
    char graph_name[SCENARIO_NAME_BYTES];
    unsigned p;          /* OM(m,p) on a graph that is not complete; 0: the largest that there is */
    bool is_beyond;      /* play it although m or n are beyond what the theory allows */
    bool has_round_rule; /* SM: false only to show what it is for */
    uint64_t seed;
    uint64_t memory_bytes_max;
    struct lie *lies; /* owned; grown by scenario_add_lie alone */
    size_t lie_count;
    enum expectation expect_ic1; /* of scenario files: what must come out */
    enum expectation expect_ic2;
    bool expect_refused;
};

/* Defaults: OM(1) of four generals on the complete graph, commander 0, attack, all loyal, seed 1.
 */
void scenario_init(struct scenario *scenario);
void scenario_fini(struct scenario *scenario);

/* `copy` is not initialised before; on failure it owns nothing. */
MUST_USE enum error scenario_copy(struct scenario *copy, const struct scenario *scenario,
                                  struct error_text *text);

/* Adds a lie; ERROR_MEMORY or ERROR_LIMIT with a text. */
MUST_USE enum error scenario_add_lie(struct scenario *scenario, const struct lie *lie,
                                     struct error_text *text);

/* The number of an order's name, added if new; ERROR_LIMIT if there are too many. */
MUST_USE enum error scenario_order(struct scenario *scenario, const char *name, order_nr *order,
                                   struct error_text *text);
const char *scenario_order_name(const struct scenario *scenario, order_nr order); /* "-": absent */

/* Draws `count` traitors by the seed; those who have no strategy yet play RANDOM. */
void scenario_draw_traitors(struct scenario *scenario, unsigned count);

/* Whether it can be played; if not, `text` says which value, its bound and why (m against n, the
 * graph's connection or regularity with the general and the missing paths, memory with the figure,
 * strategies that fit the algorithm, a lie by its number, from 1). ERROR_LIMIT: too large;
 * ERROR_INVALID: anything else. */
MUST_USE enum error scenario_check(const struct scenario *scenario, struct error_text *text);

/* Names, as options and files write them. */
const char *algorithm_name(enum algorithm algorithm); /* "om" "sm" "naive" */
bool algorithm_from_name(const char *name, enum algorithm *algorithm);
const char *strategy_name(enum strategy strategy); /* "silent", "lie" ... */
bool strategy_from_name(const char *name, enum strategy *strategy);

/* A scenario file (libconfuse, like the group file; configs/scenarios/). Errors name file, line,
 * value and bound. `scenario` is initialised by scenario_init before. */
MUST_USE enum error scenario_read(struct scenario *scenario, const char *path,
                                  struct error_text *text);
/* The same scenario as a file; `stream` is a FILE *. */
void scenario_write(const struct scenario *scenario, void *stream);

#endif
