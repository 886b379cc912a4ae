/* lanes.h - what the two halves of the space-time diagram share: where lanes, columns and ports
 * are (lanes.c), and what runs between them (lanes_lines.c). */
#ifndef STRATEGOS_DRAW_LANES_H
#define STRATEGOS_DRAW_LANES_H

#include "draw/parts.h"

struct lanes {
    const struct packets *packets;
    const struct play *play;
    unsigned generals;
    int lane_height;
    int port_height; /* of one packet */
    int cell_width;
    int column_width;
    int chain_width;    /* of the signers beside a cell; 0: not written */
    uint8_t *ports_out; /* of each packet: which of its sender's ports in that round */
    uint8_t *ports_in;
    uint8_t outs[ROUNDS_MAX + GENERALS_MAX][GENERALS_MAX]; /* how many there are */
    uint8_t ins[ROUNDS_MAX + GENERALS_MAX][GENERALS_MAX];
};

/* Where a packet leaves its sender and where it arrives. */
struct point lanes_start(const struct lanes *lanes, size_t index);
struct point lanes_end(const struct lanes *lanes, size_t index);

/* Its line; what is seen of it at both ends; the marks of what is wrong with it. */
void lanes_draw_line(struct svg *svg, const struct lanes *lanes, size_t index);
void lanes_draw_ends(struct svg *svg, const struct lanes *lanes, size_t index);
void lanes_draw_marks(struct svg *svg, const struct lanes *lanes, size_t index);

/* Something in it is not what is due. */
static inline bool packet_is_false(const struct packet *packet)
{
    return packet->count != packet->fates[FATE_LOYAL];
}

#endif
