/* graph_dot.c - the part of the DOT language that says who is joined to whom.
 *
 * Read: `[strict] graph [name] { ... }` with nodes, chains of `--`, and attributes, which say
 * nothing here. Refused with a reason: digraph, `->`, subgraphs, ports. */
#include "generals/graph_draft.h"

#include <string.h>

enum token_kind { TOKEN_END, TOKEN_NAME, TOKEN_MARK, TOKEN_EDGE, TOKEN_ARROW, TOKEN_BAD };

struct token {
    enum token_kind kind;
    uint8_t mark; /* one of { } [ ] ; , = : */
    bool is_quoted;
    struct slice text;
};

struct dot {
    struct graph_draft *draft; /* its line is that of the token */
    struct slice bytes;
    size_t at;
    int line;           /* of `at` */
    struct token token; /* the one looked at */
};

static int peek(const struct dot *dot, size_t ahead)
{
    return dot->at + ahead < dot->bytes.size ? dot->bytes.data[dot->at + ahead] : -1;
}

static void skip_line(struct dot *dot)
{
    while (peek(dot, 0) != -1 && peek(dot, 0) != '\n') {
        dot->at++;
    }
}

/* False: a comment has no end. */
static bool skip_block(struct dot *dot)
{
    for (dot->at += 2; peek(dot, 0) != -1; dot->at++) {
        if (peek(dot, 0) == '*' && peek(dot, 1) == '/') {
            dot->at += 2;
            return true;
        }
        dot->line += peek(dot, 0) == '\n';
    }
    return false;
}

/* White space and comments; false: a comment has no end. */
static bool skip_space(struct dot *dot)
{
    for (;;) {
        int c = peek(dot, 0);
        if (c == '\n') {
            dot->line++;
            dot->at++;
        } else if (c == ' ' || c == '\t' || c == '\r') {
            dot->at++;
        } else if (c == '#' || (c == '/' && peek(dot, 1) == '/')) {
            skip_line(dot);
        } else if (c == '/' && peek(dot, 1) == '*') {
            if (!skip_block(dot)) {
                return false;
            }
        } else {
            return true;
        }
    }
}

static bool is_name_byte(int c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '.' || c >= 128;
}

static void read_quoted(struct dot *dot)
{
    size_t begin = ++dot->at;
    while (peek(dot, 0) != -1 && peek(dot, 0) != '"') {
        dot->at += peek(dot, 0) == '\\' && peek(dot, 1) == '"' ? 2 : 1;
        dot->line += dot->bytes.data[dot->at - 1] == '\n';
    }
    bool is_ended = peek(dot, 0) == '"';
    dot->token = (struct token){.kind = is_ended ? TOKEN_NAME : TOKEN_BAD,
                                .is_quoted = true,
                                .text = slice_of(dot->bytes.data + begin, dot->at - begin)};
    dot->at += is_ended;
}

static void next(struct dot *dot)
{
    bool is_fine = skip_space(dot);
    dot->draft->line = dot->line;
    size_t begin = dot->at;
    int c = peek(dot, 0);
    dot->token = (struct token){.kind = is_fine ? TOKEN_END : TOKEN_BAD};
    if (!is_fine || c == -1) {
        return;
    }
    if (c == '"') {
        read_quoted(dot);
        return;
    }
    if (c == '-' && (peek(dot, 1) == '-' || peek(dot, 1) == '>')) {
        dot->token.kind = peek(dot, 1) == '-' ? TOKEN_EDGE : TOKEN_ARROW;
        dot->at += 2;
    } else if (strchr("{}[];,=:", c) != NULL) {
        dot->token.kind = TOKEN_MARK;
        dot->token.mark = (uint8_t)c;
        dot->at++;
    } else {
        dot->at += c == '-'; /* of a negative number, in an attribute */
        while (is_name_byte(peek(dot, 0))) {
            dot->at++;
        }
        dot->token.kind = dot->at > begin + (c == '-') ? TOKEN_NAME : TOKEN_BAD;
        dot->at += dot->at == begin;
    }
    dot->token.text = slice_of(dot->bytes.data + begin, dot->at - begin);
}

static bool is_mark(const struct dot *dot, char mark)
{
    return dot->token.kind == TOKEN_MARK && dot->token.mark == (uint8_t)mark;
}

