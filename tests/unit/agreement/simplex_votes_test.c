/* simplex_votes_test.c - what counts as a vote and as a certificate, traitors who say two things,
 * and what a restart may not forget. The core is replica 0 of four. */
#include "support/stage.h"

#include "base/prng.h"
#include "wire/digests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct peer_message vote_message(replica_id voter, enum vote_kind kind, view_nr view)
{
    return (struct peer_message){.kind = PEER_VOTE,
                                 .vote = {.kind = kind, .voter = voter, .view = view}};
}

static void vote_of_another_group_is_refused(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct peer_message message = vote_message(1, VOTE_NULLIFY, 1);
    struct digest elsewhere = {{7}};
    struct digest digest;
    vote_sign_digest(&elsewhere, VOTE_NULLIFY, 1, &message.vote.digest, &digest);
    world_sign(&stage->settings.replica_keys[1], &digest, &message.vote.signature);
    assert_int_equal(stage_say(stage, 1, &message), VERDICT_BAD_AUTHENTICATION);
    stage_free(stage);
}

static void vote_signed_for_another_view_or_kind_is_refused(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct peer_message message = vote_message(1, VOTE_NULLIFY, 1);
    stage_sign_vote(stage, &message.vote);
    message.vote.view = 2;
    assert_int_equal(stage_say(stage, 1, &message), VERDICT_BAD_AUTHENTICATION);
    message.vote.view = 1;
    message.vote.kind = VOTE_FINALIZE;
    assert_int_equal(stage_say(stage, 1, &message), VERDICT_BAD_AUTHENTICATION);
    message.vote.kind = VOTE_NULLIFY;
    message.vote.digest.bytes[3] ^= 1;
    assert_int_equal(stage_say(stage, 1, &message), VERDICT_BAD_AUTHENTICATION);
    message.vote.digest.bytes[3] ^= 1;
    assert_int_equal(stage_say(stage, 1, &message), VERDICT_ACCEPTED);
    stage_free(stage);
}

static void vote_in_anothers_name_is_refused(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct peer_message message = vote_message(2, VOTE_NULLIFY, 1);
    stage_sign_vote(stage, &message.vote);
    assert_int_equal(stage_say(stage, 1, &message), VERDICT_INVALID);
    message.vote.voter = 9;
    assert_int_not_equal(stage_say(stage, 1, &message), VERDICT_ACCEPTED);
    stage_free(stage);
}

static void vote_far_ahead_is_early(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    assert_int_equal(stage_vote(stage, 1, VOTE_NULLIFY, 60, NULL), VERDICT_ACCEPTED);
    assert_int_equal(stage_vote(stage, 1, VOTE_NULLIFY, 100, NULL), VERDICT_EARLY);
    assert_int_equal(stage_vote(stage, 1, VOTE_NULLIFY, UINT64_MAX, NULL), VERDICT_EARLY);
    assert_int_equal(stage_certify(stage, 1, VOTE_NULLIFY, 10000, NULL), VERDICT_EARLY);
    assert_int_equal(stage_certify(stage, 1, VOTE_NULLIFY, UINT64_MAX, NULL), VERDICT_EARLY);
    assert_int_equal(stage_view(stage), 1);
    stage_free(stage);
}

static void duplicate_signer_is_counted_once(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct digest one = {{1}};
    struct digest two = {{2}};
    assert_int_equal(stage_vote(stage, 1, VOTE_NOTARIZE, 1, &one), VERDICT_ACCEPTED);
    assert_int_equal(stage_vote(stage, 1, VOTE_NOTARIZE, 1, &one), VERDICT_DUPLICATE);
    assert_int_equal(stage_vote(stage, 1, VOTE_NOTARIZE, 1, &two), VERDICT_EQUIVOCATION);
    assert_int_equal(stage_vote(stage, 2, VOTE_NOTARIZE, 1, &one), VERDICT_ACCEPTED);
    assert_int_equal(stage_view(stage), 1);
    struct peer_message message = {.kind = PEER_CERTIFICATE};
    stage_make_certificate(stage, VOTE_NOTARIZE, 1, &one, &message.certificate);
    message.certificate.signatures[2] = message.certificate.signatures[1];
    assert_int_equal(stage_say(stage, 1, &message), VERDICT_INVALID);
    assert_int_equal(stage_view(stage), 1);
    stage_free(stage);
}

