/* link_table.h - a table of link sessions, found by the receiver index that frames carry.
 *
 * Each owner (a peer, or a client's link) has SESSIONS_PER_OWNER slots of its own, so nobody's
 * handshakes can use up another's. An index is a slot and a generation: it differs at each use of
 * the slot, and starts at random in each process, so frames of a session that is gone find
 * nothing. */
#ifndef STRATEGOS_TRANSPORT_LINK_TABLE_H
#define STRATEGOS_TRANSPORT_LINK_TABLE_H

#include "crypto/link.h"

/* The one that sends, its predecessor, an answered handshake not yet confirmed, and a handshake of
 * our own. */
#define SESSIONS_PER_OWNER 4u
#define SESSION_INDEX_BITS 13u
#define SESSION_OWNERS_MAX ((1u << SESSION_INDEX_BITS) / SESSIONS_PER_OWNER)

struct link_slot {
    struct link_session link; /* valid if is_open */
    uint32_t owner;
    uint32_t index;
    uint32_t use_count;
    bool is_taken;
    bool is_open;      /* has keys; else a handshake of ours is under way */
    bool is_initiator; /* we began it: we renew it */
    uint64_t opened_ns;
    uint64_t received_ns; /* the last valid frame, or when it was opened */
};

struct link_table {
    struct link_slot *slots;
    uint32_t owner_count;
    uint32_t generation; /* of this process, random */
};

MUST_USE enum error link_table_init(struct link_table *table, uint32_t owner_count);
void link_table_fini(struct link_table *table); /* wipes keys */

/* A fresh slot of the owner's. The caller never holds more than SESSIONS_PER_OWNER. */
struct link_slot *link_table_take(struct link_table *table, uint32_t owner);

/* Wipes the keys. NULL is allowed. */
void link_slot_free(struct link_slot *session);

/* NULL where there is none now. */
struct link_slot *link_table_find(struct link_table *table, uint32_t index);

#endif
