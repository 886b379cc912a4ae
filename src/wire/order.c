/* order.c - orders, proposals and decided orders: read in place. */
#include "wire/pack.h"
#include "wire/parts.h"
#include "wire/walk.h"

#include "base/assert.h"

enum { ORDER_VIEW = 1, ORDER_PARENT_VIEW, ORDER_PARENT, ORDER_HEIGHT, ORDER_TIME_NS, ORDER_TIP };
enum { PROPOSAL_ORDER = 1, PROPOSAL_SIGNATURE };
enum { DECIDED_ORDER = 1, DECIDED_CERTIFICATE, DECIDED_LOCATION, DECIDED_REQUEST_COUNT };

/* A tip: client 32 | session u64 | sequence u64 | digest 32. */
#define TIP_SESSION_AT  PUBLIC_KEY_BYTES
#define TIP_SEQUENCE_AT (TIP_SESSION_AT + 8u)
#define TIP_DIGEST_AT   (TIP_SEQUENCE_AT + 8u)
#define TIP_BYTES       (TIP_DIGEST_AT + DIGEST_BYTES)

static bool read_tip(struct walk *walk, struct lane_tip *tip)
{
    const uint8_t *field;
    if (!walk_sized(walk, ORDER_TIP, &field, TIP_BYTES)) {
        return false;
    }
    memcpy(tip->lane.client.bytes, field, PUBLIC_KEY_BYTES);
    tip->lane.session = get_u64(field + TIP_SESSION_AT);
    tip->sequence = get_u64(field + TIP_SEQUENCE_AT);
    memcpy(tip->digest.bytes, field + TIP_DIGEST_AT, DIGEST_BYTES);
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

/* The tips that are left, all of one size. */
static bool read_tips(struct walk *walk, struct arena *arena, struct order *order)
{
    size_t count = walk->left / pack_bytes_size(TIP_BYTES);
    order->tip_count = count;
    order->tips = NULL;
    if (count == 0 || count > TIPS_PER_ORDER_MAX) {
        return walk_is_at_end(walk);
    }
    struct lane_tip *tips = arena_take_array(arena, count, sizeof *tips);
    if (tips == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!read_tip(walk, &tips[i]) ||
            (i != 0 && lane_id_compare(&tips[i - 1].lane, &tips[i].lane) >= 0)) {
            return false;
        }
    }
    order->tips = tips;
    return walk_is_at_end(walk);
}

bool wire_read_order(struct slice bytes, struct arena *arena, struct order *order)
{
    struct walk walk = walk_of(bytes);
    return walk_u64(&walk, ORDER_VIEW, &order->view) && order->view >= 1 &&
           walk_u64(&walk, ORDER_PARENT_VIEW, &order->parent_view) &&
           order->parent_view < order->view &&
           walk_fixed(&walk, ORDER_PARENT, order->parent.bytes, DIGEST_BYTES) &&
           walk_u64(&walk, ORDER_HEIGHT, &order->height) && order->height >= 1 &&
           walk_u64(&walk, ORDER_TIME_NS, &order->time_ns) && read_tips(&walk, arena, order);
}

size_t wire_order_size(const struct order *order)
{
    return pack_u64_size(order->view) + pack_u64_size(order->parent_view) +
           pack_bytes_size(DIGEST_BYTES) + pack_u64_size(order->height) +
           pack_u64_size(order->time_ns) + order->tip_count * pack_bytes_size(TIP_BYTES);
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
    struct walk walk = walk_of(bytes);
    struct slice order;
    return walk_bytes(&walk, PROPOSAL_ORDER, &order) &&
                   walk_fixed(&walk, PROPOSAL_SIGNATURE, proposal->signature.bytes,
                              SIGNATURE_BYTES) &&
                   walk_is_at_end(&walk) && wire_read_order(order, arena, &proposal->order)
               ? VERDICT_ACCEPTED
               : VERDICT_MALFORMED;
}

size_t wire_proposal_size(const struct proposal *proposal)
{
    return pack_bytes_size(wire_order_size(&proposal->order)) + pack_bytes_size(SIGNATURE_BYTES);
}

void wire_encode_proposal(struct buffer *out, const struct proposal *proposal)
{
    wire_pack_order(out, PROPOSAL_ORDER, &proposal->order);
    pack_bytes(out, PROPOSAL_SIGNATURE, slice_of(proposal->signature.bytes, SIGNATURE_BYTES));
}

/* A number ends where a byte has no high bit. */
static size_t count_varints(struct slice packed)
{
    size_t count = 0;
    for (size_t i = 0; i < packed.size; i++) {
        count += packed.data[i] < 0x80;
    }
    return count;
}

/* Packed into one field, which is left out where there are none. */
static bool read_locations(struct walk *walk, struct arena *arena, struct decided *decided)
{
    struct slice packed;
    decided->segment_count = 0;
    decided->locations = NULL;
    if (!walk_bytes(walk, DECIDED_LOCATION, &packed)) {
        return true;
    }
    size_t count = count_varints(packed);
    uint64_t *locations = count == 0 ? NULL : arena_take_array(arena, count, sizeof *locations);
    if (locations == NULL) {
        return false;
    }
    struct walk numbers = walk_of(packed);
    for (size_t i = 0; i < count; i++) {
        if (!walk_varint(&numbers, &locations[i])) {
            return false;
        }
    }
    decided->segment_count = count;
    decided->locations = locations;
    return walk_is_at_end(&numbers);
}

static bool read_finalization(struct walk *walk, struct arena *arena, struct decided *decided)
{
    struct slice bytes;
    decided->certificate = NULL;
    if (!walk_bytes(walk, DECIDED_CERTIFICATE, &bytes)) {
        return true;
    }
    struct certificate *certificate = arena_take(arena, sizeof *certificate);
    decided->certificate = certificate;
    return certificate != NULL && wire_read_certificate(bytes, certificate);
}

enum verdict wire_decode_decided(struct slice bytes, struct arena *arena, struct decided *decided)
{
    struct walk walk = walk_of(bytes);
    struct slice order;
    if (bytes.size > FRAME_BYTES_MAX || !walk_bytes(&walk, DECIDED_ORDER, &order) ||
        !wire_read_order(order, arena, &decided->order)) {
        return VERDICT_MALFORMED;
    }
    return read_finalization(&walk, arena, decided) && read_locations(&walk, arena, decided) &&
                   walk_u64(&walk, DECIDED_REQUEST_COUNT, &decided->request_count) &&
                   walk_is_at_end(&walk)
               ? VERDICT_ACCEPTED
               : VERDICT_MALFORMED;
}

void wire_encode_decided(struct buffer *out, const struct decided *decided)
{
    wire_pack_order(out, DECIDED_ORDER, &decided->order);
    if (decided->certificate != NULL) {
        wire_pack_certificate(out, DECIDED_CERTIFICATE, decided->certificate);
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
