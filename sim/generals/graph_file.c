/* graph_file.c - see graph_file.h: the file, and lists of edges. DOT is in graph_dot.c. */
#include "generals/graph_file.h"

#include "generals/graph_draft.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of a line from `*at` on, empty at its end or at a comment. */
static struct slice next_word(struct slice line, size_t *at)
{
    while (*at < line.size && is_blank(line.data[*at])) {
        ++*at;
    }
    size_t begin = *at;
    while (*at < line.size && !is_blank(line.data[*at]) && line.data[*at] != '#') {
        ++*at;
    }
    return slice_of(line.data + begin, *at - begin);
}

static enum error read_edge(struct graph_draft *draft, struct slice line)
{
    size_t at = 0;
    struct slice first = next_word(line, &at);
    if (first.size == 0) {
        return OK;
    }
    struct slice second = next_word(line, &at);
    struct slice third = next_word(line, &at);
    if (third.size != 0) {
        char quoted[DRAFT_NAME_BYTES];
        return draft_refuse(draft, "an edge has two ends, as in \"0 1\"; \"%s\" is one too many",
                            draft_quote(third, quoted));
    }
    general_id a = 0;
    general_id b = 0;
    TRY(draft_general(draft, first, &a));
    if (second.size == 0) {
        return OK;
    }
    TRY(draft_general(draft, second, &b));
    return draft_edge(draft, a, b);
}

static enum error read_edges(struct graph_draft *draft, struct slice bytes)
{
    for (size_t begin = 0; begin < bytes.size; draft->line++) {
        const uint8_t *end = memchr(bytes.data + begin, '\n', bytes.size - begin);
        size_t size = end == NULL ? bytes.size - begin : (size_t)(end - bytes.data) - begin;
        TRY(read_edge(draft, slice_of(bytes.data + begin, size)));
        begin += size + 1;
    }
    return OK;
}

enum error graph_file_parse(const char *path, struct slice bytes, unsigned generals,
                            struct graph *graph, struct error_text *text)
{
    struct graph_draft draft;
    draft_init(&draft, path, text);
    TRY(graph_dot_is(bytes) ? graph_dot_read(&draft, bytes) : read_edges(&draft, bytes));
    return draft_finish(&draft, generals, graph);
}

enum error graph_file_read(const char *path, unsigned generals, struct graph *graph,
                           struct error_text *text)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        enum error error = errno == ENOENT ? ERROR_MISSING : ERROR_IO;
        /* ERROR_MISSING would mean that the number of generals is missing. */
        error = error == ERROR_MISSING ? ERROR_INVALID : error;
        return error_set(text, error, "%s: %s", path, strerrordesc_np(errno));
    }
    uint8_t *bytes = malloc(GRAPH_FILE_BYTES_MAX + 1);
    enum error error = OK;
    if (bytes == NULL) {
        error = error_set(text, ERROR_MEMORY, "%s: no memory to read it", path);
        goto close;
    }
    size_t size = fread(bytes, 1, GRAPH_FILE_BYTES_MAX + 1, file);
    if (ferror(file) != 0) {
        error = error_set(text, ERROR_IO, "%s: %s", path, strerrordesc_np(errno));
    } else if (size > GRAPH_FILE_BYTES_MAX) {
        error = error_set(text, ERROR_LIMIT, "%s: more than %zu bytes are no graph of %u generals",
                          path, GRAPH_FILE_BYTES_MAX, GENERALS_MAX);
    } else {
        error = graph_file_parse(path, slice_of(bytes, size), generals, graph, text);
    }
    free(bytes);
close:
    (void)fclose(file);
    return error;
}
