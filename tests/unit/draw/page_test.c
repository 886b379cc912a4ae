/* page_test.c - a page stands alone, its data are JSON that says what was played, and nothing in
 * it is a stranger's markup. */
#include "support_game.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The game as the page's script gets it. */
static json_t *data_of(const char *html)
{
    static const char begin[] = "<script id=\"data\" type=\"application/json\">";
    const char *from = strstr(html, begin);
    assert_non_null(from);
    from += strlen(begin);
    const char *to = strstr(from, "</script>");
    assert_non_null(to);
    json_error_t error;
    json_t *data = json_loadb(from, (size_t)(to - from), JSON_REJECT_DUPLICATES, &error);
    if (data == NULL) {
        fail_msg("%s at %d", error.text, error.position);
    }
    return data;
}

static json_int_t number(const json_t *array, size_t index)
{
    return json_integer_value(json_array_get(array, index));
}

static void page_holds_every_message(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 7, 2);
    game_betray(&scenario, 0, STRATEGY_SPLIT);
    game_betray(&scenario, 5, STRATEGY_RANDOM);
    struct play *play = game_play(&scenario);
    char *html = game_html(play);
    json_t *data = data_of(html);
    const json_t *messages = json_object_get(data, "messages");
    assert_int_equal(json_array_size(messages), play->message_count);
    for (size_t i = 0; i < play->message_count; i++) {
        const struct message *message = &play->messages[i];
        const json_t *told = json_array_get(messages, i);
        assert_int_equal(number(told, 1), message->round);
        assert_int_equal(number(told, 2), message->from);
        assert_int_equal(number(told, 3), message->to);
        assert_int_equal(number(told, 4), message->due);
        assert_int_equal(number(told, 5), message->sent);
        assert_int_equal(number(told, 6), (int)message->fate);
        const json_t *path = json_array_get(told, 8);
        assert_int_equal(json_array_size(path), message->path_count);
        for (size_t k = 0; k < message->path_count; k++) {
            assert_int_equal(number(path, k), message_path(play, message)[k]);
        }
    }
    for (unsigned g = 0; g < 7; g++) {
        assert_int_equal(number(json_object_get(data, "decisions"), g), play->decisions[g]);
    }
    assert_string_equal(json_string_value(json_object_get(json_object_get(data, "ic1"), "reason")),
                        play->ic1_reason);
    json_decref(data);
    free(html);
    play_free(play);
}

static void page_of_too_many_messages_holds_packets(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 16, 3);
    game_betray(&scenario, 3, STRATEGY_FLIP);
    struct play *play = game_play(&scenario);
    char *html = game_html(play);
    json_t *data = data_of(html);
    assert_null(json_object_get(data, "messages"));
    const json_t *packets = json_object_get(data, "packets");
    assert_int_equal(json_array_size(packets), play->packet_count);
    json_int_t values = 0;
    json_int_t wrong = 0;
    for (size_t i = 0; i < json_array_size(packets); i++) {
        const json_t *packet = json_array_get(packets, i);
        const json_t *orders = json_array_get(packet, 5);
        wrong += number(packet, 4);
        for (size_t k = 0; k < json_array_size(orders); k++) {
            values += number(json_array_get(orders, k), 1);
        }
    }
    assert_int_equal(values, play->message_count);
    assert_int_equal(wrong, fates_of(play, FATE_LIE));
    json_decref(data);
    free(html);
    play_free(play);
}

static void page_reaches_for_nothing_outside(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_SM, 4, 1);
    struct play *play = game_play(&scenario);
    char *html = game_html(play);
    assert_true(count_of(html, "://") > 0);
    assert_int_equal(count_of(html, "://"), count_of(html, "xmlns=\"http://www.w3.org/2000/svg\""));
    static const char *const outside[] = {" src=",  "@import",        "url(",     "<link",
                                          "fetch(", "XMLHttpRequest", "innerHTML"};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        assert_null(strstr(html, outside[i]));
    }
    /* Every marker of the template was filled in. */
    assert_null(strstr(html, "@DATA@"));
    assert_null(strstr(html, "_CSS@"));
    assert_null(strstr(html, "@PAGE"));
    assert_non_null(strstr(html, "</html>"));
    free(html);
    play_free(play);
}

static void page_of_hostile_names_holds_them_as_text(void **state)
{
    (void)state;
    static const char name[] = "</script><script>alert(1)//<!--\xff&'\"\\";
    struct scenario scenario = game_of(ALGORITHM_OM, 4, 1);
    struct play *tame = game_play(&scenario);
    (void)snprintf(scenario.name, sizeof scenario.name, "%s", name);
    (void)snprintf(scenario.text, sizeof scenario.text, "%s", name);
    (void)snprintf(scenario.order_names[ATTACK], sizeof scenario.order_names[0], "</style><b>");
    struct play *play = game_play(&scenario);
    char *html = game_html(play);
    char *usual = game_html(tame);
    assert_null(strstr(html, "alert(1)//<"));
    assert_null(strstr(html, "<b>"));
    assert_int_equal(count_of(html, "<script"), count_of(usual, "<script"));
    assert_int_equal(count_of(html, "</script"), count_of(usual, "</script"));
    assert_int_equal(count_of(html, "</style"), count_of(usual, "</style"));
    json_t *data = data_of(html);
    static const char expected[] = "</script><script>alert(1)//<!--\xef\xbf\xbd&'\"\\";
    assert_string_equal(json_string_value(json_object_get(data, "name")), expected);
    json_decref(data);
    free(html);
    free(usual);
    play_free(play);
    play_free(tame);
}

static void page_has_the_tree_of_every_lieutenant(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 7, 2);
    struct play *play = game_play(&scenario);
    char *html = game_html(play);
    assert_int_equal(count_of(html, "data-show=\"tree\""), 6);
    for (unsigned g = 1; g < 7; g++) {
        char heading[64];
        (void)snprintf(heading, sizeof heading, "The gathering tree of general %u", g);
        assert_int_equal(count_of(html, heading), 1);
    }
    free(html);
    play_free(play);
}

static void page_of_interactive_consistency_has_each_instance(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 4, 1);
    scenario.is_interactive = true;
    struct play *play = game_play(&scenario);
    char *html = game_html(play);
    json_t *data = data_of(html);
    assert_int_equal(json_array_size(json_object_get(data, "instances")), 4);
    for (unsigned i = 0; i < 4; i++) {
        char wanted[64];
        (void)snprintf(wanted, sizeof wanted, "data-show=\"instance\" data-instance=\"%u\"", i);
        assert_int_equal(count_of(html, wanted), 2); /* lanes, votes */
    }
    json_decref(data);
    free(html);
    play_free(play);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(page_holds_every_message),
        cmocka_unit_test(page_of_too_many_messages_holds_packets),
        cmocka_unit_test(page_reaches_for_nothing_outside),
        cmocka_unit_test(page_of_hostile_names_holds_them_as_text),
        cmocka_unit_test(page_has_the_tree_of_every_lieutenant),
        cmocka_unit_test(page_of_interactive_consistency_has_each_instance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
