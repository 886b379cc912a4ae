/* walk_test.c - the reader in place: getters judge one field and do not move on failure. */
#include "wire/walk.h"

#include "wire/pack.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void numbers_of_every_width_round_trip(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits <= 64; bits++) {
        uint64_t sent = bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
        for (uint64_t less = 0; less < 2 && less <= sent; less++) {
            struct buffer bytes = {0};
            uint64_t value = 0;
            pack_u64(&bytes, 3, sent - less);
            assert_int_equal(bytes.size, pack_u64_size(sent - less));
            struct walk walk = walk_of(buffer_slice(&bytes));
            assert_true(walk_u64(&walk, 3, &value));
            assert_true(value == sent - less);
            assert_true(walk_is_at_end(&walk));
            buffer_fini(&bytes);
        }
    }
}

static void number_longer_than_need_be_is_refused(void **state)
{
    (void)state;
    static const uint8_t padded[] = {0x08, 0x81, 0x00};
    static const uint8_t over_64_bits[] = {0x08, 0xff, 0xff, 0xff, 0xff, 0xff,
                                           0xff, 0xff, 0xff, 0xff, 0x02};
    static const uint8_t endless[] = {0x08, 0xff, 0xff, 0xff, 0xff, 0xff,
                                      0xff, 0xff, 0xff, 0xff, 0xff, 0x01};
    uint64_t value;
    struct walk walk = walk_of(slice_of(padded, sizeof padded));
    assert_false(walk_u64(&walk, 1, &value));
    walk = walk_of(slice_of(over_64_bits, sizeof over_64_bits));
    assert_false(walk_u64(&walk, 1, &value));
    walk = walk_of(slice_of(endless, sizeof endless));
    assert_false(walk_u64(&walk, 1, &value));
}

static void getter_that_fails_does_not_move(void **state)
{
    (void)state;
    struct buffer bytes = {0};
    uint64_t value;
    struct slice slice;
    uint8_t fixed[4];
    pack_bytes(&bytes, 2, slice_of_text("four"));
    struct walk walk = walk_of(buffer_slice(&bytes));
    assert_false(walk_u64(&walk, 2, &value));
    assert_false(walk_u64(&walk, 1, &value));
    assert_false(walk_bytes(&walk, 1, &slice));
    assert_false(walk_fixed(&walk, 2, fixed, 3));
    assert_false(walk_fixed(&walk, 3, fixed, 4));
    assert_ptr_equal(walk.at, bytes.data);
    assert_true(walk_fixed(&walk, 2, fixed, 4));
    assert_memory_equal(fixed, "four", 4);
    assert_true(walk_is_at_end(&walk));
    buffer_fini(&bytes);
}

static void bytes_longer_than_what_is_left_are_refused(void **state)
{
    (void)state;
    static const uint8_t cut[] = {0x0a, 0x03, 'a', 'b'};
    static const uint8_t huge[] = {0x0a, 0xff, 0xff, 0xff, 0xff, 0xff,
                                   0xff, 0xff, 0xff, 0xff, 0x01, 'a'};
    struct slice slice;
    struct walk walk = walk_of(slice_of(cut, sizeof cut));
    assert_false(walk_bytes(&walk, 1, &slice));
    walk = walk_of(slice_of(huge, sizeof huge));
    assert_false(walk_bytes(&walk, 1, &slice));
}

static void wire_types_that_the_schema_lacks_are_refused(void **state)
{
    (void)state;
    for (uint8_t type = 0; type < 8; type++) {
        uint8_t field[] = {(uint8_t)(1 << 3 | type), 0, 0, 0, 0, 0, 0, 0, 0};
        uint64_t value;
        uint32_t number;
        struct slice slice;
        struct walk walk = walk_of(slice_of(field, sizeof field));
        assert_int_equal(walk_u64(&walk, 1, &value), type == 0);
        walk = walk_of(slice_of(field, sizeof field));
        assert_int_equal(walk_any_bytes(&walk, &number, &slice), type == 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_every_width_round_trip),
        cmocka_unit_test(number_longer_than_need_be_is_refused),
        cmocka_unit_test(getter_that_fails_does_not_move),
        cmocka_unit_test(bytes_longer_than_what_is_left_are_refused),
        cmocka_unit_test(wire_types_that_the_schema_lacks_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
