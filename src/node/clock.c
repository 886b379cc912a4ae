/* clock.c - the only place of this layer that reads clocks. */
#include "node/shell.h"

#include "base/assert.h"

#include <time.h>

static uint64_t read_ns(clockid_t clock)
{
    struct timespec now;
    ASSERT(clock_gettime(clock, &now) == 0);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t clock_monotonic_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

struct replica_time clock_now(void)
{
    return (struct replica_time){
        .monotonic_ns = read_ns(CLOCK_MONOTONIC),
        .wall_ns = read_ns(CLOCK_REALTIME),
    };
}
