/* world_network.c - frames on their way: a heap of what arrives when. */
#include "support/world_inside.h"

#include "base/assert.h"

#include <stdlib.h>

static bool is_before(const struct world_event *a, const struct world_event *b)
{
    return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->number < b->number;
}

static void swap_events(struct world_event *a, struct world_event *b)
{
    struct world_event kept = *a;
    *a = *b;
    *b = kept;
}

void world_push(struct world *world, struct world_event event, struct slice bytes)
{
    if (world->event_count == world->event_capacity) {
        world->event_capacity = world->event_capacity == 0 ? 256 : 2 * world->event_capacity;
        world->events = realloc(world->events, world->event_capacity * sizeof *world->events);
        ASSERT(world->events != NULL);
    }
    event.number = world->event_number++;
    buffer_append(&event.frame, bytes);
    size_t i = world->event_count++;
    world->events[i] = event;
    while (i > 0 && is_before(&world->events[i], &world->events[(i - 1) / 2])) {
        swap_events(&world->events[i], &world->events[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
}

struct world_event world_pop(struct world *world)
{
    struct world_event first = world->events[0];
    world->events[0] = world->events[--world->event_count];
    for (size_t i = 0;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2; child++) {
            if (child < world->event_count &&
                is_before(&world->events[child], &world->events[least])) {
                least = child;
            }
        }
        if (least == i) {
            return first;
        }
        swap_events(&world->events[i], &world->events[least]);
        i = least;
    }
}

bool world_chance(struct world *world, unsigned percent)
{
    return percent != 0 && prng_below(&world->prng, 100) < percent;
}

uint64_t world_delay(struct world *world)
{
    uint64_t span = world->settings.delay_max_ns - world->settings.delay_min_ns;
    return world->settings.delay_min_ns + (span == 0 ? 0 : prng_below(&world->prng, span));
}

void world_send_frame(struct world *world, size_t from, size_t to, struct slice frame)
{
    if (!world->is_linked[from][to] || world_chance(world, world->settings.loss_percent)) {
        return;
    }
    int copies = world_chance(world, world->settings.duplicate_percent) ? 2 : 1;
    for (int i = 0; i < copies; i++) {
        world_push(world,
                   (struct world_event){
                       .at_ns = world->now_ns + world_delay(world), .from = from, .to = to},
                   frame);
    }
}
