/* link_table.c - see link_table.h. */
#include "transport/link_table.h"

#include "base/assert.h"
#include "crypto/random.h"

#include <stdlib.h>

enum error link_table_init(struct link_table *table, uint32_t owner_count)
{
    ASSERT(owner_count >= 1 && owner_count <= SESSION_OWNERS_MAX);
    *table = (struct link_table){.owner_count = owner_count};
    random_fill(&table->generation, sizeof table->generation);
    table->slots = calloc((size_t)owner_count * SESSIONS_PER_OWNER, sizeof *table->slots);
    return table->slots == NULL ? ERROR_MEMORY : OK;
}

void link_table_fini(struct link_table *table)
{
    if (table->slots != NULL) {
        for (uint32_t i = 0; i < table->owner_count * SESSIONS_PER_OWNER; i++) {
            if (table->slots[i].is_taken) {
                link_slot_free(&table->slots[i]);
            }
        }
    }
    free(table->slots);
    *table = (struct link_table){.owner_count = 0};
}

struct link_slot *link_table_take(struct link_table *table, uint32_t owner)
{
    ASSERT(owner < table->owner_count);
    uint32_t slot = owner * SESSIONS_PER_OWNER;
    uint32_t const end = slot + SESSIONS_PER_OWNER;
    while (slot < end && table->slots[slot].is_taken) {
        slot++;
    }
    ASSERT(slot < end); /* or a channel holds more sessions than it may */
    struct link_slot *session = &table->slots[slot];
    uint32_t generation = table->generation + ++session->use_count;
    session->owner = owner;
    session->index = generation << SESSION_INDEX_BITS | slot;
    session->is_taken = true;
    return session;
}

void link_slot_free(struct link_slot *session)
{
    if (session != NULL) {
        uint32_t use_count = session->use_count;
        link_session_forget(&session->link);
        *session = (struct link_slot){.use_count = use_count};
    }
}

struct link_slot *link_table_find(struct link_table *table, uint32_t index)
{
    uint32_t slot = index & ((1u << SESSION_INDEX_BITS) - 1);
    if (slot >= table->owner_count * SESSIONS_PER_OWNER) {
        return NULL;
    }
    struct link_slot *session = &table->slots[slot];
    return session->is_taken && session->index == index ? session : NULL;
}
