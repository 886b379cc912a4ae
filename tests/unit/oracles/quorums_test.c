/* quorums_test.c - the oracle of quorums fires where a loyal replica enters a view, notarizes,
 * finalizes, stores a certificate or decides without the votes that it takes: one for each rule. */
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

/* An order of the view on a parent; NULL: genesis. */
static struct decision *build(view_nr view, const struct decision *parent)
{
    height_nr height = parent == NULL ? 1 : parent->order.height + 1;
    struct decision *decision = scene_order(&scene, view, height, NULL, 0);
    decision->order.parent_view = parent == NULL ? 0 : parent->order.view;
    decision->order.parent = parent == NULL ? scene.world.genesis : parent->digest;
    order_digest(&decision->order, &decision->digest);
    return decision;
}

static void cast(replica_id voter, enum vote_kind kind, view_nr view, const struct digest *digest)
{
    struct peer_message message = {.kind = PEER_VOTE,
                                   .vote = {.kind = kind, .voter = voter, .view = view}};
    if (digest != NULL) {
        message.vote.digest = *digest;
    }
    scene_send(&scene, voter, REPLICA_ALL, &message);
}

static void notarize(replica_id voter, const struct decision *decision)
{
    struct proposal proposal = {.order = decision->order};
    struct effect persist = {.kind = EFFECT_PERSIST_PROPOSAL, .proposal = &proposal};
    scene_effect(&scene, voter, &persist);
    cast(voter, VOTE_NOTARIZE, decision->order.view, &decision->digest);
}

static void finalize(replica_id voter, const struct decision *decision)
{
    cast(voter, VOTE_FINALIZE, decision->order.view, &decision->digest);
}

static void nullify(replica_id voter, view_nr view)
{
    cast(voter, VOTE_NULLIFY, view, NULL);
}

/* Q = 3 of 4. */
static void notarize_by_three(const struct decision *decision)
{
    for (replica_id i = 0; i < 3; i++) {
        notarize(i, decision);
    }
}

static void finalize_by_three(const struct decision *decision)
{
    for (replica_id i = 0; i < 3; i++) {
        finalize(i, decision);
    }
}

static void nullify_by_three(view_nr view)
{
    for (replica_id i = 0; i < 3; i++) {
        nullify(i, view);
    }
}

static void enter(replica_id replica, view_nr view)
{
    scene_see(&scene, (struct sighting){.kind = SIGHT_VIEW, .replica = replica, .view = view});
}

static void store(replica_id replica, const struct certificate *certificate)
{
    struct effect effect = {.kind = EFFECT_PERSIST_CERTIFICATE, .certificate = certificate};
    scene_effect(&scene, replica, &effect);
}

static struct certificate certificate_of(const struct decision *decision, replica_id a,
                                         replica_id b, replica_id c)
{
    return (struct certificate){.kind = VOTE_NOTARIZE,
                                .view = decision->order.view,
                                .digest = decision->digest,
                                .count = 3,
                                .signatures = {{.voter = a}, {.voter = b}, {.voter = c}}};
}

static void quorums_that_there_are_are_silent(void **state)
{
    (void)state;
    struct decision *first = build(1, NULL);
    enter(3, 1);
    notarize_by_three(first);
    enter(3, 2);
    nullify_by_three(2);
    enter(3, 3);
    struct certificate certificate = certificate_of(first, 0, 1, 2);
    store(3, &certificate);
    finalize_by_three(first);
    struct decision *second = build(3, first); /* over a view that failed */
    notarize_by_three(second);
    finalize_by_three(second);
    scene_decide(&scene, 3, first);
    scene_decide(&scene, 3, second);
    assert_null(scene_finding(&scene, "quorums"));
}

static void quorums_of_a_view_that_nobody_left_are_found(void **state)
{
    (void)state;
    nullify(0, 1);
    nullify(1, 1);
    notarize(2, build(1, NULL));
    enter(3, 2);
    scene_assert_found(&scene, "quorums", "replica 3|entered view 2|3 replicas have not voted");
}

