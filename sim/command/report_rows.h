/* report_rows.h - the messages of one round as rows: what one general said, and to whom. */
#ifndef STRATEGOS_COMMAND_REPORT_ROWS_H
#define STRATEGOS_COMMAND_REPORT_ROWS_H

#include "generals/play.h"

#define ROWS_MAX   64u /* of all tables together: what a person may still read */
#define NO_MESSAGE UINT32_MAX

/* One thing that one general said, and to whom. */
struct row {
    uint32_t first; /* a message of it */
    uint32_t to[GENERALS_MAX];
    uint16_t times[GENERALS_MAX]; /* so often was just this said to him */
};

/* The rows of one round of one instance. */
struct round_rows {
    unsigned count;
    struct row rows[ROWS_MAX];
};

/* Takes the messages of this round and instance; false if they are more rows than there is room
 * for. */
bool rows_gather(const struct play *play, size_t instance, unsigned round, struct round_rows *rows);

/* Whether anybody says anything to this general in these rows. */
bool rows_tell(const struct round_rows *rows, unsigned general);

/* What was said, or was due and was not. */
order_nr row_order(const struct message *message);

#endif
