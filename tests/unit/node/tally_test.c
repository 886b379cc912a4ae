/* tally_test.c - verdicts are all counted and logged at a bounded rate. */
#include "node/tally.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on

#define NOW UINT64_C(5000000000)

static void misbehaviour_is_counted_and_logged_once_a_second(void **state)
{
    (void)state;
    struct tally tally = {0};
    uint64_t suppressed = 99;
    assert_true(verdict_tally_add(&tally, 2, VERDICT_MALFORMED, NOW, &suppressed));
    assert_int_equal(suppressed, 0);
    for (uint64_t i = 0; i < 1000; i++) {
        assert_false(verdict_tally_add(&tally, 2, VERDICT_MALFORMED, NOW + i, &suppressed));
    }
    assert_true(
        verdict_tally_add(&tally, 2, VERDICT_MALFORMED, NOW + TALLY_LOG_EVERY_NS, &suppressed));
    assert_int_equal(suppressed, 1000);
    assert_false(
        verdict_tally_add(&tally, 2, VERDICT_MALFORMED, NOW + TALLY_LOG_EVERY_NS, &suppressed));
    assert_int_equal(tally.counts[2][VERDICT_MALFORMED], 1003);
}

static void senders_and_verdicts_have_lines_of_their_own(void **state)
{
    (void)state;
    struct tally tally = {0};
    uint64_t suppressed;
    assert_true(verdict_tally_add(&tally, 0, VERDICT_MALFORMED, NOW, &suppressed));
    assert_true(verdict_tally_add(&tally, 0, VERDICT_REPLAYED, NOW, &suppressed));
    assert_true(verdict_tally_add(&tally, TALLY_UNKNOWN, VERDICT_MALFORMED, NOW, &suppressed));
    assert_true(verdict_tally_add(&tally, TALLY_CLIENTS, VERDICT_OVER_LIMIT, NOW, &suppressed));
}

static void harmless_verdicts_are_counted_and_never_logged(void **state)
{
    (void)state;
    struct tally tally = {0};
    uint64_t suppressed;
    static const enum verdict harmless[] = {VERDICT_ACCEPTED, VERDICT_STALE, VERDICT_DUPLICATE,
                                            VERDICT_EARLY};
    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++) {
        assert_false(verdict_tally_add(&tally, 1, harmless[i], NOW, &suppressed));
        assert_int_equal(tally.counts[1][harmless[i]], 1);
    }
}

static void every_other_verdict_is_misbehaviour(void **state)
{
    (void)state;
    size_t count = 0;
    for (int i = 0; i < VERDICT_COUNT; i++) {
        count += verdict_tally_is_misbehaviour((enum verdict)i) ? 1 : 0;
    }
    assert_int_equal(count, VERDICT_COUNT - 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(misbehaviour_is_counted_and_logged_once_a_second),
        cmocka_unit_test(senders_and_verdicts_have_lines_of_their_own),
        cmocka_unit_test(harmless_verdicts_are_counted_and_never_logged),
        cmocka_unit_test(every_other_verdict_is_misbehaviour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
