/* report_votes.c - what each general counted, and what it came to: the votes of om and naive, the
 * set V of sm, the vectors of interactive consistency. */
#include "command/report.h"

/* Fills an empty grid; called again with shorter orders where it gets too wide. */
typedef void grid_maker(const struct report *report, size_t instance, struct grid *grid);

static bool is_traitor(const struct report *report, unsigned general)
{
    return general_is_in(report->play->scenario.traitors, (general_id)general) != 0;
}

static void add_general(const struct report *report, struct grid *grid, unsigned general)
{
    char text[REPORT_GENERAL_BYTES];
    grid_add(grid, is_traitor(report, general) ? TINT_LIE : TINT_PLAIN, "%s",
             report_general(report, (general_id)general, text));
}

static void add_heads(const struct report *report, struct grid *grid, const char *last, int without)
{
    grid_add(grid, TINT_FAINT, "general");
    for (unsigned general = 0; general < report->play->scenario.generals; general++) {
        char text[REPORT_GENERAL_BYTES];
        if ((int)general != without) {
            grid_add(grid, TINT_FAINT, "%s%s", report->is_short ? "" : "of ",
                     report_general(report, (general_id)general, text));
        }
    }
    grid_add(grid, TINT_FAINT, "%s", last);
}

static void add_order(const struct report *report, struct grid *grid, order_nr order, bool is_true)
{
    grid_add(grid, is_true ? TINT_PLAIN : TINT_LIE, "%s%s", report_order(report, order),
             is_true ? "" : "!");
}

/* OM: what each lieutenant takes for the word that each got from the commander: his own as he got
 * it, that of others as it came to after they compared notes. False is what they did not get. */
static void make_om_votes(const struct report *report, size_t instance, struct grid *grid)
{
    const struct instance *played = &report->play->instances[instance];
    unsigned generals = report->play->scenario.generals;
    unsigned commander = played->commander;
    bool is_alone = report->play->scenario.m == 0; /* nobody is told what others got */
    grid_init(grid, generals + 1);
    add_heads(report, grid, "obeys", (int)commander);
    for (unsigned self = 0; self < generals; self++) {
        if (self == commander) {
            continue;
        }
        add_general(report, grid, self);
        for (unsigned other = 0; other < generals; other++) {
            general_id const path[2] = {(general_id)commander, (general_id)other};
            if (other == commander) {
                continue;
            }
            order_nr got = om_stored(&played->oms[other], path, 1);
            if (other == self) {
                add_order(report, grid, got, true);
            } else if (is_alone) {
                grid_add(grid, TINT_PLAIN, "%s", "");
            } else {
                order_nr vote = om_resolved(&played->oms[self], path, 2);
                add_order(report, grid, vote, vote == got);
            }
        }
        grid_add(grid, TINT_HEAD, "%s", report_order(report, played->decisions[self]));
    }
}

/* Vectors: each general's view of each; true is what that one holds himself. */
static void make_vectors(const struct report *report, size_t instance, struct grid *grid)
{
    const struct play *play = report->play;
    (void)instance;
    grid_init(grid, play->scenario.generals + 2);
    add_heads(report, grid, "obeys", -1);
    for (unsigned self = 0; self < play->scenario.generals; self++) {
        add_general(report, grid, self);
        for (unsigned other = 0; other < play->scenario.generals; other++) {
            order_nr order = play->vectors[self][other];
            add_order(report, grid, order, order == play->scenario.private_orders[other]);
        }
        grid_add(grid, TINT_HEAD, "%s", report_order(report, play->decisions[self]));
    }
}

/* V: at most two orders are kept, for more than one come to retreat whichever they are. */
static void make_sets(const struct report *report, size_t instance, struct grid *grid)
{
    const struct instance *played = &report->play->instances[instance];
    grid_init(grid, 3);
    grid_add(grid, TINT_FAINT, "general");
    grid_add(grid, TINT_FAINT, "V");
    grid_add(grid, TINT_FAINT, "obeys");
    for (unsigned self = 0; self < report->play->scenario.generals; self++) {
        const struct sm *sm = &played->sms[self];
        add_general(report, grid, self);
        if (sm->order_count == 0) {
            grid_add(grid, TINT_PLAIN, "nothing");
        } else if (sm->order_count == 1) {
            grid_add(grid, TINT_PLAIN, "%s", report_order(report, sm->orders[0]));
        } else {
            char first[32];
            (void)snprintf(first, sizeof first, "%s", report_order(report, sm->orders[0]));
            grid_add(grid, TINT_PLAIN, "%s, %s", first, report_order(report, sm->orders[1]));
        }
        grid_add(grid, TINT_HEAD, "%s", report_order(report, played->decisions[self]));
    }
}

/* False if it is too wide even with short orders. */
static bool print_grid(struct report *report, size_t instance, grid_maker *make)
{
    struct grid grid;
    bool was_short = report->is_short;
    make(report, instance, &grid);
    if (grid_width(&grid) > REPORT_COLUMNS && !was_short) {
        grid_fini(&grid);
        report->is_short = true;
        make(report, instance, &grid);
    }
    bool has_room = grid_width(&grid) <= REPORT_COLUMNS;
    if (has_room && !was_short) {
        report_legend(report);
    }
    if (has_room) {
        grid_print(&grid, report->out, report->has_colour);
    }
    grid_fini(&grid);
    report->is_short = was_short;
    return has_room;
}

static void print_instance(struct report *report, size_t instance)
{
    const struct instance *played = &report->play->instances[instance];
    if (played->sms != NULL) {
        report_head(report, "What each general has in V, the orders that came properly signed");
        (void)print_grid(report, instance, make_sets);
    } else if (played->oms != NULL && report->play->scenario.generals <= 32) {
        report_head(report, "What each lieutenant counts");
        report_wrap(report, 2,
                    "A column is what this lieutenant was told by the commander: his own word for "
                    "it, or what that came to among the others. ! is not what he was told.");
        if (!print_grid(report, instance, make_om_votes)) {
            report_wrap(report, 2, "That is too wide to be shown here.");
        }
    }
}

void report_print_votes(struct report *report)
{
    const struct play *play = report->play;
    if (play->scenario.algorithm == ALGORITHM_NAIVE || play->scenario.is_interactive) {
        report_head(report, "What each general holds for everybody's order");
        report_wrap(report, 2, "! is another order than that one gave out as his own.");
        if (!print_grid(report, 0, make_vectors)) {
            report_wrap(report, 2, "That is too wide to be shown here; --json has it.");
        }
        return;
    }
    for (size_t i = 0; i < play->instance_count; i++) {
        print_instance(report, i);
    }
}
