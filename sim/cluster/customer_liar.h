/* customer_liar.h - the inside of a liar, shared by its files only.
 *
 *     customer_lies.c    when it moves; two-faced, secretive, broken chains, forged signatures
 *     customer_plague.c  floods and thefts
 *     customer_revenant.c  sessions that are over, and come back */
#ifndef STRATEGOS_CLUSTER_CUSTOMER_LIAR_H
#define STRATEGOS_CLUSTER_CUSTOMER_LIAR_H

#include "cluster/customer_forge.h"
#include "cluster/customer_lies.h"

#define SHELF_MAX           8u
#define LOOT_MAX            8u
#define LOOT_BYTES_MAX      (64u << 10) /* longer frames are not worth keeping */
#define GRAVES_MAX          ((size_t)2 * SESSIONS_PER_CLIENT_MAX)
#define LANE_SEQUENCE_RENEW 48u /* a new lane before the window of the old one is full */

/* A frame that some replicas were not sent. */
struct shelved {
    struct buffer frame;
    uint32_t lacking; /* bit r: replica r */
    bool is_of_other; /* it is on the other branch of a fork */
};

/* Frames to be sent again one day. */
struct loot {
    struct buffer frames[LOOT_MAX];
    size_t count;
};

struct liar {
    struct customer *customer;
    struct prng prng;
    uint64_t due_ns;
    uint64_t period_ns;
    uint64_t moves;
    uint64_t acted;
    struct forge forge;
    struct buffer frame;
    struct forged_lane lane;
    struct forged_lane other; /* while it is forked: the other branch */
    bool is_forked;
    uint32_t side; /* the replicas that were told the first branch */
    struct shelved shelf[SHELF_MAX];
    size_t shelf_count;
    struct loot overheard;
    struct loot own;
    uint64_t buried;                  /* sessions opened to be pushed out */
    struct buffer graves[GRAVES_MAX]; /* the first frame of each of the last ones */
};

/* Uniform in 0 .. bound - 1. */
size_t liar_draw(struct liar *liar, size_t bound);
uint32_t liar_all(const struct liar *liar);
/* Some replicas, but not all. */
uint32_t liar_some(struct liar *liar);
/* Mostly all, now and then one. */
uint32_t liar_all_or_one(struct liar *liar);
void liar_send(struct liar *liar, uint32_t to, const struct buffer *frame);
void liar_renew_lane(struct liar *liar);
/* One honest segment to all. */
void liar_behave(struct liar *liar);

/* Moves, customer_plague.c. */
void liar_flood(struct liar *liar);
void liar_steal(struct liar *liar);
void liar_forget_loot(struct liar *liar);

/* Moves, customer_revenant.c. */
void liar_haunt(struct liar *liar);
void liar_forget_graves(struct liar *liar);

#endif
