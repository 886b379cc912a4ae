/* load.c - `strategos load`: puts all pairs of a file, resumable. */
#include "cmd/connection.h"
#include "cmd/load_batch.h"
#include "cmd/load_window.h"
#include "console/interrupt.h"
#include "console/meter.h"
#include "console/ticks.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAVE_EVERY_NS TICKS_SECOND
#define DRAIN_NS      (3 * TICKS_SECOND) /* for what is under way when it must end */
#define BATCH_MAX     4096u

static const char description[] =
    "Puts every pair of a file, many requests at a time, in the order of the file. FILE may be - "
    "for stdin.\n"
    "A load that was interrupted goes on where it was if the same command is given again: how far "
    "everything is acknowledged is noted about once a second in FILE.strategos-progress, which is "
    "removed at the end. What was under way is put again; that does no harm, unless somebody else "
    "wrote the same keys in between. If the file has changed before that place, or the group is "
    "another one, the load is refused; --restart begins again. For stdin nothing is noted.\n"
    "A bad line is named with file and line and ends the load: nothing behind it is sent. With "
    "--skip-bad such lines are named, counted and passed over. With --batch, so many pairs make "
    "one atomic command, which is faster. On a terminal a bar shows how it is getting on, "
    "otherwise "
    "a line every five seconds, on stderr. The last line, on stdout, sums up.";

static const char ending[] =
    "FORMATS\n"
    "       csv   key,value; either may stand in double quotes, \"\" is then a quote\n"
    "       tsv   key, tab, value; in both, \\\\ \\t \\n \\r and \\xHH stand for bytes\n"
    "       Without --format: by the name's ending, else tsv if the first line has a\n"
    "       tab. Empty lines are passed over.\n"
    "\n"
    "EXAMPLES\n"
    "       strategos --group demo load accounts.csv\n"
    "       dpkg-query -W -f '${Package}\\t${Version}\\n' | strategos --group demo load -\n"
    "       strategos --group demo scan > all.tsv; strategos --group other load all.tsv\n"
    "\n"
    "SEE ALSO\n"
    "       strategos put --help, strategos scan --help\n";

static const char *const formats[] = {"guess", "csv", "tsv", NULL}; /* as enum pairs_format */

struct load_settings {
    const char *file;
    size_t format;
    uint64_t in_flight;
    uint64_t batch;
    bool quiet;
    bool restart;
    bool skip_bad;
};

struct load {
    struct progress progress; /* first, because it is aligned the most */
    struct argument_command command;
    struct load_settings settings;
    struct connection connection;
    const char *name; /* of the file, for messages */
    int fd;
    bool is_resumable;
    bool has_request; /* batch.request waits for the client to take it */
    bool is_read;     /* no more is read */
    bool is_stopped;  /* no more is sent */
    struct pairs pairs;
    struct load_batch batch;
    struct meter meter;
    struct load_window *window;
    struct progress_mark began; /* where this run began */
    uint64_t begin_ns;
    uint64_t saved_ns;
    int exit_code;
};

static bool parse(int argc, char **argv, struct load *load, int *exit_code)
{
    struct load_settings *settings = &load->settings;
    const struct argument_option options[] = {
        {.name = "format",
         .kind = ARGUMENT_CHOICE,
         .value = &settings->format,
         .placeholder = "FORMAT",
         .choices = formats,
         .help = "How the file is written."},
        {.name = "in-flight",
         .kind = ARGUMENT_NUMBER,
         .value = &settings->in_flight,
         .placeholder = "N",
         .minimum = 1,
         .maximum = LOAD_WINDOW_MAX,
         .help = "Requests under way at once."},
        {.name = "batch",
         .kind = ARGUMENT_NUMBER,
         .value = &settings->batch,
         .placeholder = "N",
         .minimum = 1,
         .maximum = BATCH_MAX,
         .help = "Pairs in one request, if they fit: they take effect together."},
        {.name = "skip-bad",
         .kind = ARGUMENT_FLAG,
         .value = &settings->skip_bad,
         .help = "Name, count and pass over lines that are wrong."},
        {.name = "restart",
         .kind = ARGUMENT_FLAG,
         .value = &settings->restart,
         .help = "Begin at the first line, whatever an earlier load has noted."},
        {.name = "quiet",
         .kind = ARGUMENT_FLAG,
         .value = &settings->quiet,
         .help = "Show no progress and no summary."},
        {.name = NULL},
    };
    struct arguments arguments;
    load->command = (struct argument_command){
        .name = "strategos load",
        .usage = "FILE|- [OPTION ...]",
        .summary = "put all pairs of a file, resumable",
        .description = description,
        .options = options,
        .common = command_common_options,
        .operands_min = 1,
        .operands_max = 1,
        .ending = ending,
    };
    bool is_parsed = arguments_parse(&load->command, argc, argv, &arguments, exit_code);
    load->command.options = NULL; /* on our stack */
    if (is_parsed) {
        settings->file = arguments.operands[0];
    }
    return is_parsed;
}

