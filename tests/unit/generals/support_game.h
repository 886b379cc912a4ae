/* support_game.h - short ways to set up a game, to play it, and to look at what happened. */
#ifndef STRATEGOS_TESTS_GENERALS_SUPPORT_GAME_H
#define STRATEGOS_TESTS_GENERALS_SUPPORT_GAME_H

#include "generals/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* A game on the complete graph, all loyal, commander 0 ordering attack. */
struct scenario game_of(enum algorithm algorithm, unsigned generals, unsigned m);

/* These are traitors, all of one strategy; who was one before is so no more. */
void game_betray(struct scenario *scenario, general_set traitors, enum strategy strategy);

/* `from` tells `to` this order along the path. */
void game_lie(struct scenario *scenario, general_id from, general_id to, order_nr order,
              const general_id *path, unsigned path_count);

/* Plays it; fails the test with the reason if it is refused. The caller frees the play and the
 * scenario. */
struct play *game_play(const struct scenario *scenario);

/* Fails the test if this can be played, or if the reason does not hold `part`. */
void game_is_refused(const struct scenario *scenario, const char *part);

/* A number for all that happened: equal plays have equal numbers. */
uint64_t game_hash(const struct play *play);

/* How often all traitors acted. */
uint64_t game_acts(const struct play *play);

/* Messages of the record with this fate and verdict. */
size_t game_count(const struct play *play, enum fate fate, enum verdict verdict);

/* The first message of a round from `from` to `to`; NULL if there is none. */
const struct message *game_find(const struct play *play, unsigned round, general_id from,
                                general_id to);

#endif
