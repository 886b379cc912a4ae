/* canonical_test.c - what is read in place is what protobuf says, and nothing else: over many
 * mutated encodings, our readers accept just those that protobuf-c unpacks, that it packs to the
 * same bytes again, and whose fields keep our rules, which are written here once more. */
#include "support_arenas.h"
#include "support_sample.h"

#include "base/prng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <strategos.pb-c.h>

#define MUTANTS 10000u /* of each sample; a tenth of the largest */

/* The rules, over protobuf-c's structs. A message inside may have fields that nobody knows. */

static bool is_known(const ProtobufCMessage *message)
{
    return message->n_unknown_fields == 0;
}

static bool subject_is_within(uint32_t kind, uint64_t view, const ProtobufCBinaryData *digest)
{
    return kind >= 1 && kind <= 3 && view >= 1 && digest->len == (kind == 2 ? 0 : DIGEST_BYTES);
}

static bool vote_is_within(const ProtobufCMessage *message)
{
    const Strategos__Vote *vote = (const void *)message;
    return is_known(message) && subject_is_within(vote->kind, vote->view, &vote->digest) &&
           vote->voter < REPLICAS_MAX && vote->signature.len == SIGNATURE_BYTES;
}

static bool certificate_is_within(const ProtobufCMessage *message)
{
    const Strategos__Certificate *certificate = (const void *)message;
    for (size_t i = 0; i < certificate->n_signature; i++) {
        const ProtobufCBinaryData *field = &certificate->signature[i];
        if (field->len != 1 + SIGNATURE_BYTES || field->data[0] >= REPLICAS_MAX ||
            (i != 0 && certificate->signature[i - 1].data[0] >= field->data[0])) {
            return false;
        }
    }
    return is_known(message) && certificate->n_signature >= 1 &&
           subject_is_within(certificate->kind, certificate->view, &certificate->digest);
}

/* Client and session of a tip, as lanes are ordered. */
static int compare_tips(const uint8_t *a, const uint8_t *b)
{
    int order = memcmp(a, b, PUBLIC_KEY_BYTES);
    uint64_t session = get_u64(a + PUBLIC_KEY_BYTES);
    uint64_t other = get_u64(b + PUBLIC_KEY_BYTES);
    return order != 0 ? order : (session > other) - (session < other);
}

static bool order_is_within(const Strategos__Order *order)
{
    size_t const tip_bytes = 80;
    for (size_t i = 0; i < order->n_tip; i++) {
        const ProtobufCBinaryData *tip = &order->tip[i];
        if (tip->len != tip_bytes || get_u64(tip->data + PUBLIC_KEY_BYTES + 8) == 0 ||
            (i != 0 && compare_tips(order->tip[i - 1].data, tip->data) >= 0)) {
            return false;
        }
    }
    return is_known(&order->base) && order->view >= 1 && order->parent_view < order->view &&
           order->parent.len == DIGEST_BYTES && order->height >= 1 &&
           order->n_tip <= TIPS_PER_ORDER_MAX;
}

static bool proposal_is_within(const ProtobufCMessage *message)
{
    const Strategos__Proposal *proposal = (const void *)message;
    return is_known(message) && order_is_within(proposal->order) &&
           proposal->signature.len == SIGNATURE_BYTES;
}

static bool decided_is_within(const ProtobufCMessage *message)
{
    const Strategos__Decided *decided = (const void *)message;
    return is_known(message) && order_is_within(decided->order) &&
           (decided->certificate == NULL || certificate_is_within(&decided->certificate->base));
}

static bool log_part_is_within(const ProtobufCMessage *message)
{
    const Strategos__LogPart *part = (const void *)message;
    for (size_t i = 0; i < part->n_entry; i++) {
        if (!is_known(&part->entry[i]->base) || !order_is_within(part->entry[i]->order) ||
            part->entry[i]->digest.len != DIGEST_BYTES) {
            return false;
        }
    }
    return is_known(message) && part->n_entry <= LOG_ENTRIES_MAX;
}

/* Our readers: each says whether it accepts, and writes what it read. */

