/* general.h - what all algorithms of the generals' problem share: who, what, and how much.
 *
 * Lamport, Shostak, Pease, "The Byzantine Generals Problem", TOPLAS 4(3), 1982: LSP82 below. */
#ifndef STRATEGOS_AGREEMENT_GENERAL_H
#define STRATEGOS_AGREEMENT_GENERAL_H

#include <stdint.h>

#define GENERALS_MAX 64u
#define ROUNDS_MAX   32u /* m + 1 of OM and SM; hops of an incomplete graph are counted apart */

typedef uint8_t general_id;   /* 0 .. generals - 1 */
typedef uint64_t general_set; /* bit g: general g is in it */

/* An order is a small number; the caller keeps what the numbers mean. */
typedef uint8_t order_nr;
#define RETREAT      ((order_nr)0) /* the default, and what a tie comes to */
#define ATTACK       ((order_nr)1)
#define ORDERS_MAX   250u
#define ORDER_ABSENT ((order_nr)255) /* nothing came; never stored: it counts as RETREAT */

static inline general_set general_bit(general_id general)
{
    return (general_set)1 << general;
}

static inline general_set generals_all(unsigned count)
{
    return count >= 64 ? ~(general_set)0 : ((general_set)1 << count) - 1;
}

static inline int general_is_in(general_set set, general_id general)
{
    return (int)(set >> general & 1);
}

#endif
