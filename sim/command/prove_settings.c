/* prove_settings.c - see prove_settings.h. */
#include "command/prove_settings.h"

#include "prove/ballot.h"
#include "prove/enumerate.h"
#include "prove/sm_proof.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SHARDS_MAX 65536u

static const char description[] =
    "Decides whether IC1 (all loyal lieutenants obey the same order) and IC2 (they obey a loyal "
    "commander's order) hold whatever the traitors do: against every strategy of every placement "
    "of so many traitors, the commander among them or not. Where they do not, a counterexample is "
    "given that `strategos-sim generals --scenario` plays.\n"
    "compose builds what traitors can achieve from the leaves of the game to its root, which is "
    "exact and takes milliseconds. enumerate goes through the strategies one by one, on all cores; "
    "it can be cut into shards, stopped (Ctrl-C) and resumed.";

static const char ending[] =
    "\nEXAMPLES\n"
    "       strategos-sim prove --generals 7 --m 2 --traitors-count 2\n"
    "       strategos-sim prove --generals 3 --m 1 --scenario broken.conf\n"
    "       strategos-sim prove --table --svg table.svg\n"
    "       strategos-sim prove --algorithm sm --generals 4 --m 2 --method enumerate --orders 3\n"
    "       strategos-sim prove --generals 7 --m 2 --method enumerate --shard 3/64 --resume "
    "3.proof\n"
    "       strategos-sim prove --merge *.proof\n";

static const char exit_status[] =
    "       0  both conditions hold (or a shard is done and nothing broke them)\n"
    "       1  one is violated, or it could not be decided\n"
    "       2  wrong usage, or refused\n";

/* As options are parsed. */
struct raw {
    size_t algorithm;
    size_t method;
    uint64_t generals;
    uint64_t m;
    uint64_t traitors;
    uint64_t orders;
    uint64_t jobs;
    uint64_t table_generals;
    uint64_t table_m;
    bool no_round_rule;
    const char *shard;
    const char *named; /* asked for by mistake: not read as the beginning of --traitors-count */
};

#define UNSET   UINT64_MAX
#define OPTIONS 22u

static const char *const algorithms[] = {"om", "sm", NULL};
static const char *const methods[] = {"compose", "enumerate", NULL};

static struct argument_option number(const char *name, uint64_t *value, uint64_t minimum,
                                     uint64_t maximum, const char *help)
{
    return (struct argument_option){.name = name,
                                    .kind = ARGUMENT_NUMBER,
                                    .value = value,
                                    .placeholder = "N",
                                    .minimum = minimum,
                                    .maximum = maximum,
                                    .help = help};
}

static struct argument_option text(const char *name, const char **value, const char *placeholder,
                                   const char *help)
{
    return (struct argument_option){.name = name,
                                    .kind = ARGUMENT_TEXT,
                                    .value = value,
                                    .placeholder = placeholder,
                                    .help = help};
}

static struct argument_option flag(const char *name, bool *value, const char *help)
{
    return (struct argument_option){
        .name = name, .kind = ARGUMENT_FLAG, .value = value, .help = help};
}

static struct argument_option choice(const char *name, size_t *value, const char *const *choices,
                                     const char *help)
{
    return (struct argument_option){.name = name,
                                    .kind = ARGUMENT_CHOICE,
                                    .value = value,
                                    .placeholder = "NAME",
                                    .choices = choices,
                                    .help = help};
}

