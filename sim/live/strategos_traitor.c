/* strategos_traitor.c - `strategos-sim traitor` as a program: arguments and checks; the rest is
 * live_run. It is never installed. */
#include "cmd/replica_check.h"
#include "cmd/replica_options.h"
#include "live/live.h"
#include "traitors/traitor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID_OF_THE_KEY UINT64_MAX

static const char description[] =
    "Joins a real group in place of one of its replicas, with that replica's key and data folder, "
    "and betrays: it runs the code of strategosd, but what it says, hears and signs goes through "
    "one of the simulator's strategies first. Logs to stderr as strategosd does. SIGTERM and "
    "SIGINT stop it; it then says how often it did otherwise than a loyal replica.\n"
    "Only for groups that were made to try this, never with keys that anybody relies on: each "
    "traitor is one of the f failures that the group survives, and what it signed cannot be taken "
    "back. Stop the loyal replica first; two processes with one key are a traitor of their own "
    "kind.";

static const char ending[] =
    "EXAMPLES\n"
    "       strategos-sim traitor --strategy list\n"
    "       strategos-sim traitor --group demo --id 2 --key demo/replica-2/replica.key \\\n"
    "                             --data demo/replica-2/data --strategy equivocate-halves\n"
    "\n"
    "SEE ALSO\n"
    "       strategosd --help, strategos-sim cluster --help, docs/operating.md\n";

struct request {
    struct replica_options replica;
    const char *strategy;
    uint64_t id;
    uint64_t seed;
};

enum { OPTION_COUNT = 4 };

static void fill_options(struct request *request, struct argument_option rows[OPTION_COUNT])
{
    const struct argument_option options[OPTION_COUNT] = {
        {.name = "id",
         .kind = ARGUMENT_NUMBER,
         .value = &request->id,
         .placeholder = "I",
         .maximum = REPLICAS_MAX - 1,
         .help = "The replica that the key must be of (default: the one that it is of)."},
        {.name = "strategy",
         .kind = ARGUMENT_TEXT,
         .value = &request->strategy,
         .placeholder = "NAME",
         .help = "How it betrays. \"list\" prints all there are."},
        {.name = "seed",
         .kind = ARGUMENT_NUMBER,
         .value = &request->seed,
         .placeholder = "S",
         .maximum = UINT64_MAX,
         .help = "Of what the strategy draws."},
        {.name = NULL},
    };
    memcpy(rows, options, sizeof options);
}

static int refuse_missing(const struct argument_command *command, const struct request *request)
{
    const struct replica_options *replica = &request->replica;
    const char *missing = request->strategy == NULL ? "--strategy NAME"
                          : replica->group == NULL  ? "--group DIR|FILE"
                          : replica->key == NULL    ? "--key FILE"
                          : replica->data == NULL   ? "--data DIR"
                                                    : NULL;
    return missing == NULL ? EXIT_DONE : arguments_refuse(command, "%s is missing", missing);
}

static void print_strategies(void)
{
    for (size_t i = 0; i < traitor_strategy_count(); i++) {
        (void)printf("%-22s %s\n", traitor_strategy(i)->name, traitor_strategy(i)->says);
    }
}

/* False: leave with *exit_code. */
static bool parse(int argc, char **argv, struct request *request, size_t *strategy, int *exit_code)
{
    struct argument_option shared[REPLICA_OPTIONS];
    struct argument_option options[OPTION_COUNT];
    const struct argument_command command = {
        .name = "strategos-sim traitor",
        .usage = "--group DIR|FILE --key FILE --data DIR --strategy NAME [OPTION ...]",
        .summary = "join a real group as a replica that betrays",
        .description = description,
        .options = shared,
        .common = options,
        .ending = ending,
    };
    struct arguments arguments;
    replica_options_table(&request->replica, false, shared);
    fill_options(request, options);
    if (!arguments_parse(&command, argc, argv, &arguments, exit_code)) {
        return false;
    }
    if (request->strategy != NULL && strcmp(request->strategy, "list") == 0) {
        print_strategies();
        *exit_code = EXIT_DONE;
        return false;
    }
    *exit_code = refuse_missing(&command, request);
    if (*exit_code != EXIT_DONE) {
        return false;
    }
    *strategy = traitor_strategy_find(request->strategy);
    if (*strategy == SIZE_MAX) {
        *exit_code = arguments_refuse(&command,
                                      "--strategy '%s': there is none of that name; --strategy "
                                      "list prints all",
                                      request->strategy);
    }
    return *strategy != SIZE_MAX;
}

static enum error check(const struct request *request, struct daemon_settings *settings,
                        struct error_text *text)
{
    const struct replica_options *replica = &request->replica;
    TRY(replica_check_identity(replica->group, replica->key, replica->data, settings, text));
    TRY(replica_check_data(settings->data_path, text));
    settings->log_level = (enum log_level)replica->log_level;
    if (request->id != ID_OF_THE_KEY && request->id != settings->id) {
        return error_set(text, ERROR_FOREIGN, "--id %" PRIu64 ": the key in %s is replica %u's",
                         request->id, replica->key, settings->id);
    }
    return OK;
}

static int betray(struct live_settings *settings)
{
    const struct daemon_settings *daemon = &settings->daemon;
    const struct strategy_info *info = traitor_strategy(settings->strategy);
    uint64_t acted;
    (void)printf("replica %u of %zu in group \"%s\" betrays: %s (seed %" PRIu64 "): %s\n",
                 daemon->id, daemon->group.replica_count, daemon->group.name, info->name,
                 settings->seed, info->says);
    (void)fflush(stdout);
    int exit_code = live_run(settings, &acted);
    (void)printf("replica %u betrayed: %s, %" PRIu64 " deeds that no loyal replica would have done"
                 "\n",
                 daemon->id, info->name, acted);
    return fflush(stdout) == 0 ? exit_code : EXIT_REFUSED;
}

int main(int argc, char **argv)
{
    struct request request = {.replica = {.log_level = LOG_INFO}, .id = ID_OF_THE_KEY, .seed = 1};
    struct error_text reason = {{0}};
    size_t strategy = 0;
    int exit_code = EXIT_REFUSED;
    if (!parse(argc, argv, &request, &strategy, &exit_code)) {
        return exit_code;
    }
    exit_code = EXIT_REFUSED;
    struct live_settings *settings = calloc(1, sizeof *settings);
    if (settings == NULL || signature_library_init() != OK) {
        (void)fprintf(stderr, "strategos-sim traitor: no memory or no randomness to start with\n");
    } else if (check(&request, &settings->daemon, &reason) != OK) {
        (void)fprintf(stderr, "strategos-sim traitor: %s\n", reason.text);
    } else {
        settings->strategy = strategy;
        settings->seed = request.seed;
        exit_code = betray(settings);
    }
    if (settings != NULL) {
        signature_forget(&settings->daemon.secret);
    }
    free(settings);
    return exit_code;
}
