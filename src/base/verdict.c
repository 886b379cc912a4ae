/* verdict.c - names of verdicts. */
#include "base/verdict.h"

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[VERDICT_COUNT] = {
        [VERDICT_ACCEPTED] = "accepted",
        [VERDICT_STALE] = "stale",
        [VERDICT_DUPLICATE] = "duplicate",
        [VERDICT_EARLY] = "early",
        [VERDICT_MALFORMED] = "malformed",
        [VERDICT_BAD_AUTHENTICATION] = "bad-authentication",
        [VERDICT_REPLAYED] = "replayed",
        [VERDICT_UNKNOWN_SENDER] = "unknown-sender",
        [VERDICT_NOT_PERMITTED] = "not-permitted",
        [VERDICT_INVALID] = "invalid",
        [VERDICT_EQUIVOCATION] = "equivocation",
        [VERDICT_OVER_LIMIT] = "over-limit",
    };
    return (unsigned)verdict < VERDICT_COUNT ? names[verdict] : "unknown";
}
