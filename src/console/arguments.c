/* arguments.c - see arguments.h. */
#include "console/arguments.h"

#include "base/assert.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPTIONS_MAX = 48,
    CODE_FIRST = 1000, /* of getopt_long: table rows follow, away from any character */
    CODE_HELP = 500,
    CODE_VERSION = 501,
};

#define NS_PER_SECOND UINT64_C(1000000000)

int arguments_refuse(const struct argument_command *command, const char *format, ...)
{
    char reason[512];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(reason, sizeof reason, format, values);
    va_end(values);
    (void)fprintf(stderr, "%s: %s; try '%s --help'\n", command->name, reason, command->name);
    return EXIT_USAGE;
}

static size_t count_options(const struct argument_option *table)
{
    size_t count = 0;
    while (table != NULL && table[count].name != NULL) {
        count++;
    }
    return count;
}

/* Both tables as one. */
static const struct argument_option *option_at(const struct argument_command *command, size_t index)
{
    size_t own = count_options(command->options);
    return index < own ? &command->options[index] : &command->common[index - own];
}

static bool parse_number(const char *text, uint64_t *number)
{
    *number = 0;
    for (const char *digit = text; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9' || __builtin_mul_overflow(*number, 10, number) ||
            __builtin_add_overflow(*number, (uint64_t)(*digit - '0'), number)) {
            return false;
        }
    }
    return *text != '\0';
}

/* "2", "0.25", ".5"; at most nine digits after the point. */
static bool parse_seconds(const char *text, uint64_t *ns)
{
    char whole[24];
    const char *point = strchr(text, '.');
    size_t length = point == NULL ? strlen(text) : (size_t)(point - text);
    uint64_t seconds = 0;
    uint64_t fraction = 0;
    if (length >= sizeof whole || (length == 0 && point == NULL)) {
        return false;
    }
    memcpy(whole, text, length);
    whole[length] = '\0';
    if (length > 0 && !parse_number(whole, &seconds)) {
        return false;
    }
    if (point != NULL) {
        size_t digits = strlen(point + 1);
        if (digits > 9 || !parse_number(point + 1, &fraction)) {
            return false;
        }
        for (; digits < 9; digits++) {
            fraction *= 10;
        }
    }
    return !__builtin_mul_overflow(seconds, NS_PER_SECOND, &seconds) &&
           !__builtin_add_overflow(seconds, fraction, ns);
}

static int set_number(const struct argument_command *command, const struct argument_option *option,
                      const char *origin, const char *text)
{
    uint64_t number = 0;
    bool is_seconds = option->kind == ARGUMENT_SECONDS;
    bool is_read = is_seconds ? parse_seconds(text, &number) : parse_number(text, &number);
    if (is_read && number >= option->minimum && number <= option->maximum) {
        *(uint64_t *)option->value = number;
        return EXIT_DONE;
    }
    if (is_seconds) {
        return arguments_refuse(command, "%s = '%s': must be %g to %g seconds", origin, text,
                                (double)option->minimum / (double)NS_PER_SECOND,
                                (double)option->maximum / (double)NS_PER_SECOND);
    }
    return arguments_refuse(command, "%s = '%s': must be a whole number, %llu to %llu", origin,
                            text, (unsigned long long)option->minimum,
                            (unsigned long long)option->maximum);
}

static void join_choices(const struct argument_option *option, const char *separator, char *joined,
                         size_t room)
{
    joined[0] = '\0';
    for (size_t i = 0; option->choices[i] != NULL; i++) {
        size_t used = strlen(joined);
        (void)snprintf(joined + used, room - used, "%s%s", i == 0 ? "" : separator,
                       option->choices[i]);
    }
}

/* `origin` is where the value comes from: "--group" or "STRATEGOS_GROUP". */
static int set_value(const struct argument_command *command, const struct argument_option *option,
                     const char *origin, const char *text)
{
    char choices[128];
    switch (option->kind) {
    case ARGUMENT_FLAG:
        *(bool *)option->value = true;
        return EXIT_DONE;
    case ARGUMENT_TEXT:
        if (text[0] == '\0') {
            return arguments_refuse(command, "%s is empty", origin);
        }
        *(const char **)option->value = text;
        return EXIT_DONE;
    case ARGUMENT_NUMBER:
    case ARGUMENT_SECONDS:
        return set_number(command, option, origin, text);
    case ARGUMENT_CHOICE:
        for (size_t i = 0; option->choices[i] != NULL; i++) {
            if (strcmp(option->choices[i], text) == 0) {
                *(size_t *)option->value = i;
                return EXIT_DONE;
            }
        }
        join_choices(option, ", ", choices, sizeof choices);
        return arguments_refuse(command, "%s = '%s': must be one of %s", origin, text, choices);
    }
    return EXIT_USAGE;
}

