/* log.c - `strategos log`: the orders that the group has committed. */
#include "cmd/connection.h"
#include "cmd/single_replica.h"
#include "console/table.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <time.h>

#define COUNT_DEFAULT 20u

static const char description[] =
    "Prints committed orders: height, the view it was agreed in, the agreed time (UTC), the "
    "order's digest, and how many lanes (client sessions) and requests it newly covers. Without "
    "--from, the last ones.\n"
    "One replica is asked, the first that answers or that of --replica. Digests chain: two "
    "replicas that show the same digest at a height have the same history up to there.\n"
    "Only a client with the role admin may read the log.";

static const char ending[] =
    "JSON\n"
    "       An array with an object per order: height, view, time, time_ns, digest,\n"
    "       lanes, requests.\n"
    "\n"
    "EXAMPLES\n"
    "       strategos --group demo log\n"
    "       strategos --group demo log --from 1 --count 100 --replica 2\n"
    "       strategos --group demo log --from 1 --json | jq '[.[].requests] | add'\n"
    "\n"
    "SEE ALSO\n"
    "       strategos status --help\n";

static const struct table_column columns[] = {
    {"height", true},  {"view", true},  {"time", false},
    {"digest", false}, {"lanes", true}, {"requests", true},
};

struct log_command {
    struct argument_command command;
    struct connection connection;
    uint64_t from;  /* 0: not given */
    uint64_t count; /* 0: not given */
    uint64_t replica;
    bool json;
    bool is_done; /* the answer has come, or will not */
    enum strategos_status status;
    height_nr next;
    height_nr end; /* behind the last wanted */
    uint64_t printed;
    struct table table;
};

static bool parse(int argc, char **argv, struct log_command *log, int *exit_code)
{
    const struct argument_option options[] = {
        {.name = "from",
         .kind = ARGUMENT_NUMBER,
         .value = &log->from,
         .placeholder = "N",
         .maximum = INT64_MAX,
         .help = "The first height. 0: so that the last ones are shown."},
        {.name = "count",
         .kind = ARGUMENT_NUMBER,
         .value = &log->count,
         .placeholder = "N",
         .maximum = INT64_MAX,
         .help = "How many at most. 0: with --from all, else 20."},
        {.name = "replica",
         .kind = ARGUMENT_NUMBER,
         .value = &log->replica,
         .placeholder = "ID",
         .maximum = REPLICAS_MAX - 1,
         .help = "The replica to ask. Default: any."},
        {.name = "json", .kind = ARGUMENT_FLAG, .value = &log->json, .help = "Write JSON."},
        {.name = NULL},
    };
    struct arguments arguments;
    log->command = (struct argument_command){
        .name = "strategos log",
        .usage = "[--from N] [--count N] [--replica ID] [--json]",
        .summary = "print committed orders",
        .description = description,
        .options = options,
        .common = command_common_options,
        .ending = ending,
    };
    bool is_parsed = arguments_parse(&log->command, argc, argv, &arguments, exit_code);
    log->command.options = NULL; /* on our stack */
    return is_parsed;
}

/* RFC 3339, UTC, milliseconds. */
static const char *format_time(uint64_t time_ns, char text[40])
{
    time_t seconds = (time_t)(time_ns / UINT64_C(1000000000));
    struct tm parts = {0};
    char whole[32];
    if (gmtime_r(&seconds, &parts) == NULL ||
        strftime(whole, sizeof whole, "%Y-%m-%dT%H:%M:%S", &parts) == 0) {
        return "-";
    }
    (void)snprintf(text, 40, "%s.%03uZ", whole, (unsigned)(time_ns / 1000000 % 1000));
    return text;
}

