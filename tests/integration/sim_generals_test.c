/* sim_generals_test.c - `strategos-sim generals` as its user has it: the scenarios that come with
 * it end as their files say, its output is for people and for scripts, and what is wrong is refused
 * with what was wrong. */
#include "support/folder.h"
#include "support/sim.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCENARIOS SOURCE_DIR "/configs/scenarios"

/* Runs `strategos-sim generals` with `line`. */
static int play(struct process *process, const char *line)
{
    char whole[SIM_LINE_BYTES];
    (void)snprintf(whole, sizeof whole, "generals %s", line);
    return sim_run(process, whole);
}

static void expect_status(const struct process *process, const char *line, int status)
{
    if (process->exit_code != status) {
        fail_msg("%s: exit status %d instead of %d: %s", line, process->exit_code, status,
                 process->err);
    }
}

static json_t *play_json(const char *line, int status)
{
    char whole[SIM_LINE_BYTES];
    (void)snprintf(whole, sizeof whole, "generals %s --json", line);
    return sim_json(whole, status);
}

static bool is_true(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_boolean(value));
    return json_is_true(value);
}

/* Lines fit, and nothing is there that only a terminal understands. */
static void assert_is_readable(const char *name, const char *text)
{
    assert_null(strchr(text, '\x1b'));
    assert_null(strstr(text, "played in"));
    for (const char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        if (length > 100 || (length > 0 && line[length - 1] == ' ')) {
            fail_msg("%s: too wide, or a blank at the end: %.*s", name, (int)length, line);
        }
        line += length + (line[length] == '\n' ? 1 : 0);
    }
}

static void expect_refused(const char *path)
{
    struct process process;
    char line[768];
    (void)snprintf(line, sizeof line, "--scenario %s", path);
    (void)play(&process, line);
    expect_status(&process, line, 2);
    assert_int_equal(process.out_size, 0);
    assert_non_null(strstr(process.err, path));
    process_fini(&process);
}

static void expect_verdicts(const char *path)
{
    struct process process;
    char line[768];
    (void)snprintf(line, sizeof line, "--scenario %s --json", path);
    (void)play(&process, line);
    json_t *object = json_loadb(process.out, process.out_size, 0, NULL);
    if (object == NULL) {
        fail_msg("%s: no JSON: %s", path, process.err);
    }
    bool ic1 = is_true(object, "ic1");
    bool ic2 = is_true(object, "ic2");
    if (ic1 != is_true(object, "expected_ic1") || ic2 != is_true(object, "expected_ic2")) {
        fail_msg("%s: IC1 %s, IC2 %s", path, ic1 ? "holds" : "is violated",
                 ic2 ? "holds" : "is violated");
    }
    expect_status(&process, path, ic1 && ic2 ? 0 : 1);
    json_decref(object);
    process_fini(&process);

    (void)snprintf(line, sizeof line, "--scenario %s", path);
    (void)play(&process, line);
    expect_status(&process, path, ic1 && ic2 ? 0 : 1);
    assert_non_null(strstr(process.out, ic1 ? "IC1 holds" : "IC1 is violated"));
    assert_non_null(strstr(process.out, ic2 ? "IC2 holds" : "IC2 is violated"));
    assert_non_null(strstr(process.out, "This is what the scenario file expects."));
    assert_is_readable(path, process.out);
    process_fini(&process);
}

static void scenario_that_comes_with_it_ends_as_its_file_says(void **state)
{
    (void)state;
    unsigned count = 0;
    unsigned refused = 0;
    struct dirent **entries = NULL;
    int found = scandir(SCENARIOS, &entries, NULL, alphasort);
    assert_true(found > 0);
    for (int i = 0; i < found; i++) {
        char path[512];
        (void)snprintf(path, sizeof path, SCENARIOS "/%s", entries[i]->d_name);
        bool is_hidden = entries[i]->d_name[0] == '.';
        free(entries[i]);
        if (is_hidden) {
            continue;
        }
        char *text = test_read_file(path, NULL);
        if (strstr(text, "\nexpect_refused = yes") != NULL) {
            expect_refused(path);
            refused++;
        } else {
            expect_verdicts(path);
        }
        free(text);
        count++;
    }
    free(entries);
    assert_true(count >= 20 && refused >= 1 && refused < count);
}

