/* arena_test.c - budget, alignment, overflow. */
#include "base/arena.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

static alignas(max_align_t) uint8_t memory[256];

static void arena_pieces_are_aligned_and_apart(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, memory, sizeof memory);
    uint8_t *before = NULL;
    for (size_t size = 1; size <= 5; size++) {
        uint8_t *piece = arena_take(&arena, size);
        assert_non_null(piece);
        assert_int_equal((uintptr_t)piece % alignof(max_align_t), 0);
        assert_true(before == NULL || piece >= before + size - 1);
        memset(piece, 0xff, size);
        before = piece;
    }
}

static void arena_full_gives_null_and_keeps_what_is_left(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, memory, sizeof memory);
    assert_null(arena_take(&arena, sizeof memory + 1));
    assert_null(arena_take(&arena, SIZE_MAX));
    assert_ptr_equal(arena_take(&arena, sizeof memory), memory);
    assert_null(arena_take(&arena, 1));
    arena_reset(&arena);
    assert_ptr_equal(arena_take(&arena, 1), memory);
}

/* The last piece may end where the memory does, even if its rounded size would not. */
static void arena_of_odd_size_is_used_to_the_last_byte(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, memory, 21);
    assert_non_null(arena_take(&arena, 3));
    assert_null(arena_take(&arena, 6));
    uint8_t *last = arena_take(&arena, 5);
    assert_ptr_equal(last, memory + 16);
    assert_null(arena_take(&arena, 1));
}

static void arena_array_size_overflow_gives_null(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, memory, sizeof memory);
    assert_null(arena_take_array(&arena, SIZE_MAX / 2 + 2, 2)); /* wraps to 2 */
    assert_null(arena_take_array(&arena, 2, SIZE_MAX / 2 + 2));
    assert_null(arena_take_array(&arena, 9, 32));
    assert_non_null(arena_take_array(&arena, 8, 32));
    assert_non_null(arena_take_array(&arena, 0, 32)); /* nothing fits even when all is spent */
    assert_non_null(arena_take_array(&arena, 32, 0));
    assert_int_equal(arena.used, sizeof memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_pieces_are_aligned_and_apart),
        cmocka_unit_test(arena_full_gives_null_and_keeps_what_is_left),
        cmocka_unit_test(arena_of_odd_size_is_used_to_the_last_byte),
        cmocka_unit_test(arena_array_size_overflow_gives_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
