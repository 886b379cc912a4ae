/* play_sm_traitors.h - what traitors do with signed chains. */
#ifndef STRATEGOS_GENERALS_PLAY_SM_TRAITORS_H
#define STRATEGOS_GENERALS_PLAY_SM_TRAITORS_H

#include "generals/play_sm.h"

/* The traitor `from` is to send a chain: sends what his strategy makes of it. */
void sm_traitor_on_due(struct sm_game *game, general_id from, struct sm_due *due);

/* What the traitor sends in this round whether anything is due or not; called once a round, after
 * what is due. */
void sm_traitor_on_round(struct sm_game *game, general_id from);

/* Makes the chain of a lie: the signers in `able` sign it truly, for the others' names something is
 * made up. `is_seen`: it begins as far as may be with what traitors have seen. */
void sm_traitor_craft(const struct sm_game *game, const struct lie *wanted, general_set able,
                      bool is_seen, struct sm_chain *chain);

/* STRATEGY_SCRIPT (play_sm_script.c): the same two, the first for each letter of what is due. */
void sm_script_on_due(struct sm_game *game, const struct sm_letter *letter);
void sm_script_on_round(struct sm_game *game, general_id from);

/* Which agreement this is; `number` 0: the one that is played. */
struct digest sm_game_instance(const struct sm_game *game, uint64_t number);

#endif
