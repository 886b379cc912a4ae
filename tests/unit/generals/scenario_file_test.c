/* scenario_file_test.c - scenario files: what is read, what is written, and what is refused with
 * its line. */
#include "generals/scenario_sheet.h"
#include "support/folder.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char good[] = "format = 1\n"                                      /* line 1 */
                           "name = good\n"                                     /* 2 */
                           "text = \"Shows\n   nothing, at length.\"\n"        /* 3, 4 */
                           "algorithm = om\n"                                  /* 5 */
                           "generals = 7\n"                                    /* 6 */
                           "m = 2\n"                                           /* 7 */
                           "commander = 1\n"                                   /* 8 */
                           "orders = \"retreat, attack, wait\"\n"              /* 9 */
                           "order = wait\n"                                    /* 10 */
                           "traitors = \"2,5\"\n"                              /* 11 */
                           "strategy = \"script,5=split\"\n"                   /* 12 */
                           "lie_order = attack\n"                              /* 13 */
                           "graph = complete\n"                                /* 14 */
                           "seed = 77\n"                                       /* 15 */
                           "expect_ic1 = holds\n"                              /* 16 */
                           "lie {\n"                                           /* 17 */
                           "    path = \"1,2\"\n"                              /* 18 */
                           "    to = \"0,3-4\"\n"                              /* 19 */
                           "    says = attack\n"                               /* 20 */
                           "}\n"                                               /* 21 */
                           "lie { path = \"1,4,2\" to = 6 says = nothing }\n"; /* 22 */

/* `text` with the first `from` replaced by `to`; on the heap. */
static char *edit(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    char *edited = NULL;
    assert_non_null(at);
    assert_true(asprintf(&edited, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) > 0);
    return edited;
}

/* Reads `text` as a file; `reason` loses the path: what follows begins with ":LINE: ". */
static enum error read_text(const char *text, struct scenario *scenario, struct error_text *reason)
{
    struct test_folder folder;
    test_folder_init(&folder);
    const char *path = test_path(&folder, "scenario.conf");
    size_t prefix = strlen(path);
    test_write_file(path, text, strlen(text));
    *reason = (struct error_text){""};
    scenario_init(scenario);
    enum error error = scenario_read(scenario, path, reason);
    if (strncmp(reason->text, path, prefix) == 0) {
        memmove(reason->text, reason->text + prefix, strlen(reason->text + prefix) + 1);
    }
    test_folder_fini(&folder);
    return error;
}

static void read_good(const char *text, struct scenario *scenario)
{
    struct error_text reason;
    if (read_text(text, scenario, &reason) != OK) {
        fail_msg("refused: %s", reason.text);
    }
}

static void scenario_file_with_everything_is_read_whole(void **state)
{
    (void)state;
    struct scenario scenario;
    read_good(good, &scenario);
    assert_string_equal(scenario.name, "good");
    assert_string_equal(scenario.text, "Shows nothing, at length.");
    assert_int_equal(scenario.algorithm, ALGORITHM_OM);
    assert_int_equal(scenario.generals, 7);
    assert_int_equal(scenario.m, 2);
    assert_int_equal(scenario.commander, 1);
    assert_int_equal(scenario.order_count, 3);
    assert_string_equal(scenario_order_name(&scenario, scenario.order), "wait");
    assert_int_equal(scenario.traitors, general_bit(2) | general_bit(5));
    assert_int_equal(scenario.strategies[2], STRATEGY_SCRIPT);
    assert_int_equal(scenario.strategies[5], STRATEGY_SPLIT);
    assert_int_equal(scenario.strategies[1], STRATEGY_LOYAL);
    assert_int_equal(scenario.lie_order, ATTACK);
    assert_true(graph_is_complete(&scenario.graph));
    assert_int_equal(scenario.seed, 77);
    assert_int_equal(scenario.expect_ic1, EXPECT_HOLDS);
    assert_int_equal(scenario.expect_ic2, EXPECT_NOTHING);
    assert_int_equal(scenario.lie_count, 4);
    assert_int_equal(scenario.lies[2].from, 2);
    assert_int_equal(scenario.lies[2].to, 4);
    assert_int_equal(scenario.lies[2].order, ATTACK);
    assert_int_equal(scenario.lies[3].path_count, 3);
    assert_int_equal(scenario.lies[3].order, ORDER_ABSENT);
    scenario_fini(&scenario);
}

