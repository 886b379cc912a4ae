/* durable_test.c - nothing durable is said before it is on disk, and a full disk stops all saying.
 *
 * The real ledger on a disk in memory; a port shows what leaves and when. Failing is replaced at
 * link time: it would need the whole node. */
#include "node/shell.h"

#include "disk/faulty_folder.h"
#include "support_ports.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>

#define FILE_BYTES 16384u

struct world {
    struct node node;
    struct group group;
    struct node_settings settings;
    struct faulty_folder *faulty;
    size_t sent;
    size_t sent_dirty; /* of these, while something in the ledger was not synced */
};

static struct world *world;

static void see_frame(void *self, replica_id to, struct slice bytes, uint64_t now_ns)
{
    (void)self;
    (void)now_ns;
    assert_true(to != world->settings.id && to < world->group.replica_count);
    assert_true(bytes.size != 0);
    world->sent++;
    world->sent_dirty += ledger_is_dirty(archive_ledger(world->node.archive)) ? 1 : 0;
}

void node_fail(struct node *node, const char *event, const char *format, ...)
{
    (void)event;
    (void)format;
    node->has_failed = true;
}

static enum error pass_over(void *context, uint64_t location, enum ledger_record type,
                            struct slice bytes)
{
    (void)context;
    (void)location;
    (void)type;
    (void)bytes;
    return OK;
}