#define RECODE(name)                                                                               \
    static bool recode_##name(struct slice bytes, struct buffer *out)                              \
    {                                                                                              \
        struct name record;                                                                        \
        arena_reset(&decoded);                                                                     \
        if (wire_decode_##name(bytes, &decoded, &record) != VERDICT_ACCEPTED) {                    \
            return false;                                                                          \
        }                                                                                          \
        wire_encode_##name(out, &record);                                                          \
        return true;                                                                               \
    }

/* clang-format off */
RECODE(vote)
RECODE(certificate)
RECODE(proposal)
RECODE(decided)
/* clang-format on */

/* A message that is read in frames only; the frame is the field of that kind. */
#define RECODE_IN_FRAME(name, side, kind)                                                          \
    static bool recode_##name(struct slice bytes, struct buffer *out)                              \
    {                                                                                              \
        struct buffer frame = {0};                                                                 \
        struct buffer again = {0};                                                                 \
        struct side##_message *messages;                                                           \
        size_t count;                                                                              \
        arena_reset(&decoded);                                                                     \
        size_t head = append_field(&frame, kind, bytes);                                           \
        bool is_accepted = wire_decode_##side##_frame(buffer_slice(&frame), &decoded, &messages,   \
                                                      &count) == VERDICT_ACCEPTED;                 \
        if (is_accepted) {                                                                         \
            assert_int_equal(count, 1);                                                            \
            wire_encode_##side##_message(&again, &messages[0]);                                    \
            assert_int_equal(again.size, frame.size);                                              \
            buffer_append(out, slice_of(again.data + head, again.size - head));                    \
        }                                                                                          \
        buffer_fini(&again);                                                                       \
        buffer_fini(&frame);                                                                       \
        return is_accepted;                                                                        \
    }

/* How many bytes precede the field's. */
static size_t append_field(struct buffer *frame, uint32_t kind, struct slice bytes)
{
    uint8_t head[8];
    size_t size = 0;
    size_t left = bytes.size;
    head[size++] = (uint8_t)(kind << 3 | 2);
    for (; left >= 0x80; left >>= 7) {
        head[size++] = (uint8_t)(left | 0x80);
    }
    head[size++] = (uint8_t)left;
    buffer_append(frame, slice_of(head, size));
    buffer_append(frame, bytes);
    return size;
}

/* clang-format off */
RECODE_IN_FRAME(heartbeat, peer, PEER_HEARTBEAT)
RECODE_IN_FRAME(log_part, replica, REPLICA_LOG)
/* clang-format on */

/* The samples. */

static void append_vote(struct buffer *out, enum sample_size size)
{
    struct vote vote;
    sample_vote(size, &vote);
    wire_encode_vote(out, &vote);
}

static void append_certificate(struct buffer *out, enum sample_size size)
{
    struct certificate certificate;
    sample_certificate(size, &certificate);
    wire_encode_certificate(out, &certificate);
}

static void append_proposal(struct buffer *out, enum sample_size size)
{
    struct peer_message message;
    sample_peer_message(PEER_PROPOSAL, size, &samples, &message);
    wire_encode_proposal(out, &message.proposal);
}

static void append_decided(struct buffer *out, enum sample_size size)
{
    struct decided decided_order;
    sample_decided(size, &samples, &decided_order);
    wire_encode_decided(out, &decided_order);
}

/* What a frame of one message holds after its head. */
static void append_inside(struct buffer *out, const struct buffer *frame)
{
    size_t head = 1;
    while (frame->data[head++] >= 0x80) {}
    buffer_append(out, slice_of(frame->data + head, frame->size - head));
}

static void append_heartbeat(struct buffer *out, enum sample_size size)
{
    struct peer_message message;
    struct buffer frame = {0};
    sample_peer_message(PEER_HEARTBEAT, size, &samples, &message);
    wire_encode_peer_message(&frame, &message);
    append_inside(out, &frame);
    buffer_fini(&frame);
}

