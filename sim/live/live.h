/* live.h - a replica that betrays in a real group: the daemon's process, sockets, files and keys,
 * and a traitor between them and the shell (traitors/traitor.h). */
#ifndef STRATEGOS_LIVE_LIVE_H
#define STRATEGOS_LIVE_LIVE_H

#include "daemon/daemon.h"

struct live_settings {
    struct daemon_settings daemon; /* as for daemon_run, `between` apart */
    size_t strategy;               /* traitor_strategy's index */
    uint64_t seed; /* of what the strategy draws; times are real, and so not drawn */
};

/* daemon_run with the traitor; its exit code. *acted: how often it did otherwise than a loyal
 * replica would have. Once per process. */
int live_run(struct live_settings *settings, uint64_t *acted);

#endif
