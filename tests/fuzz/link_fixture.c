/* link_fixture.c - see link_fixture.h. */
#include "link_fixture.h"

#include "base/assert.h"

static void identity_init(struct link_identity *identity, uint8_t seed_byte)
{
    static const struct digest genesis = {{7}};
    uint8_t seed[SEED_BYTES];
    struct secret_key secret;
    struct public_key public;
    memset(seed, seed_byte, sizeof seed);
    signature_from_seed(seed, &secret, &public);
    ASSERT(link_identity_init(identity, &secret, &genesis) == OK);
}

void link_fixture_init(struct link_fixture *fixture)
{
    uint8_t ephemeral[2][32];
    memset(ephemeral[0], 0x31, 32);
    memset(ephemeral[1], 0x32, 32);
    ASSERT(signature_library_init() == OK);
    identity_init(&fixture->initiator_identity, 1);
    identity_init(&fixture->responder_identity, 2);

    ASSERT(link_initiate(&fixture->initiator, &fixture->initiator_identity,
                         fixture->responder_identity.public, 11, 1000, ephemeral[0],
                         fixture->handshake_1) == OK);
    struct link_request request;
    ASSERT(link_open_request(&fixture->responder_identity,
                             slice_of(fixture->handshake_1, LINK_HANDSHAKE_1_BYTES),
                             &request) == VERDICT_ACCEPTED);
    ASSERT(link_respond(&fixture->responder_identity, &request, 22, ephemeral[1],
                        &fixture->responder_session, fixture->handshake_2) == OK);
    struct link_initiator initiator = fixture->initiator;
    ASSERT(link_complete(&initiator, &fixture->initiator_identity,
                         slice_of(fixture->handshake_2, LINK_HANDSHAKE_2_BYTES),
                         &fixture->initiator_session) == VERDICT_ACCEPTED);
}
