/* bench.c - `strategos bench`: throughput and latency of a running group. */
#include "base/plural.h"
#include "cmd/bench_load.h"
#include "cmd/connection.h"
#include "cmd/status_board.h"
#include "console/interrupt.h"
#include "console/ticks.h"
#include "strategos/kv.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PINGS_PER_REPLICA 21u
#define PATIENCE_NS       (2 * TICKS_SECOND)
#define PAYLOAD_MAX       (STRATEGOS_KV_COMMAND_BYTES_MAX - 64u)

static const char description[] =
    "Puts load on a running group and measures it. Every request is a kv command that is ordered, "
    "durable on the replicas, and believed on f+1 equal replies; keys are drawn evenly from "
    "bench-0000000000 on. The group keeps them: use one made for this.\n"
    "Without --rate each client keeps --in-flight requests under way (closed loop) and latency "
    "counts from submission. With --rate requests are due at even intervals (open loop) and "
    "latency counts from when a request was due, not from when it could be sent, so that stalls "
    "show in full. Percentiles are within 0.4 %; the maximum is exact.\n"
    "sync us is what one synced ledger write cost the replicas meanwhile (the median of their "
    "medians), rtt us a question and answer between client and one idle replica before the load: "
    "by these, figures from different machines can be judged.";

static const char ending[] =
    "JSON\n"
    "       An object with ops_per_s, p50_us, p90_us, p99_us, p999_us, max_us, errors,\n"
    "       sync_us, rtt_us (null if unknown); besides seconds, operations, reads,\n"
    "       segments, retransmits, and the settings: clients, in_flight, payload_bytes,\n"
    "       reads_percent, rate (0: closed loop), keys, warmup_s, seed, replicas.\n"
    "\n"
    "EXAMPLES\n"
    "       strategos --group demo bench --seconds 10 --in-flight 2048\n"
    "       strategos --group demo bench --clients 32 --in-flight 1\n"
    "       strategos --group demo bench --rate 20000 --in-flight 4096 --json\n"
    "\n"
    "SEE ALSO\n"
    "       strategos up --help, strategos status --help, tests/bench/group.sh\n";

struct bench {
    struct argument_command command;
    struct bench_settings settings;
    bool json;
    bool is_screen;
    struct connection connection; /* the first client's */
    struct strategos_client *clients[BENCH_CLIENTS_MAX];
    struct status_board board;
    double rtt_us;  /* negative: unknown */
    double sync_us; /* likewise */
    struct bench_result result;
};

static bool parse(int argc, char **argv, struct bench *bench, int *exit_code)
{
    struct bench_settings *settings = &bench->settings;
    const struct argument_option options[] = {
        {.name = "seconds",
         .kind = ARGUMENT_SECONDS,
         .value = &settings->measured_ns,
         .placeholder = "S",
         .minimum = TICKS_SECOND / 10,
         .maximum = 86400 * TICKS_SECOND,
         .help = "How long to measure."},
        {.name = "warmup",
         .kind = ARGUMENT_SECONDS,
         .value = &settings->warmup_ns,
         .placeholder = "S",
         .maximum = 3600 * TICKS_SECOND,
         .help = "How long to run before that."},
        {.name = "clients",
         .kind = ARGUMENT_NUMBER,
         .value = &settings->clients,
         .placeholder = "C",
         .minimum = 1,
         .maximum = BENCH_CLIENTS_MAX,
         .help = "Client sessions, each with its own connections."},
        {.name = "in-flight",
         .kind = ARGUMENT_NUMBER,
         .value = &settings->in_flight,
         .placeholder = "N",
         .minimum = 1,
         .maximum = REPLIES_PER_SESSION_MAX,
         .help = "Requests under way for each client; with --rate, at most so many."},
        {.name = "payload",
         .kind = ARGUMENT_NUMBER,
         .value = &settings->payload,
         .placeholder = "BYTES",
         .maximum = PAYLOAD_MAX,
         .help = "Size of a value."},
        {.name = "reads",
         .kind = ARGUMENT_NUMBER,
         .value = &settings->reads,
         .placeholder = "PERCENT",
         .maximum = 100,
         .help = "Share of ordered gets among the puts."},
        {.name = "rate",
         .kind = ARGUMENT_NUMBER,
         .value = &settings->rate,
         .placeholder = "OPS",
         .maximum = 10000000,
         .help = "Open loop: so many requests a second, all clients together. 0: closed loop."},
        {.name = "keys",
         .kind = ARGUMENT_NUMBER,
         .value = &settings->keys,
         .placeholder = "N",
         .minimum = 1,
         .maximum = UINT64_C(10000000000),
         .help = "Distinct keys."},
        {.name = "seed",
         .kind = ARGUMENT_NUMBER,
         .value = &settings->seed,
         .placeholder = "N",
         .maximum = INT64_MAX,
         .help = "Of the keys and values drawn."},
        {.name = "json", .kind = ARGUMENT_FLAG, .value = &bench->json, .help = "Write JSON."},
        {.name = NULL},
    };
    struct arguments arguments;
    bench->command = (struct argument_command){
        .name = "strategos bench",
        .usage = "[OPTION ...]",
        .summary = "measure throughput and latency of a running group",
        .description = description,
        .options = options,
        .common = command_common_options,
        .ending = ending,
    };
    bool is_parsed = arguments_parse(&bench->command, argc, argv, &arguments, exit_code);
    bench->command.options = NULL; /* on our stack */
    return is_parsed;
}