static bool is_negative_number(const char *text)
{
    return text != NULL && text[0] == '-' && text[1] >= '0' && text[1] <= '9';
}

/* One parse under way. Operands are gathered at the front of argv, never before they were read. */
struct parsing {
    const struct argument_command *command;
    struct option longs[OPTIONS_MAX + 3];
    bool is_given[OPTIONS_MAX];
    size_t option_count;
    size_t operand_count;
    char **operands;
};

static void parsing_init(struct parsing *parsing, const struct argument_command *command,
                         char **argv)
{
    *parsing = (struct parsing){.command = command, .operands = argv + 1};
    parsing->option_count = count_options(command->options) + count_options(command->common);
    ASSERT(parsing->option_count <= OPTIONS_MAX);
    for (size_t i = 0; i < parsing->option_count; i++) {
        const struct argument_option *option = option_at(command, i);
        parsing->longs[i] = (struct option){
            .name = option->name,
            .has_arg = option->kind == ARGUMENT_FLAG ? no_argument : required_argument,
            .val = CODE_FIRST + (int)i,
        };
    }
    parsing->longs[parsing->option_count] =
        (struct option){.name = "help", .has_arg = no_argument, .val = CODE_HELP};
    parsing->longs[parsing->option_count + 1] =
        (struct option){.name = "version", .has_arg = no_argument, .val = CODE_VERSION};
}

static int refuse_unknown(const struct parsing *parsing, char *const *argv, int code)
{
    const char *what = argv[optind - 1];
    if (code == ':') {
        return arguments_refuse(parsing->command, "option '%s' needs a value", what);
    }
    if (optopt >= CODE_HELP) { /* a flag that was given a value */
        return arguments_refuse(parsing->command, "option '%s' takes no value", what);
    }
    if (optopt != 0) {
        return arguments_refuse(parsing->command, "unknown option '-%c'", optopt);
    }
    return arguments_refuse(parsing->command, "unknown or ambiguous option '%s'", what);
}

/* Everything on the command line; -1 to go on, else the exit code. */
static int parse_line(struct parsing *parsing, int argc, char **argv)
{
    const struct argument_command *command = parsing->command;
    char *nothing[] = {argv[0], NULL};
    opterr = 0;
    optind = 0; /* a fresh start of getopt's hidden state; leaves optind at 1 */
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread is started */
    (void)getopt_long(1, nothing, "-:hV", parsing->longs, NULL);
    for (;;) {
        if (optind < argc && is_negative_number(argv[optind])) {
            parsing->operands[parsing->operand_count++] = argv[optind++];
            continue;
        }
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread is started */
        int code = getopt_long(argc, argv, "-:hV", parsing->longs, NULL);
        if (code == -1) {
            break;
        }
        if (code == 1) {
            if (command->stops_at_operand) {
                optind--;
                break;
            }
            parsing->operands[parsing->operand_count++] = optarg;
        } else if (code == 'h' || code == CODE_HELP) {
            arguments_print_help(command, stdout);
            return EXIT_DONE;
        } else if (code == 'V' || code == CODE_VERSION) {
            (void)printf("%.*s %s\n", (int)strcspn(command->name, " "), command->name,
                         STRATEGOS_VERSION); /* the program's, not the subcommand's */
            return EXIT_DONE;
        } else if (code >= CODE_FIRST) {
            size_t index = (size_t)(code - CODE_FIRST);
            const struct argument_option *option = option_at(command, index);
            char origin[64];
            (void)snprintf(origin, sizeof origin, "--%s", option->name);
            if (parsing->is_given[index]) {
                return arguments_refuse(command, "%s is given twice", origin);
            }
            parsing->is_given[index] = true;
            int refused = set_value(command, option, origin, optarg);
            if (refused != EXIT_DONE) {
                return refused;
            }
        } else {
            return refuse_unknown(parsing, argv, code);
        }
    }
    while (optind < argc) { /* after "--", or a subcommand's */
        parsing->operands[parsing->operand_count++] = argv[optind++];
    }
    return -1;
}

/* What the environment stands in for, and what is still lacking. */
static int parse_environment(const struct parsing *parsing)
{
    for (size_t i = 0; i < parsing->option_count; i++) {
        const struct argument_option *option = option_at(parsing->command, i);
        if (parsing->is_given[i]) {
            continue;
        }
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread is started */
        const char *text = option->environment == NULL ? NULL : getenv(option->environment);
        if (text != NULL) {
            int refused = set_value(parsing->command, option, option->environment, text);
            if (refused != EXIT_DONE) {
                return refused;
            }
        } else if (option->is_required) {
            return arguments_refuse(parsing->command, "--%s %s is missing%s%s", option->name,
                                    option->placeholder,
                                    option->environment == NULL ? "" : ", and so is ",
                                    option->environment == NULL ? "" : option->environment);
        }
    }
    return -1;
}

