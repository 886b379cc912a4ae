/* tally.h - what senders did, counted by verdict, and how often that may be logged.
 *
 * Rows are senders: each replica, all clients together, and all that nobody knows. */
#ifndef STRATEGOS_NODE_TALLY_H
#define STRATEGOS_NODE_TALLY_H

#include "base/verdict.h"
#include "wire/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TALLY_CLIENTS      REPLICAS_MAX
#define TALLY_UNKNOWN      (REPLICAS_MAX + 1u)
#define TALLY_ROWS         (REPLICAS_MAX + 2u)
#define TALLY_LOG_EVERY_NS UINT64_C(1000000000)

struct tally {
    uint64_t counts[TALLY_ROWS][VERDICT_COUNT];
    uint64_t next_log_ns[TALLY_ROWS][VERDICT_COUNT];
    uint64_t suppressed[TALLY_ROWS][VERDICT_COUNT]; /* since the last line */
};

/* Counts; a zeroed tally is empty. True if a line about it may be logged now: it is misbehaviour,
 * and the last line of this sender and verdict is a second old. *suppressed then says how many
 * had no line since. */
bool verdict_tally_add(struct tally *tally, size_t row, enum verdict verdict, uint64_t now_ns,
                       uint64_t *suppressed);

/* Does this verdict speak against its sender? Late, early and repeated messages do not. */
bool verdict_tally_is_misbehaviour(enum verdict verdict);

#endif
