/* text_test.c - bytes as text: escapes there and back, UTF-8, Base64, hexadecimal. */
#include "console/text.h"

#include "base/prng.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct buffer out;
static struct buffer back;

static int set_up(void **state)
{
    (void)state;
    buffer_clear(&out);
    buffer_clear(&back);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    buffer_fini(&out);
    buffer_fini(&back);
    return 0;
}

static void assert_text(const struct buffer *buffer, const char *expected)
{
    assert_int_equal(buffer->size, strlen(expected));
    assert_memory_equal(buffer->data, expected, buffer->size);
}

static void escape_for_framing_touches_only_what_frames(void **state)
{
    (void)state;
    text_escape(&out, slice_of_text("a\tb\\c\nd\re\x1b\xff\xc3\xa4"), TEXT_ESCAPE_FRAMING);
    assert_text(&out, "a\\tb\\\\c\\nd\\re\x1b\xff\xc3\xa4");
}

static void escape_for_screen_disarms_controls_and_broken_utf8(void **state)
{
    (void)state;
    text_escape(&out, slice_of_text("\x1b[2J\x7f\xff\xc2\x9b\xc3\xa4\xe2\x82"),
                TEXT_ESCAPE_FOR_SCREEN);
    assert_text(&out, "\\x1b[2J\\x7f\\xff\\xc2\\x9b\xc3\xa4\\xe2\\x82");
}

static void escape_then_unescape_gives_any_bytes_back(void **state)
{
    (void)state;
    struct prng prng;
    uint8_t bytes[64];
    prng_init(&prng, 5);
    for (int round = 0; round < 4000; round++) {
        size_t size = prng_below(&prng, sizeof bytes + 1);
        for (size_t i = 0; i < size; i++) {
            bytes[i] = (uint8_t)prng_next(&prng);
            if (round % 2 == 0) {
                bytes[i] = (uint8_t) "\\\tx\n0"[bytes[i] % 5];
            }
        }
        buffer_clear(&out);
        buffer_clear(&back);
        text_escape(&out, slice_of(bytes, size),
                    round % 3 == 0 ? TEXT_ESCAPE_FRAMING : TEXT_ESCAPE_FOR_SCREEN);
        assert_null(out.size == 0 ? NULL : memchr(out.data, '\n', out.size));
        assert_null(out.size == 0 ? NULL : memchr(out.data, '\t', out.size));
        assert_true(text_unescape(&back, buffer_slice(&out)));
        assert_true(slice_is_equal(buffer_slice(&back), slice_of(bytes, size)));
    }
}

static void unescape_of_no_escape_fails_and_leaves_the_buffer(void **state)
{
    (void)state;
    static const char *const wrong[] = {"\\",   "a\\",   "\\q",   "\\x",
                                        "\\x1", "\\x1g", "\\xg1", "\\X11"};
    buffer_append(&out, slice_of_text("kept"));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(text_unescape(&out, slice_of_text(wrong[i])));
        assert_text(&out, "kept");
    }
}

static void utf8_edges_are_judged_as_rfc_3629_says(void **state)
{
    (void)state;
    static const char *const good[] = {"",
                                       "a",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x80",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xc2",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "\xe2\x82",
                                      "a\xc2z"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(text_is_utf8(slice_of_text(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(text_is_utf8(slice_of_text(bad[i])));
    }
    assert_true(text_is_utf8(slice_of("a\0b", 3)));
}

/* RFC 4648, 10. */
static void base64_gives_the_published_vectors(void **state)
{
    (void)state;
    static const char *const vectors[][2] = {{"", ""},
                                             {"f", "Zg=="},
                                             {"fo", "Zm8="},
                                             {"foo", "Zm9v"},
                                             {"foob", "Zm9vYg=="},
                                             {"fooba", "Zm9vYmE="},
                                             {"foobar", "Zm9vYmFy"},
                                             {"\xff\xfe\xfd", "//79"}};
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        buffer_clear(&out);
        text_base64(&out, slice_of_text(vectors[i][0]));
        assert_text(&out, vectors[i][1]);
    }
}

static void hex_is_pairs_with_space_between(void **state)
{
    (void)state;
    assert_true(text_from_hex(&out, slice_of_text(" 01 fF\n7a ")));
    assert_text(&out, "\x01\xffz");
    assert_false(text_from_hex(&out, slice_of_text("0")));
    assert_false(text_from_hex(&out, slice_of_text("0 1")));
    assert_false(text_from_hex(&out, slice_of_text("0x11")));
    assert_false(text_from_hex(&out, slice_of("\0", 1)));
}

static void sizes_are_short(void **state)
{
    (void)state;
    char text[TEXT_SIZE_BYTES];
    assert_string_equal(text_of_size(0, text), "0 B");
    assert_string_equal(text_of_size(1023, text), "1023 B");
    assert_string_equal(text_of_size(1536, text), "1.5 KiB");
    assert_string_equal(text_of_size(UINT64_C(20) << 30, text), "20 GiB");
    assert_string_equal(text_of_size(UINT64_MAX, text), "16 EiB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(escape_for_framing_touches_only_what_frames, set_up),
        cmocka_unit_test_setup(escape_for_screen_disarms_controls_and_broken_utf8, set_up),
        cmocka_unit_test_setup(escape_then_unescape_gives_any_bytes_back, set_up),
        cmocka_unit_test_setup(unescape_of_no_escape_fails_and_leaves_the_buffer, set_up),
        cmocka_unit_test_setup(utf8_edges_are_judged_as_rfc_3629_says, set_up),
        cmocka_unit_test_setup(base64_gives_the_published_vectors, set_up),
        cmocka_unit_test_setup(hex_is_pairs_with_space_between, set_up),
        cmocka_unit_test_setup(sizes_are_short, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
