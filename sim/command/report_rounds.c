/* report_rounds.c - who said what to whom: a table for each round, a row for each thing that was
 * said, a column for each general who was told. */
#include "command/report.h"
#include "command/report_rows.h"

#define MESSAGES_MAX 4000u /* more are never few rows */

/* The naive algorithm has none: all that is said is one. */
static size_t count_instances(const struct play *play)
{
    return play->instance_count == 0 ? 1 : play->instance_count;
}

/* What a receiver made of a chain. */
static const char *judgement(enum verdict verdict)
{
    switch ((int)verdict) {
    case VERDICT_ACCEPTED:
        return "new";
    case VERDICT_DUPLICATE:
        return "known";
    case VERDICT_STALE:
        return "too few";
    case VERDICT_BAD_AUTHENTICATION:
        return "forged";
    default:
        return verdict_name(verdict);
    }
}

/* Oral: the order that was heard. Signed: what the receiver made of the chain. */
static const char *content(const struct report *report, const struct message *message)
{
    if (message->fate == FATE_SILENT) {
        return report->is_short ? "-" : "silent";
    }
    if (message->fate == FATE_LATE) {
        return report->is_short ? "~" : "late";
    }
    if (report->play->scenario.algorithm == ALGORITHM_SM) {
        return judgement(message->verdict);
    }
    if (message->fate == FATE_GARBAGE) {
        return report->is_short ? "?" : "garbage";
    }
    return report_order(report, message->sent);
}

static void add_cell(const struct report *report, struct grid *grid, const struct row *row,
                     unsigned general)
{
    const struct message *message = &report->play->messages[row->to[general]];
    bool is_loyal = message->fate == FATE_LOYAL;
    char times[16] = "";
    if (row->times[general] > 1) {
        (void)snprintf(times, sizeof times, " x%u", row->times[general]);
    }
    grid_add(grid, is_loyal ? TINT_PLAIN : TINT_LIE, "%s%s%s", content(report, message),
             is_loyal ? "" : "!", times);
}

static void add_label(const struct report *report, struct grid *grid, const struct message *message)
{
    char general[REPORT_GENERAL_BYTES];
    char path[REPORT_PATH_BYTES];
    bool is_traitor = general_is_in(report->play->scenario.traitors, message->from) != 0;
    (void)report_path(message_path(report->play, message), message->path_count, path);
    grid_add(grid, is_traitor ? TINT_LIE : TINT_PLAIN, "%s",
             report_general(report, message->from, general));
    if (report->play->scenario.algorithm == ALGORITHM_SM) {
        grid_add(grid, TINT_PLAIN, "%s",
                 scenario_order_name(&report->play->scenario, row_order(message)));
    }
    if (report->play->scenario.algorithm != ALGORITHM_NAIVE) {
        grid_add(grid, TINT_PLAIN, "%s", path);
    }
}

static void make_grid(const struct report *report, const struct round_rows *rows, struct grid *grid)
{
    const struct scenario *scenario = &report->play->scenario;
    bool is_signed = scenario->algorithm == ALGORITHM_SM;
    bool has_path = scenario->algorithm != ALGORITHM_NAIVE;
    size_t columns = 1u + (is_signed ? 1u : 0u) + (has_path ? 1u : 0u);
    for (unsigned general = 0; general < scenario->generals; general++) {
        columns += rows_tell(rows, general) ? 1u : 0u;
    }
    grid_init(grid, columns);
    grid_add(grid, TINT_FAINT, "from");
    if (is_signed) {
        grid_add(grid, TINT_FAINT, "order");
    }
    if (has_path) {
        grid_add(grid, TINT_FAINT, is_signed ? "signed" : "path");
    }
    for (unsigned general = 0; general < scenario->generals; general++) {
        if (rows_tell(rows, general)) {
            char text[REPORT_GENERAL_BYTES];
            grid_add(grid, TINT_FAINT, "%s%s", report->is_short ? "" : "to ",
                     report_general(report, (general_id)general, text));
        }
    }
    for (unsigned i = 0; i < rows->count; i++) {
        add_label(report, grid, &report->play->messages[rows->rows[i].first]);
        for (unsigned general = 0; general < scenario->generals; general++) {
            if (rows->rows[i].to[general] != NO_MESSAGE) {
                add_cell(report, grid, &rows->rows[i], general);
            } else if (rows_tell(rows, general)) {
                grid_add(grid, TINT_PLAIN, "%s", "");
            }
        }
    }
}

static const char *round_title(const struct scenario *scenario, unsigned round)
{
    if (scenario->algorithm == ALGORITHM_NAIVE) {
        return "every general tells all others his own order";
    }
    if (round == 1) {
        return scenario->algorithm == ALGORITHM_SM ? "the commander signs his order and sends it"
                                                   : "the commander gives his order";
    }
    if (scenario->algorithm == ALGORITHM_SM) {
        return "who learned an order signs it too and passes it on";
    }
    return graph_is_complete(&scenario->graph) ? "each lieutenant tells what he was told"
                                               : "what is on its way is passed on";
}

enum fit { FIT_WELL, FIT_TOO_WIDE, FIT_TOO_MUCH };

