/* link_fixture.h - two identities with fixed keys and a session between them, so that frames in the
 * corpus open in every run. */
#ifndef STRATEGOS_TESTS_LINK_FIXTURE_H
#define STRATEGOS_TESTS_LINK_FIXTURE_H

#include "crypto/link.h"

struct link_fixture {
    struct link_identity initiator_identity;
    struct link_identity responder_identity;
    struct link_initiator initiator;
    struct link_session initiator_session;
    struct link_session responder_session;
    uint8_t handshake_1[LINK_HANDSHAKE_1_BYTES];
    uint8_t handshake_2[LINK_HANDSHAKE_2_BYTES];
};

/* `initiator` is as it was before handshake 2 came. */
void link_fixture_init(struct link_fixture *fixture);

#endif
