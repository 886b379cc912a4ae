/* support_link.h - two replicas of one group and their link, for the tests. Each step fails the
 * test if it does not succeed. */
#ifndef STRATEGOS_TESTS_CRYPTO_SUPPORT_LINK_H
#define STRATEGOS_TESTS_CRYPTO_SUPPORT_LINK_H

#include "crypto/link.h"

#define SUPPORT_INITIATOR_INDEX UINT32_C(0x11223344)
#define SUPPORT_RESPONDER_INDEX UINT32_C(0x55667788)
#define SUPPORT_TIMESTAMP       UINT64_C(1760000000123456789)

struct support_world {
    struct link_identity initiator;
    struct link_identity responder;
    struct link_session initiator_session;
    struct link_session responder_session;
};

struct digest support_link_genesis(uint8_t group);

/* The identity that belongs to a seed of that first byte, in that group. */
void support_link_identity(struct link_identity *identity, uint8_t seed_byte, uint8_t group);

/* Fills in the identities: seeds 1 and 2, group 1. */
void support_link_identities(struct support_world *world);

/* Handshake 1 from the initiator to the responder, with a fresh ephemeral key. */
void support_link_initiate(const struct support_world *world, struct link_initiator *initiator,
                           uint8_t frame[LINK_HANDSHAKE_1_BYTES]);

/* The responder's answer; fills in its session. */
void support_link_respond(struct support_world *world, struct slice frame_1,
                          uint8_t frame_2[LINK_HANDSHAKE_2_BYTES]);

/* All of it: identities and both sessions. */
void support_link_connect(struct support_world *world);

#endif
