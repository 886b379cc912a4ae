/* checkpoint_test.c - checkpoints and the state digest: equal whenever they are taken, the same
 * from scratch, retried after a failure, and under way while orders are applied. */
#include "strategos/kv.h"
#include "support_world.h"

#include "base/prng.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define KEYS 400u

static struct world *new_world(void)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    world_init(world, &machine_kv);
    return world;
}

static void free_world(struct world *world)
{
    world_fini(world);
    free(world);
}

/* Order number `height` of a history that depends on the seed alone: two clients, several requests
 * each, keys that come back, deletes, acknowledgements, and now and then an eviction. */
struct history {
    struct prng prng;
    struct lane lanes[2];
    struct draft draft;
    uint8_t commands[16][64];
};

static struct history *history_new(const struct world *world, uint64_t seed)
{
    struct history *history = calloc(1, sizeof *history);
    assert_non_null(history);
    prng_init(&history->prng, seed);
    lane_begin(world, &history->lanes[0], 1, 1);
    lane_begin(world, &history->lanes[1], 2, 1);
    return history;
}

static struct slice history_command(struct history *history, size_t at)
{
    char key[32];
    char value[32];
    struct prng *prng = &history->prng;
    int key_size = snprintf(key, sizeof key, "key-%03u", (unsigned)prng_below(prng, KEYS));
    int value_size = snprintf(value, sizeof value, "%u", (unsigned)prng_below(prng, 3));
    struct strategos_slice k = {key, (size_t)key_size};
    struct strategos_slice v = {value, (size_t)value_size};
    uint8_t *out = history->commands[at];
    size_t size;
    switch (prng_below(prng, 5)) {
    case 0:
        size = strategos_kv_del(out, 64, k);
        break;
    case 1:
        size = strategos_kv_incr(out, 64, k, 1);
        break;
    case 2:
        size = strategos_kv_get(out, 64, k);
        break;
    default:
        size = strategos_kv_put(out, 64, k, v);
        break;
    }
    return slice_of(out, size);
}

static void history_step(struct history *history, struct world *world)
{
    for (size_t l = 0; l < 2; l++) {
        struct slice requests[8];
        for (size_t i = 0; i < 8; i++) {
            requests[i] = history_command(history, 8 * l + i);
        }
        uint64_t acknowledged = prng_below(&history->prng, 8 * (world->height + 1));
        draft_segment(&history->draft, &history->lanes[l], acknowledged, requests, 8);
    }
    if (prng_below(&history->prng, 10) == 0) {
        struct lane_id old = history->lanes[1].tip.lane;
        history->draft.evicted[history->draft.evicted_count++] = old;
        lane_begin(world, &history->lanes[1], 2, old.session + 1);
    }
    assert_int_equal(draft_apply(&history->draft, world, NULL), OK);
    world_forget_replies(world);
}

static void digest_does_not_depend_on_when_checkpoints_are_taken(void **state)
{
    (void)state;
    /* One world never takes a checkpoint nor asks for digests; the others do, each its own way. */
    struct world *worlds[4];
    struct history *histories[4];
    struct prng whim;
    prng_init(&whim, 99);
    for (size_t w = 0; w < 4; w++) {
        worlds[w] = new_world();
        histories[w] = history_new(worlds[w], 5);
    }
    for (size_t step = 0; step < 120; step++) {
        for (size_t w = 0; w < 4; w++) {
            history_step(histories[w], worlds[w]);
            if (w == 1 && step % 7 == 0) {
                world_checkpoint(worlds[w]);
            }
            if (w == 2) {
                struct digest digest;
                height_nr height;
                (void)executor_digest(worlds[w]->executor, prng_below(&whim, 5), &digest, &height);
            }
            if (w == 3 && prng_below(&whim, 5) == 0) {
                world_checkpoint(worlds[w]);
                world_restart(worlds[w], &machine_kv);
            }
        }
        if (step % 40 == 39) {
            struct digest expected = world_digest(worlds[1]);
            for (size_t w = 2; w < 4; w++) {
                struct digest digest = world_digest(worlds[w]);
                assert_true(digest_is_equal(&digest, &expected));
            }
        }
    }
    struct digest expected = world_digest(worlds[0]);
    for (size_t w = 0; w < 4; w++) {
        struct digest digest = world_digest(worlds[w]);
        assert_true(digest_is_equal(&digest, &expected));
        /* From scratch, over what the store holds. */
        world_checkpoint(worlds[w]);
        test_store_digest(&worlds[w]->store, &digest);
        assert_true(digest_is_equal(&digest, &expected));
        assert_int_equal(worlds[w]->store.visible_meta.height, worlds[w]->height);
        assert_int_equal(worlds[w]->store.visible_meta.executed, 120 * 16);
        assert_int_equal(worlds[w]->store.visible_meta.ledger_scan, 12000);
        world_restart(worlds[w], &machine_kv);
        digest = world_digest(worlds[w]);
        assert_true(digest_is_equal(&digest, &expected));
        free_world(worlds[w]);
        free(histories[w]);
    }
}

