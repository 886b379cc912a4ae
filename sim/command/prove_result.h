/* prove_result.h - what came of a proof, told on a terminal or as JSON, and its counterexample as a
 * scenario file. Inside `strategos-sim prove`. */
#ifndef STRATEGOS_COMMAND_PROVE_RESULT_H
#define STRATEGOS_COMMAND_PROVE_RESULT_H

#include "command/prove_settings.h"
#include "prove/strategies.h"

struct prove_result {
    const char *title; /* "OM(2), 7 generals, 2 traitors" */
    const char *graph; /* NULL: complete */
    bool is_complete;  /* every strategy is covered: what is not violated holds */
    bool ic1_violated;
    bool ic2_violated;
    struct strategies strategies; /* all, with every placement */
    uint64_t examined;            /* looked at one by one; 0: composed */
    bool is_first_break;          /* it was stopped at the first that breaks something */
    uint64_t ic1_broken;          /* of them */
    uint64_t ic2_broken;
    uint32_t parts_done; /* of an enumeration that is not complete */
    uint32_t parts;
    bool has_formula;
    bool formula_holds;
    const struct scenario *counterexample; /* NULL: none is known */
    bool is_fewest;                        /* no script breaks it with fewer lies */
};

/* Prints it and writes the scenario file, if one is wanted. Returns the exit code. */
int prove_result_show(const struct prove_settings *settings, const struct prove_result *result);

/* "NAME: text" on stderr; the exit code for trouble: 2 for what was asked, 1 for the environment.
 */
int prove_fail(const struct prove_settings *settings, enum error error,
               const struct error_text *text);

/* Whether stdout takes colours. */
bool prove_has_colour(void);

int prove_om(const struct prove_settings *settings);
int prove_om_enumerate(const struct prove_settings *settings);
int prove_om_merge(const struct prove_settings *settings);
int prove_sm(const struct prove_settings *settings);
int prove_graph(const struct prove_settings *settings);
int prove_table(const struct prove_settings *settings);
int prove_three(const struct prove_settings *settings);

#endif
