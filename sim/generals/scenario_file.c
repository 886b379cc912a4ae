/* scenario_file.c - scenarios as files: read through a sheet, written with comments. */
#include "config/schema.h"
#include "generals/graphs.h"
#include "generals/scenario_sheet.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum error scenario_read(struct scenario *scenario, const char *path, struct error_text *text)
{
    struct scenario_sheet sheet;
    sheet_init(&sheet);
    enum error error = sheet_read(&sheet, path, text);
    error = error == OK ? sheet_apply(&sheet, scenario, text) : error;
    sheet_fini(&sheet);
    return error;
}

/* The beginning of a setting's line, after its help as a comment. */
static void begin(FILE *out, enum scenario_setting setting)
{
    const struct parameter *parameter = scenario_parameter(setting);
    (void)fputc('\n', out);
    schema_write_help(out, "", parameter);
    (void)fprintf(out, "%s = ", parameter->name);
}

static void write_number(FILE *out, enum scenario_setting setting, uint64_t number)
{
    begin(out, setting);
    (void)fprintf(out, "%" PRIu64 "\n", number);
}

static void write_choice(FILE *out, enum scenario_setting setting, unsigned choice)
{
    begin(out, setting);
    (void)fprintf(out, "%s\n", scenario_parameter(setting)->choices[choice]);
}

static void write_word(FILE *out, enum scenario_setting setting, const char *word)
{
    begin(out, setting);
    (void)fprintf(out, "\"%s\"\n", word);
}

/* Broken at spaces, each line but the first indented. */
static void write_text(FILE *out, const char *text)
{
    begin(out, SCENARIO_TEXT);
    (void)fputc('"', out);
    while (*text != '\0') {
        size_t length = strlen(text);
        if (length > 90) {
            length = 90;
            while (length > 1 && text[length] != ' ') {
                length--;
            }
        }
        (void)fwrite(text, 1, length, out);
        text += length;
        if (*text == ' ') {
            (void)fputs("\n    ", out);
            text++;
        }
    }
    (void)fputs("\"\n", out);
}

static void write_orders(FILE *out, const struct scenario *scenario)
{
    begin(out, SCENARIO_ORDERS);
    for (unsigned i = 0; i < scenario->order_count; i++) {
        (void)fprintf(out, "%s%s", i == 0 ? "\"" : ",", scenario->order_names[i]);
    }
    (void)fputs("\"\n", out);
    write_word(out, SCENARIO_ORDER, scenario_order_name(scenario, scenario->order));
    begin(out, SCENARIO_PRIVATE_ORDERS);
    for (unsigned i = 0; i < scenario->generals; i++) {
        (void)fprintf(out, "%s%s", i == 0 ? "\"" : ",",
                      scenario_order_name(scenario, scenario->private_orders[i]));
    }
    (void)fputs("\"\n", out);
}

static void write_traitors(FILE *out, const struct scenario *scenario)
{
    if (scenario->traitors == 0) {
        return;
    }
    const char *separator = "\"";
    begin(out, SCENARIO_TRAITORS);
    for (unsigned general = 0; general < scenario->generals; general++) {
        if (general_is_in(scenario->traitors, (general_id)general) != 0) {
            (void)fprintf(out, "%s%u", separator, general);
            separator = ",";
        }
    }
    separator = "\"";
    (void)fputs("\"\n", out);
    begin(out, SCENARIO_STRATEGY);
    for (unsigned general = 0; general < scenario->generals; general++) {
        if (general_is_in(scenario->traitors, (general_id)general) != 0) {
            (void)fprintf(out, "%s%u=%s", separator, general,
                          strategy_name(scenario->strategies[general]));
            separator = ",";
        }
    }
    (void)fputs("\"\n", out);
    write_word(out, SCENARIO_LIE_ORDER, scenario_order_name(scenario, scenario->lie_order));
}

static bool is_same_graph(const struct graph *a, const struct graph *b)
{
    return a->count == b->count &&
           memcmp(a->neighbours, b->neighbours, a->count * sizeof a->neighbours[0]) == 0;
}

/* Not a file's name, be there one or not. */
static bool is_well_known(const char *name)
{
    char word[SCENARIO_NAME_BYTES];
    (void)snprintf(word, sizeof word, "%.*s", (int)strcspn(name, ":"), name);
    return strpbrk(name, "/.") == NULL && strstr(graph_names(), word) != NULL;
}

