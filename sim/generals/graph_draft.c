/* graph_draft.c - see graph_draft.h. */
#include "generals/graph_draft.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void draft_init(struct graph_draft *draft, const char *path, struct error_text *text)
{
    memset(draft, 0, sizeof(*draft));
    draft->path = path;
    draft->line = 1;
    draft->text = text;
}

enum error draft_refuse(const struct graph_draft *draft, const char *format, ...)
{
    char reason[ERROR_TEXT_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(reason, sizeof(reason), format, arguments);
    va_end(arguments);
    return error_set(draft->text, ERROR_INVALID, "%s:%d: %s", draft->path, draft->line, reason);
}

const char *draft_quote(struct slice name, char quoted[DRAFT_NAME_BYTES])
{
    size_t count = 0;
    for (; count < name.size && count + 1 < DRAFT_NAME_BYTES; count++) {
        char c = (char)name.data[count];
        quoted[count] = c;
        if (c < ' ' || c > '~') {
            quoted[count] = '?';
        }
    }
    quoted[count] = '\0';
    return quoted;
}

enum error draft_general(struct graph_draft *draft, struct slice name, general_id *general)
{
    unsigned count = draft->graph.count;
    unsigned known = 0;
    while (known < count && !slice_is_equal(draft->names[known], name)) {
        known++;
    }
    if (known == GENERALS_MAX) {
        char quoted[DRAFT_NAME_BYTES];
        return draft_refuse(draft, "\"%s\" is one general too many: there are at most %u",
                            draft_quote(name, quoted), GENERALS_MAX);
    }
    if (known == count) {
        draft->names[known] = name;
        draft->graph.count++;
    }
    *general = (general_id)known;
    return OK;
}

enum error draft_edge(struct graph_draft *draft, general_id a, general_id b)
{
    if (a == b) {
        char quoted[DRAFT_NAME_BYTES];
        return draft_refuse(draft, "\"%s\" is joined to itself",
                            draft_quote(draft->names[a], quoted));
    }
    graph_connect(&draft->graph, a, b);
    return OK;
}

/* 0 .. 63, written without needless zeros; GENERALS_MAX: no such number. */
static unsigned number_of(struct slice name)
{
    unsigned number = 0;
    if (name.size == 0 || name.size > 2 || (name.size == 2 && name.data[0] == '0')) {
        return GENERALS_MAX;
    }
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] < '0' || name.data[i] > '9') {
            return GENERALS_MAX;
        }
        number = number * 10 + (unsigned)(name.data[i] - '0');
    }
    return number < GENERALS_MAX ? number : GENERALS_MAX;
}

/* Which general each name stands for; returns how many generals there are. */
static unsigned number_names(const struct graph_draft *draft, general_id *numbers)
{
    unsigned count = draft->graph.count;
    unsigned most = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned number = number_of(draft->names[i]);
        if (number == GENERALS_MAX) {
            for (unsigned j = 0; j < count; j++) {
                numbers[j] = (general_id)j;
            }
            return count;
        }
        numbers[i] = (general_id)number;
        most = number > most ? number : most;
    }
    return most + 1;
}

enum error draft_finish(const struct graph_draft *draft, unsigned generals, struct graph *graph)
{
    general_id numbers[GENERALS_MAX] = {0};
    if (draft->graph.count < 2) {
        return error_set(draft->text, ERROR_INVALID, "%s: a graph has at least two generals",
                         draft->path);
    }
    unsigned count = number_names(draft, numbers);
    if (generals != 0 && generals != count) {
        return error_set(draft->text, ERROR_INVALID, "the graph of %s has %u generals, not %u",
                         draft->path, count, generals);
    }
    graph_init(graph, count);
    for (unsigned a = 0; a < draft->graph.count; a++) {
        for (general_set left = draft->graph.neighbours[a]; left != 0; left &= left - 1) {
            graph_connect(graph, numbers[a], numbers[general_lowest(left)]);
        }
    }
    return OK;
}
