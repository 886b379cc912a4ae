/* explore_test.c - the production Simplex has nothing to be found in small scopes; reductions lose
 * no state; bounds bound. That bugs are found is held by the programs of link.cmake. */
#include "explore/explore.h"
#include "explore/visited.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define STATES_MANY 1000000u

static void run(const struct explore_settings *settings, struct explore_result *result)
{
    struct error_text text = {""};
    assert_int_equal(explore_run(settings, result, &text), OK);
}

/* Nothing is found, and it is complete; how many states there are. */
static uint64_t hold(const struct explore_settings *settings)
{
    struct explore_result result;
    run(settings, &result);
    for (uint32_t i = 0; i < result.step_count; i++) {
        char text[EXPLORE_STEP_TEXT_BYTES];
        print_error("%u. %s\n", i + 1, explore_step_text(&result.scope, &result.steps[i], text));
    }
    assert_string_equal(breach_text(result.breach), breach_text(BREACH_NONE));
    assert_true(result.is_complete);
    uint64_t states = result.states;
    explore_result_fini(&result);
    return states;
}

static void one_view_is_safe_and_live_in_every_state(void **state)
{
    (void)state;
    for (replica_id traitor = 0; traitor < SCOPE_REPLICAS; traitor++) {
        struct explore_settings settings = {
            .views = 1, .traitor = traitor, .states_max = STATES_MANY, .settle_max = STATES_MANY};
        uint64_t without = hold(&settings);
        settings.has_restarts = true;
        uint64_t with = hold(&settings);
        assert_true(without < with);
    }
}

/* Traitors that command no view stand for each other. */
static void idle_traitors_meet_the_same_states(void **state)
{
    (void)state;
    struct explore_settings settings = {.views = 1, .states_max = STATES_MANY};
    uint64_t first = hold(&settings);
    settings.traitor = 2;
    assert_int_equal(hold(&settings), first);
    settings.traitor = 3;
    assert_int_equal(hold(&settings), first);
    settings.traitor = 1;
    assert_true(hold(&settings) > first);
}

/* Abstract states that were seen, as hashes. */
struct seen {
    struct scope scope;
    struct visited visited;
    bool is_looking; /* else noting */
    uint64_t looked;
    uint64_t missed;
};

static uint64_t hash(const struct local locals[SCOPE_SEATS])
{
    uint64_t sum = 0;
    for (unsigned seat = 0; seat < SCOPE_SEATS; seat++) {
        struct local abstract;
        uint64_t words[sizeof abstract / 8];
        local_abstract(&locals[seat], &abstract);
        memcpy(words, &abstract, sizeof words);
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
            sum = visited_mix(sum + words[i] + i);
        }
    }
    return sum >> 1;
}

static void visit(void *context, const struct local locals[SCOPE_SEATS])
{
    struct seen *seen = context;
    bool is_new;
    assert_int_equal(visited_add(&seen->visited, hash(locals), &is_new), OK);
    if (seen->is_looking) {
        seen->looked++;
        seen->missed += is_new ? 1 : 0;
        return;
    }
    if (seen->scope.has_twins) { /* its image */
        struct local image[SCOPE_SEATS] = {locals[0], locals[2], locals[1]};
        assert_int_equal(visited_add(&seen->visited, hash(image), &is_new), OK);
    }
}

/* All that is seen without any reduction is seen with them. */
static void reductions_lose_no_state(void **state)
{
    (void)state;
    for (replica_id traitor = 0; traitor < 2; traitor++) {
        struct seen seen = {.is_looking = false};
        scope_init(&seen.scope, 1, traitor);
        struct explore_settings settings = {.views = 1,
                                            .traitor = traitor,
                                            .has_restarts = true,
                                            .states_max = STATES_MANY,
                                            .visit = visit,
                                            .context = &seen};
        (void)hold(&settings);
        seen.is_looking = true;
        settings.is_exact = true;
        settings.states_max = 200000;
        struct explore_result result;
        run(&settings, &result);
        assert_int_equal(result.breach, BREACH_NONE);
        assert_true(seen.looked >= settings.states_max);
        assert_int_equal(seen.missed, 0);
        explore_result_fini(&result);
        visited_fini(&seen.visited);
    }
}

/* The look above can miss: where only a part was noted, the rest is not among it. */
static void lost_states_are_noticed(void **state)
{
    (void)state;
    struct seen seen = {.is_looking = false};
    scope_init(&seen.scope, 1, 1);
    struct explore_settings settings = {
        .views = 1, .traitor = 1, .states_max = 500, .visit = visit, .context = &seen};
    struct explore_result result;
    run(&settings, &result);
    assert_false(result.is_complete);
    explore_result_fini(&result);
    seen.is_looking = true;
    settings.is_exact = true;
    settings.states_max = 100000;
    run(&settings, &result);
    assert_true(seen.missed > 0);
    explore_result_fini(&result);
    visited_fini(&seen.visited);
}

/* What is written down of a replica is all that it needs to go on. */
static void keep_all(void *context, const struct local locals[SCOPE_SEATS])
{
    struct bench *benches = context;
    for (unsigned seat = 0; seat < SCOPE_SEATS; seat++) {
        struct local again;
        bench_load(&benches[seat], &locals[seat]);
        simplex_check(benches[seat].simplex, false);
        local_from(&again, benches[seat].scope, benches[seat].simplex, benches[seat].is_exact);
        again.said = locals[seat].said;
        assert_memory_equal(&again, &locals[seat], sizeof again);
    }
}

