/* picture_test.c - what a picture must show, and that it is sound XML whatever the game. */
#include "draw/packets.h"
#include "support_game.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char hostile[] = "</text><script>alert(1)</script>&'\"]]>\xff";

/* Every kind of game that there is. */
static struct scenario scenario_number(unsigned number)
{
    static const general_id ring[][2] = {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 0}, {0, 0}};
    struct scenario scenario;
    switch (number) {
    case 0:
        scenario = game_of(ALGORITHM_OM, 3, 1);
        scenario.is_beyond = true;
        game_betray(&scenario, 2, STRATEGY_FLIP);
        return scenario;
    case 1:
        scenario = game_of(ALGORITHM_OM, 4, 1);
        game_betray(&scenario, 0, STRATEGY_SPLIT);
        return scenario;
    case 2:
        scenario = game_of(ALGORITHM_OM, 7, 2);
        game_betray(&scenario, 3, STRATEGY_LATE);
        game_betray(&scenario, 5, STRATEGY_GARBAGE);
        return scenario;
    case 3:
        scenario = game_of(ALGORITHM_OM, 10, 3);
        game_betray(&scenario, 0, STRATEGY_RANDOM);
        game_betray(&scenario, 4, STRATEGY_RANDOM);
        game_betray(&scenario, 8, STRATEGY_FLIP);
        return scenario;
    case 4:
        scenario = game_of(ALGORITHM_OM, 16, 3);
        game_betray(&scenario, 0, STRATEGY_SPLIT);
        game_betray(&scenario, 7, STRATEGY_RANDOM);
        game_betray(&scenario, 11, STRATEGY_SILENT);
        return scenario;
    case 5:
        scenario = game_of(ALGORITHM_SM, 4, 2);
        game_betray(&scenario, 0, STRATEGY_COLLUDE);
        game_betray(&scenario, 3, STRATEGY_COLLUDE);
        return scenario;
    case 6:
        scenario = game_of(ALGORITHM_SM, 6, 4);
        game_graph(&scenario, "ring", ring);
        game_betray(&scenario, 3, STRATEGY_SILENT);
        return scenario;
    case 7:
        scenario = game_of(ALGORITHM_SM, 9, 2);
        scenario.is_interactive = true;
        scenario.private_orders[4] = RETREAT;
        game_betray(&scenario, 3, STRATEGY_SPLIT);
        game_betray(&scenario, 6, STRATEGY_REPLAY);
        return scenario;
    case 8:
        scenario = game_of(ALGORITHM_NAIVE, 5, 0);
        scenario.private_orders[1] = RETREAT;
        scenario.private_orders[3] = RETREAT;
        game_betray(&scenario, 2, STRATEGY_SPLIT);
        return scenario;
    default:
        scenario = game_of(ALGORITHM_OM, 5, 1);
        game_betray(&scenario, 1, STRATEGY_LIE);
        (void)snprintf(scenario.name, sizeof scenario.name, "%s", hostile);
        (void)snprintf(scenario.text, sizeof scenario.text, "%s", hostile);
        (void)snprintf(scenario.order_names[ATTACK], sizeof scenario.order_names[0],
                       "<i>&\"go\"</i>");
        return scenario;
    }
}

#define SCENARIOS 10u

static struct play *play_number(unsigned number)
{
    struct scenario scenario = scenario_number(number);
    return game_play(&scenario);
}

static void picture_of_every_game_is_sound(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SCENARIOS; i++) {
        struct play *play = play_number(i);
        char *svg = game_svg(play, 1);
        const char *trouble = xml_trouble(svg);
        if (trouble != NULL) {
            fail_msg("game %u: %s", i, trouble);
        }
        assert_int_equal(count_of(svg, "xmlns=\"http://www.w3.org/2000/svg\""), 1);
        assert_non_null(strstr(svg, play->ic1 ? "IC1 holds" : "IC1 violated"));
        assert_int_equal(count_of(svg, "://"), 1);
        free(svg);
        play_free(play);
    }
}

