/* up.c - `strategos up`: a whole group on this machine, for trying out. */
#include "cmd/connection.h"
#include "cmd/status_board.h"
#include "cmd/up_child.h"
#include "console/table.h"
#include "console/text.h"
#include "console/ticks.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define STOP_PATIENCE_NS (10 * TICKS_SECOND)
#define REDRAW_NS        (500 * TICKS_MS)
#define SILENCE_NS       (3 * TICKS_SECOND) /* without an answer it counts as not answering */
#define LOG_LINES        8u

static const char description[] =
    "Starts one strategosd for every replica of the group that strategos init made in DIR, shows "
    "how each is until Ctrl-C (or SIGTERM), then stops them all. Each replica's log is "
    "DIR/replica-N/log.\n"
    "If a replica ends by itself, that is said with the last lines of its log, and the others go "
    "on. When the last has ended, the command fails. On Ctrl-C each gets SIGTERM and 10 seconds, "
    "then SIGKILL; a second Ctrl-C kills at once. Both are safe: nothing acknowledged is lost.\n"
    "On a terminal the lines are redrawn in place; otherwise a line is printed for each change. "
    "The replicas end with this command, however it ends.";

static const char ending[] = "EXAMPLES\n"
                             "       strategos init demo --replicas 4\n"
                             "       strategos up demo\n"
                             "\n"
                             "SEE ALSO\n"
                             "       strategos init --help, strategosd --help\n";

struct up {
    const struct argument_command *command;
    const char *folder;
    struct connection connection;
    struct status_board board;
    size_t count;
    struct up_child children[REPLICAS_MAX];
    bool said_all_ready;
    bool is_screen;
    size_t lines_drawn; /* of the live block, to be drawn over */
    bool is_stopping;
    bool was_killed; /* SIGKILL was sent */
    uint64_t stop_deadline_ns;
    uint64_t drawn_ns;
    int signal_fd;
};

static size_t count_in_state(const struct up *up, enum up_state state)
{
    size_t count = 0;
    for (size_t i = 0; i < up->count; i++) {
        count += up->children[i].state == state;
    }
    return count;
}

static void erase_block(struct up *up)
{
    if (up->lines_drawn > 0) {
        (void)printf("\x1b[%zuA\x1b[J", up->lines_drawn);
        up->lines_drawn = 0;
    }
}

/* A line that stays. */
__attribute__((format(printf, 2, 3))) static void say(struct up *up, const char *format, ...)
{
    va_list values;
    erase_block(up);
    va_start(values, format);
    (void)vprintf(format, values);
    va_end(values);
    (void)putchar('\n');
    (void)fflush(stdout);
    up->drawn_ns = 0; /* soon again */
}

static const char *describe(const struct up *up, size_t i, uint64_t now_ns)
{
    const struct status_slot *slot = &up->board.slots[i];
    bool answers = slot->answered_ns == 0 || slot->answered_ns + SILENCE_NS > now_ns;
    switch (up->children[i].state) {
    case UP_STARTING:
        return "starting";
    case UP_READY:
        return !answers ? "no answer" : slot->report.syncing ? "catching up" : "ready";
    case UP_STOPPING:
        return "stopping";
    case UP_ENDED:
        return "ended";
    }
    return "";
}

