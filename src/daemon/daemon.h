/* daemon.h - one replica as a process: sockets, disk, clock and signals behind a shell's ports.
 *
 * One thread turns the loop; a second one runs while a checkpoint is written. */
#ifndef STRATEGOS_DAEMON_DAEMON_H
#define STRATEGOS_DAEMON_DAEMON_H

#include "base/log.h"
#include "config/group.h"
#include "node/ports.h"

#define DAEMON_PATH_BYTES_MAX 4096u

/* Who stands between the shell and its ports, and sees and changes what goes through. */
struct daemon_between {
    void *context; /* first argument of the functions below */
    /* Makes of `inner` the ports that the shell gets; may keep a copy for the time of daemon_run.
     */
    enum error (*wrap)(void *context, const struct ports *inner, struct ports *outer);
    /* Monotonic ns at which it wants the shell to be turned though nothing comes; UINT64_MAX:
     * never. */
    uint64_t (*deadline_ns)(void *context);
};

struct daemon_settings {
    struct group group;
    struct secret_key
        secret; /* of replica `id`; the caller has checked that they belong together */
    replica_id id;
    char data_path[DAEMON_PATH_BYTES_MAX]; /* that `init` made: DATA/ledger, DATA/store */
    enum log_level log_level;
    const struct daemon_between *between; /* NULL: nobody */
};

/* Opens everything, replays the ledger, binds, and runs until SIGTERM or SIGINT. Says what went
 * wrong on the log. The exit code: 0 stopped cleanly, 1 refused or failed. Once per process: it
 * takes over signals and the log. */
int daemon_run(const struct daemon_settings *settings);

#endif
