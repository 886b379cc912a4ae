/* scenario_apply.c - from a sheet of settings to a scenario that is consistent in itself. */
#include "base/assert.h"
#include "generals/graphs.h"
#include "generals/lists.h"
#include "generals/scenario_sheet.h"

#include <stdio.h>
#include <string.h>

#define PATH_BYTES 4096u

/* What all steps of one sheet_apply share. */
struct applying {
    const struct scenario_sheet *sheet;
    struct scenario *scenario;
    struct error_text *text;
    bool is_closed; /* the orders are those that are listed, and no more */
};

/* The reason with the place before it. */
static enum error refuse(const struct applying *applying, enum scenario_setting setting,
                         enum error error, const char *reason)
{
    char where[SHEET_WHERE_BYTES];
    char quoted[PARAMETER_QUOTE_BYTES];
    const struct scenario_sheet *sheet = applying->sheet;
    (void)sheet_where(sheet, setting, where);
    (void)parameter_quote(sheet_value(sheet, setting), quoted);
    if (sheet_is_option(sheet, setting)) {
        return error_set(applying->text, error, "%s = %s: %s", where, quoted, reason);
    }
    return error_set(applying->text, error, "%s: %s = %s: %s", where,
                     scenario_parameter(setting)->name, quoted, reason);
}

static void copy_text(char *to, size_t room, const char *from)
{
    size_t length = strlen(from);
    ASSERT(length < room); /* the parameter's bound is below the field's */
    memcpy(to, from, length + 1);
}

/* The text may run over several lines of the file: each gap becomes one space. */
static enum error apply_text(const struct applying *applying)
{
    const char *from = sheet_value(applying->sheet, SCENARIO_TEXT);
    char *to = applying->scenario->text;
    size_t used = 0;
    bool is_gap = false;
    for (; from != NULL && *from != '\0'; from++) {
        if (strchr(" \t\r\n", *from) != NULL) {
            is_gap = used > 0;
            continue;
        }
        if (used + 2 >= SCENARIO_TEXT_BYTES) {
            char reason[64];
            (void)snprintf(reason, sizeof reason, "must be at most %u bytes long",
                           SCENARIO_TEXT_BYTES - 1);
            return refuse(applying, SCENARIO_TEXT, ERROR_LIMIT, reason);
        }
        if (is_gap) {
            to[used++] = ' ';
            is_gap = false;
        }
        to[used++] = *from;
    }
    to[used] = '\0';
    return OK;
}

static enum error apply_numbers(const struct applying *applying)
{
    const struct scenario_sheet *sheet = applying->sheet;
    struct scenario *scenario = applying->scenario;
    scenario->algorithm = (enum algorithm)sheet_number(sheet, SCENARIO_ALGORITHM);
    scenario->m = (unsigned)sheet_number(sheet, SCENARIO_M);
    scenario->p = (unsigned)sheet_number(sheet, SCENARIO_P);
    scenario->is_interactive = sheet_number(sheet, SCENARIO_INTERACTIVE) != 0;
    scenario->has_round_rule = sheet_number(sheet, SCENARIO_ROUND_RULE) != 0;
    scenario->is_beyond = sheet_number(sheet, SCENARIO_BEYOND) != 0;
    scenario->memory_bytes_max = (uint64_t)sheet_number(sheet, SCENARIO_MEMORY_MIB) << 20;
    scenario->expect_ic1 = (enum expectation)sheet_number(sheet, SCENARIO_EXPECT_IC1);
    scenario->expect_ic2 = (enum expectation)sheet_number(sheet, SCENARIO_EXPECT_IC2);
    scenario->expect_refused = sheet_number(sheet, SCENARIO_EXPECT_REFUSED) != 0;
    long commander = sheet_number(sheet, SCENARIO_COMMANDER);
    if (commander >= (long)scenario->generals) {
        char reason[64];
        (void)snprintf(reason, sizeof reason, "must be 0 to %u for %u generals",
                       scenario->generals - 1, scenario->generals);
        return refuse(applying, SCENARIO_COMMANDER, ERROR_INVALID, reason);
    }
    scenario->commander = (general_id)commander;
    return OK;
}

