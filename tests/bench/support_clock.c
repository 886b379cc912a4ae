/* support_clock.c - see support_clock.h. */
#include "support_clock.h"

#include "base/assert.h"

#include <stdlib.h>
#include <time.h>

static uint64_t read_ns(clockid_t clock)
{
    struct timespec now;
    int failed = clock_gettime(clock, &now);
    ASSERT(failed == 0);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

uint64_t bench_wall_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

uint64_t bench_cpu_ns(void)
{
    return read_ns(CLOCK_PROCESS_CPUTIME_ID);
}

static int compare(const void *a, const void *b)
{
    const uint64_t *first = a;
    const uint64_t *second = b;
    return (*first > *second) - (*first < *second);
}

uint64_t bench_median(uint64_t *values, size_t count)
{
    ASSERT(count > 0);
    qsort(values, count, sizeof *values, compare);
    return values[count / 2];
}
