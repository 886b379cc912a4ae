/* support_clock.h - what benches measure with: two clocks, and times in order. */
#ifndef STRATEGOS_SUPPORT_CLOCK_H
#define STRATEGOS_SUPPORT_CLOCK_H

#include <stddef.h>
#include <stdint.h>

uint64_t bench_wall_ns(void);
/* Of this process: other load on the machine does not count. */
uint64_t bench_cpu_ns(void);

/* Sorts, ascending; the median, the upper one of an even count. */
uint64_t bench_median(uint64_t *values, size_t count);

#endif
