/* play.h - plays a scenario and keeps what happened: the pure algorithms of src/agreement, rounds
 * around them, traitors inside.
 *
 * A record is the same for the same scenario, byte for byte, whatever compiler built this. Once it
 * is played it is only read: by the report, the pictures and the tests. */
#ifndef STRATEGOS_GENERALS_PLAY_H
#define STRATEGOS_GENERALS_PLAY_H

#include "agreement/om.h"
#include "agreement/sm.h"
#include "base/verdict.h"
#include "generals/scenario.h"

#define PLAY_REASON_BYTES 256u

enum fate {
    FATE_LOYAL,   /* what is due */
    FATE_LIE,     /* another order than is due */
    FATE_SILENT,  /* nothing, although something is due */
    FATE_LATE,    /* what is due, a round too late */
    FATE_GARBAGE, /* no order at all, or a chain that proves none */
    FATE_EXTRA,   /* something, although nothing is due (SM: forged, replayed, kept back ...) */
};

/* One message that was sent, or should have been. */
struct message {
    uint16_t instance; /* index of struct instance */
    uint16_t round;    /* when it was sent, from 1; FATE_LATE: should have been. OM(m,p): the
                        * hop's time */
    general_id from;
    general_id to;
    order_nr due;  /* what a loyal general would have said here; ORDER_ABSENT: nothing */
    order_nr sent; /* ORDER_ABSENT: nothing */
    enum fate fate;
    enum verdict verdict; /* the receiver's; what was not sent: VERDICT_ACCEPTED, meaningless.
                           * OM and naive: late is STALE, garbage MALFORMED */
    uint8_t path_count;   /* OM: what the order went through, `from` last; SM: who signed */
    uint32_t path_at;     /* into play->paths */
};

/* One agreement: one commander, one order. */
struct instance {
    general_id commander;
    order_nr order;
    order_nr decisions[GENERALS_MAX]; /* of traitors too, had they followed the rules */
    struct om *oms;                   /* OM on a complete graph: each general's, or NULL */
    struct sm *sms;                   /* SM: each general's, without keys and authority, or NULL */
};

struct play {
    struct scenario scenario; /* a copy of its own */
    unsigned rounds;
    struct instance *instances; /* one; or one per general (interactive); naive: none */
    size_t instance_count;

    bool is_recorded;         /* else too many for a record: counts and decisions only */
    struct message *messages; /* in the order in which they were sent */
    size_t message_count;
    general_id *paths;

    order_nr decisions[GENERALS_MAX]; /* what each general obeys; interactive and naive: the
                                       * strict majority of his vector, else RETREAT */
    order_nr vectors[GENERALS_MAX][GENERALS_MAX]; /* interactive: a general's view of each general;
                                                   * naive: what he heard; his own among them */

    uint64_t sent_count;      /* messages; OM: values */
    uint64_t packet_count;    /* what travels together (one instance, round, pair) counts once */
    uint64_t signature_count; /* made */
    uint64_t verify_count;    /* checked */
    /* Of an all-loyal run of this algorithm on a complete graph; 0: no formula. */
    uint64_t messages_formula;
    uint64_t packets_formula;
    uint64_t acted[GENERALS_MAX]; /* how often each traitor did otherwise than a loyal general */

    /* IC1: all loyal lieutenants obey the same order. IC2: they obey a loyal commander's order.
     * Interactive: all loyal generals have the same vector; it is exact for loyal entries. Naive:
     * all loyal generals obey the same order; if all have the same own order, they obey that. */
    bool has_ic2; /* false: nobody's order is due (a traitor commands; naive: own orders differ, or
                   * nobody is loyal), so it holds for want of a case */
    bool ic1;
    bool ic2;
    char ic1_reason[PLAY_REASON_BYTES]; /* one sentence each, with generals and orders in it */
    char ic2_reason[PLAY_REASON_BYTES];
};

/* Messages of which a record is kept at most. */
#define PLAY_RECORD_MAX 200000u

/* Plays a scenario that scenario_check accepts (it is called first). Deterministic; no clock, no
 * randomness but the seed. */
MUST_USE enum error play_run(const struct scenario *scenario, struct play **play,
                             struct error_text *text);
void play_free(struct play *play);

/* Bytes that play_run will take for this scenario; UINT64_MAX where it overflows. */
uint64_t play_memory(const struct scenario *scenario);

static inline const general_id *message_path(const struct play *play, const struct message *message)
{
    return play->paths + message->path_at;
}

const char *fate_name(enum fate fate);

#endif