static void scenario_file_with_little_has_the_defaults(void **state)
{
    (void)state;
    struct scenario scenario;
    struct scenario expected;
    scenario_init(&expected);
    read_good("format = 1 algorithm = om", &scenario);
    assert_memory_equal(&scenario, &expected, sizeof scenario);
    read_good("format = 1 algorithm = sm graph = petersen traitors_count = 2", &scenario);
    assert_int_equal(scenario.generals, 10); /* as many as the graph has */
    assert_int_equal(__builtin_popcountll(scenario.traitors), 2);
    scenario_fini(&scenario);
    scenario_fini(&expected);
}

static void strategies_that_are_named_make_traitors(void **state)
{
    (void)state;
    struct scenario scenario;
    read_good("format = 1 algorithm = om strategy = \"3=silent\"", &scenario);
    assert_int_equal(scenario.traitors, general_bit(3));
    scenario_fini(&scenario);
}

static void assert_same_lies(const struct scenario *a, const struct scenario *b)
{
    assert_int_equal(a->lie_count, b->lie_count);
    for (size_t i = 0; i < a->lie_count; i++) {
        assert_int_equal(a->lies[i].from, b->lies[i].from);
        assert_int_equal(a->lies[i].to, b->lies[i].to);
        assert_int_equal(a->lies[i].order, b->lies[i].order);
        assert_int_equal(a->lies[i].path_count, b->lies[i].path_count);
        assert_memory_equal(a->lies[i].path, b->lies[i].path, a->lies[i].path_count);
    }
}

/* All but the lies: structs are cleared, and texts end in zeros, so bytes can be compared. */
static void assert_same(struct scenario *a, struct scenario *b)
{
    assert_same_lies(a, b);
    struct lie *lies_a = a->lies;
    struct lie *lies_b = b->lies;
    a->lies = NULL;
    b->lies = NULL;
    assert_memory_equal(a, b, sizeof *a);
    a->lies = lies_a;
    b->lies = lies_b;
}

static char *write_text(const struct scenario *scenario)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    scenario_write(scenario, stream);
    assert_int_equal(fclose(stream), 0);
    return text;
}

static const char *const round_trips[] = {
    good,
    "format = 1 algorithm = om",
    "format = 1 algorithm = sm generals = 6 m = 4 graph = ring traitors = 2 strategy = silent "
    "round_rule = no beyond = yes p = 3 memory_mib = 5",
    "format = 1 algorithm = naive generals = 3 orders = \"stay,go,wait\" order = go "
    "private_orders = \"go,stay,wait\" traitors = \"0-1\" strategy = \"0=flip,1=random\" "
    "lie_order = wait expect_ic2 = violated expect_refused = yes",
    "format = 1 algorithm = om interactive_consistency = yes private_orders = "
    "\"attack,retreat,attack,attack\" generals = 4 graph = kite edges = \"0-1, 1-2,\n "
    "2-3,3-0,0-2\"",
    "format = 1 algorithm = sm generals = 5 m = 3 traitors = \"0,1\" order = north\n"
    "lie { path = \"0\" to = \"3,4\" says = south }\n"
    "lie { path = \"0,1\" from = 0 to = \"2\" says = north }\n"
    "lie { path = \"0,1\" to = \"4\" says = nothing }\n"
    "lie { path = \"0,1\" to = \"2\" says = nothing }\n",
    "format = 1 algorithm = sm graph = random:50 seed = 9 generals = 12",
};

static void scenario_written_and_read_is_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof round_trips / sizeof round_trips[0]; i++) {
        struct scenario first;
        struct scenario second;
        read_good(round_trips[i], &first);
        char *text = write_text(&first);
        read_good(text, &second);
        assert_same(&first, &second);
        char *again = write_text(&second);
        assert_string_equal(text, again);
        free(again);
        free(text);
        scenario_fini(&first);
        scenario_fini(&second);
    }
}

