/* link_fuzz.c - any bytes as a frame on a link, to everything that reads one. What opens must have
 * been sealed with the right keys, and opens once. */
#include "fuzz.h"
#include "link_fixture.h"

#include "base/assert.h"

#include <stdlib.h>

static void open_transport(const struct link_session *fresh, struct slice frame)
{
    struct link_session session = *fresh;
    size_t size = frame.size > LINK_OVERHEAD_BYTES ? frame.size - LINK_OVERHEAD_BYTES : 0;
    uint8_t *plain = malloc(size + 1);
    ASSERT(plain != NULL);
    if (link_open(&session, frame, plain) == VERDICT_ACCEPTED) {
        ASSERT(frame.size >= LINK_OVERHEAD_BYTES);
        ASSERT(link_open(&session, frame, plain) == VERDICT_REPLAYED);
    } else {
        ASSERT(!session.has_received);
    }
    free(plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct link_fixture fixture;
    static bool is_ready;
    if (!is_ready) {
        link_fixture_init(&fixture);
        is_ready = true;
    }
    struct slice frame = slice_of(data, size);
    enum link_frame kind;
    uint32_t index;
    if (link_peek(frame, &kind, &index) == VERDICT_ACCEPTED) {
        ASSERT(kind == LINK_FRAME_HANDSHAKE_1 || kind == LINK_FRAME_HANDSHAKE_2 ||
               kind == LINK_FRAME_TRANSPORT);
        ASSERT(size != 0 && data[0] == (uint8_t)kind);
    }
    struct link_request request;
    if (link_open_request(&fixture.responder_identity, frame, &request) == VERDICT_ACCEPTED) {
        ASSERT(size == LINK_HANDSHAKE_1_BYTES);
    }
    struct link_initiator initiator = fixture.initiator;
    struct link_session session;
    if (link_complete(&initiator, &fixture.initiator_identity, frame, &session) ==
        VERDICT_ACCEPTED) {
        ASSERT(size == LINK_HANDSHAKE_2_BYTES);
    }
    open_transport(&fixture.responder_session, frame);
    return 0;
}
