/* arguments_test.c - options and operands, in this process: what is taken, and what is refused. */
#include "console/arguments.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARGUMENTS_MAX 16

static const char *const colours[] = {"red", "green", NULL};

struct values {
    bool flag;
    const char *text;
    uint64_t number;
    uint64_t seconds;
    size_t colour;
};

static struct values values;
static const struct argument_option options[] = {
    {.name = "flag", .kind = ARGUMENT_FLAG, .value = &values.flag, .help = "A flag."},
    {.name = "text",
     .kind = ARGUMENT_TEXT,
     .value = &values.text,
     .placeholder = "T",
     .environment = "STRATEGOS_TEST_TEXT",
     .help = "A text."},
    {.name = "number",
     .kind = ARGUMENT_NUMBER,
     .value = &values.number,
     .placeholder = "N",
     .minimum = 2,
     .maximum = 10,
     .help = "A number."},
    {.name = NULL},
};
static const struct argument_option common[] = {
    {.name = "seconds",
     .kind = ARGUMENT_SECONDS,
     .value = &values.seconds,
     .placeholder = "S",
     .minimum = 1000000,
     .maximum = UINT64_C(60000000000),
     .help = "A time."},
    {.name = "colour",
     .kind = ARGUMENT_CHOICE,
     .value = &values.colour,
     .placeholder = "C",
     .choices = colours,
     .help = "A colour."},
    {.name = NULL},
};
static struct argument_command command;

static struct arguments arguments;
static int exit_code;
static char said[8192]; /* on stderr and stdout together */
static const char *line[ARGUMENTS_MAX + 2];

static int reset(void **state)
{
    (void)state;
    values = (struct values){.number = 5};
    command = (struct argument_command){.name = "tool sub",
                                        .usage = "A [B]",
                                        .summary = "try arguments",
                                        .description = "First.\nSecond.",
                                        .options = options,
                                        .common = common,
                                        .operands_max = 2,
                                        .ending = "EXAMPLES\n       none\n"};
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): tests have one thread */
    return unsetenv("STRATEGOS_TEST_TEXT");
}

/* Parses `words` (split at blanks), with both streams captured. */
static bool parse(const char *words)
{
    static char copy[512];
    (void)snprintf(copy, sizeof copy, "%s", words);
    size_t count = 0;
    line[count++] = "tool";
    for (char *rest = copy, *word; (word = strsep(&rest, " ")) != NULL;) {
        assert_true(count <= ARGUMENTS_MAX);
        if (word[0] != '\0') {
            line[count++] = word;
        }
    }
    line[count] = NULL;
    char *argv[ARGUMENTS_MAX + 2];
    memcpy(argv, line, sizeof argv);
    FILE *file = tmpfile();
    assert_non_null(file);
    (void)fflush(NULL);
    int out = dup(1);
    int err = dup(2);
    assert_true(dup2(fileno(file), 1) >= 0 && dup2(fileno(file), 2) >= 0);
    exit_code = -1;
    bool goes_on = arguments_parse(&command, (int)count, argv, &arguments, &exit_code);
    /* Operands point into argv, which is gone after this. */
    for (size_t i = 0; goes_on && i < arguments.operand_count; i++) {
        line[i] = arguments.operands[i];
    }
    arguments.operands = line;
    (void)fflush(NULL);
    assert_true(dup2(out, 1) >= 0 && dup2(err, 2) >= 0);
    (void)close(out);
    (void)close(err);
    rewind(file);
    said[fread(said, 1, sizeof said - 1, file)] = '\0';
    (void)fclose(file);
    return goes_on;
}

static void expect_refusal(const char *words, const char *reason)
{
    char expected[512];
    assert_false(parse(words));
    assert_int_equal(exit_code, EXIT_USAGE);
    (void)snprintf(expected, sizeof expected, "tool sub: %s; try 'tool sub --help'\n", reason);
    assert_string_equal(said, expected);
}

static void options_of_both_tables_are_taken(void **state)
{
    (void)state;
    assert_true(parse("--flag --text=x --number 7 --seconds 1.5 --colour green"));
    assert_true(values.flag);
    assert_string_equal(values.text, "x");
    assert_int_equal(values.number, 7);
    assert_int_equal(values.seconds, 1500000000);
    assert_int_equal(values.colour, 1);
    assert_int_equal(arguments.operand_count, 0);
}

static void options_left_out_keep_their_defaults(void **state)
{
    (void)state;
    assert_true(parse(""));
    assert_false(values.flag);
    assert_null(values.text);
    assert_int_equal(values.number, 5);
}

static void operands_and_options_mix(void **state)
{
    (void)state;
    assert_true(parse("a --number 7 b --flag"));
    assert_int_equal(arguments.operand_count, 2);
    assert_string_equal(arguments.operands[0], "a");
    assert_string_equal(arguments.operands[1], "b");
    assert_true(values.flag);
}

static void dash_and_negative_numbers_are_operands(void **state)
{
    (void)state;
    assert_true(parse("- -12"));
    assert_string_equal(arguments.operands[0], "-");
    assert_string_equal(arguments.operands[1], "-12");
    assert_true(parse("-1 --flag -2"));
    assert_string_equal(arguments.operands[0], "-1");
    assert_string_equal(arguments.operands[1], "-2");
    assert_true(values.flag);
}

static void double_dash_ends_the_options(void **state)
{
    (void)state;
    assert_true(parse("--flag -- --text -h"));
    assert_int_equal(arguments.operand_count, 2);
    assert_string_equal(arguments.operands[0], "--text");
    assert_string_equal(arguments.operands[1], "-h");
}

