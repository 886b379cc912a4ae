/* sometimes_test.c - the declared states are met when they are so, and not when they are not. */
#include "cluster/sometimes.h"
#include "cluster/world.h"

#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

#define MS PLAN_MS

static struct plan plan;
static struct sometimes_seen seen;
static uint64_t now_ns;

/* A group of four, one fault, delta 100 ms, that all start. */
static int setup(void **state)
{
    (void)state;
    plan = (struct plan){.replica_count = 4,
                         .fault_count = 1,
                         .customer_count = 2,
                         .delta_ns = 100 * MS,
                         .faults_until_ns = 1000 * PLAN_S};
    now_ns = MS;
    return 0;
}

static void begin(void)
{
    sometimes_init(&seen, &plan);
    for (replica_id r = 0; r < plan.replica_count; r++) {
        sometimes_see(&seen, &(struct sighting){.kind = SIGHT_STARTED, .replica = r});
    }
}

static void see(replica_id replica, struct sighting sighting)
{
    sighting.replica = replica;
    sighting.now_ns = now_ns;
    sighting.is_loyal = true;
    sometimes_see(&seen, &sighting);
}

static void effect(replica_id replica, struct effect what)
{
    see(replica, (struct sighting){.kind = SIGHT_EFFECT, .effect = &what});
}

static void view(replica_id replica, view_nr number)
{
    see(replica, (struct sighting){.kind = SIGHT_VIEW, .view = number});
}

static void vote(replica_id replica, enum vote_kind kind, view_nr number, uint8_t order)
{
    struct vote made = {.kind = kind, .voter = replica, .view = number, .digest = {{order}}};
    effect(replica, (struct effect){.kind = EFFECT_PERSIST_VOTE, .vote = &made});
}

static void certificate(replica_id replica, enum vote_kind kind, view_nr number)
{
    struct certificate made = {.kind = kind, .view = number, .digest = {{1}}, .count = 3};
    for (uint32_t i = 0; i < 3; i++) {
        made.signatures[i].voter = i;
    }
    effect(replica, (struct effect){.kind = EFFECT_PERSIST_CERTIFICATE, .certificate = &made});
}

static void decide(replica_id replica, height_nr height, view_nr of, view_nr parent, bool own)
{
    static const struct certificate finalization = {.kind = VOTE_FINALIZE};
    struct decision made = {.order = {.height = height,
                                      .view = of,
                                      .parent_view = parent,
                                      .time_ns = height * MS,
                                      .tip_count = 1},
                            .certificate = own ? &finalization : NULL};
    effect(replica, (struct effect){.kind = EFFECT_DECIDED, .decision = &made});
}

static void fault(void)
{
    struct happening told = {.kind = HAPPENING_FAULT, .now_ns = now_ns, .text = "as planned"};
    sometimes_happen(&seen, &told);
}

static uint64_t count(enum sometimes which)
{
    return seen.counts[which];
}

/* ---- names ---- */

static void sometimes_of_the_table_have_names_of_their_own(void **state)
{
    (void)state;
    for (int i = 0; i < SOMETIMES_COUNT; i++) {
        const char *name = sometimes_name((enum sometimes)i);
        assert_non_null(name);
        assert_non_null(sometimes_says((enum sometimes)i));
        assert_true(strlen(name) > 2 && strlen(name) < 28);
        assert_true(strlen(sometimes_says((enum sometimes)i)) > 20);
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(name, sometimes_name((enum sometimes)k));
        }
    }
    assert_true(SOMETIMES_COUNT >= 45);
}

/* ---- views ---- */

static void left_half_notarized_counts_only_without_a_notarization(void **state)
{
    (void)state;
    begin();
    view(0, 1);
    vote(0, VOTE_NOTARIZE, 1, 7);
    view(0, 2);
    assert_int_equal(count(SOMETIMES_LEFT_HALF_NOTARIZED), 1);
    vote(0, VOTE_NOTARIZE, 2, 8);
    certificate(3, VOTE_NOTARIZE, 2);
    view(0, 3);
    assert_int_equal(count(SOMETIMES_LEFT_HALF_NOTARIZED), 1);
}

static void one_view_with_both_certificates_is_met_once_they_are_there(void **state)
{
    (void)state;
    begin();
    certificate(0, VOTE_NOTARIZE, 4);
    certificate(0, VOTE_NULLIFY, 5);
    assert_int_equal(count(SOMETIMES_NULLIFIED_BESIDE_NOTARIZED), 0);
    certificate(2, VOTE_NULLIFY, 4);
    assert_int_equal(count(SOMETIMES_NULLIFIED_BESIDE_NOTARIZED), 1);
    certificate(2, VOTE_NULLIFY, 4); /* known */
    assert_int_equal(count(SOMETIMES_NULLIFIED_BESIDE_NOTARIZED), 1);
}

