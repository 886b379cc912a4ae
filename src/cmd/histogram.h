/* histogram.h - latencies, or any other whole numbers, counted with a bounded relative error.
 *
 * Numbers below 256 are counted exactly; above, each power of two is cut into 128 equal slots (the
 * idea of HdrHistogram), and a slot is reported by its middle: at most 0.4 % off. Numbers above
 * HISTOGRAM_VALUE_MAX (in ns: 18 minutes) count as that, except in `maximum`, which is exact. */
#ifndef STRATEGOS_CMD_HISTOGRAM_H
#define STRATEGOS_CMD_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_VALUE_BITS  40u
#define HISTOGRAM_VALUE_MAX   ((UINT64_C(1) << HISTOGRAM_VALUE_BITS) - 1)
#define HISTOGRAM_SLICE_BITS  7u
#define HISTOGRAM_SLICES      (UINT64_C(1) << HISTOGRAM_SLICE_BITS)
#define HISTOGRAM_SLOTS       ((HISTOGRAM_VALUE_BITS - HISTOGRAM_SLICE_BITS + 1u) * HISTOGRAM_SLICES)
#define HISTOGRAM_SHARE_WHOLE 100000u

/* All zeros is empty. */
struct histogram {
    uint64_t total;
    uint64_t maximum;
    uint64_t counts[HISTOGRAM_SLOTS];
};

void histogram_add(struct histogram *histogram, uint64_t value);

/* Adds all that `from` has counted. */
void histogram_merge(struct histogram *histogram, const struct histogram *from);

/* The number that `share` of HISTOGRAM_SHARE_WHOLE of all are not above: 50000 is the median, 99900
 * the 99.9th percentile. 0 if nothing was counted. */
uint64_t histogram_at(const struct histogram *histogram, uint32_t share);

#endif