static void restored_replicas_are_what_they_were(void **state)
{
    (void)state;
    for (unsigned is_exact = 0; is_exact < 2; is_exact++) {
        struct scope scope;
        struct bench benches[SCOPE_SEATS];
        scope_init(&scope, 2, 1);
        for (unsigned seat = 0; seat < SCOPE_SEATS; seat++) {
            assert_int_equal(bench_init(&benches[seat], &scope, scope.loyal[seat], is_exact != 0),
                             OK);
        }
        struct explore_settings settings = {.views = 2,
                                            .traitor = 1,
                                            .has_restarts = true,
                                            .is_exact = is_exact != 0,
                                            .states_max = 50000,
                                            .visit = keep_all,
                                            .context = benches};
        struct explore_result result;
        run(&settings, &result);
        assert_int_equal(result.breach, BREACH_NONE);
        explore_result_fini(&result);
        for (unsigned seat = 0; seat < SCOPE_SEATS; seat++) {
            bench_fini(&benches[seat]);
        }
    }
}

static void more_views_are_safe_as_far_as_bounds_reach(void **state)
{
    (void)state;
    for (unsigned views = 2; views <= SCOPE_VIEWS_MAX; views++) {
        for (replica_id traitor = 0; traitor < SCOPE_REPLICAS; traitor++) {
            struct explore_settings settings = {.views = views,
                                                .traitor = traitor,
                                                .has_restarts = traitor % 2 == 0,
                                                .states_max = 50000,
                                                .settle_max = 100};
            struct explore_result result;
            struct explore_result again;
            run(&settings, &result);
            run(&settings, &again);
            assert_int_equal(result.breach, BREACH_NONE);
            assert_false(result.is_complete);
            assert_true(result.states >= settings.states_max);
            assert_int_equal(result.states, again.states); /* and the same every time */
            assert_int_equal(result.transitions, again.transitions);
            assert_memory_equal(result.locals, again.locals, sizeof result.locals);
            explore_result_fini(&result);
            explore_result_fini(&again);
        }
    }
}

static void depth_bounds_the_steps(void **state)
{
    (void)state;
    struct explore_settings settings = {
        .views = 2, .traitor = 2, .states_max = STATES_MANY, .depth_max = 4};
    struct explore_result result;
    run(&settings, &result);
    assert_int_equal(result.depth, 4);
    assert_false(result.is_complete);
    uint64_t states = result.states;
    explore_result_fini(&result);
    settings.depth_max = 5;
    run(&settings, &result);
    assert_true(result.states > states);
    explore_result_fini(&result);
}

static void width_follows_some_to_the_end_of_three_views(void **state)
{
    (void)state;
    struct explore_settings settings = {
        .views = 3, .traitor = 1, .states_max = STATES_MANY, .width_max = 300, .settle_max = 100};
    struct explore_result result;
    struct explore_result again;
    run(&settings, &result);
    run(&settings, &again);
    assert_int_equal(result.breach, BREACH_NONE);
    assert_true(result.is_sampled);
    assert_false(result.is_complete);
    assert_true(result.depth_whole > 0 && result.depth_whole < result.depth);
    assert_true(result.by_view[SCOPE_VIEWS_MAX] > 1000); /* behind the last view */
    uint64_t sum = 0;
    for (unsigned view = 0; view <= SCOPE_VIEWS_MAX; view++) {
        sum += result.by_view[view];
    }
    assert_int_equal(sum, result.states);
    assert_int_equal(result.states, again.states); /* and the same every time */
    assert_int_equal(result.transitions, again.transitions);
    assert_memory_equal(result.locals, again.locals, sizeof result.locals);
    explore_result_fini(&result);
    explore_result_fini(&again);
}

static void width_that_no_distance_reaches_leaves_nothing_out(void **state)
{
    (void)state;
    struct explore_settings settings = {.views = 1, .traitor = 1, .states_max = STATES_MANY};
    struct explore_result all;
    struct explore_result wide;
    run(&settings, &all);
    settings.width_max = STATES_MANY;
    run(&settings, &wide);
    assert_true(all.is_complete && wide.is_complete && !wide.is_sampled);
    assert_int_equal(wide.states, all.states);
    assert_int_equal(wide.depth_whole, all.depth);
    explore_result_fini(&all);
    explore_result_fini(&wide);
}

static bool stop(void *context, uint64_t states, uint64_t left)
{
    (void)states;
    (void)left;
    ++*(unsigned *)context;
    return false;
}

static void watcher_ends_the_work(void **state)
{
    (void)state;
    unsigned calls = 0;
    struct explore_settings settings = {
        .views = 2, .traitor = 1, .states_max = STATES_MANY, .watch = stop, .context = &calls};
    struct explore_result result;
    run(&settings, &result);
    assert_int_equal(calls, 1);
    assert_false(result.is_complete);
    explore_result_fini(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_view_is_safe_and_live_in_every_state),
        cmocka_unit_test(idle_traitors_meet_the_same_states),
        cmocka_unit_test(reductions_lose_no_state),
        cmocka_unit_test(lost_states_are_noticed),
        cmocka_unit_test(restored_replicas_are_what_they_were),
        cmocka_unit_test(more_views_are_safe_as_far_as_bounds_reach),
        cmocka_unit_test(depth_bounds_the_steps),
        cmocka_unit_test(width_follows_some_to_the_end_of_three_views),
        cmocka_unit_test(width_that_no_distance_reaches_leaves_nothing_out),
        cmocka_unit_test(watcher_ends_the_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
