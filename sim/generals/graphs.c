/* graphs.c - see graphs.h: specs taken apart. The graphs themselves are in graph_kinds.c. */
#include "generals/graphs.h"

#include "config/schema.h"
#include "generals/graph_file.h"
#include "generals/graph_kinds.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *graph_names(void)
{
    return GRAPH_KIND_NAMES;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static enum error bad_spec(const struct graph_wish *wish, const char *spec)
{
    char quoted[PARAMETER_QUOTE_BYTES];
    return error_set(wish->text, ERROR_INVALID, "%s must be written as %s, in whole numbers",
                     parameter_quote(spec, quoted), wish->kind->usage);
}

/* "3,3" up to the end or a colon, into wish->numbers. */
static enum error read_numbers(struct graph_wish *wish, const char *spec, const char **at)
{
    wish->count = 0;
    for (;;) {
        unsigned number = 0;
        if (!is_digit(**at)) {
            return bad_spec(wish, spec);
        }
        for (; is_digit(**at); ++*at) {
            number = number * 10 + (unsigned)(**at - '0');
            if (number > 1000) {
                return error_set(wish->text, ERROR_INVALID,
                                 "a number of %s is too large: there are at most %u generals",
                                 wish->kind->usage, GENERALS_MAX);
            }
        }
        if (wish->count == GENERALS_MAX) {
            return error_set(wish->text, ERROR_INVALID, "%s takes at most %u numbers",
                             wish->kind->usage, GENERALS_MAX);
        }
        wish->numbers[wish->count++] = number;
        if (**at != ',') {
            return OK;
        }
        ++*at;
    }
}

/* What stands behind the name: `:GENERALS`, `:GENERALS:NUMBERS` or `:NUMBERS`. */
static enum error read_fields(struct graph_wish *wish, const char *spec)
{
    const char *at = spec + strcspn(spec, ":");
    if (*at == '\0') {
        return wish->kind->numbers == GRAPH_NUMBERS_NONE ? OK : bad_spec(wish, spec);
    }
    at++;
    TRY(read_numbers(wish, spec, &at));
    bool is_general_count = *at == ':' || wish->kind->numbers == GRAPH_NUMBERS_NONE;
    if (is_general_count) {
        if (wish->count != 1 || wish->kind->generals != 0) {
            return bad_spec(wish, spec);
        }
        wish->generals = wish->numbers[0];
        wish->count = 0;
        if (wish->generals == 0) {
            return bad_spec(wish, spec);
        }
    }
    if (*at == ':' && wish->kind->numbers != GRAPH_NUMBERS_NONE) {
        at++;
        TRY(read_numbers(wish, spec, &at));
    }
    return *at == '\0' ? OK : bad_spec(wish, spec);
}

/* The parts say how many generals there are. */
static enum error count_parts(struct graph_wish *wish, const char *spec)
{
    bool is_bipartite = strcmp(wish->kind->name, "bipartite") == 0;
    unsigned sum = 0;
    for (unsigned i = 0; i < wish->count; i++) {
        sum += wish->numbers[i];
        if (wish->numbers[i] == 0) {
            return bad_spec(wish, spec);
        }
    }
    if (wish->generals != 0 || wish->count < 2 || (is_bipartite && wish->count != 2)) {
        return bad_spec(wish, spec);
    }
    wish->generals = sum;
    return OK;
}

/* Brings together how many generals the spec has and how many there must be. */
static enum error settle_generals(struct graph_wish *wish, const char *spec, unsigned generals)
{
    if (wish->kind->generals != 0) {
        wish->generals = wish->kind->generals;
    }
    if (wish->kind->numbers == GRAPH_NUMBERS_PARTS) {
        TRY(count_parts(wish, spec));
    }
    if (wish->generals == 0 && generals == 0) {
        return error_set(wish->text, ERROR_MISSING, "%s needs the number of generals",
                         wish->kind->name);
    }
    if (wish->generals == 0) {
        wish->generals = generals;
    }
    if (generals != 0 && generals != wish->generals) {
        return error_set(wish->text, ERROR_INVALID, "the graph %s has %u generals, not %u", spec,
                         wish->generals, generals);
    }
    if (wish->generals < wish->kind->least || wish->generals > GENERALS_MAX) {
        return error_set(wish->text, ERROR_INVALID, "%s takes %u to %u generals, not %u",
                         wish->kind->name, wish->kind->least, GENERALS_MAX, wish->generals);
    }
    return OK;
}

/* The spec itself; of a file name that is too long, its last part, shortened. */
static void set_name(char name[GRAPH_NAME_BYTES], const char *spec)
{
    const char *slash = strrchr(spec, '/');
    if (strlen(spec) >= GRAPH_NAME_BYTES && slash != NULL) {
        spec = slash + 1;
    }
    (void)snprintf(name, GRAPH_NAME_BYTES, "%.*s", (int)GRAPH_NAME_BYTES - 1, spec);
}

enum error graph_from_spec(const char *spec, unsigned generals, uint64_t seed, struct graph *graph,
                           char name[GRAPH_NAME_BYTES], struct error_text *text)
{
    struct graph_wish wish = {
        .kind = graph_kind_of(spec), .seed = seed, .graph = graph, .text = text};
    if (wish.kind == NULL) {
        if (strpbrk(spec, "/.") == NULL && access(spec, F_OK) != 0) {
            char quoted[PARAMETER_QUOTE_BYTES];
            return error_set(text, ERROR_INVALID,
                             "there is no graph and no file %s; the graphs are " GRAPH_KIND_NAMES,
                             parameter_quote(spec, quoted));
        }
        set_name(name, spec);
        return graph_file_read(spec, generals, graph, text);
    }
    TRY(read_fields(&wish, spec));
    TRY(settle_generals(&wish, spec, generals));
    graph_init(graph, wish.generals);
    TRY(wish.kind->make(&wish));
    set_name(name, spec);
    return OK;
}