static int setup(void **state)
{
    const struct checksum_key key = {{1}};
    static const struct ledger_identity identity = {.id = 1};
    struct ledger_visitor visitor = {.on_record = pass_over};
    struct error_text text;
    (void)state;
    log_init(LOG_ERROR, -1);
    assert_int_equal(signature_library_init(), OK);
    world = calloc(1, sizeof *world);
    assert_non_null(world);
    world->faulty = faulty_folder_new(1);
    world->group.replica_count = 4;
    world->settings.id = 1;
    world->node.settings = &world->settings;
    world->node.group = &world->group;
    world->node.ports = no_ports();
    world->node.ports.send_frame = see_frame;
    world->node.now_ns = NS_PER_S;
    outbound_init(&world->node.outbound, 4, 1);
    struct folder folder = faulty_folder_view(world->faulty);
    assert_int_equal(ledger_create(folder, &identity, &key, FILE_BYTES, &text), OK);
    assert_int_equal(
        archive_open(&world->node.archive, folder, &identity, &key, 0, &visitor, &text), OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    archive_close(world->node.archive);
    outbound_fini(&world->node.outbound);
    faulty_folder_free(world->faulty);
    free(world);
    return 0;
}

/* What the core does when it votes. */
static void persist_vote(void)
{
    struct vote vote = {.kind = VOTE_NULLIFY, .voter = 1, .view = 5};
    struct effect effect = {.kind = EFFECT_PERSIST_VOTE, .vote = &vote};
    durable_persist(&world->node, &effect);
}

static void say_vote(bool durable)
{
    struct peer_message message = {.kind = PEER_VOTE,
                                   .vote = {.kind = VOTE_NULLIFY, .voter = 1, .view = 5}};
    struct outbound_rule rule = {.durable = durable};
    outbound_add(&world->node.outbound, REPLICA_ALL, &message, rule, world->node.now_ns);
}

/* Votes until the disk is full; returns how many frames left meanwhile. */
static size_t fill_disk(void)
{
    faulty_folder_set_room(world->faulty, 0);
    for (size_t i = 0; i < 2 * FILE_BYTES / 64 && !world->node.durable.is_paused; i++) {
        world->sent = 0;
        persist_vote();
        say_vote(true);
        durable_turn(&world->node);
    }
    assert_true(world->node.durable.is_paused);
    return world->sent;
}

static void vote_leaves_only_after_its_record_is_on_disk(void **state)
{
    (void)state;
    uint64_t calls = faulty_folder_calls(world->faulty);
    persist_vote();
    say_vote(true);
    assert_int_equal(world->sent, 0);
    durable_turn(&world->node);
    assert_int_equal(world->sent, 3);
    assert_int_equal(world->sent_dirty, 0);
    assert_true(faulty_folder_calls(world->faulty) > calls);
    assert_int_equal(world->node.durable.sample_count, 1);
}

static void all_that_a_turn_says_shares_one_sync(void **state)
{
    (void)state;
    for (size_t i = 0; i < 10; i++) {
        persist_vote();
        say_vote(true);
    }
    durable_turn(&world->node);
    assert_int_equal(world->sent, 3);
    assert_int_equal(world->node.durable.sample_count, 1);
    durable_turn(&world->node);
    assert_int_equal(world->node.durable.sample_count, 1);
}

static void message_that_needs_no_disk_does_not_wait_for_it(void **state)
{
    (void)state;
    persist_vote();
    say_vote(false);
    durable_turn(&world->node);
    assert_int_equal(world->sent, 3);
    assert_int_equal(world->sent_dirty, 3);
    assert_int_equal(world->node.durable.sample_count, 0);
}

static void record_that_nobody_waits_for_is_synced_a_little_later(void **state)
{
    (void)state;
    persist_vote();
    durable_turn(&world->node);
    assert_true(ledger_is_dirty(archive_ledger(world->node.archive)));
    assert_true(durable_deadline(&world->node) == world->node.now_ns + SYNC_AFTER_NS);
    world->node.now_ns += SYNC_AFTER_NS;
    durable_turn(&world->node);
    assert_false(ledger_is_dirty(archive_ledger(world->node.archive)));
    assert_true(durable_deadline(&world->node) == UINT64_MAX);
}

static void full_disk_holds_back_everything(void **state)
{
    (void)state;
    assert_int_equal(fill_disk(), 0);
    say_vote(false);
    world->node.now_ns = world->node.durable.retry_ns;
    durable_turn(&world->node);
    assert_int_equal(world->sent, 0);
    assert_true(world->node.durable.is_paused);
    assert_true(durable_deadline(&world->node) >= world->node.now_ns);
    assert_false(world->node.has_failed);
}

static void full_disk_serves_no_blocks_and_asks_for_no_turn_to_do_so(void **state)
{
    (void)state;
    serve_ask(&world->node, 2, 1, 1);
    assert_true(serve_deadline(&world->node) <= world->node.now_ns);
    assert_int_equal(fill_disk(), 0);
    serve_turn(&world->node);
    assert_true(serve_deadline(&world->node) == UINT64_MAX);
    assert_int_equal(world->node.serve.peers[2].left, 1);
}

static void room_on_the_disk_lets_what_waited_leave(void **state)
{
    (void)state;
    assert_int_equal(fill_disk(), 0);
    faulty_folder_set_room(world->faulty, UINT64_MAX);
    world->node.now_ns = world->node.durable.retry_ns;
    durable_turn(&world->node);
    assert_false(world->node.durable.is_paused);
    assert_int_equal(world->sent, 3);
    assert_int_equal(world->sent_dirty, 0);
}

static void disk_error_fails_the_node_and_nothing_is_said(void **state)
{
    (void)state;
    persist_vote();
    say_vote(true);
    faulty_folder_fail_at(world->faulty, faulty_folder_calls(world->faulty) + 2, ERROR_IO);
    durable_turn(&world->node);
    assert_true(world->node.has_failed);
    assert_int_equal(world->sent, 0);
}

static void median_is_that_of_the_recent_syncs(void **state)
{
    (void)state;
    struct durable durable = {0};
    assert_int_equal(durable_median_ns(&durable), 0);
    for (uint64_t i = 0; i < 3 * (uint64_t)SYNC_SAMPLES; i++) {
        durable.samples_ns[durable.sample_count++ % SYNC_SAMPLES] =
            i < 2 * (uint64_t)SYNC_SAMPLES ? 1000000 : i;
    }
    assert_int_equal(durable_median_ns(&durable), 2 * SYNC_SAMPLES + SYNC_SAMPLES / 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(vote_leaves_only_after_its_record_is_on_disk),
        TEST(all_that_a_turn_says_shares_one_sync),
        TEST(message_that_needs_no_disk_does_not_wait_for_it),
        TEST(record_that_nobody_waits_for_is_synced_a_little_later),
        TEST(full_disk_holds_back_everything),
        TEST(full_disk_serves_no_blocks_and_asks_for_no_turn_to_do_so),
        TEST(room_on_the_disk_lets_what_waited_leave),
        TEST(disk_error_fails_the_node_and_nothing_is_said),
        TEST(median_is_that_of_the_recent_syncs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