/* The check above fires: a file whose expectation is wrong says so. */
static void scenario_that_ends_otherwise_says_so(void **state)
{
    (void)state;
    static const char text[] = "format = 1 algorithm = om traitors = 2 strategy = flip\n"
                               "expect_ic1 = violated expect_ic2 = holds\n";
    struct test_folder folder;
    struct process process;
    char line[512];
    test_folder_init(&folder);
    test_write_file(test_path(&folder, "wrong.conf"), text, strlen(text));
    (void)snprintf(line, sizeof line, "--scenario %s", test_path(&folder, "wrong.conf"));
    assert_int_equal(play(&process, line), 0);
    assert_non_null(strstr(process.out, "expects otherwise"));
    process_fini(&process);
    test_folder_fini(&folder);
}

static void same_options_and_seed_give_the_same_bytes(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "--generals 7 --m 2 --traitors-count 2 --seed 5",
        "--algorithm sm --m 2 --generals 5 --traitors-count 2 --strategy forge --seed 6",
        "--algorithm naive --generals 9 --traitors-count 3 --seed 7",
        "--algorithm sm --graph random:60 --generals 9 --traitors-count 1 --seed 8",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        for (unsigned json = 0; json < 2; json++) {
            char line[256];
            struct process first;
            struct process second;
            (void)snprintf(line, sizeof line, "%s%s", lines[i], json == 0 ? "" : " --json");
            assert_int_equal(play(&first, line), play(&second, line));
            assert_true(first.out_size > 100);
            assert_string_equal(first.out, second.out);
            process_fini(&first);
            process_fini(&second);
        }
    }
}

static void another_seed_gives_another_game(void **state)
{
    (void)state;
    struct process first;
    struct process second;
    (void)play(&first, "--generals 7 --m 2 --traitors-count 2 --seed 5");
    (void)play(&second, "--generals 7 --m 2 --traitors-count 2 --seed 6");
    assert_string_not_equal(first.out, second.out);
    process_fini(&first);
    process_fini(&second);
}

/* Scripts rely on these, and on their order. */
static void json_has_its_keys_in_order(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "name",
        "algorithm",
        "generals",
        "m",
        "p",
        "commander",
        "order",
        "orders",
        "interactive_consistency",
        "private_orders",
        "traitors",
        "strategies",
        "graph",
        "round_rule",
        "beyond",
        "seed",
        "rounds",
        "messages",
        "messages_formula",
        "packets",
        "packets_formula",
        "signatures",
        "verifications",
        "decisions",
        "vectors",
        "acted",
        "verdicts",
        "ic1",
        "ic2",
        "ic1_reason",
        "ic2_reason",
        "ic2_has_case",
        "expected_ic1",
        "expected_ic2",
        "search",
    };
    json_t *object = play_json("--generals 10 --m 3", 0);
    size_t index = 0;
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(object, key, value)
    {
        assert_true(index < sizeof keys / sizeof keys[0]);
        assert_string_equal(key, keys[index]);
        index++;
    }
    assert_int_equal(index, sizeof keys / sizeof keys[0]);
    assert_int_equal(json_integer_value(json_object_get(object, "messages")), 3609);
    assert_int_equal(json_integer_value(json_object_get(object, "messages_formula")), 3609);
    assert_int_equal(json_integer_value(json_object_get(object, "rounds")), 4);
    json_decref(object);
}

static void options_override_the_scenario_file(void **state)
{
    (void)state;
    json_t *object =
        play_json("--scenario " SCENARIOS "/om-too-many-rounds.conf --m 1 --order retreat", 0);
    assert_int_equal(json_integer_value(json_object_get(object, "m")), 1);
    assert_string_equal(json_string_value(json_object_get(object, "order")), "retreat");
    assert_string_equal(json_string_value(json_object_get(object, "name")), "om-too-many-rounds");
    json_decref(object);
}

