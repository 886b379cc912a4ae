/* report_tree.c - what one general was told, as the tree that he resolves from the leaves up. */
#include "command/report.h"

#define LINES_MAX 500u /* more is not read */

/* Paths in the order of a walk through the tree: a step down to the first general who is not on the
 * path yet, or else on to the next one, or up. */
struct walk {
    unsigned generals;
    unsigned depth_max;
    general_id self;
    general_id path[ROUNDS_MAX];
    unsigned count;
};

static bool is_free(const struct walk *walk, unsigned general, unsigned count)
{
    if (general == walk->self) {
        return false;
    }
    for (unsigned i = 0; i < count; i++) {
        if (walk->path[i] == general) {
            return false;
        }
    }
    return true;
}

/* The first general from `from` on who can stand at the end of the path; false if there is none. */
static bool put_next(struct walk *walk, unsigned from, unsigned count)
{
    for (unsigned general = from; general < walk->generals; general++) {
        if (is_free(walk, general, count)) {
            walk->path[count] = (general_id)general;
            walk->count = count + 1;
            return true;
        }
    }
    return false;
}

static bool walk_on(struct walk *walk)
{
    if (walk->count < walk->depth_max && put_next(walk, 0, walk->count)) {
        return true;
    }
    while (walk->count > 1) {
        walk->count--;
        if (put_next(walk, walk->path[walk->count] + 1u, walk->count)) {
            return true;
        }
    }
    return false;
}

static void print_line(const struct report *report, const struct om *om, const struct walk *walk)
{
    const struct scenario *scenario = &report->play->scenario;
    char path[REPORT_PATH_BYTES];
    order_nr told = om_stored(om, walk->path, walk->count);
    order_nr value = om_resolved(om, walk->path, walk->count);
    general_id speaker = walk->path[walk->count - 1];
    bool is_traitor = general_is_in(scenario->traitors, speaker) != 0;
    enum tint tint = is_traitor ? TINT_LIE : TINT_PLAIN;
    (void)fprintf(report->out, "%*s%s%s%s%s  told %s", (int)(2 * walk->count), "",
                  tint_begin(tint, report->has_colour), report_path(walk->path, walk->count, path),
                  is_traitor ? "*" : "", tint_end(tint, report->has_colour),
                  scenario_order_name(scenario, told));
    if (walk->count < walk->depth_max) {
        (void)fprintf(report->out, ", comes to %s%s", scenario_order_name(scenario, value),
                      value == told ? "" : " <");
    }
    (void)fputc('\n', report->out);
}

static void print_tree(const struct report *report, const struct instance *played)
{
    const struct scenario *scenario = &report->play->scenario;
    struct walk walk = {.generals = scenario->generals,
                        .depth_max = scenario->m + 1,
                        .self = report->tree_of,
                        .path = {played->commander},
                        .count = 1};
    if (played->commander == report->tree_of) {
        report_head(report, "General %u commands and is told nothing", report->tree_of);
        return;
    }
    report_head(report, "What general %u was told", report->tree_of);
    report_wrap(report, 2,
                "0>2: 2 says that 0 told him. What a line comes to is the majority of its own "
                "word and what the lines below it come to; < where that is another order.");
    unsigned lines = 0;
    do {
        print_line(report, &played->oms[report->tree_of], &walk);
    } while (++lines < LINES_MAX && walk_on(&walk));
    if (lines == LINES_MAX) {
        report_wrap(report, 2, "... and more; --html has all of it.");
    }
}

void report_print_tree(struct report *report)
{
    const struct play *play = report->play;
    bool has_trees = play->instance_count > 0 && play->instances[0].oms != NULL;
    for (size_t i = 0; has_trees && i < play->instance_count; i++) {
        print_tree(report, &play->instances[i]);
    }
    if (!has_trees) {
        report_head(report, "There is no tree: it belongs to om on a complete graph");
    }
}
