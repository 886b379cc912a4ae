/* shrink.c - `strategos-sim shrink`: the smallest run that still fails in the same way. */
#include "campaign/shrink.h"
#include "base/plural.h"
#include "command/command.h"
#include "command/run_print.h"
#include "console/interrupt.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char exit_status[] = "       0  the run holds: there is nothing to shrink\n"
                                  "       1  it could not be played again\n"
                                  "       2  wrong usage\n"
                                  "       10 what is left violates a safety property\n"
                                  "       11 liveness: something never comes about\n"
                                  "       12 an invariant is broken, or the program crashes\n";

static void on_smaller(void *context, const struct plan *plan, uint64_t runs)
{
    (void)context;
    (void)fprintf(stderr, "%" PRIu64 " run%s: %zu fault%s left\n", runs, plural(runs),
                  plan->fault_total, plural(plan->fault_total));
}

static bool is_stop_wanted(void *context)
{
    (void)context;
    return interrupt_is_caught();
}

/* The faults that are not needed, as --without takes them; `text` has room. */
static void list(const bool *removed, char *text, size_t room)
{
    size_t size = 0;
    text[0] = '\0';
    for (size_t i = 0; i < PLAN_FAULTS_MAX && size + 8 < room; i++) {
        if (removed[i]) {
            int length = snprintf(text + size, room - size, "%s%zu", size == 0 ? "" : ",", i);
            size += (size_t)length;
        }
    }
}

static int run(const struct argument_command *command, struct run_options *options)
{
    static struct plan plan;
    static bool removed[PLAN_FAULTS_MAX];
    static char without[8 * PLAN_FAULTS_MAX];
    struct error_text text = {{0}};
    struct shrink_goal goal;
    struct shrink shrink = {.on_smaller = on_smaller, .is_stop_wanted = is_stop_wanted};
    uint64_t runs = 0;
    if (options->without != NULL || options->until_ns != 0) {
        return arguments_refuse(command, "--without and --until are what shrink finds itself");
    }
    enum error error = run_options_plan(options, &plan, &text);
    if (error != OK) {
        return error == ERROR_EXISTS ? EXIT_DONE : arguments_refuse(command, "%s", text.text);
    }
    interrupt_catch();
    uint64_t until_ns = plan.faults_until_ns;
    error = shrink_run(&shrink, &plan, removed, &goal, &runs, &text);
    if (error != OK) {
        (void)fprintf(stderr, "%s: %s\n", command->name, text.text);
        return error == ERROR_INVALID ? EXIT_DONE : EXIT_REFUSED;
    }
    list(removed, without, sizeof without);
    options->without = without[0] == '\0' ? NULL : without;
    options->until_ns = plan.faults_until_ns < until_ns ? plan.faults_until_ns : 0;
    run_print_plan(options, &plan, stdout);
    (void)printf("still found after %" PRIu64 " run%s: %s\n", runs, plural(runs),
                 goal.has_crashed ? "crash" : goal.oracle);
    (void)printf("again:   strategos-sim replay %" PRIu64, options->seed);
    run_options_print(options, stdout);
    (void)printf("\n");
    const struct world_outcome outcome = {.has_finding = true, .property = goal.property};
    return run_exit_code(goal.has_crashed, &outcome);
}

int command_shrink(int argc, char **argv)
{
    struct run_options options;
    struct argument_option shared[RUN_OPTIONS];
    struct arguments arguments;
    int exit_code = EXIT_DONE;
    static const struct argument_option none[] = {{.name = NULL}};
    run_options_init(&options);
    run_options_table(&options, shared);
    const struct argument_command command = {
        .name = "strategos-sim shrink",
        .usage = "SEED [OPTION ...]",
        .summary = "make a failing run small",
        .description =
            "Takes out faults and shortens the run while it fails in the same way, until "
            "no single fault can be spared, and prints the command that replays it. Give it the "
            "options that the run was played with.",
        .options = none,
        .common = shared,
        .operands_min = 1,
        .operands_max = 1,
        .exit_status = exit_status,
        .ending = "EXAMPLES\n"
                  "       strategos-sim shrink 9 --replicas 4 --traitors 2 --beyond\n",
    };
    if (!arguments_parse(&command, argc, argv, &arguments, &exit_code)) {
        return exit_code;
    }
    if (!run_options_read_seed(&options, arguments.operands[0])) {
        return arguments_refuse(&command, "'%s' is not a seed", arguments.operands[0]);
    }
    return run(&command, &options);
}