static void append_log_part(struct buffer *out, enum sample_size size)
{
    struct replica_message message;
    struct buffer frame = {0};
    sample_replica_message(REPLICA_LOG, size == SAMPLE_LARGE ? SAMPLE_TYPICAL : size, &samples,
                           &message);
    wire_encode_replica_message(&frame, &message);
    append_inside(out, &frame);
    buffer_fini(&frame);
}

static const struct subject {
    const ProtobufCMessageDescriptor *descriptor;
    bool (*is_within)(const ProtobufCMessage *message);
    bool (*recode)(struct slice bytes, struct buffer *out);
    void (*append)(struct buffer *out, enum sample_size size);
} subjects[] = {
    {&strategos__vote__descriptor, vote_is_within, recode_vote, append_vote},
    {&strategos__certificate__descriptor, certificate_is_within, recode_certificate,
     append_certificate},
    {&strategos__proposal__descriptor, proposal_is_within, recode_proposal, append_proposal},
    {&strategos__decided__descriptor, decided_is_within, recode_decided, append_decided},
    {&strategos__heartbeat__descriptor, is_known, recode_heartbeat, append_heartbeat},
    {&strategos__log_part__descriptor, log_part_is_within, recode_log_part, append_log_part},
};
#define SUBJECT_COUNT (sizeof subjects / sizeof subjects[0])

/* What protobuf-c says of the bytes. */
enum opinion { OPINION_NONE, OPINION_OTHER_BYTES, OPINION_BREAKS_RULE, OPINION_GOOD };
#define OPINION_COUNT 4

static enum opinion opinion_of(const struct subject *subject, struct slice bytes)
{
    ProtobufCMessage *message =
        protobuf_c_message_unpack(subject->descriptor, NULL, bytes.size, bytes.data);
    if (message == NULL) {
        return OPINION_NONE;
    }
    enum opinion opinion = OPINION_OTHER_BYTES;
    struct buffer packed = {0};
    size_t size = protobuf_c_message_get_packed_size(message);
    packed.size = protobuf_c_message_pack(message, buffer_reserve(&packed, size));
    if (slice_is_equal(buffer_slice(&packed), bytes)) {
        opinion = subject->is_within(message) ? OPINION_GOOD : OPINION_BREAKS_RULE;
    }
    buffer_fini(&packed);
    protobuf_c_message_free_unpacked(message, NULL);
    return opinion;
}

/* Mutations. `room` is what may be appended to. */

static void cut_out(struct buffer *bytes, size_t from, size_t size)
{
    memmove(bytes->data + from, bytes->data + from + size, bytes->size - from - size);
    bytes->size -= size;
}

static void put_in(struct buffer *bytes, size_t at, struct slice what)
{
    (void)buffer_reserve(bytes, what.size);
    memmove(bytes->data + at + what.size, bytes->data + at, bytes->size - at);
    memcpy(bytes->data + at, what.data, what.size);
    bytes->size += what.size;
}

/* The end of the field that starts at `start`; `start` if it reaches too far. */
static size_t field_end(const struct buffer *bytes, size_t start)
{
    size_t at = start + 1;
    uint64_t value = 0;
    for (unsigned shift = 0; at < bytes->size; shift += 7) {
        uint8_t byte = bytes->data[at++];
        value |= shift < 64 ? (uint64_t)(byte & 0x7f) << shift : 0;
        if (byte < 0x80) {
            uint64_t size = (bytes->data[start] & 7) == 2 ? value : 0;
            return size <= bytes->size - at ? at + (size_t)size : start;
        }
    }
    return start;
}

/* One of the outermost fields, by its range. */
static void pick_field(const struct buffer *bytes, struct prng *prng, size_t *from, size_t *to)
{
    size_t skipped = prng_below(prng, 6);
    *from = 0;
    *to = field_end(bytes, 0);
    while (skipped-- != 0 && *to != *from && *to != bytes->size) {
        *from = *to;
        *to = field_end(bytes, *from);
    }
}

