/* run_options.h - the options that cluster, campaign, replay and shrink share: what of a run is
 * fixed and not drawn. */
#ifndef STRATEGOS_COMMAND_RUN_OPTIONS_H
#define STRATEGOS_COMMAND_RUN_OPTIONS_H

#include "cluster/world.h"
#include "console/arguments.h"

/* The simulator's own exit codes. */
enum {
    EXIT_SAFETY = 10,
    EXIT_LIVENESS = 11,
    EXIT_CRASH = 12, /* or an invariant */
    EXIT_NEVER = 13  /* a declared state or strategy never happened */
};

#define RUN_OPTIONS 10u

struct run_options {
    uint64_t seed;
    uint64_t replicas;
    uint64_t faults;
    uint64_t traitors; /* UINT64_MAX: drawn */
    const char *strategy;
    const char *network;
    uint64_t length_ns;
    bool beyond;
    const char *without; /* numbers of faults to leave out */
    uint64_t until_ns;   /* faults end then; 0: as drawn */
};

void run_options_init(struct run_options *options);
/* The table's rows for these, ended by a row without a name; `rows` has room for RUN_OPTIONS. */
void run_options_table(struct run_options *options, struct argument_option *rows);
/* The row of --json, for those commands that have it. */
struct argument_option run_options_json(bool *json);
/* The operand of replay and shrink. False: it is no seed. */
bool run_options_read_seed(struct run_options *options, const char *text);
/* What the rows say, as the plan takes it. ERROR_INVALID: `text` says which option, value, bound.
 */
MUST_USE enum error run_options_read(const struct run_options *options, struct plan_options *plan,
                                     struct error_text *text);
/* Draws the plan and leaves out what is not wanted. */
MUST_USE enum error run_options_plan(const struct run_options *options, struct plan *plan,
                                     struct error_text *text);
/* removed[i]: --without names fault i. False: it is no list of numbers below `total`. */
bool run_options_removed(const struct run_options *options, size_t total,
                         bool removed[PLAN_FAULTS_MAX]);
/* " --replicas 7 --strategy silent ...": what a command line needs to make this plan again. */
void run_options_print(const struct run_options *options, void *stream);

/* The whole command that plays `seed` again, the caller's to free; NULL: no memory. */
char *run_options_replay(const struct run_options *options, uint64_t seed);

int run_exit_code(bool has_crashed, const struct world_outcome *outcome);
/* Of the tree that this was built from: "0.1.0 f4f5b08". */
const char *run_revision(void);

#endif
