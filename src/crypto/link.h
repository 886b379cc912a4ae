/* link.h - encrypted, mutually authenticated links: Noise_IK_25519_ChaChaPoly_BLAKE2b (the Noise
 * protocol framework, revision 34), keys converted from the Ed25519 identities of the group file.
 *
 * Pure on bytes: no sockets, no clock. Datagram-like: frames may be lost or reordered, never
 * accepted twice (a sliding window of LINK_REPLAY_WINDOW counters, as WireGuard and RFC 6479 do).
 *
 * Wire form, all integers little-endian:
 *   handshake 1:  01 | sender index u32 | Noise message 1 (e, es, s, ss, payload)
 *   handshake 2:  02 | receiver index u32 | sender index u32 | Noise message 2 (e, ee, se, payload)
 *   transport:    03 | receiver index u32 | counter u64 | ciphertext | tag 16
 * The payload of message 1 is a u64 that must grow per initiator key (realtime ns at the
 * initiator), so that an old handshake cannot be replayed. The prologue is LINK_PROLOGUE | genesis
 * digest | the header of handshake 1 (kind and index), so keys of one group open nothing in
 * another; the header of handshake 2 is mixed into the handshake hash (MixHash) before message 2.
 * So no byte of a handshake can be altered. A transport frame's header is its associated data, and
 * its counter is the nonce.
 *
 * Differs from plain Noise: that MixHash, and explicit nonces, so that transport frames may come
 * out of order (which the specification foresees, section 11.4). */
#ifndef STRATEGOS_CRYPTO_LINK_H
#define STRATEGOS_CRYPTO_LINK_H

#include "base/verdict.h"
#include "crypto/signature.h"

#define LINK_PROLOGUE           "strategos-link-1"
#define LINK_REPLAY_WINDOW      1024u
#define LINK_HANDSHAKE_1_BYTES  (1u + 4u + 32u + 48u + 24u)
#define LINK_HANDSHAKE_2_BYTES  (1u + 4u + 4u + 32u + 16u)
#define LINK_HEADER_BYTES       13u
#define LINK_TAG_BYTES          16u
#define LINK_OVERHEAD_BYTES     (LINK_HEADER_BYTES + LINK_TAG_BYTES)
#define LINK_REKEY_AFTER_FRAMES (UINT64_C(1) << 32) /* the initiator starts a new handshake */
#define LINK_REKEY_AFTER_NS     (UINT64_C(600) * 1000 * 1000 * 1000)

enum link_frame {
    LINK_FRAME_HANDSHAKE_1 = 1,
    LINK_FRAME_HANDSHAKE_2 = 2,
    LINK_FRAME_TRANSPORT = 3
};

/* One principal's static keys, converted once. */
struct link_identity {
    uint8_t secret[32]; /* X25519 */
    uint8_t public[32];
    struct digest genesis;
};

MUST_USE enum error link_identity_init(struct link_identity *identity,
                                       const struct secret_key *secret,
                                       const struct digest *genesis);

void link_identity_forget(struct link_identity *identity);

/* X25519 form of somebody's Ed25519 public key; false if it is not a valid point. */
MUST_USE bool link_public_from(const struct public_key *key, uint8_t x25519[32]);

/* A session's transport keys. One side's sending key is the other's receiving key. */
struct link_session {
    uint8_t send_key[32];
    uint8_t receive_key[32];
    uint32_t local_index;  /* what peers put into frames for us: the table's slot plus generation */
    uint32_t remote_index; /* what we put into frames for the peer */
    uint64_t send_counter; /* next to use */
    uint64_t receive_highest;
    uint64_t receive_window[LINK_REPLAY_WINDOW / 64];
    bool has_received; /* a valid transport frame has come: the peer has the keys too */
};

/* The initiator's half of a handshake under way. */
struct link_initiator {
    uint8_t opaque[256];
};

/* Writes handshake 1 for the responder with static key `remote`. The ephemeral key comes from the
 * system's randomness, or from `ephemeral` (32 bytes) where a test gives one. ERROR_INVALID if
 * `remote` is a key of small order. */
MUST_USE enum error link_initiate(struct link_initiator *initiator,
                                  const struct link_identity *identity, const uint8_t remote[32],
                                  uint32_t local_index, uint64_t timestamp,
                                  const uint8_t *ephemeral, uint8_t frame[LINK_HANDSHAKE_1_BYTES]);

void link_initiator_forget(struct link_initiator *initiator);

/* What handshake 1 says once it is opened. Nothing has been answered yet: the caller looks up
 * `remote` among the group's keys, and compares `timestamp` with the highest seen from it. */
struct link_request {
    uint8_t remote[32];
    uint64_t timestamp;
    uint32_t remote_index;
    uint8_t opaque[256];
};

MUST_USE enum verdict link_open_request(const struct link_identity *identity, struct slice frame,
                                        struct link_request *request);

/* For a request that will not be answered. */
void link_request_forget(struct link_request *request);

/* Answers an opened request: writes handshake 2 and the session. The request is then spent. */
MUST_USE enum error link_respond(const struct link_identity *identity, struct link_request *request,
                                 uint32_t local_index, const uint8_t *ephemeral,
                                 struct link_session *session,
                                 uint8_t frame[LINK_HANDSHAKE_2_BYTES]);

/* The initiator reads handshake 2 and gets its session; `initiator` is then spent (STALE if used
 * again). Where the frame is refused the initiator stays as it was, waiting for the true answer,
 * and `session` is untouched. */
MUST_USE enum verdict link_complete(struct link_initiator *initiator,
                                    const struct link_identity *identity, struct slice frame,
                                    struct link_session *session);

/* Which kind of frame this is and for which receiver index, without judging anything else.
 * MALFORMED if it is too short or of no known kind. Handshake 1 has no receiver index (0). */
MUST_USE enum verdict link_peek(struct slice frame, enum link_frame *kind, uint32_t *index);

/* Seals `plain` into `frame`, which has plain.size + LINK_OVERHEAD_BYTES bytes and does not overlap
 * it. */
void link_seal(struct link_session *session, struct slice plain, uint8_t *frame);

/* Opens a transport frame into `plain`, which has frame.size - LINK_OVERHEAD_BYTES bytes;
 * authenticates first, then checks the counter (REPLAYED), then releases the plaintext: where the
 * frame is refused, `plain` holds nothing of it. UNKNOWN_SENDER if the frame is for another index.
 * `plain` does not overlap the frame. */
MUST_USE enum verdict link_open(struct link_session *session, struct slice frame, uint8_t *plain);

void link_session_forget(struct link_session *session);

#endif
