/* families.h - all strategies, by the file that they are in. */
#ifndef STRATEGOS_TRAITORS_FAMILIES_H
#define STRATEGOS_TRAITORS_FAMILIES_H

#include "traitors/inside.h"

/* An on_send of those who only want to know what their shell says. */
enum fate strategy_only_learn(struct traitor *t, replica_id to, struct peer_message *message);

/* An on_send of commanders that give one order to one half and another to the other. */
enum fate strategy_give_two(struct traitor *t, replica_id to, struct peer_message *message);

/* silence.c */
extern const struct strategy strategy_silent;
extern const struct strategy strategy_only_alive;
extern const struct strategy strategy_mute_commander;
extern const struct strategy strategy_selective;
extern const struct strategy strategy_no_finalize;
extern const struct strategy strategy_refuse_sync;
extern const struct strategy strategy_ignore_clients;
extern const struct strategy strategy_delay_below;
extern const struct strategy strategy_delay_beyond;
extern const struct strategy strategy_bare_quorum;

/* equivocation.c */
extern const struct strategy strategy_equivocate_halves;
extern const struct strategy strategy_equivocate_overlap;
extern const struct strategy strategy_order_twice;

/* votes.c */
extern const struct strategy strategy_double_vote;
extern const struct strategy strategy_contradict;
extern const struct strategy strategy_vote_for_anything;
extern const struct strategy strategy_finalize_early;
extern const struct strategy strategy_nullify_all;

/* certificates.c */
extern const struct strategy strategy_withhold_certificates;
extern const struct strategy strategy_forward_selectively;
extern const struct strategy strategy_spoil_certificates;
extern const struct strategy strategy_certify_short;
extern const struct strategy strategy_count_twice;

/* views.c */
extern const struct strategy strategy_stale_views;
extern const struct strategy strategy_future_views;
extern const struct strategy strategy_heartbeat_lies;

/* cuts.c */
extern const struct strategy strategy_invent_parent;
extern const struct strategy strategy_bad_cut_unknown;
extern const struct strategy strategy_bad_cut_back;
extern const struct strategy strategy_bad_cut_skip;
extern const struct strategy strategy_bad_time;
extern const struct strategy strategy_bad_height;

/* censor.c */
extern const struct strategy strategy_censor;

/* parents.c */
extern const struct strategy strategy_build_beside;

/* blocks.c */
extern const struct strategy strategy_poison_sync;
extern const struct strategy strategy_invent_blocks;

/* drip.c */
extern const struct strategy strategy_drip_sync;

/* endless.c */
extern const struct strategy strategy_endless_blocks;

/* segments.c */
extern const struct strategy strategy_invent_segments;

/* noise.c */
extern const struct strategy strategy_replay;
extern const struct strategy strategy_garbage;
extern const struct strategy strategy_mutate;

/* flood.c */
extern const struct strategy strategy_flood;

/* forging.c */
extern const struct strategy strategy_forge;
extern const struct strategy strategy_usurp;
extern const struct strategy strategy_bad_signature;

/* answers.c */
extern const struct strategy strategy_wrong_answers;
extern const struct strategy strategy_busy_lies;
extern const struct strategy strategy_lie_twice;

/* collusion.c */
extern const struct strategy strategy_collude_split;
extern const struct strategy strategy_collude_certificate;

/* collusion_hide.c */
extern const struct strategy strategy_collude_hide;

#endif