/* Every algorithm with every strategy, few and many generals, whoever commands. */
static void picture_of_any_game_is_sound(void **state)
{
    (void)state;
    static const unsigned sizes[] = {2, 3, 6, 13};
    unsigned played = 0;
    for (unsigned number = 0; number < 3u * STRATEGY_COUNT * 4u * 2u; number++) {
        unsigned generals = sizes[number / 2 % 4];
        struct scenario scenario = game_of((enum algorithm)(number / 8 % 3), generals, 0);
        scenario.m = generals > 4 ? 2 : generals - 2;
        scenario.commander = (general_id)(generals - 1);
        scenario.is_interactive = number % 2 == 1 && scenario.algorithm != ALGORITHM_NAIVE;
        scenario.is_beyond = true;
        game_betray(&scenario, 0, (enum strategy)(number / 24 % STRATEGY_COUNT));
        game_betray(&scenario, (general_id)(generals - 1), scenario.strategies[0]);
        struct play *play = NULL;
        struct error_text text;
        if (play_run(&scenario, &play, &text) == OK) {
            char *svg = game_svg(play, (general_id)(number % 3));
            assert_null(xml_trouble(svg));
            free(svg);
            free(game_html(play));
            play_free(play);
            played++;
        }
        scenario_fini(&scenario);
    }
    assert_true(played > 100);
}

static void picture_shows_lanes_rounds_and_reasons(void **state)
{
    (void)state;
    struct play *play = play_number(1);
    char *svg = game_svg(play, 1);
    assert_int_equal(count_of(svg, "<g class=\"lane"), 4);
    assert_int_equal(count_of(svg, "<g class=\"lane traitor\""), 1);
    assert_int_equal(count_of(svg, "<g class=\"packet"), play->packet_count);
    assert_non_null(strstr(svg, ">round 1<"));
    assert_non_null(strstr(svg, ">round 2<"));
    assert_non_null(strstr(svg, play->ic1_reason));
    assert_non_null(strstr(svg, "IC2 no case"));
    assert_non_null(strstr(svg, "traitor: split"));
    assert_non_null(strstr(svg, "The gathering tree of general 1"));
    /* The commander's two tongues: in his lane, and in the legend. */
    assert_int_equal(count_of(svg, "<g class=\"two-faced\""), 2);
    free(svg);
    play_free(play);
}

static void picture_of_voters_shows_what_each_wants(void **state)
{
    (void)state;
    struct play *play = play_number(8);
    char *svg = game_svg(play, 1);
    assert_int_equal(count_of(svg, "<g class=\"wish"), 5);
    assert_int_equal(count_of(svg, "<g class=\"wish unbound\""), 1);
    free(svg);
    play_free(play);
    play = play_number(1);
    svg = game_svg(play, 1);
    assert_int_equal(count_of(svg, "<g class=\"wish"), 1); /* the commander's */
    free(svg);
    play_free(play);
}

/* OM(m,p): whom the commander addresses, and the disjoint paths to one general. */
static void picture_of_a_graph_shows_the_regular_set_and_its_paths(void **state)
{
    (void)state;
    static const general_id cube[][2] = {{0, 1}, {0, 2}, {0, 4}, {1, 3}, {1, 5}, {2, 3}, {2, 6},
                                         {3, 7}, {4, 5}, {4, 6}, {5, 7}, {6, 7}, {0, 0}};
    struct scenario scenario = game_of(ALGORITHM_OM, 8, 1);
    scenario.p = 3;
    game_graph(&scenario, "cube", cube);
    struct play *play = game_play(&scenario);
    char *svg = game_svg(play, 7);
    assert_null(xml_trouble(svg));
    assert_int_equal(count_of(svg, "class=\"wire\""), 12);
    assert_int_equal(count_of(svg, "<circle class=\"ring\""), 3);
    assert_non_null(strstr(svg, "{1, 2, 4}"));
    /* Three paths of three edges from the commander to the far corner. */
    assert_int_equal(count_of(svg, "class=\"way "), 9);
    free(svg);
    play_free(play);
}

static void picture_of_a_loyal_game_marks_nothing(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 4, 1);
    struct play *play = game_play(&scenario);
    char *svg = game_svg(play, 1);
    assert_null(strstr(svg, "class=\"mark"));
    assert_null(strstr(svg, "<g class=\"two-faced\""));
    assert_null(strstr(svg, " traitor\""));
    assert_non_null(strstr(svg, "IC2 holds"));
    free(svg);
    play_free(play);
}