static void digest_shows_another_history(void **state)
{
    (void)state;
    /* The negative control: equal keys and values and equal replies, but another command. */
    struct world *one = new_world();
    struct world *other = new_world();
    struct lane lane_one;
    struct lane lane_other;
    lane_begin(one, &lane_one, 1, 1);
    lane_begin(other, &lane_other, 1, 1);
    uint8_t command[64];
    size_t size = strategos_kv_get(command, sizeof command, strategos_slice("k", 1));
    (void)world_run(one, &lane_one, slice_of(command, size));
    size = strategos_kv_del(command, sizeof command, strategos_slice("k", 1));
    (void)world_run(other, &lane_other, slice_of(command, size));
    struct digest first = world_digest(one);
    struct digest second = world_digest(other);
    assert_false(digest_is_equal(&first, &second));
    free_world(one);
    free_world(other);
}

static void put_key(struct world *world, struct lane *lane, unsigned key, const char *value)
{
    char text[32];
    uint8_t command[64];
    int key_size = snprintf(text, sizeof text, "key-%u", key);
    size_t size = strategos_kv_put(command, sizeof command, strategos_slice(text, (size_t)key_size),
                                   strategos_slice(value, strlen(value)));
    (void)world_run(world, lane, slice_of(command, size));
}

static void digest_within_a_budget_completes_in_steps(void **state)
{
    (void)state;
    struct world *world = new_world();
    struct lane lane;
    lane_begin(world, &lane, 1, 1);
    struct digest empty = world_digest(world);
    for (unsigned i = 0; i < 10; i++) {
        put_key(world, &lane, i, "v");
    }
    struct digest digest;
    height_nr height;
    for (size_t i = 0; i < 10; i++) { /* 10 keys and a session: the 11th completes it */
        assert_false(executor_digest(world->executor, 1, &digest, &height));
        assert_int_equal(height, 0);
        assert_true(digest_is_equal(&digest, &empty));
    }
    (void)executor_digest(world->executor, 1, &digest, &height);
    assert_true(executor_digest(world->executor, 1, &digest, &height));
    assert_int_equal(height, 10);
    assert_true(executor_digest(world->executor, 0, &digest, &height));
    free_world(world);
}

static void changes_taken_back_restore_the_digest(void **state)
{
    (void)state;
    struct world *world = new_world();
    struct lane lane;
    lane_begin(world, &lane, 1, 1);
    put_key(world, &lane, 1, "v");
    world_checkpoint(world);
    size_t count = world->store.last_count;
    assert_int_equal(count, 2); /* the key and the session */
    put_key(world, &lane, 1, "w");
    struct digest first = world_digest(world);
    put_key(world, &lane, 1, "x");
    (void)world_digest(world);
    put_key(world, &lane, 1, "w");
    struct digest second = world_digest(world);
    assert_false(digest_is_equal(&first, &second)); /* the session went on */
    world_checkpoint(world);
    struct digest scratch;
    test_store_digest(&world->store, &scratch);
    assert_true(digest_is_equal(&second, &scratch));
    free_world(world);
}

static void failed_checkpoint_can_be_run_again(void **state)
{
    (void)state;
    struct world *world = new_world();
    struct lane lane;
    lane_begin(world, &lane, 1, 1);
    put_key(world, &lane, 1, "v");
    executor_checkpoint_begin(world->executor, 7);
    assert_false(executor_checkpoint_is_due(world->executor));
    struct error_text text;
    world->store.fail_reads = true;
    assert_int_equal(executor_checkpoint_run(world->executor, &text), ERROR_IO);
    world->store.fail_reads = false;
    world->store.fail_commit = true;
    assert_int_equal(executor_checkpoint_run(world->executor, &text), ERROR_FULL);
    put_key(world, &lane, 2, "v");
    world->store.fail_commit = false;
    assert_int_equal(executor_checkpoint_run(world->executor, &text), OK);
    assert_int_equal(executor_checkpoint_end(world->executor), OK);
    assert_int_equal(world->store.visible_meta.height, 1);
    struct digest scratch;
    test_store_digest(&world->store, &scratch);
    struct digest digest;
    height_nr height;
    (void)executor_digest(world->executor, 0, &digest, &height);
    assert_int_equal(height, 1); /* the checkpoint's digest comes for free */
    assert_true(digest_is_equal(&digest, &scratch));
    free_world(world);
}

