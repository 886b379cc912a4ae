/* registers_test.c - the oracle of linearizability says of a key's history what trying all orders
 * says: on histories by hand, and on thousands of small random ones. */
#include "support_scene.h"

#include "base/prng.h"
#include "oracles/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define OPS_MAX 6u

static struct scene scene;

static int set_up(void **state)
{
    (void)state;
    scene_begin(&scene, 7);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    scene_end(&scene);
    return 0;
}

/* Asked for and sent; nothing of it is ever ordered: this oracle does not look there. */
static uint64_t ask(size_t client, struct slice command)
{
    uint64_t number = scene_ask(&scene, client, command);
    (void)scene_segment(&scene, client, &command, 1, true);
    return number;
}

static void told(size_t client, uint64_t number, const char *result)
{
    scene_told(&scene, client, number, OUTCOME_DONE, slice_of_text(result));
}

static const char *found(void)
{
    return scene_finding(&scene, "registers");
}

static void registers_read_what_was_written_before_are_silent(void **state)
{
    (void)state;
    told(0, ask(0, scene_put(&scene, "k", "a")), "");
    told(1, ask(1, scene_get(&scene, "k")), "\1a");
    told(1, ask(1, scene_incr(&scene, "n", 5)), "5");
    told(2, ask(2, scene_incr(&scene, "n", -7)), "-2");
    scene_world(&scene, SIGHT_END);
    assert_null(found());
}

static void registers_that_read_an_overwritten_value_are_found(void **state)
{
    (void)state;
    told(0, ask(0, scene_put(&scene, "k", "a")), "");
    told(0, ask(0, scene_put(&scene, "k", "b")), "");
    told(1, ask(1, scene_get(&scene, "k")), "\1a");
    scene_assert_found(&scene, "registers", "key k|operation 1 of client 1|request 1|outcome 0");
}

static void registers_that_read_what_nobody_wrote_are_found(void **state)
{
    (void)state;
    told(1, ask(1, scene_get(&scene, "k")), "\1x");
    scene_assert_found(&scene, "registers", "key k|operation 1 of client 1");
}

static void registers_under_concurrent_writes_read_either(void **state)
{
    (void)state;
    uint64_t a = ask(0, scene_put(&scene, "k", "a"));
    uint64_t b = ask(1, scene_put(&scene, "k", "b"));
    told(2, ask(2, scene_get(&scene, "k")), "\1b");
    told(2, ask(2, scene_get(&scene, "k")), "\1a");
    told(0, a, "");
    told(1, b, "");
    assert_null(found());
    told(2, ask(2, scene_get(&scene, "k")), "\1b"); /* b came before a */
    scene_assert_found(&scene, "registers", "operation 3 of client 2");
}

static void registers_allow_an_unknown_write_late_and_once(void **state)
{
    (void)state;
    scene_timed_out(&scene, 0, ask(0, scene_put(&scene, "k", "a")));
    told(1, ask(1, scene_put(&scene, "k", "b")), "");
    told(1, ask(1, scene_get(&scene, "k")), "\1b");
    told(1, ask(1, scene_get(&scene, "k")), "\1a");
    told(1, ask(1, scene_put(&scene, "k", "c")), "");
    assert_null(found());
    told(1, ask(1, scene_get(&scene, "k")), "\1a");
    scene_assert_found(&scene, "registers", "operation 5 of client 1");
}

static void registers_without_effect_of_what_was_never_sent(void **state)
{
    (void)state;
    scene_timed_out(&scene, 0, scene_ask(&scene, 0, scene_put(&scene, "k", "a")));
    told(1, ask(1, scene_get(&scene, "k")), "\1a");
    scene_assert_found(&scene, "registers", "operation 1 of client 1");
}

static void registers_with_a_lost_update_are_found(void **state)
{
    (void)state;
    uint64_t a = ask(0, scene_incr(&scene, "n", 1));
    uint64_t b = ask(1, scene_incr(&scene, "n", 1));
    told(0, a, "1");
    told(1, b, "1");
    scene_assert_found(&scene, "registers", "key n|outcome 0, 1 bytes");
}

static void registers_with_two_winners_of_a_cas_are_found(void **state)
{
    (void)state;
    uint64_t a = ask(0, scene_cas(&scene, "k", NULL, "a"));
    uint64_t b = ask(1, scene_cas(&scene, "k", NULL, "b"));
    told(0, a, "");
    told(1, b, "");
    scene_assert_found(&scene, "registers", "key k");
}

