/* pool_test.c - the buddy allocator against a plain list of what is taken. */
#include "base/pool.h"

#include "base/prng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { POOL_BYTES = 65536, TAKEN_MAX = 64, STEPS = 20000 };

static struct pool pool;

static int pool_make(void **state)
{
    void *memory = malloc(pool_memory_size(POOL_BYTES));
    *state = memory;
    if (memory != NULL) {
        pool_init(&pool, memory, POOL_BYTES);
    }
    return memory == NULL ? -1 : 0;
}

static int pool_drop(void **state)
{
    free(*state);
    return 0;
}

static void pool_whole_piece_can_be_taken_and_given_back(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        void *all = pool_take(&pool, POOL_BYTES);
        assert_non_null(all);
        assert_int_equal(pool.used, POOL_BYTES);
        assert_null(pool_take(&pool, 1));
        pool_check(&pool);
        pool_free(&pool, all);
        assert_int_equal(pool.used, 0);
        pool_check(&pool);
    }
}

static void pool_take_beyond_size_gives_null(void **state)
{
    (void)state;
    assert_null(pool_take(&pool, POOL_BYTES + 1));
    assert_null(pool_take(&pool, SIZE_MAX));
    pool_check(&pool);
}

static void pool_sizes_round_up_to_powers_of_two(void **state)
{
    (void)state;
    struct {
        size_t asked;
        size_t used;
    } const cases[] = {{0, 256}, {1, 256}, {256, 256}, {257, 512}, {1024, 1024}, {1025, 2048}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        void *piece = pool_take(&pool, cases[i].asked);
        assert_non_null(piece);
        assert_int_equal(pool.used, cases[i].used);
        pool_free(&pool, piece);
        assert_int_equal(pool.used, 0);
    }
    pool_free(&pool, NULL);
    pool_check(&pool);
}

static void pool_smallest_pieces_fill_it_and_merge_back(void **state)
{
    (void)state;
    static void *pieces[POOL_BYTES / POOL_PIECE_BYTES_MIN];
    size_t const count = sizeof pieces / sizeof pieces[0];
    for (size_t i = 0; i < count; i++) {
        pieces[i] = pool_take(&pool, 1);
        assert_non_null(pieces[i]);
    }
    assert_null(pool_take(&pool, 1));
    pool_check(&pool);
    for (size_t odd = 0; odd < 2; odd++) { /* every other one first: nothing can merge yet */
        for (size_t i = odd; i < count; i += 2) {
            pool_free(&pool, pieces[i]);
        }
        pool_check(&pool);
        assert_int_equal(pool_take(&pool, POOL_PIECE_BYTES_MIN + 1) != NULL, odd == 1);
    }
}

static void pool_freed_pieces_of_all_sizes_merge_for_a_larger_one(void **state)
{
    (void)state;
    void *pieces[8];
    for (size_t i = 0; i < 8; i++) {
        pieces[i] = pool_take(&pool, (size_t)POOL_PIECE_BYTES_MIN << i);
        assert_non_null(pieces[i]);
    }
    for (size_t i = 0; i < 8; i++) {
        pool_free(&pool, pieces[i]);
        pool_check(&pool);
    }
    assert_ptr_equal(pool_take(&pool, POOL_PIECE_BYTES_MIN), pieces[0]); /* kept for this */
    assert_null(pool_take(&pool, POOL_BYTES));
    pool_free(&pool, pieces[0]);
    assert_non_null(pool_take(&pool, POOL_BYTES));
    pool_check(&pool);
}

struct taken {
    uint8_t *bytes;
    size_t size;
    uint8_t mark;
};

static void expect_marked(const struct taken *taken)
{
    for (size_t i = 0; i < taken->size; i++) {
        assert_int_equal(taken->bytes[i], taken->mark);
    }
}

static void pool_random_takes_and_frees_never_overlap(void **state)
{
    (void)state;
    static struct taken taken[TAKEN_MAX];
    size_t count = 0;
    struct prng prng;
    prng_init(&prng, 1982);
    for (int step = 0; step < STEPS; step++) {
        if (count < TAKEN_MAX && prng_below(&prng, 2) == 0) {
            struct taken *next = &taken[count];
            next->size = (size_t)prng_below(&prng, UINT64_C(1) << prng_below(&prng, 14));
            next->mark = (uint8_t)step;
            next->bytes = pool_take(&pool, next->size);
            if (next->bytes != NULL) {
                memset(next->bytes, next->mark, next->size);
                count++;
            }
        } else if (count > 0) {
            size_t i = (size_t)prng_below(&prng, count);
            expect_marked(&taken[i]);
            pool_free(&pool, taken[i].bytes);
            taken[i] = taken[--count];
        }
        if (step % 16 == 0) {
            pool_check(&pool);
        }
    }
    while (count > 0) {
        expect_marked(&taken[--count]);
        pool_free(&pool, taken[count].bytes);
    }
    pool_check(&pool);
    assert_non_null(pool_take(&pool, POOL_BYTES));
}

/* Runs `misuse` in a child and expects it to end by abort. */
static void expect_abort(void (*misuse)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit const no_core = {0, 0};
        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)signal(SIGABRT, SIG_DFL);
        (void)close(STDERR_FILENO);
        misuse();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void free_twice(void)
{
    void *piece = pool_take(&pool, 1);
    pool_free(&pool, piece);
    pool_free(&pool, piece);
}

static void free_inside(void)
{
    uint8_t *piece = pool_take(&pool, 1024);
    pool_free(&pool, piece + POOL_PIECE_BYTES_MIN);
}

static void free_unaligned(void)
{
    uint8_t *piece = pool_take(&pool, 1024);
    pool_free(&pool, piece + 1);
}

static void free_foreign(void)
{
    static uint8_t foreign[POOL_PIECE_BYTES_MIN];
    pool_free(&pool, foreign);
}

static void corrupt(void)
{
    pool.used += POOL_PIECE_BYTES_MIN;
    pool_check(&pool);
}

static void pool_misuse_ends_the_program(void **state)
{
    (void)state;
    expect_abort(free_twice);
    expect_abort(free_inside);
    expect_abort(free_unaligned);
    expect_abort(free_foreign);
    expect_abort(corrupt); /* the check's negative control */
}

#define POOL_TEST(name) cmocka_unit_test_setup_teardown(name, pool_make, pool_drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        POOL_TEST(pool_whole_piece_can_be_taken_and_given_back),
        POOL_TEST(pool_take_beyond_size_gives_null),
        POOL_TEST(pool_sizes_round_up_to_powers_of_two),
        POOL_TEST(pool_smallest_pieces_fill_it_and_merge_back),
        POOL_TEST(pool_freed_pieces_of_all_sizes_merge_for_a_larger_one),
        POOL_TEST(pool_random_takes_and_frees_never_overlap),
        POOL_TEST(pool_misuse_ends_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