static void split_vote_wants_two_orders_in_one_view(void **state)
{
    (void)state;
    begin();
    vote(0, VOTE_NOTARIZE, 1, 7);
    vote(1, VOTE_NOTARIZE, 1, 7);
    vote(1, VOTE_NOTARIZE, 2, 9);
    assert_int_equal(count(SOMETIMES_SPLIT_VOTE), 0);
    vote(2, VOTE_NOTARIZE, 1, 8);
    assert_int_equal(count(SOMETIMES_SPLIT_VOTE), 1);
}

static void nullified_views_in_a_row_break_off_at_a_notarized_one(void **state)
{
    (void)state;
    begin();
    certificate(0, VOTE_NULLIFY, 1);
    certificate(0, VOTE_NOTARIZE, 2);
    certificate(0, VOTE_NULLIFY, 3);
    assert_int_equal(count(SOMETIMES_NULLIFIED_TWICE), 0);
    certificate(1, VOTE_NULLIFY, 4);
    assert_int_equal(count(SOMETIMES_NULLIFIED_TWICE), 1);
    assert_int_equal(count(SOMETIMES_NULLIFIED_ROW), 0);
    certificate(1, VOTE_NULLIFY, 5); /* f+2 */
    assert_int_equal(count(SOMETIMES_NULLIFIED_ROW), 1);
}

static void back_off_beyond_eight_wants_failed_views_without_a_decision(void **state)
{
    (void)state;
    begin();
    view(0, 1);
    for (view_nr v = 1; v <= 3; v++) {
        certificate(0, VOTE_NULLIFY, v);
        view(0, v + 1);
    }
    decide(0, 1, 3, 0, true); /* ends it */
    certificate(0, VOTE_NULLIFY, 4);
    view(0, 5);
    assert_int_equal(count(SOMETIMES_BACKED_OFF), 0);
    for (view_nr v = 5; v <= 7; v++) {
        certificate(0, VOTE_NULLIFY, v);
        view(0, v + 1);
    }
    assert_int_equal(count(SOMETIMES_BACKED_OFF), 1);
}

static void nullify_before_the_time_out_is_a_skip_and_later_is_not(void **state)
{
    (void)state;
    begin();
    view(0, 1);
    now_ns += 250 * MS;
    vote(0, VOTE_NULLIFY, 1, 0);
    assert_int_equal(count(SOMETIMES_SKIPPED_AT_ONCE), 0);
    see(2, (struct sighting){.kind = SIGHT_CRASHED});
    view(0, 2); /* whose commander is replica 2 */
    now_ns += 1 * MS;
    vote(0, VOTE_NULLIFY, 2, 0);
    assert_int_equal(count(SOMETIMES_SKIPPED_AT_ONCE), 1);
    assert_int_equal(count(SOMETIMES_SKIPPED_WHILE_DOWN), 1);
}

static void jump_is_more_than_one_view_and_not_a_start(void **state)
{
    (void)state;
    begin();
    view(0, 20);
    view(0, 21);
    assert_int_equal(count(SOMETIMES_JUMPED), 0);
    view(0, 23);
    assert_int_equal(count(SOMETIMES_JUMPED), 1);
    assert_int_equal(count(SOMETIMES_JUMPED_FAR), 0);
    view(0, 40);
    assert_int_equal(count(SOMETIMES_JUMPED_FAR), 1);
}

/* ---- orders ---- */

static void ancestors_are_two_decisions_without_certificates(void **state)
{
    (void)state;
    begin();
    decide(0, 1, 1, 0, false);
    decide(0, 2, 2, 1, true);
    assert_int_equal(count(SOMETIMES_ANCESTORS), 0);
    decide(0, 3, 3, 2, false);
    decide(0, 4, 4, 3, false);
    decide(0, 5, 9, 4, true);
    assert_int_equal(count(SOMETIMES_ANCESTORS), 1);
    assert_int_equal(count(SOMETIMES_OVER_NULLIFIED), 1);
    assert_int_equal(count(SOMETIMES_OVER_MANY), 1);
}

