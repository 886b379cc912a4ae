/* support_probe.h - gives bytes to a decoder and holds it to its contract, whatever the bytes are:
 * either MALFORMED, or a struct within every bound whose slices lie in the bytes or the arena, and
 * whose encoding decodes to the same struct. A broken contract fails an ASSERT. For unit tests and
 * fuzzing alike. */
#ifndef STRATEGOS_TESTS_WIRE_PROBE_H
#define STRATEGOS_TESTS_WIRE_PROBE_H

#include "wire/codec.h"

enum probe {
    PROBE_PEER_FRAME,
    PROBE_CLIENT_FRAME,
    PROBE_REPLICA_FRAME,
    PROBE_SEGMENT,
    PROBE_SEGMENT_BODY,
    PROBE_PROPOSAL,
    PROBE_VOTE,
    PROBE_CERTIFICATE,
    PROBE_DECIDED
};
#define PROBE_COUNT 9u

/* Whether the bytes were accepted. They are copied to memory of just their size first, so that a
 * sanitizer sees any read beyond them. */
bool probe_bytes(enum probe probe, struct slice bytes);

#endif