/* A keyword, in whatever case; quoted it is a name like any other. */
static bool is_word(const struct token *token, const char *word)
{
    size_t size = strlen(word);
    if (token->kind != TOKEN_NAME || token->is_quoted || token->text.size != size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if ((token->text.data[i] | 0x20) != word[i]) {
            return false;
        }
    }
    return true;
}

static enum error unexpected(const struct dot *dot, const char *wanted)
{
    char quoted[DRAFT_NAME_BYTES];
    if (dot->token.kind == TOKEN_END) {
        return draft_refuse(dot->draft, "the file ends where %s should be", wanted);
    }
    return draft_refuse(dot->draft, "\"%s\" stands where %s should be",
                        draft_quote(dot->token.text, quoted), wanted);
}

/* `[ ... ]`, as often as it comes. */
static enum error skip_attributes(struct dot *dot)
{
    while (is_mark(dot, '[')) {
        while (!is_mark(dot, ']')) {
            if (dot->token.kind == TOKEN_END || dot->token.kind == TOKEN_BAD) {
                return unexpected(dot, "the ] of the attributes");
            }
            next(dot);
        }
        next(dot);
    }
    return OK;
}

/* A general, joined to the one before him in a chain. */
static enum error read_node(struct dot *dot, const general_id *before, general_id *general)
{
    if (is_mark(dot, '{') || is_word(&dot->token, "subgraph")) {
        return draft_refuse(dot->draft, "subgraphs are not read: write each edge by itself");
    }
    if (dot->token.kind != TOKEN_NAME) {
        return unexpected(dot, "a general's name");
    }
    TRY(draft_general(dot->draft, dot->token.text, general));
    if (before != NULL) {
        TRY(draft_edge(dot->draft, *before, *general));
    }
    next(dot);
    if (is_mark(dot, ':')) {
        return draft_refuse(dot->draft, "ports are not read: give the general's name alone");
    }
    return OK;
}

/* `a`, `a -- b -- c`, `name = value`, or attributes for all. */
static enum error read_statement(struct dot *dot)
{
    if (is_word(&dot->token, "graph") || is_word(&dot->token, "node") ||
        is_word(&dot->token, "edge")) {
        next(dot);
        return is_mark(dot, '[') ? skip_attributes(dot) : unexpected(dot, "the [ of attributes");
    }
    const struct dot before = *dot;
    int line = dot->draft->line;
    next(dot);
    if (before.token.kind == TOKEN_NAME && is_mark(dot, '=')) {
        next(dot);
        if (dot->token.kind != TOKEN_NAME) {
            return unexpected(dot, "a value");
        }
        next(dot);
        return OK;
    }
    *dot = before;
    dot->draft->line = line;
    general_id from = 0;
    TRY(read_node(dot, NULL, &from));
    while (dot->token.kind == TOKEN_EDGE) {
        general_id to = 0;
        next(dot);
        TRY(read_node(dot, &from, &to));
        from = to;
    }
    if (dot->token.kind == TOKEN_ARROW) {
        return draft_refuse(dot->draft, "messages go both ways here: write -- instead of ->");
    }
    return skip_attributes(dot);
}

bool graph_dot_is(struct slice bytes)
{
    struct graph_draft draft;
    draft_init(&draft, "", NULL);
    struct dot dot = {.draft = &draft, .bytes = bytes, .line = 1};
    next(&dot);
    return is_word(&dot.token, "graph") || is_word(&dot.token, "digraph") ||
           is_word(&dot.token, "strict");
}

enum error graph_dot_read(struct graph_draft *draft, struct slice bytes)
{
    struct dot dot = {.draft = draft, .bytes = bytes, .line = 1};
    next(&dot);
    if (is_word(&dot.token, "strict")) {
        next(&dot);
    }
    if (is_word(&dot.token, "digraph")) {
        return draft_refuse(draft, "messages go both ways here: graph and --, not digraph and ->");
    }
    if (!is_word(&dot.token, "graph")) {
        return unexpected(&dot, "graph");
    }
    next(&dot);
    if (dot.token.kind == TOKEN_NAME) {
        next(&dot);
    }
    if (!is_mark(&dot, '{')) {
        return unexpected(&dot, "the { of the graph");
    }
    next(&dot);
    while (!is_mark(&dot, '}')) {
        if (is_mark(&dot, ';')) {
            next(&dot);
            continue;
        }
        TRY(read_statement(&dot));
    }
    next(&dot);
    return dot.token.kind == TOKEN_END ? OK : unexpected(&dot, "the end of the file");
}