static void scenario_written_is_commented_and_at_most_100_columns_wide(void **state)
{
    (void)state;
    struct scenario scenario;
    read_good(round_trips[3], &scenario);
    memset(scenario.text, 'x', sizeof scenario.text - 1);
    for (size_t i = 6; i < sizeof scenario.text; i += 7) {
        scenario.text[i] = ' ';
    }
    scenario.text[sizeof scenario.text - 1] = '\0';
    char *text = write_text(&scenario);
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
        assert_true(strcspn(line, "\n") <= 100);
    }
    assert_non_null(strstr(text, "# How many traitors the algorithm is made for; it takes m + 1"));
    struct scenario second;
    read_good(text, &second);
    assert_string_equal(scenario.text, second.text);
    free(text);
    scenario_fini(&scenario);
    scenario_fini(&second);
}

struct refusal {
    const char *from; /* replaced once in the good text */
    const char *to;
    const char *reason; /* all of the message after the path */
};

static const struct refusal refusals[] = {
    {"seed = 77", "sead = 77", ":15: unknown setting or section \"sead\""},
    {"lie {\n", "lei {\n", ":17: unknown setting or section \"lei\""},
    {"seed = 77", "m = 1", ":15: m is given twice, first on line 7"},
    {"says = attack\n", "says = attack to = 1\n", ":20: to is given twice, first on line 19"},
    {"says = nothing }", "says = nothing",
     ":22: the file ends in the middle of a section, setting, text or comment"},
    {"format = 1\n", "", ":21: setting 'format' is missing"},
    {"algorithm = om\n", "", ":21: setting 'algorithm' is missing"},
    {"    says = attack\n", "", ":20: lie setting 'says' is missing"},
    {"format = 1", "format = 2", ":1: format = \"2\": must be 1 to 1"},
    {"algorithm = om", "algorithm = oral",
     ":5: algorithm = \"oral\": must be one of om, sm, naive"},
    {"generals = 7", "generals = 65", ":6: generals = \"65\": must be 2 to 64 generals"},
    {"generals = 7", "generals = many",
     ":6: generals = \"many\": must be a whole number, 2 to 64 generals"},
    {"m = 2", "m = 32", ":7: m = \"32\": must be 0 to 31 traitors"},
    {"commander = 1", "commander = 7", ":8: commander = \"7\": must be 0 to 6 for 7 generals"},
    {"order = wait", "order = weight",
     ":10: order = \"weight\": \"weight\" is not among the orders"},
    {"orders = \"retreat, attack, wait\"", "orders = \"retreat\"",
     ":9: orders = \"retreat\": must be 2 to 16 orders"},
    {"orders = \"retreat, attack, wait\"", "orders = \"retreat,retreat\"",
     ":9: orders = \"retreat,retreat\": \"retreat\" is named twice"},
    {"lie_order = attack", "lie_order = nothing",
     ":13: lie_order = \"nothing\": \"nothing\" is no order: it has 1 to 31 letters, digits, '.', "
     "'_' or '-', and is not \"nothing\" or \"garbage\""},
    {"traitors = \"2,5\"", "traitors = \"2,7\"",
     ":11: traitors = \"2,7\": \"7\" is no general: they are 0 to 6"},
    {"traitors = \"2,5\"", "traitors = \"2,,5\"",
     ":11: traitors = \"2,,5\": \"\" is no general: they are 0 to 6"},
    {"traitors = \"2,5\"", "traitors = \"5,2-6\"",
     ":11: traitors = \"5,2-6\": general 5 is named twice"},
    {"traitors = \"2,5\"", "traitors = \"5-2\"", ":11: traitors = \"5-2\": \"5-2\" runs backwards"},
    {"traitors = \"2,5\"", "traitors = \"0-6\"",
     ":11: traitors = \"0-6\": names all 7 generals: at least one is loyal"},
    {"seed = 77", "traitors_count = 2",
     ":15: traitors_count = \"2\": the traitors are named already; give their names or their "
     "number"},
    {"traitors = \"2,5\"", "traitors_count = 7",
     ":11: traitors_count = \"7\": must be 0 to 6: of 7 generals one is loyal"},
    {"strategy = \"script,5=split\"", "strategy = \"3=split\"",
     ":12: strategy = \"3=split\": general 3 is no traitor"},
    {"strategy = \"script,5=split\"", "strategy = \"5=sly\"",
     ":12: strategy = \"5=sly\": \"sly\" is no strategy: must be one of loyal, silent, lie, flip, "
     "split, random, late, garbage, forge, truncate, replay, collude, script, worst"},
    {"strategy = \"script,5=split\"", "strategy = \"5=split,script\"",
     ":12: strategy = \"5=split,script\": \"script\" follows others, so it must be "
     "GENERAL=STRATEGY"},
    {"seed = 77", "seed = 9223372036854775808",
     ":15: seed = \"9223372036854775808\": must be 0 to 9223372036854775807"},
    {"seed = 77", "private_orders = \"attack,attack\"",
     ":15: private_orders = \"attack,attack\": has 2 orders and must have one for each of 7 "
     "generals"},
    {"seed = 77", "edges = \"0-1,1-7\"",
     ":15: edges = \"0-1,1-7\": \"1-7\" is no edge: it joins two generals of 0 to 6, as in "
     "\"0-1\""},
    {"expect_ic1 = holds", "expect_ic1 = yes",
     ":16: expect_ic1 = \"yes\": must be one of unknown, holds, violated"},
    {"path = \"1,2\"", "path = \"1,3\"",
     ":18: path = \"1,3\": general 3 says it, who is no traitor"},
    {"path = \"1,2\"", "path = \"1,2\" from = 4",
     ":18: from = \"4\": general 4 says it, who is no traitor"},
    {"path = \"1,2\"", "path = \"1,9,2\"",
     ":18: path = \"1,9,2\": \"9\" is no general: they are 0 to 6"},
    {"path = \"1,2\"", "path = \"2,1,2\"", ":18: path = \"2,1,2\": general 2 is named twice"},
    {"to = \"0,3-4\"", "to = \"0,3-\"",
     ":19: to = \"0,3-\": \"3-\" is no general: they are 0 to 6"},
    {"says = attack\n", "says = go\n", ":20: says = \"go\": \"go\" is not among the orders"},
};

