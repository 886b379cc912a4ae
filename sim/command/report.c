/* report.c - see report.h: what was played, what came of it, what it cost. */
#include "command/report.h"

#include "base/assert.h"
#include "base/plural.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

const char *report_order(const struct report *report, order_nr order)
{
    static char letters[32];
    const char *name = scenario_order_name(&report->play->scenario, order);
    if (!report->is_short || strlen(name) <= report->letters) {
        return name;
    }
    (void)snprintf(letters, sizeof letters, "%.*s", (int)report->letters, name);
    return letters;
}

void report_legend(const struct report *report)
{
    const struct scenario *scenario = &report->play->scenario;
    if (!report->is_short) {
        return;
    }
    (void)fputs(" ", report->out);
    for (unsigned order = 0; order < scenario->order_count; order++) {
        (void)fprintf(report->out, " %s = %s,", report_order(report, (order_nr)order),
                      scenario->order_names[order]);
    }
    (void)fputs(" - = nothing, ~ = too late, ? = garbage\n", report->out);
}

const char *report_general(const struct report *report, general_id general,
                           char text[REPORT_GENERAL_BYTES])
{
    bool is_traitor = general_is_in(report->play->scenario.traitors, general) != 0;
    (void)snprintf(text, REPORT_GENERAL_BYTES, "%u%s", general, is_traitor ? "*" : "");
    return text;
}

const char *report_path(const general_id *path, unsigned count, char text[REPORT_PATH_BYTES])
{
    size_t used = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < count && used < REPORT_PATH_BYTES - 4; i++) {
        used += (size_t)snprintf(text + used, REPORT_PATH_BYTES - used, "%s%u", i == 0 ? "" : ">",
                                 path[i]);
    }
    return text;
}

void report_head(const struct report *report, const char *format, ...)
{
    va_list values;
    (void)fprintf(report->out, "\n%s", tint_begin(TINT_HEAD, report->has_colour));
    va_start(values, format);
    (void)vfprintf(report->out, format, values);
    va_end(values);
    (void)fprintf(report->out, "%s\n", tint_end(TINT_HEAD, report->has_colour));
}

void report_wrap(const struct report *report, unsigned indent, const char *text)
{
    size_t const width = REPORT_COLUMNS - indent;
    while (*text != '\0') {
        size_t length = strlen(text);
        if (length > width) {
            length = width;
            while (length > 1 && text[length] != ' ') {
                length--;
            }
        }
        (void)fprintf(report->out, "%*s%.*s\n", (int)indent, "", (int)length, text);
        text += length;
        text += *text == ' ' ? 1 : 0;
    }
}

/* The fewest letters by which all orders differ; at least those of one. */
static unsigned letters_needed(const struct scenario *scenario)
{
    for (unsigned letters = 1; letters < sizeof scenario->order_names[0]; letters++) {
        bool is_unique = true;
        for (unsigned a = 0; a < scenario->order_count; a++) {
            for (unsigned b = 0; b < a; b++) {
                is_unique = is_unique && strncmp(scenario->order_names[a], scenario->order_names[b],
                                                 letters) != 0;
            }
        }
        if (is_unique) {
            return letters;
        }
    }
    return sizeof scenario->order_names[0];
}