/* One client handle per session; each makes a first put, so that it is connected and known to the
 * group before anything is measured. */
static bool open_clients(struct bench *bench, int *exit_code)
{
    uint8_t request[64];
    struct strategos_slice result = {0};
    uint32_t in_flight = (uint32_t)bench->settings.in_flight;
    if (!connection_open_kv(&bench->connection, &bench->command, in_flight, exit_code)) {
        return false;
    }
    bench->clients[0] = bench->connection.client;
    for (size_t i = 1; i < bench->settings.clients; i++) {
        if (!connection_open_another(&bench->connection, in_flight, &bench->clients[i],
                                     exit_code)) {
            return false;
        }
    }
    struct slice key = slice_of_text("bench-0000000000");
    size_t size = strategos_kv_put(request, sizeof request, connection_slice(key),
                                   connection_slice(slice_of_text("begin")));
    for (size_t i = 0; i < bench->settings.clients; i++) {
        enum strategos_status status =
            strategos_client_call(bench->clients[i], strategos_slice(request, size), &result);
        *exit_code = connection_explain(&bench->connection, status, result);
        if (*exit_code != EXIT_DONE) {
            return false;
        }
    }
    return true;
}

static void close_clients(struct bench *bench)
{
    for (size_t i = 1; i < bench->settings.clients; i++) {
        strategos_client_close(bench->clients[i]);
    }
    connection_close(&bench->connection);
}

static int compare_u64(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* In microseconds; -1 for none at all. */
static double median_us(uint64_t *values_ns, size_t count)
{
    if (count == 0) {
        return -1;
    }
    qsort(values_ns, count, sizeof *values_ns, compare_u64);
    size_t const middle = count / 2;
    return (double)values_ns[middle] / 1000;
}

/* One status question at a time to each replica, while nothing else goes on. */
static void measure_rtt(struct bench *bench)
{
    uint64_t values_ns[PINGS_PER_REPLICA * REPLICAS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < PINGS_PER_REPLICA && !interrupt_is_caught(); i++) {
        for (unsigned replica = 0; replica < bench->board.count; replica++) {
            uint64_t rtt_ns = status_board_ping(&bench->board, replica, PATIENCE_NS);
            if (rtt_ns != 0) {
                values_ns[count++] = rtt_ns;
            }
        }
    }
    bench->rtt_us = median_us(values_ns, count);
}

static void read_sync(struct bench *bench)
{
    uint64_t values_ns[REPLICAS_MAX];
    size_t count = 0;
    uint64_t since_ns = status_board_refresh(&bench->board, PATIENCE_NS);
    for (size_t i = 0; i < bench->board.count; i++) {
        const struct status_slot *slot = &bench->board.slots[i];
        if (slot->answered_ns >= since_ns && slot->report.sync_ns != 0) {
            values_ns[count++] = slot->report.sync_ns;
        }
    }
    bench->sync_us = median_us(values_ns, count);
}

static void on_progress(void *context, uint64_t elapsed_ns, uint64_t per_second)
{
    const struct bench *bench = context;
    if (bench->is_screen) {
        (void)fprintf(stderr, "\r%3" PRIu64 " s  %" PRIu64 " ops/s%s\x1b[K",
                      elapsed_ns / TICKS_SECOND, per_second,
                      elapsed_ns < bench->settings.warmup_ns ? "  (warming up)" : "");
    }
}

struct figures {
    double seconds;
    double ops_per_s;
    double p50_us;
    double p90_us;
    double p99_us;
    double p999_us;
    double max_us;
    uint64_t segments;
    uint64_t retransmits;
};

static struct figures make_figures(const struct bench *bench)
{
    const struct bench_result *result = &bench->result;
    struct figures figures = {
        .seconds = (double)result->measured_ns / 1e9,
        .p50_us = (double)histogram_at(&result->latency, 50000) / 1000,
        .p90_us = (double)histogram_at(&result->latency, 90000) / 1000,
        .p99_us = (double)histogram_at(&result->latency, 99000) / 1000,
        .p999_us = (double)histogram_at(&result->latency, 99900) / 1000,
        .max_us = (double)result->latency.maximum / 1000,
    };
    figures.ops_per_s = figures.seconds > 0 ? (double)result->completed / figures.seconds : 0;
    for (size_t i = 0; i < bench->settings.clients; i++) {
        struct client_counters counters;
        strategos_client_counters(bench->clients[i], &counters);
        figures.segments += counters.segments;
        figures.retransmits += counters.retransmits;
    }
    return figures;
}

static json_t *real_or_null(double value)
{
    return value < 0 ? json_null() : json_real(value);
}

static void print_json(const struct bench *bench, const struct figures *figures)
{
    const struct bench_settings *settings = &bench->settings;
    json_t *object = json_pack(
        "{s:f, s:f, s:f, s:f, s:f, s:f, s:I, s:o, s:o, s:f, s:I, s:I, s:I, s:I}", "ops_per_s",
        figures->ops_per_s, "p50_us", figures->p50_us, "p90_us", figures->p90_us, "p99_us",
        figures->p99_us, "p999_us", figures->p999_us, "max_us", figures->max_us, "errors",
        (json_int_t)bench->result.errors, "sync_us", real_or_null(bench->sync_us), "rtt_us",
        real_or_null(bench->rtt_us), "seconds", figures->seconds, "operations",
        (json_int_t)bench->result.completed, "reads", (json_int_t)bench->result.reads, "segments",
        (json_int_t)figures->segments, "retransmits", (json_int_t)figures->retransmits);
    json_t *how =
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:I, s:I}", "clients",
                  (json_int_t)settings->clients, "in_flight", (json_int_t)settings->in_flight,
                  "payload_bytes", (json_int_t)settings->payload, "reads_percent",
                  (json_int_t)settings->reads, "rate", (json_int_t)settings->rate, "keys",
                  (json_int_t)settings->keys, "warmup_s", (double)settings->warmup_ns / 1e9, "seed",
                  (json_int_t)settings->seed, "replicas", (json_int_t)bench->board.count);
    (void)json_object_update(object, how);
    (void)json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(8));
    (void)fputc('\n', stdout);
    json_decref(how);
    json_decref(object);
}