static void wrong_setting_is_refused_with_line_value_and_bound(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct scenario scenario;
        struct error_text reason;
        char *text = edit(good, refusals[i].from, refusals[i].to);
        enum error error = read_text(text, &scenario, &reason);
        assert_string_equal(reason.text, refusals[i].reason);
        assert_int_equal(error, ERROR_INVALID);
        free(text);
        scenario_fini(&scenario);
    }
}

static void graph_that_is_wrong_is_refused_with_its_line(void **state)
{
    (void)state;
    struct scenario scenario;
    struct error_text reason;
    char *text = edit(good, "graph = complete", "graph = triangle-of-bermuda");
    assert_int_equal(read_text(text, &scenario, &reason), ERROR_INVALID);
    assert_non_null(strstr(reason.text, ":14: graph = \"triangle-of-bermuda\": "));
    free(text);
    scenario_fini(&scenario);
    text = edit(good, "graph = complete", "graph = petersen");
    assert_int_equal(read_text(text, &scenario, &reason), ERROR_INVALID);
    assert_non_null(strstr(reason.text, ":14: graph = \"petersen\": "));
    free(text);
    scenario_fini(&scenario);
}

static void missing_file_is_refused_with_its_path(void **state)
{
    (void)state;
    struct scenario scenario;
    struct error_text reason;
    scenario_init(&scenario);
    assert_int_equal(scenario_read(&scenario, "/nonexistent/x.conf", &reason), ERROR_MISSING);
    assert_string_equal(
        reason.text,
        "/nonexistent/x.conf: cannot read the scenario file: No such file or directory");
    scenario_fini(&scenario);
}

/* Every prefix lacks something or is whole; none may crash or leak. */
static void truncated_file_is_refused_or_whole(void **state)
{
    (void)state;
    unsigned refused = 0;
    for (size_t cut = 0; cut < strlen(good); cut++) {
        struct scenario scenario;
        struct error_text reason;
        char text[sizeof good];
        (void)snprintf(text, sizeof text, "%.*s", (int)cut, good);
        refused += read_text(text, &scenario, &reason) != OK;
        scenario_fini(&scenario);
    }
    assert_true(refused > strlen(good) / 2 && refused < strlen(good));
}

