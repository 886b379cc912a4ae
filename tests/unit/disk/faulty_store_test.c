/* faulty_store_test.c - a commit of the simulated store is there wholly or not at all, whatever the
 * disk does in the midst of it; what was told to be there stays, unless the disk lied. */
#include "disk/disk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SEEDS 64u

static struct disk disk;

static int setup(void **state)
{
    (void)state;
    disk = disk_new(1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    disk_free(&disk);
    return 0;
}

static void renew(uint64_t seed)
{
    disk_free(&disk);
    disk = disk_new(seed);
}

static struct slice text(const char *bytes)
{
    return slice_of(bytes, strlen(bytes));
}

/* The checkpoint of `height`: "a" is its number, "b" is there at odd heights, and empty. */
static enum error commit(height_nr height)
{
    struct store store = faulty_store_view(disk.store);
    const uint8_t number = (uint8_t)height;
    const struct store_change changes[2] = {
        {.key = text("a"), .value = slice_of(&number, 1)},
        {.key = text("b"), .value = slice_of(height % 2 == 1 ? "" : NULL, 0)},
    };
    const struct store_meta meta = {.height = height, .executed = 10 * height};
    struct error_text why;
    return store.ops->commit(store.self, changes, 2, &meta, &why);
}

/* What a start finds must be the whole of one checkpoint, or nothing at all. */
static height_nr found(struct disk *where)
{
    struct store store = faulty_store_view(where->store);
    struct store_meta meta;
    struct slice value = {0};
    bool is_there;
    assert_int_equal(store.ops->refresh(store.self), OK);
    assert_int_equal(store.ops->meta(store.self, &meta), OK);
    assert_int_equal(meta.executed, 10 * meta.height);
    assert_int_equal(store.ops->get(store.self, text("a"), &value, &is_there), OK);
    assert_true(is_there == (meta.height != 0));
    assert_true(!is_there || (value.size == 1 && value.data[0] == meta.height));
    assert_int_equal(store.ops->get(store.self, text("b"), &value, &is_there), OK);
    assert_true(is_there == (meta.height % 2 == 1));
    assert_int_equal(faulty_store_height(where->store), meta.height);
    return meta.height;
}

static void commit_that_ended_survives_every_loss(void **state)
{
    (void)state;
    for (int loss = 0; loss < FAULTY_LOSS_COUNT; loss++) {
        renew((uint64_t)loss);
        for (height_nr height = 1; height <= 5; height++) {
            assert_int_equal(commit(height), OK);
            disk_restart(&disk, (enum faulty_loss)loss);
            assert_int_equal(found(&disk), height);
        }
    }
}

/* Crashes in each call of a commit: the first leaves the old one, the last the new one, and what
 * is between them both. */
static void crash_in_the_midst_of_a_commit_leaves_the_old_one_or_the_new_one(void **state)
{
    (void)state;
    size_t kept[FAULTY_STORE_CALLS] = {0};
    for (unsigned call = 0; call < FAULTY_STORE_CALLS; call++) {
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            renew(seed);
            assert_int_equal(commit(7), OK);
            faulty_folder_crash_at(disk.folder, faulty_folder_calls(disk.folder) + 1 + call);
            assert_int_equal(commit(8), ERROR_IO);
            assert_true(faulty_folder_has_crashed(disk.folder));
            disk_restart(&disk, FAULTY_LOSE);
            height_nr height = found(&disk);
            assert_true(height == 7 || height == 8);
            kept[call] += height == 8 ? 1 : 0;
            assert_int_equal(commit(9), OK);
            assert_int_equal(found(&disk), 9);
        }
    }
    assert_int_equal(kept[0], 0);
    assert_true(kept[1] > SEEDS / 4 && kept[1] < 3 * SEEDS / 4);
    assert_int_equal(kept[2], SEEDS);
}

static void commit_under_way_when_the_process_dies_is_there_or_not(void **state)
{
    (void)state;
    size_t kept = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        renew(seed);
        assert_int_equal(commit(1), OK);
        faulty_store_die(disk.store);
        assert_int_equal(commit(2), ERROR_IO);
        disk_restart(&disk, FAULTY_TEAR);
        height_nr height = found(&disk);
        assert_true(height == 1 || height == 2);
        kept += height == 2 ? 1 : 0;
        assert_int_equal(commit(3), OK); /* it lives again */
    }
    assert_true(kept > SEEDS / 4 && kept < 3 * SEEDS / 4);
}

static void full_disk_refuses_a_commit_and_takes_it_later(void **state)
{
    (void)state;
    assert_int_equal(commit(1), OK);
    uint64_t calls = faulty_folder_calls(disk.folder);
    faulty_folder_set_room(disk.folder, 4000);
    assert_int_equal(commit(2), ERROR_FULL);
    assert_int_equal(found(&disk), 1);
    assert_int_equal(faulty_folder_calls(disk.folder), calls);
    faulty_folder_set_room(disk.folder, UINT64_MAX);
    assert_int_equal(commit(2), OK);
    assert_int_equal(found(&disk), 2);
}

/* Only a power failure shows the lie, and what comes back is older, or nothing. */
static void commit_on_a_lying_disk_may_be_lost_or_leave_damage(void **state)
{
    (void)state;
    size_t counts[4] = {0};
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        renew(seed);
        assert_int_equal(commit(1), OK);
        faulty_folder_set_lying(disk.folder, true);
        assert_int_equal(commit(2), OK);
        assert_int_equal(commit(3), OK);
        disk_restart(&disk, FAULTY_KILL);
        assert_int_equal(found(&disk), 3);
        disk_restart(&disk, FAULTY_LOSE);
        counts[found(&disk)]++;
    }
    assert_true(counts[0] > 0 && counts[1] > 0);
    assert_int_equal(counts[0] + counts[1], SEEDS);
}

static void clone_has_what_is_surely_there(void **state)
{
    (void)state;
    assert_int_equal(commit(1), OK);
    faulty_folder_set_lying(disk.folder, true);
    assert_int_equal(commit(2), OK);
    struct disk copy = disk_clone(&disk, 9);
    assert_int_equal(found(&disk), 2);
    assert_int_equal(found(&copy), 1);
    assert_false(faulty_folder_is_lying(copy.folder));
    disk_free(&copy);
}

static void spoiled_store_is_empty_and_goes_on(void **state)
{
    (void)state;
    assert_int_equal(commit(4), OK);
    faulty_store_spoil(disk.store);
    assert_int_equal(found(&disk), 0);
    disk_restart(&disk, FAULTY_LOSE);
    assert_int_equal(found(&disk), 0);
    assert_int_equal(commit(5), OK);
    assert_int_equal(found(&disk), 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(commit_that_ended_survives_every_loss),
        TEST(crash_in_the_midst_of_a_commit_leaves_the_old_one_or_the_new_one),
        TEST(commit_under_way_when_the_process_dies_is_there_or_not),
        TEST(full_disk_refuses_a_commit_and_takes_it_later),
        TEST(commit_on_a_lying_disk_may_be_lost_or_leave_damage),
        TEST(clone_has_what_is_surely_there),
        TEST(spoiled_store_is_empty_and_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
