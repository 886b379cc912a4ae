/* status.c - `strategos status`: how the group is. */
#include "cmd/connection.h"
#include "cmd/status_print.h"
#include "console/interrupt.h"
#include "console/ticks.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PATIENCE_NS  (1500 * TICKS_MS) /* with a replica that does not answer */
#define WATCH_MS     1000
#define WAIT_STEP_MS 100

static const char description[] =
    "Asks every replica how it is and prints one line for each. What a line says is that replica's "
    "word alone: a traitor may report anything.\n"
    "view and commander tell where agreement is; height is the last order executed; digest is of "
    "the whole store at that height (or at an earlier one, which is then noted): replicas at one "
    "height must show one digest. lag is how far it is behind the highest that answered; pending "
    "are requests held and not decided; sync us is the median time of a ledger sync. Below the "
    "table stand the verdicts that were passed on peers and clients, everyday ones left out: a "
    "count of bad authentication, invalid or equivocation means that somebody misbehaves.\n"
    "Exit status is 3 if no replica answers.";

static const char ending[] =
    "JSON\n"
    "       An array with an object per replica: id, address, reachable, view, commander,\n"
    "       height, digest, digest_height, order_digest, lag, pending, executed,\n"
    "       ledger_bytes, disk_free_bytes, sync_us, rtt_us, uptime_s, clients, disk_full,\n"
    "       disk_low, catching_up, descriptors_low, version, peers (each with id,\n"
    "       connected and verdicts). All but the first three are null if it does not\n"
    "       answer.\n"
    "\n"
    "EXAMPLES\n"
    "       strategos --group demo status\n"
    "       strategos --group demo status --watch\n"
    "       strategos --group demo --timeout 60 status --wait 4   # all equal again\n"
    "       strategos --group demo status --json | jq '.[] | select(.lag > 0) | .id'\n"
    "\n"
    "SEE ALSO\n"
    "       strategos log --help, strategos up --help\n";

struct status_settings {
    bool json;
    bool watch;
    bool verbose;
    uint64_t wait; /* 0: not given */
};

static bool parse(int argc, char **argv, struct argument_command *command,
                  struct status_settings *settings, int *exit_code)
{
    const struct argument_option options[] = {
        {.name = "json", .kind = ARGUMENT_FLAG, .value = &settings->json, .help = "Write JSON."},
        {.name = "watch",
         .kind = ARGUMENT_FLAG,
         .value = &settings->watch,
         .help = "Ask again every second, until Ctrl-C."},
        {.name = "wait",
         .kind = ARGUMENT_NUMBER,
         .value = &settings->wait,
         .placeholder = "COUNT",
         .maximum = REPLICAS_MAX,
         .help = "First wait until this many replicas answer and show one height and one digest "
                 "at it; exit status is 3 if --timeout passes before. 0 does not wait."},
        {.name = "verbose",
         .kind = ARGUMENT_FLAG,
         .value = &settings->verbose,
         .help = "List every verdict."},
        {.name = NULL},
    };
    struct arguments arguments;
    *command = (struct argument_command){
        .name = "strategos status",
        .usage = "[--json] [--watch] [--wait COUNT] [--verbose]",
        .summary = "show how each replica of the group is",
        .description = description,
        .options = options,
        .common = command_common_options,
        .ending = ending,
    };
    bool is_parsed = arguments_parse(command, argc, argv, &arguments, exit_code);
    command->options = NULL; /* on our stack */
    if (is_parsed && settings->watch && (settings->json || settings->wait > 0)) {
        *exit_code = arguments_refuse(command, "--watch goes with neither --json nor --wait");
        return false;
    }
    return is_parsed;
}

static uint64_t patience_ns(void)
{
    return command_settings.timeout_ns < PATIENCE_NS ? command_settings.timeout_ns : PATIENCE_NS;
}

static size_t count_reachable(const struct status_board *board, uint64_t since_ns)
{
    size_t count = 0;
    for (size_t i = 0; i < board->count; i++) {
        count += board->slots[i].answered_ns >= since_ns;
    }
    return count;
}

static void print(const struct status_settings *settings, const struct status_board *board,
                  uint64_t since_ns)
{
    if (settings->json) {
        status_print_json(board, since_ns, stdout);
    } else {
        status_print_table(board, since_ns, settings->verbose, stdout, "");
    }
}

