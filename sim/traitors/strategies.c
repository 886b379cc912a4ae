/* strategies.c - the table: in the order of help and of campaigns. */
#include "traitors/families.h"

enum fate strategy_only_learn(struct traitor *t, replica_id to, struct peer_message *message)
{
    (void)t;
    (void)to;
    (void)message;
    return FATE_PASS;
}

static const struct strategy strategy_turncoat = {
    .info = {"turncoat", "plays one strategy after the other, and now and then the loyal replica"},
    .is_fickle = true,
};

const struct strategy *const strategies[] = {
    &strategy_silent,
    &strategy_only_alive,
    &strategy_mute_commander,
    &strategy_selective,
    &strategy_no_finalize,
    &strategy_refuse_sync,
    &strategy_ignore_clients,
    &strategy_delay_below,
    &strategy_delay_beyond,
    &strategy_bare_quorum,
    &strategy_equivocate_halves,
    &strategy_equivocate_overlap,
    &strategy_order_twice,
    &strategy_double_vote,
    &strategy_contradict,
    &strategy_vote_for_anything,
    &strategy_finalize_early,
    &strategy_nullify_all,
    &strategy_withhold_certificates,
    &strategy_forward_selectively,
    &strategy_spoil_certificates,
    &strategy_certify_short,
    &strategy_count_twice,
    &strategy_stale_views,
    &strategy_future_views,
    &strategy_heartbeat_lies,
    &strategy_invent_parent,
    &strategy_build_beside,
    &strategy_censor,
    &strategy_bad_cut_unknown,
    &strategy_bad_cut_back,
    &strategy_bad_cut_skip,
    &strategy_bad_time,
    &strategy_bad_height,
    &strategy_poison_sync,
    &strategy_invent_blocks,
    &strategy_drip_sync,
    &strategy_endless_blocks,
    &strategy_invent_segments,
    &strategy_replay,
    &strategy_garbage,
    &strategy_mutate,
    &strategy_flood,
    &strategy_forge,
    &strategy_usurp,
    &strategy_bad_signature,
    &strategy_wrong_answers,
    &strategy_busy_lies,
    &strategy_lie_twice,
    &strategy_collude_split,
    &strategy_collude_certificate,
    &strategy_collude_hide,
    &strategy_turncoat,
};

const size_t strategy_count = sizeof strategies / sizeof strategies[0];

_Static_assert(sizeof strategies / sizeof strategies[0] <= STRATEGIES_MAX,
               "the world counts what each did");