static void print_title(const struct report *report)
{
    const struct scenario *scenario = &report->play->scenario;
    const char *kind = scenario->is_interactive ? "Interactive consistency by " : "";
    if (scenario->name[0] != '\0') {
        (void)fprintf(report->out, "%s%s%s\n", tint_begin(TINT_HEAD, report->has_colour),
                      scenario->name, tint_end(TINT_HEAD, report->has_colour));
    }
    report_wrap(report, 0, scenario->text);
    (void)fputs(scenario->name[0] != '\0' || scenario->text[0] != '\0' ? "\n" : "", report->out);
    (void)fputs(tint_begin(TINT_HEAD, report->has_colour), report->out);
    if (scenario->algorithm == ALGORITHM_NAIVE) {
        (void)fprintf(report->out, "Naive voting of %u generals, 1 round", scenario->generals);
    } else if (scenario->algorithm == ALGORITHM_SM) {
        (void)fprintf(report->out, "%sSM(%u), signed messages, %u generals, %u round%s%s", kind,
                      report->play->rounds - 1, scenario->generals, report->play->rounds,
                      plural(report->play->rounds),
                      scenario->has_round_rule ? "" : ", without the round rule");
    } else if (graph_is_complete(&scenario->graph)) {
        (void)fprintf(report->out, "%sOM(%u), oral messages, %u generals, %u round%s", kind,
                      scenario->m, scenario->generals, report->play->rounds,
                      plural(report->play->rounds));
    } else {
        (void)fprintf(report->out, "%sOM(%u,%u), oral messages, %u generals, %u hop%s", kind,
                      scenario->m, scenario->p, scenario->generals, report->play->rounds,
                      plural(report->play->rounds));
    }
    (void)fprintf(report->out, "%s\n", tint_end(TINT_HEAD, report->has_colour));
}

static void add_traitors(const struct report *report, struct grid *grid)
{
    const struct scenario *scenario = &report->play->scenario;
    bool is_first = true;
    for (unsigned general = 0; general < scenario->generals; general++) {
        if (general_is_in(scenario->traitors, (general_id)general) != 0) {
            uint64_t acted = report->play->acted[general];
            grid_add(grid, TINT_PLAIN, "%s", is_first ? "traitors" : "");
            grid_add(grid, TINT_PLAIN, "%u*, %s; acted %" PRIu64 " time%s", general,
                     strategy_name(scenario->strategies[general]), acted, plural(acted));
            is_first = false;
        }
    }
    if (is_first) {
        grid_add(grid, TINT_PLAIN, "traitors");
        grid_add(grid, TINT_PLAIN, "none");
    }
}

static void print_facts(const struct report *report)
{
    const struct scenario *scenario = &report->play->scenario;
    struct grid grid;
    grid_init(&grid, 2);
    if (scenario->algorithm != ALGORITHM_NAIVE && !scenario->is_interactive) {
        bool is_traitor = general_is_in(scenario->traitors, scenario->commander) != 0;
        grid_add(&grid, TINT_PLAIN, "commander");
        grid_add(&grid, TINT_PLAIN, is_traitor ? "%u*, a traitor" : "%u, orders %s",
                 scenario->commander, scenario_order_name(scenario, scenario->order));
    }
    add_traitors(report, &grid);
    grid_add(&grid, TINT_PLAIN, "graph");
    grid_add(&grid, TINT_PLAIN, "%s", scenario->graph_name);
    grid_add(&grid, TINT_PLAIN, "seed");
    grid_add(&grid, TINT_PLAIN, "%" PRIu64, scenario->seed);
    grid_print(&grid, report->out, report->has_colour);
    grid_fini(&grid);
    if (report->search != NULL) {
        report_wrap(report, 2, report->search);
    }
}

/* "attack: 0 1 3" for the loyal generals who obey it; a paragraph for each order. */
static void print_decisions(const struct report *report)
{
    const struct scenario *scenario = &report->play->scenario;
    for (unsigned order = 0; order < scenario->order_count; order++) {
        char line[32 + 4 * GENERALS_MAX];
        int used = snprintf(line, sizeof line, "%s:", scenario->order_names[order]);
        int const empty = used;
        for (unsigned general = 0; general < scenario->generals; general++) {
            bool is_loyal = general_is_in(scenario->traitors, (general_id)general) == 0;
            if (is_loyal && report->play->decisions[general] == order) {
                used += snprintf(line + used, sizeof line - (size_t)used, " %u", general);
            }
        }
        if (used > empty) {
            report_wrap(report, 2, line);
        }
    }
}