/* The first trouble counts. */
__attribute__((format(printf, 2, 3))) static void fail(struct load *load, const char *format, ...)
{
    char reason[ERROR_TEXT_BYTES_MAX + 128];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(reason, sizeof reason, format, values);
    va_end(values);
    meter_erase(&load->meter);
    if (load->exit_code == EXIT_DONE) {
        load->exit_code = connection_fail(&load->command, "%s", reason);
    }
}

static void on_skip(void *context, const char *reason)
{
    struct load *load = context;
    meter_erase(&load->meter);
    (void)fprintf(stderr, "%s: skipped: %s\n", load->command.name, reason);
}

/* Nothing more is sent after a failure: a later put of the same key must not be overtaken by one
 * that is tried again. */
static void on_put(void *context, enum strategos_status status, struct strategos_slice result)
{
    struct load_request *request = context;
    struct load *load = request->owner;
    if (status == STRATEGOS_STATUS_DONE) {
        load_window_acknowledge(load->window, request);
        return;
    }
    load->is_stopped = true;
    if (load->exit_code == EXIT_DONE) {
        meter_erase(&load->meter);
        load->exit_code = connection_explain(&load->connection, status, result);
        (void)connection_fail(&load->command, "%s:%" PRIu64 " is the first line not acknowledged",
                              load->name, request->first_line);
    }
}

/* Makes the next request; false if there is none. */
static bool make_request(struct load *load)
{
    switch (load_batch_next(&load->batch)) {
    case PAIRS_READ:
        return true;
    case PAIRS_END:
        break;
    case PAIRS_FAILED:
        fail(load, "%s", load->batch.reason.text);
        break;
    case PAIRS_BAD:
        fail(load, "%s; nothing from this line on was sent (--skip-bad passes over such lines)",
             load->batch.reason.text);
        break;
    }
    load->is_read = true;
    return false;
}

/* Submits as much as may be under way. */
static void submit(struct load *load)
{
    while (!load->is_stopped && load_window_count(load->window) < load->settings.in_flight) {
        if (!load->has_request) {
            load->has_request = !load->is_read && make_request(load);
        }
        if (!load->has_request) {
            return;
        }
        struct load_request *request = load_window_add(load->window);
        request->owner = load;
        request->mark = load->batch.mark;
        request->first_line = load->batch.first_line;
        enum strategos_status status = strategos_client_submit(
            load->connection.client, connection_slice(buffer_slice(&load->batch.request)), on_put,
            request);
        if (status != STRATEGOS_STATUS_DONE) {
            load_window_drop(load->window);
            if (status != STRATEGOS_STATUS_FULL) {
                load->exit_code =
                    connection_explain(&load->connection, status, strategos_slice(NULL, 0));
                load->is_stopped = true;
            }
            return;
        }
        load->has_request = false;
    }
}

static void save(struct load *load, uint64_t now_ns)
{
    struct error_text reason;
    if (load->is_resumable && progress_save(&load->progress, &load->window->mark, &reason) != OK) {
        fail(load, "%s", reason.text);
        load->is_stopped = true;
        load->is_resumable = false;
    }
    load->saved_ns = now_ns;
}

/* Reads, sends and waits until all is acknowledged, or something failed and the rest of what is
 * under way has come to its end. */
static void run(struct load *load)
{
    uint64_t drain_until_ns = UINT64_MAX;
    uint64_t now_ns = ticks_now_ns();
    while (now_ns < drain_until_ns) {
        if (!load->is_stopped && interrupt_is_caught()) {
            load->is_stopped = true;
            fail(load, "interrupted");
        }
        submit(load);
        bool is_over = load->is_stopped || (load->is_read && !load->has_request);
        if (is_over && strategos_client_pending(load->connection.client) == 0) {
            break;
        }
        if (load->is_stopped && drain_until_ns == UINT64_MAX) {
            drain_until_ns = now_ns + DRAIN_NS;
        }
        uint64_t due_ns = meter_due_ns(&load->meter);
        (void)strategos_client_step(load->connection.client, ticks_until_ms(now_ns, due_ns, 200));
        now_ns = ticks_now_ns();
        meter_update(&load->meter, load->window->mark.offset,
                     load->window->mark.loaded - load->began.loaded, now_ns);
        if (now_ns >= load->saved_ns + SAVE_EVERY_NS) {
            save(load, now_ns);
        }
    }
}

