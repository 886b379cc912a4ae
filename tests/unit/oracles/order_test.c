/* order_test.c - the oracle of order integrity fires on requests that nobody sent, changed, left
 * out, repeated or moved, and on segments that the cut does not say. */
#include "support_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct scene scene;

static int set_up(void **state)
{
    (void)state;
    scene_begin(&scene, 3); /* client 2 lies */
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    scene_end(&scene);
    return 0;
}

static struct segment sent(size_t client, const char *value)
{
    struct slice command = scene_put(&scene, "k", value);
    (void)scene_ask(&scene, client, command);
    return scene_segment(&scene, client, &command, 1, true);
}

static void order_of_what_clients_sent_is_silent(void **state)
{
    (void)state;
    struct segment first[] = {sent(0, "a"), sent(0, "b"), sent(1, "c")};
    scene_commit(&scene, scene_order(&scene, 1, 1, first, 3));
    struct segment next = sent(0, "d");
    scene_commit(&scene, scene_order(&scene, 2, 2, &next, 1));
    scene_session(&scene, 0, 99);
    struct segment other = sent(0, "e");
    scene_commit(&scene, scene_order(&scene, 3, 3, &other, 1));
    scene_assert_silent(&scene);
}

static void order_of_a_request_that_was_never_sent_is_found(void **state)
{
    (void)state;
    struct slice command = scene_put(&scene, "k", "v");
    struct segment segment = scene_segment(&scene, 1, &command, 1, false);
    scene_commit(&scene, scene_order(&scene, 1, 1, &segment, 1));
    scene_assert_found(&scene, "order", "height 1|request 1|client 1|session 11|never sent");
}

static void order_of_a_lying_clients_request_is_silent(void **state)
{
    (void)state;
    struct slice command = scene_put(&scene, "k", "v");
    struct segment segment = scene_segment(&scene, 2, &command, 1, false);
    scene_commit(&scene, scene_order(&scene, 1, 1, &segment, 1));
    scene_assert_silent(&scene);
}

static void order_of_a_changed_request_is_found(void **state)
{
    (void)state;
    struct scene_lane before = scene.lanes[0];
    (void)sent(0, "a");
    scene.lanes[0] = before;
    struct slice command = scene_put(&scene, "k", "b");
    struct segment segment = scene_segment(&scene, 0, &command, 1, false);
    scene_commit(&scene, scene_order(&scene, 1, 1, &segment, 1));
    scene_assert_found(&scene, "order", "height 1|request 1|client 0|other bytes");
}

static void order_that_leaves_out_a_segment_is_found(void **state)
{
    (void)state;
    (void)sent(0, "a");
    struct segment second = sent(0, "b");
    scene_commit(&scene, scene_order(&scene, 1, 1, &second, 1));
    scene_assert_found(&scene, "order", "height 1|segment 2|client 0|after segment 0");
}

static void order_that_repeats_a_segment_is_found(void **state)
{
    (void)state;
    struct segment segment = sent(0, "a");
    scene_commit(&scene, scene_order(&scene, 1, 1, &segment, 1));
    scene_commit(&scene, scene_order(&scene, 2, 2, &segment, 1));
    scene_assert_found(&scene, "order", "height 2|segment 1|client 0|after segment 1");
}

static void order_of_a_segment_beside_the_chain_is_found(void **state)
{
    (void)state;
    struct segment first = sent(0, "a");
    scene.lanes[0].tip = scene_digest(9);
    struct segment second = sent(0, "b");
    struct segment both[] = {first, second};
    scene_commit(&scene, scene_order(&scene, 1, 1, both, 2));
    scene_assert_found(&scene, "order", "height 1|segment 2|client 0|does not continue");
}

static void order_with_less_than_its_cut_says_is_found(void **state)
{
    (void)state;
    struct segment both[] = {sent(0, "a"), sent(0, "b")};
    struct decision *decision = scene_order(&scene, 1, 1, both, 2);
    decision->segment_count = 1;
    scene_commit(&scene, decision);
    scene_assert_found(&scene, "order", "height 1|client 0|to segment 1|cut says 2");
}

static void order_with_a_segment_beyond_its_cut_is_found(void **state)
{
    (void)state;
    struct segment both[] = {sent(0, "a"), sent(1, "b")};
    struct decision *decision = scene_order(&scene, 1, 1, both, 2);
    decision->order.tip_count = 1;
    scene_commit(&scene, decision);
    scene_assert_found(&scene, "order", "height 1|client 1|does not name");
}

static void order_whose_segments_differ_between_replicas_is_found(void **state)
{
    (void)state;
    struct segment segment = sent(0, "a");
    struct decision *decision = scene_order(&scene, 1, 1, &segment, 1);
    scene_propose(&scene, decision);
    scene_decide(&scene, 0, decision);
    decision->segment_count = 0;
    scene_decide(&scene, 2, decision);
    scene_assert_found(&scene, "order", "replica 0|replica 2|height 1|different");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(order_of_what_clients_sent_is_silent),
        T(order_of_a_request_that_was_never_sent_is_found),
        T(order_of_a_lying_clients_request_is_silent),
        T(order_of_a_changed_request_is_found),
        T(order_that_leaves_out_a_segment_is_found),
        T(order_that_repeats_a_segment_is_found),
        T(order_of_a_segment_beside_the_chain_is_found),
        T(order_with_less_than_its_cut_says_is_found),
        T(order_with_a_segment_beyond_its_cut_is_found),
        T(order_whose_segments_differ_between_replicas_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