/* The order that a setting names; as it is if the setting is not given. */
static enum error apply_order(const struct applying *applying, enum scenario_setting setting,
                              order_nr *order)
{
    struct error_text reason;
    const char *name = sheet_value(applying->sheet, setting);
    if (name == NULL) {
        return OK;
    }
    enum error error =
        list_order(applying->scenario, applying->is_closed, false, name, order, &reason);
    return error == OK ? OK : refuse(applying, setting, error, reason.text);
}

static enum error apply_orders(struct applying *applying)
{
    struct scenario *scenario = applying->scenario;
    struct error_text reason;
    const char *names = sheet_value(applying->sheet, SCENARIO_ORDERS);
    const char *private_orders = sheet_value(applying->sheet, SCENARIO_PRIVATE_ORDERS);
    enum error error = OK;
    if (names != NULL) {
        error = list_order_names(scenario, names, &reason);
        if (error != OK) {
            return refuse(applying, SCENARIO_ORDERS, error, reason.text);
        }
        applying->is_closed = true;
    }
    TRY(apply_order(applying, SCENARIO_ORDER, &scenario->order));
    TRY(apply_order(applying, SCENARIO_LIE_ORDER, &scenario->lie_order));
    if (private_orders == NULL) {
        memset(scenario->private_orders, scenario->order, scenario->generals);
        return OK;
    }
    error = list_orders(scenario, applying->is_closed, private_orders, scenario->generals,
                        scenario->private_orders, &reason);
    return error == OK ? OK : refuse(applying, SCENARIO_PRIVATE_ORDERS, error, reason.text);
}

/* A file that the scenario file names lies beside it. */
static enum error resolve_graph(const struct applying *applying, char spec[PATH_BYTES],
                                bool *is_given)
{
    const struct scenario_sheet *sheet = applying->sheet;
    const char *value = sheet_value(sheet, SCENARIO_GRAPH);
    *is_given = value != NULL;
    if (value == NULL) {
        return OK;
    }
    bool is_beside = !sheet_is_option(sheet, SCENARIO_GRAPH) && value[0] != '/' &&
                     strpbrk(value, "/.") != NULL && strrchr(sheet->path, '/') != NULL;
    int folder = is_beside ? (int)(strrchr(sheet->path, '/') - sheet->path) + 1 : 0;
    int length =
        snprintf(spec, PATH_BYTES, "%.*s%s", folder, folder == 0 ? "" : sheet->path, value);
    return length >= 0 && length < (int)PATH_BYTES
               ? OK
               : refuse(applying, SCENARIO_GRAPH, ERROR_INVALID, "the path is too long");
}

static enum error apply_edges(const struct applying *applying, const char *edges)
{
    struct scenario *scenario = applying->scenario;
    struct error_text reason;
    const char *name = sheet_value(applying->sheet, SCENARIO_GRAPH);
    if (name != NULL && strlen(name) >= sizeof scenario->graph_name) {
        (void)error_set(&reason, ERROR_INVALID, "must be at most %zu bytes long beside edges",
                        sizeof scenario->graph_name - 1);
        return refuse(applying, SCENARIO_GRAPH, ERROR_INVALID, reason.text);
    }
    graph_init(&scenario->graph, scenario->generals);
    copy_text(scenario->graph_name, sizeof scenario->graph_name, name == NULL ? "edges" : name);
    enum error error = list_edges(edges, &scenario->graph, &reason);
    return error == OK ? OK : refuse(applying, SCENARIO_EDGES, error, reason.text);
}

/* The graph, and with it the number of generals where it is not given: a graph may have one of its
 * own. */
static enum error apply_graph(const struct applying *applying)
{
    struct scenario *scenario = applying->scenario;
    const struct scenario_sheet *sheet = applying->sheet;
    struct error_text reason;
    char spec[PATH_BYTES] = "complete";
    bool is_given = false;
    bool has_count = sheet_value(sheet, SCENARIO_GENERALS) != NULL;
    const char *edges = sheet_value(sheet, SCENARIO_EDGES);
    scenario->generals = (unsigned)sheet_number(sheet, SCENARIO_GENERALS);
    if (edges != NULL) {
        return apply_edges(applying, edges);
    }
    TRY(resolve_graph(applying, spec, &is_given));
    enum error error = graph_from_spec(spec, has_count ? scenario->generals : 0, scenario->seed,
                                       &scenario->graph, scenario->graph_name, &reason);
    if (error == ERROR_MISSING && !has_count) { /* it fits any number */
        error = graph_from_spec(spec, scenario->generals, scenario->seed, &scenario->graph,
                                scenario->graph_name, &reason);
    }
    scenario->generals = error == OK ? scenario->graph.count : scenario->generals;
    return error == OK ? OK : refuse(applying, SCENARIO_GRAPH, error, reason.text);
}

