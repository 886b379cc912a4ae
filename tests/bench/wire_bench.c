/* wire_bench.c - what encoding and decoding cost on the hot path, in ns per call: votes, a client's
 * frame of 100 requests of 100 bytes, a frame of replies, a proposal. Best of several rounds. */
#include "support_clock.h"
#include "support_sample.h"

#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

#define ROUNDS           9u
#define ROUND_NS         20000000u
#define REQUESTS         100u
#define REQUEST_BYTES    100u
#define REPLIES          300u
#define SAMPLE_BYTES_MAX (1u << 20)

static struct arena samples, decoded;
static struct buffer out, frame;
static struct vote vote;

static void encode_vote(void)
{
    buffer_clear(&out);
    wire_encode_vote(&out, &vote);
}

static void decode_vote(void)
{
    struct vote received;
    arena_reset(&decoded);
    ASSERT(wire_decode_vote(buffer_slice(&frame), &decoded, &received) == VERDICT_ACCEPTED);
}

static void decode_peer_frame(void)
{
    struct peer_message *messages;
    size_t count;
    arena_reset(&decoded);
    ASSERT(wire_decode_peer_frame(buffer_slice(&frame), &decoded, &messages, &count) ==
           VERDICT_ACCEPTED);
}

static void decode_client_frame(void)
{
    struct client_message *messages;
    struct segment_body body;
    size_t count;
    arena_reset(&decoded);
    ASSERT(wire_decode_client_frame(buffer_slice(&frame), &decoded, &messages, &count) ==
           VERDICT_ACCEPTED);
    ASSERT(wire_decode_segment_body(messages[0].segment.body, &decoded, &body) == VERDICT_ACCEPTED);
}

static void decode_replica_frame(void)
{
    struct replica_message *messages;
    size_t count;
    arena_reset(&decoded);
    ASSERT(wire_decode_replica_frame(buffer_slice(&frame), &decoded, &messages, &count) ==
           VERDICT_ACCEPTED);
}

static void measure(const char *name, void (*call)(void))
{
    double best = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t calls = 0;
        uint64_t start = bench_wall_ns();
        uint64_t elapsed = 0;
        while (elapsed < ROUND_NS) {
            for (unsigned i = 0; i < 64; i++) {
                call();
            }
            calls += 64;
            elapsed = bench_wall_ns() - start;
        }
        double each = (double)elapsed / (double)calls;
        best = round == 0 || each < best ? each : best;
    }
    (void)printf("%-48s %10.1f ns\n", name, best);
}

static void measure_votes(void)
{
    sample_vote(SAMPLE_TYPICAL, &vote);
    measure("vote: encode", encode_vote);
    wire_encode_vote(&frame, &vote);
    measure("vote: decode", decode_vote);

    struct peer_message message;
    buffer_clear(&frame);
    sample_peer_message(PEER_PROPOSAL, SAMPLE_TYPICAL, &samples, &message);
    wire_encode_peer_message(&frame, &message);
    measure("peer frame, 1 proposal of 3 tips: decode", decode_peer_frame);
    sample_peer_message(PEER_VOTE, SAMPLE_TYPICAL, &samples, &message);
    wire_encode_peer_message(&frame, &message);
    wire_encode_peer_message(&frame, &message);
    measure("peer frame, that and 2 votes: decode", decode_peer_frame);
}

static void measure_client_frame(void)
{
    struct client_message message = {.kind = CLIENT_SEGMENT};
    sample_segment(REQUESTS, REQUEST_BYTES, 1, &samples, &message.segment);
    buffer_clear(&frame);
    wire_encode_client_message(&frame, &message);
    measure("client frame, 100 requests of 100 B: decode", decode_client_frame);
}

static void measure_replies(void)
{
    static struct reply replies[REPLIES];
    struct replica_message message = {
        .kind = REPLICA_REPLIES,
        .replies = {.session = 1, .first = 1000, .count = REPLIES, .replies = replies}};
    buffer_clear(&frame);
    wire_encode_replica_message(&frame, &message);
    measure("replica frame, 300 empty replies: decode", decode_replica_frame);
}

int main(void)
{
    arena_init(&samples, malloc(SAMPLE_BYTES_MAX), SAMPLE_BYTES_MAX);
    arena_init(&decoded, malloc(DECODE_BYTES_MAX), DECODE_BYTES_MAX);
    ASSERT(samples.memory != NULL && decoded.memory != NULL);
    measure_votes();
    measure_client_frame();
    measure_replies();
    buffer_fini(&out);
    buffer_fini(&frame);
    free(samples.memory);
    free(decoded.memory);
    return 0;
}
