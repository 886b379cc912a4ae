/* scenario_sheet.c - see scenario_sheet.h: where values come from, and which of two stands. */
#include "generals/scenario_sheet.h"

#include "base/assert.h"

#include <stdio.h>

void sheet_init(struct scenario_sheet *sheet)
{
    *sheet = (struct scenario_sheet){0};
}

void sheet_fini(struct scenario_sheet *sheet)
{
    document_free(sheet->document);
    sheet->document = NULL;
}

static enum error check_required(const struct scenario_sheet *sheet, struct error_text *text)
{
    TRY(document_check_required(sheet->document, SCENARIO_ROOT, 0, text));
    for (size_t i = 0; i < document_count(sheet->document, SCENARIO_LIE); i++) {
        TRY(document_check_required(sheet->document, SCENARIO_LIE, i, text));
    }
    return OK;
}

enum error sheet_read(struct scenario_sheet *sheet, const char *path, struct error_text *text)
{
    ASSERT(sheet->document == NULL);
    sheet->path = path;
    TRY(document_read(scenario_schema(), path, &sheet->document, text));
    return check_required(sheet, text);
}

enum error sheet_parse(struct scenario_sheet *sheet, const char *path, struct slice bytes,
                       struct error_text *text)
{
    ASSERT(sheet->document == NULL);
    sheet->path = path;
    TRY(document_parse(scenario_schema(), path, bytes, &sheet->document, text));
    return check_required(sheet, text);
}

enum error sheet_option(struct scenario_sheet *sheet, enum scenario_setting setting,
                        const char *name, const char *value, struct error_text *text)
{
    struct parameter judged = *scenario_parameter(setting);
    judged.name = name; /* for the message */
    TRY(parameter_check(&judged, value, text));
    sheet->options[setting] = (struct scenario_option){.name = name, .value = value};
    return OK;
}

bool sheet_is_option(const struct scenario_sheet *sheet, enum scenario_setting setting)
{
    return sheet->options[setting].value != NULL;
}

/* An option stands before what the file says in its place, be it in other words. */
static bool is_overridden(const struct scenario_sheet *sheet, enum scenario_setting setting)
{
    switch ((int)setting) {
    case SCENARIO_TRAITORS:
        return sheet_is_option(sheet, SCENARIO_TRAITORS_COUNT);
    case SCENARIO_TRAITORS_COUNT:
        return sheet_is_option(sheet, SCENARIO_TRAITORS);
    case SCENARIO_EDGES:
        return sheet_is_option(sheet, SCENARIO_GRAPH);
    default:
        return false;
    }
}

const char *sheet_value(const struct scenario_sheet *sheet, enum scenario_setting setting)
{
    if (sheet_is_option(sheet, setting)) {
        return sheet->options[setting].value;
    }
    bool is_in_file = sheet->document != NULL && !is_overridden(sheet, setting);
    return is_in_file ? document_value(sheet->document, setting, 0) : NULL;
}

long sheet_number(const struct scenario_sheet *sheet, enum scenario_setting setting)
{
    return parameter_number(scenario_parameter(setting), sheet_value(sheet, setting));
}

const char *sheet_where(const struct scenario_sheet *sheet, enum scenario_setting setting,
                        char where[SHEET_WHERE_BYTES])
{
    if (sheet_is_option(sheet, setting)) {
        (void)snprintf(where, SHEET_WHERE_BYTES, "%s", sheet->options[setting].name);
    } else if (sheet->document == NULL) {
        where[0] = '\0';
    } else if (sheet_value(sheet, setting) == NULL) {
        (void)snprintf(where, SHEET_WHERE_BYTES, "%s", sheet->path);
    } else {
        (void)snprintf(where, SHEET_WHERE_BYTES, "%s:%d", sheet->path,
                       document_value_line(sheet->document, setting, 0));
    }
    return where;
}
