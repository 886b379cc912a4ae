/* enumerate_test.c - every strategy one by one: counts, shards, stops, and agreement with the
 * composition. */
#include "prove/enumerate.h"

#include "generals/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { STRATEGIES_MAX = 1 << 22 };

static struct tally tally;
static struct tally other;

static void run(const struct enumeration *enumeration, struct tally *into, uint32_t shard,
                uint32_t shards)
{
    struct enumeration_work work = {.jobs = 2, .shard_index = shard, .shard_count = shards};
    tally_init(into, &enumeration->question, enumeration->chunk_count);
    assert_int_equal(enumeration_run(enumeration, &work, into, NULL), OK);
}

static void init(struct enumeration *enumeration, unsigned n, unsigned m, unsigned k)
{
    struct om_question question = {n, m, k};
    struct error_text text;
    assert_int_equal(enumeration_init(enumeration, &question, &text), OK);
}

static void enumeration_om1_of_four_covers_sixteen_strategies_and_none_breaks(void **state)
{
    (void)state;
    struct enumeration enumeration;
    init(&enumeration, 4, 1, 1);
    run(&enumeration, &tally, 1, 1);
    /* 2^3 of a traitor who commands; 2^2 of one who does not, for each order: 32 with all three
     * lieutenants. */
    assert_int_equal(tally.strategies, 8 + 2 * 4);
    assert_int_equal(tally.ic1_broken, 0);
    assert_int_equal(tally.ic2_broken, 0);
    assert_false(tally.has_first);
    enumeration_fini(&enumeration);
}

static void enumeration_om1_of_three_is_broken_by_a_single_lie(void **state)
{
    (void)state;
    struct enumeration enumeration;
    init(&enumeration, 3, 1, 1);
    run(&enumeration, &tally, 1, 1);
    /* Loyal commander, attack: saying retreat is a tie. Traitor: attack to one, retreat to the
     * other, is a tie at both. */
    assert_int_equal(tally.strategies, 2 + 2 + 4);
    assert_int_equal(tally.ic1_broken, 0);
    assert_int_equal(tally.ic2_broken, 1);
    enumeration_fini(&enumeration);
}

static void replay(const struct enumeration *enumeration)
{
    struct scenario scenario;
    struct play *play;
    scenario_init(&scenario);
    assert_int_equal(enumeration_scenario(enumeration, &tally, &scenario, NULL), OK);
    assert_int_equal(play_run(&scenario, &play, NULL), OK);
    assert_true(!play->ic1 || !play->ic2);
    play_free(play);
    scenario_fini(&scenario);
}

static void enumeration_small_worlds_says_what_composition_says(void **state)
{
    (void)state;
    unsigned compared = 0;
    for (unsigned n = 3; n <= 8; n++) {
        for (unsigned m = 0; m <= 4 && m <= n - 2; m++) {
            for (unsigned k = 1; k + 2 <= n; k++) {
                struct om_question question = {n, m, k};
                struct om_proof proof;
                struct enumeration enumeration;
                if (om_choice_count(&question, true) > 20 ||
                    om_choice_count(&question, false) > 20) {
                    continue;
                }
                assert_int_equal(om_proof_decide(&question, OUTCOMES_DECIDE, &proof, NULL), OK);
                init(&enumeration, n, m, k);
                run(&enumeration, &tally, 1, 1);
                assert_int_equal(tally.strategies, enumeration.strategies);
                assert_int_equal(tally.ic1_broken == 0, proof.ic1);
                assert_int_equal(tally.ic2_broken == 0, proof.ic2);
                assert_int_equal(tally.has_first, !proof.ic1 || !proof.ic2);
                if (tally.has_first) {
                    replay(&enumeration);
                }
                enumeration_fini(&enumeration);
                compared++;
            }
        }
    }
    assert_true(compared >= 30);
}

static void enumeration_shards_in_any_order_add_up_to_the_whole(void **state)
{
    (void)state;
    struct enumeration enumeration;
    static struct tally sum;
    init(&enumeration, 6, 1, 2);
    enumeration_fini(&enumeration);
    init(&enumeration, 6, 2, 1); /* 2 * 2^16 + 2^5 strategies */
    run(&enumeration, &tally, 1, 1);
    assert_true(enumeration.chunk_count >= 7);
    for (uint32_t shards = 1; shards <= 7; shards += 2) {
        tally_init(&sum, &enumeration.question, enumeration.chunk_count);
        for (uint32_t shard = shards; shard >= 1; shard--) {
            run(&enumeration, &other, shard, shards);
            assert_int_equal(tally_add(&sum, &other, NULL), OK);
        }
        assert_memory_equal(&sum, &tally, sizeof sum);
    }
    /* The same part twice is seen. */
    assert_int_equal(tally_add(&sum, &other, NULL), ERROR_EXISTS);
    enumeration_fini(&enumeration);
}

