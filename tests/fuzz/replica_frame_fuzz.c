/* replica_frame_fuzz.c - any bytes as a frame from a replica. */
#include "fuzz.h"
#include "support_probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)probe_bytes(PROBE_REPLICA_FRAME, slice_of(data, size));
    return 0;
}
