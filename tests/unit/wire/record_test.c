/* record_test.c - parts and ledger records: round trips, each rule of each field, hostile bytes. */
#include "support_arenas.h"
#include "support_equal.h"
#include "support_probe.h"
#include "support_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* Every record as the sample of its kind; `probe` one of the record probes. */
static void append_record(struct buffer *out, enum probe probe, enum sample_size size)
{
    struct peer_message message;
    struct decided decided;
    arena_reset(&samples);
    switch (probe) {
    case PROBE_SEGMENT:
        sample_peer_message(PEER_SEGMENT, size, &samples, &message);
        buffer_append(out, message.segment.encoded);
        return;
    case PROBE_SEGMENT_BODY:
        sample_peer_message(PEER_SEGMENT, size, &samples, &message);
        buffer_append(out, message.segment.body);
        return;
    case PROBE_PROPOSAL:
        sample_peer_message(PEER_PROPOSAL, size, &samples, &message);
        wire_encode_proposal(out, &message.proposal);
        return;
    case PROBE_VOTE:
        sample_vote(size, &message.vote);
        wire_encode_vote(out, &message.vote);
        return;
    case PROBE_CERTIFICATE:
        sample_certificate(size, &message.certificate);
        wire_encode_certificate(out, &message.certificate);
        return;
    case PROBE_DECIDED:
        sample_decided(size, &samples, &decided);
        wire_encode_decided(out, &decided);
        return;
    case PROBE_PEER_FRAME:
    case PROBE_CLIENT_FRAME:
    case PROBE_REPLICA_FRAME:
        break;
    }
    fail();
}

static void record_of_each_kind_round_trips(void **state)
{
    (void)state;
    for (unsigned probe = PROBE_SEGMENT; probe < PROBE_COUNT; probe++) {
        for (unsigned size = 0; size < SAMPLE_SIZE_COUNT; size++) {
            struct buffer record = {0};
            append_record(&record, (enum probe)probe, (enum sample_size)size);
            assert_true(probe_bytes((enum probe)probe, buffer_slice(&record)));
            buffer_fini(&record);
        }
    }
}

/* A body or certificate cut between two requests or signatures is a shorter one; a frame, segment
 * or block that holds it has its size, so that there it is not. */
static void record_truncated_at_any_byte_is_malformed_or_shorter(void **state)
{
    (void)state;
    for (unsigned probe = PROBE_SEGMENT; probe < PROBE_COUNT; probe++) {
        struct buffer record = {0};
        size_t accepted = 0;
        append_record(&record, (enum probe)probe, SAMPLE_TYPICAL);
        for (size_t cut = 0; cut < record.size; cut++) {
            accepted += probe_bytes((enum probe)probe, slice_of(record.data, cut));
        }
        bool is_list = probe == PROBE_SEGMENT_BODY || probe == PROBE_CERTIFICATE;
        assert_int_equal(accepted, is_list ? 2 : 0);
        buffer_fini(&record);
    }
}