static void print_verdict(const struct report *report, const char *name, bool holds,
                          const char *reason)
{
    enum tint tint = holds ? TINT_GOOD : TINT_LIE;
    (void)fprintf(report->out, "\n  %s%s %s%s\n", tint_begin(tint, report->has_colour), name,
                  holds ? "holds" : "is violated", tint_end(tint, report->has_colour));
    report_wrap(report, 6, reason);
}

static bool is_as_expected(enum expectation expectation, bool holds)
{
    return expectation == EXPECT_NOTHING || (expectation == EXPECT_HOLDS) == holds;
}

static void print_expectation(const struct report *report)
{
    const struct scenario *scenario = &report->play->scenario;
    if (scenario->expect_ic1 == EXPECT_NOTHING && scenario->expect_ic2 == EXPECT_NOTHING &&
        !scenario->expect_refused) {
        return;
    }
    bool is_met = !scenario->expect_refused &&
                  is_as_expected(scenario->expect_ic1, report->play->ic1) &&
                  is_as_expected(scenario->expect_ic2, report->play->ic2);
    (void)fprintf(report->out, "\n  %s\n",
                  is_met ? "This is what the scenario file expects."
                         : "The scenario file, as it stands, expects otherwise.");
}

static void add_count(struct grid *grid, const char *what, uint64_t count, uint64_t formula)
{
    grid_add(grid, TINT_PLAIN, "%s", what);
    grid_add(grid, TINT_PLAIN, "%" PRIu64, count);
    if (formula == UINT64_MAX) {
        grid_add(grid, TINT_PLAIN, "too many for 64 bits");
    } else if (formula != 0) {
        grid_add(grid, TINT_PLAIN, "%" PRIu64, formula);
    } else {
        grid_add(grid, TINT_PLAIN, "%s", "");
    }
}

static void print_counts(const struct report *report)
{
    const struct play *play = report->play;
    struct grid grid;
    report_head(report, "What it cost");
    grid_init(&grid, 3);
    grid_add(&grid, TINT_FAINT, "%s", "");
    grid_add(&grid, TINT_FAINT, "sent");
    grid_add(&grid, TINT_FAINT, "%s",
             play->messages_formula == 0 ? "" : "were all loyal, by formula");
    add_count(&grid, "messages", play->sent_count, play->messages_formula);
    add_count(&grid, "packets", play->packet_count, play->packets_formula);
    if (play->scenario.algorithm == ALGORITHM_SM) {
        add_count(&grid, "signatures made", play->signature_count, 0);
        add_count(&grid, "signatures checked", play->verify_count, 0);
    }
    grid_print(&grid, report->out, report->has_colour);
    grid_fini(&grid);
}

/* A traitor who never did anything wrong makes a game look better than it is. */
static void print_idle_traitors(const struct report *report)
{
    const struct scenario *scenario = &report->play->scenario;
    for (unsigned general = 0; general < scenario->generals; general++) {
        bool is_searched = report->search != NULL && /* which found nothing, and said so */
                           scenario->strategies[general] == STRATEGY_LOYAL;
        if (general_is_in(scenario->traitors, (general_id)general) != 0 && !is_searched &&
            report->play->acted[general] == 0) {
            char line[160];
            (void)snprintf(line, sizeof line,
                           "Traitor %u never acted: with the strategy %s he said what a loyal "
                           "general would have said, so this game shows nothing about him.",
                           general, strategy_name(scenario->strategies[general]));
            (void)fputc('\n', report->out);
            report_wrap(report, 0, line);
        }
    }
}

void report_print(struct report *report)
{
    report->letters = letters_needed(&report->play->scenario);
    print_title(report);
    print_facts(report);
    report_print_rounds(report);
    report_print_votes(report);
    if (report->has_tree) {
        report_print_tree(report);
    }
    report_head(report, "What came of it");
    print_decisions(report);
    print_verdict(report, "IC1", report->play->ic1, report->play->ic1_reason);
    print_verdict(report, "IC2", report->play->ic2, report->play->ic2_reason);
    print_expectation(report);
    print_counts(report);
    print_idle_traitors(report);
}
