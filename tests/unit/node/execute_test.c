/* execute_test.c - an answer is for good: nothing is applied that a Finalize decided which a crash
 * could still take back.
 *
 * The real ledger on a disk in memory. The machine, the core, the clients and the socket are
 * replaced at link time by what counts the calls. */
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
    height_nr applied;
    size_t folds;
};

static struct world *world;

void node_fail(struct node *node, const char *event, const char *format, ...)
{
    (void)event;
    (void)format;
    node->has_failed = true;
}

enum error executor_apply(struct executor *executor, const struct decision *decision,
                          const struct reply_sink *sink, struct error_text *text)
{
    (void)executor;
    (void)sink;
    (void)text;
    world->applied = decision->order.height;
    return OK;
}

height_nr executor_height(const struct executor *executor)
{
    (void)executor;
    return world->applied;
}

void replica_on_applied(struct replica *replica, height_nr height)
{
    (void)replica;
    (void)height;
}

bool checkpoint_is_behind(const struct node *node)
{
    (void)node;
    return false;
}

bool executor_checkpoint_is_due(const struct executor *executor)
{
    (void)executor;
    return false;
}

bool executor_digest(struct executor *executor, size_t budget, struct digest *digest,
                     height_nr *height)
{
    (void)executor;
    (void)budget;
    (void)digest;
    (void)height;
    world->folds++;
    return false;
}

void executor_resend(struct executor *executor, const struct lane_id *lane, uint64_t from,
                     const struct reply_sink *sink, uint64_t *before, bool *known)
{
    (void)executor;
    (void)lane;
    (void)from;
    (void)sink;
    (void)before;
    (void)known;
}

link_nr clients_link(const struct node *node, const struct lane_id *lane)
{
    (void)node;
    (void)lane;
    return 0;
}

void clients_say_gone(struct node *node, const struct lane_id *lane, uint64_t before)
{
    (void)node;
    (void)lane;
    (void)before;
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
static void cast(enum vote_kind kind)
{
    struct peer_message message = {.kind = PEER_VOTE,
                                   .vote = {.kind = kind, .voter = 1, .view = 5}};
    struct effect persist = {.kind = EFFECT_PERSIST_VOTE, .vote = &message.vote};
    struct outbound_rule rule = {.durable = true};
    durable_persist(&world->node, &persist);
    outbound_add(&world->node.outbound, REPLICA_ALL, &message, rule, world->node.now_ns);
}

static void decide(height_nr height)
{
    struct decision decision = {.order = {.view = height, .height = height}};
    struct effect effect = {.kind = EFFECT_DECIDED, .decision = &decision};
    durable_persist(&world->node, &effect);
    execute_add(&world->node, &decision);
}

static void order_decided_by_an_own_unsynced_finalize_waits_for_the_sync(void **state)
{
    (void)state;
    cast(VOTE_FINALIZE);
    decide(1);
    execute_turn(&world->node);
    assert_int_equal(world->applied, 0);
    assert_false(execute_has_work(&world->node)); /* no busy loop: the sync wakes it */
    durable_turn(&world->node);
    execute_turn(&world->node);
    assert_int_equal(world->applied, 1);
}

static void order_decided_by_votes_on_disk_does_not_wait_for_other_votes(void **state)
{
    (void)state;
    cast(VOTE_FINALIZE);
    durable_turn(&world->node);
    cast(VOTE_NOTARIZE); /* of the next view */
    decide(1);
    execute_turn(&world->node);
    assert_int_equal(world->applied, 1);
}

static void full_disk_lets_nothing_be_answered_that_it_may_take_back(void **state)
{
    (void)state;
    faulty_folder_set_room(world->faulty, 0);
    for (size_t i = 0; i < 2 * FILE_BYTES / 64 && !world->node.durable.is_paused; i++) {
        cast(VOTE_FINALIZE);
        durable_turn(&world->node);
    }
    assert_true(world->node.durable.is_paused);
    decide(1);
    execute_turn(&world->node);
    assert_int_equal(world->applied, 0);
    faulty_folder_set_room(world->faulty, UINT64_MAX);
    world->node.now_ns = world->node.durable.retry_ns;
    durable_turn(&world->node);
    execute_turn(&world->node);
    assert_int_equal(world->applied, 1);
}

/* A client asks for the status again and again within a turn: each fold reads the store. */
static void digest_is_folded_once_a_turn_whoever_asks(void **state)
{
    (void)state;
    for (world->node.turn = 1; world->node.turn <= 2; world->node.turn++) {
        for (size_t i = 0; i < TURN_LINK_ASKS_MAX; i++) {
            execute_fold(&world->node);
        }
        assert_int_equal(world->folds, world->node.turn);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(order_decided_by_an_own_unsynced_finalize_waits_for_the_sync),
        TEST(order_decided_by_votes_on_disk_does_not_wait_for_other_votes),
        TEST(full_disk_lets_nothing_be_answered_that_it_may_take_back),
        TEST(digest_is_folded_once_a_turn_whoever_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