static void draw(struct up *up, uint64_t now_ns)
{
    static const struct table_column columns[] = {
        {"replica", true}, {"pid", true},     {"state", false},  {"view", true},
        {"height", true},  {"digest", false}, {"pending", true}, {"executed", true},
    };
    struct table table;
    erase_block(up);
    table_init(&table, columns, sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < up->count; i++) {
        const struct up_child *child = &up->children[i];
        const struct status *report = &up->board.slots[i].report;
        char hex[2 * DIGEST_BYTES + 1];
        digest_to_hex(&report->digest, hex);
        table_add(&table, "%u", child->id);
        table_add(&table, child->state == UP_ENDED ? "-" : "%d", (int)child->pid);
        table_add(&table, "%s", describe(up, i, now_ns));
        if (child->state == UP_ENDED || up->board.slots[i].answered_ns == 0) {
            for (int column = 0; column < 5; column++) {
                table_add(&table, "-");
            }
            continue;
        }
        table_add(&table, "%llu", (unsigned long long)report->view);
        table_add(&table, "%llu", (unsigned long long)report->height);
        table_add(&table, "%.16s", hex);
        table_add(&table, "%llu", (unsigned long long)report->pending);
        table_add(&table, "%llu", (unsigned long long)report->executed);
    }
    up->lines_drawn = table_print(&table, stdout, "");
    table_fini(&table);
    (void)fflush(stdout);
    up->drawn_ns = now_ns;
}

static void on_ready(struct up *up, const struct up_child *child)
{
    say(up, "replica %u: ready after %.2f s", child->id,
        (double)(ticks_now_ns() - child->started_ns) / 1e9);
    if (!up->said_all_ready && count_in_state(up, UP_READY) == up->count) {
        up->said_all_ready = true;
        say(up, "group \"%s\" is up; try: strategos --group %s status; Ctrl-C stops it",
            up->connection.group->name, up->folder);
    }
}

static void on_end(struct up *up, const struct up_child *child)
{
    char how[64];
    up_child_describe_end(child, how);
    if (up->is_stopping) {
        say(up, "replica %u: stopped%s%s", child->id, child->wait_status == 0 ? "" : " by ",
            child->wait_status == 0 ? "" : how);
        return;
    }
    say(up, "replica %u: ended by itself: %s; the end of %s:", child->id, how, child->log_path);
    up_child_print_log_end(child, LOG_LINES, "    ", stdout);
    (void)fflush(stdout);
}

static void signal_all(const struct up *up, int number)
{
    for (size_t i = 0; i < up->count; i++) {
        if (up->children[i].state != UP_ENDED) {
            (void)kill(up->children[i].pid, number); /* it has ended just now: fine too */
        }
    }
}

static void begin_stop(struct up *up, uint64_t now_ns)
{
    up->is_stopping = true;
    up->stop_deadline_ns = now_ns + STOP_PATIENCE_NS;
    say(up, "stopping");
    signal_all(up, SIGTERM);
    for (size_t i = 0; i < up->count; i++) {
        if (up->children[i].state != UP_ENDED) {
            up->children[i].state = UP_STOPPING;
        }
    }
}

static void kill_rest(struct up *up, const char *why)
{
    say(up, "%s: killing what still runs", why);
    up->was_killed = true;
    signal_all(up, SIGKILL);
}

static void on_signals(struct up *up, uint64_t now_ns)
{
    struct signalfd_siginfo news;
    while (read(up->signal_fd, &news, sizeof news) == (ssize_t)sizeof news) {
        if (news.ssi_signo == SIGCHLD) {
            continue; /* looked after in every turn */
        }
        if (!up->is_stopping) {
            begin_stop(up, now_ns);
        } else if (!up->was_killed) {
            kill_rest(up, "interrupted again");
        }
    }
}

static void wait_for_news(struct up *up, uint64_t now_ns)
{
    struct pollfd wanted[REPLICAS_MAX + 2];
    nfds_t count = 0;
    wanted[count++] = (struct pollfd){.fd = up->signal_fd, .events = POLLIN};
    wanted[count++] =
        (struct pollfd){.fd = strategos_client_fd(up->connection.client), .events = POLLIN};
    for (size_t i = 0; i < up->count; i++) {
        if (up->children[i].state == UP_STARTING) {
            wanted[count++] = (struct pollfd){.fd = up->children[i].notify_fd, .events = POLLIN};
        }
    }
    int wait_ms = ticks_until_ms(now_ns, up->drawn_ns + REDRAW_NS, 500);
    (void)poll(wanted, count, wait_ms); /* whatever it says, the turn looks at everything */
}

