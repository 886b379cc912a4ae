/* votes_test.c - the oracle of votes fires on each contradiction that Simplex forbids, however the
 * votes left, and only once they have left. */
#include "support_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

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

static struct peer_message vote(replica_id voter, enum vote_kind kind, view_nr view, uint8_t digest)
{
    struct peer_message message = {.kind = PEER_VOTE,
                                   .vote = {.kind = kind, .voter = voter, .view = view}};
    if (kind != VOTE_NULLIFY) { /* which names no order */
        message.vote.digest = scene_digest(digest);
    }
    return message;
}

static void say(replica_id voter, enum vote_kind kind, view_nr view, uint8_t digest)
{
    struct peer_message message = vote(voter, kind, view, digest);
    scene_send(&scene, voter, REPLICA_ALL, &message);
    scene_replica(&scene, SIGHT_SYNCED, voter);
    for (replica_id i = 0; i < SCENE_REPLICAS; i++) {
        if (i != voter) {
            scene_frame(&scene, voter, i);
        }
    }
}

static void votes_that_agree_are_silent(void **state)
{
    (void)state;
    say(1, VOTE_NOTARIZE, 5, 1);
    say(1, VOTE_FINALIZE, 5, 1);
    say(1, VOTE_NOTARIZE, 6, 2);
    say(1, VOTE_NULLIFY, 6, 0); /* after a Notarize: allowed */
    say(2, VOTE_NOTARIZE, 5, 3);
    say(1, VOTE_NOTARIZE, 5, 1); /* a repeat */
    scene_assert_silent(&scene);
}

static void votes_for_two_orders_of_a_view_are_found(void **state)
{
    (void)state;
    say(1, VOTE_NOTARIZE, 5, 1);
    say(1, VOTE_NOTARIZE, 5, 2);
    scene_assert_found(&scene, "votes", "replica 1|replica 0|Notarize(5, 02ab");
}

static void votes_to_nullify_after_finalize_are_found(void **state)
{
    (void)state;
    say(1, VOTE_FINALIZE, 5, 1);
    say(1, VOTE_NULLIFY, 5, 0);
    scene_assert_found(&scene, "votes", "replica 1|Nullify(5)|Finalize(5)");
}

static void votes_to_finalize_after_nullify_are_found(void **state)
{
    (void)state;
    say(3, VOTE_NULLIFY, 8, 0);
    say(3, VOTE_FINALIZE, 8, 1);
    scene_assert_found(&scene, "votes", "replica 3|Finalize(8)|Nullify(8)");
}

static void votes_across_a_restart_are_found(void **state)
{
    (void)state;
    say(1, VOTE_NOTARIZE, 5, 1);
    scene_replica(&scene, SIGHT_CRASHED, 1);
    scene_start(&scene, 1, 0);
    say(1, VOTE_NOTARIZE, 5, 2);
    scene_assert_found(&scene, "votes", "replica 1|Notarize(5");
}

static void votes_that_never_left_are_not_said(void **state)
{
    (void)state;
    struct peer_message message = vote(1, VOTE_NOTARIZE, 5, 1);
    scene_send(&scene, 1, REPLICA_ALL, &message);
    scene_replica(&scene, SIGHT_CRASHED, 1);
    scene_start(&scene, 1, 0);
    say(1, VOTE_NOTARIZE, 5, 2);
    scene_assert_silent(&scene);
}

static void votes_to_one_peer_leave_with_his_frame_alone(void **state)
{
    (void)state;
    struct peer_message message = vote(1, VOTE_NOTARIZE, 5, 1);
    scene_send(&scene, 1, 3, &message);
    scene_frame(&scene, 1, 0);
    say(1, VOTE_NOTARIZE, 6, 1);
    struct peer_message other = vote(1, VOTE_NOTARIZE, 5, 2);
    scene_send(&scene, 1, 2, &other);
    scene_frame(&scene, 1, 2);
    scene_assert_found(&scene, "votes", "replica 1|replica 2|Notarize(5, 02ab");
}

static void votes_inside_certificates_count(void **state)
{
    (void)state;
    say(1, VOTE_FINALIZE, 5, 1);
    struct peer_message message = {
        .kind = PEER_CERTIFICATE,
        .certificate = {.kind = VOTE_NULLIFY,
                        .view = 5,
                        .count = 3,
                        .signatures = {{.voter = 0}, {.voter = 1}, {.voter = 2}}}};
    scene_send(&scene, 0, 3, &message); /* what others pass on is not his word */
    scene_frame(&scene, 0, 3);
    assert_null(scene_finding(&scene, "votes"));
    scene_send(&scene, 1, 3, &message);
    scene_frame(&scene, 1, 3);
    scene_assert_found(&scene, "votes", "replica 1|replica 3|Nullify(5)|Finalize(5)");
}

static void votes_of_a_traitor_are_not_asked(void **state)
{
    (void)state;
    say(1, VOTE_NOTARIZE, 5, 1);
    scene_replica(&scene, SIGHT_CORRUPTED, 1);
    say(1, VOTE_NOTARIZE, 5, 2);
    scene_assert_silent(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(votes_that_agree_are_silent),
        T(votes_for_two_orders_of_a_view_are_found),
        T(votes_to_nullify_after_finalize_are_found),
        T(votes_to_finalize_after_nullify_are_found),
        T(votes_across_a_restart_are_found),
        T(votes_that_never_left_are_not_said),
        T(votes_to_one_peer_leave_with_his_frame_alone),
        T(votes_inside_certificates_count),
        T(votes_of_a_traitor_are_not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
