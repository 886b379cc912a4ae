/* document.c - see document.h.
 *
 * libconfuse does the grammar and the lines. What it lets pass is closed here:
 *   - a scalar given twice, which would silently be overridden: every value goes through on_value,
 *     which remembers where it was given;
 *   - end of file inside a section or comment, which it takes for their end: an end mark is put
 *     after the text, and must be met as a setting of the file itself;
 *   - `section|name = value`, which reaches into another section;
 *   - environment variables in values, which would give each host another group;
 *   - escapes, with which a value can hold a NUL and end early. */
#include "config/document.h"

#include "base/assert.h"
#include "base/buffer.h"

#include <confuse.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define END_MARK    "strategos_end_of_file"
#define OPTIONS_MAX (SCHEMA_PARAMETERS_MAX + SCHEMA_SECTIONS_MAX + 2)
#define LINE_DIGITS 8 /* a value is kept with the line before it: "      12value" */

/* Where a parameter was given last. libconfuse copies the options of each section. */
struct latest {
    const cfg_opt_t *option;
    int line;
};

struct document {
    const struct schema *schema;
    cfg_t *root;
    const char *path; /* borrowed */
    int last_line;
    bool is_complete; /* the end mark was met */
    enum error error; /* while parsing, as all below */
    struct error_text *text;
    struct buffer value;
    struct latest latest[SCHEMA_PARAMETERS_MAX];
    cfg_opt_t options[SCHEMA_SECTIONS_MAX][OPTIONS_MAX];
};

/* libconfuse's callbacks get no context of ours. */
static struct document *parsing;