static void saved_scenario_plays_the_same_game(void **state)
{
    (void)state;
    struct test_folder folder;
    struct process first;
    struct process second;
    char line[512];
    test_folder_init(&folder);
    const char *path = test_path(&folder, "saved.conf");
    (void)snprintf(line, sizeof line,
                   "--generals 7 --m 2 --traitors-count 2 --seed 5 --json --save %s", path);
    (void)play(&first, line);
    (void)snprintf(line, sizeof line, "--scenario %s --json", path);
    (void)play(&second, line);
    assert_string_equal(second.err, "");
    assert_string_equal(first.out, second.out);
    process_fini(&first);
    process_fini(&second);
    test_folder_fini(&folder);
}

/* What the search found is a script like any other. */
static void worst_lies_are_found_and_play_the_same_when_saved(void **state)
{
    (void)state;
    struct test_folder folder;
    struct process first;
    struct process second;
    char line[512];
    test_folder_init(&folder);
    const char *path = test_path(&folder, "worst.conf");
    (void)snprintf(line, sizeof line,
                   "--generals 3 --traitors 2 --strategy worst --beyond --save %s", path);
    assert_int_equal(play(&first, line), 1);
    assert_non_null(strstr(first.out, "A search found lies that break it"));
    (void)snprintf(line, sizeof line, "--scenario %s", path);
    assert_int_equal(play(&second, line), 1);
    const char *rounds = strstr(first.out, "Who said what to whom");
    assert_non_null(rounds);
    assert_non_null(strstr(second.out, rounds));
    process_fini(&first);
    process_fini(&second);
    test_folder_fini(&folder);
}

static void search_that_finds_nothing_says_why(void **state)
{
    (void)state;
    struct process process;
    assert_int_equal(play(&process, "--generals 4 --traitors 2 --strategy worst"), 0);
    assert_non_null(strstr(process.out, "A search found nothing that breaks it: "));
    assert_null(strstr(process.out, "never acted"));
    process_fini(&process);
}

static void quiet_says_it_by_the_exit_status_alone(void **state)
{
    (void)state;
    struct process process;
    assert_int_equal(play(&process, "--quiet"), 0);
    assert_int_equal(process.out_size + process.err_size, 0);
    process_fini(&process);
    assert_int_equal(play(&process, "--quiet --generals 3 --traitors 2 --strategy flip --beyond"),
                     1);
    assert_int_equal(process.out_size + process.err_size, 0);
    process_fini(&process);
}

/* The same game on a terminal, which `script` makes. */
static char *play_on_terminal(const char *environment)
{
    char command[512];
    struct process process;
    (void)snprintf(command, sizeof command,
                   "TERM=xterm %s %s generals --generals 4 --traitors 2 --strategy flip",
                   environment, STRATEGOS_SIM);
    const char *arguments[] = {"/usr/bin/script", "-qec", command, "/dev/null", NULL};
    assert_int_equal(process_run(&process, arguments, NULL, NULL), 0);
    char *out = strdup(process.out);
    process_fini(&process);
    assert_non_null(out);
    return out;
}

static void terminal_gets_colour_unless_it_does_not_want_it(void **state)
{
    (void)state;
    if (!test_exists("/usr/bin/script")) {
        skip();
    }
    char *coloured = play_on_terminal("");
    char *plain = play_on_terminal("NO_COLOR=1");
    assert_non_null(strstr(coloured, "\x1b[1;31mretreat!\x1b[0m"));
    assert_non_null(strstr(coloured, "played in"));
    assert_null(strchr(plain, '\x1b'));
    assert_non_null(strstr(plain, "retreat!"));
    free(coloured);
    free(plain);
}