static void subcommand_keeps_its_own_options(void **state)
{
    (void)state;
    command.stops_at_operand = true;
    assert_true(parse("--flag put --number 99 x y z"));
    assert_int_equal(arguments.operand_count, 6);
    assert_string_equal(arguments.operands[0], "put");
    assert_string_equal(arguments.operands[1], "--number");
    assert_string_equal(arguments.operands[5], "z");
    assert_int_equal(values.number, 5);
}

static void wrong_options_are_refused(void **state)
{
    (void)state;
    expect_refusal("--nothing", "unknown or ambiguous option '--nothing'");
    expect_refusal("-x", "unknown option '-x'");
}

static void wrong_values_are_refused_with_their_bounds(void **state)
{
    (void)state;
    expect_refusal("--number 11", "--number = '11': must be a whole number, 2 to 10");
    expect_refusal("--number 1", "--number = '1': must be a whole number, 2 to 10");
    expect_refusal("--number -3", "--number = '-3': must be a whole number, 2 to 10");
    expect_refusal("--number 3x", "--number = '3x': must be a whole number, 2 to 10");
    expect_refusal("--number=", "--number = '': must be a whole number, 2 to 10");
    expect_refusal("--number 18446744073709551619",
                   "--number = '18446744073709551619': must be a whole number, 2 to 10");
    expect_refusal("--seconds 61", "--seconds = '61': must be 0.001 to 60 seconds");
    expect_refusal("--seconds 0", "--seconds = '0': must be 0.001 to 60 seconds");
    expect_refusal("--seconds 1e1", "--seconds = '1e1': must be 0.001 to 60 seconds");
    expect_refusal("--seconds .", "--seconds = '.': must be 0.001 to 60 seconds");
    expect_refusal("--seconds 99999999999",
                   "--seconds = '99999999999': must be 0.001 to 60 seconds");
    expect_refusal("--colour blue", "--colour = 'blue': must be one of red, green");
    expect_refusal("--text=", "--text is empty");
    expect_refusal("--text", "option '--text' needs a value");
    expect_refusal("--flag=yes", "option '--flag=yes' takes no value");
    expect_refusal("--number 3 --number 4", "--number is given twice");
}

static void wrong_number_of_operands_is_refused(void **state)
{
    (void)state;
    expect_refusal("a b c", "'c' is one operand too many: usage: tool sub A [B]");
    command.operands_min = 1;
    expect_refusal("", "an operand is missing: usage: tool sub A [B]");
}

static void environment_stands_in_for_an_option(void **state)
{
    (void)state;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): tests have one thread */
    assert_int_equal(setenv("STRATEGOS_TEST_TEXT", "from-environment", 1), 0);
    assert_true(parse(""));
    assert_string_equal(values.text, "from-environment");
    assert_true(parse("--text given"));
    assert_string_equal(values.text, "given");
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): tests have one thread */
    assert_int_equal(setenv("STRATEGOS_TEST_TEXT", "", 1), 0);
    expect_refusal("", "STRATEGOS_TEST_TEXT is empty");
}

static void required_option_that_is_missing_is_refused(void **state)
{
    (void)state;
    static const struct argument_option required[] = {
        {.name = "text",
         .kind = ARGUMENT_TEXT,
         .value = &values.text,
         .placeholder = "T",
         .environment = "STRATEGOS_TEST_TEXT",
         .is_required = true,
         .help = "A text."},
        {.name = NULL},
    };
    command.options = required;
    expect_refusal("", "--text T is missing, and so is STRATEGOS_TEST_TEXT");
    assert_true(parse("--text x"));
}

static void help_is_a_page_with_everything(void **state)
{
    (void)state;
    assert_false(parse("--help"));
    assert_int_equal(exit_code, EXIT_DONE);
    static const char *const parts[] = {
        "NAME\n       tool sub - try arguments\n",
        "SYNOPSIS\n       tool sub A [B]\n",
        "DESCRIPTION\n       First.\n\n       Second.\n",
        "       --number N\n           A number.\n           2 to 10; default 5.\n",
        "           Environment: STRATEGOS_TEST_TEXT.\n",
        "           One of red, green; default red.\n",
        "EXIT STATUS\n       0  done\n",
        "EXAMPLES\n       none\n",
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        assert_non_null(strstr(said, parts[i]));
    }
    assert_false(parse("-h"));
    assert_int_equal(exit_code, EXIT_DONE);
    for (char *rest = said, *row; (row = strsep(&rest, "\n")) != NULL;) {
        assert_true(strlen(row) < 80);
    }
}

static void version_is_the_programs(void **state)
{
    (void)state;
    assert_false(parse("--version"));
    assert_int_equal(exit_code, EXIT_DONE);
    assert_string_equal(said, "tool " STRATEGOS_VERSION "\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(options_of_both_tables_are_taken, reset),
        cmocka_unit_test_setup(options_left_out_keep_their_defaults, reset),
        cmocka_unit_test_setup(operands_and_options_mix, reset),
        cmocka_unit_test_setup(dash_and_negative_numbers_are_operands, reset),
        cmocka_unit_test_setup(double_dash_ends_the_options, reset),
        cmocka_unit_test_setup(subcommand_keeps_its_own_options, reset),
        cmocka_unit_test_setup(wrong_options_are_refused, reset),
        cmocka_unit_test_setup(wrong_values_are_refused_with_their_bounds, reset),
        cmocka_unit_test_setup(wrong_number_of_operands_is_refused, reset),
        cmocka_unit_test_setup(environment_stands_in_for_an_option, reset),
        cmocka_unit_test_setup(required_option_that_is_missing_is_refused, reset),
        cmocka_unit_test_setup(help_is_a_page_with_everything, reset),
        cmocka_unit_test_setup(version_is_the_programs, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
