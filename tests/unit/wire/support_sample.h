/* support_sample.h - one message of every kind, small and large, for tests, seeds and benchmarks.
 * Every field has a value of its own; what is variable lies in the arena. */
#ifndef STRATEGOS_TESTS_WIRE_SAMPLE_H
#define STRATEGOS_TESTS_WIRE_SAMPLE_H

#include "base/arena.h"
#include "wire/codec.h"

/* Small: least numbers, empty lists where allowed. Typical: a few of each. Large: greatest numbers,
 * and lists as long as allowed (payloads stay small, so that a test can afford them). */
enum sample_size { SAMPLE_SMALL, SAMPLE_TYPICAL, SAMPLE_LARGE };
#define SAMPLE_SIZE_COUNT 3u

#define PEER_KIND_COUNT    10u
#define CLIENT_KIND_COUNT  5u
#define REPLICA_KIND_COUNT 6u

void sample_fill(void *bytes, size_t size, unsigned seed);
void sample_order(enum sample_size size, struct arena *arena, struct order *order);
void sample_certificate(enum sample_size size, struct certificate *certificate);
void sample_vote(enum sample_size size, struct vote *vote);

/* A segment with `count` requests of `request_bytes` each, encoded. */
void sample_segment(size_t count, size_t request_bytes, uint64_t number, struct arena *arena,
                    struct segment *segment);
void sample_decided(enum sample_size size, struct arena *arena, struct decided *decided);

void sample_peer_message(enum peer_message_kind kind, enum sample_size size, struct arena *arena,
                         struct peer_message *message);
void sample_client_message(enum client_message_kind kind, enum sample_size size,
                           struct arena *arena, struct client_message *message);
void sample_replica_message(enum replica_message_kind kind, enum sample_size size,
                            struct arena *arena, struct replica_message *message);

#endif
