/* report_test.c - what a person reads of a game. */
#include "command/report.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* A game of `generals` with these traitors, all with one strategy, played although theory may
 * promise nothing. */
static void prepare(struct scenario *scenario, enum algorithm algorithm, unsigned generals,
                    unsigned m, general_set traitors, enum strategy strategy)
{
    scenario_init(scenario);
    scenario->algorithm = algorithm;
    scenario->generals = generals;
    scenario->m = m;
    scenario->traitors = traitors;
    scenario->is_beyond = true;
    graph_complete(&scenario->graph, generals);
    for (unsigned general = 0; general < generals; general++) {
        bool is_traitor = general_is_in(traitors, (general_id)general) != 0;
        scenario->strategies[general] = is_traitor ? strategy : STRATEGY_LOYAL;
    }
}

/* Plays it and tells it; on the heap. The scenario is freed. */
static char *tell(struct scenario *scenario, bool has_colour, int tree_of)
{
    struct play *play = NULL;
    struct error_text error = {""};
    char *text = NULL;
    size_t size = 0;
    if (play_run(scenario, &play, &error) != OK) {
        fail_msg("not played: %s", error.text);
    }
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    struct report report = {.out = stream,
                            .play = play,
                            .has_colour = has_colour,
                            .has_tree = tree_of >= 0,
                            .tree_of = tree_of >= 0 ? (general_id)tree_of : 0};
    report_print(&report);
    assert_int_equal(fclose(stream), 0);
    play_free(play);
    scenario_fini(scenario);
    return text;
}

static void expect(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("not in the report:\n%s\nwhich is:\n%s", part, text);
    }
}

static void oral_game_is_told_round_by_round(void **state)
{
    (void)state;
    struct scenario scenario;
    prepare(&scenario, ALGORITHM_OM, 4, 1, general_bit(2), STRATEGY_FLIP);
    char *text = tell(&scenario, false, -1);
    expect(text, "OM(1), oral messages, 4 generals, 2 rounds\n"
                 "  commander  0, orders attack\n"
                 "  traitors   2*, flip; acted 2 times\n");
    expect(text, "  Round 1: the commander gives his order.\n"
                 "  from  path  to 1    to 2*   to 3\n"
                 "  0     0     attack  attack  attack\n"
                 "\n"
                 "  Round 2: each lieutenant tells what he was told.\n"
                 "  from  path  to 1      to 2*   to 3\n"
                 "  1     0>1             attack  attack\n"
                 "  2*    0>2   retreat!          retreat!\n"
                 "  3     0>3   attack    attack\n");
    expect(text, "  general  of 1    of 2*     of 3    obeys\n"
                 "  1        attack  retreat!  attack  attack\n"
                 "  2*       attack  attack    attack  attack\n"
                 "  3        attack  retreat!  attack  attack\n");
    expect(text, "  attack: 0 1 3\n\n  IC1 holds\n");
    expect(text, "            sent  were all loyal, by formula\n"
                 "  messages  9     9\n"
                 "  packets   9     9\n");
    free(text);
}

static void signed_game_shows_chains_and_v(void **state)
{
    (void)state;
    struct scenario scenario;
    prepare(&scenario, ALGORITHM_SM, 4, 1, general_bit(0) | general_bit(2), STRATEGY_COLLUDE);
    char *text = tell(&scenario, false, -1);
    expect(text, "  from  order    signed  to 1   to 2*  to 3\n"
                 "  1     attack   0>1            known  known\n"
                 "  2*    retreat  0>2                   new!\n"
                 "  2*    attack   0>2     known         known\n");
    expect(text, "  1        attack           attack\n");
    expect(text, "  3        attack, retreat  retreat\n");
    expect(text, "  IC1 is violated\n");
    expect(text, "  signatures made     ");
    free(text);
}

static void naive_vote_shows_what_each_holds(void **state)
{
    (void)state;
    struct scenario scenario;
    prepare(&scenario, ALGORITHM_NAIVE, 3, 1, general_bit(2), STRATEGY_SPLIT);
    char *text = tell(&scenario, false, -1);
    expect(text, "Naive voting of 3 generals, 1 round\n");
    expect(text, "  from  to 0    to 1      to 2*\n"
                 "  0             attack    attack\n"
                 "  1     attack            attack\n"
                 "  2*    attack  retreat!\n");
    expect(text, "  general  of 0    of 1    of 2*     obeys\n");
    free(text);
}

static void tree_shows_what_was_told_and_what_it_comes_to(void **state)
{
    (void)state;
    struct scenario scenario;
    prepare(&scenario, ALGORITHM_OM, 4, 2, general_bit(2), STRATEGY_FLIP);
    char *text = tell(&scenario, false, 1);
    expect(text, "What general 1 was told\n");
    expect(text, "  0  told attack, comes to retreat <\n"
                 "    0>2*  told retreat, comes to retreat\n"
                 "      0>2>3  told retreat\n"
                 "    0>3  told attack, comes to retreat <\n"
                 "      0>3>2*  told retreat\n");
    free(text);
    prepare(&scenario, ALGORITHM_OM, 4, 1, 0, STRATEGY_LOYAL);
    text = tell(&scenario, false, 0);
    expect(text, "General 0 commands and is told nothing\n");
    free(text);
    prepare(&scenario, ALGORITHM_SM, 4, 1, 0, STRATEGY_LOYAL);
    text = tell(&scenario, false, 1);
    expect(text, "There is no tree: it belongs to om on a complete graph\n");
    free(text);
}