/* A file with as many lies as fit is read in time that grows with their number alone. */
static void many_lies_are_read(void **state)
{
    (void)state;
    unsigned const count = 20000;
    static const char head[] = "format = 1 algorithm = om generals = 4 traitors = 2\n";
    static const char lie[] = "lie { path = \"0,2\" to = \"1\" says = attack }\n";
    char *text = malloc(sizeof head + count * sizeof lie);
    assert_non_null(text);
    size_t used = 0;
    used += (size_t)sprintf(text, "%s", head);
    for (unsigned i = 0; i < count; i++) {
        memcpy(text + used, lie, sizeof lie);
        used += sizeof lie - 1;
    }
    struct scenario scenario;
    read_good(text, &scenario);
    assert_int_equal(scenario.lie_count, count);
    scenario_fini(&scenario);
    free(text);
}

static void option_stands_before_the_file(void **state)
{
    (void)state;
    struct test_folder folder;
    struct scenario_sheet sheet;
    struct scenario scenario;
    struct error_text text = {""};
    test_folder_init(&folder);
    const char *path = test_path(&folder, "scenario.conf");
    test_write_file(path, round_trips[2], strlen(round_trips[2]));
    sheet_init(&sheet);
    scenario_init(&scenario);
    assert_int_equal(sheet_read(&sheet, path, &text), OK);
    assert_int_equal(sheet_option(&sheet, SCENARIO_M, "--m", "5", &text), OK);
    assert_int_equal(sheet_option(&sheet, SCENARIO_TRAITORS_COUNT, "--traitors-count", "3", &text),
                     OK);
    assert_int_equal(sheet_option(&sheet, SCENARIO_M, "--m", "x", &text), ERROR_INVALID);
    assert_string_equal(text.text, "--m = \"x\": must be a whole number, 0 to 31 traitors");
    assert_int_equal(sheet_apply(&sheet, &scenario, &text), OK);
    assert_int_equal(scenario.m, 5);
    assert_int_equal(scenario.generals, 6);
    assert_int_equal(__builtin_popcountll(scenario.traitors), 3);
    sheet_fini(&sheet);
    scenario_fini(&scenario);
    test_folder_fini(&folder);
}

/* A graph's file is looked for beside the scenario file; its errors have its own line. */
static void graph_file_lies_beside_the_scenario_file(void **state)
{
    (void)state;
    static const char text[] = "format = 1\nalgorithm = sm\ngenerals = 3\ngraph = ./line.graph\n";
    struct test_folder folder;
    struct scenario scenario;
    struct error_text reason = {""};
    test_folder_init(&folder);
    const char *path = test_path(&folder, "scenario.conf");
    test_write_file(path, text, strlen(text));
    test_write_file(test_path(&folder, "line.graph"), "0 1\n1 2\n", 8);
    scenario_init(&scenario);
    if (scenario_read(&scenario, path, &reason) != OK) {
        fail_msg("refused: %s", reason.text);
    }
    assert_int_equal(scenario.graph.neighbours[1], general_bit(0) | general_bit(2));
    scenario_fini(&scenario);
    test_write_file(test_path(&folder, "line.graph"), "0 1\n1 2 3\n", 10);
    scenario_init(&scenario);
    assert_int_equal(scenario_read(&scenario, path, &reason), ERROR_INVALID);
    assert_non_null(strstr(reason.text, "scenario.conf:4: graph = "));
    assert_non_null(strstr(reason.text, "line.graph:2: "));
    scenario_fini(&scenario);
    test_folder_fini(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scenario_file_with_everything_is_read_whole),
        cmocka_unit_test(scenario_file_with_little_has_the_defaults),
        cmocka_unit_test(strategies_that_are_named_make_traitors),
        cmocka_unit_test(scenario_written_and_read_is_the_same),
        cmocka_unit_test(scenario_written_is_commented_and_at_most_100_columns_wide),
        cmocka_unit_test(wrong_setting_is_refused_with_line_value_and_bound),
        cmocka_unit_test(graph_that_is_wrong_is_refused_with_its_line),
        cmocka_unit_test(missing_file_is_refused_with_its_path),
        cmocka_unit_test(truncated_file_is_refused_or_whole),
        cmocka_unit_test(many_lies_are_read),
        cmocka_unit_test(option_stands_before_the_file),
        cmocka_unit_test(graph_file_lies_beside_the_scenario_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
