/* prove_result.c - see prove_result.h. */
#include "command/prove_result.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIES_SHOWN 20u

bool prove_has_colour(void)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread */
    const char *no_colour = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) == 1 && (no_colour == NULL || no_colour[0] == '\0');
}

int prove_fail(const struct prove_settings *settings, enum error error,
               const struct error_text *text)
{
    (void)fprintf(stderr, "%s: %s\n", settings->command.name, text->text);
    bool is_asked = error == ERROR_INVALID || error == ERROR_LIMIT || error == ERROR_FOREIGN ||
                    error == ERROR_EXISTS;
    return is_asked ? EXIT_USAGE : EXIT_REFUSED;
}

static const char *state_of(const struct prove_result *result, bool is_violated)
{
    if (is_violated) {
        return "violated";
    }
    return result->is_complete ? "holds" : "open";
}

static void print_condition(const struct prove_result *result, const char *name, bool is_violated,
                            const char *meaning)
{
    const char *colour = !prove_has_colour() ? "" : is_violated ? "\x1b[31m" : "\x1b[32m";
    const char *plain = colour[0] == '\0' ? "" : "\x1b[0m";
    (void)printf("  %s  %s%-9s%s %s\n", name, colour, state_of(result, is_violated), plain,
                 meaning);
}

static void print_lie(const struct scenario *scenario, const struct lie *lie)
{
    const char *order = scenario_order_name(scenario, lie->order);
    (void)printf("    %d tells %d %s, along", lie->from, lie->to,
                 lie->order == ORDER_ABSENT ? "nothing" : order);
    for (unsigned i = 0; i < lie->path_count; i++) {
        (void)printf(" %d", lie->path[i]);
    }
    (void)putchar('\n');
}

static void print_counterexample(const struct prove_result *result)
{
    const struct scenario *scenario = result->counterexample;
    bool is_loyal = !general_is_in(scenario->traitors, scenario->commander);
    (void)printf("\n  counterexample: commander %d%s, order %s; traitors", scenario->commander,
                 is_loyal ? "" : " (a traitor)", scenario_order_name(scenario, scenario->order));
    for (unsigned general = 0; general < scenario->generals; general++) {
        if (general_is_in(scenario->traitors, (general_id)general)) {
            (void)printf(" %u", general);
        }
    }
    if (scenario->lie_count == 0) {
        (void)printf("; they play %s\n", strategy_name(scenario->strategies[0]));
        return;
    }
    (void)printf("\n  %zu %s%s\n", scenario->lie_count, scenario->lie_count == 1 ? "lie" : "lies",
                 result->is_fewest ? ", fewer do not do it:" : ":");
    for (size_t i = 0; i < scenario->lie_count && i < LIES_SHOWN; i++) {
        print_lie(scenario, &scenario->lies[i]);
    }
    if (scenario->lie_count > LIES_SHOWN) {
        (void)printf("    and %zu more: --scenario FILE writes them all\n",
                     scenario->lie_count - LIES_SHOWN);
    }
}

static void print_strategies(const struct prove_settings *settings,
                             const struct prove_result *result)
{
    char form[STRATEGIES_FORM_BYTES];
    char exact[STRATEGIES_EXACT_BYTES];
    strategies_form(&result->strategies, form);
    bool has_digits = strategies_exact(&result->strategies, exact) && strlen(exact) <= 60 &&
                      strcmp(exact, form) != 0;
    (void)printf("  strategies  %s%s%s, every placement counted\n", has_digits ? exact : "",
                 has_digits ? " = " : "", form);
    (void)printf("  method      %s\n", settings->method == PROVE_COMPOSE && result->examined == 0
                                           ? "composed from what can be achieved below each path"
                                           : "played one by one");
    if (result->examined != 0 && result->is_first_break) {
        (void)printf("  examined    %" PRIu64 ", the last of which breaks it\n", result->examined);
    } else if (result->examined != 0) {
        (void)printf("  examined    %" PRIu64 "%s; IC1 broken by %" PRIu64 ", IC2 by %" PRIu64 "\n",
                     result->examined, result->graph == NULL ? " up to exchanging generals" : "",
                     result->ic1_broken, result->ic2_broken);
    }
    if (!result->is_complete) {
        (void)printf("  covered     %" PRIu32 " of %" PRIu32 " parts\n", result->parts_done,
                     result->parts);
    }
}

static void print_text(const struct prove_settings *settings, const struct prove_result *result)
{
    (void)printf("%s: every strategy of every placement\n\n", result->title);
    print_condition(result, "IC1", result->ic1_violated,
                    "all loyal lieutenants obey the same order");
    print_condition(result, "IC2", result->ic2_violated, "they obey a loyal commander's order");
    (void)putchar('\n');
    print_strategies(settings, result);
    if (result->has_formula) {
        (void)printf("  formula     n > 2k + m and k <= m: %s\n",
                     result->formula_holds ? "both hold" : "not both hold");
    }
    if (result->counterexample == NULL && (result->ic1_violated || result->ic2_violated)) {
        (void)printf(
            "\n  counterexample: with so many generals it is worked out for --scenario only\n");
    }
    if (result->counterexample != NULL) {
        print_counterexample(result);
        if (settings->scenario != NULL) {
            (void)printf("\n  play it:  strategos-sim generals --scenario %s\n",
                         settings->scenario);
        }
    }
}

