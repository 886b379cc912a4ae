/* svg_test.c - strangers' texts come out harmless, whatever bytes they are made of. */
#include "draw/svg.h"
#include "support_game.h"

#include <jansson.h>
#include <string.h>

static void expect_escaped(const char *text, const char *expected)
{
    struct buffer out = {.size = 0};
    markup_escape(&out, text);
    text_put(&out, "%c", '\0');
    assert_string_equal((const char *)out.data, expected);
    buffer_fini(&out);
}

static void escape_of_markup_is_entities(void **state)
{
    (void)state;
    expect_escaped("", "");
    expect_escaped("a<b>&\"c'", "a&lt;b&gt;&amp;&quot;c&#39;");
    expect_escaped("\xc3\xa4 \xe2\x86\x92 \xf0\x9f\x8e\x96",
                   "\xc3\xa4 \xe2\x86\x92 \xf0\x9f\x8e\x96");
}

#define LOST "\xef\xbf\xbd"

static void escape_of_what_is_no_character_replaces_it(void **state)
{
    (void)state;
    expect_escaped("a\x01z", "a" LOST "z");
    expect_escaped("\x7f", LOST);
    expect_escaped("\xff\xfe", LOST LOST);
    expect_escaped("\xc3", LOST);                            /* cut off by the end */
    expect_escaped("\xc0\xaf", LOST LOST);                   /* overlong */
    expect_escaped("\xed\xa0\x80", LOST LOST LOST);          /* half of a pair */
    expect_escaped("\xf5\x80\x80\x80", LOST LOST LOST LOST); /* beyond Unicode */
    expect_escaped("\xef\xbf\xbf", LOST LOST LOST);
}

static void json_of_any_byte_is_read_back(void **state)
{
    (void)state;
    for (unsigned byte = 1; byte < 256; byte++) {
        char text[] = {'a', (char)byte, 'z', '\0'};
        struct buffer out = {.size = 0};
        text_json(&out, text);
        text_put(&out, "%c", '\0');
        json_t *value = json_loads((const char *)out.data, JSON_DECODE_ANY, NULL);
        assert_non_null(value);
        if (byte >= ' ' && byte < 0x7f) {
            assert_string_equal(json_string_value(value), text);
        }
        assert_null(strpbrk((const char *)out.data, "<>&'"));
        json_decref(value);
        buffer_fini(&out);
    }
}

static void text_longer_than_its_room_is_cut_between_characters(void **state)
{
    (void)state;
    struct svg svg = {.width = 0};
    svg_text(&svg, "t", 1, 2, 4, "%s", "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa4");
    text_put(&svg.body, "%c", '\0');
    assert_string_equal((const char *)svg.body.data,
                        "<text class=\"t\" x=\"1\" y=\"2\"><title>\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f"
                        "\xc3\xa4</title>\xc3\xa4\xc3\xb6\xc3\xbc\xe2\x80\xa6</text>\n");
    svg_fini(&svg);
    assert_int_equal(text_length("\xc3\xa4\xff"), 2);
    assert_int_equal(text_bytes("\xc3\xa4\xff", 1), 2);
}

static void sine_is_near_and_symmetric(void **state)
{
    (void)state;
    assert_int_equal(sine(0), 0);
    assert_int_equal(sine(9000), 10000);
    assert_int_equal(sine(3000), 5000);
    assert_int_equal(sine(27000), -10000);
    for (int angle = 0; angle <= 36000; angle += 25) {
        assert_int_equal(sine(angle), -sine(angle + 18000));
        assert_int_equal(sine(angle), sine(angle - 36000));
        int64_t square =
            (int64_t)sine(angle) * sine(angle) + (int64_t)sine(angle + 9000) * sine(angle + 9000);
        assert_true(square > 99600000 && square < 100400000);
    }
}

static void place_in_a_sheet_grows_it(void **state)
{
    (void)state;
    struct svg sheet = {.width = 0};
    struct svg part = {.width = 30, .height = 40};
    svg_rect(&part, "r", 0, 0, 30, 40);
    svg_place(&sheet, &part, 5, 6);
    assert_int_equal(sheet.width, 35);
    assert_int_equal(sheet.height, 46);
    assert_null(part.body.data);
    svg_fini(&sheet);
}

/* The reader of the other tests finds what it is there to find. */
static void xml_that_is_broken_is_found(void **state)
{
    (void)state;
    assert_null(xml_trouble("<svg a=\"1\"><g>&lt;x</g><r b=\"&amp;\"/></svg>\n"));
    static const char *const broken[] = {
        "",
        "<svg>",
        "<svg></g>",
        "<svg><g></svg></g>",
        "<svg a=1/>",
        "<svg a=\"1/>",
        "<svg>&</svg>",
        "<svg>&nbsp;</svg>",
        "<svg><</svg>",
        "<svg/><svg/>",
        "<svg/>text",
        "<svg>\x01</svg>",
        "<svg a=\"<\"/>",
        "<svg><!-- --></svg>",
    };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        assert_non_null(xml_trouble(broken[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escape_of_markup_is_entities),
        cmocka_unit_test(escape_of_what_is_no_character_replaces_it),
        cmocka_unit_test(json_of_any_byte_is_read_back),
        cmocka_unit_test(text_longer_than_its_room_is_cut_between_characters),
        cmocka_unit_test(sine_is_near_and_symmetric),
        cmocka_unit_test(place_in_a_sheet_grows_it),
        cmocka_unit_test(xml_that_is_broken_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