static void pictures_are_drawn_where_they_are_wanted(void **state)
{
    (void)state;
    struct test_folder folder;
    struct process process;
    char line[600];
    test_folder_init(&folder);
    (void)snprintf(line, sizeof line, "--quiet --traitors 2 --strategy flip --svg %s --html %s",
                   test_path(&folder, "game.svg"), test_path(&folder, "game.html"));
    assert_int_equal(play(&process, line), 0);
    process_fini(&process);
    char *svg = test_read_file(test_path(&folder, "game.svg"), NULL);
    char *html = test_read_file(test_path(&folder, "game.html"), NULL);
    assert_non_null(strstr(svg, "<svg"));
    assert_non_null(strstr(html, "<html"));
    free(svg);
    free(html);
    test_folder_fini(&folder);
}

struct refusal {
    const char *line;
    const char *said; /* somewhere on stderr */
};

static const struct refusal refusals[] = {
    {"--bogus", "unknown or ambiguous option '--bogus'"},
    {"operand", "'operand' is one operand too many"},
    {"--m", "option '--m' needs a value"},
    {"--beyond=1", "takes no value"},
    {"--m 1 --m 1", "--m is given twice"},
    {"--json --quiet", "--json does not go with --quiet"},
    {"--algorithm oral", "--algorithm = \"oral\": must be one of om, sm, naive"},
    {"--generals 1", "--generals = \"1\": must be 2 to 64 generals"},
    {"--generals 65", "--generals = \"65\": must be 2 to 64 generals"},
    {"--generals four", "--generals = \"four\": must be a whole number, 2 to 64 generals"},
    {"--m 32", "--m = \"32\": must be 0 to 31 traitors"},
    {"--m -1", "--m = \"-1\": must be 0 to 31 traitors"},
    {"--m 4", "m = 4: of 4 generals at most 2"},
    {"--m 2", "OM(2) needs at least 7 generals: 4 are given"},
    {"--commander 4", "--commander = \"4\": must be 0 to 3 for 4 generals"},
    {"--order a,b", "--order = \"a,b\": must be 1 to 31 letters, digits, '.', '_' or '-'"},
    {"--orders attack,retreat", "has 2 orders and must have one for each of 4 generals"},
    {"--orders attack,,attack,attack", "\"\" is no order"},
    {"--lie nothing --traitors 2", "--lie = \"nothing\": \"nothing\" is no order"},
    {"--traitors 4", "--traitors = \"4\": \"4\" is no general: they are 0 to 3"},
    {"--traitors 1,-2", "\"-2\" is no general: they are 0 to 3"},
    {"--traitors 1;2", "\"1;2\" is no general: they are 0 to 3"},
    {"--traitors 1,1", "--traitors = \"1,1\": general 1 is named twice"},
    {"--traitors 1,", "--traitors = \"1,\": \"\" is no general: they are 0 to 3"},
    {"--traitors 0-3", "names all 4 generals: at least one is loyal"},
    {"--traitors-count 4", "--traitors-count = \"4\": must be 0 to 3: of 4 generals one is loyal"},
    {"--traitors-count 64", "--traitors-count = \"64\": must be 0 to 63 traitors"},
    {"--traitors 1 --traitors-count 1", "the traitors are named already"},
    {"--strategy sly --traitors 1", "\"sly\" is no strategy: must be one of loyal, silent"},
    {"--strategy silent", "--strategy = \"silent\": nobody is a traitor"},
    {"--strategy 4=silent", "\"4=silent\" is no general: they are 0 to 3"},
    {"--strategy 1=silent --traitors 2", "general 1 is no traitor"},
    {"--strategy 1=silent,1=flip", "general 1 is named twice"},
    {"--strategy 1=silent,flip", "\"flip\" follows others, so it must be GENERAL=STRATEGY"},
    {"--graph moebius", "--graph = \"moebius\": there is no graph and no file \"moebius\""},
    {"--graph petersen --generals 9", "--graph = \"petersen\": "},
    {"--graph ./missing.graph", "missing.graph"},
    {"--p 64", "--p = \"64\": must be 0 to 63 neighbours"},
    {"--seed x", "--seed = \"x\": must be a whole number"},
    {"--seed 9223372036854775808", "must be 0 to 9223372036854775807"},
    {"--memory 0", "--memory = \"0\": must be 1 to 1048576 MiB"},
    {"--tree 4", "--tree = '4': must be a general, 0 to 3"},
    {"--tree x", "--tree = 'x': must be a general, 0 to 3"},
    {"--svg /nonexistent/game.svg", "--svg = '/nonexistent/game.svg': "},
    {"--html /nonexistent/game.html", "--html = '/nonexistent/game.html': "},
    {"--save /nonexistent/game.conf", "--save = '/nonexistent/game.conf': "},
    {"--scenario /nonexistent/x.conf", "/nonexistent/x.conf: cannot read the scenario file"},
    {"--generals 31 --m 9", "OM(9) of 31 generals takes 111.0 TiB of memory: the bound is 2.0 GiB"},
    {"--generals 13 --m 4 --memory 1", "the bound is 1.0 MiB"},
};