static void tree_that_is_long_is_cut(void **state)
{
    (void)state;
    struct scenario scenario;
    prepare(&scenario, ALGORITHM_OM, 13, 4, 0, STRATEGY_LOYAL);
    char *text = tell(&scenario, false, 1);
    expect(text, "... and more; --html has all of it.");
    assert_true(strlen(text) < 100000);
    free(text);
}

static void traitor_who_never_acted_is_reported(void **state)
{
    (void)state;
    struct scenario scenario;
    prepare(&scenario, ALGORITHM_OM, 4, 1, general_bit(2), STRATEGY_LOYAL);
    char *text = tell(&scenario, false, -1);
    expect(text, "Traitor 2 never acted");
    free(text);
    prepare(&scenario, ALGORITHM_OM, 4, 1, general_bit(2), STRATEGY_FLIP);
    text = tell(&scenario, false, -1);
    assert_null(strstr(text, "never acted"));
    free(text);
}

static void orders_are_shortened_where_a_table_gets_too_wide(void **state)
{
    (void)state;
    struct scenario scenario;
    prepare(&scenario, ALGORITHM_OM, 16, 1, general_bit(2), STRATEGY_FLIP);
    char *text = tell(&scenario, false, -1);
    expect(text, "  r = retreat, a = attack, - = nothing, ~ = too late, ? = garbage\n");
    expect(text, "\n  0     0     a  a ");
    free(text);
    prepare(&scenario, ALGORITHM_OM, 16, 1, general_bit(2), STRATEGY_FLIP);
    order_nr order = RETREAT;
    struct error_text error;
    assert_int_equal(scenario_order(&scenario, "assemble", &order, &error), OK);
    text = tell(&scenario, false, -1);
    expect(text, "  re = retreat, at = attack, as = assemble,"); /* as many letters as tell */
    free(text);
}

static void game_that_is_too_large_is_summed_up(void **state)
{
    (void)state;
    struct scenario scenario;
    prepare(&scenario, ALGORITHM_OM, 10, 3, general_bit(2), STRATEGY_FLIP);
    char *text = tell(&scenario, false, -1);
    expect(text, "That is too much to be shown here.");
    expect(text, "  messages  3609  3609\n");
    assert_null(strstr(text, "Round 1"));
    free(text);
}

static void colour_is_given_only_if_it_is_wanted(void **state)
{
    (void)state;
    struct scenario scenario;
    prepare(&scenario, ALGORITHM_OM, 4, 1, general_bit(2), STRATEGY_FLIP);
    char *coloured = tell(&scenario, true, -1);
    expect(coloured, "\x1b[1;31mretreat!\x1b[0m");
    expect(coloured, "\x1b[1;32mIC1 holds\x1b[0m");
    prepare(&scenario, ALGORITHM_OM, 4, 1, general_bit(2), STRATEGY_FLIP);
    char *plain = tell(&scenario, false, -1);
    assert_null(strchr(plain, '\x1b'));
    size_t kept = 0; /* the same text but for colour */
    for (const char *at = coloured; *at != '\0'; at++) {
        if (*at == '\x1b') {
            at += strcspn(at, "m");
            continue;
        }
        assert_int_equal(*at, plain[kept]);
        kept++;
    }
    assert_int_equal(plain[kept], '\0');
    free(coloured);
    free(plain);
}

static void assert_lines_fit(const char *text)
{
    for (const char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        if (length > REPORT_COLUMNS) {
            fail_msg("%zu columns: %.*s", length, (int)length, line);
        }
        line += length + 1;
    }
}

/* Whatever is played: it is told in lines that fit. */
static void no_line_is_too_wide(void **state)
{
    (void)state;
    unsigned played = 0;
    for (unsigned algorithm = 0; algorithm <= ALGORITHM_NAIVE; algorithm++) {
        for (unsigned generals = 4; generals <= 64; generals += generals < 20 ? 3 : 22) {
            for (unsigned strategy = 0; strategy < STRATEGY_SCRIPT; strategy++) {
                struct scenario scenario;
                prepare(&scenario, (enum algorithm)algorithm, generals, 1, 5,
                        (enum strategy)strategy);
                scenario.is_interactive = algorithm != ALGORITHM_NAIVE && strategy % 2 == 0;
                if (scenario_check(&scenario, NULL) != OK) { /* not every strategy fits */
                    scenario_fini(&scenario);
                    continue;
                }
                played++;
                char *text = tell(&scenario, false, 1);
                assert_lines_fit(text);
                expect(text, "What came of it");
                free(text);
            }
        }
    }
    assert_true(played > 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oral_game_is_told_round_by_round),
        cmocka_unit_test(signed_game_shows_chains_and_v),
        cmocka_unit_test(naive_vote_shows_what_each_holds),
        cmocka_unit_test(tree_shows_what_was_told_and_what_it_comes_to),
        cmocka_unit_test(tree_that_is_long_is_cut),
        cmocka_unit_test(traitor_who_never_acted_is_reported),
        cmocka_unit_test(orders_are_shortened_where_a_table_gets_too_wide),
        cmocka_unit_test(game_that_is_too_large_is_summed_up),
        cmocka_unit_test(colour_is_given_only_if_it_is_wanted),
        cmocka_unit_test(no_line_is_too_wide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