/* Three votes, but not for one order. */
static void quorums_of_a_split_view_are_found(void **state)
{
    (void)state;
    struct decision *one = build(1, NULL);
    struct decision *other = build(1, NULL);
    other->order.time_ns++;
    order_digest(&other->order, &other->digest);
    notarize(0, one);
    notarize(1, one);
    notarize(2, other);
    enter(3, 2);
    scene_assert_found(&scene, "quorums", "replica 3|entered view 2");
}

static void quorums_count_a_traitor_for_everything(void **state)
{
    (void)state;
    struct decision *first = build(1, NULL);
    scene_replica(&scene, SIGHT_CORRUPTED, 3);
    notarize(0, first);
    notarize(1, first);
    enter(0, 2);
    finalize(0, first);
    finalize(1, first);
    scene_decide(&scene, 0, first);
    assert_null(scene_finding(&scene, "quorums"));
}

static void quorums_count_a_voter_once(void **state)
{
    (void)state;
    struct decision *first = build(1, NULL);
    notarize(0, first);
    notarize(1, first);
    notarize(1, first);
    finalize(0, first);
    scene_assert_found(&scene, "quorums", "replica 0|Finalize(1|2 replicas have|of 3 at least");
}

static void quorums_of_a_parent_that_is_not_notarized_are_found(void **state)
{
    (void)state;
    struct decision *first = build(1, NULL);
    notarize(0, first);
    notarize(1, first);
    notarize(2, build(2, first));
    scene_assert_found(&scene, "quorums", "replica 2|of view 2|of view 1 is not notarized");
}

static void quorums_of_a_parent_that_does_not_exist_are_found(void **state)
{
    (void)state;
    struct decision *first = build(1, NULL);
    notarize_by_three(first);
    struct decision *second = build(2, first);
    second->order.parent.bytes[DIGEST_BYTES - 1] ^= 1; /* any of its bits counts */
    order_digest(&second->order, &second->digest);
    notarize(2, second);
    scene_assert_found(&scene, "quorums", "replica 2|of view 2|not notarized");
}

static void quorums_of_another_genesis_are_found(void **state)
{
    (void)state;
    struct decision *first = build(1, NULL);
    first->order.parent.bytes[0] ^= 1;
    order_digest(&first->order, &first->digest);
    notarize(2, first);
    scene_assert_found(&scene, "quorums", "replica 2|of view 1|of view 0 is not notarized");
}

static void quorums_of_a_view_between_that_is_not_nullified_are_found(void **state)
{
    (void)state;
    struct decision *first = build(1, NULL);
    notarize_by_three(first);
    notarize_by_three(build(2, first));
    nullify_by_three(3);
    notarize(1, build(4, first));
    scene_assert_found(&scene, "quorums",
                       "replica 1|of view 4 on an order of view 1|view 2 is not");
}

static void quorums_of_a_height_beside_the_parents_are_found(void **state)
{
    (void)state;
    struct decision *first = build(1, NULL);
    notarize_by_three(first);
    struct decision *second = build(2, first);
    second->order.height = 3;
    order_digest(&second->order, &second->digest);
    notarize(1, second);
    scene_assert_found(&scene, "quorums", "replica 1|at height 3|parent is at height 1");
}

static void quorums_of_a_certificate_with_a_vote_never_cast_are_found(void **state)
{
    (void)state;
    struct decision *first = build(1, NULL);
    notarize(0, first);
    notarize(1, first);
    struct certificate certificate = certificate_of(first, 0, 1, 2);
    store(3, &certificate);
    scene_assert_found(&scene, "quorums", "replica 3|of view 1|replica 2, which it never cast");
}

static void quorums_of_a_certificate_with_a_vote_of_another_kind_are_found(void **state)
{
    (void)state;
    struct decision *first = build(1, NULL);
    notarize_by_three(first);
    struct certificate certificate = certificate_of(first, 0, 1, 2);
    certificate.kind = VOTE_FINALIZE;
    store(3, &certificate);
    scene_assert_found(&scene, "quorums", "replica 3|of view 1|replica 0, which it never cast");
}

