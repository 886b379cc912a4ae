/* world_node.c - the life of a node: starts, turns, crashes, restarts from its records. */
#include "support/world_inside.h"

#include "base/assert.h"
#include "wire/digests.h"

#include <sys/mman.h>

#define CHECK_DEEPLY 1021u /* steps between deep checks */

static uint64_t const wall_begin_ns = UINT64_C(1700000000) * 1000 * MS;

struct replica_time world_time(const struct world *world, size_t node)
{
    /* Clocks start anywhere; wall clocks differ by a few ms. */
    return (struct replica_time){.monotonic_ns = world->now_ns + 1000 * MS + node * 17 * MS,
                                 .wall_ns = wall_begin_ns + world->now_ns + node * 3 * MS};
}

void world_boot(struct world *world, size_t number)
{
    struct world_node *node = &world->nodes[number];
    struct replica_settings settings = {.replica_count = world->settings.replica_count,
                                        .fault_count = world->settings.fault_count,
                                        .self = node->id,
                                        .delta_ns = world->settings.delta_ns,
                                        .time_ahead_ns = 500 * MS,
                                        .client_count = world->settings.client_count,
                                        .clients = world->client_keys,
                                        .authority = {.context = &world->keys[node->id],
                                                      .sign = world_sign_own,
                                                      .verify = world_verify},
                                        .seed = prng_next(&world->prng)};
    settings.effects = world_effects(world, number);
    world_genesis(&settings.genesis);
    memcpy(settings.replica_keys, world->keys, sizeof world->keys);
    node->memory = mmap(NULL, replica_memory_size(), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ASSERT(node->memory != MAP_FAILED);
    struct replica_base base = {.digest = settings.genesis};
    node->core = replica_init(node->memory, &settings, &base);
    node->is_applying = true;
    node->is_crashing = false;
    node->crash_in = 0;
    node->height = 0;
    memset(node->tips, 0, sizeof node->tips);
}

static void restore_record(struct world *world, struct world_node *node,
                           const struct world_record *record)
{
    struct arena arena;
    arena_init(&arena, world->arena_memory, ARENA_BYTES);
    struct slice bytes = buffer_slice(&record->bytes);
    enum verdict verdict = VERDICT_ACCEPTED;
    if (record->kind == EFFECT_PERSIST_SEGMENT) {
        struct segment segment;
        verdict = wire_decode_segment(bytes, &arena, &segment);
        replica_restore_segment(node->core, &segment);
    } else if (record->kind == EFFECT_PERSIST_PROPOSAL) {
        struct proposal proposal;
        verdict = wire_decode_proposal(bytes, &arena, &proposal);
        replica_restore_proposal(node->core, &proposal);
    } else if (record->kind == EFFECT_PERSIST_VOTE) {
        struct vote vote;
        verdict = wire_decode_vote(bytes, &arena, &vote);
        replica_restore_vote(node->core, &vote);
    } else if (record->kind == EFFECT_PERSIST_CERTIFICATE) {
        struct certificate certificate;
        verdict = wire_decode_certificate(bytes, &arena, &certificate);
        replica_restore_certificate(node->core, &certificate);
    }
    ASSERT(verdict == VERDICT_ACCEPTED);
}

static void restore_block(struct world *world, struct world_node *node,
                          const struct world_record *record)
{
    struct arena arena;
    struct peer_message *message;
    size_t count;
    struct digest digest;
    struct lane_id evicted[TIPS_PER_ORDER_MAX];
    size_t evicted_count;
    arena_init(&arena, world->arena_memory, ARENA_BYTES);
    enum verdict verdict =
        wire_decode_peer_frame(buffer_slice(&record->bytes), &arena, &message, &count);
    ASSERT(verdict == VERDICT_ACCEPTED && count == 1);
    order_digest(&message->block.order, &digest);
    replica_restore_block(node->core, &message->block, &digest, evicted, &evicted_count);
    node->height = record->height;
    for (size_t i = 0; i < message->block.segment_count; i++) {
        for (size_t c = 0; c < world->settings.client_count; c++) {
            const struct lane_id *lane = &message->block.segments[i].lane;
            if (public_key_is_equal(&world->clients[c].key, &lane->client) &&
                world->clients[c].session == lane->session) {
                node->tips[c] = message->block.segments[i].sequence;
            }
        }
    }
}

static void check_node(struct world *world, struct world_node *node)
{
    replica_check(node->core, ++world->steps % CHECK_DEEPLY == 0);
}

/* The shell's duties at the end of a turn: sync, send, apply. */
void world_end_turn(struct world *world, size_t number)
{
    struct world_node *node = &world->nodes[number];
    if (node->is_crashing) {
        world_crash(world, number);
        return;
    }
    node->synced = node->record_count;
    for (size_t i = 0; i < node->said_count; i++) {
        world_judge_vote(world, node->id, &node->said[i]);
    }
    node->said_count = 0;
    for (size_t to = 0; to < world->settings.node_count; to++) {
        struct buffer *held = &node->held_back[to];
        for (size_t at = 0; at < held->size;) {
            size_t size = get_u32(held->data + at);
            world_send_frame(world, number, to, slice_of(held->data + at + 4, size));
            at += 4 + size;
        }
        buffer_clear(held);
    }
    if (node->is_applying) {
        replica_on_applied(node->core, node->height);
    }
    check_node(world, node);
}

void world_turn(struct world *world, size_t number)
{
    struct world_node *node = &world->nodes[number];
    replica_on_turn(node->core, world_time(world, number));
    world_end_turn(world, number);
}

void world_crash(struct world *world, size_t number)
{
    struct world_node *node = &world->nodes[number];
    munmap(node->memory, replica_memory_size());
    node->memory = NULL;
    node->core = NULL;
    node->is_crashing = false;
    node->crash_in = 0;
    node->said_count = 0;
    /* Of what was not synced, the disk kept the beginning. */
    size_t kept =
        node->synced + (size_t)prng_below(&world->prng, node->record_count - node->synced + 1);
    while (node->record_count > kept) {
        buffer_fini(&node->records[--node->record_count].bytes);
    }
    for (size_t to = 0; to < world->settings.node_count; to++) {
        buffer_clear(&node->held_back[to]);
    }
}

void world_restart(struct world *world, size_t number, bool keeps_ledger)
{
    struct world_node *node = &world->nodes[number];
    if (!keeps_ledger) {
        while (node->record_count > 0) {
            buffer_fini(&node->records[--node->record_count].bytes);
        }
    }
    world_boot(world, number);
    for (size_t i = 0; i < node->record_count; i++) {
        if (node->records[i].kind == EFFECT_DECIDED) {
            restore_block(world, node, &node->records[i]);
        }
    }
    for (int pass = 0; pass < 2; pass++) { /* segments after all others */
        for (size_t i = 0; i < node->record_count; i++) {
            const struct world_record *record = &node->records[i];
            if ((record->kind == EFFECT_PERSIST_SEGMENT) == (pass == 1)) {
                restore_record(world, node, record);
            }
        }
    }
    node->synced = node->record_count;
    replica_start(node->core, world_time(world, number));
    world_end_turn(world, number);
}

void world_dump(struct world *world, size_t number)
{
    struct world_node *node = &world->nodes[number];
    size_t kept = 0;
    for (size_t i = 0; i < node->record_count; i++) {
        if (node->records[i].kind == EFFECT_DECIDED) {
            node->records[kept++] = node->records[i];
        } else {
            buffer_fini(&node->records[i].bytes);
        }
    }
    node->record_count = kept;
    replica_dump(node->core);
    node->synced = node->record_count;
}

enum verdict world_inject(struct world *world, replica_id from, size_t to,
                          const struct peer_message *message)
{
    struct world_node *node = &world->nodes[to];
    enum verdict verdict =
        replica_on_peer_message(node->core, world_time(world, to), from, message);
    world_turn(world, to);
    return verdict;
}