static void certificate_needs_quorum_of_good_signatures(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct peer_message message = {.kind = PEER_CERTIFICATE};
    stage_make_certificate(stage, VOTE_NULLIFY, 1, NULL, &message.certificate);
    message.certificate.count = 2;
    assert_int_equal(stage_say(stage, 1, &message), VERDICT_INVALID);
    message.certificate.count = 3;
    message.certificate.signatures[1].signature.bytes[5] ^= 1;
    assert_int_equal(stage_say(stage, 1, &message), VERDICT_BAD_AUTHENTICATION);
    message.certificate.signatures[1].signature.bytes[5] ^= 1;
    message.certificate.signatures[1].voter = 0; /* the core itself never said so */
    assert_int_equal(stage_say(stage, 1, &message), VERDICT_BAD_AUTHENTICATION);
    message.certificate.signatures[1].voter = 31;
    assert_int_equal(stage_say(stage, 1, &message), VERDICT_INVALID);
    message.certificate.signatures[1].voter = UINT32_MAX;
    assert_int_equal(stage_say(stage, 1, &message), VERDICT_INVALID);
    assert_int_equal(stage_view(stage), 1);
    stage_free(stage);
}

static void traitors_other_vote_gives_way_to_a_certificate(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct digest one = {{1}};
    struct digest two = {{2}};
    (void)stage_vote(stage, 1, VOTE_NOTARIZE, 1, &two);
    assert_int_equal(stage_certify(stage, 2, VOTE_NOTARIZE, 1, &one), VERDICT_ACCEPTED);
    assert_int_equal(stage_view(stage), 2);
    stage_free(stage);
}

static void proposal_of_another_than_the_commander_is_refused(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order;
    stage_make_order(stage, 1, NULL, NULL, &order);
    struct vote vote = {.kind = VOTE_NOTARIZE, .voter = 2, .view = 1, .digest = order.digest};
    stage_sign_vote(stage, &vote);
    struct peer_message message = {.kind = PEER_PROPOSAL,
                                   .proposal = {.order = order.order, .signature = vote.signature}};
    assert_int_equal(stage_say(stage, 1, &message), VERDICT_BAD_AUTHENTICATION);
    /* The commander's own may be passed on by anyone. */
    vote.voter = 1;
    stage_sign_vote(stage, &vote);
    message.proposal.signature = vote.signature;
    assert_int_equal(stage_say(stage, 3, &message), VERDICT_ACCEPTED);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 1);
    stage_free(stage);
}

static void equivocating_commander_other_order_is_followed(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order ours;
    struct stage_order theirs;
    stage_make_order(stage, 1, NULL, NULL, &ours);
    theirs = ours;
    theirs.order.time_ns++;
    stage_seal(&theirs);
    (void)stage_propose(stage, &ours);
    (void)stage_certify(stage, 2, VOTE_NOTARIZE, 1, &theirs.digest);
    assert_int_equal(stage_votes(stage, VOTE_FINALIZE, 1), 1);
    const struct stage_said *said = stage_last(stage, PEER_ASK_ORDER);
    assert_non_null(said);
    assert_true(digest_is_equal(&said->message.ask_order.digest, &theirs.digest));
    (void)stage_propose(stage, &theirs);
    (void)stage_certify(stage, 2, VOTE_FINALIZE, 1, &theirs.digest);
    assert_int_equal(stage_height(stage), 1);
    stage_free(stage);
}

/* We hold one order of view 1, the chain stands on the other one, and we never saw its
 * notarization: only that of its child. */
static void equivocating_commander_ancestor_is_asked_for_with_its_certificate(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order ours;
    struct stage_order theirs;
    struct stage_order child;
    struct stage_order next;
    stage_make_order(stage, 1, NULL, NULL, &ours);
    theirs = ours;
    theirs.order.time_ns++;
    stage_seal(&theirs);
    stage_make_order(stage, 2, &theirs, NULL, &child);
    stage_make_order(stage, 3, &child, NULL, &next);
    (void)stage_propose(stage, &ours);
    (void)stage_propose(stage, &child);
    (void)stage_certify(stage, 2, VOTE_NOTARIZE, 2, &child.digest);
    (void)stage_propose(stage, &next);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 3), 0);
    assert_non_null(stage_last(stage, PEER_ASK_ORDER));
    const struct stage_said *said = stage_last(stage, PEER_ASK_VIEW);
    assert_non_null(said);
    assert_int_equal(said->message.ask_view.from, 1);
    (void)stage_certify(stage, 2, VOTE_NOTARIZE, 1, &theirs.digest);
    (void)stage_propose(stage, &theirs);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 3), 1);
    stage_free(stage);
}

