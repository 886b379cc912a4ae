/* inside.h - the insides of a traitor, shared by the files of this layer only.
 *
 *     traitor.c        its life
 *     ports.c          shows the strategy what goes through, and carries out its wishes
 *     mouth.c          speaking: signing, saying more than the shell did, holding back
 *     pooling.c        certificates of its own making
 *     segments.c       segments in clients' names
 *     spoil.c          messages with something wrong in them
 *     memory.c         what it saw
 *     strategies.c     the table; each strategy is in the file of its family (families.h)
 *
 * A strategy is a few functions, any of them NULL. It sees one message at a time and answers with a
 * fate; what it says on its own goes through traitor_say and its like. Counting is done where the
 * fate is carried out and where things are said, and nowhere else.
 *
 * All memory is bounded: rings of what was seen, a list of what is held back, buffers that are no
 * larger than a frame. */
#ifndef STRATEGOS_TRAITORS_INSIDE_H
#define STRATEGOS_TRAITORS_INSIDE_H

#include "traitors/memory.h"
#include "traitors/traitor.h"

#include "base/arena.h"
#include "wire/codec.h"
#include "wire/digests.h"

#define HELD_MAX           256u         /* messages held back */
#define HELD_BYTES_MAX     (4u << 20)   /* of them; what is beyond is never sent */
#define SAID_BYTES_MAX     (128u << 10) /* of own messages in one frame */
#define SAID_MESSAGES_MAX  256u
#define TRAITOR_KEEP_BYTES (256u << 10) /* of a buffer between uses */

/* What becomes of a message. */
enum fate {
    FATE_PASS,    /* as a loyal replica would */
    FATE_CHANGED, /* *message is another one now */
    FATE_WITHHELD /* for ever, or until it is due: it was given to traitor_hold */
};

struct strategy {
    struct strategy_info info;
    bool is_fickle; /* plays the others, one after the other */
    bool remembers; /* keeps what it hears in t->memory; what it sends it always keeps */
    /* A message that is about to leave for `to`. May be changed in place. */
    enum fate (*on_send)(struct traitor *t, replica_id to, struct peer_message *message);
    /* A frame that is about to leave, before its messages are looked at. */
    enum fate (*on_frame)(struct traitor *t, replica_id to, struct slice frame);
    /* A message that came in. WITHHELD: the shell never learns of it. */
    enum fate (*on_hear)(struct traitor *t, replica_id from, struct peer_message *message);
    /* At the end of a turn, at most every quarter of Δ. */
    void (*on_turn)(struct traitor *t);
    /* A message to a client. May be changed in place. */
    enum fate (*on_answer)(struct traitor *t, link_nr link, struct replica_message *message);
    /* A frame of a client. WITHHELD: it never came. */
    enum fate (*on_request)(struct traitor *t);
    /* A signature with the traitor's own key, just made. May be changed in place. */
    enum fate (*on_sign)(struct traitor *t, struct signature *signature);
};

struct held_back {
    uint64_t due_ns; /* UINT64_MAX: a free place */
    uint64_t number; /* in the order of holding */
    replica_id to;
    struct buffer bytes;
};

/* What it says on its own, until the end of the call in which it did. */
struct said {
    struct buffer bytes;
    size_t message_count;
};

struct traitor {
    const struct conspiracy *conspiracy;
    replica_id self;
    const struct strategy *strategy;
    struct ports inner;
    struct prng prng;
    uint64_t acted;
    uint64_t now_ns;
    uint64_t next_turn_ns;
    bool is_fickle;
    uint64_t next_change_ns;

    view_nr view;     /* the highest in which its own shell voted, proposed or was */
    height_nr height; /* decided, as its own shell told others */
    uint64_t count;   /* a strategy's own, as is the next; 0 at the start */
    uint64_t since_ns;
    struct memory memory;

    struct arena arena;                       /* of the frame that is looked at */
    struct buffer frame;                      /* the one that leaves instead of it */
    struct buffer heard;                      /* the one that the shell gets */
    struct buffer scratch;                    /* of a strategy, for one call */
    struct lane_tip tips[TIPS_PER_ORDER_MAX]; /* the same: of an order in the making */
    struct said said[REPLICAS_MAX];

    uint64_t held_due_ns; /* the earliest */
    uint64_t held_count;  /* ever */
    size_t held_bytes;
    struct held_back held[HELD_MAX];
};

/* ---- strategies.c ---- */
extern const struct strategy *const strategies[];
extern const size_t strategy_count;

/* ---- traitor.c ---- */

/* Another strategy for a while: of one that is fickle. */
void traitor_change_mood(struct traitor *t);

/* What it is that traitors agree on: see traitor_agreed. */
enum topic {
    TOPIC_HALVES = 1,
    TOPIC_TWIN,
    TOPIC_LISTENERS,
    TOPIC_OTHERS,
    TOPIC_VARIANT,
    TOPIC_VICTIM,
    TOPIC_MARGIN,
};

