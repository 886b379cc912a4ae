/* grounds_test.c - the oracle of grounds fires where a loyal replica votes for an order, a segment
 * or a notarization that it has not stored, and not where a tip is void or an ancestor's. */
#include "support_scene.h"

#include "wire/digests.h"

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

static struct segment segment_of(size_t client)
{
    struct slice command = scene_put(&scene, "k", "v");
    return scene_segment(&scene, client, &command, 1, true);
}

static void hold(replica_id replica, const struct segment *segment)
{
    struct digest digest;
    lane_digest_next(&segment->lane, segment->sequence, &segment->previous, segment->body, &digest);
    struct effect effect = {.kind = EFFECT_PERSIST_SEGMENT, .segment = segment, .digest = &digest};
    scene_effect(&scene, replica, &effect);
}

static void forget(replica_id replica, const struct segment *segment)
{
    struct digest digest;
    lane_digest_next(&segment->lane, segment->sequence, &segment->previous, segment->body, &digest);
    struct effect effect = {.kind = EFFECT_FORGET_SEGMENT, .digest = &digest};
    scene_effect(&scene, replica, &effect);
}

static void say(replica_id voter, enum vote_kind kind, const struct decision *decision)
{
    struct peer_message message = {.kind = PEER_VOTE,
                                   .vote = {.kind = kind,
                                            .voter = voter,
                                            .view = decision->order.view,
                                            .digest = decision->digest}};
    scene_send(&scene, voter, REPLICA_ALL, &message);
}

static void notarize(replica_id voter, const struct decision *decision)
{
    struct proposal proposal = {.order = decision->order};
    struct effect persist = {.kind = EFFECT_PERSIST_PROPOSAL, .proposal = &proposal};
    scene_effect(&scene, voter, &persist);
    say(voter, VOTE_NOTARIZE, decision);
}

static void assert_silent(void)
{
    assert_null(scene_finding(&scene, "grounds"));
}

static void grounds_that_are_stored_are_silent(void **state)
{
    (void)state;
    struct segment segments[] = {segment_of(0), segment_of(0), segment_of(1)};
    struct decision *decision = scene_order(&scene, 1, 1, segments, 3);
    for (size_t i = 0; i < 3; i++) {
        hold(2, &segments[2 - i]); /* in whatever order they came */
    }
    notarize(2, decision);
    struct certificate certificate = {.kind = VOTE_NOTARIZE, .view = 1};
    struct effect effect = {.kind = EFFECT_PERSIST_CERTIFICATE, .certificate = &certificate};
    scene_effect(&scene, 2, &effect);
    say(2, VOTE_FINALIZE, decision);
    assert_silent();
}

static void grounds_without_the_order_are_found(void **state)
{
    (void)state;
    struct decision *first = scene_order(&scene, 1, 1, NULL, 0);
    notarize(2, first);
    assert_silent();
    say(2, VOTE_NOTARIZE, scene_order(&scene, 2, 2, NULL, 0));
    scene_assert_found(&scene, "grounds", "replica 2|of view 2, which it has not stored");
}

static void grounds_without_a_segment_are_found(void **state)
{
    (void)state;
    struct segment segments[] = {segment_of(0), segment_of(0), segment_of(0)};
    struct decision *decision = scene_order(&scene, 1, 1, segments, 3);
    hold(2, &segments[0]);
    hold(2, &segments[2]);
    hold(3, &segments[1]); /* another replica's is none */
    notarize(2, decision);
    scene_assert_found(&scene, "grounds", "replica 2|of view 1|up to 3|stored segment 2");
}

static void grounds_of_a_loyal_commander_are_judged(void **state)
{
    (void)state;
    struct segment segment = segment_of(0);
    scene_propose(&scene, scene_order(&scene, 1, 1, &segment, 1));
    scene_assert_found(&scene, "grounds", "replica 1|of view 1|stored segment 1");
}

/* What an ancestor covers its voters hold. */
static void grounds_end_where_an_ancestor_begins(void **state)
{
    (void)state;
    struct segment segments[] = {segment_of(0), segment_of(0)};
    struct decision *first = scene_order(&scene, 1, 1, &segments[0], 1);
    struct decision *second = scene_order(&scene, 2, 2, &segments[1], 1);
    hold(0, &segments[0]);
    notarize(0, first);
    hold(2, &segments[1]);
    notarize(2, second);
    assert_silent();
    notarize(3, second);
    scene_assert_found(&scene, "grounds", "replica 3|of view 2|stored segment 2");
}