/* ---- what was said, over restarts ---- */

struct spoken {
    struct digest digest[64][VOTE_KIND_COUNT];
    bool is_said[64][VOTE_KIND_COUNT];
};

/* Notes every vote that left or may have left; false: a contradiction. */
static bool note_votes(struct spoken *spoken, const struct stage *stage)
{
    bool is_sound = true;
    for (size_t i = 0; i < stage->said_count; i++) {
        const struct stage_said *said = &stage->said[i];
        if (said->kind != EFFECT_PERSIST_VOTE) {
            continue;
        }
        view_nr view = said->vote.view;
        enum vote_kind kind = said->vote.kind;
        if (spoken->is_said[view][kind] &&
            !digest_is_equal(&spoken->digest[view][kind], &said->vote.digest)) {
            is_sound = false;
        }
        spoken->is_said[view][kind] = true;
        spoken->digest[view][kind] = said->vote.digest;
        if (spoken->is_said[view][VOTE_NULLIFY] && spoken->is_said[view][VOTE_FINALIZE]) {
            is_sound = false;
        }
    }
    return is_sound;
}

/* Peers who say anything at all, two orders a view, in any order, for a few views. */
static void play(struct stage *stage, struct prng *prng, size_t steps)
{
    for (size_t i = 0; i < steps; i++) {
        view_nr view = 1 + prng_below(prng, 6);
        replica_id from = 1 + (replica_id)prng_below(prng, 3);
        struct stage_order order;
        stage_make_order(stage, view, NULL, NULL, &order);
        order.order.time_ns = STAGE_WALL_NS + prng_below(prng, 2);
        stage_seal(&order);
        switch (prng_below(prng, 8)) {
        case 0:
        case 1:
            if (view % 4 != 0) {
                (void)stage_propose(stage, &order);
            }
            break;
        case 2:
            (void)stage_vote(stage, from, VOTE_NOTARIZE, view, &order.digest);
            break;
        case 3:
            (void)stage_vote(stage, from, VOTE_NULLIFY, view, NULL);
            break;
        case 4:
            (void)stage_certify(stage, from, VOTE_NULLIFY, view, NULL);
            break;
        case 5:
            (void)stage_certify(stage, from, VOTE_NOTARIZE, view, &order.digest);
            break;
        default:
            stage_at(stage, stage->now_ms + prng_below(prng, 150));
        }
    }
}

static bool plays_soundly(uint64_t seed, bool keeps_ledger)
{
    struct prng prng;
    struct spoken spoken = {0};
    prng_init(&prng, seed);
    struct stage *stage = stage_new(0, 4);
    bool is_sound = true;
    for (size_t round = 0; round < 5; round++) {
        play(stage, &prng, 12);
        is_sound = note_votes(&spoken, stage) && is_sound;
        stage_restart(stage, keeps_ledger ? stage->record_count : 0);
        is_sound = note_votes(&spoken, stage) && is_sound;
    }
    stage_free(stage);
    return is_sound;
}

static void restart_never_contradicts_what_was_said(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        if (!plays_soundly(seed, true)) {
            fail_msg("seed %llu", (unsigned long long)seed);
        }
    }
}

/* Negative control: without its ledger it does contradict itself, and that is seen. */
static void restart_without_ledger_contradicts(void **state)
{
    (void)state;
    size_t contradictions = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        contradictions += plays_soundly(seed, false) ? 0 : 1;
    }
    assert_true(contradictions > 0);
}

/* Whatever beginning of its records survives, what had been sent is among it: every send of a vote
 * comes after its record. */
static void every_vote_is_persisted_before_it_is_sent(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct prng prng;
        prng_init(&prng, seed);
        struct stage *stage = stage_new(0, 4);
        bool is_persisted[64][VOTE_KIND_COUNT] = {{false}};
        play(stage, &prng, 60);
        for (size_t i = 0; i < stage->said_count; i++) {
            const struct stage_said *said = &stage->said[i];
            if (said->kind == EFFECT_PERSIST_VOTE) {
                is_persisted[said->vote.view][said->vote.kind] = true;
            }
            if (said->kind == EFFECT_SEND && said->message.kind == PEER_VOTE) {
                assert_true(said->durable);
                assert_true(is_persisted[said->message.vote.view][said->message.vote.kind]);
            }
        }
        stage_free(stage);
    }
}