static void block_sync_is_told_from_a_decision_by_the_question(void **state)
{
    (void)state;
    begin();
    decide(0, 1, 1, 0, true);
    assert_int_equal(count(SOMETIMES_BLOCK_SYNCED), 0);
    struct peer_message ask = {.kind = PEER_ASK_BLOCKS, .ask_blocks = {.from = 2, .count = 16}};
    effect(0, (struct effect){.kind = EFFECT_SEND, .to = 1, .message = &ask});
    for (height_nr h = 2; h <= 5; h++) {
        decide(0, h, h, h - 1, true);
    }
    assert_int_equal(count(SOMETIMES_BLOCK_SYNCED), 1);
    assert_int_equal(count(SOMETIMES_BLOCKS_SYNCED), 1);
    assert_int_equal(count(SOMETIMES_SOURCE_CHANGED), 0);
    ask.ask_blocks.from = 6;
    effect(0, (struct effect){.kind = EFFECT_SEND, .to = 1, .message = &ask});
    effect(0, (struct effect){.kind = EFFECT_SEND, .to = 2, .message = &ask});
    assert_int_equal(count(SOMETIMES_SOURCE_CHANGED), 1);
}

/* ---- crashes ---- */

static void crash_after_a_sync_is_not_one_with_unsynced_records(void **state)
{
    (void)state;
    plan.faults[0] = (struct fault){.kind = FAULT_CRASH_AT_SEND, .at_ns = 2 * MS, .who = 1};
    plan.fault_total = 1;
    begin();
    vote(0, VOTE_NOTARIZE, 1, 7);
    see(0, (struct sighting){.kind = SIGHT_SYNCED});
    see(0, (struct sighting){.kind = SIGHT_CRASHED});
    assert_int_equal(count(SOMETIMES_CRASHED_UNSYNCED), 0);
    now_ns = 2 * MS;
    fault();
    vote(1, VOTE_NOTARIZE, 1, 7);
    see(1, (struct sighting){.kind = SIGHT_CRASHED});
    assert_int_equal(count(SOMETIMES_CRASHED_UNSYNCED), 1);
    assert_int_equal(count(SOMETIMES_CRASHED_BEFORE_SEND), 1);
    assert_int_equal(count(SOMETIMES_BELOW_QUORUM), 1);
    assert_int_equal(count(SOMETIMES_ALL_DOWN), 0);
    see(2, (struct sighting){.kind = SIGHT_CRASHED});
    see(3, (struct sighting){.kind = SIGHT_CRASHED});
    assert_int_equal(count(SOMETIMES_ALL_DOWN), 1);
}

static void restarted_replica_votes_on_only_up_to_its_old_view(void **state)
{
    (void)state;
    begin();
    view(0, 5);
    see(0, (struct sighting){.kind = SIGHT_CRASHED});
    see(0, (struct sighting){.kind = SIGHT_STARTED});
    vote(0, VOTE_NOTARIZE, 6, 7);
    assert_int_equal(count(SOMETIMES_VOTES_ON), 0);
    vote(0, VOTE_FINALIZE, 5, 7);
    assert_int_equal(count(SOMETIMES_VOTES_ON), 1);
}

static void full_disk_is_over_with_the_first_sync_after_it(void **state)
{
    (void)state;
    begin();
    see(0, (struct sighting){.kind = SIGHT_STORE_FULL}); /* its records had room */
    see(0, (struct sighting){.kind = SIGHT_SYNCED});
    assert_int_equal(count(SOMETIMES_FULL_RESUMED), 0);
    see(0, (struct sighting){.kind = SIGHT_LEDGER_FULL});
    see(1, (struct sighting){.kind = SIGHT_SYNCED}); /* another one */
    assert_int_equal(count(SOMETIMES_FULL_RESUMED), 0);
    assert_int_equal(count(SOMETIMES_LEDGER_FULL), 1);
    see(0, (struct sighting){.kind = SIGHT_SYNCED});
    see(0, (struct sighting){.kind = SIGHT_SYNCED});
    assert_int_equal(count(SOMETIMES_FULL_RESUMED), 1);
}

static void start_that_fails_is_told_without_a_crash_before(void **state)
{
    (void)state;
    begin();
    struct happening down = {.kind = HAPPENING_FAULT, .text = "replica 1 is down"};
    see(1, (struct sighting){.kind = SIGHT_CRASHED});
    sometimes_happen(&seen, &down);
    assert_int_equal(count(SOMETIMES_START_FAILED), 0);
    see(0, (struct sighting){.kind = SIGHT_VIEW, .view = 1});
    sometimes_happen(&seen, &down);
    assert_int_equal(count(SOMETIMES_START_FAILED), 1);
}