static size_t refused_of(const struct play *play)
{
    size_t count = 0;
    for (size_t i = 0; i < play->message_count; i++) {
        count += message_is_refused(&play->messages[i]);
    }
    return count;
}

static void picture_marks_every_lie(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SCENARIOS; i++) {
        struct play *play = play_number(i);
        char *svg = game_svg(play, 1);
        assert_int_equal(marks_of(svg, "lie"), fates_of(play, FATE_LIE));
        if (play->scenario.generals <= 12) {
            assert_int_equal(marks_of(svg, "late"), fates_of(play, FATE_LATE));
            assert_int_equal(marks_of(svg, "garbage"), fates_of(play, FATE_GARBAGE));
            assert_int_equal(marks_of(svg, "extra"), fates_of(play, FATE_EXTRA));
            assert_int_equal(marks_of(svg, "refused"), refused_of(play));
        }
        free(svg);
        play_free(play);
    }
}

static void picture_shows_silence_as_lines_that_stop(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 4, 1);
    game_betray(&scenario, 2, STRATEGY_SILENT);
    struct play *play = game_play(&scenario);
    char *svg = game_svg(play, 1);
    assert_int_equal(fates_of(play, FATE_SILENT), 2);
    assert_int_equal(count_of(svg, "<line class=\"stop\""), 2 + 1); /* and in the legend */
    free(svg);
    play_free(play);
}

static void picture_of_hostile_names_holds_them_as_text(void **state)
{
    (void)state;
    struct play *play = play_number(9);
    char *svg = game_svg(play, 2);
    assert_null(strstr(svg, "<script"));
    assert_null(strstr(svg, "<i>"));
    assert_null(strstr(svg, "\xff"));
    assert_non_null(strstr(svg, "&lt;script&gt;alert(1)"));
    assert_non_null(strstr(svg, "&lt;i&gt;&amp;&quot;go"));
    free(svg);
    play_free(play);
}

static void picture_of_the_same_game_is_the_same(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SCENARIOS; i++) {
        struct play *first = play_number(i);
        struct play *second = play_number(i);
        char *a = game_svg(first, 1);
        char *b = game_svg(second, 1);
        char *c = game_html(first);
        char *d = game_html(second);
        assert_string_equal(a, b);
        assert_string_equal(c, d);
        free(a);
        free(b);
        free(c);
        free(d);
        play_free(first);
        play_free(second);
    }
}

/* Not the same because nothing of the game is in it. */
static void picture_of_another_game_differs(void **state)
{
    (void)state;
    struct scenario scenario = scenario_number(3);
    scenario.seed++;
    struct play *first = play_number(3);
    struct play *second = game_play(&scenario);
    char *a = game_svg(first, 1);
    char *b = game_svg(second, 1);
    assert_string_not_equal(a, b);
    free(a);
    free(b);
    play_free(first);
    play_free(second);
}

static void picture_of_sets_shows_who_signed(void **state)
{
    (void)state;
    struct play *play = play_number(6);
    char *svg = game_svg(play, 1);
    assert_non_null(strstr(svg, "Sets V and their chains"));
    assert_non_null(strstr(svg, "Who can talk to whom"));
    assert_int_equal(count_of(svg, "class=\"wire\""), 6);
    /* Lieutenants 1 and 5 hear it under one signature, 2 and 4 under two, 3 under three. */
    assert_int_equal(count_of(svg, "<rect class=\"seal\""), 1 + 1 + 2 + 2 + 3);
    free(svg);
    play_free(play);
}

static void picture_of_vectors_frames_what_is_wrong(void **state)
{
    (void)state;
    struct play *play = play_number(7);
    char *svg = game_svg(play, 1);
    assert_non_null(strstr(svg, "Vectors"));
    assert_int_equal(count_of(svg, "<rect class=\"own wrong\""), 0);
    free(svg);
    play->vectors[1][4] = ATTACK;
    svg = game_svg(play, 1);
    assert_int_equal(count_of(svg, "<rect class=\"own wrong\""), 1);
    free(svg);
    play_free(play);
}

