/* make_corpus.c - writes the seed corpus: for each harness, every kind of message, small and
 * typical, and a frame with all of them. Usage: fuzz_make_corpus tests/fuzz/corpus */
#include "link_fixture.h"
#include "support_probe.h"
#include "support_sample.h"

#include "base/assert.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char *root;
static _Alignas(16) uint8_t memory[1u << 20];
static struct arena arena;

static void make_folder(const char *path)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST) {
        perror(path);
        exit(1); // NOLINT(concurrency-mt-unsafe): one thread
    }
}

static void write_seed(const char *harness, const char *name, struct slice bytes)
{
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%s", root, harness);
    ASSERT(length > 0 && (size_t)length < sizeof path);
    make_folder(path);
    length = snprintf(path, sizeof path, "%s/%s/seed-%s", root, harness, name);
    ASSERT(length > 0 && (size_t)length < sizeof path);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes.data, 1, bytes.size, file) != bytes.size ||
        fclose(file) != 0) {
        perror(path);
        exit(1); // NOLINT(concurrency-mt-unsafe): one thread
    }
}

static void append_peer(struct buffer *out, unsigned kind, enum sample_size size)
{
    struct peer_message message;
    arena_init(&arena, memory, sizeof memory);
    sample_peer_message((enum peer_message_kind)kind, size, &arena, &message);
    wire_encode_peer_message(out, &message);
}

static void append_client(struct buffer *out, unsigned kind, enum sample_size size)
{
    struct client_message message;
    arena_init(&arena, memory, sizeof memory);
    sample_client_message((enum client_message_kind)kind, size, &arena, &message);
    wire_encode_client_message(out, &message);
}

static void append_replica(struct buffer *out, unsigned kind, enum sample_size size)
{
    struct replica_message message;
    arena_init(&arena, memory, sizeof memory);
    sample_replica_message((enum replica_message_kind)kind, size, &arena, &message);
    wire_encode_replica_message(out, &message);
}

static void write_frames(const char *harness, unsigned kind_count,
                         void (*append)(struct buffer *, unsigned, enum sample_size))
{
    struct buffer all = {0};
    for (unsigned size = SAMPLE_SMALL; size <= SAMPLE_TYPICAL; size++) {
        for (unsigned kind = 1; kind <= kind_count; kind++) {
            char name[32];
            struct buffer one = {0};
            append(&one, kind, (enum sample_size)size);
            buffer_append(&all, buffer_slice(&one));
            (void)snprintf(name, sizeof name, "%u-%s", kind, size == 0 ? "small" : "typical");
            write_seed(harness, name, buffer_slice(&one));
            buffer_fini(&one);
        }
    }
    write_seed(harness, "all", buffer_slice(&all));
    buffer_fini(&all);
}

static void write_record(enum probe probe, enum sample_size size, struct slice bytes)
{
    static const char *const names[] = {"segment", "body",        "proposal",
                                        "vote",    "certificate", "decided"};
    uint8_t which = (uint8_t)(probe - PROBE_SEGMENT);
    char name[32];
    struct buffer record = {0};
    buffer_append(&record, slice_of(&which, 1));
    buffer_append(&record, bytes);
    (void)snprintf(name, sizeof name, "%s-%s", names[which], size == 0 ? "small" : "typical");
    write_seed("record", name, buffer_slice(&record));
    buffer_fini(&record);
}

static void write_records(enum sample_size size)
{
    struct peer_message message;
    struct decided decided;
    struct buffer record = {0};
    arena_init(&arena, memory, sizeof memory);
    sample_peer_message(PEER_SEGMENT, size, &arena, &message);
    write_record(PROBE_SEGMENT, size, message.segment.encoded);
    write_record(PROBE_SEGMENT_BODY, size, message.segment.body);
    sample_peer_message(PEER_PROPOSAL, size, &arena, &message);
    wire_encode_proposal(&record, &message.proposal);
    write_record(PROBE_PROPOSAL, size, buffer_slice(&record));
    buffer_clear(&record);
    sample_vote(size, &message.vote);
    wire_encode_vote(&record, &message.vote);
    write_record(PROBE_VOTE, size, buffer_slice(&record));
    buffer_clear(&record);
    sample_certificate(size, &message.certificate);
    wire_encode_certificate(&record, &message.certificate);
    write_record(PROBE_CERTIFICATE, size, buffer_slice(&record));
    buffer_clear(&record);
    sample_decided(size, &arena, &decided);
    wire_encode_decided(&record, &decided);
    write_record(PROBE_DECIDED, size, buffer_slice(&record));
    buffer_fini(&record);
}

static void write_link_frames(void)
{
    struct link_fixture fixture;
    link_fixture_init(&fixture);
    write_seed("link", "handshake-1", slice_of(fixture.handshake_1, LINK_HANDSHAKE_1_BYTES));
    write_seed("link", "handshake-2", slice_of(fixture.handshake_2, LINK_HANDSHAKE_2_BYTES));
    for (unsigned size = 0; size <= 16; size += 16) {
        static const uint8_t plain[16];
        uint8_t frame[16 + LINK_OVERHEAD_BYTES];
        link_seal(&fixture.initiator_session, slice_of(plain, size), frame);
        write_seed("link", size == 0 ? "transport-empty" : "transport",
                   slice_of(frame, size + LINK_OVERHEAD_BYTES));
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    root = argv[1];
    make_folder(root);
    write_frames("peer_frame", PEER_KIND_COUNT, append_peer);
    write_frames("client_frame", CLIENT_KIND_COUNT, append_client);
    write_frames("replica_frame", REPLICA_KIND_COUNT, append_replica);
    write_records(SAMPLE_SMALL);
    write_records(SAMPLE_TYPICAL);
    write_link_frames();
    return 0;
}
