/* twins.c - see twins.h. */
#include "cluster/twins.h"

#include "cluster/state.h"

/* For how many views the others stay parted as they are; 0: for good. */
static uint64_t views_of_a_part(uint64_t seed)
{
    static const uint64_t views[] = {1, 1, 3, 0};
    return views[seed % (sizeof views / sizeof views[0])];
}

/* Each hears some of the others, and some hear both. */
static void part(struct process *first, struct process *second)
{
    struct world *world = first->world;
    struct prng prng;
    prng_init(&prng, first->twin_seed + first->twin_part);
    first->deaf_to = 0;
    second->deaf_to = 0;
    for (uint32_t i = 0; i < world->process_count; i++) {
        uint64_t draw = prng_below(&prng, 4);
        if (i != first->index && i != second->index && draw >= 2) {
            struct process *deaf = draw == 2 ? first : second;
            deaf->deaf_to |= UINT64_C(1) << i;
        }
    }
    links_renew(world);
}

struct process *twins_begin(struct world *world, struct process *first, uint64_t seed)
{
    struct error_text text;
    uint32_t index = world->process_count;
    if (index == WORLD_PROCESSES_MAX || first->twin != NULL) {
        return NULL;
    }
    struct process *second = &world->processes[index];
    if (process_init(second, world, index, first->id, &text) != OK) {
        return NULL;
    }
    world->process_count++;
    process_take_disk(second, disk_clone(&first->disk, world->plan->seed + index));
    first->twin = second;
    second->twin = first;
    first->twin_seed = seed;
    second->twin_seed = seed;
    part(first, second);
    process_corrupt(second, first->strategy);
    traitor_reseed(second->traitor, index);
    process_start(second);
    return second;
}

void twins_enter(struct process *process, view_nr view)
{
    uint64_t views = views_of_a_part(process->twin_seed);
    if (process->twin == NULL || views == 0 || view / views <= process->twin_part) {
        return;
    }
    process->twin_part = view / views;
    process->twin->twin_part = view / views;
    part(process->index < process->twin->index ? process : process->twin,
         process->index < process->twin->index ? process->twin : process);
}