static json_t *json_of_lies(const struct scenario *scenario)
{
    json_t *lies = json_array();
    for (size_t i = 0; i < scenario->lie_count; i++) {
        const struct lie *lie = &scenario->lies[i];
        json_t *path = json_array();
        for (unsigned at = 0; at < lie->path_count; at++) {
            (void)json_array_append_new(path, json_integer(lie->path[at]));
        }
        json_t *order = lie->order == ORDER_ABSENT
                            ? json_null()
                            : json_string(scenario_order_name(scenario, lie->order));
        (void)json_array_append_new(lies,
                                    json_pack("{s:i, s:i, s:o, s:o}", "from", (int)lie->from, "to",
                                              (int)lie->to, "order", order, "path", path));
    }
    return lies;
}

static json_t *json_of_counterexample(const struct prove_result *result)
{
    const struct scenario *scenario = result->counterexample;
    if (scenario == NULL) {
        return json_null();
    }
    json_t *traitors = json_array();
    for (unsigned general = 0; general < scenario->generals; general++) {
        if (general_is_in(scenario->traitors, (general_id)general)) {
            (void)json_array_append_new(traitors, json_integer(general));
        }
    }
    general_id first = (general_id)__builtin_ctzll(scenario->traitors);
    return json_pack("{s:i, s:s, s:o, s:s, s:I, s:b, s:o}", "commander", (int)scenario->commander,
                     "order", scenario_order_name(scenario, scenario->order), "traitors", traitors,
                     "strategy", strategy_name(scenario->strategies[first]), "lie_count",
                     (json_int_t)scenario->lie_count, "is_fewest", (int)result->is_fewest, "lies",
                     json_of_lies(scenario));
}

/* null: not violated so far, and not all is covered. */
static json_t *json_of_condition(const struct prove_result *result, bool is_violated)
{
    return is_violated || result->is_complete ? json_boolean(!is_violated) : json_null();
}

static void print_json(const struct prove_settings *settings, const struct prove_result *result)
{
    char form[STRATEGIES_FORM_BYTES];
    char exact[STRATEGIES_EXACT_BYTES];
    strategies_form(&result->strategies, form);
    json_t *digits =
        strategies_exact(&result->strategies, exact) ? json_string(exact) : json_null();
    json_t *formula = result->has_formula ? json_boolean(result->formula_holds) : json_null();
    json_t *graph = result->graph == NULL ? json_string("complete") : json_string(result->graph);
    bool is_composed = settings->method == PROVE_COMPOSE && result->examined == 0;
    json_t *page = json_pack(
        "{s:s, s:i, s:i, s:i, s:o, s:s, s:o, s:o, s:b, s:o, s:s, s:I, s:I, s:I, s:o, s:o}",
        "algorithm", algorithm_name(settings->algorithm), "generals", (int)settings->generals, "m",
        (int)settings->m, "traitors", (int)settings->traitors, "graph", graph, "method",
        is_composed ? "compose" : "enumerate", "ic1",
        json_of_condition(result, result->ic1_violated), "ic2",
        json_of_condition(result, result->ic2_violated), "complete", (int)result->is_complete,
        "strategies", digits, "strategies_form", form, "examined", (json_int_t)result->examined,
        "ic1_broken", (json_int_t)result->ic1_broken, "ic2_broken", (json_int_t)result->ic2_broken,
        "formula", formula, "counterexample", json_of_counterexample(result));
    (void)json_dumpf(page, stdout, JSON_INDENT(2));
    (void)putchar('\n');
    json_decref(page);
}

static bool write_scenario(const struct prove_settings *settings, const struct scenario *scenario)
{
    FILE *file = fopen(settings->scenario, "we");
    bool is_written = file != NULL;
    if (is_written) {
        scenario_write(scenario, file);
        is_written = ferror(file) == 0;
        is_written = fclose(file) == 0 && is_written;
    }
    if (!is_written) {
        (void)fprintf(stderr, "%s: --scenario '%s': cannot be written: %s\n",
                      settings->command.name, settings->scenario, strerrordesc_np(errno));
    }
    return is_written;
}

int prove_result_show(const struct prove_settings *settings, const struct prove_result *result)
{
    if (settings->scenario != NULL && result->counterexample != NULL &&
        !write_scenario(settings, result->counterexample)) {
        return EXIT_REFUSED;
    }
    if (settings->json) {
        print_json(settings, result);
    } else {
        print_text(settings, result);
    }
    return result->ic1_violated || result->ic2_violated ? EXIT_REFUSED : EXIT_DONE;
}