/* ---- checkpoints ---- */

static void start(replica_id replica, height_nr checkpoint, height_nr height)
{
    see(replica, (struct sighting){.kind = SIGHT_CRASHED});
    see(replica,
        (struct sighting){.kind = SIGHT_STARTED, .height = height, .checkpoint = checkpoint});
}

static void made(replica_id replica, height_nr height)
{
    see(replica, (struct sighting){.kind = SIGHT_CHECKPOINT_BEGUN});
    see(replica, (struct sighting){.kind = SIGHT_CHECKPOINT, .height = height});
}

static void start_from_a_checkpoint_is_told_from_one_without(void **state)
{
    (void)state;
    begin();
    start(0, 0, 7);
    assert_int_equal(count(SOMETIMES_CHECKPOINT_REST), 0);
    assert_int_equal(count(SOMETIMES_STORE_REBUILT), 0);
    made(0, 7);
    start(0, 7, 7);
    assert_int_equal(count(SOMETIMES_CHECKPOINT_ALONE), 1);
    start(0, 7, 9);
    assert_int_equal(count(SOMETIMES_CHECKPOINT_REST), 1);
    start(0, 0, 9);
    assert_int_equal(count(SOMETIMES_STORE_REBUILT), 1);
    assert_int_equal(count(SOMETIMES_CHECKPOINT), 1);
}

static void crash_in_a_checkpoint_leaves_it_or_the_one_before(void **state)
{
    (void)state;
    begin();
    made(0, 3);
    start(0, 3, 5); /* it was done */
    see(0, (struct sighting){.kind = SIGHT_CHECKPOINT_BEGUN});
    assert_int_equal(count(SOMETIMES_CHECKPOINT_LOST) + count(SOMETIMES_CHECKPOINT_KEPT), 0);
    start(0, 3, 6);
    assert_int_equal(count(SOMETIMES_CHECKPOINT_LOST), 1);
    see(0, (struct sighting){.kind = SIGHT_CHECKPOINT_BEGUN});
    start(0, 6, 6);
    assert_int_equal(count(SOMETIMES_CHECKPOINT_KEPT), 1);
    start(0, 6, 6);
    assert_int_equal(count(SOMETIMES_CHECKPOINT_LOST), 1);
}

static void checkpoint_that_nobody_began_is_made_by_a_replay(void **state)
{
    (void)state;
    begin();
    made(0, 3);
    assert_int_equal(count(SOMETIMES_CHECKPOINT_IN_REPLAY), 0);
    start(0, 3, 9);
    see(0, (struct sighting){.kind = SIGHT_CHECKPOINT, .height = 8});
    assert_int_equal(count(SOMETIMES_CHECKPOINT_IN_REPLAY), 1);
}

static void checkpoint_is_late_with_orders_above_and_full_before_it_has_room(void **state)
{
    (void)state;
    begin();
    decide(0, 1, 1, 0, true);
    made(0, 1);
    assert_int_equal(count(SOMETIMES_CHECKPOINT_LATE), 0);
    see(0, (struct sighting){.kind = SIGHT_CHECKPOINT_BEGUN});
    see(0, (struct sighting){.kind = SIGHT_STORE_FULL});
    decide(0, 2, 2, 1, true);
    assert_int_equal(count(SOMETIMES_CHECKPOINT_FULL), 0);
    made(0, 1);
    assert_int_equal(count(SOMETIMES_CHECKPOINT_LATE), 1);
    assert_int_equal(count(SOMETIMES_CHECKPOINT_FULL), 1);
    made(0, 2);
    assert_int_equal(count(SOMETIMES_CHECKPOINT_FULL), 1);
}

static void vote_in_the_view_of_the_checkpoint_counts_after_a_start_from_it(void **state)
{
    (void)state;
    begin();
    view(0, 5);
    made(0, 3);
    vote(0, VOTE_NOTARIZE, 5, 7);
    assert_int_equal(count(SOMETIMES_CHECKPOINT_MIDVIEW), 0);
    start(0, 3, 3);
    vote(0, VOTE_NOTARIZE, 6, 7);
    assert_int_equal(count(SOMETIMES_CHECKPOINT_MIDVIEW), 0);
    vote(0, VOTE_FINALIZE, 5, 7);
    assert_int_equal(count(SOMETIMES_CHECKPOINT_MIDVIEW), 1);
}

