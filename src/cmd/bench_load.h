/* bench_load.h - makes load on a group with several clients in one thread, and measures it.
 *
 * Closed loop: each client keeps a fixed number of requests under way; a request's latency counts
 * from when it is submitted. Open loop (a rate is given): request i is due at begin + i / rate,
 * and its latency counts from then, however late it could be sent: a stall is not hidden by the
 * requests that it held back (no coordinated omission).
 *
 * Latencies are of the requests that began within the measured time, also those that end after it;
 * throughput counts those that ended within it. */
#ifndef STRATEGOS_CMD_BENCH_LOAD_H
#define STRATEGOS_CMD_BENCH_LOAD_H

#include "base/prng.h"
#include "client/shell.h"
#include "cmd/histogram.h"

#define BENCH_CLIENTS_MAX 60u /* sessions of one key; the group keeps 64 of each */

struct bench_settings {
    uint64_t clients;
    uint64_t in_flight; /* of each client; in the open loop: at most */
    uint64_t payload;   /* bytes of a value */
    uint64_t reads;     /* percent */
    uint64_t rate;      /* of all together, per second; 0: closed loop */
    uint64_t keys;
    uint64_t seed;
    uint64_t warmup_ns;
    uint64_t measured_ns;
    uint64_t drain_ns; /* for what is under way at the end */
};

struct bench_result {
    struct histogram latency; /* ns */
    uint64_t completed;       /* within the measured time */
    uint64_t reads;           /* of these */
    uint64_t errors;          /* began within the measured time and had no result */
    enum strategos_status first_error;
    uint64_t measured_ns;
};

/* Called about once a second, with what was completed since the last call. */
typedef void bench_progress(void *context, uint64_t elapsed_ns, uint64_t completed);

/* Runs on `clients`, which are the caller's and connected; returns when all is over or interrupted.
 * `result` is filled in any case. ERROR_IO or ERROR_MEMORY if it cannot begin. */
MUST_USE enum error bench_load_run(const struct bench_settings *settings,
                                   struct strategos_client *const *clients,
                                   bench_progress *progress, void *context,
                                   struct bench_result *result);

#endif
