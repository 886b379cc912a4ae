/* support_table.h - a round table of replicas: production shells in virtual time, each with a disk
 * in memory and ideal signatures, and one client that sends a segment now and then. Frames arrive
 * after two milliseconds, in order. Any seats may be traitors'.
 *
 * One replica is cut off again and again, so that it must catch up: the world of a loyal group, and
 * no more than a traitor needs to show what it does. */
#ifndef TESTS_UNIT_TRAITORS_SUPPORT_TABLE_H
#define TESTS_UNIT_TRAITORS_SUPPORT_TABLE_H

#include "traitors/traitor.h"

#include "base/buffer.h"
#include "disk/faulty_folder.h"
#include "ideal/ideal.h"
#include "node/node.h"

#define TABLE_SEATS_MAX   7u
#define TABLE_HEIGHTS_MAX 4096u
#define TABLE_DELTA_MS    50u
#define TABLE_LINK        77u /* the client's */
#define MS                UINT64_C(1000000)

struct letter {
    struct letter *next;
    replica_id from;
    uint64_t due_ns;
    struct buffer bytes;
};

struct mailbox {
    struct letter *first;
    struct letter **end;
};

struct table;

struct seat {
    struct table *table;
    replica_id id;
    struct node_settings settings;
    struct ideal_signer signer;
    struct faulty_folder *disk;
    struct store store;
    void *core_memory;
    struct node *node;
    struct traitor *traitor; /* NULL: loyal */
    struct mailbox frames;
    struct mailbox requests;
    struct letter *open;
    height_nr height; /* decided */
};

/* Looks on: at what goes through a seat's ports to and from the world. */
enum event_kind { EVENT_HEARD, EVENT_SENT, EVENT_REQUEST, EVENT_ANSWERED, EVENT_TICK };
struct event {
    enum event_kind kind;
    uint64_t now_ns;
    replica_id peer;
    struct slice bytes;
};
struct onlooker {
    void *context;
    void (*see)(void *context, replica_id seat, const struct event *event);
};

struct table {
    struct group group;
    struct ideal_book book;
    struct conspiracy conspiracy;
    struct onlooker onlooker;
    uint64_t now_ns;
    struct seat seats[TABLE_SEATS_MAX];
    /* The client. */
    struct ideal_signer client;
    uint64_t sequence;
    struct digest tip;
    uint64_t answers; /* frames */
    /* What loyal replicas decided. */
    struct digest decided[TABLE_HEIGHTS_MAX];
    height_nr decided_height;
    bool is_split; /* two of them decided different orders for one height */
};

/* `members`: bit i: replica i is a traitor of that strategy. `strategy` SIZE_MAX: all are loyal. */
struct table *table_new(size_t replica_count, uint32_t members, size_t strategy, uint64_t seed,
                        const struct onlooker *onlooker);
void table_run(struct table *table, uint64_t until_ms);
void table_free(struct table *table);

/* Of the loyal replicas but the one that is cut off now and then (the last seat). */
height_nr table_lowest(const struct table *table);
uint64_t table_acted(const struct table *table);

#endif
