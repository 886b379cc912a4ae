/* histogram.c - see histogram.h. */
#include "cmd/histogram.h"

#include "base/assert.h"

/* Slot i of 0 .. 255 is the number i; from there on each HISTOGRAM_SLICES slots are one power of
 * two further. */
static size_t slot_of(uint64_t value)
{
    if (value < 2 * HISTOGRAM_SLICES) {
        return (size_t)value;
    }
    unsigned top_bit = 63u - (unsigned)__builtin_clzll(value);
    unsigned shift = top_bit - HISTOGRAM_SLICE_BITS;
    return (size_t)shift * HISTOGRAM_SLICES + (size_t)(value >> shift);
}

static uint64_t middle_of(size_t slot)
{
    if (slot < 2 * HISTOGRAM_SLICES) {
        return slot;
    }
    unsigned shift = (unsigned)(slot / HISTOGRAM_SLICES) - 1u;
    uint64_t first = (slot - (size_t)shift * HISTOGRAM_SLICES) << shift;
    return first + (UINT64_C(1) << shift) / 2;
}

void histogram_add(struct histogram *histogram, uint64_t value)
{
    if (value > histogram->maximum) {
        histogram->maximum = value;
    }
    histogram->counts[slot_of(value > HISTOGRAM_VALUE_MAX ? HISTOGRAM_VALUE_MAX : value)]++;
    histogram->total++;
}

void histogram_merge(struct histogram *histogram, const struct histogram *from)
{
    for (size_t i = 0; i < HISTOGRAM_SLOTS; i++) {
        histogram->counts[i] += from->counts[i];
    }
    histogram->total += from->total;
    if (from->maximum > histogram->maximum) {
        histogram->maximum = from->maximum;
    }
}

uint64_t histogram_at(const struct histogram *histogram, uint32_t share)
{
    ASSERT(share <= HISTOGRAM_SHARE_WHOLE);
    if (histogram->total == 0) {
        return 0;
    }
    /* Rounded up: of 10 numbers, the 99th percentile is the tenth. */
    uint64_t const whole = HISTOGRAM_SHARE_WHOLE;
    uint64_t wanted =
        histogram->total / whole * share + (histogram->total % whole * share + whole - 1) / whole;
    wanted = wanted == 0 ? 1 : wanted;
    uint64_t seen = 0;
    size_t slot = 0;
    for (; slot < HISTOGRAM_SLOTS - 1; slot++) {
        seen += histogram->counts[slot];
        if (seen >= wanted) {
            break;
        }
    }
    uint64_t value = middle_of(slot);
    return value > histogram->maximum ? histogram->maximum : value;
}
