/* customer_lies.h - what a liar does beside its honest core: lanes of its own making, in sessions
 * of the same key.
 *
 * Every so often it makes a move: mostly its lie, now and then an honest one, so that its lanes
 * advance and there is something to lie about. Its honest core goes on meanwhile, and loses its
 * sessions where the lies push them out. All is well-formed to the codec; deterministic by the
 * customer's seed. It tells nothing before it has a link, and makes at most operations_max moves.
 */
#ifndef STRATEGOS_CLUSTER_CUSTOMER_LIES_H
#define STRATEGOS_CLUSTER_CUSTOMER_LIES_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdint.h>

struct customer;
struct liar;

MUST_USE enum error liar_new(struct liar **made, struct customer *customer);
void liar_free(struct liar *liar);
void liar_turn(struct liar *liar);
uint64_t liar_deadline(const struct liar *liar);
/* Lies told. */
uint64_t liar_acted(const struct liar *liar);
/* A frame of another customer, and one that its own core sent: for a thief. */
void liar_overhear(struct liar *liar, struct slice frame);
void liar_on_own_frame(struct liar *liar, struct slice frame);

#endif
