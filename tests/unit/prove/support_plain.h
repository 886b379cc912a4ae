/* support_plain.h - OM(m) played in the plainest way: what the proofs are held against. */
#ifndef STRATEGOS_TESTS_PROVE_PLAIN_H
#define STRATEGOS_TESTS_PROVE_PLAIN_H

#include "prove/om_proof.h"

#define PLAIN_PLACES_MAX 64u

/* Where a traitor can lie: to whom, along which path. Receivers may be traitors, too. */
struct plain_place {
    general_id path[4];
    unsigned count;
    general_id to;
};

struct plain {
    struct om_question question;
    general_set traitors; /* as om_proof_traitors places them; commander 0 */
    order_nr order;
    unsigned place_count;
    struct plain_place places[PLAIN_PLACES_MAX];
};

/* m <= 2; asserts that there are at most PLAIN_PLACES_MAX places. */
void plain_init(struct plain *plain, const struct om_question *question, bool is_commander_loyal,
                order_nr order);

/* What each lieutenant obeys if exactly at the places of `lies` the opposite of what is due is
 * said. */
void plain_play(const struct plain *plain, uint64_t lies, order_nr obeyed[8]);

#endif