/* Keeps the first error; later ones are its consequences. */
__attribute__((format(printf, 2, 3))) static void refuse(int line, const char *format, ...)
{
    struct document *document = parsing;
    if (document->error != OK) {
        return;
    }
    char message[ERROR_TEXT_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (line > document->last_line) { /* in the end mark: the text before it is not complete */
        line = document->last_line;
        (void)snprintf(message, sizeof message,
                       "the file ends in the middle of a section, setting, text or comment");
    }
    document->error =
        error_set(document->text, ERROR_INVALID, "%s:%d: %s", document->path, line, message);
}

/* What libconfuse itself refuses, in our words where its own are not clear enough. */
__attribute__((format(printf, 2, 0))) static void on_error(cfg_t *section, const char *format,
                                                           va_list arguments)
{
    char message[256];
    char quoted[PARAMETER_QUOTE_BYTES];
    va_list again;
    va_copy(again, arguments);
    if (strncmp(format, "no such option", 14) == 0) {
        refuse(section->line, "unknown setting or section %s%s%s",
               parameter_quote(va_arg(again, const char *), quoted),
               section == parsing->root ? "" : " in section ",
               section == parsing->root ? "" : section->name);
    } else if (strncmp(format, "found duplicate title", 21) == 0) {
        refuse(section->line, "a section with the title %s is given twice",
               parameter_quote(va_arg(again, const char *), quoted));
    } else {
        (void)vsnprintf(message, sizeof message, format, arguments);
        refuse(section->line, "%s", message);
    }
    va_end(again);
}

static bool is_option_of(const cfg_t *section, const cfg_opt_t *option)
{
    for (const cfg_opt_t *own = section->opts; own->name != NULL; own++) {
        if (own == option) {
            return true;
        }
    }
    return false;
}

static const struct parameter *find_parameter(const cfg_t *section, const char *name)
{
    const struct schema *schema = parsing->schema;
    const char *section_name = section == parsing->root ? "" : section->name;
    for (unsigned i = 0; i < schema->parameter_count; i++) {
        const struct parameter *parameter = &schema->parameters[i];
        if (strcmp(parameter->name, name) == 0 &&
            strcmp(schema->sections[parameter->section].name, section_name) == 0) {
            return parameter;
        }
    }
    return NULL;
}

/* The line that is kept with a value. */
static int line_of(const char *kept)
{
    int line = 0;
    for (int i = 0; i < LINE_DIGITS; i++) {
        line = kept[i] == ' ' ? line : line * 10 + (kept[i] - '0');
    }
    return line;
}

/* The value with its line before it, which libconfuse copies. */
static const char *keep(int line, const char *value)
{
    char digits[16];
    struct buffer *kept = &parsing->value;
    int length = snprintf(digits, sizeof digits, "%*d", LINE_DIGITS, line);
    ASSERT(length == LINE_DIGITS); /* a file has fewer bytes than that */
    buffer_clear(kept);
    buffer_append(kept, slice_of(digits, LINE_DIGITS));
    buffer_append(kept, slice_of(value, strlen(value) + 1));
    return (const char *)kept->data;
}

/* Judges one value on its way in. */
static int on_value(cfg_t *section, cfg_opt_t *option, const char *value, void *result)
{
    struct document *document = parsing;
    struct error_text reason;
    if (strcmp(option->name, END_MARK) == 0) {
        if (section->line <= document->last_line) {
            refuse(section->line, "unknown setting or section \"%s\"", option->name);
            return -1;
        }
        document->is_complete = true;
        *(const char **)result = value;
        return 0;
    }
    const struct parameter *parameter =
        is_option_of(section, option) ? find_parameter(section, option->name) : NULL;
    if (parameter == NULL) {
        refuse(section->line, "'%s' belongs inside its section's braces", option->name);
        return -1;
    }
    struct latest *latest = &document->latest[parameter - document->schema->parameters];
    if (latest->option == option) {
        refuse(section->line, "%s is given twice, first on line %d", option->name, latest->line);
        return -1;
    }
    if (parameter_check(parameter, value, &reason) != OK) {
        refuse(section->line, "%s", reason.text);
        return -1;
    }
    *latest = (struct latest){.option = option, .line = section->line};
    *(const char **)result = keep(section->line, value);
    return 0;
}

/* Bytes that mean something to libconfuse that our files do not have. */
static enum error check_bytes(const struct schema *schema, const char *path, struct slice bytes,
                              struct error_text *text)
{
    int line = 1;
    if (bytes.size > schema->bytes_max) {
        return error_set(text, ERROR_INVALID, "%s: must be at most %zu bytes long", path,
                         schema->bytes_max);
    }
    for (size_t i = 0; i < bytes.size; i++) {
        uint8_t byte = bytes.data[i];
        bool is_control =
            (byte < 0x20 && byte != '\n' && byte != '\t' && byte != '\r') || byte == 0x7f;
        if (is_control) {
            return error_set(text, ERROR_INVALID, "%s:%d: control byte 0x%02x in a text file", path,
                             line, byte);
        }
        if (byte == '\\') {
            return error_set(text, ERROR_INVALID, "%s:%d: '\\' has no meaning in a %s", path, line,
                             schema->what);
        }
        if (byte == '$' && i + 1 < bytes.size && bytes.data[i + 1] == '{') {
            return error_set(text, ERROR_INVALID,
                             "%s:%d: environment variables have no place in a %s: it must be the "
                             "same on every host",
                             path, line, schema->what);
        }
        line += byte == '\n' ? 1 : 0;
    }
    return OK;
}

static int count_lines(struct slice bytes)
{
    int lines = 0;
    for (size_t i = 0; i < bytes.size; i++) {
        lines += bytes.data[i] == '\n' ? 1 : 0;
    }
    bool ends_in_line = bytes.size > 0 && bytes.data[bytes.size - 1] != '\n';
    return lines + (ends_in_line || lines == 0 ? 1 : 0);
}

/* libconfuse's tables, from ours. */
static void make_options(struct document *document)
{
    const struct schema *schema = document->schema;
    size_t counts[SCHEMA_SECTIONS_MAX] = {0};
    ASSERT(schema->section_count <= SCHEMA_SECTIONS_MAX &&
           schema->parameter_count <= SCHEMA_PARAMETERS_MAX);
    for (unsigned i = 0; i < schema->parameter_count; i++) {
        const struct parameter *parameter = &schema->parameters[i];
        cfg_opt_t option = CFG_STR_CB(parameter->name, NULL, CFGF_NODEFAULT, on_value);
        document->options[parameter->section][counts[parameter->section]++] = option;
    }
    for (unsigned i = 1; i < schema->section_count; i++) {
        cfg_flag_t const many = CFGF_MULTI | CFGF_NODEFAULT;
        cfg_flag_t const titled = many | CFGF_TITLE | CFGF_NO_TITLE_DUPES;
        cfg_opt_t option = CFG_SEC(schema->sections[i].name, document->options[i],
                                   schema->sections[i].is_titled ? titled : many);
        document->options[0][counts[0]++] = option;
    }
    cfg_opt_t const mark = CFG_STR_CB(END_MARK, NULL, CFGF_NODEFAULT, on_value);
    document->options[0][counts[0]++] = mark;
    for (unsigned i = 0; i < schema->section_count; i++) {
        cfg_opt_t const end = CFG_END();
        document->options[i][counts[i]] = end;
    }
}

/* Where the comment that starts at `at` ends (its newline, or past its end mark); `at` if there is
 * none, or no end to it. */
static size_t comment_end(const char *text, size_t size, size_t at)
{
    bool is_line = text[at] == '#' || (text[at] == '/' && at + 1 < size && text[at + 1] == '/');
    if (is_line) {
        const char *newline = memchr(text + at, '\n', size - at);
        return newline == NULL ? size : (size_t)(newline - text);
    }
    if (text[at] == '/' && at + 1 < size && text[at + 1] == '*') {
        const char *end = memmem(text + at + 2, size - at - 2, "*/", 2);
        return end == NULL ? at : (size_t)(end - text) + 2;
    }
    return at;
}

/* libconfuse counts the line of a comment twice, which makes its line numbers wrong: it gets the
 * text with blanks for comments. A comment starts only where a word could. */
static void blank_comments(char *text, size_t size)
{
    char quote = 0;
    size_t i = 0;
    while (i < size) {
        bool is_start = i == 0 || strchr(" \t\r\n=+{}(),;\"'", text[i - 1]) != NULL;
        size_t end = quote == 0 && is_start ? comment_end(text, size, i) : i;
        if (end == i) {
            if (quote == 0 && (text[i] == '"' || text[i] == '\'')) {
                quote = text[i];
            } else if (text[i] == quote) {
                quote = 0;
            }
            i++;
        }
        for (; i < end; i++) {
            if (text[i] != '\n') {
                text[i] = ' ';
            }
        }
    }
}

static enum error parse(struct document *document, struct slice bytes)
{
    static const char end[] = "\n" END_MARK " = 1\n";
    char *copy = malloc(bytes.size + sizeof end);
    if (copy == NULL) {
        return error_set(document->text, ERROR_MEMORY, "%s: no memory to read it", document->path);
    }
    bytes_copy(copy, bytes.data, bytes.size);
    blank_comments(copy, bytes.size);
    memcpy(copy + bytes.size, end, sizeof end);
    (void)cfg_set_error_function(document->root, on_error);
    parsing = document;
    int status = cfg_parse_buf(document->root, copy);
    if (status != CFG_SUCCESS || !document->is_complete) {
        refuse(document->last_line + 1, "cannot be read"); /* unless a reason is known */
    }
    parsing = NULL;
    free(copy);
    return document->error;
}

enum error document_parse(const struct schema *schema, const char *path, struct slice bytes,
                          struct document **document, struct error_text *text)
{
    *document = NULL;
    TRY(check_bytes(schema, path, bytes, text));
    struct document *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return error_set(text, ERROR_MEMORY, "%s: no memory to read it", path);
    }
    made->schema = schema;
    made->path = path;
    made->text = text;
    made->last_line = count_lines(bytes);
    make_options(made);
    made->root = cfg_init(made->options[0], CFGF_NONE);
    enum error error = made->root == NULL
                           ? error_set(text, ERROR_MEMORY, "%s: no memory to read it", path)
                           : parse(made, bytes);
    buffer_fini(&made->value);
    made->value = (struct buffer){0};
    made->text = NULL;
    if (error != OK) {
        document_free(made);
        return error;
    }
    *document = made;
    return OK;
}