static void wrong_option_is_refused_with_its_name_value_and_bound(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct process process;
        (void)play(&process, refusals[i].line);
        expect_status(&process, refusals[i].line, 2);
        assert_int_equal(process.out_size, 0);
        if (strstr(process.err, refusals[i].said) == NULL) {
            fail_msg("%s: '%s' is not in: %s", refusals[i].line, refusals[i].said, process.err);
        }
        process_fini(&process);
    }
}

static void error_in_a_file_is_refused_with_its_line(void **state)
{
    (void)state;
    static const char scenario[] = "format = 1\nalgorithm = om\n# a comment\nm = many\n";
    static const char graph[] = "0 1\n1 2\n# a comment\n2 3 4\n";
    struct test_folder folder;
    struct process process;
    char line[512];
    char said[512];
    test_folder_init(&folder);
    test_write_file(test_path(&folder, "bad.conf"), scenario, strlen(scenario));
    test_write_file(test_path(&folder, "bad.graph"), graph, strlen(graph));
    (void)snprintf(line, sizeof line, "--scenario %s", test_path(&folder, "bad.conf"));
    (void)snprintf(said, sizeof said, "%s:4: m = \"many\": must be a whole number, 0 to 31",
                   test_path(&folder, "bad.conf"));
    assert_int_equal(play(&process, line), 2);
    assert_non_null(strstr(process.err, said));
    process_fini(&process);
    (void)snprintf(line, sizeof line, "--graph %s", test_path(&folder, "bad.graph"));
    (void)snprintf(said, sizeof said, "%s:4: ", test_path(&folder, "bad.graph"));
    assert_int_equal(play(&process, line), 2);
    assert_non_null(strstr(process.err, "--graph = "));
    assert_non_null(strstr(process.err, said));
    process_fini(&process);
    test_folder_fini(&folder);
}

/* What is wrong with a lie shows only against the whole game. */
static void lie_that_cannot_be_told_is_refused_with_its_line(void **state)
{
    (void)state;
    static const char scenario[] = "format = 1\nalgorithm = om\ngenerals = 4\ntraitors = \"2\"\n"
                                   "lie { path = \"0,2\" to = \"1,3\" says = retreat }\n"
                                   "# in round 2 he says nothing of what 1 told him\n"
                                   "lie { path = \"0,1,2\" to = \"3\" says = retreat }\n"
                                   "lie { path = \"0,2\" to = \"1\" says = attack }\n";
    struct test_folder folder;
    struct process process;
    char line[512];
    char said[512];
    test_folder_init(&folder);
    test_write_file(test_path(&folder, "bad.conf"), scenario, strlen(scenario));
    (void)snprintf(line, sizeof line, "--scenario %s", test_path(&folder, "bad.conf"));
    (void)snprintf(said, sizeof said,
                   "%s:7: lie 3 (from 2 to 3): ", test_path(&folder, "bad.conf"));
    assert_int_equal(play(&process, line), 2);
    if (strstr(process.err, said) == NULL) {
        fail_msg("'%s' is not in: %s", said, process.err);
    }
    process_fini(&process);
    test_folder_fini(&folder);
}

