/* support_link.c - see support_link.h. */
#include "support_link.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct digest support_link_genesis(uint8_t group)
{
    struct digest digest = {{0}};
    digest.bytes[0] = group;
    return digest;
}

void support_link_identity(struct link_identity *identity, uint8_t seed_byte, uint8_t group)
{
    uint8_t const seed[SEED_BYTES] = {seed_byte};
    struct secret_key secret;
    struct public_key public;
    struct digest genesis = support_link_genesis(group);
    signature_from_seed(seed, &secret, &public);
    assert_int_equal(link_identity_init(identity, &secret, &genesis), OK);
}

void support_link_identities(struct support_world *world)
{
    memset(world, 0, sizeof *world);
    support_link_identity(&world->initiator, 1, 1);
    support_link_identity(&world->responder, 2, 1);
}

void support_link_initiate(const struct support_world *world, struct link_initiator *initiator,
                           uint8_t frame[LINK_HANDSHAKE_1_BYTES])
{
    assert_int_equal(link_initiate(initiator, &world->initiator, world->responder.public,
                                   SUPPORT_INITIATOR_INDEX, SUPPORT_TIMESTAMP, NULL, frame),
                     OK);
}

void support_link_respond(struct support_world *world, struct slice frame_1,
                          uint8_t frame_2[LINK_HANDSHAKE_2_BYTES])
{
    struct link_request request;
    assert_int_equal(link_open_request(&world->responder, frame_1, &request), VERDICT_ACCEPTED);
    assert_int_equal(link_respond(&world->responder, &request, SUPPORT_RESPONDER_INDEX, NULL,
                                  &world->responder_session, frame_2),
                     OK);
}

void support_link_connect(struct support_world *world)
{
    struct link_initiator initiator;
    uint8_t frame_1[LINK_HANDSHAKE_1_BYTES];
    uint8_t frame_2[LINK_HANDSHAKE_2_BYTES];
    support_link_identities(world);
    support_link_initiate(world, &initiator, frame_1);
    support_link_respond(world, slice_of(frame_1, sizeof frame_1), frame_2);
    assert_int_equal(link_complete(&initiator, &world->initiator, slice_of(frame_2, sizeof frame_2),
                                   &world->initiator_session),
                     VERDICT_ACCEPTED);
}
