/* play_sm.h - SM(m) on any graph, with real Ed25519 signatures under keys that come from the seed.
 *
 * On a complete graph it takes m + 1 rounds; on another m + d, d being the diameter of the loyal
 * generals' part (sm_graph.h), n - 1 at most. */
#ifndef STRATEGOS_GENERALS_PLAY_SM_H
#define STRATEGOS_GENERALS_PLAY_SM_H

#include "generals/record.h"

/* Plays one instance, as record.h says. Its generals stay alive in instance->sms, one block that
 * play_free frees; what they borrowed (keys, authority) is gone. */
MUST_USE enum error play_sm(struct recorder *recorder, const struct plot *plot, size_t instance,
                            struct error_text *text);

/* Rounds of this scenario; may be more than ROUNDS_MAX, then it cannot be played. */
unsigned play_sm_rounds(const struct scenario *scenario);

/* Bytes of one instance's generals, and of what is needed while it is played. */
uint64_t play_sm_memory(unsigned generals);
uint64_t play_sm_scratch(unsigned generals);

/* The rest is between play_sm.c and play_sm_traitors.c. */

/* A chain that the rules tell a general to send in one round. */
struct sm_due {
    struct sm_chain chain;
    general_set to;
    size_t message_at; /* where the record of its messages begins; only of a traitor's */
};

/* All that one general is to send in one round: V takes two orders in a whole game. */
struct sm_dues {
    unsigned count;
    struct sm_due due[2];
};

/* A chain on its way. */
struct sm_letter {
    unsigned round;
    general_id from;
    general_id to;
    const struct sm_chain *chain;
    order_nr due; /* ORDER_ABSENT: nothing was */
    enum fate fate;
};

struct sm_key {
    struct secret_key secret;
    struct play *play; /* whose signatures are counted */
};

/* One instance that is being played. */
struct sm_game {
    struct recorder *recorder;
    const struct plot *plot;
    unsigned instance;
    unsigned round;
    unsigned rounds;
    general_id commander;
    order_nr order;
    struct sm *sms;
    struct sm_key keys[GENERALS_MAX];
    struct public_key public_keys[GENERALS_MAX];
    struct sm_dues *before; /* of the last round, this one and the next, by general */
    struct sm_dues *now;
    struct sm_dues *next;
    struct sm_chain relay;             /* scratch of sm_game_deliver */
    general_set reached[GENERALS_MAX]; /* in this round, from each */
    struct sm_chain *seen;             /* chains that traitors got from loyal generals */
    size_t seen_count;
    size_t seen_capacity;
};

/* Hands the letter over and records it; what the receiver is to relay goes into game->next. */
enum verdict sm_game_deliver(struct sm_game *game, const struct sm_letter *letter);

/* What was due and not sent. */
void sm_game_withhold(struct sm_game *game, const struct sm_letter *letter);

/* The letter of a due chain, as a loyal general sends it. */
struct sm_letter sm_game_letter(const struct sm_game *game, general_id from, general_id to,
                                const struct sm_due *due);

#endif
