/* prove_settings.h - the command line of `strategos-sim prove`. */
#ifndef STRATEGOS_COMMAND_PROVE_SETTINGS_H
#define STRATEGOS_COMMAND_PROVE_SETTINGS_H

#include "console/arguments.h"
#include "generals/scenario.h"

enum prove_method { PROVE_COMPOSE, PROVE_ENUMERATE };

struct prove_settings {
    struct argument_command command; /* for messages */
    enum algorithm algorithm;
    unsigned generals;
    unsigned m;
    unsigned traitors;
    unsigned orders;
    bool has_round_rule;
    const char *graph; /* NULL: complete */
    enum prove_method method;
    unsigned jobs;
    uint32_t shard_index; /* from 1 */
    uint32_t shard_count;
    bool json;
    bool quiet;
    bool is_table;
    unsigned table_generals;
    unsigned table_m;
    const char *svg;
    bool is_three;
    bool is_merge;
    const char *scenario; /* file for the counterexample */
    const char *resume;
    struct arguments arguments; /* --merge: files */
};

/* True: go on. False: leave with *exit_code; what was wrong has been said. */
bool prove_settings_parse(struct prove_settings *settings, int argc, char **argv, int *exit_code);

#endif