static enum error apply_traitors(const struct applying *applying)
{
    struct scenario *scenario = applying->scenario;
    struct error_text reason;
    const char *list = sheet_value(applying->sheet, SCENARIO_TRAITORS);
    const char *count = sheet_value(applying->sheet, SCENARIO_TRAITORS_COUNT);
    if (list != NULL && count != NULL) {
        return refuse(applying, SCENARIO_TRAITORS_COUNT, ERROR_INVALID,
                      "the traitors are named already; give their names or their number");
    }
    if (count != NULL) {
        long drawn = sheet_number(applying->sheet, SCENARIO_TRAITORS_COUNT);
        if (drawn >= (long)scenario->generals) {
            (void)error_set(&reason, ERROR_INVALID, "must be 0 to %u: of %u generals one is loyal",
                            scenario->generals - 1, scenario->generals);
            return refuse(applying, SCENARIO_TRAITORS_COUNT, ERROR_INVALID, reason.text);
        }
        scenario_draw_traitors(scenario, (unsigned)drawn);
    }
    if (list != NULL) {
        enum error error = list_generals(list, scenario->generals, &scenario->traitors, &reason);
        if (error == OK && scenario->traitors == generals_all(scenario->generals)) {
            error = error_set(&reason, ERROR_INVALID,
                              "names all %u generals: at least one is loyal", scenario->generals);
        }
        return error == OK ? OK : refuse(applying, SCENARIO_TRAITORS, error, reason.text);
    }
    return OK;
}

/* Who is a traitor because he has a strategy of his own, and no list says who is one. */
static bool names_traitors(const struct scenario_sheet *sheet)
{
    return sheet_value(sheet, SCENARIO_TRAITORS) == NULL &&
           sheet_value(sheet, SCENARIO_TRAITORS_COUNT) == NULL;
}

static enum error apply_strategies(const struct applying *applying)
{
    const struct scenario_sheet *sheet = applying->sheet;
    struct scenario *scenario = applying->scenario;
    struct error_text reason;
    const char *list = sheet_value(sheet, SCENARIO_STRATEGY);
    bool has_lies = sheet->document != NULL && document_count(sheet->document, SCENARIO_LIE) > 0;
    enum strategy strategies[GENERALS_MAX] = {STRATEGY_LOYAL};
    enum strategy others = has_lies ? STRATEGY_SCRIPT : STRATEGY_RANDOM;
    general_set named = 0;
    if (list != NULL) {
        enum error error =
            list_strategies(list, scenario->generals, strategies, &named, &others, &reason);
        if (error != OK) {
            return refuse(applying, SCENARIO_STRATEGY, error, reason.text);
        }
        if (names_traitors(sheet)) {
            scenario->traitors = named;
        }
        if (scenario->traitors == 0 && names_traitors(sheet)) {
            return refuse(applying, SCENARIO_STRATEGY, ERROR_INVALID,
                          "nobody is a traitor; say who, or how many");
        }
    }
    for (unsigned general = 0; general < scenario->generals; general++) {
        bool is_traitor = general_is_in(scenario->traitors, (general_id)general) != 0;
        bool is_named = general_is_in(named, (general_id)general) != 0;
        if (is_named && !is_traitor) {
            (void)error_set(&reason, ERROR_INVALID, "general %u is no traitor", general);
            return refuse(applying, SCENARIO_STRATEGY, ERROR_INVALID, reason.text);
        }
        scenario->strategies[general] = is_named     ? strategies[general]
                                        : is_traitor ? others
                                                     : STRATEGY_LOYAL;
    }
    return OK;
}