/* Puts in a copy of a field, at its end or at the message's; or takes the field to the end. */
static void move_field(struct buffer *bytes, struct prng *prng, unsigned how)
{
    size_t from, to;
    pick_field(bytes, prng, &from, &to);
    struct buffer field = {0};
    buffer_append(&field, slice_of(bytes->data + from, to - from));
    if (how == 2) {
        cut_out(bytes, from, to - from);
    }
    if (field.size != 0) {
        put_in(bytes, how == 0 ? to : bytes->size, buffer_slice(&field));
    }
    buffer_fini(&field);
}

/* Half of them in what comes first, where the numbers are. */
static size_t pick_place(const struct buffer *bytes, struct prng *prng)
{
    size_t const first = 12;
    bool is_anywhere = prng_below(prng, 2) == 0;
    return prng_below(prng, is_anywhere || bytes->size < first ? bytes->size : first);
}

/* Often at a bound of something. */
static uint8_t pick_byte(struct prng *prng)
{
    static const uint8_t bounds[] = {0, 1, 2, 3, 4, REPLICAS_MAX - 1, REPLICAS_MAX, 0x7f};
    uint64_t choice = prng_next(prng);
    return choice % 2 == 0 ? bounds[choice / 2 % sizeof bounds] : (uint8_t)(choice >> 8);
}

static void mutate(struct buffer *bytes, struct prng *prng)
{
    static const uint8_t unknown[] = {0x7a, 0x00}; /* field 15, no bytes */
    size_t at = pick_place(bytes, prng);
    uint8_t some = pick_byte(prng);
    unsigned how = (unsigned)prng_below(prng, 10);
    switch (how) {
    case 0:
    case 1:
    case 2:
        move_field(bytes, prng, how);
        return;
    case 3:
        put_in(bytes, at, slice_of(&some, 1));
        return;
    case 4:
        cut_out(bytes, at, 1);
        return;
    case 5:
        bytes->size = at;
        return;
    case 6: /* a number, perhaps, made longer than it need be */
        bytes->data[at] |= 0x80;
        some = 0;
        put_in(bytes, at + 1, slice_of(&some, 1));
        return;
    case 7:
        put_in(bytes, bytes->size, slice_of(unknown, sizeof unknown));
        return;
    case 8:
        bytes->data[at] = some;
        return;
    default:
        bytes->data[at] ^= (uint8_t)(1u << some % 8);
        return;
    }
}

static void check(const struct subject *subject, const struct buffer *bytes,
                  size_t seen[OPINION_COUNT])
{
    struct buffer again = {0};
    enum opinion opinion = opinion_of(subject, buffer_slice(bytes));
    seen[opinion]++;
    assert_int_equal(subject->recode(buffer_slice(bytes), &again), opinion == OPINION_GOOD);
    if (opinion == OPINION_GOOD) {
        assert_true(slice_is_equal(buffer_slice(&again), buffer_slice(bytes)));
    }
    buffer_fini(&again);
}

static void reader_in_place_accepts_what_protobuf_packs_the_same_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUBJECT_COUNT; i++) {
        size_t seen[OPINION_COUNT] = {0};
        struct prng prng;
        prng_init(&prng, i);
        for (unsigned size = 0; size < SAMPLE_SIZE_COUNT; size++) {
            struct buffer sample = {0};
            struct buffer mutant = {0};
            arena_reset(&samples);
            subjects[i].append(&sample, (enum sample_size)size);
            check(&subjects[i], &sample, seen);
            assert_int_equal(seen[OPINION_GOOD] != 0, 1);
            for (unsigned k = 0; k < (size == SAMPLE_LARGE ? MUTANTS / 10 : MUTANTS); k++) {
                buffer_clear(&mutant);
                buffer_append(&mutant, buffer_slice(&sample));
                mutate(&mutant, &prng);
                if (k % 4 == 0 && mutant.size != 0) {
                    mutate(&mutant, &prng);
                }
                check(&subjects[i], &mutant, seen);
            }
            buffer_fini(&sample);
            buffer_fini(&mutant);
        }
        /* The mutations reach what they must: each opinion was held of some. */
        for (size_t k = 0; k < OPINION_COUNT; k++) {
            assert_true(seen[k] > 10);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reader_in_place_accepts_what_protobuf_packs_the_same_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, arenas_set_up, arenas_tear_down);
}