static void grounds_that_were_forgotten_are_found(void **state)
{
    (void)state;
    struct segment segment = segment_of(0);
    hold(2, &segment);
    forget(2, &segment);
    notarize(2, scene_order(&scene, 1, 1, &segment, 1));
    scene_assert_found(&scene, "grounds", "replica 2|stored segment 1");
}

/* The ledger does not forget: after a restart it gives everything back. */
static void grounds_that_a_restart_gives_back_are_silent(void **state)
{
    (void)state;
    struct segment segment = segment_of(0);
    hold(2, &segment);
    forget(2, &segment);
    scene_replica(&scene, SIGHT_CRASHED, 2);
    forget(2, &segment); /* while it restores: a later record may hold it */
    scene_start(&scene, 2, 0);
    notarize(2, scene_order(&scene, 1, 1, &segment, 1));
    assert_silent();
}

static void begin_sessions(uint64_t count)
{
    for (uint64_t i = 1; i <= count; i += 16) { /* as many as fit a scene's order */
        struct segment segments[16];
        for (uint64_t k = 0; k < 16; k++) {
            scene_session(&scene, 0, 100 + i + k);
            segments[k] = segment_of(0);
        }
        scene_decide(&scene, 1, scene_order(&scene, i, i / 16 + 1, segments, 16));
    }
}

static void grounds_of_a_session_that_is_over_are_not_needed(void **state)
{
    (void)state;
    begin_sessions(SESSIONS_PER_CLIENT_MAX);
    scene_session(&scene, 0, 100);
    struct segment segment = segment_of(0);
    notarize(2, scene_order(&scene, 200, 200, &segment, 1));
    assert_silent();
    scene_session(&scene, 0, 900);
    segment = segment_of(0);
    notarize(2, scene_order(&scene, 201, 201, &segment, 1));
    scene_assert_found(&scene, "grounds", "replica 2|of view 201|stored segment 1");
}

static void grounds_of_an_old_session_among_the_kept_are_needed(void **state)
{
    (void)state;
    begin_sessions(SESSIONS_PER_CLIENT_MAX - 16);
    scene_session(&scene, 0, 100);
    struct segment segment = segment_of(0);
    notarize(2, scene_order(&scene, 200, 200, &segment, 1));
    scene_assert_found(&scene, "grounds", "replica 2|of view 200|stored segment 1");
}

static void grounds_without_the_notarization_are_found(void **state)
{
    (void)state;
    struct decision *decision = scene_order(&scene, 1, 1, NULL, 0);
    notarize(2, decision);
    struct certificate certificate = {.kind = VOTE_NULLIFY, .view = 1};
    struct effect effect = {.kind = EFFECT_PERSIST_CERTIFICATE, .certificate = &certificate};
    scene_effect(&scene, 2, &effect);
    say(2, VOTE_FINALIZE, decision);
    scene_assert_found(&scene, "grounds", "replica 2|Finalize(1|stored the notarization");
}

static void grounds_of_a_vote_that_is_repeated_are_judged_once(void **state)
{
    (void)state;
    struct segment segment = segment_of(0);
    struct decision *decision = scene_order(&scene, 1, 1, &segment, 1);
    hold(2, &segment);
    notarize(2, decision);
    forget(2, &segment); /* it was decided elsewhere, say */
    say(2, VOTE_NOTARIZE, decision);
    assert_silent();
}

static void grounds_of_a_traitor_are_not_asked(void **state)
{
    (void)state;
    scene_replica(&scene, SIGHT_CORRUPTED, 2);
    say(2, VOTE_NOTARIZE, scene_order(&scene, 1, 1, NULL, 0));
    assert_silent();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(grounds_that_are_stored_are_silent),
        T(grounds_without_the_order_are_found),
        T(grounds_without_a_segment_are_found),
        T(grounds_of_a_loyal_commander_are_judged),
        T(grounds_end_where_an_ancestor_begins),
        T(grounds_that_were_forgotten_are_found),
        T(grounds_that_a_restart_gives_back_are_silent),
        T(grounds_of_a_session_that_is_over_are_not_needed),
        T(grounds_of_an_old_session_among_the_kept_are_needed),
        T(grounds_without_the_notarization_are_found),
        T(grounds_of_a_vote_that_is_repeated_are_judged_once),
        T(grounds_of_a_traitor_are_not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
