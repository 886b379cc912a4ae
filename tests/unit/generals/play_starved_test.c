/* play_starved_test.c - a game that gets no memory from its k-th request on, for every k: it fails
 * with the reason, leaks nothing (the sanitizers look), and the next one is played. */
#include "support_game.h"

#include <stdlib.h>
#include <string.h>

/* Requests that are still met; negative: all are. */
static long left = -1;

static int is_met(void)
{
    if (left > 0) {
        left--;
    }
    return left != 0;
}

/* The linker's --wrap gives these names. */
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void *__wrap_malloc(size_t size)
{
    return is_met() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_met() ? __real_calloc(count, size) : NULL;
}

void *__wrap_realloc(void *memory, size_t size)
{
    return is_met() ? __real_realloc(memory, size) : NULL;
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

/* Plays with less and less hunger; returns after how many failures it went well. */
static long starve(const struct scenario *scenario)
{
    for (long k = 1;; k++) {
        struct play *play = NULL;
        struct error_text text = {""};
        left = k;
        enum error error = play_run(scenario, &play, &text);
        left = -1;
        if (error == OK) {
            assert_non_null(play);
            play_free(play);
            return k - 1;
        }
        assert_int_equal(error, ERROR_MEMORY);
        assert_non_null(strstr(text.text, "no memory"));
        assert_null(play);
    }
}

static void om_without_memory_fails_cleanly(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 7, 2);
    scenario.is_interactive = true;
    game_betray(&scenario, general_bit(2) | general_bit(5), STRATEGY_RANDOM);
    assert_true(starve(&scenario) > 10);
}

static void sm_without_memory_fails_cleanly(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_SM, 6, 2);
    scenario.is_interactive = true;
    game_betray(&scenario, general_bit(2) | general_bit(5), STRATEGY_SCRIPT);
    game_lie(&scenario, 2, 1, RETREAT, (general_id[]){0, 2}, 2);
    assert_true(starve(&scenario) > 10);
    scenario_fini(&scenario);
}

static void om_on_a_graph_without_memory_fails_cleanly(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 6, 1);
    graph_init(&scenario.graph, 6);
    for (general_id g = 0; g < 6; g++) { /* K_{3,3} */
        graph_connect(&scenario.graph, g, (general_id)((g + 1) % 6));
        graph_connect(&scenario.graph, g, (general_id)((g + 3) % 6));
    }
    assert_true(starve(&scenario) > 4);
}

static void naive_game_without_memory_fails_cleanly(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_NAIVE, 9, 0);
    assert_true(starve(&scenario) > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(om_without_memory_fails_cleanly),
        cmocka_unit_test(sm_without_memory_fails_cleanly),
        cmocka_unit_test(om_on_a_graph_without_memory_fails_cleanly),
        cmocka_unit_test(naive_game_without_memory_fails_cleanly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