static enum error read_failed(const struct schema *schema, const char *path,
                              struct error_text *text)
{
    int number = errno;
    enum error error = ERROR_IO;
    if (number == ENOENT || number == ENOTDIR) {
        error = ERROR_MISSING;
    } else if (number == EACCES) {
        error = ERROR_PERMISSION;
    }
    return error_set(text, error, "%s: cannot read the %s: %s", path, schema->what,
                     strerrordesc_np(number));
}

enum error document_read(const struct schema *schema, const char *path, struct document **document,
                         struct error_text *text)
{
    *document = NULL;
    struct stat status;
    if (stat(path, &status) != 0) {
        return read_failed(schema, path, text);
    }
    if (!S_ISREG(status.st_mode)) { /* a pipe would be waited for */
        return error_set(text, ERROR_INVALID, "%s: not a regular file, so not a %s", path,
                         schema->what);
    }
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return read_failed(schema, path, text);
    }
    enum error error = ERROR_MEMORY;
    size_t const room = schema->bytes_max + 1; /* one more, to see an excess */
    uint8_t *bytes = malloc(room);
    if (bytes == NULL) {
        error = error_set(text, ERROR_MEMORY, "%s: no memory to read it", path);
        goto close_file;
    }
    size_t size = fread(bytes, 1, room, file);
    if (ferror(file) != 0) {
        error = read_failed(schema, path, text);
        goto free_bytes;
    }
    error = document_parse(schema, path, slice_of(bytes, size), document, text);