/* Whether all rounds can be shown as the report stands. */
static enum fit measure(const struct report *report, struct round_rows *rows)
{
    const struct play *play = report->play;
    unsigned total = 0;
    if (!play->is_recorded || play->message_count > MESSAGES_MAX) {
        return FIT_TOO_MUCH;
    }
    for (size_t instance = 0; instance < count_instances(play); instance++) {
        for (unsigned round = 1; round <= play->rounds; round++) {
            struct grid grid;
            if (!rows_gather(play, instance, round, rows) || total + rows->count > ROWS_MAX) {
                return FIT_TOO_MUCH;
            }
            total += rows->count;
            make_grid(report, rows, &grid);
            size_t width = grid_width(&grid);
            grid_fini(&grid);
            if (width > REPORT_COLUMNS) {
                return FIT_TOO_WIDE;
            }
        }
    }
    return FIT_WELL;
}

static void print_legend(const struct report *report)
{
    const struct scenario *scenario = &report->play->scenario;
    report_head(report, "Who said what to whom");
    if (scenario->algorithm == ALGORITHM_SM) {
        report_wrap(report, 2,
                    "A row is an order with the names under it, 0>2: signed by 0, then by 2. A "
                    "column is who was sent it, and what he made of it: new to him, known, or "
                    "refused (too few names for this round, forged, malformed).");
    } else if (scenario->algorithm == ALGORITHM_OM && !graph_is_complete(&scenario->graph)) {
        report_wrap(report, 2,
                    "A row is what one general said; its path is the way that the order has come, "
                    "0>1>3: from 0 to 1 to 3, who passes it on. A column is who was told; x2: "
                    "twice, for two generals who are reached by way of him.");
    } else if (scenario->algorithm == ALGORITHM_OM) {
        report_wrap(report, 2,
                    "A row is what one general said; its path is where he has it from, 0>2: 2 "
                    "says that 0 told him. A column is who was told.");
    }
    if (scenario->traitors != 0) {
        report_wrap(report, 2, "* is a traitor, ! is not what a loyal general would have said.");
    }
    if (scenario->algorithm != ALGORITHM_SM) {
        report_legend(report);
    }
}

static void print_instance(const struct report *report, size_t instance, struct round_rows *rows)
{
    const struct play *play = report->play;
    for (unsigned round = 1; round <= play->rounds; round++) {
        bool is_gathered = rows_gather(play, instance, round, rows);
        if (!is_gathered || rows->count == 0) {
            continue;
        }
        struct grid grid;
        (void)fprintf(report->out, "\n  Round %u: %s.\n", round,
                      round_title(&play->scenario, round));
        make_grid(report, rows, &grid);
        grid_print(&grid, report->out, report->has_colour);
        grid_fini(&grid);
    }
}

/* How much was said in each round, where it is too much to be shown. */
static void print_summary(const struct report *report)
{
    const struct play *play = report->play;
    struct grid grid;
    report_wrap(report, 2,
                play->scenario.algorithm == ALGORITHM_OM
                    ? "That is too much to be shown here. --html makes a page to click through, "
                      "--tree shows what one general was told."
                    : "That is too much to be shown here. --html makes a page to click through.");
    if (!play->is_recorded) {
        return;
    }
    grid_init(&grid, 4);
    grid_add(&grid, TINT_FAINT, "round");
    grid_add(&grid, TINT_FAINT, "said");
    grid_add(&grid, TINT_FAINT, "otherwise than loyal");
    grid_add(&grid, TINT_FAINT, "due, but not said");
    for (unsigned round = 1; round <= play->rounds; round++) {
        size_t said = 0;
        size_t lies = 0;
        size_t silent = 0;
        for (size_t i = 0; i < play->message_count; i++) {
            const struct message *message = &play->messages[i];
            bool is_now = message->round == round;
            said += is_now && message->sent != ORDER_ABSENT;
            lies += is_now && message->sent != ORDER_ABSENT && message->fate != FATE_LOYAL;
            silent += is_now && message->sent == ORDER_ABSENT;
        }
        grid_add(&grid, TINT_PLAIN, "%u", round);
        grid_add(&grid, TINT_PLAIN, "%zu", said);
        grid_add(&grid, lies == 0 ? TINT_PLAIN : TINT_LIE, "%zu", lies);
        grid_add(&grid, silent == 0 ? TINT_PLAIN : TINT_LIE, "%zu", silent);
    }
    grid_print(&grid, report->out, report->has_colour);
    grid_fini(&grid);
}

void report_print_rounds(struct report *report)
{
    const struct play *play = report->play;
    static struct round_rows rows; /* large */
    enum fit fit = measure(report, &rows);
    if (fit == FIT_TOO_WIDE) {
        report->is_short = true;
        fit = measure(report, &rows);
    }
    if (fit != FIT_WELL) {
        report->is_short = false;
        report_head(report, "Who said what to whom");
        print_summary(report);
        return;
    }
    print_legend(report);
    for (size_t i = 0; i < count_instances(play); i++) {
        if (play->instance_count > 1) {
            (void)fprintf(report->out, "\n  General %u commands, with the order %s.\n",
                          play->instances[i].commander,
                          scenario_order_name(&play->scenario, play->instances[i].order));
        }
        print_instance(report, i, &rows);
    }
}
