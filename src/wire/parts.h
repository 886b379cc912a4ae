/* parts.h - what the codecs of frames and records share: orders, votes, certificates, segments and
 * replies inside other messages. For the wire layer's own files only.
 *
 * wire_read_X judges and copies a part; wire_X_size and wire_pack_X are its encoding. */
#ifndef STRATEGOS_WIRE_PARTS_H
#define STRATEGOS_WIRE_PARTS_H

#include "wire/codec.h"
#include "wire/schema.h"

/* Orders: order.c. */
MUST_USE bool wire_read_order(struct slice bytes, struct arena *arena, struct order *order);
size_t wire_order_size(const struct order *order);
void wire_pack_order(struct buffer *out, uint32_t number, const struct order *order);
size_t wire_proposal_size(const struct proposal *proposal);

/* Votes and certificates: vote.c. */
MUST_USE bool wire_read_certificate(struct slice bytes, struct certificate *certificate);
size_t wire_vote_size(const struct vote *vote);
size_t wire_certificate_size(const struct certificate *certificate);
void wire_pack_certificate(struct buffer *out, uint32_t number,
                           const struct certificate *certificate);

/* Segments, read in place: segment.c. */
MUST_USE bool wire_read_segment(struct slice bytes, struct segment *segment);

/* Replies, read in place: reply.c. */
MUST_USE enum verdict wire_decode_replies(struct slice bytes, struct arena *arena,
                                          struct replies *replies);
MUST_USE enum verdict wire_decode_query_reply(struct slice bytes, struct query_reply *reply);
size_t wire_replies_size(const struct replies *replies);
void wire_encode_replies(struct buffer *out, const struct replies *replies);
size_t wire_query_reply_size(const struct query_reply *reply);
void wire_encode_query_reply(struct buffer *out, const struct query_reply *reply);

/* Blocks, read in place: block.c. */
MUST_USE enum verdict wire_decode_block(struct slice bytes, struct arena *arena,
                                        struct block *block);
size_t wire_block_size(const struct block *block);
void wire_encode_block(struct buffer *out, const struct block *block);

/* What operators ask for: status.c. */
MUST_USE enum verdict wire_decode_status(struct slice bytes, struct arena *arena,
                                         struct status *status);
MUST_USE enum verdict wire_decode_log_part(struct slice bytes, struct arena *arena,
                                           struct log_part *part);
void wire_pack_status(struct buffer *out, uint32_t number, const struct status *status);
void wire_pack_log_part(struct buffer *out, uint32_t number, const struct log_part *part);

#endif