static void make_options(struct prove_settings *settings, struct raw *raw,
                         struct argument_option options[OPTIONS + 1])
{
    size_t i = 0;
    options[i++] = choice("algorithm", &raw->algorithm, algorithms, "Oral or signed messages.");
    options[i++] =
        number("generals", &raw->generals, 2, PROVE_GENERALS_MAX - 1,
               "Generals, the commander included. Default: 4, or as many as the graph has.");
    options[i++] = number("m", &raw->m, 0, PROVE_GENERALS_MAX - 3,
                          "The algorithm's m: it takes m + 1 rounds.");
    options[i++] = number("traitors-count", &raw->traitors, 0, PROVE_GENERALS_MAX - 1,
                          "Traitors among the generals. Default: m.");
    options[i++] = text("traitors", &raw->named, "LIST",
                        "Refused: every placement is tried. What traitors who are named can do: "
                        "`strategos-sim generals --strategy worst`.");
    options[i++] = text("graph", &settings->graph, "GRAPH",
                        "Who can talk to whom, as for `strategos-sim generals`: every placement "
                        "and every strategy is played, where there are few enough.");
    options[i++] = choice("method", &raw->method, methods,
                          "Compose what can be achieved, or enumerate strategies.");
    options[i++] = number("jobs", &raw->jobs, 1, ENUMERATION_JOBS_MAX,
                          "Threads of an enumeration. Default: one for each core.");
    options[i++] =
        text("shard", &raw->shard, "I/K", "Only part I of K of an enumeration (om), I from 1 on.");
    options[i++] = text("resume", &settings->resume, "FILE",
                        "Keep the state of an enumeration (om) in this file: go on from it if it "
                        "exists. It is the shard's result in the end.");
    options[i++] = flag("merge", &settings->is_merge,
                        "Add up the results of shards: the operands are their files.");
    options[i++] = text("scenario", &settings->scenario, "FILE",
                        "Write the counterexample, if there is one, to this scenario file.");
    options[i++] =
        number("orders", &raw->orders, 2, SM_ORDERS_MAX, "sm: how many orders there are.");
    options[i++] = flag("no-round-rule", &raw->no_round_rule,
                        "sm: take chains of any length in any round, to see what the rule is for.");
    options[i++] = flag("table", &settings->is_table,
                        "Decide om for all numbers of generals, traitors and m up to the bounds "
                        "below, and compare with the formula: n > 2k + m and k <= m.");
    options[i++] = number("table-generals", &raw->table_generals, 3, PROVE_GENERALS_MAX - 1,
                          "--table: the most generals.");
    options[i++] =
        number("table-m", &raw->table_m, 1, PROVE_GENERALS_MAX - 3, "--table: the largest m.");
    options[i++] = text("svg", &settings->svg, "FILE", "--table: draw it as a picture, too.");
    options[i++] = flag("three-generals", &settings->is_three,
                        "Try all 4,096 binary one-relay algorithms of three generals, one of whom "
                        "may be a traitor, and show that each fails.");
    options[i++] = flag("json", &settings->json, "Print JSON.");
    options[i++] = flag("quiet", &settings->quiet, "No progress on stderr.");
    options[i] = (struct argument_option){.name = NULL};
}

static unsigned core_count(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1                            ? 1
           : cores > (long)ENUMERATION_JOBS_MAX ? ENUMERATION_JOBS_MAX
                                                : (unsigned)cores;
}

/* "3/64". */
static bool read_shard(struct prove_settings *settings, const char *shard)
{
    unsigned index = 0;
    unsigned count = 0;
    int end = 0;
    settings->shard_index = 1;
    settings->shard_count = 1;
    if (shard == NULL) {
        return true;
    }
    /* NOLINTNEXTLINE(cert-err34-c): bounds and the end are checked below */
    if (strlen(shard) > 13 || sscanf(shard, "%6u/%6u%n", &index, &count, &end) != 2 ||
        shard[end] != '\0' || index < 1 || index > count || count > SHARDS_MAX) {
        return false;
    }
    settings->shard_index = index;
    settings->shard_count = count;
    return true;
}

