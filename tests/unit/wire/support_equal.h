/* support_equal.h - whether two messages say the same, field by field. */
#ifndef STRATEGOS_TESTS_WIRE_EQUAL_H
#define STRATEGOS_TESTS_WIRE_EQUAL_H

#include "wire/message.h"

bool equal_segment(const struct segment *a, const struct segment *b);
bool equal_order(const struct order *a, const struct order *b);
bool equal_proposal(const struct proposal *a, const struct proposal *b);
bool equal_vote(const struct vote *a, const struct vote *b);
bool equal_certificate(const struct certificate *a, const struct certificate *b);
bool equal_decided(const struct decided *a, const struct decided *b);
bool equal_segment_body(const struct segment_body *a, const struct segment_body *b);
bool equal_peer_message(const struct peer_message *a, const struct peer_message *b);
bool equal_client_message(const struct client_message *a, const struct client_message *b);
bool equal_replica_message(const struct replica_message *a, const struct replica_message *b);

#endif
