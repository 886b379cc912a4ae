/* scenario_lies.c - each lie is a traitor's who plays by the script, about a message that there can
 * be, and the only one about it. */
#include "generals/scenario_lies.h"

#include "generals/play_sm.h"
#include "generals/strategy.h"

static enum error refuse_lie(const struct scenario *scenario, size_t index, struct error_text *text,
                             const char *why)
{
    const struct lie *lie = &scenario->lies[index];
    return error_set(text, ERROR_INVALID, "lie %zu (from %d to %d): %s", index + 1, lie->from,
                     lie->to, why);
}

/* What is wrong with the path of a lie; NULL: nothing. */
static const char *path_trouble(const struct scenario *scenario, const struct lie *lie)
{
    bool is_complete = graph_is_complete(&scenario->graph);
    bool is_signed = scenario->algorithm == ALGORITHM_SM;
    unsigned most = is_signed                                ? play_sm_rounds(scenario)
                    : scenario->algorithm == ALGORITHM_NAIVE ? 1
                    : is_complete                            ? scenario->m + 1
                                                             : ROUNDS_MAX;
    general_set on_path = 0;
    if (lie->path_count == 0 || lie->path_count > most) {
        return "its path has no general, or more than there are rounds";
    }
    for (unsigned i = 0; i < lie->path_count; i++) {
        general_id general = lie->path[i];
        if (general >= scenario->generals || general_is_in(on_path, general)) {
            return "its path holds a general twice, or one that there is not";
        }
        if (!is_signed && i > 0 &&
            !general_is_in(scenario->graph.neighbours[lie->path[i - 1]], general)) {
            return "its path goes where the graph has no edge";
        }
        on_path |= general_bit(general);
    }
    if (general_is_in(on_path, lie->to)) {
        return "its path holds the receiver";
    }
    if (!is_signed && lie->path[lie->path_count - 1] != lie->from) {
        return "its path does not end with the liar";
    }
    if (scenario->algorithm != ALGORITHM_NAIVE && !scenario->is_interactive &&
        lie->path[0] != scenario->commander) {
        return "its path does not begin with the commander";
    }
    return NULL;
}

static const char *lie_trouble(const struct scenario *scenario, const struct lie *lie)
{
    if (lie->from >= scenario->generals || lie->to >= scenario->generals || lie->from == lie->to) {
        return "liar and receiver are two of the generals";
    }
    if (!general_is_in(scenario->traitors, lie->from)) {
        return "the liar is loyal";
    }
    if (scenario->strategies[lie->from] != STRATEGY_SCRIPT) {
        return "the liar does not play by the script";
    }
    if (lie->order >= scenario->order_count && lie->order != ORDER_ABSENT) {
        return "its order is none of this scenario";
    }
    if (!general_is_in(scenario->graph.neighbours[lie->from], lie->to)) {
        return "the graph has no edge from the liar to the receiver";
    }
    return path_trouble(scenario, lie);
}

/* One occasion, one lie; with signatures, one lie for each order. */
static enum error check_conflicts(const struct scenario *scenario, struct error_text *text)
{
    struct plot plot;
    if (plot_init(&plot, scenario) != OK) {
        return error_set(text, ERROR_MEMORY, "no memory for %zu lies", scenario->lie_count);
    }
    enum error error = OK;
    for (size_t i = 1; i < plot.script_count && error == OK; i++) {
        const struct lie *a = plot.script[i - 1];
        const struct lie *b = plot.script[i];
        if (lie_compare(a, b) == 0 &&
            (scenario->algorithm != ALGORITHM_SM || a->order == b->order)) {
            size_t first = (size_t)((a < b ? a : b) - scenario->lies);
            size_t second = (size_t)((a < b ? b : a) - scenario->lies);
            error = error_set(text, ERROR_INVALID,
                              "lie %zu (from %d to %d): lie %zu is about the same message",
                              second + 1, a->from, a->to, first + 1);
        }
    }
    plot_fini(&plot);
    return error;
}

enum error scenario_check_lies(const struct scenario *scenario, struct error_text *text)
{
    for (size_t i = 0; i < scenario->lie_count; i++) {
        const char *trouble = lie_trouble(scenario, &scenario->lies[i]);
        if (trouble != NULL) {
            return refuse_lie(scenario, i, text, trouble);
        }
    }
    return check_conflicts(scenario, text);
}
