/* noise.h - Noise_IK_25519_ChaChaPoly_BLAKE2b (the Noise protocol framework, revision 34): the
 * handshake pattern and nothing around it. No framing, no policy: that is link.h, its only user.
 *
 *     <- s                  the initiator knows the responder's static key
 *     -> e, es, s, ss       message 1
 *     <- e, ee, se          message 2
 *
 * Functions return false where a peer's bytes do not authenticate or a key is of small order; what
 * they were to fill is then wiped. The name `public` of a key means its X25519 form. */
#ifndef STRATEGOS_CRYPTO_NOISE_H
#define STRATEGOS_CRYPTO_NOISE_H

#include "base/bytes.h"
#include "base/error.h"

#define NOISE_HASH_BYTES               64u
#define NOISE_KEY_BYTES                32u
#define NOISE_TAG_BYTES                16u
#define NOISE_MESSAGE_1_OVERHEAD_BYTES (NOISE_KEY_BYTES + NOISE_KEY_BYTES + 2 * NOISE_TAG_BYTES)
#define NOISE_MESSAGE_2_OVERHEAD_BYTES (NOISE_KEY_BYTES + NOISE_TAG_BYTES)

/* Revision 34, section 5.2. */
struct noise_symmetric {
    uint8_t chaining_key[NOISE_HASH_BYTES];
    uint8_t hash[NOISE_HASH_BYTES];
    uint8_t key[NOISE_KEY_BYTES];
    uint64_t nonce;
};

/* One's own static key pair, borrowed. */
struct noise_static {
    const uint8_t *secret; /* NOISE_KEY_BYTES each */
    const uint8_t *public;
};

/* An initiator between message 1 and message 2. */
struct noise_initiator {
    struct noise_symmetric symmetric;
    uint8_t ephemeral_secret[NOISE_KEY_BYTES];
};

/* A responder between message 1 and message 2. */
struct noise_responder {
    struct noise_symmetric symmetric;
    uint8_t remote_ephemeral[NOISE_KEY_BYTES];
    uint8_t remote_static[NOISE_KEY_BYTES]; /* authenticated by message 1 */
};

/* The two transport keys, named for who receives. */
struct noise_transport_keys {
    uint8_t to_responder[NOISE_KEY_BYTES];
    uint8_t to_initiator[NOISE_KEY_BYTES];
};

/* `message` gets payload.size + NOISE_MESSAGE_1_OVERHEAD_BYTES bytes. */
MUST_USE bool noise_write_message_1(struct noise_initiator *initiator, struct slice prologue,
                                    struct noise_static own,
                                    const uint8_t remote_static[NOISE_KEY_BYTES],
                                    const uint8_t ephemeral_secret[NOISE_KEY_BYTES],
                                    struct slice payload, uint8_t *message);

/* `payload` gets message.size - NOISE_MESSAGE_1_OVERHEAD_BYTES bytes. */
MUST_USE bool noise_read_message_1(struct noise_responder *responder, struct slice prologue,
                                   struct noise_static own, struct slice message, uint8_t *payload);

/* `message` gets payload.size + NOISE_MESSAGE_2_OVERHEAD_BYTES bytes. */
MUST_USE bool noise_write_message_2(struct noise_responder *responder,
                                    const uint8_t ephemeral_secret[NOISE_KEY_BYTES],
                                    struct slice payload, uint8_t *message,
                                    struct noise_transport_keys *keys);

/* `payload` gets message.size - NOISE_MESSAGE_2_OVERHEAD_BYTES bytes. Where it returns false the
 * initiator is as before, so that a forged answer does not keep the true one out. */
MUST_USE bool noise_read_message_2(struct noise_initiator *initiator, struct noise_static own,
                                   struct slice message, uint8_t *payload,
                                   struct noise_transport_keys *keys);

/* MixHash (5.2): binds bytes that travel in the clear to all that is encrypted afterwards. */
void noise_mix_hash(struct noise_symmetric *symmetric, struct slice bytes);

/* The cipher (12.3) with an explicit nonce. `sealed` gets plain.size + NOISE_TAG_BYTES bytes. */
void noise_seal(const uint8_t key[NOISE_KEY_BYTES], uint64_t nonce, struct slice associated,
                struct slice plain, uint8_t *sealed);

/* `plain` gets sealed.size - NOISE_TAG_BYTES bytes; false if they do not authenticate. */
MUST_USE bool noise_open(const uint8_t key[NOISE_KEY_BYTES], uint64_t nonce,
                         struct slice associated, struct slice sealed, uint8_t *plain);

#endif
