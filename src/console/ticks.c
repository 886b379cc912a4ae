/* ticks.c - see ticks.h. */
#include "console/ticks.h"

#include "base/assert.h"

#include <time.h>

uint64_t ticks_now_ns(void)
{
    struct timespec now;
    int failed = clock_gettime(CLOCK_MONOTONIC, &now);
    ASSERT(failed == 0);
    return (uint64_t)now.tv_sec * TICKS_SECOND + (uint64_t)now.tv_nsec;
}

int ticks_until_ms(uint64_t now_ns, uint64_t deadline_ns, int most_ms)
{
    if (deadline_ns <= now_ns) {
        return 0;
    }
    uint64_t left_ms = (deadline_ns - now_ns + TICKS_MS - 1) / TICKS_MS;
    return left_ms > (uint64_t)most_ms ? most_ms : (int)left_ms;
}
