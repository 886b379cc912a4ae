/* schema_test.c - what is read and written by hand is what protobuf says it is: protobuf-c unpacks
 * our encodings to the same fields, and packs them to the same bytes. */
#include "support_arenas.h"
#include "support_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <strategos.pb-c.h>

/* Unpacks with protobuf-c, packs what came out, and compares. The caller frees. */
static void *mirror(const ProtobufCMessageDescriptor *descriptor, struct slice bytes)
{
    ProtobufCMessage *message = protobuf_c_message_unpack(descriptor, NULL, bytes.size, bytes.data);
    assert_non_null(message);
    assert_int_equal(message->n_unknown_fields, 0);
    assert_int_equal(protobuf_c_message_get_packed_size(message), bytes.size);
    uint8_t *packed = malloc(bytes.size + 1);
    assert_non_null(packed);
    (void)protobuf_c_message_pack(message, packed);
    assert_memory_equal(packed, bytes.data, bytes.size);
    free(packed);
    return message;
}

static void release(void *message)
{
    protobuf_c_message_free_unpacked(message, NULL);
}

static void assert_field(const ProtobufCBinaryData *field, const void *data, size_t size)
{
    assert_int_equal(field->len, size);
    if (size != 0) {
        assert_memory_equal(field->data, data, size);
    }
}

static void segment_is_what_the_schema_says(void **state)
{
    (void)state;
    struct segment segment;
    arena_reset(&samples);
    sample_segment(3, 10, 77, &samples, &segment);
    Strategos__Segment *mirrored = mirror(&strategos__segment__descriptor, segment.encoded);
    assert_field(&mirrored->client, segment.lane.client.bytes, PUBLIC_KEY_BYTES);
    assert_int_equal(mirrored->session, segment.lane.session);
    assert_int_equal(mirrored->sequence, segment.sequence);
    assert_field(&mirrored->previous, segment.previous.bytes, DIGEST_BYTES);
    assert_field(&mirrored->body, segment.body.data, segment.body.size);
    assert_field(&mirrored->signature, segment.signature.bytes, SIGNATURE_BYTES);
    Strategos__SegmentBody *body = mirror(&strategos__segment_body__descriptor, segment.body);
    assert_int_equal(body->acknowledged, 76);
    assert_int_equal(body->n_request, 3);
    assert_int_equal(body->request[0].len, 10);
    release(body);
    release(mirrored);
}

static void assert_order(const Strategos__Order *mirrored, const struct order *order)
{
    assert_int_equal(mirrored->view, order->view);
    assert_int_equal(mirrored->parent_view, order->parent_view);
    assert_field(&mirrored->parent, order->parent.bytes, DIGEST_BYTES);
    assert_int_equal(mirrored->height, order->height);
    assert_int_equal(mirrored->time_ns, order->time_ns);
    assert_int_equal(mirrored->n_tip, order->tip_count);
    for (size_t i = 0; i < order->tip_count; i++) {
        const struct lane_tip *tip = &order->tips[i];
        uint8_t expected[80];
        memcpy(expected, tip->lane.client.bytes, 32);
        put_u64(expected + 32, tip->lane.session);
        put_u64(expected + 40, tip->sequence);
        memcpy(expected + 48, tip->digest.bytes, 32);
        assert_field(&mirrored->tip[i], expected, sizeof expected);
    }
}

static void assert_certificate(const Strategos__Certificate *mirrored,
                               const struct certificate *certificate)
{
    bool names_order = certificate->kind != VOTE_NULLIFY;
    assert_int_equal(mirrored->kind, certificate->kind);
    assert_int_equal(mirrored->view, certificate->view);
    assert_field(&mirrored->digest, certificate->digest.bytes, names_order ? DIGEST_BYTES : 0);
    assert_int_equal(mirrored->n_signature, certificate->count);
    for (size_t i = 0; i < certificate->count; i++) {
        uint8_t expected[65] = {(uint8_t)certificate->signatures[i].voter};
        memcpy(expected + 1, certificate->signatures[i].signature.bytes, SIGNATURE_BYTES);
        assert_field(&mirrored->signature[i], expected, sizeof expected);
    }
}

static void proposal_is_what_the_schema_says(void **state)
{
    (void)state;
    for (unsigned size = 0; size < SAMPLE_SIZE_COUNT; size++) {
        struct peer_message message;
        struct buffer record = {0};
        arena_reset(&samples);
        sample_peer_message(PEER_PROPOSAL, (enum sample_size)size, &samples, &message);
        wire_encode_proposal(&record, &message.proposal);
        Strategos__Proposal *mirrored =
            mirror(&strategos__proposal__descriptor, buffer_slice(&record));
        assert_order(mirrored->order, &message.proposal.order);
        assert_field(&mirrored->signature, message.proposal.signature.bytes, SIGNATURE_BYTES);
        release(mirrored);
        buffer_fini(&record);
    }
}