static void blocks_below_a_checkpoint_are_those_that_the_start_did_not_read(void **state)
{
    (void)state;
    begin();
    made(0, 8);
    effect(0, (struct effect){.kind = EFFECT_SERVE_BLOCKS, .height = 4, .count = 1});
    assert_int_equal(count(SOMETIMES_SERVED_BELOW), 0);
    start(0, 8, 9);
    effect(0, (struct effect){.kind = EFFECT_SERVE_BLOCKS, .height = 9, .count = 1});
    assert_int_equal(count(SOMETIMES_SERVED_BELOW), 0);
    effect(0, (struct effect){.kind = EFFECT_SERVE_BLOCKS, .height = 8, .count = 1});
    assert_int_equal(count(SOMETIMES_SERVED_BELOW), 1);
}

/* ---- network, traitors, clients ---- */

static void partition_of_two_and_two_has_no_quorum(void **state)
{
    (void)state;
    plan.faults[0] =
        (struct fault){.kind = FAULT_PARTITION, .at_ns = 2 * MS, .length_ns = 10 * MS, .whom = 0x1};
    plan.faults[1] = (struct fault){
        .kind = FAULT_PARTITION, .at_ns = 30 * MS, .length_ns = 10 * MS, .whom = 0x3};
    plan.fault_total = 2;
    begin();
    now_ns = 2 * MS;
    fault();
    decide(1, 1, 1, 0, true);
    assert_int_equal(count(SOMETIMES_DECIDED_WITHOUT_CUT), 1);
    assert_int_equal(count(SOMETIMES_NO_QUORUM_SPLIT), 0);
    now_ns = 30 * MS;
    fault();
    assert_int_equal(count(SOMETIMES_NO_QUORUM_SPLIT), 1);
    now_ns = 50 * MS;
    decide(1, 2, 2, 1, true);
    assert_int_equal(count(SOMETIMES_HEALED), 1);
}

static void traitors_own_steps_count_for_nothing(void **state)
{
    (void)state;
    begin();
    view(0, 1);
    see(0, (struct sighting){.kind = SIGHT_CORRUPTED});
    uint64_t before[SOMETIMES_COUNT];
    memcpy(before, seen.counts, sizeof before);
    vote(0, VOTE_NOTARIZE, 1, 7);
    vote(0, VOTE_NOTARIZE, 1, 8);
    view(0, 30);
    decide(0, 1, 9, 1, false);
    see(0, (struct sighting){.kind = SIGHT_VERDICT, .peer = 1, .verdict = VERDICT_EQUIVOCATION});
    assert_memory_equal(before, seen.counts, sizeof before);
    certificate(1, VOTE_FINALIZE, 1);
    assert_int_equal(count(SOMETIMES_TRAITOR_SIGNED), 1);
}

static void second_proposal_is_equivocation_of_the_commander(void **state)
{
    (void)state;
    begin();
    view(0, 2);
    see(0, (struct sighting){.kind = SIGHT_VERDICT, .peer = 1, .verdict = VERDICT_EQUIVOCATION});
    assert_int_equal(count(SOMETIMES_EQUIVOCATION), 1);
    assert_int_equal(count(SOMETIMES_SECOND_PROPOSAL), 0);
    see(0, (struct sighting){.kind = SIGHT_VERDICT, .peer = 2, .verdict = VERDICT_EQUIVOCATION});
    assert_int_equal(count(SOMETIMES_SECOND_PROPOSAL), 1);
}

static void forked_lane_is_two_segments_at_one_place(void **state)
{
    (void)state;
    begin();
    struct segment segment = {.lane = {.client = {{5}}, .session = 1}, .sequence = 3};
    struct digest one = {{1}};
    struct digest two = {{2}};
    struct effect held = {.kind = EFFECT_PERSIST_SEGMENT, .segment = &segment, .digest = &one};
    effect(0, held);
    effect(1, held);
    assert_int_equal(count(SOMETIMES_LANE_FORKED), 0);
    held.digest = &two;
    effect(2, held);
    assert_int_equal(count(SOMETIMES_LANE_FORKED), 1);
}

