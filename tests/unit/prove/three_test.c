/* three_test.c - no algorithm of three generals copes with one traitor. */
#include "prove/three.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void three_generals_all_4096_algorithms_fail(void **state)
{
    (void)state;
    struct three_counts counts;
    three_count(&counts);
    assert_int_equal(counts.broken, THREE_ALGORITHMS);
    /* Obeying a loyal commander whatever the other says leaves one decision to each lieutenant, and
     * any relay: those 4 * 4 fall to the commander. */
    assert_int_equal(counts.broken_first[THREE_COMMANDER], 16);
    assert_int_equal(counts.broken_by[THREE_LIEUTENANT_1], 4096 - 4096 / 16);
    assert_int_equal(counts.broken_by[THREE_LIEUTENANT_2], 4096 - 4096 / 16);
    assert_int_equal(counts.broken_first[THREE_LIEUTENANT_2], 4096 - 4096 / 16);
}

/* Bits: relay as heard; decide(heard, told) = `decision`, by 2 * heard + told. */
static unsigned algorithm_of(unsigned decision)
{
    unsigned one = 2u | decision << 2;
    return one | one << 6;
}

/* LSP82, figures 1 and 2: OM(1), a tie being retreat, fails where lieutenant 2 lies of an attack.
 */
static void om1_of_three_generals_fails_as_in_the_paper(void **state)
{
    (void)state;
    struct three_break broken;
    assert_true(three_find(algorithm_of(8), &broken));
    assert_int_equal(broken.traitor, THREE_LIEUTENANT_2);
    assert_int_equal(broken.order, ATTACK);
    assert_int_equal(broken.other, RETREAT);
}

static void obeying_whatever_the_other_says_fails_only_by_the_commander(void **state)
{
    (void)state;
    struct three_break broken;
    unsigned obey = algorithm_of(12);
    assert_false(three_try(obey, THREE_LIEUTENANT_1, &broken));
    assert_false(three_try(obey, THREE_LIEUTENANT_2, &broken));
    assert_true(three_try(obey, THREE_COMMANDER, &broken));
    assert_int_not_equal(broken.order, broken.other);
}

/* The situations are no trap for everything: always retreating agrees under any commander. */
static void always_retreating_is_not_broken_by_the_commander(void **state)
{
    (void)state;
    struct three_break broken;
    assert_false(three_try(0, THREE_COMMANDER, &broken));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_generals_all_4096_algorithms_fail),
        cmocka_unit_test(om1_of_three_generals_fails_as_in_the_paper),
        cmocka_unit_test(obeying_whatever_the_other_says_fails_only_by_the_commander),
        cmocka_unit_test(always_retreating_is_not_broken_by_the_commander),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