static void output_that_cannot_be_written_is_no_verdict(void **state)
{
    (void)state;
    struct process process;
    const char *arguments[] = {"/bin/sh", "-c", STRATEGOS_SIM " generals >/dev/full", NULL};
    assert_int_equal(process_run(&process, arguments, NULL, NULL), 2);
    assert_non_null(strstr(process.err, "cannot write the output"));
    process_fini(&process);
}

static void help_has_a_page_for_the_program_and_for_its_command(void **state)
{
    (void)state;
    struct process process;
    assert_int_equal(play(&process, "--help"), 0);
    assert_non_null(strstr(process.out, "EXAMPLES"));
    assert_non_null(strstr(process.out, "1  one of them is violated"));
    process_fini(&process);
    const char *program[] = {STRATEGOS_SIM, "--help", NULL};
    assert_int_equal(process_run(&process, program, NULL, NULL), 0);
    assert_non_null(strstr(process.out, "\n       generals "));
    process_fini(&process);
    const char *settings[] = {STRATEGOS_SIM, "help-scenario", NULL};
    assert_int_equal(process_run(&process, settings, NULL, NULL), 0);
    assert_non_null(strstr(process.out, "  m              0 to 31 traitors; default: 1\n"));
    assert_is_readable("help-scenario", process.out);
    process_fini(&process);
    const char *version[] = {STRATEGOS_SIM, "--version", NULL};
    assert_int_equal(process_run(&process, version, NULL, NULL), 0);
    assert_int_equal(strncmp(process.out, "strategos-sim ", 14), 0);
    process_fini(&process);
    const char *page[] = {STRATEGOS_SIM, "help", "generals", NULL};
    assert_int_equal(process_run(&process, page, NULL, NULL), 0);
    assert_non_null(strstr(process.out, "strategos-sim generals - "));
    process_fini(&process);
    const char *no_page[] = {STRATEGOS_SIM, "help", "colonels", NULL};
    assert_int_equal(process_run(&process, no_page, NULL, NULL), 2);
    assert_non_null(strstr(process.err, "unknown command 'colonels'"));
    process_fini(&process);
    const char *unknown[] = {STRATEGOS_SIM, "colonels", NULL};
    assert_int_equal(process_run(&process, unknown, NULL, NULL), 2);
    assert_non_null(strstr(process.err, "unknown command 'colonels'"));
    process_fini(&process);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scenario_that_comes_with_it_ends_as_its_file_says),
        cmocka_unit_test(scenario_that_ends_otherwise_says_so),
        cmocka_unit_test(same_options_and_seed_give_the_same_bytes),
        cmocka_unit_test(another_seed_gives_another_game),
        cmocka_unit_test(json_has_its_keys_in_order),
        cmocka_unit_test(options_override_the_scenario_file),
        cmocka_unit_test(saved_scenario_plays_the_same_game),
        cmocka_unit_test(worst_lies_are_found_and_play_the_same_when_saved),
        cmocka_unit_test(search_that_finds_nothing_says_why),
        cmocka_unit_test(quiet_says_it_by_the_exit_status_alone),
        cmocka_unit_test(terminal_gets_colour_unless_it_does_not_want_it),
        cmocka_unit_test(pictures_are_drawn_where_they_are_wanted),
        cmocka_unit_test(wrong_option_is_refused_with_its_name_value_and_bound),
        cmocka_unit_test(error_in_a_file_is_refused_with_its_line),
        cmocka_unit_test(lie_that_cannot_be_told_is_refused_with_its_line),
        cmocka_unit_test(output_that_cannot_be_written_is_no_verdict),
        cmocka_unit_test(help_has_a_page_for_the_program_and_for_its_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