static void enumeration_broken_world_has_the_same_first_break_in_shards(void **state)
{
    (void)state;
    struct enumeration enumeration;
    static struct tally sum;
    init(&enumeration, 5, 2, 2);
    run(&enumeration, &tally, 1, 1);
    assert_true(tally.has_first);
    tally_init(&sum, &enumeration.question, enumeration.chunk_count);
    for (uint32_t shard = 3; shard >= 1; shard--) {
        run(&enumeration, &other, shard, 3);
        assert_int_equal(tally_add(&sum, &other, NULL), OK);
    }
    assert_memory_equal(&sum, &tally, sizeof sum);
    enumeration_fini(&enumeration);
}

static uint32_t min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static bool count_calls(void *context, const struct tally *so_far, uint32_t left)
{
    unsigned *calls = context;
    assert_true(so_far->done_count + left >= so_far->chunk_count);
    (*calls)++;
    return true;
}

static void enumeration_stopped_and_gone_on_is_as_one_run(void **state)
{
    (void)state;
    char path[] = "/tmp/strategos-prove-XXXXXX";
    int fd = mkstemp(path);
    unsigned calls = 0;
    struct enumeration enumeration;
    struct enumeration_work work = {.jobs = 1,
                                    .shard_index = 1,
                                    .shard_count = 1,
                                    .chunks_max = 3000,
                                    .watch = count_calls,
                                    .context = &calls};
    assert_true(fd >= 0);
    init(&enumeration, 7, 2, 1); /* 2 * 2^25 + 2^6 strategies */
    run(&enumeration, &tally, 1, 1);
    tally_init(&other, &enumeration.question, enumeration.chunk_count);
    unsigned runs = 0;
    for (; other.done_count < other.chunk_count; runs++) {
        assert_int_equal(enumeration_run(&enumeration, &work, &other, NULL), OK);
        assert_int_equal(other.done_count, min_u32(3000 * (runs + 1), other.chunk_count));
        assert_int_equal(tally_write(&other, path, NULL), OK);
        memset(&other, 0xa5, sizeof other);
        assert_int_equal(tally_read(&other, path, NULL), OK);
    }
    assert_true(runs > 1);
    assert_memory_equal(&other, &tally, sizeof other);
    assert_true(calls > 0);
    enumeration_fini(&enumeration);
    (void)close(fd);
    (void)unlink(path);
}

static void enumeration_too_many_choices_are_refused_with_the_number(void **state)
{
    (void)state;
    struct om_question question = {10, 3, 3};
    struct enumeration enumeration;
    struct error_text text;
    assert_int_equal(om_choice_count(&question, true), 900);
    assert_int_equal(enumeration_init(&enumeration, &question, &text), ERROR_LIMIT);
    assert_non_null(strstr(text.text, "900"));
    question = (struct om_question){12, 10, 0};
    assert_int_equal(enumeration_init(&enumeration, &question, &text), ERROR_LIMIT);
    assert_non_null(strstr(text.text, "paths"));
}

static void choices_of_om2_among_seven_are_forty_and_thirty(void **state)
{
    (void)state;
    struct om_question question = {7, 2, 2};
    assert_int_equal(om_choice_count(&question, true), 40);
    assert_int_equal(om_choice_count(&question, false), 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(enumeration_om1_of_four_covers_sixteen_strategies_and_none_breaks),
        cmocka_unit_test(enumeration_om1_of_three_is_broken_by_a_single_lie),
        cmocka_unit_test(enumeration_small_worlds_says_what_composition_says),
        cmocka_unit_test(enumeration_shards_in_any_order_add_up_to_the_whole),
        cmocka_unit_test(enumeration_broken_world_has_the_same_first_break_in_shards),
        cmocka_unit_test(enumeration_stopped_and_gone_on_is_as_one_run),
        cmocka_unit_test(enumeration_too_many_choices_are_refused_with_the_number),
        cmocka_unit_test(choices_of_om2_among_seven_are_forty_and_thirty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
