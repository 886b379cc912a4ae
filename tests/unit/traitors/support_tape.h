/* support_tape.h - all that went through one loyal replica's ports, recorded once, and played to a
 * traitor in its place: what the shell said goes out through the traitor's ports, what it heard
 * comes in. Each call is judged: did it count exactly if it did otherwise? */
#ifndef TESTS_UNIT_TRAITORS_SUPPORT_TAPE_H
#define TESTS_UNIT_TRAITORS_SUPPORT_TAPE_H

#include "support_table.h"

#include "base/arena.h"

#define TAPE_SELF     1u
#define TAPE_REPLICAS 4u
#define TAPE_MS       1500u

struct tape {
    struct conspiracy conspiracy; /* of a lone traitor in this place */
    struct event *events;
    uint8_t **bytes; /* of each event: owned */
    size_t count;
    size_t capacity;
};

/* Of a group in which replica 2 is a traitor of that strategy; SIZE_MAX: all are loyal. */
void tape_record(struct tape *tape, size_t strategy);
void tape_free(struct tape *tape);

/* A message that left for another replica. */
struct spoken {
    uint64_t now_ns;
    bool is_late; /* it left between two frames of the shell, not with one */
    replica_id to;
    enum peer_message_kind kind;
    enum vote_kind vote; /* of a vote or certificate */
    replica_id voter;    /* of a vote; of a proposal its commander */
    view_nr view;
    height_nr height;
    size_t count;         /* of a certificate's signatures; of an order's tips; of segments */
    struct digest digest; /* what was voted for; of an order: its own */
    bool is_authentic;    /* all signatures, of clients too, are those of whom they name */
    bool is_by_self;      /* a proposal's signature is the traitor's */
    bool is_true;         /* the shell said just this to the same replica in the same call */
};

struct playback {
    bool is_blind; /* set before: pretends that nothing is ever counted, as a negative control */
    struct ideal_book book;
    struct ideal_signer signers[TAPE_REPLICAS];
    struct conspiracy conspiracy;
    struct traitor *traitor;
    struct arena arena;
    const struct event *event; /* the one that is played */
    bool is_taken;             /* what comes in with it */
    uint64_t call_count;       /* of what left, in this call */
    bool call_is_same;         /* the only thing that left is what was to leave */
    uint64_t hash;             /* of all that left, in order */
    uint64_t frames;
    uint64_t malformed; /* frames that no loyal replica could read */
    uint64_t answers;
    uint64_t repeated_answers; /* the very bytes of the one before */
    uint64_t answer_hash;      /* of the last one */
    uint64_t misjudged;        /* calls that counted though nothing was otherwise, or the reverse */
    uint64_t bad_signatures;   /* of those that the shell asked for */
    size_t reply_counts[8];    /* messages to clients, by kind */
    struct spoken *spoken;
    size_t spoken_count;
    size_t spoken_capacity;
};

/* All that is not set before is zero. */
void playback_run(struct playback *playback, const struct tape *tape, size_t strategy,
                  uint64_t seed);
void playback_fini(struct playback *playback);
uint64_t playback_acted(const struct playback *playback);

#endif