static int run(struct up *up)
{
    while (count_in_state(up, UP_ENDED) < up->count) {
        uint64_t now_ns = ticks_now_ns();
        if (now_ns >= up->drawn_ns + REDRAW_NS) {
            status_board_ask(&up->board);
            if (up->is_screen) {
                draw(up, now_ns);
            }
            up->drawn_ns = now_ns;
        }
        wait_for_news(up, now_ns);
        (void)strategos_client_step(up->connection.client, 0);
        on_signals(up, ticks_now_ns());
        for (size_t i = 0; i < up->count; i++) {
            struct up_child *child = &up->children[i];
            if (child->state == UP_STARTING && up_child_is_ready_now(child)) {
                on_ready(up, child);
            }
            if (up_child_has_ended_now(child)) {
                on_end(up, child);
            }
        }
        if (up->is_stopping && !up->was_killed && ticks_now_ns() >= up->stop_deadline_ns) {
            kill_rest(up, "not stopped within 10 s");
        }
    }
    erase_block(up);
    return up->is_stopping ? EXIT_DONE
                           : connection_fail(up->command, "no replica is left; see their logs");
}

static enum error take_signals(struct up *up, struct error_text *text)
{
    sigset_t mask;
    if (sigemptyset(&mask) == 0 && sigaddset(&mask, SIGINT) == 0 &&
        sigaddset(&mask, SIGTERM) == 0 && sigaddset(&mask, SIGHUP) == 0 &&
        sigaddset(&mask, SIGCHLD) == 0 && pthread_sigmask(SIG_BLOCK, &mask, NULL) == 0) {
        up->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    }
    return up->signal_fd >= 0
               ? OK
               : error_set(text, ERROR_IO, "cannot take signals: %s", strerrordesc_np(errno));
}

static int start_and_run(struct up *up)
{
    char program[UP_PATH_BYTES];
    struct error_text reason;
    up_child_find_program(program);
    for (unsigned i = 0; i < up->count; i++) {
        struct up_child *child = &up->children[i];
        if (up_child_start(child, program, up->folder, i, &reason) != OK) {
            say(up, "replica %u: %s", i, reason.text);
        } else {
            say(up, "replica %u: started, pid %d, log %s", i, (int)child->pid, child->log_path);
        }
    }
    int exit_code = run(up);
    for (size_t i = 0; i < up->count; i++) {
        up_child_close(&up->children[i]);
    }
    return exit_code;
}

int command_up(int argc, char **argv)
{
    static const struct argument_option options[] = {{.name = NULL}};
    static const struct argument_command command = {
        .name = "strategos up",
        .usage = "DIR",
        .summary = "run a whole group on this machine until Ctrl-C",
        .description = description,
        .options = options,
        .operands_min = 1,
        .operands_max = 1,
        .ending = ending,
    };
    struct arguments arguments;
    struct error_text reason;
    int exit_code = EXIT_DONE;
    if (!arguments_parse(&command, argc, argv, &arguments, &exit_code)) {
        return exit_code;
    }
    struct up *up = calloc(1, sizeof *up);
    if (up == NULL) {
        return connection_fail(&command, "out of memory");
    }
    up->command = &command;
    up->folder = arguments.operands[0];
    up->is_screen = isatty(STDOUT_FILENO) == 1;
    up->signal_fd = -1;
    command_settings.group = up->folder;
    command_settings.key = NULL; /* the one that `init` put there */
    /* The mask first: threads that the client may start inherit it. */
    if (take_signals(up, &reason) != OK) {
        exit_code = connection_fail(&command, "%s", reason.text);
    } else if (connection_open(&up->connection, &command, 1, &exit_code)) {
        status_board_init(&up->board, up->connection.client);
        up->count = up->connection.group->replica_count;
        exit_code = start_and_run(up);
        connection_close(&up->connection);
    }
    if (up->signal_fd >= 0) {
        (void)close(up->signal_fd);
    }
    free(up);
    return exit_code;
}