static void record_with_any_bit_flipped_is_malformed_or_within_bounds(void **state)
{
    (void)state;
    for (unsigned probe = PROBE_SEGMENT; probe < PROBE_COUNT; probe++) {
        struct buffer record = {0};
        append_record(&record, (enum probe)probe, SAMPLE_TYPICAL);
        for (size_t bit = 0; bit < 8 * record.size; bit++) {
            record.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
            (void)probe_bytes((enum probe)probe, buffer_slice(&record));
            record.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        buffer_fini(&record);
    }
}

/* Takes out the field that starts at `start` of an encoding that starts with it. */
static size_t field_end(const struct buffer *record, size_t start)
{
    size_t at = start + 1;
    uint64_t value = 0;
    unsigned shift = 0;
    while (record->data[at] >= 0x80) {
        value |= (uint64_t)(record->data[at++] & 0x7f) << shift;
        shift += 7;
    }
    value |= (uint64_t)record->data[at++] << shift;
    return (record->data[start] & 7) == 2 ? at + value : at;
}

/* In the least record of each kind every field is required but a decided order's lists. */
static void record_without_a_required_field_is_malformed(void **state)
{
    (void)state;
    for (unsigned probe = PROBE_SEGMENT; probe < PROBE_COUNT; probe++) {
        struct buffer record = {0};
        append_record(&record, (enum probe)probe, SAMPLE_SMALL);
        for (size_t start = 0; start < record.size; start = field_end(&record, start)) {
            size_t end = field_end(&record, start);
            struct buffer shorter = {0};
            buffer_append(&shorter, slice_of(record.data, start));
            buffer_append(&shorter, slice_of(record.data + end, record.size - end));
            assert_false(probe_bytes((enum probe)probe, buffer_slice(&shorter)));
            buffer_fini(&shorter);
        }
        buffer_fini(&record);
    }
}

static void record_with_unknown_field_is_malformed(void **state)
{
    (void)state;
    static const uint8_t unknown[] = {0x78, 0x00}; /* field 15, varint 0 */
    for (unsigned probe = PROBE_SEGMENT; probe < PROBE_COUNT; probe++) {
        struct buffer record = {0};
        append_record(&record, (enum probe)probe, SAMPLE_TYPICAL);
        buffer_append(&record, slice_of(unknown, sizeof unknown));
        assert_false(probe_bytes((enum probe)probe, buffer_slice(&record)));
        buffer_fini(&record);
    }
}

static bool accepts_vote(const struct vote *vote)
{
    struct buffer record = {0};
    wire_encode_vote(&record, vote);
    bool is_accepted = probe_bytes(PROBE_VOTE, buffer_slice(&record));
    buffer_fini(&record);
    return is_accepted;
}

static void vote_out_of_range_is_malformed(void **state)
{
    (void)state;
    struct vote good, vote;
    sample_vote(SAMPLE_TYPICAL, &good);
    assert_true(accepts_vote(&good));
    vote = good;
    vote.voter = REPLICAS_MAX;
    assert_false(accepts_vote(&vote));
    vote = good;
    vote.view = 0;
    assert_false(accepts_vote(&vote));
    for (unsigned kind = 0; kind < 9; kind++) {
        vote = good;
        vote.kind = (enum vote_kind)kind;
        assert_int_equal(accepts_vote(&vote), kind >= 1 && kind <= 3);
    }
}

static void nullify_vote_with_a_digest_is_malformed(void **state)
{
    (void)state;
    struct vote vote;
    struct buffer record = {0};
    sample_vote(SAMPLE_TYPICAL, &vote);
    memset(vote.digest.bytes, 0, DIGEST_BYTES); /* zeros on the wire are refused too */
    wire_encode_vote(&record, &vote);
    assert_int_equal(record.data[0], 1 << 3);
    assert_int_equal(record.data[1], VOTE_NOTARIZE);
    assert_true(probe_bytes(PROBE_VOTE, buffer_slice(&record)));
    record.data[1] = VOTE_NULLIFY;
    assert_false(probe_bytes(PROBE_VOTE, buffer_slice(&record)));
    buffer_fini(&record);
}

static bool accepts_certificate(const struct certificate *certificate)
{
    struct buffer record = {0};
    wire_encode_certificate(&record, certificate);
    bool is_accepted = probe_bytes(PROBE_CERTIFICATE, buffer_slice(&record));
    buffer_fini(&record);
    return is_accepted;
}

static void certificate_with_voters_not_ascending_is_malformed(void **state)
{
    (void)state;
    struct certificate certificate;
    sample_certificate(SAMPLE_TYPICAL, &certificate);
    assert_true(accepts_certificate(&certificate));
    certificate.signatures[1].voter = certificate.signatures[0].voter;
    assert_false(accepts_certificate(&certificate));
    certificate.signatures[1].voter = 9;
    assert_false(accepts_certificate(&certificate));
    certificate.signatures[1].voter = 1;
    certificate.signatures[2].voter = REPLICAS_MAX;
    assert_false(accepts_certificate(&certificate));
    certificate.count = 0;
    assert_false(accepts_certificate(&certificate));
}

static bool accepts_proposal(const struct proposal *proposal)
{
    struct buffer record = {0};
    wire_encode_proposal(&record, proposal);
    bool is_accepted = probe_bytes(PROBE_PROPOSAL, buffer_slice(&record));
    buffer_fini(&record);
    return is_accepted;
}

static void order_out_of_range_is_malformed(void **state)
{
    (void)state;
    struct proposal good = {0}, proposal;
    arena_reset(&samples);
    sample_order(SAMPLE_TYPICAL, &samples, &good.order);
    assert_true(accepts_proposal(&good));
    proposal = good;
    proposal.order.parent_view = proposal.order.view;
    assert_false(accepts_proposal(&proposal));
    proposal = good;
    proposal.order.view = proposal.order.parent_view = 0;
    assert_false(accepts_proposal(&proposal));
    proposal = good;
    proposal.order.height = 0;
    assert_false(accepts_proposal(&proposal));
}

static void order_with_tips_not_ascending_is_malformed(void **state)
{
    (void)state;
    struct proposal proposal = {0};
    arena_reset(&samples);
    sample_order(SAMPLE_TYPICAL, &samples, &proposal.order);
    struct lane_tip tips[3];
    memcpy(tips, proposal.order.tips, sizeof tips);
    proposal.order.tips = tips;
    assert_true(accepts_proposal(&proposal));
    tips[1].lane.session = tips[0].lane.session; /* the same lane twice */
    assert_false(accepts_proposal(&proposal));
    tips[1].lane.session = tips[0].lane.session - 1;
    assert_false(accepts_proposal(&proposal));
    tips[1] = proposal.order.tips[2];
    assert_false(accepts_proposal(&proposal));
    sample_order(SAMPLE_TYPICAL, &samples, &proposal.order);
    memcpy(tips, proposal.order.tips, sizeof tips);
    proposal.order.tips = tips;
    tips[0].sequence = 0;
    assert_false(accepts_proposal(&proposal));
}

/* One tip more than allowed, which our own encoder refuses to write. */
static void order_with_too_many_tips_is_malformed(void **state)
{
    (void)state;
    struct proposal proposal = {0};
    arena_reset(&samples);
    sample_order(SAMPLE_LARGE, &samples, &proposal.order);
    assert_true(accepts_proposal(&proposal));
    struct buffer record = {0};
    struct buffer longer = {0};
    wire_encode_proposal(&record, &proposal);
    size_t const tip_field = 82;
    size_t order_end = field_end(&record, 0);
    struct slice last = slice_of(record.data + order_end - tip_field, tip_field);
    size_t size = order_end - 4 + tip_field;
    uint8_t head[4] = {record.data[0], (uint8_t)(size | 0x80), (uint8_t)(size >> 7 | 0x80),
                       (uint8_t)(size >> 14)};
    buffer_append(&longer, slice_of(head, 4));
    buffer_append(&longer, slice_of(record.data + 4, order_end - 4));
    size_t extra = longer.size;
    buffer_append(&longer, last);
    longer.data[extra + 2] = 0xff; /* the greatest lane yet */
    buffer_append(&longer, slice_of(record.data + order_end, record.size - order_end));
    assert_false(probe_bytes(PROBE_PROPOSAL, buffer_slice(&longer)));
    buffer_fini(&record);
    buffer_fini(&longer);
}

static void decided_with_locations_that_do_not_end_is_malformed(void **state)
{
    (void)state;
    struct decided decided_order;
    struct buffer record = {0};
    uint64_t const locations[] = {5, 6};
    arena_reset(&samples);
    sample_decided(SAMPLE_SMALL, &samples, &decided_order);
    decided_order.segment_count = 2;
    decided_order.locations = locations;
    decided_order.request_count = 1;
    wire_encode_decided(&record, &decided_order);
    uint8_t *last = record.data + record.size - 3;
    static const uint8_t expected[] = {0x1a, 0x02, 5, 6, 0x20, 1};
    assert_memory_equal(last - 3, expected, sizeof expected);
    assert_true(probe_bytes(PROBE_DECIDED, buffer_slice(&record)));
    last[0] |= 0x80;
    assert_false(probe_bytes(PROBE_DECIDED, buffer_slice(&record)));
    last[-1] |= 0x80;
    assert_false(probe_bytes(PROBE_DECIDED, buffer_slice(&record)));
    /* A list of none has no field. */
    last[-2] = 0;
    memmove(last - 1, last + 1, 2);
    record.size -= 2;
    assert_false(probe_bytes(PROBE_DECIDED, buffer_slice(&record)));
    buffer_fini(&record);
}

static void segment_out_of_range_is_malformed(void **state)
{
    (void)state;
    struct segment segment;
    struct buffer record = {0};
    arena_reset(&samples);
    sample_segment(2, 10, 1, &samples, &segment);
    segment.sequence = 0;
    wire_encode_segment(&record, &segment);
    assert_false(probe_bytes(PROBE_SEGMENT, buffer_slice(&record)));
    buffer_clear(&record);
    segment.sequence = 1;
    segment.body.size--;
    wire_encode_segment(&record, &segment);
    assert_false(probe_bytes(PROBE_SEGMENT, buffer_slice(&record)));
    buffer_clear(&record);
    segment.body.size = 0;
    wire_encode_segment(&record, &segment);
    assert_false(probe_bytes(PROBE_SEGMENT, buffer_slice(&record)));
    buffer_fini(&record);
}

static void body_with_too_many_requests_is_malformed(void **state)
{
    (void)state;
    struct buffer body = {0};
    static const uint8_t acknowledged[] = {0x08, 0x00, 0x10, 0x00};
    static const uint8_t request[] = {0x1a, 0x00};
    buffer_append(&body, slice_of(acknowledged, sizeof acknowledged));
    for (size_t count = 1; count <= SEGMENT_REQUESTS_MAX + 2; count++) {
        buffer_append(&body, slice_of(request, sizeof request));
        assert_int_equal(probe_bytes(PROBE_SEGMENT_BODY, buffer_slice(&body)),
                         count <= SEGMENT_REQUESTS_MAX);
    }
    buffer_fini(&body);
}

static void body_with_a_request_over_the_limit_is_malformed(void **state)
{
    (void)state;
    for (size_t over = 0; over <= 1; over++) {
        uint8_t *request = calloc(1, REQUEST_BYTES_MAX + 1);
        assert_non_null(request);
        struct slice slice = slice_of(request, REQUEST_BYTES_MAX + over);
        struct segment_body body = {.request_count = 1, .requests = &slice};
        struct buffer record = {0};
        wire_encode_segment_body(&record, &body);
        assert_int_equal(probe_bytes(PROBE_SEGMENT_BODY, buffer_slice(&record)), over == 0);
        buffer_fini(&record);
        free(request);
    }
}

static void decoded_segment_points_into_the_bytes_given(void **state)
{
    (void)state;
    struct segment sent, segment;
    arena_reset(&samples);
    arena_reset(&decoded);
    sample_segment(3, 100, 1, &samples, &sent);
    assert_int_equal(wire_decode_segment(sent.encoded, &decoded, &segment), VERDICT_ACCEPTED);
    assert_ptr_equal(segment.encoded.data, sent.encoded.data);
    assert_true(segment.body.data > sent.encoded.data);
    assert_true(segment.body.data < sent.encoded.data + sent.encoded.size);
    assert_int_equal(decoded.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(record_of_each_kind_round_trips),
        cmocka_unit_test(record_truncated_at_any_byte_is_malformed_or_shorter),
        cmocka_unit_test(record_with_any_bit_flipped_is_malformed_or_within_bounds),
        cmocka_unit_test(record_without_a_required_field_is_malformed),
        cmocka_unit_test(record_with_unknown_field_is_malformed),
        cmocka_unit_test(vote_out_of_range_is_malformed),
        cmocka_unit_test(nullify_vote_with_a_digest_is_malformed),
        cmocka_unit_test(certificate_with_voters_not_ascending_is_malformed),
        cmocka_unit_test(order_out_of_range_is_malformed),
        cmocka_unit_test(order_with_tips_not_ascending_is_malformed),
        cmocka_unit_test(order_with_too_many_tips_is_malformed),
        cmocka_unit_test(decided_with_locations_that_do_not_end_is_malformed),
        cmocka_unit_test(segment_out_of_range_is_malformed),
        cmocka_unit_test(body_with_too_many_requests_is_malformed),
        cmocka_unit_test(body_with_a_request_over_the_limit_is_malformed),
        cmocka_unit_test(decoded_segment_points_into_the_bytes_given),
    };
    return cmocka_run_group_tests(tests, arenas_set_up, arenas_tear_down);
}
