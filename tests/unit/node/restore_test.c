/* restore_test.c - what the core holds after a restart, the archive finds. */
#include "node/shell.h"

#include "machine/registry.h"
#include "replica/lanes.h"
#include "storage/store_memory.h"
#include "support/folder.h"
#include "support_ports.h"
#include "wire/codec.h"
#include "wire/digests.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <stdlib.h>

#define FILE_BYTES (1u << 20)

struct world {
    struct node node;
    struct node_settings settings;
    struct group group;
    struct test_folder folder;
    struct folder ledger;
    struct store store;
    void *core_memory;
};

static struct world *world;

static int setup(void **state)
{
    (void)state;
    log_init(LOG_ERROR, -1);
    assert_int_equal(signature_library_init(), OK);
    world = calloc(1, sizeof *world);
    assert_non_null(world);
    test_folder_init(&world->folder);
    struct group *group = &world->group;
    *group = (struct group){.delta_ms = 100,
                            .faults = 1,
                            .replica_count = 4,
                            .client_count = 1,
                            .machine_name = "kv",
                            .clients = {{.key.bytes = {7}, .role = ROLE_WRITE}}};
    for (replica_id i = 0; i < 4; i++) {
        group->replicas[i] = (struct group_replica){.id = i, .key.bytes = {(uint8_t)(i + 1)}};
    }
    group_genesis(group, &group->genesis);
    world->settings = (struct node_settings){
        .group = group,
        .id = 1,
        .data_path = world->folder.path,
        .checkpoint = {.requests = CHECKPOINT_REQUESTS, .bytes = CHECKPOINT_BYTES}};
    world->node.settings = &world->settings;
    world->node.group = group;
    void *memory = malloc(DECODE_BYTES_MAX);
    assert_non_null(memory);
    arena_init(&world->node.arena, memory, DECODE_BYTES_MAX);
    outbound_init(&world->node.outbound, 4, 1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    restore_close(&world->node);
    folder_posix_close(&world->ledger);
    store_memory_free(&world->store);
    free(world->core_memory);
    outbound_fini(&world->node.outbound);
    free(world->node.arena.memory);
    test_folder_fini(&world->folder);
    free(world);
    return 0;
}

static struct ledger *make_ledger(struct folder *folder)
{
    const struct group *group = &world->group;
    const struct checksum_key key = {{1}};
    struct ledger_identity identity = {
        .genesis = group->genesis, .replica = group->replicas[1].key, .id = 1};
    struct ledger_visitor visitor = {0};
    struct ledger *ledger;
    struct error_text text = {{0}};
    assert_int_equal(folder_posix_open(folder, test_path(&world->folder, "ledger"), true, &text),
                     OK);
    assert_int_equal(ledger_create(*folder, &identity, &key, FILE_BYTES, &text), OK);
    assert_int_equal(ledger_open(&ledger, *folder, &identity, 0, &visitor, &text), OK);
    return ledger;
}

/* Closes the ledger, and takes up from there. */
static void restart(struct ledger *ledger, struct folder *folder)
{
    struct error_text text = {{0}};
    assert_int_equal(ledger_sync(ledger), OK);
    ledger_close(ledger);
    folder_posix_close(folder);
    assert_int_equal(
        folder_posix_open(&world->ledger, test_path(&world->folder, "ledger"), false, &text), OK);
    assert_int_equal(store_memory_new(&world->store), OK);
    world->core_memory = calloc(1, replica_memory_size());
    assert_non_null(world->core_memory);
    world->node.ports = no_ports();
    world->node.ports.ledger = world->ledger;
    world->node.ports.store = world->store;
    world->node.ports.machine = registry_find("kv");
    world->node.ports.core_memory = world->core_memory;
    assert_int_equal(restore_all(&world->node, &text), OK);
}

/* The first segment of a session. */
static struct digest append_segment(struct ledger *ledger, uint64_t session, uint8_t content_byte)
{
    const struct slice request = slice_of(&content_byte, 1);
    const struct segment_body content = {.request_count = 1, .requests = &request};
    struct buffer body = {0};
    struct buffer encoded = {0};
    struct digest digest;
    wire_encode_segment_body(&body, &content);
    struct segment segment = {
        .lane = {.client = world->group.clients[0].key, .session = session},
        .sequence = 1,
        .body = buffer_slice(&body),
    };
    lane_digest_zero(&world->group.genesis, &segment.lane, &segment.previous);
    lane_digest_next(&segment.lane, segment.sequence, &segment.previous, segment.body, &digest);
    wire_encode_segment(&encoded, &segment);
    (void)ledger_append(ledger, LEDGER_SEGMENT, buffer_slice(&encoded));
    buffer_fini(&body);
    buffer_fini(&encoded);
    return digest;
}

/* One of the branches that a lying client began its lane with. */
static struct digest append_branch(struct ledger *ledger, uint8_t number)
{
    return append_segment(ledger, 1, number);
}

/* An order of view 1 that names the segment, and this replica's vote for it. */
static void append_vote(struct ledger *ledger, uint64_t session, const struct digest *digest)
{
    const struct group *group = &world->group;
    const struct lane_tip tip = {.lane = {.client = group->clients[0].key, .session = session},
                                 .sequence = 1,
                                 .digest = *digest};
    const struct proposal proposal = {.order = {.view = 1,
                                                .height = 1,
                                                .parent = group->genesis,
                                                .time_ns = 1,
                                                .tip_count = 1,
                                                .tips = &tip}};
    struct vote vote = {.kind = VOTE_NOTARIZE, .voter = 1, .view = 1};
    struct buffer encoded = {0};
    order_digest(&proposal.order, &vote.digest);
    wire_encode_proposal(&encoded, &proposal);
    (void)ledger_append(ledger, LEDGER_PROPOSAL, buffer_slice(&encoded));
    buffer_clear(&encoded);
    wire_encode_vote(&encoded, &vote);
    (void)ledger_append(ledger, LEDGER_VOTE, buffer_slice(&encoded));
    buffer_fini(&encoded);
}

/* What came to nothing lies before it in the ledger, and is more than there is room for. */
static void segment_that_was_voted_for_is_restored_beside_all_others(void **state)
{
    (void)state;
    struct folder folder;
    struct ledger *ledger = make_ledger(&folder);
    for (uint64_t session = 1; session <= 300; session++) {
        (void)append_segment(ledger, session, 0);
    }
    struct digest digest = append_segment(ledger, 1000, 0);
    append_vote(ledger, 1000, &digest);
    restart(ledger, &folder);
    struct replica_view view;
    replica_look(world->node.core, &view);
    assert_int_equal(view.pending_segments, 2 * LANES_UNDECIDED_MAX + 1);
}

static void segment_forgotten_and_held_again_before_a_stop_can_be_decided(void **state)
{
    (void)state;
    struct folder folder;
    struct ledger *ledger = make_ledger(&folder);
    struct digest digest = append_branch(ledger, 0);
    for (uint8_t i = 1; i <= BRANCHES_MAX; i++) { /* push it out */
        (void)append_branch(ledger, i);
    }
    (void)append_branch(ledger, 0);
    restart(ledger, &folder);
    struct replica_view view;
    replica_look(world->node.core, &view);
    assert_int_equal(view.pending_segments, BRANCHES_MAX);
    struct order order = {.view = 1, .height = 1, .time_ns = 1};
    archive_append_decided(world->node.archive, &order, NULL, &digest, 1, 1);
    struct block block;
    const struct digest *found;
    struct error_text text = {{0}};
    assert_int_equal(archive_load_block(world->node.archive, 1, &block, &found, &text), OK);
    assert_true(digest_is_equal(&found[0], &digest));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(segment_that_was_voted_for_is_restored_beside_all_others),
        TEST(segment_forgotten_and_held_again_before_a_stop_can_be_decided),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
