/* link_session.c - see link.h: sealed transport frames and the window against replays. */
#include "base/assert.h"
#include "crypto/link.h"
#include "crypto/noise.h"

#include <sodium.h>

enum { INDEX_AT = 1, COUNTER_AT = 5 };

_Static_assert(LINK_HEADER_BYTES == COUNTER_AT + 8, "kind, index, counter");
_Static_assert(LINK_TAG_BYTES == NOISE_TAG_BYTES, "one tag");
_Static_assert(LINK_REPLAY_WINDOW % 64 == 0, "whole words");

void link_seal(struct link_session *session, struct slice plain, uint8_t *frame)
{
    ASSERT(session->send_counter < UINT64_MAX); /* the owner makes a new session long before */
    uint64_t counter = session->send_counter++;
    frame[0] = LINK_FRAME_TRANSPORT;
    put_u32(frame + INDEX_AT, session->remote_index);
    put_u64(frame + COUNTER_AT, counter);
    noise_seal(session->send_key, counter, slice_of(frame, LINK_HEADER_BYTES), plain,
               frame + LINK_HEADER_BYTES);
}

/* The bitmap is a ring: counter c has bit c mod LINK_REPLAY_WINDOW, and only counters within
 * (receive_highest - LINK_REPLAY_WINDOW, receive_highest] count. True and marked if new. */
static bool window_accept(struct link_session *session, uint64_t counter)
{
    if (counter > session->receive_highest) {
        uint64_t step = counter - session->receive_highest;
        if (step >= LINK_REPLAY_WINDOW) {
            memset(session->receive_window, 0, sizeof session->receive_window);
        } else {
            for (uint64_t passed = counter - step + 1; passed <= counter; passed++) {
                session->receive_window[passed % LINK_REPLAY_WINDOW / 64] &=
                    ~(UINT64_C(1) << (passed % 64));
            }
        }
        session->receive_highest = counter;
    } else if (session->receive_highest - counter >= LINK_REPLAY_WINDOW) {
        return false;
    }
    uint64_t *word = &session->receive_window[counter % LINK_REPLAY_WINDOW / 64];
    uint64_t bit = UINT64_C(1) << (counter % 64);
    bool is_new = (*word & bit) == 0;
    *word |= bit;
    return is_new;
}

enum verdict link_open(struct link_session *session, struct slice frame, uint8_t *plain)
{
    if (frame.size < LINK_OVERHEAD_BYTES || frame.data[0] != LINK_FRAME_TRANSPORT) {
        return VERDICT_MALFORMED;
    }
    if (get_u32(frame.data + INDEX_AT) != session->local_index) {
        return VERDICT_UNKNOWN_SENDER;
    }
    uint64_t counter = get_u64(frame.data + COUNTER_AT);
    if (counter == UINT64_MAX) { /* the nonce that Noise reserves (5.1) */
        return VERDICT_MALFORMED;
    }
    struct slice sealed = slice_of(frame.data + LINK_HEADER_BYTES, frame.size - LINK_HEADER_BYTES);
    if (!noise_open(session->receive_key, counter, slice_of(frame.data, LINK_HEADER_BYTES), sealed,
                    plain)) {
        return VERDICT_BAD_AUTHENTICATION;
    }
    if (!window_accept(session, counter)) {
        sodium_memzero(plain, sealed.size - LINK_TAG_BYTES);
        return VERDICT_REPLAYED;
    }
    session->has_received = true;
    return VERDICT_ACCEPTED;
}

void link_session_forget(struct link_session *session)
{
    sodium_memzero(session, sizeof *session);
}
