/* strategos.c - the operator's and client's program: one subcommand per task. */
#include "cmd/command.h"

static const struct subcommand command_table[] = {
    {"init", "DIR [OPTION ...]", "make a new group", command_init},
    {"up", "DIR", "run a whole group on this machine", command_up},
    {"put", "K V", "set a key, or many with --file", command_put},
    {"get", "K", "print the value of a key", command_get},
    {"del", "K", "remove a key", command_del},
    {"cas", "K OLD NEW", "set a key if its value is what it was", command_cas},
    {"incr", "K [BY]", "add to the number a key has", command_incr},
    {"scan", "[PREFIX]", "print keys and values in order", command_scan},
    {"load", "FILE", "put all pairs of a file, resumable", command_load},
    {"submit", "COMMAND", "send a raw command to any machine", command_submit},
    {"status", "", "show how each replica is", command_status},
    {"log", "", "print committed orders", command_log},
    {"bench", "", "measure throughput and latency", command_bench},
    {"help-config", "", "print every setting of a group file", command_help_config},
    {NULL, NULL, NULL, NULL},
};

static const struct argument_command program = {
    .name = "strategos",
    .usage = "[--group DIR|FILE] [--key FILE] [--timeout S] COMMAND [ARGUMENT ...]",
    .summary = "make, operate and use a Byzantine fault tolerant group",
    .description =
        "A group is a fixed set of replicas that keep one state, and go on serving their "
        "clients correctly while fewer than a third of them fail or lie. Each command has "
        "a page of its own: strategos COMMAND --help.",
    .common = command_common_options,
    .operands_min = 1,
    .stops_at_operand = true,
};

int main(int argc, char **argv)
{
    return subcommands_main(&program, command_table, EXIT_REFUSED, argc, argv);
}