static void restart_repeats_own_votes(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order;
    stage_make_order(stage, 1, NULL, NULL, &order);
    (void)stage_propose(stage, &order);
    stage_restart(stage, stage->record_count);
    assert_int_equal(stage_votes(stage, VOTE_NOTARIZE, 1), 0); /* not cast anew */
    stage_until(stage, 150);
    const struct stage_said *said = stage_last(stage, PEER_VOTE);
    assert_non_null(said);
    assert_true(digest_is_equal(&said->message.vote.digest, &order.digest));
    /* Its own vote counts for itself, too: two more are a quorum. */
    (void)stage_vote(stage, 1, VOTE_NOTARIZE, 1, &order.digest);
    (void)stage_vote(stage, 2, VOTE_NOTARIZE, 1, &order.digest);
    assert_int_equal(stage_view(stage), 2);
    stage_free(stage);
}

static void restart_keeps_certificates_above_the_finalized_view(void **state)
{
    (void)state;
    struct stage *stage = stage_new(0, 4);
    struct stage_order order;
    stage_make_order(stage, 1, NULL, NULL, &order);
    (void)stage_propose(stage, &order);
    (void)stage_certify(stage, 1, VOTE_NOTARIZE, 1, &order.digest);
    (void)stage_certify(stage, 1, VOTE_NULLIFY, 2, NULL);
    stage_restart(stage, stage->record_count);
    assert_int_equal(stage_view(stage), 3);
    stage_forget(stage);
    struct peer_message ask = {.kind = PEER_ASK_VIEW, .ask_view = {.from = 1, .to = 2}};
    (void)stage_say(stage, 3, &ask);
    assert_int_equal(stage_sends(stage, PEER_CERTIFICATE), 2);
    stage_free(stage);
}

static void dump_is_enough_for_a_restart(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct prng prng;
        struct spoken spoken = {0};
        prng_init(&prng, seed);
        struct stage *stage = stage_new(0, 4);
        play(stage, &prng, 40);
        assert_true(note_votes(&spoken, stage));
        view_nr view = stage_view(stage);
        size_t begin = stage->record_count;
        stage_forget(stage);
        replica_dump(stage->core);
        for (size_t i = 0; i < begin; i++) { /* what was before is gone */
            buffer_fini(&stage->records[i]);
        }
        size_t count = stage->record_count - begin;
        memmove(stage->records, stage->records + begin, count * sizeof stage->records[0]);
        memmove(stage->record_kinds, stage->record_kinds + begin,
                count * sizeof stage->record_kinds[0]);
        memset(stage->records + count, 0, begin * sizeof stage->records[0]);
        stage->record_count = count;
        stage_restart(stage, count);
        assert_int_equal(stage_view(stage), view);
        play(stage, &prng, 40);
        assert_true(note_votes(&spoken, stage));
        stage_free(stage);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vote_of_another_group_is_refused),
        cmocka_unit_test(vote_signed_for_another_view_or_kind_is_refused),
        cmocka_unit_test(vote_in_anothers_name_is_refused),
        cmocka_unit_test(vote_far_ahead_is_early),
        cmocka_unit_test(duplicate_signer_is_counted_once),
        cmocka_unit_test(certificate_needs_quorum_of_good_signatures),
        cmocka_unit_test(traitors_other_vote_gives_way_to_a_certificate),
        cmocka_unit_test(proposal_of_another_than_the_commander_is_refused),
        cmocka_unit_test(equivocating_commander_other_order_is_followed),
        cmocka_unit_test(equivocating_commander_ancestor_is_asked_for_with_its_certificate),
        cmocka_unit_test(restart_never_contradicts_what_was_said),
        cmocka_unit_test(restart_without_ledger_contradicts),
        cmocka_unit_test(every_vote_is_persisted_before_it_is_sent),
        cmocka_unit_test(restart_repeats_own_votes),
        cmocka_unit_test(restart_keeps_certificates_above_the_finalized_view),
        cmocka_unit_test(dump_is_enough_for_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
