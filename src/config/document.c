/* document.c - see document.h.
 *
 * libconfuse does the grammar and the lines. What it lets pass is closed here:
 *   - a scalar given twice, which would silently be overridden: every value goes through on_value,
 *     which remembers where it was given first;
 *   - end of file inside a section or comment, which it takes for their end: an end mark is put
 *     after the text, and must be met as a setting of the file itself;
 *   - `section|name = value`, which reaches into another section;
 *   - environment variables in values, which would give each host another group;
 *   - escapes, with which a value can hold a NUL and end early. */
#include "config/document.h"

#include "base/assert.h"

#include <confuse.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define END_MARK     "strategos_end_of_file"
#define SETTINGS_MAX 1024 /* far above what 31 replicas and 128 clients have */

struct setting {
    const cfg_opt_t *option; /* one per section and name: libconfuse copies them per section */
    int line;
};

struct document {
    cfg_t *root;
    const char *path; /* while parsing */
    int last_line;
    bool is_complete; /* the end mark was met */
    enum error error;
    struct error_text *text;
    size_t setting_count;
    struct setting settings[SETTINGS_MAX];
    cfg_opt_t options[SECTION_COUNT][PARAMETER_COUNT + SECTION_COUNT + 2];
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

static const struct setting *find_setting(const struct document *document, const cfg_opt_t *option)
{
    for (size_t i = 0; i < document->setting_count; i++) {
        if (document->settings[i].option == option) {
            return &document->settings[i];
        }
    }
    return NULL;
}

static bool find_parameter(const cfg_t *section, const cfg_t *root, const char *name,
                           enum parameter_id *id)
{
    const char *section_name = section == root ? "" : section->name;
    for (enum parameter_id i = 0; i < PARAMETER_COUNT; i++) {
        const struct parameter *parameter = parameter_of(i);
        if (strcmp(parameter->name, name) == 0 &&
            strcmp(parameter_section_name(parameter->section), section_name) == 0) {
            *id = i;
            return true;
        }
    }
    return false;
}

/* Judges one value on its way in. */
static int on_value(cfg_t *section, cfg_opt_t *option, const char *value, void *result)
{
    struct document *document = parsing;
    enum parameter_id id = PARAMETER_COUNT;
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
    if (!is_option_of(section, option) ||
        !find_parameter(section, document->root, option->name, &id)) {
        refuse(section->line, "'%s' belongs inside its section's braces", option->name);
        return -1;
    }
    const struct setting *first = find_setting(document, option);
    if (first != NULL) {
        refuse(section->line, "%s is given twice, first on line %d", option->name, first->line);
        return -1;
    }
    if (document->setting_count == SETTINGS_MAX) {
        refuse(section->line, "more than %d settings", SETTINGS_MAX);
        return -1;
    }
    if (parameter_check(id, value, &reason) != OK) {
        refuse(section->line, "%s", reason.text);
        return -1;
    }
    document->settings[document->setting_count++] =
        (struct setting){.option = option, .line = section->line};
    *(const char **)result = value;
    return 0;
}

/* Bytes that mean something to libconfuse that a group file does not have. */
static enum error check_bytes(const char *path, struct slice bytes, struct error_text *text)
{
    int line = 1;
    if (bytes.size > DOCUMENT_BYTES_MAX) {
        return error_set(text, ERROR_INVALID, "%s: must be at most %zu bytes long", path,
                         DOCUMENT_BYTES_MAX);
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
            return error_set(text, ERROR_INVALID, "%s:%d: '\\' has no meaning in a group file",
                             path, line);
        }
        if (byte == '$' && i + 1 < bytes.size && bytes.data[i + 1] == '{') {
            return error_set(text, ERROR_INVALID,
                             "%s:%d: environment variables have no place in a group file: it must "
                             "be the same on every host",
                             path, line);
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
    size_t counts[SECTION_COUNT] = {0};
    for (enum parameter_id id = 0; id < PARAMETER_COUNT; id++) {
        const struct parameter *parameter = parameter_of(id);
        cfg_opt_t option = CFG_STR_CB(parameter->name, NULL, CFGF_NODEFAULT, on_value);
        document->options[parameter->section][counts[parameter->section]++] = option;
    }
    cfg_opt_t *root = document->options[SECTION_GROUP];
    cfg_flag_t const many = CFGF_MULTI | CFGF_NODEFAULT;
    cfg_flag_t const titled = many | CFGF_TITLE | CFGF_NO_TITLE_DUPES;
    cfg_opt_t const more[] = {
        CFG_SEC("machine", document->options[SECTION_MACHINE], many),
        CFG_SEC("replica", document->options[SECTION_REPLICA], titled),
        CFG_SEC("client", document->options[SECTION_CLIENT], titled),
        CFG_STR_CB(END_MARK, NULL, CFGF_NODEFAULT, on_value),
    };
    memcpy(root + counts[SECTION_GROUP], more, sizeof more);
    counts[SECTION_GROUP] += sizeof more / sizeof more[0];
    for (size_t section = 0; section < SECTION_COUNT; section++) {
        cfg_opt_t const end = CFG_END();
        document->options[section][counts[section]] = end;
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

enum error document_parse(const char *path, struct slice bytes, struct document **document,
                          struct error_text *text)
{
    *document = NULL;
    TRY(check_bytes(path, bytes, text));
    struct document *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return error_set(text, ERROR_MEMORY, "%s: no memory to read it", path);
    }
    made->path = path;
    made->text = text;
    made->last_line = count_lines(bytes);
    make_options(made);
    made->root = cfg_init(made->options[SECTION_GROUP], CFGF_NONE);
    enum error error = made->root == NULL
                           ? error_set(text, ERROR_MEMORY, "%s: no memory to read it", path)
                           : parse(made, bytes);
    made->path = NULL;
    made->text = NULL;
    if (error != OK) {
        document_free(made);
        return error;
    }
    *document = made;
    return OK;
}

static enum error read_failed(const char *path, struct error_text *text)
{
    int number = errno;
    enum error error = ERROR_IO;
    if (number == ENOENT || number == ENOTDIR) {
        error = ERROR_MISSING;
    } else if (number == EACCES) {
        error = ERROR_PERMISSION;
    }
    return error_set(text, error, "%s: cannot read the group file: %s", path,
                     strerrordesc_np(number));
}

enum error document_read(const char *path, struct document **document, struct error_text *text)
{
    *document = NULL;
    struct stat status;
    if (stat(path, &status) != 0) {
        return read_failed(path, text);
    }
    if (!S_ISREG(status.st_mode)) { /* a pipe would be waited for */
        return error_set(text, ERROR_INVALID, "%s: not a regular file, so not a group file", path);
    }
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return read_failed(path, text);
    }
    enum error error = ERROR_MEMORY;
    size_t const room = DOCUMENT_BYTES_MAX + 1; /* one more, to see an excess */
    uint8_t *bytes = malloc(room);
    if (bytes == NULL) {
        error = error_set(text, ERROR_MEMORY, "%s: no memory to read it", path);
        goto close_file;
    }
    size_t size = fread(bytes, 1, room, file);
    if (ferror(file) != 0) {
        error = read_failed(path, text);
        goto free_bytes;
    }
    error = document_parse(path, slice_of(bytes, size), document, text);
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

static cfg_t *section_at(const struct document *document, enum parameter_section section,
                         size_t index)
{
    if (section == SECTION_GROUP) {
        return document->root;
    }
    return cfg_getnsec(document->root, parameter_section_name(section), (unsigned)index);
}

size_t document_count(const struct document *document, enum parameter_section section)
{
    return section == SECTION_GROUP ? 1 : cfg_size(document->root, parameter_section_name(section));
}

const char *document_title(const struct document *document, enum parameter_section section,
                           size_t index)
{
    return cfg_title(section_at(document, section, index));
}

int document_line(const struct document *document, enum parameter_section section, size_t index)
{
    return section == SECTION_GROUP ? document->last_line
                                    : section_at(document, section, index)->line;
}

const char *document_value(const struct document *document, enum parameter_id id, size_t index)
{
    const struct parameter *parameter = parameter_of(id);
    return cfg_getstr(section_at(document, parameter->section, index), parameter->name);
}

int document_value_line(const struct document *document, enum parameter_id id, size_t index)
{
    const struct parameter *parameter = parameter_of(id);
    cfg_t *section = section_at(document, parameter->section, index);
    const struct setting *setting = find_setting(document, cfg_getopt(section, parameter->name));
    return setting == NULL ? 0 : setting->line;
}
