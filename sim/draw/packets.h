/* packets.h - what one general sends another in one round, as one thing to draw: the values of a
 * packet of OM, the chains of SM that travel together. */
#ifndef STRATEGOS_DRAW_PACKETS_H
#define STRATEGOS_DRAW_PACKETS_H

#include "generals/play.h"

#define FATE_COUNT (FATE_EXTRA + 1)

struct packet {
    uint16_t round;
    general_id from;
    general_id to;
    uint32_t first; /* of `packets->order` */
    uint32_t count; /* of messages, >= 1 */
    uint32_t fates[FATE_COUNT];
    order_nr order;   /* that all of them carry, ORDER_ABSENT if none came to anything */
    bool is_mixed;    /* they carry different ones */
    uint32_t refused; /* that came in time and as orders, but not so that the receiver takes them */
};

struct packets {
    const struct play *play;
    unsigned instance;
    uint32_t *order; /* message numbers: by round, sender, receiver, then as sent */
    size_t message_count;
    struct packet *items; /* in that order too */
    size_t count;
    general_set two_faced[ROUNDS_MAX + GENERALS_MAX]; /* of each round: traitors who told different
                                                         generals different things of one kind */
    unsigned rounds;                                  /* the last that has a packet */
};

/* Of one instance. Running out of memory ends the program, as with buffers. */
void packets_init(struct packets *packets, const struct play *play, unsigned instance);
void packets_fini(struct packets *packets);

static inline const struct message *packet_message(const struct packets *packets,
                                                   const struct packet *packet, size_t index)
{
    return &packets->play->messages[packets->order[packet->first + index]];
}

/* Values of one order, of a packet. */
struct piece {
    order_nr order; /* ORDER_ABSENT: nothing, or no order */
    uint32_t count;
};
#define PIECES_MAX (SCENARIO_ORDERS_MAX + 1u)

enum end { END_SENT, END_HEARD };

/* The pieces of a packet as they are at one end: runs of one order as the values come if there are
 * at most `few` of them (<= PIECES_MAX), otherwise one piece for each order. Returns how many. */
unsigned packet_pieces(const struct packets *packets, const struct packet *packet, enum end end,
                       unsigned few, struct piece pieces[PIECES_MAX]);

/* The receiver could not take it, and not because he knew it already. */
bool message_is_refused(const struct message *message);

/* What is seen on the line: what was sent, ORDER_ABSENT where that is nothing or no order. */
order_nr message_colour(const struct play *play, const struct message *message);

#endif