static void sum_up(const struct load *load)
{
    const struct progress_mark *mark = &load->window->mark;
    uint64_t lines = mark->loaded - load->began.loaded;
    double seconds = (double)(ticks_now_ns() - load->begin_ns) / 1e9;
    (void)printf("%s%" PRIu64 " lines in %.2f s, %.0f ops/s",
                 load->exit_code == EXIT_DONE ? "loaded " : "not complete: ", lines, seconds,
                 (double)lines / (seconds > 0 ? seconds : 1));
    if (load->began.loaded > 0) {
        (void)printf("; %" PRIu64 " lines before", load->began.loaded);
    }
    if (load->batch.read.skipped > 0) {
        (void)printf("; %" PRIu64 " skipped", load->batch.read.skipped);
    }
    (void)printf("\n");
}

static void finish(struct load *load)
{
    struct error_text reason;
    if (load->exit_code == EXIT_DONE && load->is_resumable) {
        if (progress_remove(&load->progress, &reason) != OK) {
            fail(load, "%s", reason.text);
        }
    } else if (load->is_resumable) {
        save(load, ticks_now_ns());
        (void)fprintf(stderr,
                      "%s: everything up to line %" PRIu64
                      " is acknowledged; the same command goes on from there\n",
                      load->command.name, load->window->mark.lines);
    }
    meter_erase(&load->meter);
    if (!load->settings.quiet) {
        sum_up(load);
    }
}

/* Opens the file, where an earlier load left off if there was one. */
static bool open_file(struct load *load)
{
    struct stat status;
    struct error_text reason;
    bool found = false;
    enum pairs_format format = (enum pairs_format)load->settings.format;
    bool is_stdin = strcmp(load->settings.file, "-") == 0;
    load->name = is_stdin ? "stdin" : load->settings.file;
    load->fd = is_stdin ? STDIN_FILENO : open(load->name, O_RDONLY | O_CLOEXEC);
    if (load->fd < 0 || fstat(load->fd, &status) != 0) {
        fail(load, "%s: cannot open: %s", load->name, strerrordesc_np(errno));
        return false;
    }
    load->is_resumable = !is_stdin && S_ISREG(status.st_mode);
    if (load->is_resumable) {
        if (progress_open(&load->progress, load->name, load->fd, &load->connection.group->genesis,
                          load->settings.restart, &found, &reason) != OK) {
            fail(load, "%s", reason.text);
            return false;
        }
        load->began = load->progress.mark;
    }
    if (found && format != PAIRS_GUESS && format != load->progress.format) {
        fail(load, "%s: was being loaded with another --format; use --restart", load->name);
        return false;
    }
    format = found ? load->progress.format : format;
    if (lseek(load->fd, (off_t)load->began.offset, SEEK_SET) < 0 && load->is_resumable) {
        fail(load, "%s: cannot seek: %s", load->name, strerrordesc_np(errno));
        return false;
    }
    if (found && !load->settings.quiet) {
        (void)fprintf(stderr, "%s: going on behind line %" PRIu64 "\n", load->command.name,
                      load->began.lines);
    }
    pairs_init(&load->pairs, load->name, load->fd, format, load->began.offset, load->began.lines);
    meter_init(&load->meter, load->began.offset, load->is_resumable ? (uint64_t)status.st_size : 0,
               load->settings.quiet, ticks_now_ns());
    return true;
}

static void load_file(struct load *load)
{
    struct error_text reason;
    /* Also settles the format, which a progress file must name. */
    if (pairs_begin(&load->pairs, &reason) != OK) {
        fail(load, "%s", reason.text);
        return;
    }
    load->progress.format = load->pairs.format;
    load_batch_init(&load->batch, &load->pairs, load->settings.batch, &load->began);
    load->batch.context = load;
    load->batch.on_skip = load->settings.skip_bad ? on_skip : NULL;
    load_window_init(load->window, &load->began);
    load->begin_ns = load->saved_ns = ticks_now_ns();
    interrupt_catch();
    run(load);
    finish(load);
}

int command_load(int argc, char **argv)
{
    int exit_code = EXIT_DONE;
    struct load *load = calloc(1, sizeof *load);
    struct load_window *window = calloc(1, sizeof *window);
    if (load == NULL || window == NULL) {
        (void)fprintf(stderr, "strategos load: out of memory\n");
        exit_code = EXIT_REFUSED;
        goto out;
    }
    load->settings = (struct load_settings){.format = PAIRS_GUESS, .in_flight = 1024, .batch = 1};
    load->window = window;
    load->fd = -1;
    if (!parse(argc, argv, load, &exit_code) ||
        !connection_open_kv(&load->connection, &load->command, 0, &exit_code)) {
        goto out;
    }
    if (open_file(load)) {
        load_file(load);
    }
    exit_code = load->exit_code;
    load->exit_code = EXIT_REFUSED; /* what close calls back now has been told */
    load->is_resumable = false;
    connection_close(&load->connection);
    load_batch_fini(&load->batch);
    pairs_fini(&load->pairs);
    if (load->fd > STDIN_FILENO) {
        (void)close(load->fd); /* read only */
    }
out:
    free(load);
    free(window);
    return exit_code;
}