/* By its name, if that alone makes it; else with its edges. */
static void write_graph(FILE *out, const struct scenario *scenario)
{
    struct graph named;
    char name[SCENARIO_NAME_BYTES];
    write_word(out, SCENARIO_GRAPH, scenario->graph_name);
    if (is_well_known(scenario->graph_name) &&
        graph_from_spec(scenario->graph_name, scenario->generals, scenario->seed, &named, name,
                        NULL) == OK &&
        is_same_graph(&named, &scenario->graph) && strcmp(name, scenario->graph_name) == 0) {
        return;
    }
    unsigned count = 0;
    begin(out, SCENARIO_EDGES);
    for (unsigned a = 0; a < scenario->generals; a++) {
        for (unsigned b = a + 1; b < scenario->generals; b++) {
            if (general_is_in(scenario->graph.neighbours[a], (general_id)b) != 0) {
                const char *separator = count % 16 == 0 ? ",\n    " : ",";
                (void)fprintf(out, "%s%u-%u", count == 0 ? "\"" : separator, a, b);
                count++;
            }
        }
    }
    (void)fputs("\"\n", out);
}

static bool is_said_alike(const struct lie *a, const struct lie *b)
{
    return a->from == b->from && a->order == b->order && a->path_count == b->path_count &&
           memcmp(a->path, b->path, a->path_count) == 0;
}

/* One section for what is said alike to several, in rising order. */
static void write_lies(FILE *out, const struct scenario *scenario)
{
    if (scenario->lie_count > 0) {
        (void)fputc('\n', out);
        schema_write_comment(out, "",
                             "What traitors with the strategy script say: along this path, to "
                             "these generals. Where nothing stands here, they are loyal.");
    }
    for (size_t i = 0; i < scenario->lie_count;) {
        const struct lie *lie = &scenario->lies[i];
        (void)fputs("lie { path = ", out);
        for (unsigned at = 0; at < lie->path_count; at++) {
            (void)fprintf(out, "%s%u", at == 0 ? "\"" : ",", lie->path[at]);
        }
        (void)fputs("\"", out);
        if (lie->path_count == 0 || lie->from != lie->path[lie->path_count - 1]) {
            (void)fprintf(out, " from = %u", lie->from);
        }
        (void)fprintf(out, " to = \"%u", lie->to);
        for (i++; i < scenario->lie_count && is_said_alike(lie, &scenario->lies[i]) &&
                  scenario->lies[i - 1].to < scenario->lies[i].to;
             i++) {
            (void)fprintf(out, ",%u", scenario->lies[i].to);
        }
        (void)fprintf(out, "\" says = %s }\n",
                      lie->order == ORDER_ABSENT ? "nothing"
                                                 : scenario_order_name(scenario, lie->order));
    }
}

void scenario_write(const struct scenario *scenario, void *stream)
{
    FILE *out = stream;
    (void)fputs("# A game of generals, for: strategos-sim generals --scenario FILE\n", out);
    write_number(out, SCENARIO_FORMAT, SCENARIO_FORMAT_VERSION);
    if (scenario->name[0] != '\0') {
        write_word(out, SCENARIO_NAME, scenario->name);
    }
    if (scenario->text[0] != '\0') {
        write_text(out, scenario->text);
    }
    write_choice(out, SCENARIO_ALGORITHM, scenario->algorithm);
    write_number(out, SCENARIO_GENERALS, scenario->generals);
    write_number(out, SCENARIO_M, scenario->m);
    write_number(out, SCENARIO_COMMANDER, scenario->commander);
    write_orders(out, scenario);
    write_choice(out, SCENARIO_INTERACTIVE, scenario->is_interactive);
    write_traitors(out, scenario);
    write_graph(out, scenario);
    write_number(out, SCENARIO_P, scenario->p);
    write_choice(out, SCENARIO_ROUND_RULE, scenario->has_round_rule);
    write_choice(out, SCENARIO_BEYOND, scenario->is_beyond);
    write_number(out, SCENARIO_SEED, scenario->seed);
    write_number(out, SCENARIO_MEMORY_MIB, (scenario->memory_bytes_max + (1u << 20) - 1) >> 20);
    write_choice(out, SCENARIO_EXPECT_IC1, scenario->expect_ic1);
    write_choice(out, SCENARIO_EXPECT_IC2, scenario->expect_ic2);
    write_choice(out, SCENARIO_EXPECT_REFUSED, scenario->expect_refused);
    write_lies(out, scenario);
}