static void print_us(const char *name, double us)
{
    if (us < 0) {
        (void)printf("%-12s unknown\n", name);
    } else {
        (void)printf("%-12s %.1f us\n", name, us);
    }
}

static void print_text(const struct bench *bench, const struct figures *figures)
{
    const struct bench_settings *settings = &bench->settings;
    (void)printf("%" PRIu64 " client%s, %" PRIu64 " in flight each, %" PRIu64 " B, %" PRIu64
                 " %% reads, ",
                 settings->clients, plural(settings->clients), settings->in_flight,
                 settings->payload, settings->reads);
    if (settings->rate > 0) {
        (void)printf("open loop at %" PRIu64 "/s", settings->rate);
    } else {
        (void)printf("closed loop");
    }
    (void)printf(", %.1f s after %.1f s, %" PRIu64 " keys, seed %" PRIu64 "\n\n", figures->seconds,
                 (double)settings->warmup_ns / 1e9, settings->keys, settings->seed);
    (void)printf("throughput   %.0f ops/s\n", figures->ops_per_s);
    print_us("p50", figures->p50_us);
    print_us("p90", figures->p90_us);
    print_us("p99", figures->p99_us);
    print_us("p99.9", figures->p999_us);
    print_us("max", figures->max_us);
    (void)printf("errors       %" PRIu64 "%s%s\n", bench->result.errors,
                 bench->result.errors == 0 ? "" : ", the first: ",
                 bench->result.errors == 0 ? "" : strategos_status_name(bench->result.first_error));
    print_us("ledger sync", bench->sync_us);
    print_us("round trip", bench->rtt_us);
}

static int run(struct bench *bench)
{
    status_board_init(&bench->board, bench->connection.client);
    interrupt_catch();
    measure_rtt(bench);
    enum error error =
        bench_load_run(&bench->settings, bench->clients, on_progress, bench, &bench->result);
    if (bench->is_screen) {
        (void)fputs("\r\x1b[K", stderr);
    }
    if (error != OK) {
        return connection_fail(&bench->command, "cannot begin: %s", error_name(error));
    }
    read_sync(bench);
    struct figures figures = make_figures(bench);
    if (bench->json) {
        print_json(bench, &figures);
    } else {
        print_text(bench, &figures);
    }
    if (bench->result.completed == 0) {
        return connection_fail(&bench->command, "nothing was completed");
    }
    return EXIT_DONE;
}

int command_bench(int argc, char **argv)
{
    int exit_code = EXIT_DONE;
    struct bench *bench = calloc(1, sizeof *bench);
    if (bench == NULL) {
        (void)fprintf(stderr, "strategos bench: out of memory\n");
        return EXIT_REFUSED;
    }
    bench->settings = (struct bench_settings){
        .clients = 1,
        .in_flight = 256,
        .payload = 100,
        .keys = 100000,
        .seed = 1,
        .warmup_ns = TICKS_SECOND,
        .measured_ns = 10 * TICKS_SECOND,
    };
    bench->is_screen = isatty(STDERR_FILENO) == 1;
    if (parse(argc, argv, bench, &exit_code)) {
        bench->settings.drain_ns = command_settings.timeout_ns;
        if (open_clients(bench, &exit_code)) {
            exit_code = run(bench);
        }
        close_clients(bench);
    }
    free(bench);
    return exit_code;
}
