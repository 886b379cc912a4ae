/* strategosd.c - one replica as a program: arguments and checks; the rest is daemon_run. */
#include "cmd/replica_check.h"
#include "cmd/replica_options.h"

#include <stdio.h>
#include <stdlib.h>

static const char description[] =
    "Runs one replica of a group in the foreground and logs to stderr, one event a line. SIGTERM "
    "and "
    "SIGINT stop it cleanly; killing it at any moment is safe too: nothing it has acknowledged is "
    "lost.\n"
    "Which replica it is follows from the key. The data folder is made by `strategos init`; "
    "without "
    "a ledger in it the program refuses to start. Where a service manager asks for it "
    "($NOTIFY_SOCKET), readiness is reported.";

static const char ending[] =
    "EXAMPLES\n"
    "       strategosd --group replica-0/group.conf --key replica-0/replica.key \\\n"
    "                  --data replica-0/data\n"
    "\n"
    "SEE ALSO\n"
    "       strategos init --help, strategos help-config\n";

struct request {
    struct replica_options replica;
    bool check;
};

static bool parse(int argc, char **argv, struct request *request, int *exit_code)
{
    struct argument_option shared[REPLICA_OPTIONS];
    replica_options_table(&request->replica, true, shared);
    const struct argument_option options[] = {
        {.name = "check",
         .kind = ARGUMENT_FLAG,
         .value = &request->check,
         .help = "Check configuration, key, machine and ledger, say so, and exit."},
        {.name = NULL},
    };
    const struct argument_command command = {
        .name = "strategosd",
        .usage = "--group DIR|FILE --key FILE --data DIR [--check] [--log-level LEVEL]",
        .summary = "run one replica of a group",
        .description = description,
        .options = shared,
        .common = options,
        .ending = ending,
    };
    struct arguments arguments;
    return arguments_parse(&command, argc, argv, &arguments, exit_code);
}

static enum error check(const struct request *request, struct daemon_settings *settings,
                        struct error_text *text)
{
    const struct replica_options *replica = &request->replica;
    TRY(replica_check_identity(replica->group, replica->key, replica->data, settings, text));
    TRY(replica_check_data(settings->data_path, text));
    settings->log_level = (enum log_level)replica->log_level;
    if (!request->check) {
        return OK; /* daemon_run opens machine and ledger itself, and keeps them */
    }
    TRY(replica_check_machine(&settings->group, text));
    return replica_check_ledger(settings, text);
}

int main(int argc, char **argv)
{
    struct request request = {.replica = {.log_level = LOG_INFO}};
    struct error_text reason = {{0}};
    int exit_code = EXIT_REFUSED;
    if (!parse(argc, argv, &request, &exit_code)) {
        return exit_code;
    }
    struct daemon_settings *settings = calloc(1, sizeof *settings);
    if (settings == NULL || signature_library_init() != OK) {
        (void)fprintf(stderr, "strategosd: no memory or no randomness to start with\n");
        exit_code = EXIT_REFUSED;
    } else if (check(&request, settings, &reason) != OK) {
        (void)fprintf(stderr, "strategosd: %s\n", reason.text);
        exit_code = EXIT_REFUSED;
    } else if (request.check) {
        (void)printf("ok: replica %u of %zu in group \"%s\" (%s), data in %s\n", settings->id,
                     settings->group.replica_count, settings->group.name, settings->group.path,
                     settings->data_path);
        exit_code = EXIT_DONE;
    } else {
        exit_code = daemon_run(settings);
    }
    if (settings != NULL) {
        signature_forget(&settings->secret);
    }
    free(settings);
    return exit_code;
}