static void decided_is_what_the_schema_says(void **state)
{
    (void)state;
    for (unsigned size = 0; size < SAMPLE_SIZE_COUNT; size++) {
        struct decided decided;
        struct buffer record = {0};
        arena_reset(&samples);
        sample_decided((enum sample_size)size, &samples, &decided);
        wire_encode_decided(&record, &decided);
        Strategos__Decided *mirrored =
            mirror(&strategos__decided__descriptor, buffer_slice(&record));
        assert_order(mirrored->order, &decided.order);
        assert_int_equal(mirrored->certificate != NULL, decided.certificate != NULL);
        if (mirrored->certificate != NULL && decided.certificate != NULL) {
            assert_certificate(mirrored->certificate, decided.certificate);
        }
        assert_int_equal(mirrored->n_location, decided.segment_count);
        for (size_t i = 0; i < decided.segment_count; i++) {
            assert_int_equal(mirrored->location[i], decided.locations[i]);
        }
        assert_int_equal(mirrored->request_count, decided.request_count);
        release(mirrored);
        buffer_fini(&record);
    }
}

/* The frame of one message of each kind, then that message. */
static void frames_are_what_the_schema_says(void **state)
{
    (void)state;
    struct buffer frame = {0};
    for (unsigned kind = 1; kind <= PEER_KIND_COUNT; kind++) {
        struct peer_message message;
        arena_reset(&samples);
        sample_peer_message((enum peer_message_kind)kind, SAMPLE_TYPICAL, &samples, &message);
        wire_encode_peer_message(&frame, &message);
    }
    Strategos__PeerFrame *peer = mirror(&strategos__peer_frame__descriptor, buffer_slice(&frame));
    const ProtobufCBinaryData *peers[] = {
        peer->segment,   peer->certificate,  peer->proposal,   peer->vote,  peer->ask_view,
        peer->ask_order, peer->ask_segments, peer->ask_blocks, peer->block, peer->heartbeat};
    static const ProtobufCMessageDescriptor *const descriptors[] = {
        &strategos__segment__descriptor,      &strategos__certificate__descriptor,
        &strategos__proposal__descriptor,     &strategos__vote__descriptor,
        &strategos__ask_view__descriptor,     &strategos__ask_order__descriptor,
        &strategos__ask_segments__descriptor, &strategos__ask_blocks__descriptor,
        &strategos__block__descriptor,        &strategos__heartbeat__descriptor};
    for (size_t i = 0; i < PEER_KIND_COUNT; i++) {
        release(mirror(descriptors[i], slice_of(peers[i][0].data, peers[i][0].len)));
    }
    release(peer);
    buffer_fini(&frame);
}

static void client_frame_is_what_the_schema_says(void **state)
{
    (void)state;
    struct buffer frame = {0};
    for (unsigned kind = 1; kind <= CLIENT_KIND_COUNT; kind++) {
        struct client_message message;
        arena_reset(&samples);
        sample_client_message((enum client_message_kind)kind, SAMPLE_TYPICAL, &samples, &message);
        wire_encode_client_message(&frame, &message);
    }
    Strategos__ClientFrame *client =
        mirror(&strategos__client_frame__descriptor, buffer_slice(&frame));
    const ProtobufCBinaryData *messages[] = {client->segment, client->ask_replies, client->query,
                                             client->ask_status, client->ask_log};
    static const ProtobufCMessageDescriptor *const descriptors[] = {
        &strategos__segment__descriptor, &strategos__ask_replies__descriptor,
        &strategos__query__descriptor, &strategos__ask_status__descriptor,
        &strategos__ask_log__descriptor};
    for (size_t i = 0; i < CLIENT_KIND_COUNT; i++) {
        release(mirror(descriptors[i], slice_of(messages[i][0].data, messages[i][0].len)));
    }
    release(client);
    buffer_fini(&frame);
}

static void replica_frame_is_what_the_schema_says(void **state)
{
    (void)state;
    struct buffer frame = {0};
    for (unsigned kind = 1; kind <= REPLICA_KIND_COUNT; kind++) {
        struct replica_message message;
        arena_reset(&samples);
        sample_replica_message((enum replica_message_kind)kind, SAMPLE_TYPICAL, &samples, &message);
        wire_encode_replica_message(&frame, &message);
    }
    Strategos__ReplicaFrame *replica =
        mirror(&strategos__replica_frame__descriptor, buffer_slice(&frame));
    const ProtobufCBinaryData *messages[] = {replica->replies, replica->session_gone,
                                             replica->busy,    replica->query_reply,
                                             replica->status,  replica->log_part};
    static const ProtobufCMessageDescriptor *const descriptors[] = {
        &strategos__replies__descriptor, &strategos__session_gone__descriptor,
        &strategos__busy__descriptor,    &strategos__query_reply__descriptor,
        &strategos__status__descriptor,  &strategos__log_part__descriptor};
    for (size_t i = 0; i < REPLICA_KIND_COUNT; i++) {
        release(mirror(descriptors[i], slice_of(messages[i][0].data, messages[i][0].len)));
    }
    Strategos__Replies *replies =
        mirror(&strategos__replies__descriptor,
               slice_of(replica->replies[0].data, replica->replies[0].len));
    assert_int_equal(replies->n_reply, 4);
    assert_int_equal(replies->reply[3].len, 1);
    assert_int_equal(replies->reply[3].data[0], OUTCOME_FORBIDDEN);
    release(replies);
    release(replica);
    buffer_fini(&frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segment_is_what_the_schema_says),
        cmocka_unit_test(proposal_is_what_the_schema_says),
        cmocka_unit_test(decided_is_what_the_schema_says),
        cmocka_unit_test(frames_are_what_the_schema_says),
        cmocka_unit_test(client_frame_is_what_the_schema_says),
        cmocka_unit_test(replica_frame_is_what_the_schema_says),
    };
    return cmocka_run_group_tests(tests, arenas_set_up, arenas_tear_down);
}