static void registers_see_what_a_batch_does_to_each_of_its_keys(void **state)
{
    (void)state;
    told(0, ask(0, scene_put(&scene, "l", "b")), "");
    told(0, ask(0, scene_batch(&scene, "k", "a", "l")), "");
    told(1, ask(1, scene_get(&scene, "k")), "\1a");
    scene_told(&scene, 1, ask(1, scene_get(&scene, "l")), OUTCOME_DONE, slice_of("", 1));
    assert_null(found());
    told(1, ask(1, scene_get(&scene, "l")), "\1b"); /* which the batch deleted */
    scene_assert_found(&scene, "registers", "key l|operation 3 of client 1");
}

static void registers_that_show_half_a_malformed_batch_are_found(void **state)
{
    (void)state;
    uint64_t batch = ask(0, scene_cut_batch(&scene, "k", "a"));
    scene_told(&scene, 0, batch, OUTCOME_MALFORMED, slice_of(NULL, 0));
    scene_told(&scene, 1, ask(1, scene_get(&scene, "k")), OUTCOME_DONE, slice_of("", 1));
    assert_null(found());
    told(1, ask(1, scene_get(&scene, "k")), "\1a");
    scene_assert_found(&scene, "registers", "key k|operation 2 of client 1");
}

/* Beyond what is kept apart, nothing is said any more, right or wrong. */
static void registers_with_too_much_unknown_are_given_up(void **state)
{
    (void)state;
    for (char i = 0; i < 40; i++) {
        char value[] = {'v', (char)('0' + i), 0};
        scene_timed_out(&scene, 0, ask(0, scene_put(&scene, "k", value)));
    }
    told(1, ask(1, scene_get(&scene, "k")), "\1nonsense");
    assert_null(found());
    told(1, ask(1, scene_get(&scene, "other")), "\1nonsense");
    scene_assert_found(&scene, "registers", "key other");
}

/* ---- random histories, against trying all orders ---- */

struct op {
    struct slice command;
    unsigned begin;
    unsigned end;
    bool is_known;
    enum outcome outcome;
    struct slice result;
    uint64_t number;
};

struct history {
    struct op ops[OPS_MAX];
    size_t count;
};

static struct slice random_command(struct prng *prng)
{
    static const char *const values[] = {"1", "2", "x"};
    const char *value = values[prng_below(prng, 3)];
    switch (prng_below(prng, 7)) {
    case 0:
    case 1:
        return scene_get(&scene, "k");
    case 2:
        return scene_put(&scene, "k", value);
    case 3:
        return scene_del(&scene, "k");
    case 4:
        return scene_cas(&scene, "k", prng_below(prng, 2) == 0 ? NULL : values[prng_below(prng, 3)],
                         value);
    case 5:
        return scene_batch(&scene, "k", prng_below(prng, 2) == 0 ? NULL : value, "other");
    default:
        return scene_incr(&scene, "k", 1);
    }
}

/* Answers come from one serial order, by begin, so that many histories are right; some are then
 * given the answer of another. */
static void make_history(struct prng *prng, struct history *history)
{
    struct oracle_reference reference;
    oracle_reference_init(&reference);
    history->count = 2 + prng_below(prng, OPS_MAX - 1);
    for (size_t i = 0; i < history->count; i++) {
        struct op *op = &history->ops[i];
        op->command = random_command(prng);
        op->begin = (unsigned)(10 * i);
        op->end = op->begin + 5 + 2 * (unsigned)prng_below(prng, 20); /* never when one begins */
        op->is_known = prng_below(prng, 5) != 0;
        if (op->is_known || prng_below(prng, 2) == 0) {
            op->outcome = oracle_reference_execute(&reference, op->command, false);
            op->result = oracle_shelf_keep(&scene.shelf, buffer_slice(&reference.result));
        }
    }
    if (prng_below(prng, 2) == 0) {
        struct op *op = &history->ops[prng_below(prng, history->count)];
        const struct op *other = &history->ops[prng_below(prng, history->count)];
        op->outcome = other->outcome;
        op->result = other->result;
    }
    oracle_reference_fini(&reference);
}

