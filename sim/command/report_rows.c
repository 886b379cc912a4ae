/* report_rows.c - see report_rows.h. */
#include "command/report_rows.h"

#include <string.h>

/* What was said, or was due and was not. */
order_nr row_order(const struct message *message)
{
    return message->sent == ORDER_ABSENT ? message->due : message->sent;
}

/* Rows are ordered by speaker, then by path; SM: by order too, for a row is one chain. */
static int compare(const struct play *play, const struct message *a, const struct message *b)
{
    unsigned shared = a->path_count < b->path_count ? a->path_count : b->path_count;
    if (a->from != b->from) {
        return a->from < b->from ? -1 : 1;
    }
    int order = shared == 0 ? 0 : memcmp(message_path(play, a), message_path(play, b), shared);
    if (order != 0 || a->path_count != b->path_count) {
        return order != 0 ? order : (int)a->path_count - (int)b->path_count;
    }
    return play->scenario.algorithm == ALGORITHM_SM ? (int)row_order(a) - (int)row_order(b) : 0;
}

/* The very same, to the same general: OM(m,p) passes on one copy for each of those further on. */
static bool is_repeated(const struct message *a, const struct message *b)
{
    return a->due == b->due && a->sent == b->sent && a->fate == b->fate && a->verdict == b->verdict;
}

/* Puts a message into a row that has its speaker and path; false if something else stands there. */
static bool join(const struct play *play, struct row *row, uint32_t index)
{
    const struct message *message = &play->messages[index];
    uint32_t *cell = &row->to[message->to];
    if (*cell != NO_MESSAGE && !is_repeated(message, &play->messages[*cell])) {
        return false;
    }
    *cell = *cell == NO_MESSAGE ? index : *cell;
    row->times[message->to]++;
    return true;
}

/* Puts a message where it belongs; false if there are too many rows. */
static bool place(const struct play *play, struct round_rows *rows, uint32_t index)
{
    const struct message *message = &play->messages[index];
    unsigned at = 0;
    for (; at < rows->count; at++) {
        int order = compare(play, message, &play->messages[rows->rows[at].first]);
        if (order == 0 && join(play, &rows->rows[at], index)) {
            return true;
        }
        if (order < 0) {
            break;
        }
    }
    if (rows->count == ROWS_MAX) {
        return false;
    }
    memmove(&rows->rows[at + 1], &rows->rows[at], (rows->count - at) * sizeof rows->rows[0]);
    rows->count++;
    rows->rows[at] = (struct row){.first = index};
    memset(rows->rows[at].to, 0xff, sizeof rows->rows[at].to); /* NO_MESSAGE */
    return join(play, &rows->rows[at], index);
}

bool rows_gather(const struct play *play, size_t instance, unsigned round, struct round_rows *rows)
{
    rows->count = 0;
    for (size_t i = 0; i < play->message_count; i++) {
        const struct message *message = &play->messages[i];
        if (message->instance == instance && message->round == round &&
            !place(play, rows, (uint32_t)i)) {
            return false;
        }
    }
    return true;
}

bool rows_tell(const struct round_rows *rows, unsigned general)
{
    for (unsigned i = 0; i < rows->count; i++) {
        if (rows->rows[i].to[general] != NO_MESSAGE) {
            return true;
        }
    }
    return false;
}
