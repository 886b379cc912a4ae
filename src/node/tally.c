/* tally.c - see tally.h. */
#include "node/tally.h"

#include "base/assert.h"

bool verdict_tally_is_misbehaviour(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_ACCEPTED:
    case VERDICT_STALE:
    case VERDICT_DUPLICATE:
    case VERDICT_EARLY:
        return false;
    case VERDICT_MALFORMED:
    case VERDICT_BAD_AUTHENTICATION:
    case VERDICT_REPLAYED:
    case VERDICT_UNKNOWN_SENDER:
    case VERDICT_NOT_PERMITTED:
    case VERDICT_INVALID:
    case VERDICT_EQUIVOCATION:
    case VERDICT_OVER_LIMIT:
    case VERDICT_COUNT:
        return true;
    }
    return true;
}

bool verdict_tally_add(struct tally *tally, size_t row, enum verdict verdict, uint64_t now_ns,
                       uint64_t *suppressed)
{
    ASSERT(row < TALLY_ROWS && (unsigned)verdict < VERDICT_COUNT);
    tally->counts[row][verdict]++;
    if (!verdict_tally_is_misbehaviour(verdict)) {
        return false;
    }
    if (now_ns < tally->next_log_ns[row][verdict]) {
        tally->suppressed[row][verdict]++;
        return false;
    }
    *suppressed = tally->suppressed[row][verdict];
    tally->suppressed[row][verdict] = 0;
    tally->next_log_ns[row][verdict] = now_ns + TALLY_LOG_EVERY_NS;
    return true;
}