static void quorums_of_a_certificate_of_another_order_are_found(void **state)
{
    (void)state;
    struct decision *first = build(1, NULL);
    notarize_by_three(first);
    struct certificate certificate = certificate_of(first, 0, 1, 2);
    certificate.digest.bytes[DIGEST_BYTES - 1] ^= 1;
    store(3, &certificate);
    scene_assert_found(&scene, "quorums", "replica 3|of view 1|replica 0, which it never cast");
}

static void quorums_of_a_certificate_with_one_voter_twice_are_found(void **state)
{
    (void)state;
    struct decision *first = build(1, NULL);
    notarize_by_three(first);
    struct certificate certificate = certificate_of(first, 0, 1, 1);
    store(3, &certificate);
    scene_assert_found(&scene, "quorums", "replica 3|votes of 2 replicas, of 3 at least");
}

static void quorums_of_a_certificate_with_a_stranger_are_found(void **state)
{
    (void)state;
    struct decision *first = build(1, NULL);
    notarize_by_three(first);
    struct certificate certificate = certificate_of(first, 0, 1, 200);
    store(3, &certificate);
    scene_assert_found(&scene, "quorums", "replica 3|replica 200, which it never cast");
}

static void quorums_of_an_order_that_is_only_notarized_are_found(void **state)
{
    (void)state;
    struct decision *first = build(1, NULL);
    notarize_by_three(first);
    finalize(0, first);
    finalize(1, first);
    scene_decide(&scene, 3, first);
    scene_assert_found(&scene, "quorums", "replica 3|view 1 at height 1|is finalized");
}

static void quorums_of_a_descendant_decide_its_ancestors(void **state)
{
    (void)state;
    struct decision *first = build(1, NULL);
    struct decision *second = build(2, first);
    notarize_by_three(first);
    notarize_by_three(second);
    finalize_by_three(second);
    scene_decide(&scene, 3, first);
    scene_decide(&scene, 3, second);
    assert_null(scene_finding(&scene, "quorums"));
}

static void quorums_of_another_branch_decide_nothing(void **state)
{
    (void)state;
    struct decision *first = build(1, NULL);
    struct decision *second = build(2, NULL);
    notarize_by_three(first);
    nullify_by_three(1);
    notarize_by_three(second);
    finalize_by_three(second);
    assert_null(scene_finding(&scene, "quorums"));
    scene_decide(&scene, 3, first);
    scene_assert_found(&scene, "quorums", "replica 3|view 1 at height 1|is finalized");
}

static void quorums_of_a_traitor_are_not_asked(void **state)
{
    (void)state;
    scene_replica(&scene, SIGHT_CORRUPTED, 3);
    enter(3, 9);
    finalize(3, build(1, NULL));
    scene_decide(&scene, 3, build(1, NULL));
    assert_null(scene_finding(&scene, "quorums"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(quorums_that_there_are_are_silent),
        T(quorums_of_a_view_that_nobody_left_are_found),
        T(quorums_of_a_split_view_are_found),
        T(quorums_count_a_traitor_for_everything),
        T(quorums_count_a_voter_once),
        T(quorums_of_a_parent_that_is_not_notarized_are_found),
        T(quorums_of_a_parent_that_does_not_exist_are_found),
        T(quorums_of_another_genesis_are_found),
        T(quorums_of_a_view_between_that_is_not_nullified_are_found),
        T(quorums_of_a_height_beside_the_parents_are_found),
        T(quorums_of_a_certificate_with_a_vote_never_cast_are_found),
        T(quorums_of_a_certificate_with_a_vote_of_another_kind_are_found),
        T(quorums_of_a_certificate_of_another_order_are_found),
        T(quorums_of_a_certificate_with_one_voter_twice_are_found),
        T(quorums_of_a_certificate_with_a_stranger_are_found),
        T(quorums_of_an_order_that_is_only_notarized_are_found),
        T(quorums_of_a_descendant_decide_its_ancestors),
        T(quorums_of_another_branch_decide_nothing),
        T(quorums_of_a_traitor_are_not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