/* Steps the client for a while, so that nothing is asked in a tight loop. */
static void rest(const struct status_board *board, int rest_ms)
{
    uint64_t until_ns = ticks_now_ns() + (uint64_t)rest_ms * TICKS_MS;
    uint64_t now_ns = ticks_now_ns();
    while (now_ns < until_ns && !interrupt_is_caught()) {
        (void)strategos_client_step(board->client, ticks_until_ms(now_ns, until_ns, rest_ms));
        now_ns = ticks_now_ns();
    }
}

static int show_once(const struct connection *connection, const struct status_settings *settings,
                     struct status_board *board)
{
    uint64_t since_ns = status_board_refresh(board, patience_ns());
    print(settings, board, since_ns);
    if (count_reachable(board, since_ns) == 0) {
        char missing[700];
        connection_list_missing(connection, missing, sizeof missing);
        (void)connection_fail(connection->command, "no replica answers: %s", missing);
        return EXIT_TIMEOUT;
    }
    return EXIT_DONE;
}

static int show_when_equal(const struct connection *connection,
                           const struct status_settings *settings, struct status_board *board)
{
    uint64_t deadline_ns = ticks_now_ns() + command_settings.timeout_ns;
    uint64_t since_ns = 0;
    size_t equal = 0;
    for (;;) {
        since_ns = status_board_refresh(board, patience_ns());
        equal = status_board_equal(board, since_ns);
        if (equal >= settings->wait || ticks_now_ns() >= deadline_ns || interrupt_is_caught()) {
            break;
        }
        rest(board, WAIT_STEP_MS);
    }
    print(settings, board, since_ns);
    if (equal >= settings->wait) {
        return EXIT_DONE;
    }
    (void)connection_fail(connection->command,
                          "%s: %zu of %zu replicas answer, %zu show one height and one digest at "
                          "it, wanted are %llu",
                          interrupt_is_caught() ? "interrupted" : "timed out",
                          count_reachable(board, since_ns), board->count, equal,
                          (unsigned long long)settings->wait);
    return interrupt_is_caught() ? EXIT_REFUSED : EXIT_TIMEOUT;
}

static int watch(const struct connection *connection, const struct status_settings *settings,
                 struct status_board *board)
{
    bool is_screen = isatty(STDOUT_FILENO) == 1;
    (void)fputs(is_screen ? "\x1b[2J" : "", stdout);
    while (!interrupt_is_caught()) {
        uint64_t since_ns = status_board_refresh(board, patience_ns());
        if (interrupt_is_caught()) {
            break;
        }
        /* Overwrites in place: clearing the screen first would flicker. */
        (void)printf("%sgroup %s, %zu of %zu replicas answer; Ctrl-C ends%s\n\n",
                     is_screen ? "\x1b[H" : "", connection->group->name,
                     count_reachable(board, since_ns), board->count, is_screen ? "\x1b[K" : "");
        status_print_table(board, since_ns, settings->verbose, stdout, is_screen ? "\x1b[K" : "");
        (void)fputs(is_screen ? "\x1b[J" : "\n", stdout);
        if (fflush(stdout) != 0) {
            return connection_fail(connection->command, "cannot write the output");
        }
        rest(board, WATCH_MS);
    }
    return EXIT_DONE;
}

int command_status(int argc, char **argv)
{
    struct argument_command command;
    struct status_settings settings = {0};
    struct connection connection;
    int exit_code = EXIT_DONE;
    if (!parse(argc, argv, &command, &settings, &exit_code) ||
        !connection_open(&connection, &command, 1, &exit_code)) {
        return exit_code;
    }
    struct status_board *board = malloc(sizeof *board);
    if (board == NULL) {
        exit_code = connection_fail(&command, "out of memory");
    } else if (settings.wait > connection.group->replica_count) {
        exit_code =
            arguments_refuse(&command, "--wait %llu: the group has %zu replicas",
                             (unsigned long long)settings.wait, connection.group->replica_count);
    } else {
        interrupt_catch();
        status_board_init(board, connection.client);
        if (settings.watch) {
            exit_code = watch(&connection, &settings, board);
        } else if (settings.wait > 0) {
            exit_code = show_when_equal(&connection, &settings, board);
        } else {
            exit_code = show_once(&connection, &settings, board);
        }
    }
    connection_close(&connection);
    free(board);
    return exit_code;
}
