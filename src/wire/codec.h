/* codec.h - bounded decoding and encoding; the only code that sees protobuf-c types is behind it.
 *
 * Decoding: the frame is already authenticated and capped. Memory is taken from `arena` only;
 * unknown fields, missing fields, wrong lengths and anything over a bound of limits.h are
 * MALFORMED, and so is, of the messages that are read in place (walk.h), any encoding but the
 * encoders' own; the result is copied into plain structs whose slices point into `bytes` or the
 * arena, and live as long as both. Either all of a frame is accepted or nothing.
 *
 * Encoding appends to a buffer. A frame is a concatenation: encoding two messages one after the
 * other into one buffer makes a frame with both (protobuf's merge rule), so a message that goes to
 * many peers is encoded once and appended to each one's frame. A frame of at most
 * FRAME_MESSAGES_MAX messages and FRAME_BYTES_MAX bytes (of replies REPLY_FRAME_BYTES_MAX, unless
 * there is only one) decodes within DECODE_BYTES_MAX. */
#ifndef STRATEGOS_WIRE_CODEC_H
#define STRATEGOS_WIRE_CODEC_H

#include "base/arena.h"
#include "base/buffer.h"
#include "wire/message.h"

/* Messages come out in this order of kinds, in sent order within a kind: segments, certificates,
 * proposals, votes, blocks, then asks and heartbeat: what a vote needs precedes it. */
MUST_USE enum verdict wire_decode_peer_frame(struct slice bytes, struct arena *arena,
                                             struct peer_message **messages, size_t *count);
MUST_USE enum verdict wire_decode_client_frame(struct slice bytes, struct arena *arena,
                                               struct client_message **messages, size_t *count);
MUST_USE enum verdict wire_decode_replica_frame(struct slice bytes, struct arena *arena,
                                                struct replica_message **messages, size_t *count);

/* Ledger records and parts of messages. A segment is well-formed only if its body is: decoding the
 * body of an accepted segment fails for want of arena alone. */
MUST_USE enum verdict wire_decode_segment(struct slice bytes, struct arena *arena,
                                          struct segment *segment);
MUST_USE enum verdict wire_decode_segment_body(struct slice bytes, struct arena *arena,
                                               struct segment_body *body);
/* Only up to which request the client has its results, out of a body known to be one; 0 if not. */
uint64_t wire_segment_acknowledged(struct slice body);
MUST_USE enum verdict wire_decode_proposal(struct slice bytes, struct arena *arena,
                                           struct proposal *proposal);
MUST_USE enum verdict wire_decode_vote(struct slice bytes, struct arena *arena, struct vote *vote);
MUST_USE enum verdict wire_decode_certificate(struct slice bytes, struct arena *arena,
                                              struct certificate *certificate);
MUST_USE enum verdict wire_decode_decided(struct slice bytes, struct arena *arena,
                                          struct decided *decided);

/* Frames: each call appends one message. */
void wire_encode_peer_message(struct buffer *out, const struct peer_message *message);
void wire_encode_client_message(struct buffer *out, const struct client_message *message);
void wire_encode_replica_message(struct buffer *out, const struct replica_message *message);

/* Records and parts: each call appends the bare encoding. wire_encode_segment ignores
 * segment->encoded and sets nothing; the caller keeps the bytes. Everywhere else a segment is
 * copied verbatim from segment->encoded, which must not be empty. */
void wire_encode_segment(struct buffer *out, const struct segment *segment);
void wire_encode_segment_body(struct buffer *out, const struct segment_body *body);
void wire_encode_proposal(struct buffer *out, const struct proposal *proposal);
void wire_encode_vote(struct buffer *out, const struct vote *vote);
void wire_encode_certificate(struct buffer *out, const struct certificate *certificate);
void wire_encode_decided(struct buffer *out, const struct decided *decided);

/* An upper bound of what wire_encode_peer_message will append: for packing frames. */
size_t wire_peer_message_size(const struct peer_message *message);

#endif