/* The reason, as one of a lie's settings. */
static enum error refuse_lie(const struct applying *applying, enum scenario_setting setting,
                             size_t index, enum error error, const struct error_text *reason)
{
    char quoted[PARAMETER_QUOTE_BYTES];
    const struct document *document = applying->sheet->document;
    const char *value = document_value(document, setting, index);
    int line = value == NULL ? document_line(document, SCENARIO_LIE, index)
                             : document_value_line(document, setting, index);
    return error_set(applying->text, error, "%s:%d: %s = %s: %s", applying->sheet->path, line,
                     scenario_parameter(setting)->name,
                     parameter_quote(value == NULL ? "" : value, quoted), reason->text);
}

static enum error apply_lie(const struct applying *applying, size_t index)
{
    struct scenario *scenario = applying->scenario;
    const struct document *document = applying->sheet->document;
    struct error_text reason;
    struct lie lie = {0};
    general_set to = 0;
    enum error error = list_path(document_value(document, SCENARIO_LIE_PATH, index),
                                 scenario->generals, lie.path, &lie.path_count, &reason);
    if (error != OK) {
        return refuse_lie(applying, SCENARIO_LIE_PATH, index, error, &reason);
    }
    const char *from = document_value(document, SCENARIO_LIE_FROM, index);
    lie.from = from == NULL
                   ? lie.path[lie.path_count - 1]
                   : (general_id)parameter_number(scenario_parameter(SCENARIO_LIE_FROM), from);
    if (lie.from >= scenario->generals || general_is_in(scenario->traitors, lie.from) == 0) {
        (void)error_set(&reason, ERROR_INVALID, "general %u says it, who is no traitor", lie.from);
        return refuse_lie(applying, from == NULL ? SCENARIO_LIE_PATH : SCENARIO_LIE_FROM, index,
                          ERROR_INVALID, &reason);
    }
    error = list_order(scenario, applying->is_closed, true,
                       document_value(document, SCENARIO_LIE_SAYS, index), &lie.order, &reason);
    if (error != OK) {
        return refuse_lie(applying, SCENARIO_LIE_SAYS, index, error, &reason);
    }
    error = list_generals(document_value(document, SCENARIO_LIE_TO, index), scenario->generals, &to,
                          &reason);
    for (unsigned general = 0; error == OK && general < scenario->generals; general++) {
        if (general_is_in(to, (general_id)general) != 0) {
            lie.to = (general_id)general;
            error = scenario_add_lie(scenario, &lie, &reason);
        }
    }
    return error == OK ? OK : refuse_lie(applying, SCENARIO_LIE_TO, index, error, &reason);
}

/* A section makes a lie for each general that is told it. */
int sheet_lie_line(const struct scenario_sheet *sheet, const struct scenario *scenario,
                   size_t index)
{
    size_t sections = sheet->document == NULL ? 0 : document_count(sheet->document, SCENARIO_LIE);
    for (size_t section = 0; section < sections; section++) {
        general_set to = 0;
        const char *list = document_value(sheet->document, SCENARIO_LIE_TO, section);
        if (list_generals(list, scenario->generals, &to, NULL) != OK) {
            return 0;
        }
        size_t count = (size_t)__builtin_popcountll(to);
        if (index < count) {
            return document_value_line(sheet->document, SCENARIO_LIE_PATH, section);
        }
        index -= count;
    }
    return 0;
}

enum error sheet_apply(const struct scenario_sheet *sheet, struct scenario *scenario,
                       struct error_text *text)
{
    struct applying applying = {.sheet = sheet, .scenario = scenario, .text = text};
    const char *name = sheet_value(sheet, SCENARIO_NAME);
    copy_text(scenario->name, sizeof scenario->name, name == NULL ? "" : name);
    TRY(apply_text(&applying));
    scenario->seed = (uint64_t)sheet_number(sheet, SCENARIO_SEED);
    TRY(apply_graph(&applying));
    TRY(apply_numbers(&applying));
    TRY(apply_orders(&applying));
    TRY(apply_traitors(&applying));
    TRY(apply_strategies(&applying));
    size_t lies = sheet->document == NULL ? 0 : document_count(sheet->document, SCENARIO_LIE);
    for (size_t i = 0; i < lies; i++) {
        TRY(apply_lie(&applying, i));
    }
    return OK;
}