static void checkpoint_is_due_after_enough_bytes_of_distinct_changes(void **state)
{
    (void)state;
    struct world *world = new_world();
    struct world *asked = new_world(); /* often for its digest: that must not matter */
    struct lane lane;
    struct lane lane_asked;
    lane_begin(world, &lane, 1, 1);
    lane_begin(asked, &lane_asked, 1, 1);
    uint8_t *command = malloc(STRATEGOS_KV_COMMAND_BYTES_MAX);
    uint8_t *value = calloc(1, 200000);
    assert_true(command != NULL && value != NULL);
    unsigned puts = 0;
    while (!executor_checkpoint_is_due(world->executor)) {
        assert_true(puts < 1000);
        assert_false(executor_checkpoint_is_due(asked->executor));
        char key[16];
        /* Every second put is to a key that has changed already: it counts once. */
        int size = snprintf(key, sizeof key, "%u", puts / 2);
        size_t command_size =
            strategos_kv_put(command, STRATEGOS_KV_COMMAND_BYTES_MAX,
                             strategos_slice(key, (size_t)size), strategos_slice(value, 200000));
        (void)world_run(world, &lane, slice_of(command, command_size));
        (void)world_run(asked, &lane_asked, slice_of(command, command_size));
        (void)world_digest(asked);
        puts++;
    }
    assert_true(executor_checkpoint_is_due(asked->executor));
    assert_int_equal(puts / 2, CHECKPOINT_BYTES / 200000);
    world_checkpoint(world);
    assert_false(executor_checkpoint_is_due(world->executor));
    free(command);
    free(value);
    free_world(world);
    free_world(asked);
}

static void checkpoint_is_due_after_enough_requests_whatever_they_changed(void **state)
{
    (void)state;
    struct world *world = new_world();
    struct lane lane;
    world->limits.requests = 5;
    world_restart(world, &machine_kv);
    lane_begin(world, &lane, 1, 1);
    for (size_t round = 0; round < 3; round++) {
        for (size_t i = 0; i < 5; i++) {
            assert_false(executor_checkpoint_is_due(world->executor));
            put_key(world, &lane, 1, "v");
        }
        assert_true(executor_checkpoint_is_due(world->executor));
        world_checkpoint(world);
    }
    put_key(world, &lane, 1, "v");
    world_restart(world, &machine_kv); /* counts from the checkpoint on */
    assert_int_equal(executor_requests(world->executor), 15);
    assert_false(executor_checkpoint_is_due(world->executor));
    free_world(world);
}

static void *run_checkpoint(void *context)
{
    struct world *world = context;
    struct error_text text;
    enum error error = executor_checkpoint_run(world->executor, &text);
    return error == OK ? world : NULL;
}

static void checkpoint_runs_while_orders_are_applied(void **state)
{
    (void)state;
    struct world *world = new_world();
    struct world *plain = new_world();
    struct history *history = history_new(world, 11);
    struct history *plain_history = history_new(plain, 11);
    for (size_t round = 0; round < 12; round++) {
        for (size_t step = 0; step < 20; step++) {
            history_step(history, world);
            history_step(plain_history, plain);
        }
        executor_checkpoint_begin(world->executor, 0);
        height_nr frozen = world->height;
        struct digest expected = world_digest(plain);
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, run_checkpoint, world), 0);
        struct digest digest;
        height_nr height;
        for (size_t step = 0; step < 10; step++) {
            history_step(history, world);
            history_step(plain_history, plain);
            (void)executor_digest(world->executor, 20, &digest, &height);
            struct reply reply;
            uint8_t command[64];
            size_t size =
                strategos_kv_scan(command, sizeof command, strategos_slice("key", 3), 9, NULL);
            assert_int_equal(executor_query(world->executor, &history->lanes[0].tip.lane.client,
                                            slice_of(command, size), &reply),
                             OK);
        }
        void *result;
        assert_int_equal(pthread_join(thread, &result), 0);
        assert_ptr_equal(result, world);
        assert_int_equal(executor_checkpoint_end(world->executor), OK);
        struct digest scratch;
        test_store_digest(&world->store, &scratch);
        assert_true(digest_is_equal(&scratch, &expected));
        assert_int_equal(world->store.visible_meta.height, frozen);
        digest = world_digest(world);
        expected = world_digest(plain);
        assert_true(digest_is_equal(&digest, &expected));
    }
    free(history);
    free(plain_history);
    free_world(world);
    free_world(plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digest_does_not_depend_on_when_checkpoints_are_taken),
        cmocka_unit_test(digest_shows_another_history),
        cmocka_unit_test(digest_within_a_budget_completes_in_steps),
        cmocka_unit_test(changes_taken_back_restore_the_digest),
        cmocka_unit_test(failed_checkpoint_can_be_run_again),
        cmocka_unit_test(checkpoint_is_due_after_enough_bytes_of_distinct_changes),
        cmocka_unit_test(checkpoint_is_due_after_enough_requests_whatever_they_changed),
        cmocka_unit_test(checkpoint_runs_while_orders_are_applied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
