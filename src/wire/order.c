/* order.c - orders, proposals and decided orders. */
#include "wire/pack.h"
#include "wire/parts.h"

#include "base/assert.h"

enum { ORDER_VIEW = 1, ORDER_PARENT_VIEW, ORDER_PARENT, ORDER_HEIGHT, ORDER_TIME_NS, ORDER_TIP };
enum { PROPOSAL_ORDER = 1, PROPOSAL_SIGNATURE };
enum { DECIDED_ORDER = 1, DECIDED_CERTIFICATE, DECIDED_LOCATION, DECIDED_REQUEST_COUNT };

/* A tip: client 32 | session u64 | sequence u64 | digest 32. */
#define TIP_SESSION_AT  PUBLIC_KEY_BYTES
#define TIP_SEQUENCE_AT (TIP_SESSION_AT + 8u)
#define TIP_DIGEST_AT   (TIP_SEQUENCE_AT + 8u)
#define TIP_BYTES       (TIP_DIGEST_AT + DIGEST_BYTES)

static bool read_tip(const ProtobufCBinaryData *field, struct lane_tip *tip)
{
    if (field->len != TIP_BYTES) {
        return false;
    }
    memcpy(tip->lane.client.bytes, field->data, PUBLIC_KEY_BYTES);
    tip->lane.session = get_u64(field->data + TIP_SESSION_AT);
    tip->sequence = get_u64(field->data + TIP_SEQUENCE_AT);
    memcpy(tip->digest.bytes, field->data + TIP_DIGEST_AT, DIGEST_BYTES);
    return tip->sequence >= 1;
}

static void pack_tip(struct buffer *out, const struct lane_tip *tip)
{
    pack_head(out, ORDER_TIP, TIP_BYTES);
    uint8_t *to = buffer_reserve(out, TIP_BYTES);
    memcpy(to, tip->lane.client.bytes, PUBLIC_KEY_BYTES);
    put_u64(to + TIP_SESSION_AT, tip->lane.session);
    put_u64(to + TIP_SEQUENCE_AT, tip->sequence);
    memcpy(to + TIP_DIGEST_AT, tip->digest.bytes, DIGEST_BYTES);
    out->size += TIP_BYTES;
}

bool wire_read_order(const Strategos__Order *from, struct arena *arena, struct order *order)
{
    if (!schema_is_known(&from->base) || from->n_tip > TIPS_PER_ORDER_MAX) {
        return false;
    }
    struct lane_tip *tips = NULL;
    if (from->n_tip != 0) {
        tips = arena_take_array(arena, from->n_tip, sizeof *tips);
        if (tips == NULL) {
            return false;
        }
    }
    for (size_t i = 0; i < from->n_tip; i++) {
        if (!read_tip(&from->tip[i], &tips[i]) ||
            (i != 0 && lane_id_compare(&tips[i - 1].lane, &tips[i].lane) >= 0)) {
            return false;
        }
    }
    *order = (struct order){
        .view = from->view,
        .parent_view = from->parent_view,
        .height = from->height,
        .time_ns = from->time_ns,
        .tip_count = from->n_tip,
        .tips = tips,
    };
    return schema_copy(&from->parent, order->parent.bytes, DIGEST_BYTES) && order->view >= 1 &&
           order->parent_view < order->view && order->height >= 1;
}

size_t wire_order_size(const struct order *order)
{
    return pack_u64_size(ORDER_VIEW, order->view) +
           pack_u64_size(ORDER_PARENT_VIEW, order->parent_view) +
           pack_bytes_size(ORDER_PARENT, DIGEST_BYTES) +
           pack_u64_size(ORDER_HEIGHT, order->height) +
           pack_u64_size(ORDER_TIME_NS, order->time_ns) +
           order->tip_count * pack_bytes_size(ORDER_TIP, TIP_BYTES);
}

void wire_pack_order(struct buffer *out, uint32_t number, const struct order *order)
{
    ASSERT(order->tip_count <= TIPS_PER_ORDER_MAX);
    pack_head(out, number, wire_order_size(order));
    pack_u64(out, ORDER_VIEW, order->view);
    pack_u64(out, ORDER_PARENT_VIEW, order->parent_view);
    pack_bytes(out, ORDER_PARENT, digest_slice(&order->parent));
    pack_u64(out, ORDER_HEIGHT, order->height);
    pack_u64(out, ORDER_TIME_NS, order->time_ns);
    for (size_t i = 0; i < order->tip_count; i++) {
        pack_tip(out, &order->tips[i]);
    }
}

enum verdict wire_decode_proposal(struct slice bytes, struct arena *arena,
                                  struct proposal *proposal)
{
    if (bytes.size > FRAME_BYTES_MAX) {
        return VERDICT_MALFORMED;
    }
    const Strategos__Proposal *from =
        (const void *)schema_unpack(&strategos__proposal__descriptor, bytes, arena);
    if (from == NULL || !wire_read_order(from->order, arena, &proposal->order) ||
        !schema_copy(&from->signature, proposal->signature.bytes, SIGNATURE_BYTES)) {
        return VERDICT_MALFORMED;
    }
    return VERDICT_ACCEPTED;
}

size_t wire_proposal_size(const struct proposal *proposal)
{
    return pack_bytes_size(PROPOSAL_ORDER, wire_order_size(&proposal->order)) +
           pack_bytes_size(PROPOSAL_SIGNATURE, SIGNATURE_BYTES);
}

void wire_encode_proposal(struct buffer *out, const struct proposal *proposal)
{
    wire_pack_order(out, PROPOSAL_ORDER, &proposal->order);
    pack_bytes(out, PROPOSAL_SIGNATURE, slice_of(proposal->signature.bytes, SIGNATURE_BYTES));
}

enum verdict wire_decode_decided(struct slice bytes, struct arena *arena, struct decided *decided)
{
    if (bytes.size > FRAME_BYTES_MAX) {
        return VERDICT_MALFORMED;
    }
    const Strategos__Decided *from =
        (const void *)schema_unpack(&strategos__decided__descriptor, bytes, arena);
    if (from == NULL) {
        return VERDICT_MALFORMED;
    }
    *decided = (struct decided){
        .has_certificate = from->certificate != NULL,
        .segment_count = from->n_location,
        .locations = from->location,
        .request_count = from->request_count,
    };
    if (!wire_read_order(from->order, arena, &decided->order) ||
        (decided->has_certificate &&
         !wire_read_certificate(from->certificate, &decided->certificate))) {
        return VERDICT_MALFORMED;
    }
    return VERDICT_ACCEPTED;
}

void wire_encode_decided(struct buffer *out, const struct decided *decided)
{
    wire_pack_order(out, DECIDED_ORDER, &decided->order);
    if (decided->has_certificate) {
        wire_pack_certificate(out, DECIDED_CERTIFICATE, &decided->certificate);
    }
    if (decided->segment_count != 0) {
        size_t size = 0;
        for (size_t i = 0; i < decided->segment_count; i++) {
            size += pack_varint_size(decided->locations[i]);
        }
        pack_head(out, DECIDED_LOCATION, size);
        for (size_t i = 0; i < decided->segment_count; i++) {
            pack_varint(out, decided->locations[i]);
        }
    }
    pack_u64(out, DECIDED_REQUEST_COUNT, decided->request_count);
}