/* Does this order of the chosen operations explain everything? */
static bool explains(const struct history *history, const size_t *order, unsigned left_out)
{
    struct oracle_reference reference;
    bool is_right = true;
    oracle_reference_init(&reference);
    for (size_t i = 0; i < history->count && is_right; i++) {
        const struct op *op = &history->ops[order[i]];
        if ((left_out >> order[i] & 1) != 0) {
            continue;
        }
        for (size_t k = i + 1; k < history->count; k++) {
            const struct op *later = &history->ops[order[k]];
            bool is_in = (left_out >> order[k] & 1) == 0;
            is_right = is_right && !(is_in && later->is_known && later->end < op->begin);
        }
        enum outcome outcome = oracle_reference_execute(&reference, op->command, false);
        is_right = is_right &&
                   (!op->is_known || (outcome == op->outcome &&
                                      slice_is_equal(op->result, buffer_slice(&reference.result))));
    }
    oracle_reference_fini(&reference);
    return is_right;
}

/* The next permutation in lexicographic order; false after the last. */
static bool permute(size_t *order, size_t count)
{
    size_t i = count - 1;
    while (i > 0 && order[i - 1] > order[i]) {
        i--;
    }
    if (i == 0) {
        return false;
    }
    size_t k = count - 1;
    while (order[k] < order[i - 1]) {
        k--;
    }
    size_t swap = order[k];
    order[k] = order[i - 1];
    order[i - 1] = swap;
    for (size_t a = i, b = count - 1; a < b; a++, b--) {
        swap = order[a];
        order[a] = order[b];
        order[b] = swap;
    }
    return true;
}

static bool is_linearizable(const struct history *history)
{
    for (unsigned left_out = 0; left_out < 1u << history->count; left_out++) {
        size_t order[OPS_MAX];
        bool may_leave_out = true;
        for (size_t i = 0; i < history->count; i++) {
            order[i] = i;
            may_leave_out =
                may_leave_out && ((left_out >> i & 1) == 0 || !history->ops[i].is_known);
        }
        do {
            if (may_leave_out && explains(history, order, left_out)) {
                return true;
            }
        } while (may_leave_out && permute(order, history->count));
    }
    return false;
}

static void play(struct history *history)
{
    for (unsigned now = 0; now < 10 * OPS_MAX + 60; now++) {
        for (size_t i = 0; i < history->count; i++) {
            struct op *op = &history->ops[i];
            size_t client = i % SCENE_CLIENTS;
            if (op->begin == now) {
                op->number = ask(client, op->command);
            } else if (op->end == now && op->is_known) {
                scene_told(&scene, client, op->number, op->outcome, op->result);
            } else if (op->end == now) {
                scene_timed_out(&scene, client, op->number);
            }
        }
    }
    scene_world(&scene, SIGHT_END);
}

static void registers_of_random_histories_agree_with_trying_all_orders(void **state)
{
    struct prng prng;
    size_t counts[2] = {0, 0};
    prng_init(&prng, 20261121);
    for (int i = 0; i < 2000; i++) {
        struct history history = {.count = 0};
        make_history(&prng, &history);
        bool is_right = is_linearizable(&history);
        play(&history);
        if ((found() == NULL) != is_right) {
            fail_msg("history %d: %s, but %s", i, is_right ? "linearizable" : "not linearizable",
                     found() == NULL ? "silent" : found());
        }
        counts[is_right ? 1 : 0]++;
        (void)tear_down(state);
        (void)set_up(state);
    }
    assert_true(counts[0] > 300 && counts[1] > 300); /* both happen */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(registers_read_what_was_written_before_are_silent),
        T(registers_that_read_an_overwritten_value_are_found),
        T(registers_that_read_what_nobody_wrote_are_found),
        T(registers_under_concurrent_writes_read_either),
        T(registers_allow_an_unknown_write_late_and_once),
        T(registers_without_effect_of_what_was_never_sent),
        T(registers_with_a_lost_update_are_found),
        T(registers_with_two_winners_of_a_cas_are_found),
        T(registers_see_what_a_batch_does_to_each_of_its_keys),
        T(registers_that_show_half_a_malformed_batch_are_found),
        T(registers_with_too_much_unknown_are_given_up),
        T(registers_of_random_histories_agree_with_trying_all_orders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
