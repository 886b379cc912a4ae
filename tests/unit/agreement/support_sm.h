/* support_sm.h - a synchronous world for SM(m): loyal generals run the algorithm, traitors do what
 * a callback says, rounds go by in step.
 *
 * Traitors hold all their keys together, hear all that is said, and speak in a round after they
 * heard what the loyal ones say in it. They cannot forge: they sign only through sm_world_sign. */
#ifndef SUPPORT_SM_H
#define SUPPORT_SM_H

#include "agreement/sm.h"
#include "ideal/ideal.h"

#define SM_MAIL_MAX 256u

/* Everybody's keys, Ed25519 or ideal. */
struct sm_book {
    struct public_key keys[GENERALS_MAX];
    struct authority authorities[GENERALS_MAX]; /* each signs for one general */
    struct ideal_book ideal;
    struct ideal_signer ideal_signers[GENERALS_MAX];
    struct secret_key secrets[GENERALS_MAX];
};

/* The book is not moved afterwards. */
void sm_book_init(struct sm_book *book, bool is_real);

/* A chain on its way, to each general of a set. */
struct sm_mail {
    struct sm_chain chain;
    general_set to;
};

struct sm_world {
    /* Set by sm_world_init; whoever wants another game changes them before it is played. */
    const struct sm_book *book;
    unsigned generals;
    unsigned m;
    general_id commander;
    order_nr order; /* a loyal commander's */
    general_set traitors;
    general_set neighbours[GENERALS_MAX];
    struct digest instance;
    bool any_length;     /* no round rule */
    unsigned relay_max;  /* relays of one general; 2 is what the algorithm has */
    bool traitors_first; /* whose mail of a round is delivered first */
    void (*betray)(struct sm_world *world, unsigned round); /* NULL: they are silent */
    void *context;

    /* What happens. */
    struct sm sms[GENERALS_MAX];
    unsigned relays[GENERALS_MAX];
    struct sm_mail mail[2][SM_MAIL_MAX]; /* of odd and even rounds; first that of the loyal */
    unsigned mail_count[2];
    unsigned loyal_mail_count[2];
    unsigned round;
    uint64_t message_count; /* sent by loyal generals */
    uint64_t verdicts[VERDICT_COUNT];
};

/* A complete graph, commander 0 with the order ATTACK. */
void sm_world_init(struct sm_world *world, const struct sm_book *book, unsigned generals,
                   unsigned m, general_set traitors);
void sm_world_play(struct sm_world *world);

general_set sm_world_loyal(const struct sm_world *world);

/* What is asked (LSP82 §1). IC2 holds if the commander is a traitor. */
bool sm_world_ic1(const struct sm_world *world);
bool sm_world_ic2(const struct sm_world *world);

/* For `betray`: the mail of the loyal generals in a round that has begun, no earlier than the one
 * before. */
const struct sm_mail *sm_world_heard(const struct sm_world *world, unsigned round, unsigned *count);
void sm_world_sign(const struct sm_world *world, general_id traitor, struct sm_chain *chain);
/* In this round. */
void sm_world_send(struct sm_world *world, const struct sm_chain *chain, general_set to);

#endif