static void picture_of_three_generals_shows_the_twins(void **state)
{
    (void)state;
    struct play *play = play_number(0);
    char *svg = game_svg(play, 1);
    assert_int_equal(count_of(svg, "<rect class=\"panel\""), 2);
    free(svg);
    play_free(play);
    play = play_number(1);
    svg = game_svg(play, 1);
    assert_int_equal(count_of(svg, "<rect class=\"panel\""), 0);
    free(svg);
    play_free(play);
}

static void picture_of_many_generals_is_bounded(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 64, 1);
    scenario.is_beyond = true;
    for (unsigned g = 1; g < 20; g++) {
        game_betray(&scenario, (general_id)g, STRATEGY_RANDOM);
    }
    struct play *largest = game_play(&scenario);
    struct play *play = play_number(4);
    char *svg = game_svg(play, 1);
    char *html = game_html(play);
    assert_true(strlen(svg) < 400000);
    assert_true(strlen(html) < 2000000);
    free(svg);
    free(html);
    svg = game_svg(largest, 1);
    html = game_html(largest);
    assert_null(xml_trouble(svg));
    assert_true(strlen(svg) < 1500000);
    assert_true(strlen(html) < 3000000);
    free(svg);
    free(html);
    play_free(play);
    play_free(largest);
}

static void picture_of_a_game_without_record_is_counts_and_decisions(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 16, 4);
    game_betray(&scenario, 5, STRATEGY_FLIP);
    struct play *play = game_play(&scenario);
    assert_false(play->is_recorded);
    char *svg = game_svg(play, 1);
    assert_null(xml_trouble(svg));
    assert_non_null(strstr(svg, "none of them is drawn"));
    assert_non_null(strstr(svg, "Generals"));
    assert_true(strlen(svg) < 200000);
    free(svg);
    play_free(play);
}

static void picture_that_cannot_be_written_is_an_error_with_the_path(void **state)
{
    (void)state;
    struct play *play = play_number(1);
    struct test_folder folder;
    test_folder_init(&folder);
    struct error_text text = {{0}};
    const char *path = test_path(&folder, "%s", "missing/game.svg");
    assert_int_equal(draw_svg(play, 1, path, &text), ERROR_IO);
    assert_non_null(strstr(text.text, path));
    text.text[0] = '\0';
    assert_int_equal(draw_html(play, path, &text), ERROR_IO);
    assert_non_null(strstr(text.text, path));
    assert_int_equal(draw_html(play, folder.path, &text), ERROR_IO); /* a folder is no file */
    struct stat full;
    if (stat("/dev/full", &full) == 0 && S_ISCHR(full.st_mode)) {
        assert_int_equal(draw_svg(play, 1, "/dev/full", &text), ERROR_FULL);
        assert_non_null(strstr(text.text, "/dev/full"));
        assert_int_equal(stat("/dev/full", &full), 0); /* not ours to remove */
        assert_true(S_ISCHR(full.st_mode));
    }
    test_folder_fini(&folder);
    play_free(play);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(picture_of_every_game_is_sound),
        cmocka_unit_test(picture_of_any_game_is_sound),
        cmocka_unit_test(picture_shows_lanes_rounds_and_reasons),
        cmocka_unit_test(picture_of_voters_shows_what_each_wants),
        cmocka_unit_test(picture_of_a_graph_shows_the_regular_set_and_its_paths),
        cmocka_unit_test(picture_of_a_loyal_game_marks_nothing),
        cmocka_unit_test(picture_marks_every_lie),
        cmocka_unit_test(picture_shows_silence_as_lines_that_stop),
        cmocka_unit_test(picture_of_hostile_names_holds_them_as_text),
        cmocka_unit_test(picture_of_the_same_game_is_the_same),
        cmocka_unit_test(picture_of_another_game_differs),
        cmocka_unit_test(picture_of_sets_shows_who_signed),
        cmocka_unit_test(picture_of_vectors_frames_what_is_wrong),
        cmocka_unit_test(picture_of_three_generals_shows_the_twins),
        cmocka_unit_test(picture_of_many_generals_is_bounded),
        cmocka_unit_test(picture_of_a_game_without_record_is_counts_and_decisions),
        cmocka_unit_test(picture_that_cannot_be_written_is_an_error_with_the_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
