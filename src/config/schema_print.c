/* schema_print.c - a schema as help for a person, and as comments of files that are written. */
#include "config/schema.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS 100u

/* How many bytes of `text` go on a line of `width` columns: broken at a space. */
static size_t line_length(const char *text, size_t width)
{
    size_t length = strlen(text);
    if (length <= width) {
        return length;
    }
    length = width;
    while (length > 1 && text[length] != ' ') {
        length--;
    }
    return length;
}

static void print_bounds(FILE *stream, const struct parameter *parameter)
{
    const char *space = parameter->unit[0] == '\0' ? "" : " ";
    if (parameter->type == PARAMETER_CHOICE) {
        for (size_t i = 0; parameter->choices[i] != NULL; i++) {
            (void)fprintf(stream, "%s%s", i == 0 ? "" : " | ", parameter->choices[i]);
        }
    } else if (parameter->minimum == parameter->maximum) {
        (void)fprintf(stream, "%ld%s%s", parameter->minimum, space, parameter->unit);
    } else {
        (void)fprintf(stream, "%ld to %ld%s%s", parameter->minimum, parameter->maximum, space,
                      parameter->unit);
    }
}

static void print_parameter(FILE *stream, const struct parameter *parameter)
{
    unsigned const indent = 17;
    (void)fprintf(stream, "  %-14s ", parameter->name);
    print_bounds(stream, parameter);
    (void)fprintf(stream, "; %s%s%s\n", parameter->is_required ? "required" : "default: ",
                  parameter->is_required ? "" : parameter->default_text,
                  parameter->is_identity ? "; part of the group's identity" : "");
    for (const char *help = parameter->help; *help != '\0';) {
        size_t length = line_length(help, COLUMNS - indent);
        (void)fprintf(stream, "%*s%.*s\n", (int)indent, "", (int)length, help);
        help += length;
        help += *help == ' ' ? 1 : 0;
    }
}

void schema_print_help(const struct schema *schema, void *stream)
{
    FILE *out = stream;
    for (unsigned section = 0; section < schema->section_count; section++) {
        (void)fprintf(out, "%s%s\n", section == 0 ? "" : "\n", schema->sections[section].help);
        for (unsigned i = 0; i < schema->parameter_count; i++) {
            if (schema->parameters[i].section == section) {
                print_parameter(out, &schema->parameters[i]);
            }
        }
    }
}

void schema_write_comment(void *stream, const char *indent, const char *text)
{
    FILE *out = stream;
    while (*text != '\0') {
        size_t length = line_length(text, 92);
        (void)fprintf(out, "%s# %.*s\n", indent, (int)length, text);
        text += length;
        text += *text == ' ' ? 1 : 0;
    }
}

void schema_write_help(void *stream, const char *indent, const struct parameter *parameter)
{
    char line[512];
    int used = snprintf(line, sizeof line, "%s", parameter->help);
    if (parameter->type == PARAMETER_INTEGER && parameter->minimum != parameter->maximum) {
        used += snprintf(line + used, sizeof line - (size_t)used, " %ld to %ld%s%s.",
                         parameter->minimum, parameter->maximum,
                         parameter->unit[0] == '\0' ? "" : " ", parameter->unit);
    }
    if (!parameter->is_required) {
        used += snprintf(line + used, sizeof line - (size_t)used, " Default: %s.",
                         parameter->default_text);
    }
    if (parameter->is_identity) {
        (void)snprintf(line + used, sizeof line - (size_t)used, " [identity]");
    }
    schema_write_comment(stream, indent, line);
}
