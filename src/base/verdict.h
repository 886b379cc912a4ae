/* verdict.h - what we think of something a peer or a client sent.
 *
 * Misbehaviour is never an error of ours and never an assertion: it is judged, counted per sender,
 * logged at a bounded rate, and otherwise ignored. */
#ifndef STRATEGOS_BASE_VERDICT_H
#define STRATEGOS_BASE_VERDICT_H

enum verdict {
    VERDICT_ACCEPTED = 0,
    VERDICT_STALE,     /* true once, of no use now: finished view, known segment, old block */
    VERDICT_DUPLICATE, /* the very thing we already hold */
    VERDICT_EARLY,     /* may become useful, but lies beyond what we keep */
    VERDICT_MALFORMED, /* not the encoding, missing or unknown field, over a bound */
    VERDICT_BAD_AUTHENTICATION, /* link tag or signature does not verify */
    VERDICT_REPLAYED,           /* a frame counter that was used before */
    VERDICT_UNKNOWN_SENDER,     /* key, id or link that the group does not have */
    VERDICT_NOT_PERMITTED,      /* known, but its role does not allow this */
    VERDICT_INVALID,            /* well-formed and authentic, but breaks a rule of the protocol */
    VERDICT_EQUIVOCATION,       /* contradicts something that the same sender signed */
    VERDICT_OVER_LIMIT,         /* more than a sender may have outstanding: answered with "busy" */
    VERDICT_COUNT
};

/* A short stable name such as "malformed": used in logs and in `status`. */
const char *verdict_name(enum verdict verdict);

#endif