/* What is wrong with the options together; NULL: nothing. */
static const char *trouble(const struct prove_settings *settings, const struct raw *raw)
{
    unsigned modes = (unsigned)settings->is_table + settings->is_three + settings->is_merge;
    bool is_om = settings->algorithm == ALGORITHM_OM;
    bool is_enumerated = settings->method == PROVE_ENUMERATE && is_om && settings->graph == NULL;
    if (raw->named != NULL) {
        return "--traitors: every placement is tried, of --traitors-count traitors; what those who "
               "are named can do: strategos-sim generals --strategy worst";
    }
    if (modes > 1) {
        return "--table, --three-generals and --merge exclude each other";
    }
    if (settings->svg != NULL && !settings->is_table) {
        return "--svg goes with --table only";
    }
    if (settings->arguments.operand_count > 0 && !settings->is_merge) {
        return "operands go with --merge only";
    }
    if (settings->is_merge && settings->arguments.operand_count == 0) {
        return "--merge: no files are given";
    }
    if ((raw->shard != NULL || settings->resume != NULL) && !is_enumerated) {
        return "--shard and --resume go with --algorithm om --method enumerate only";
    }
    if (is_om && (raw->no_round_rule || raw->orders != 2)) {
        return "--orders and --no-round-rule go with --algorithm sm only";
    }
    if (settings->graph != NULL && (modes > 0 || raw->orders != 2)) {
        return "--graph does not go with --table, --three-generals, --merge or --orders";
    }
    return NULL;
}

static int check(struct prove_settings *settings, const struct raw *raw)
{
    const struct argument_command *command = &settings->command;
    const char *what = trouble(settings, raw);
    if (what != NULL) {
        return arguments_refuse(command, "%s", what);
    }
    if (!read_shard(settings, raw->shard)) {
        return arguments_refuse(command,
                                "--shard '%s': it is I/K, with I from 1 to K and K at "
                                "most %u",
                                raw->shard, SHARDS_MAX);
    }
    if (settings->graph == NULL && raw->m > raw->generals - 2) {
        return arguments_refuse(command,
                                "--m %llu: of %llu generals at most %llu, because with "
                                "fewer than two lieutenants there is nobody to relay to",
                                (unsigned long long)raw->m, (unsigned long long)raw->generals,
                                (unsigned long long)raw->generals - 2);
    }
    if (settings->graph == NULL && settings->traitors > settings->generals) {
        return arguments_refuse(command, "--traitors-count %u: there are %u generals",
                                settings->traitors, settings->generals);
    }
    return EXIT_DONE;
}

bool prove_settings_parse(struct prove_settings *settings, int argc, char **argv, int *exit_code)
{
    struct argument_option options[OPTIONS + 1];
    struct raw raw = {.generals = UNSET,
                      .m = 1,
                      .traitors = UNSET,
                      .orders = 2,
                      .jobs = core_count(),
                      .table_generals = 10,
                      .table_m = 3};
    *settings = (struct prove_settings){
        .command = {.name = "strategos-sim prove",
                    .usage = "[--algorithm om|sm] [--generals N] [--m M] [--traitors-count K] "
                             "[OPTION ...]",
                    .summary = "prove what traitors can and cannot do",
                    .description = description,
                    .options = options,
                    .operands_max = SIZE_MAX,
                    .ending = ending,
                    .exit_status = exit_status}};
    make_options(settings, &raw, options);
    bool is_parsed =
        arguments_parse(&settings->command, argc, argv, &settings->arguments, exit_code);
    settings->command.options = NULL; /* on our stack */
    if (!is_parsed) {
        return false;
    }
    settings->algorithm = raw.algorithm == 0 ? ALGORITHM_OM : ALGORITHM_SM;
    settings->method = raw.method == 0 ? PROVE_COMPOSE : PROVE_ENUMERATE;
    settings->generals = raw.generals == UNSET ? 0 : (unsigned)raw.generals;
    if (settings->graph == NULL && raw.generals == UNSET) {
        raw.generals = 4;
        settings->generals = 4;
    }
    settings->m = (unsigned)raw.m;
    settings->traitors = raw.traitors == UNSET ? settings->m : (unsigned)raw.traitors;
    settings->orders = (unsigned)raw.orders;
    settings->has_round_rule = !raw.no_round_rule;
    settings->jobs = (unsigned)raw.jobs;
    settings->table_generals = (unsigned)raw.table_generals;
    settings->table_m = (unsigned)raw.table_m;
    *exit_code = check(settings, &raw);
    return *exit_code == EXIT_DONE;
}
