/* record_fuzz.c - any bytes as a ledger record or part: the first byte says which. */
#include "fuzz.h"
#include "support_probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned const record_count = PROBE_COUNT - PROBE_SEGMENT;
    if (size != 0) {
        enum probe probe = (enum probe)(PROBE_SEGMENT + data[0] % record_count);
        (void)probe_bytes(probe, slice_of(data + 1, size - 1));
    }
    return 0;
}
