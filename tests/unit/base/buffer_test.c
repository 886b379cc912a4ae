/* buffer_test.c - growth keeps what is there. */
#include "base/buffer.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void buffer_appended_pieces_stay_in_order(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    for (unsigned i = 0; i < 5000; i++) {
        uint8_t const bytes[3] = {(uint8_t)i, (uint8_t)(i >> 8), 0x5a};
        buffer_append(&buffer, slice_of(bytes, i % 4));
        buffer_append(&buffer, slice_of(NULL, 0));
        assert_true(buffer.size <= buffer.capacity);
    }
    size_t at = 0;
    for (unsigned i = 0; i < 5000; i++) {
        uint8_t const bytes[3] = {(uint8_t)i, (uint8_t)(i >> 8), 0x5a};
        assert_true(at + i % 4 <= buffer.size);
        assert_memory_equal(buffer.data + at, bytes, i % 4);
        at += i % 4;
    }
    assert_int_equal(at, buffer.size);
    buffer_fini(&buffer);
    assert_null(buffer.data);
    assert_int_equal(buffer.size + buffer.capacity, 0);
}

static void buffer_reserved_room_is_not_counted_until_used(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    uint8_t *room = buffer_reserve(&buffer, 1000);
    assert_non_null(room);
    assert_int_equal(buffer.size, 0);
    assert_true(buffer.capacity >= 1000);
    memset(room, 1, 1000);
    buffer.size += 1000;
    assert_ptr_equal(buffer_reserve(&buffer, 0), buffer.data + 1000);
    assert_true(buffer_slice(&buffer).data == buffer.data && buffer_slice(&buffer).size == 1000);
    buffer_fini(&buffer);
}

static void buffer_reserve_of_nothing_gives_a_place_all_the_same(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    assert_non_null(buffer_reserve(&buffer, 0));
    buffer_fini(&buffer);
}

static void buffer_cleared_keeps_its_memory(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    buffer_append(&buffer, slice_of_text("attack"));
    uint8_t *data = buffer.data;
    buffer_clear(&buffer);
    assert_int_equal(buffer_slice(&buffer).size, 0);
    buffer_append(&buffer, slice_of_text("retreat"));
    assert_ptr_equal(buffer.data, data);
    assert_true(slice_is_equal(buffer_slice(&buffer), slice_of_text("retreat")));
    buffer_fini(&buffer);
    buffer_fini(&buffer); /* empty again: nothing to free */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buffer_appended_pieces_stay_in_order),
        cmocka_unit_test(buffer_reserved_room_is_not_counted_until_used),
        cmocka_unit_test(buffer_reserve_of_nothing_gives_a_place_all_the_same),
        cmocka_unit_test(buffer_cleared_keeps_its_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