bool arguments_parse(const struct argument_command *command, int argc, char **argv,
                     struct arguments *arguments, int *exit_code)
{
    struct parsing parsing;
    parsing_init(&parsing, command, argv);
    int code = parse_line(&parsing, argc, argv);
    if (code == -1) {
        code = parse_environment(&parsing);
    }
    size_t count = parsing.operand_count;
    if (code == -1 && count < command->operands_min) {
        code = arguments_refuse(command, "an operand is missing: usage: %s %s", command->name,
                                command->usage);
    }
    if (code == -1 && !command->stops_at_operand && count > command->operands_max) {
        code = arguments_refuse(command, "'%s' is one operand too many: usage: %s %s",
                                parsing.operands[command->operands_max], command->name,
                                command->usage);
    }
    *arguments = (struct arguments){.operand_count = count,
                                    .operands = (const char *const *)parsing.operands};
    if (code != -1) {
        *exit_code = code;
    }
    return code == -1;
}

/* Wraps `text` at 79 columns, every line indented; a newline starts a paragraph. */
static void print_wrapped(FILE *out, size_t indent, const char *text)
{
    size_t const width = 79 - indent;
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        if (length > width) {
            length = width;
            while (length > 1 && text[length] != ' ') {
                length--;
            }
        }
        (void)fprintf(out, "%*s%.*s\n", (int)indent, "", (int)length, text);
        text += length;
        if (*text == '\n') {
            (void)fputc('\n', out);
        }
        text += *text == ' ' || *text == '\n' ? 1 : 0;
    }
}

/* What the table knows beyond the help text: bounds, choices, environment. */
static void print_bounds(FILE *out, const struct argument_option *option)
{
    char line[256] = "";
    char choices[128];
    if (option->kind == ARGUMENT_NUMBER) {
        char fallback[48] = "";
        uint64_t value = *(const uint64_t *)option->value;
        if (value >= option->minimum && value <= option->maximum) { /* else: "not given" */
            (void)snprintf(fallback, sizeof fallback, "; default %llu", (unsigned long long)value);
        }
        (void)snprintf(line, sizeof line, "%llu to %llu%s.", (unsigned long long)option->minimum,
                       (unsigned long long)option->maximum, fallback);
    } else if (option->kind == ARGUMENT_SECONDS) {
        char fallback[48] = "";
        uint64_t value = *(const uint64_t *)option->value;
        if (value >= option->minimum && value <= option->maximum) {
            (void)snprintf(fallback, sizeof fallback, "; default %g",
                           (double)value / (double)NS_PER_SECOND);
        }
        (void)snprintf(line, sizeof line, "%g to %g seconds%s.",
                       (double)option->minimum / (double)NS_PER_SECOND,
                       (double)option->maximum / (double)NS_PER_SECOND, fallback);
    } else if (option->kind == ARGUMENT_CHOICE) {
        join_choices(option, ", ", choices, sizeof choices);
        (void)snprintf(line, sizeof line, "One of %s; default %s.", choices,
                       option->choices[*(const size_t *)option->value]);
    }
    if (line[0] != '\0') {
        print_wrapped(out, 11, line);
    }
    if (option->environment != NULL) {
        (void)snprintf(line, sizeof line, "Environment: %s.", option->environment);
        print_wrapped(out, 11, line);
    }
}

static void print_options(FILE *out, const struct argument_option *table)
{
    for (size_t i = 0; table != NULL && table[i].name != NULL; i++) {
        (void)fprintf(out, "       --%s%s%s\n", table[i].name,
                      table[i].placeholder == NULL ? "" : " ",
                      table[i].placeholder == NULL ? "" : table[i].placeholder);
        print_wrapped(out, 11, table[i].help);
        print_bounds(out, &table[i]);
        (void)fputc('\n', out);
    }
}

void arguments_print_help(const struct argument_command *command, void *stream)
{
    FILE *out = stream;
    (void)fprintf(out, "NAME\n       %s - %s\n\n", command->name, command->summary);
    (void)fprintf(out, "SYNOPSIS\n       %s %s\n\n", command->name, command->usage);
    if (command->description != NULL) {
        (void)fprintf(out, "DESCRIPTION\n");
        print_wrapped(out, 7, command->description);
        (void)fputc('\n', out);
    }
    (void)fprintf(out, "OPTIONS\n");
    print_options(out, command->options);
    print_options(out, command->common);
    (void)fprintf(out,
                  "       -h, --help\n           Print this page.\n\n"
                  "       -V, --version\n           Print the version.\n\n"
                  "EXIT STATUS\n%s",
                  command->exit_status != NULL ? command->exit_status
                                               : "       0  done\n       1  refused or failed\n"
                                                 "       2  wrong usage\n       3  timed out\n");
    if (command->ending != NULL) {
        (void)fprintf(out, "\n%s", command->ending);
    }
}
