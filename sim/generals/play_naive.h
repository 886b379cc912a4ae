/* play_naive.h - the generals who only vote: each tells every other his own order, all obey the
 * majority of what they heard, a tie being RETREAT. What LSP82 begins with, to show that it splits.
 */
#ifndef STRATEGOS_GENERALS_PLAY_NAIVE_H
#define STRATEGOS_GENERALS_PLAY_NAIVE_H

#include "generals/record.h"

/* Plays it all: there are no instances. Fills in the vectors and decisions. */
void play_naive(struct recorder *recorder, const struct plot *plot);

#endif
