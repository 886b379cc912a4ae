/* traitor.c - what traitors there are, and the life of one. What goes through its ports is in
 * ports.c. */
#include "traitors/inside.h"

#include "base/assert.h"

#include <stdlib.h>

#define MOOD_DELTAS 16u /* a fickle one plays one strategy at most so long */

size_t traitor_strategy_count(void)
{
    return strategy_count;
}

const struct strategy_info *traitor_strategy(size_t index)
{
    ASSERT(index < strategy_count);
    return &strategies[index]->info;
}

size_t traitor_strategy_find(const char *name)
{
    for (size_t i = 0; i < strategy_count; i++) {
        if (strcmp(strategies[i]->info.name, name) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

enum error traitor_new(struct traitor **made, struct conspiracy *conspiracy, replica_id self,
                       size_t strategy, const struct ports *inner)
{
    ASSERT(strategy < strategy_count);
    ASSERT(conspiracy->replica_count <= REPLICAS_MAX && self < conspiracy->replica_count);
    struct traitor *t = calloc(1, sizeof *t);
    void *memory = malloc(DECODE_BYTES_MAX);
    if (t == NULL || memory == NULL) {
        free(t);
        free(memory);
        return ERROR_MEMORY;
    }
    t->conspiracy = conspiracy;
    t->self = self;
    t->strategy = strategies[strategy];
    t->is_fickle = t->strategy->is_fickle;
    t->inner = *inner;
    prng_init(&t->prng, conspiracy->seed + (self + 1) * UINT64_C(0x9e3779b97f4a7c15));
    arena_init(&t->arena, memory, DECODE_BYTES_MAX);
    for (size_t i = 0; i < HELD_MAX; i++) {
        t->held[i].due_ns = UINT64_MAX;
    }
    t->held_due_ns = UINT64_MAX;
    *made = t;
    return OK;
}

void traitor_reseed(struct traitor *t, uint64_t number)
{
    prng_init(&t->prng, prng_next(&t->prng) ^ number);
}

void traitor_free(struct traitor *t)
{
    memory_fini(&t->memory);
    buffer_fini(&t->frame);
    buffer_fini(&t->heard);
    buffer_fini(&t->scratch);
    for (size_t i = 0; i < REPLICAS_MAX; i++) {
        buffer_fini(&t->said[i].bytes);
    }
    for (size_t i = 0; i < HELD_MAX; i++) {
        buffer_fini(&t->held[i].bytes);
    }
    free(t->arena.memory);
    free(t);
}

uint64_t traitor_acted(const struct traitor *t)
{
    return t->acted;
}

uint64_t traitor_deadline(const struct traitor *t)
{
    return t->held_due_ns;
}

/* The fickle one itself, which does nothing, is a pause. */
void traitor_change_mood(struct traitor *t)
{
    t->next_change_ns = t->now_ns + t->conspiracy->delta_ns * (1 + traitor_draw(t, MOOD_DELTAS));
    t->strategy = strategies[traitor_draw(t, strategy_count)];
    t->count = 0;
    t->since_ns = 0;
}
