/* scan.c - `strategos scan`: keys and values in order. */
#include "cmd/connection.h"
#include "console/text.h"
#include "strategos/kv.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

static const char description[] =
    "Prints the entries whose keys begin with PREFIX (default: all), in byte order of their keys. "
    "As many requests are made as it takes; each sees one state of the group, but writes may fall "
    "between two of them.\n"
    "A line is key, tab, value. In both, backslash, tab, line feed and carriage return are written "
    "as \\\\ \\t \\n \\r, so that an entry is a line whatever it contains; on a terminal, control "
    "characters and what is not UTF-8 are written as \\xHH, too. This is what strategos load and "
    "put --file read as tsv. With --raw nothing is escaped.";

static const char ending[] =
    "JSON\n"
    "       An array of objects with the keys \"key\" and \"value\". Bytes that are not\n"
    "       UTF-8 stand under \"key_base64\" or \"value_base64\" instead.\n"
    "\n"
    "EXAMPLES\n"
    "       strategos --group demo scan user/ --limit 10\n"
    "       strategos --group demo scan > backup.tsv\n"
    "       strategos --group other load backup.tsv\n"
    "       strategos --group demo scan --json | jq -r '.[].key'\n"
    "\n"
    "SEE ALSO\n"
    "       strategos get --help, strategos load --help\n";

struct scan {
    struct argument_command command;
    struct connection connection;
    const char *prefix;
    uint64_t limit;
    bool raw;
    bool json;
    bool is_screen;
    uint64_t printed;
    struct buffer last; /* key printed last */
    struct buffer line;
};

static bool parse(int argc, char **argv, struct scan *scan, int *exit_code)
{
    const struct argument_option options[] = {
        {.name = "limit",
         .kind = ARGUMENT_NUMBER,
         .value = &scan->limit,
         .placeholder = "N",
         .minimum = 1,
         .maximum = INT64_MAX,
         .help = "Stop after this many entries. Default: none."},
        {.name = "raw",
         .kind = ARGUMENT_FLAG,
         .value = &scan->raw,
         .help = "Write keys and values as they are."},
        {.name = "json", .kind = ARGUMENT_FLAG, .value = &scan->json, .help = "Write JSON."},
        {.name = NULL},
    };
    struct arguments arguments;
    scan->command = (struct argument_command){
        .name = "strategos scan",
        .usage = "[PREFIX] [--limit N] [--raw | --json]",
        .summary = "print keys and values in order",
        .description = description,
        .options = options,
        .common = command_common_options,
        .operands_max = 1,
        .ending = ending,
    };
    bool is_parsed = arguments_parse(&scan->command, argc, argv, &arguments, exit_code);
    scan->command.options = NULL; /* on our stack */
    if (!is_parsed) {
        return false;
    }
    if (scan->raw && scan->json) {
        *exit_code = arguments_refuse(&scan->command, "--raw and --json exclude each other");
        return false;
    }
    scan->prefix = arguments.operand_count == 1 ? arguments.operands[0] : "";
    if (strlen(scan->prefix) > STRATEGOS_KEY_BYTES_MAX) {
        *exit_code = connection_refuse_key(&scan->command, scan->prefix);
        return false;
    }
    return true;
}

static void set_json(json_t *object, const char *name, const char *name_base64, struct slice bytes)
{
    if (text_is_utf8(bytes)) {
        (void)json_object_set_new(object, name,
                                  json_stringn_nocheck((const char *)bytes.data, bytes.size));
        return;
    }
    struct buffer text = {0};
    text_base64(&text, bytes);
    (void)json_object_set_new(object, name_base64,
                              json_stringn_nocheck((const char *)text.data, text.size));
    buffer_fini(&text);
}

static void print_json(const struct scan *scan, struct slice key, struct slice value)
{
    json_t *object = json_object();
    set_json(object, "key", "key_base64", key);
    set_json(object, "value", "value_base64", value);
    (void)fputs(scan->printed == 0 ? "[\n  " : ",\n  ", stdout);
    (void)json_dumpf(object, stdout, 0);
    json_decref(object);
}

