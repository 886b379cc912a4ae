/* support_claims.h - a strategy played on a tape, and what was heard of it: for tests that hold it
 * to what its one line says. */
#ifndef STRATEGOS_TESTS_UNIT_TRAITORS_SUPPORT_CLAIMS_H
#define STRATEGOS_TESTS_UNIT_TRAITORS_SUPPORT_CLAIMS_H

#include "support_tape.h"

extern struct tape claims_tape;
extern struct playback claims_loyal; /* what the shell says by itself: nothing is done to it */
extern struct playback claims_now;   /* what was said in the last play */

/* Of a group of tests. */
int claims_setup(void **state);
int claims_teardown(void **state);

void claims_play(const char *strategy);
void claims_done(void);

/* How many messages of these were spoken. */
size_t claims_count(const struct playback *playback, bool (*is_it)(const struct spoken *spoken));
/* How many pairs that fit, whoever was to hear them, in the last play. */
size_t claims_count_pairs(bool (*fit)(const struct spoken *one, const struct spoken *other));

/* Of the traitor's own. */
bool claims_order(const struct spoken *spoken);
bool claims_true_order(const struct spoken *spoken);
bool claims_vote_of(const struct spoken *spoken, enum vote_kind kind);
bool claims_notarize(const struct spoken *spoken);
bool claims_nullify(const struct spoken *spoken);
bool claims_finalize(const struct spoken *spoken);
/* Anybody's. */
bool claims_certificate(const struct spoken *spoken);
bool claims_block(const struct spoken *spoken);
bool claims_heartbeat(const struct spoken *spoken);
bool claims_true_heartbeat(const struct spoken *spoken);

/* Two orders of one view; told to one receiver. */
bool claims_two_orders(const struct spoken *one, const struct spoken *other);
bool claims_two_orders_to_one(const struct spoken *one, const struct spoken *other);

/* Two Notarize of one view; Nullify and Finalize of one. */
bool claims_double(const struct spoken *one, const struct spoken *other);
bool claims_contrary(const struct spoken *one, const struct spoken *other);

#endif
