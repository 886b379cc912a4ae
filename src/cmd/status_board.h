/* status_board.h - what each replica says of itself, asked of all at once. Each report is one
 * replica's word. */
#ifndef STRATEGOS_CMD_STATUS_BOARD_H
#define STRATEGOS_CMD_STATUS_BOARD_H

#include "client/shell.h"

struct status_board;

struct status_slot {
    struct status_board *board;
    bool is_asked;        /* an answer is still to come */
    uint64_t asked_ns;    /* when, last */
    uint64_t answered_ns; /* 0: never */
    uint64_t rtt_ns;      /* of the last answer */
    struct status report; /* the last answer */
};

struct status_board {
    struct strategos_client *client; /* borrowed; closed before the board goes */
    size_t count;
    struct status_slot slots[REPLICAS_MAX];
};

void status_board_init(struct status_board *board, struct strategos_client *client);

/* Asks every replica that owes no answer. Answers come while the client steps. */
void status_board_ask(struct status_board *board);

/* Asks, and waits until all have answered or `patience_ns` is over; stops early on an interrupt.
 * Returns when it began: slots with answered_ns from then on are reachable. */
uint64_t status_board_refresh(struct status_board *board, uint64_t patience_ns);

/* Asks one replica and waits for it: the round trip in ns, or 0 if there was no answer in time. */
uint64_t status_board_ping(struct status_board *board, unsigned replica, uint64_t patience_ns);

/* The highest height that any of those who answered since `since_ns` has executed. */
height_nr status_board_height(const struct status_board *board, uint64_t since_ns);

/* How many of them show one height and one digest at it: the largest such set. */
size_t status_board_equal(const struct status_board *board, uint64_t since_ns);

#endif
