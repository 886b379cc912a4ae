/* link.c - see link.h: handshakes, framed around noise.h. Identities are in link_identity.c, what
 * follows a handshake in link_session.c. */
#include "crypto/link.h"

#include "base/assert.h"
#include "crypto/noise.h"

#include <sodium.h>

enum {
    KIND_BYTES = 1,
    INDEX_BYTES = 4,
    HEADER_1_BYTES = KIND_BYTES + INDEX_BYTES,
    HEADER_2_BYTES = KIND_BYTES + 2 * INDEX_BYTES,
    TIMESTAMP_BYTES = 8,
    PROLOGUE_NAME_BYTES = sizeof LINK_PROLOGUE - 1,
    PROLOGUE_BYTES = PROLOGUE_NAME_BYTES + (int)DIGEST_BYTES + HEADER_1_BYTES,
};

_Static_assert(LINK_HANDSHAKE_1_BYTES ==
                   HEADER_1_BYTES + NOISE_MESSAGE_1_OVERHEAD_BYTES + TIMESTAMP_BYTES,
               "handshake 1 is a header and Noise message 1");
_Static_assert(LINK_HANDSHAKE_2_BYTES == HEADER_2_BYTES + NOISE_MESSAGE_2_OVERHEAD_BYTES,
               "handshake 2 is a header and Noise message 2");

/* What link_initiator holds. */
struct initiator_state {
    struct noise_initiator noise;
    uint32_t local_index;
    /* A wiped initiator must complete nothing: its keys would be known to all. */
    bool is_pending;
};

/* What link_request holds. */
struct request_state {
    struct noise_responder noise;
    bool is_open;
};

_Static_assert(sizeof(struct initiator_state) <= sizeof((struct link_initiator *)0)->opaque,
               "the initiator's state fits");
_Static_assert(sizeof(struct request_state) <= sizeof((struct link_request *)0)->opaque,
               "the request's state fits");

static struct noise_static static_of(const struct link_identity *identity)
{
    return (struct noise_static){.secret = identity->secret, .public = identity->public};
}

static void make_prologue(const struct link_identity *identity, const uint8_t *header_1,
                          uint8_t prologue[PROLOGUE_BYTES])
{
    memcpy(prologue, LINK_PROLOGUE, PROLOGUE_NAME_BYTES);
    memcpy(prologue + PROLOGUE_NAME_BYTES, identity->genesis.bytes, DIGEST_BYTES);
    memcpy(prologue + PROLOGUE_NAME_BYTES + DIGEST_BYTES, header_1, HEADER_1_BYTES);
}

static void make_ephemeral(const uint8_t *given, uint8_t ephemeral[NOISE_KEY_BYTES])
{
    if (given != NULL) {
        memcpy(ephemeral, given, NOISE_KEY_BYTES);
    } else {
        randombytes_buf(ephemeral, NOISE_KEY_BYTES);
    }
}

static void session_init(struct link_session *session, const uint8_t *send_key,
                         const uint8_t *receive_key, uint32_t local_index, uint32_t remote_index)
{
    *session = (struct link_session){.local_index = local_index, .remote_index = remote_index};
    memcpy(session->send_key, send_key, NOISE_KEY_BYTES);
    memcpy(session->receive_key, receive_key, NOISE_KEY_BYTES);
}

enum error link_initiate(struct link_initiator *initiator, const struct link_identity *identity,
                         const uint8_t remote[32], uint32_t local_index, uint64_t timestamp,
                         const uint8_t *ephemeral, uint8_t frame[LINK_HANDSHAKE_1_BYTES])
{
    uint8_t prologue[PROLOGUE_BYTES];
    uint8_t payload[TIMESTAMP_BYTES];
    uint8_t ephemeral_secret[NOISE_KEY_BYTES];
    struct initiator_state state = {.local_index = local_index};

    frame[0] = LINK_FRAME_HANDSHAKE_1;
    put_u32(frame + KIND_BYTES, local_index);
    make_prologue(identity, frame, prologue);
    put_u64(payload, timestamp);
    make_ephemeral(ephemeral, ephemeral_secret);
    state.is_pending = noise_write_message_1(
        &state.noise, slice_of(prologue, sizeof prologue), static_of(identity), remote,
        ephemeral_secret, slice_of(payload, sizeof payload), frame + HEADER_1_BYTES);
    memset(initiator, 0, sizeof *initiator);
    memcpy(initiator->opaque, &state, sizeof state);
    bool pending = state.is_pending;
    sodium_memzero(&state, sizeof state);
    sodium_memzero(ephemeral_secret, sizeof ephemeral_secret);
    return pending ? OK : ERROR_INVALID;
}

void link_initiator_forget(struct link_initiator *initiator)
{
    sodium_memzero(initiator, sizeof *initiator);
}