/* ---- who is who ---- */
static inline bool traitor_is_member(const struct traitor *t, replica_id id)
{
    return id == t->self || (t->conspiracy->members >> id & 1) != 0;
}
static inline size_t traitor_replicas(const struct traitor *t)
{
    return t->conspiracy->replica_count;
}
static inline size_t traitor_quorum(const struct traitor *t)
{
    return t->conspiracy->replica_count - t->conspiracy->fault_count;
}
static inline replica_id traitor_commander(const struct traitor *t, view_nr view)
{
    return (replica_id)(view % t->conspiracy->replica_count);
}
/* Is it this traitor's own order? */
static inline bool traitor_is_own_proposal(const struct traitor *t,
                                           const struct peer_message *message)
{
    return message->kind == PEER_PROPOSAL &&
           traitor_commander(t, message->proposal.order.view) == t->self;
}
static inline bool traitor_is_own_vote(const struct traitor *t, const struct peer_message *message,
                                       enum vote_kind kind)
{
    return message->kind == PEER_VOTE && message->vote.voter == t->self &&
           message->vote.kind == kind;
}

/* ---- mouth.c ---- */

/* Uniform in 0 .. bound - 1. */
uint64_t traitor_draw(struct traitor *t, uint64_t bound);
/* The same for every member and every call with these numbers: what traitors agree on without a
 * word. Uniform in 0 .. bound - 1. */
uint64_t traitor_agreed(const struct traitor *t, enum topic topic, uint64_t number, uint64_t bound);
/* `count` of the replicas other than this one, in a pattern that all members know: of the same
 * topic and number, fewer are part of more. */
uint32_t traitor_choose(const struct traitor *t, enum topic topic, uint64_t number, size_t count);
/* Half of the loyal replicas, the same for all members: those that are told something else. */
uint32_t traitor_other_half(const struct traitor *t);
uint32_t traitor_all(const struct traitor *t);
/* One loyal replica, the same for all members. */
replica_id traitor_victim(const struct traitor *t, uint64_t number);
/* Any other replica. */
replica_id traitor_draw_peer(struct traitor *t);
void traitor_draw_bytes(struct traitor *t, void *to, size_t size);
void traitor_draw_digest(struct traitor *t, struct digest *digest);

/* A vote of a member's, truly signed. A Nullify vote's digest is not looked at. */
void traitor_make_vote(struct traitor *t, replica_id voter, enum vote_kind kind, view_nr view,
                       const struct digest *digest, struct vote *vote);
/* Signs the order as its commander would, with a member's key. */
void traitor_sign_proposal(struct traitor *t, replica_id signer, struct proposal *proposal);
/* The other order that a member makes of an order: valid where the first one is, another digest,
 * the same one for all members. Its tips are the first one's. */
void traitor_make_twin(const struct traitor *t, const struct order *order, struct order *twin);

/* Says something that a loyal replica would not have said, to one or to REPLICA_ALL: at the end of
 * this call, after what its shell says. Counts once for each receiver. */
void traitor_say(struct traitor *t, replica_id to, const struct peer_message *message);
/* The same, to each replica whose bit is set. */
void traitor_say_to(struct traitor *t, uint32_t set, const struct peer_message *message);
/* Says this replica's vote. Votes of fellows would not be believed: they travel in certificates. */
void traitor_say_vote(struct traitor *t, uint32_t set, enum vote_kind kind, view_nr view,
                      const struct digest *digest);
/* Any bytes as a frame of their own, at once; cut to FRAME_BYTES_MAX. */
void traitor_say_bytes(struct traitor *t, replica_id to, struct slice bytes);
/* Another message to a client, at once. */
void traitor_say_answer(struct traitor *t, link_nr link, const struct replica_message *message);
/* Sends what was said; called by traitor.c. */
void traitor_flush(struct traitor *t);

/* Keeps a message until then; the caller answers FATE_WITHHELD. Where there is no place left it is
 * never sent. */
void traitor_hold(struct traitor *t, replica_id to, const struct peer_message *message,
                  uint64_t due_ns);
/* Sends what is due; called by traitor.c. */
void traitor_release(struct traitor *t);

/* ---- certificates: pooling.c ---- */

/* Makes a certificate for what this vote is for, of the votes that it heard and of all members', up
 * to `count` of them. True if there are so many. */
bool traitor_pool(struct traitor *t, const struct vote *like, size_t count,
                  struct certificate *certificate);
/* What a loyal replica's signature could look like: one that it made for something else, or chance.
 */
void traitor_forge_signature(struct traitor *t, replica_id victim, struct signature *signature);
/* Q votes for what the certificate says: the members' own ones are true, those of others are not.
 */
void traitor_forge_certificate(struct traitor *t, struct certificate *certificate);

/* ---- segments: segments.c ---- */

/* Makes the segment after this tip of a client's lane, which that client never signed, and the
 * digest that it gives the lane. Uses t->scratch, until the next one. */
void traitor_invent_segment(struct traitor *t, const struct lane_tip *after,
                            struct segment *segment, struct digest *digest);

/* ---- spoiling: spoil.c ---- */

/* Each changes something, by draw, so that the message is still well-formed. */
void traitor_spoil_certificate(struct traitor *t, struct certificate *certificate);
/* Uses t->scratch, until the next one. */
void traitor_spoil_segment(struct traitor *t, struct segment *segment);
/* Uses t->arena too. */
void traitor_spoil_block(struct traitor *t, struct block *block);

#endif