static void show_entry(struct log_command *log, const struct log_entry *entry)
{
    char hex[2 * DIGEST_BYTES + 1];
    char time[40];
    const struct order *order = &entry->order;
    digest_to_hex(&entry->digest, hex);
    const char *when = format_time(order->time_ns, time);
    if (!log->json) {
        table_add(&log->table, "%" PRIu64, order->height);
        table_add(&log->table, "%" PRIu64, order->view);
        table_add(&log->table, "%s", when);
        table_add(&log->table, "%.16s", hex);
        table_add(&log->table, "%zu", order->tip_count);
        table_add(&log->table, "%" PRIu64, entry->request_count);
        return;
    }
    json_t *object = json_pack(
        "{s:I, s:I, s:s, s:I, s:s, s:I, s:I}", "height", (json_int_t)order->height, "view",
        (json_int_t)order->view, "time", when, "time_ns", (json_int_t)order->time_ns, "digest", hex,
        "lanes", (json_int_t)order->tip_count, "requests", (json_int_t)entry->request_count);
    (void)fputs(log->printed == 0 ? "[\n  " : ",\n  ", stdout);
    (void)json_dumpf(object, stdout, 0);
    json_decref(object);
}

/* Takes only what continues: a replica may answer anything. */
static void on_log(void *context, enum strategos_status status, const struct log_part *part)
{
    struct log_command *log = context;
    log->is_done = true;
    log->status = status;
    for (size_t i = 0; status == STRATEGOS_STATUS_DONE && i < part->count; i++) {
        if (part->entries[i].order.height != log->next || log->next >= log->end) {
            break;
        }
        show_entry(log, &part->entries[i]);
        log->printed++;
        log->next++;
    }
}

static int explain_silence(const struct log_command *log, unsigned replica)
{
    const struct group *group = log->connection.group;
    (void)connection_fail(&log->command,
                          "replica %u (%s) sends no log; is the key of the role 'admin' in %s?",
                          replica, group->replicas[replica].client_address, group->path);
    return EXIT_TIMEOUT;
}

static int show(struct log_command *log)
{
    unsigned replica = 0;
    height_nr height = 0;
    int exit_code = single_replica_find(&log->connection, log->replica, &replica, &height);
    if (exit_code != EXIT_DONE) {
        return exit_code;
    }
    uint64_t count = log->count != 0 ? log->count : COUNT_DEFAULT;
    log->next = log->from != 0 ? log->from : height > count ? height - count + 1 : 1;
    log->end = log->from != 0 && log->count == 0 ? height + 1 : log->next + count;
    log->end = log->end > height + 1 ? height + 1 : log->end;
    while (log->next < log->end) {
        height_nr first = log->next;
        uint64_t left = log->end - log->next;
        uint32_t wanted = left < LOG_ENTRIES_MAX ? (uint32_t)left : LOG_ENTRIES_MAX;
        log->is_done = false;
        enum strategos_status status = strategos_client_ask_log(log->connection.client, replica,
                                                                log->next, wanted, on_log, log);
        if (status != STRATEGOS_STATUS_DONE) {
            return connection_explain(&log->connection, status, strategos_slice(NULL, 0));
        }
        while (!log->is_done) {
            (void)strategos_client_step(log->connection.client, -1);
        }
        if (log->status != STRATEGOS_STATUS_DONE) {
            return explain_silence(log, replica);
        }
        if (log->next == first) {
            return connection_fail(&log->command, "replica %u has no order of height %" PRIu64,
                                   replica, first);
        }
    }
    return EXIT_DONE;
}

int command_log(int argc, char **argv)
{
    struct log_command log = {.replica = SINGLE_REPLICA_ANY};
    int exit_code = EXIT_DONE;
    if (!parse(argc, argv, &log, &exit_code) ||
        !connection_open(&log.connection, &log.command, 1, &exit_code)) {
        return exit_code;
    }
    table_init(&log.table, columns, sizeof columns / sizeof columns[0]);
    exit_code = show(&log);
    bool has_output = exit_code == EXIT_DONE || log.printed > 0;
    if (has_output && log.json) {
        (void)fputs(log.printed == 0 ? "[]\n" : "\n]\n", stdout);
    } else if (has_output) {
        (void)table_print(&log.table, stdout, "");
    }
    connection_close(&log.connection);
    table_fini(&log.table);
    return exit_code;
}