enum verdict link_open_request(const struct link_identity *identity, struct slice frame,
                               struct link_request *request)
{
    memset(request, 0, sizeof *request);
    if (frame.size != LINK_HANDSHAKE_1_BYTES || frame.data[0] != LINK_FRAME_HANDSHAKE_1) {
        return VERDICT_MALFORMED;
    }
    uint8_t prologue[PROLOGUE_BYTES];
    uint8_t payload[TIMESTAMP_BYTES];
    struct request_state state;
    memset(&state, 0, sizeof state);
    make_prologue(identity, frame.data, prologue);
    state.is_open = noise_read_message_1(
        &state.noise, slice_of(prologue, sizeof prologue), static_of(identity),
        slice_of(frame.data + HEADER_1_BYTES, frame.size - HEADER_1_BYTES), payload);
    if (!state.is_open) {
        return VERDICT_BAD_AUTHENTICATION;
    }
    memcpy(request->remote, state.noise.remote_static, sizeof request->remote);
    request->timestamp = get_u64(payload);
    request->remote_index = get_u32(frame.data + KIND_BYTES);
    memcpy(request->opaque, &state, sizeof state);
    sodium_memzero(&state, sizeof state);
    return VERDICT_ACCEPTED;
}

void link_request_forget(struct link_request *request)
{
    sodium_memzero(request, sizeof *request);
}

enum error link_respond(const struct link_identity *identity, struct link_request *request,
                        uint32_t local_index, const uint8_t *ephemeral,
                        struct link_session *session, uint8_t frame[LINK_HANDSHAKE_2_BYTES])
{
    (void)identity; /* message 2 needs no more of it: `ee` and `se` use the fresh key */
    struct request_state state;
    struct noise_transport_keys keys;
    uint8_t ephemeral_secret[NOISE_KEY_BYTES];
    memcpy(&state, request->opaque, sizeof state);
    ASSERT(state.is_open);

    frame[0] = LINK_FRAME_HANDSHAKE_2;
    put_u32(frame + KIND_BYTES, request->remote_index);
    put_u32(frame + KIND_BYTES + INDEX_BYTES, local_index);
    noise_mix_hash(&state.noise.symmetric, slice_of(frame, HEADER_2_BYTES));
    make_ephemeral(ephemeral, ephemeral_secret);
    bool valid = noise_write_message_2(&state.noise, ephemeral_secret, slice_of(NULL, 0),
                                       frame + HEADER_2_BYTES, &keys);
    if (valid) {
        session_init(session, keys.to_initiator, keys.to_responder, local_index,
                     request->remote_index);
    } else {
        link_session_forget(session);
    }
    link_request_forget(request);
    sodium_memzero(&state, sizeof state);
    sodium_memzero(&keys, sizeof keys);
    sodium_memzero(ephemeral_secret, sizeof ephemeral_secret);
    return valid ? OK : ERROR_INVALID;
}

static enum verdict complete(struct initiator_state *state, const struct link_identity *identity,
                             struct slice frame, struct link_session *session)
{
    if (!state->is_pending) {
        return VERDICT_STALE;
    }
    if (frame.size != LINK_HANDSHAKE_2_BYTES || frame.data[0] != LINK_FRAME_HANDSHAKE_2) {
        return VERDICT_MALFORMED;
    }
    if (get_u32(frame.data + KIND_BYTES) != state->local_index) {
        return VERDICT_UNKNOWN_SENDER;
    }
    struct noise_transport_keys keys;
    noise_mix_hash(&state->noise.symmetric, slice_of(frame.data, HEADER_2_BYTES));
    if (!noise_read_message_2(&state->noise, static_of(identity),
                              slice_of(frame.data + HEADER_2_BYTES, frame.size - HEADER_2_BYTES),
                              NULL, &keys)) {
        return VERDICT_BAD_AUTHENTICATION;
    }
    session_init(session, keys.to_responder, keys.to_initiator, state->local_index,
                 get_u32(frame.data + KIND_BYTES + INDEX_BYTES));
    sodium_memzero(&keys, sizeof keys);
    return VERDICT_ACCEPTED;
}

enum verdict link_complete(struct link_initiator *initiator, const struct link_identity *identity,
                           struct slice frame, struct link_session *session)
{
    struct initiator_state state; /* a copy: a forged answer must not spoil the handshake */
    memcpy(&state, initiator->opaque, sizeof state);
    enum verdict verdict = complete(&state, identity, frame, session);
    if (verdict == VERDICT_ACCEPTED) {
        link_initiator_forget(initiator);
    }
    sodium_memzero(&state, sizeof state);
    return verdict;
}

enum verdict link_peek(struct slice frame, enum link_frame *kind, uint32_t *index)
{
    if (frame.size == 0) {
        return VERDICT_MALFORMED;
    }
    size_t least = 0;
    switch (frame.data[0]) {
    case LINK_FRAME_HANDSHAKE_1:
        *kind = LINK_FRAME_HANDSHAKE_1;
        least = LINK_HANDSHAKE_1_BYTES;
        break;
    case LINK_FRAME_HANDSHAKE_2:
        *kind = LINK_FRAME_HANDSHAKE_2;
        least = LINK_HANDSHAKE_2_BYTES;
        break;
    case LINK_FRAME_TRANSPORT:
        *kind = LINK_FRAME_TRANSPORT;
        least = LINK_OVERHEAD_BYTES;
        break;
    default:
        return VERDICT_MALFORMED;
    }
    if (frame.size < least) {
        return VERDICT_MALFORMED;
    }
    *index = *kind == LINK_FRAME_HANDSHAKE_1 ? 0 : get_u32(frame.data + KIND_BYTES);
    return VERDICT_ACCEPTED;
}