static void idle_group_wakes_by_the_next_operation(void **state)
{
    (void)state;
    begin();
    struct sighting asked = {.kind = SIGHT_INVOKED, .client = 1, .number = 1};
    struct sighting told = {.kind = SIGHT_RETURNED, .client = 1, .number = 1, .is_known = true};
    see(0, asked);
    vote(0, VOTE_NOTARIZE, 1, 7);
    see(0, told);
    now_ns += 900 * MS;
    see(0, asked);
    vote(0, VOTE_NOTARIZE, 2, 7);
    see(0, told);
    assert_int_equal(count(SOMETIMES_IDLE_WOKE), 0);
    now_ns += 1001 * MS;
    see(0, asked);
    vote(0, VOTE_NOTARIZE, 3, 7);
    assert_int_equal(count(SOMETIMES_IDLE_WOKE), 1);
    assert_int_equal(count(SOMETIMES_OPERATION_UNKNOWN), 0);
    told.is_known = false;
    see(0, told);
    assert_int_equal(count(SOMETIMES_OPERATION_UNKNOWN), 1);
}

/* ---- worlds ---- */

/* Few seeds of ordinary plans get to most of them, the same ones each time. */
static void worlds_of_few_seeds_are_in_many_of_the_states(void **state)
{
    (void)state;
    static struct world_outcome first;
    static struct world_outcome again;
    bool is_met[SOMETIMES_COUNT] = {false};
    size_t met = 0;
    log_init(LOG_ERROR, -1);
    for (uint64_t seed = 1; seed <= 16; seed++) {
        struct plan_options options;
        struct error_text text;
        plan_options_init(&options, seed);
        options.length_ns = 2 * PLAN_S;
        assert_int_equal(plan_draw(&plan, &options, &text), OK);
        assert_int_equal(world_run(&plan, NULL, &first, &text), OK);
        for (int i = 0; i < SOMETIMES_COUNT; i++) {
            met += first.sometimes[i] != 0 && !is_met[i] ? 1 : 0;
            is_met[i] = is_met[i] || first.sometimes[i] != 0;
        }
    }
    assert_in_range(met, 45, SOMETIMES_COUNT);
    struct error_text text;
    assert_int_equal(world_run(&plan, NULL, &again, &text), OK);
    assert_memory_equal(first.sometimes, again.sometimes, sizeof first.sometimes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sometimes_of_the_table_have_names_of_their_own),
        cmocka_unit_test_setup(left_half_notarized_counts_only_without_a_notarization, setup),
        cmocka_unit_test_setup(one_view_with_both_certificates_is_met_once_they_are_there, setup),
        cmocka_unit_test_setup(split_vote_wants_two_orders_in_one_view, setup),
        cmocka_unit_test_setup(nullified_views_in_a_row_break_off_at_a_notarized_one, setup),
        cmocka_unit_test_setup(back_off_beyond_eight_wants_failed_views_without_a_decision, setup),
        cmocka_unit_test_setup(nullify_before_the_time_out_is_a_skip_and_later_is_not, setup),
        cmocka_unit_test_setup(jump_is_more_than_one_view_and_not_a_start, setup),
        cmocka_unit_test_setup(ancestors_are_two_decisions_without_certificates, setup),
        cmocka_unit_test_setup(block_sync_is_told_from_a_decision_by_the_question, setup),
        cmocka_unit_test_setup(crash_after_a_sync_is_not_one_with_unsynced_records, setup),
        cmocka_unit_test_setup(restarted_replica_votes_on_only_up_to_its_old_view, setup),
        cmocka_unit_test_setup(full_disk_is_over_with_the_first_sync_after_it, setup),
        cmocka_unit_test_setup(start_that_fails_is_told_without_a_crash_before, setup),
        cmocka_unit_test_setup(start_from_a_checkpoint_is_told_from_one_without, setup),
        cmocka_unit_test_setup(crash_in_a_checkpoint_leaves_it_or_the_one_before, setup),
        cmocka_unit_test_setup(checkpoint_that_nobody_began_is_made_by_a_replay, setup),
        cmocka_unit_test_setup(checkpoint_is_late_with_orders_above_and_full_before_it_has_room,
                               setup),
        cmocka_unit_test_setup(vote_in_the_view_of_the_checkpoint_counts_after_a_start_from_it,
                               setup),
        cmocka_unit_test_setup(blocks_below_a_checkpoint_are_those_that_the_start_did_not_read,
                               setup),
        cmocka_unit_test_setup(partition_of_two_and_two_has_no_quorum, setup),
        cmocka_unit_test_setup(traitors_own_steps_count_for_nothing, setup),
        cmocka_unit_test_setup(second_proposal_is_equivocation_of_the_commander, setup),
        cmocka_unit_test_setup(forked_lane_is_two_segments_at_one_place, setup),
        cmocka_unit_test_setup(idle_group_wakes_by_the_next_operation, setup),
        cmocka_unit_test(worlds_of_few_seeds_are_in_many_of_the_states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
