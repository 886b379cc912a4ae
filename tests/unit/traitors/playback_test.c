/* playback_test.c - what holds for every strategy: it acts and counts exactly that; it is
 * deterministic; what it says can be read, and is signed by whom it names. Except where the
 * strategy is about just that. */
#include "support_tape.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on

static struct tape tape;

static int setup(void **state)
{
    (void)state;
    tape_record(&tape, SIZE_MAX);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tape_free(&tape);
    return 0;
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (strcmp(name, *names) == 0) {
            return true;
        }
    }
    return false;
}

/* Runs the check for each strategy. */
static void for_each(void (*check)(const char *name, const struct playback *playback))
{
    for (size_t i = 0; i < traitor_strategy_count(); i++) {
        struct playback playback = {0};
        playback_run(&playback, &tape, i, 5);
        check(traitor_strategy(i)->name, &playback);
        playback_fini(&playback);
    }
}

static void check_acts(const char *name, const struct playback *playback)
{
    if (playback_acted(playback) == 0 || playback->misjudged != 0) {
        print_error("%s: acted=%llu misjudged=%llu\n", name,
                    (unsigned long long)playback_acted(playback),
                    (unsigned long long)playback->misjudged);
    }
    assert_true(playback_acted(playback) > 0);
    assert_int_equal(playback->misjudged, 0);
}

static void every_strategy_counts_just_when_it_does_otherwise(void **state)
{
    (void)state;
    for_each(check_acts);
}

static void acts_that_are_not_counted_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < traitor_strategy_count(); i++) {
        struct playback playback = {.is_blind = true};
        playback_run(&playback, &tape, i, 5);
        bool only_signs = strcmp(traitor_strategy(i)->name, "bad-signature") == 0;
        assert_true(playback.misjudged > 0 || only_signs);
        playback_fini(&playback);
    }
}

static void check_readable(const char *name, const struct playback *playback)
{
    static const char *const unreadable[] = {"garbage", "flood", "turncoat", "count-twice", NULL};
    if (strcmp(name, "turncoat") == 0) {
        return; /* plays them now and then */
    }
    if ((playback->malformed != 0) != is_one_of(name, unreadable)) {
        print_error("%s: malformed=%llu of %llu\n", name, (unsigned long long)playback->malformed,
                    (unsigned long long)playback->frames);
    }
    assert_int_equal(playback->malformed != 0, is_one_of(name, unreadable));
}

static void every_strategy_but_noise_can_be_read(void **state)
{
    (void)state;
    for_each(check_readable);
}

static void check_signed(const char *name, const struct playback *playback)
{
    static const char *const forgers[] = {"spoil-certificates",
                                          "poison-sync",
                                          "invent-blocks",
                                          "invent-segments",
                                          "mutate",
                                          "forge",
                                          "usurp",
                                          "garbage",
                                          NULL};
    size_t forged = 0;
    for (size_t i = 0; i < playback->spoken_count; i++) {
        forged += playback->spoken[i].is_authentic ? 0 : 1;
    }
    if (strcmp(name, "turncoat") == 0) {
        return;
    }
    if ((forged != 0) != is_one_of(name, forgers)) {
        print_error("%s: forged=%zu of %zu\n", name, forged, playback->spoken_count);
    }
    assert_true(forged == 0 || is_one_of(name, forgers));
    assert_true(forged != 0 || !is_one_of(name, forgers) || strcmp(name, "garbage") == 0);
}

static void every_strategy_but_forgers_signs_truly(void **state)
{
    (void)state;
    for_each(check_signed);
}

static void equal_seeds_give_equal_output(void **state)
{
    (void)state;
    for (size_t i = 0; i < traitor_strategy_count(); i++) {
        struct playback first = {0};
        struct playback second = {0};
        playback_run(&first, &tape, i, 11);
        playback_run(&second, &tape, i, 11);
        assert_true(first.hash == second.hash);
        assert_int_equal(first.frames, second.frames);
        assert_int_equal(playback_acted(&first), playback_acted(&second));
        playback_fini(&first);
        playback_fini(&second);
    }
}

static void other_seeds_give_other_output_where_chance_plays(void **state)
{
    (void)state;
    static const char *const random[] = {"future-views", "garbage", "mutate", "forge", NULL};
    for (size_t i = 0; random[i] != NULL; i++) {
        struct playback first = {0};
        struct playback second = {0};
        playback_run(&first, &tape, traitor_strategy_find(random[i]), 11);
        playback_run(&second, &tape, traitor_strategy_find(random[i]), 12);
        assert_true(first.hash != second.hash);
        playback_fini(&first);
        playback_fini(&second);
    }
}

static void names_are_unique_and_found(void **state)
{
    (void)state;
    assert_true(traitor_strategy_count() <= STRATEGIES_MAX);
    for (size_t i = 0; i < traitor_strategy_count(); i++) {
        assert_int_equal(traitor_strategy_find(traitor_strategy(i)->name), i);
        assert_true(strlen(traitor_strategy(i)->says) > 0);
        assert_true(strlen(traitor_strategy(i)->says) <= 78);
    }
    assert_true(traitor_strategy_find("loyal") == SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_unique_and_found),
        cmocka_unit_test(every_strategy_counts_just_when_it_does_otherwise),
        cmocka_unit_test(acts_that_are_not_counted_are_found),
        cmocka_unit_test(every_strategy_but_noise_can_be_read),
        cmocka_unit_test(every_strategy_but_forgers_signs_truly),
        cmocka_unit_test(equal_seeds_give_equal_output),
        cmocka_unit_test(other_seeds_give_other_output_where_chance_plays),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