free_bytes:
    free(bytes);
close_file:
    (void)fclose(file); /* read only: nothing can be lost */
    return error;
}

void document_free(struct document *document)
{
    if (document == NULL) {
        return;
    }
    if (document->root != NULL) {
        (void)cfg_free(document->root);
    }
    free(document);
}

static cfg_t *section_at(const struct document *document, unsigned section, size_t index)
{
    return section == 0 ? document->root
                        : cfg_getnsec(document->root, document->schema->sections[section].name,
                                      (unsigned)index);
}

/* A value with its line before it; NULL if it is not given. */
static const char *kept_value(const struct document *document, unsigned id, size_t index)
{
    const struct parameter *parameter = &document->schema->parameters[id];
    return cfg_getstr(section_at(document, parameter->section, index), parameter->name);
}

size_t document_count(const struct document *document, unsigned section)
{
    return section == 0 ? 1 : cfg_size(document->root, document->schema->sections[section].name);
}

const char *document_title(const struct document *document, unsigned section, size_t index)
{
    return document->schema->sections[section].is_titled
               ? cfg_title(section_at(document, section, index))
               : NULL;
}

int document_line(const struct document *document, unsigned section, size_t index)
{
    return section == 0 ? document->last_line : section_at(document, section, index)->line;
}

const char *document_value(const struct document *document, unsigned id, size_t index)
{
    const char *kept = kept_value(document, id, index);
    return kept == NULL ? NULL : kept + LINE_DIGITS;
}

int document_value_line(const struct document *document, unsigned id, size_t index)
{
    const char *kept = kept_value(document, id, index);
    return kept == NULL ? 0 : line_of(kept);
}

/* "replica 2 ", "client operator ", "machine " or "". */
static void describe(const struct document *document, unsigned section, size_t index,
                     char described[PARAMETER_QUOTE_BYTES + 16])
{
    char quoted[PARAMETER_QUOTE_BYTES];
    const char *title = document_title(document, section, index);
    const char *name = document->schema->sections[section].name;
    (void)snprintf(described, PARAMETER_QUOTE_BYTES + 16, "%s%s%s%s", name,
                   name[0] == '\0' ? "" : " ", title == NULL ? "" : parameter_quote(title, quoted),
                   title == NULL ? "" : " ");
}

enum error document_check_required(const struct document *document, unsigned section, size_t index,
                                   struct error_text *text)
{
    const struct schema *schema = document->schema;
    for (unsigned id = 0; id < schema->parameter_count; id++) {
        const struct parameter *parameter = &schema->parameters[id];
        if (parameter->section == section && parameter->is_required &&
            document_value(document, id, index) == NULL) {
            char described[PARAMETER_QUOTE_BYTES + 16];
            describe(document, section, index, described);
            return error_set(text, ERROR_INVALID, "%s:%d: %ssetting '%s' is missing",
                             document->path, document_line(document, section, index), described,
                             parameter->name);
        }
    }
    return OK;
}