static void print_entry(struct scan *scan, struct slice key, struct slice value)
{
    if (scan->json) {
        print_json(scan, key, value);
        scan->printed++;
        return;
    }
    enum text_escape how = scan->is_screen ? TEXT_ESCAPE_FOR_SCREEN : TEXT_ESCAPE_FRAMING;
    buffer_clear(&scan->line);
    if (scan->raw) {
        buffer_append(&scan->line, key);
    } else {
        text_escape(&scan->line, key, how);
    }
    buffer_append(&scan->line, slice_of_text("\t"));
    if (scan->raw) {
        buffer_append(&scan->line, value);
    } else {
        text_escape(&scan->line, value, how);
    }
    buffer_append(&scan->line, slice_of_text("\n"));
    (void)fwrite(scan->line.data, 1, scan->line.size, stdout); /* a failure is seen at the end */
    scan->printed++;
}

/* An entry whose value no scan's reply can hold: asked for alone. It may be gone by now. */
static int print_long_entry(struct scan *scan, struct slice key)
{
    uint8_t request[STRATEGOS_KEY_BYTES_MAX + 16];
    struct strategos_slice result = {0};
    struct strategos_slice value;
    bool found = false;
    size_t size = strategos_kv_get(request, sizeof request, connection_slice(key));
    int exit_code = connection_call(&scan->connection, slice_of(request, size), &result);
    if (exit_code == EXIT_DONE && strategos_kv_get_reply(result, &found, &value) && found) {
        print_entry(scan, key, slice_of(value.data, value.size));
    }
    return exit_code;
}

/* One reply's entries. `reply` is copied, because asking for a long value ends its life. */
static int print_entries(struct scan *scan, struct strategos_slice entries)
{
    struct strategos_slice key;
    struct strategos_slice value;
    struct buffer copy = {0};
    int exit_code = EXIT_DONE;
    buffer_append(&copy, slice_of(entries.data, entries.size));
    entries = connection_slice(buffer_slice(&copy));
    while (exit_code == EXIT_DONE && scan->printed < scan->limit &&
           strategos_kv_scan_next(&entries, &key, &value)) {
        buffer_clear(&scan->last);
        buffer_append(&scan->last, slice_of(key.data, key.size));
        if (value.size == SIZE_MAX) {
            exit_code = print_long_entry(scan, slice_of(key.data, key.size));
        } else {
            print_entry(scan, slice_of(key.data, key.size), slice_of(value.data, value.size));
        }
    }
    buffer_fini(&copy);
    return exit_code;
}

static int run(struct scan *scan)
{
    uint8_t request[2 * STRATEGOS_KEY_BYTES_MAX + 64];
    bool more = true;
    int exit_code = EXIT_DONE;
    while (exit_code == EXIT_DONE && more && scan->printed < scan->limit) {
        struct strategos_slice result = {0};
        struct strategos_slice entries;
        struct strategos_slice after = connection_slice(buffer_slice(&scan->last));
        uint64_t left = scan->limit - scan->printed;
        size_t size = strategos_kv_scan(
            request, sizeof request, connection_slice(slice_of_text(scan->prefix)),
            (uint32_t)(left < STRATEGOS_KV_SCAN_MAX ? left : STRATEGOS_KV_SCAN_MAX),
            after.size == 0 ? NULL : &after);
        exit_code = connection_call(&scan->connection, slice_of(request, size), &result);
        if (exit_code == EXIT_DONE && !strategos_kv_scan_reply(result, &more, &entries)) {
            exit_code = connection_fail(&scan->command, "the reply is not one of kv's scan");
        } else if (exit_code == EXIT_DONE) {
            exit_code = print_entries(scan, entries);
        }
    }
    if (scan->json && exit_code == EXIT_DONE) {
        (void)fputs(scan->printed == 0 ? "[]\n" : "\n]\n", stdout);
    }
    return exit_code;
}

int command_scan(int argc, char **argv)
{
    struct scan scan = {.limit = UINT64_MAX, .is_screen = isatty(STDOUT_FILENO) == 1};
    int exit_code = EXIT_DONE;
    if (!parse(argc, argv, &scan, &exit_code)) {
        return exit_code;
    }
    if (connection_open_kv(&scan.connection, &scan.command, 1, &exit_code)) {
        exit_code = run(&scan);
        connection_close(&scan.connection);
    }
    buffer_fini(&scan.last);
    buffer_fini(&scan.line);
    return exit_code;
}
