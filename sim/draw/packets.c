/* packets.c - sorts the messages of an instance into packets, and finds who spoke with two tongues.
 */
#include "draw/packets.h"

#include "base/assert.h"
#include "base/bytes.h"

#include <stdlib.h>

/* A message with all that its place depends on. */
struct entry {
    uint32_t number;
    const struct message *message;
    const general_id *path;
};

static int compare_number(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_packets(const void *left, const void *right)
{
    const struct entry *a = left;
    const struct entry *b = right;
    const struct message *x = a->message;
    const struct message *y = b->message;
    int order = compare_number(x->round, y->round);
    order = order != 0 ? order : compare_number(x->from, y->from);
    order = order != 0 ? order : compare_number(x->to, y->to);
    return order != 0 ? order : compare_number(a->number, b->number);
}

/* Of one sender and round, by what he speaks of. */
static int compare_paths(const void *left, const void *right)
{
    const struct entry *a = left;
    const struct entry *b = right;
    const struct message *x = a->message;
    const struct message *y = b->message;
    int order = compare_number(x->round, y->round);
    order = order != 0 ? order : compare_number(x->from, y->from);
    order = order != 0 ? order : compare_number(x->path_count, y->path_count);
    order = order != 0
                ? order
                : slice_compare(slice_of(a->path, x->path_count), slice_of(b->path, y->path_count));
    return order != 0 ? order : compare_number(a->number, b->number);
}

order_nr message_colour(const struct play *play, const struct message *message)
{
    return message->sent < play->scenario.order_count ? message->sent : ORDER_ABSENT;
}

bool message_is_refused(const struct message *message)
{
    return message->fate != FATE_SILENT && message->fate != FATE_LATE &&
           message->fate != FATE_GARBAGE && message->verdict != VERDICT_ACCEPTED &&
           message->verdict != VERDICT_DUPLICATE;
}

static order_nr colour_at(const struct packets *packets, const struct packet *packet, enum end end,
                          uint32_t index)
{
    const struct message *message = packet_message(packets, packet, index);
    if (end == END_HEARD && (message->fate == FATE_LATE || message_is_refused(message))) {
        return ORDER_ABSENT;
    }
    return message_colour(packets->play, message);
}

static void add_message(struct packets *packets, const struct message *message, size_t at)
{
    struct packet *last = packets->count == 0 ? NULL : &packets->items[packets->count - 1];
    order_nr order = message_colour(packets->play, message);
    if (last == NULL || last->round != message->round || last->from != message->from ||
        last->to != message->to) {
        last = &packets->items[packets->count++];
        *last = (struct packet){.round = message->round,
                                .from = message->from,
                                .to = message->to,
                                .first = (uint32_t)at,
                                .order = order};
    }
    last->count++;
    last->fates[message->fate]++;
    last->is_mixed = last->is_mixed || order != last->order;
    last->refused += message_is_refused(message);
    packets->rounds = message->round > packets->rounds ? message->round : packets->rounds;
}

/* Same sender, same round, same path, different orders: whoever compares notes will see it. With
 * signatures only the commander's own words count: loyal lieutenants may pass on two orders. */
static void find_two_faced(struct packets *packets, const struct entry *entries)
{
    const struct play *play = packets->play;
    const struct entry *spoken = NULL; /* the last that said anything */
    for (size_t i = 0; i < packets->message_count; i++) {
        const struct entry *entry = &entries[i];
        const struct message *message = entry->message;
        if (message_colour(play, message) == ORDER_ABSENT) {
            continue;
        }
        bool is_same = spoken != NULL && spoken->message->round == message->round &&
                       spoken->message->from == message->from &&
                       spoken->message->path_count == message->path_count &&
                       slice_is_equal(slice_of(spoken->path, message->path_count),
                                      slice_of(entry->path, message->path_count));
        if (is_same && spoken->message->sent != message->sent &&
            general_is_in(play->scenario.traitors, message->from) &&
            (play->scenario.algorithm != ALGORITHM_SM || message->path_count == 1) &&
            message->round <= sizeof packets->two_faced / sizeof packets->two_faced[0]) {
            packets->two_faced[message->round - 1] |= general_bit(message->from);
        }
        spoken = entry;
    }
}

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count == 0 ? 1 : count, size);
    ASSERT(memory != NULL); /* a picture without memory is none */
    return memory;
}

void packets_init(struct packets *packets, const struct play *play, unsigned instance)
{
    *packets = (struct packets){.play = play, .instance = instance};
    struct entry *entries = allocate(play->message_count, sizeof *entries);
    for (size_t i = 0; i < play->message_count; i++) {
        const struct message *message = &play->messages[i];
        if (message->instance == instance && message->round != 0) {
            entries[packets->message_count++] = (struct entry){
                .number = (uint32_t)i, .message = message, .path = message_path(play, message)};
        }
    }
    packets->order = allocate(packets->message_count, sizeof *packets->order);
    packets->items = allocate(packets->message_count, sizeof *packets->items);
    qsort(entries, packets->message_count, sizeof *entries, compare_packets);
    for (size_t i = 0; i < packets->message_count; i++) {
        packets->order[i] = entries[i].number;
        add_message(packets, entries[i].message, i);
    }
    qsort(entries, packets->message_count, sizeof *entries, compare_paths);
    find_two_faced(packets, entries);
    free(entries);
}

void packets_fini(struct packets *packets)
{
    free(packets->order);
    free(packets->items);
    *packets = (struct packets){.play = NULL};
}

static unsigned pieces_in_turn(const struct packets *packets, const struct packet *packet,
                               enum end end, struct piece pieces[PIECES_MAX])
{
    unsigned count = 0;
    for (uint32_t i = 0; i < packet->count; i++) {
        order_nr order = colour_at(packets, packet, end, i);
        if (count == 0 || pieces[count - 1].order != order) {
            ASSERT(count < PIECES_MAX);
            pieces[count++] = (struct piece){.order = order};
        }
        pieces[count - 1].count++;
    }
    return count;
}

unsigned packet_pieces(const struct packets *packets, const struct packet *packet, enum end end,
                       unsigned few, struct piece pieces[PIECES_MAX])
{
    ASSERT(few <= PIECES_MAX);
    if (packet->count <= few) {
        return pieces_in_turn(packets, packet, end, pieces);
    }
    uint32_t tally[SCENARIO_ORDERS_MAX + 1] = {0};
    for (uint32_t i = 0; i < packet->count; i++) {
        order_nr order = colour_at(packets, packet, end, i);
        tally[order < SCENARIO_ORDERS_MAX ? order : SCENARIO_ORDERS_MAX]++;
    }
    unsigned count = 0;
    for (unsigned order = 0; order <= SCENARIO_ORDERS_MAX; order++) {
        if (tally[order] > 0) {
            pieces[count] = (struct piece){.order = order < SCENARIO_ORDERS_MAX ? (order_nr)order
                                                                                : ORDER_ABSENT,
                                           .count = tally[order]};
            count++;
        }
    }
    return count;
}
