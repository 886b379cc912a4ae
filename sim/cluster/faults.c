/* faults.c - carries out the faults of a plan, ends them, and heals everything when the calm comes.
 */
#include "base/assert.h"
#include "cluster/state.h"

#include <stdio.h>

static bool is_in(uint32_t set, uint32_t id)
{
    return id < 32 && (set >> id & 1) != 0;
}

/* Every directed link between processes that the fault cuts: once more, or once less. */
static void cut(struct world *world, const struct fault *fault, bool is_cut)
{
    for (uint32_t a = 0; a < world->process_count; a++) {
        for (uint32_t b = 0; b < world->process_count; b++) {
            bool a_in = is_in(fault->whom, world->processes[a].id);
            bool b_in = is_in(fault->whom, world->processes[b].id);
            if (a_in == b_in || (fault->kind == FAULT_ONE_WAY && !a_in)) {
                continue;
            }
            struct network_link *link = network_link(&world->network, a, b);
            link->cuts = is_cut ? link->cuts + 1 : link->cuts - (link->cuts != 0);
        }
    }
}

static void flap(struct world *world, const struct fault *fault, bool is_cut)
{
    struct fault lone = {.kind = FAULT_PARTITION, .whom = UINT32_C(1) << fault->who};
    cut(world, &lone, is_cut);
}

static void for_links_of(struct world *world, uint32_t who, bool outgoing,
                         void (*change)(struct network_link *link, uint64_t value), uint64_t value)
{
    for (uint32_t i = 0; i < world->process_count; i++) {
        change(outgoing ? network_link(&world->network, who, i)
                        : network_link(&world->network, i, who),
               value);
    }
}

static void set_slower(struct network_link *link, uint64_t value)
{
    link->slower_ns = value;
}

static void set_clog(struct network_link *link, uint64_t value)
{
    link->clogged_until_ns = value;
}

static void set_narrow(struct network_link *link, uint64_t value)
{
    link->bytes_per_s = value;
}

static void crash_later(struct process *process, const struct fault *fault)
{
    process->loss = (enum faulty_loss)(fault->whom % FAULTY_LOSS_COUNT);
    process->back_after_ns = fault->length_ns;
    if (fault->kind == FAULT_CRASH_AT_CALL) {
        faulty_folder_crash_at(process->disk.folder,
                               faulty_folder_calls(process->disk.folder) + (uint64_t)fault->value);
    } else {
        process->sends_to_crash = (uint64_t)fault->value;
    }
}

static void crash_all(struct world *world, const struct fault *fault)
{
    for (uint32_t i = 0; i < world->process_count; i++) {
        process_crash(&world->processes[i], (enum faulty_loss)(fault->value % FAULTY_LOSS_COUNT),
                      fault->length_ns + i * PLAN_MS);
    }
}

/* From now on its clocks run `ppm` fast; what they are ahead of the world's already, they stay. */
static void set_drift(struct process *process, int64_t ppm)
{
    process->turn_ns = 0;
    uint64_t own_ns = process_monotonic_ns(process);
    process->wall_offset_ns += (int64_t)(own_ns - process->clock_base_ns) -
                               (int64_t)(process->world->now_ns - process->clock_anchor_ns);
    process->clock_base_ns = own_ns;
    process->clock_anchor_ns = process->world->now_ns;
    process->drift_ppm = ppm;
}

static void move_clock(struct process *process, const struct fault *fault)
{
    if (fault->kind == FAULT_CLOCK_JUMP) {
        process->wall_offset_ns += fault->value * (int64_t)PLAN_MS;
    } else {
        set_drift(process, fault->value);
    }
}

static void make_room(struct process *process)
{
    faulty_folder_set_room(process->disk.folder, UINT64_MAX);
    faulty_folder_fail_writes(process->disk.folder, false);
}

static void damage_disk(struct world *world, struct process *process, const struct fault *fault)
{
    switch ((unsigned)fault->kind) {
    case FAULT_DISK_FULL:
        faulty_folder_set_room(process->disk.folder, 0);
        faulty_folder_fail_writes(process->disk.folder, fault->value % 2 != 0);
        return;
    case FAULT_STORE_DAMAGED:
        process_crash(process, FAULTY_KEEP, fault->length_ns);
        faulty_store_spoil(process->disk.store);
        return;
    case FAULT_DISK_SLOW:
        process->sync_ns = (uint64_t)fault->value * PLAN_MS;
        process->slow_until_ns = world->now_ns + fault->length_ns;
        return;
    case FAULT_DISK_READ:
        faulty_folder_fail_read(process->disk.folder, (uint64_t)fault->value);
        process->has_read_fault = true;
        return;
    case FAULT_DISK_FLIP:
        (void)faulty_folder_flip(process->disk.folder, (uint64_t)fault->value);
        break;
    case FAULT_DISK_MISDIRECT:
        faulty_folder_misdirect(process->disk.folder, (uint64_t)fault->value);
        break;
    case FAULT_DISK_LIES:
        faulty_folder_set_lying(process->disk.folder, true);
        break;
    default:
        process->is_gone = true;
        process_crash(process, FAULTY_LOSE, 0);
        break;
    }
    /* It may say after a restart what it had said otherwise before: one of the f. */
    process->has_bad_disk = true;
    world_see_replica(process, &(struct sighting){.kind = SIGHT_DISK_LOST});
}

static void be_twins(struct world *world, const struct fault *fault)
{
    struct process *first = world_process(world, fault->who);
    struct error_text text;
    if (world->process_count == WORLD_PROCESSES_MAX || first->node == NULL ||
        first->traitor == NULL) {
        return;
    }
    uint32_t index = world->process_count;
    struct process *second = &world->processes[index];
    if (process_init(second, world, index, first->id, &text) != OK) {
        return;
    }
    world->process_count++;
    process_take_disk(second, disk_clone(&first->disk, world->plan->seed + index));
    /* Two copies under one name: each hears some of the others, and some hear both. */
    uint64_t split = (uint64_t)fault->value;
    for (uint32_t i = 0; i < index; i++) {
        bool hears_first = (split >> i & 1) != 0;
        bool hears_both = (split >> (32 + i) % 64 & 1) != 0;
        for (int way = 0; way < 2; way++) {
            const struct process *deaf = hears_first ? second : first;
            if (!hears_both || i == first->index) {
                uint32_t from = way == 0 ? i : deaf->index;
                uint32_t to = way == 0 ? deaf->index : i;
                network_link(&world->network, from, to)->cuts += i == first->index ? 0 : 1;
            }
        }
    }
    process_corrupt(second, first->strategy);
    process_start(second);
}

/* A traitor comes back with what it had on disk some time ago. */
static void forget(struct world *world, const struct fault *fault)
{
    struct process *process = world_process(world, fault->who);
    if (process->old_disk.folder == NULL || process->node == NULL || process->traitor == NULL) {
        return;
    }
    process_crash(process, FAULTY_LOSE, 10 * PLAN_MS);
    process_take_disk(process, process->old_disk);
    process->old_disk = (struct disk){0};
}

static void cut_customer(struct world *world, const struct fault *fault, bool is_cut)
{
    for (uint32_t i = 0; i < world->process_count; i++) {
        bool is_up = world->processes[i].node != NULL &&
                     (!is_cut || is_in(fault->whom, world->processes[i].id));
        world_link_customer(world, fault->who, i, is_up);
    }
}

static void begin_on_replica(struct world *world, const struct fault *fault,
                             struct process *process)
{
    switch ((unsigned)fault->kind) {
    case FAULT_CRASH:
        process_crash(process, (enum faulty_loss)(fault->value % FAULTY_LOSS_COUNT),
                      fault->length_ns);
        return;
    case FAULT_CRASH_AT_CALL:
    case FAULT_CRASH_AT_SEND:
        crash_later(process, fault);
        return;
    case FAULT_PAUSE:
        process->paused_until_ns = world->now_ns + fault->length_ns;
        world_wake(process);
        return;
    case FAULT_CLOCK_JUMP:
    case FAULT_CLOCK_DRIFT:
        move_clock(process, fault);
        world_wake(process);
        return;
    case FAULT_SLOW:
        for_links_of(world, fault->who, false, set_slower, (uint64_t)fault->value * PLAN_MS);
        return;
    case FAULT_CLOG:
        for_links_of(world, fault->who, false, set_clog, world->now_ns + fault->length_ns);
        return;
    case FAULT_NARROW:
        for_links_of(world, fault->who, true, set_narrow, (uint64_t)fault->value * 1000);
        return;
    case FAULT_CORRUPT:
        process_corrupt(process, (size_t)fault->value);
        if (process->old_disk.folder == NULL) {
            process->old_disk = disk_clone(&process->disk, world->plan->seed);
        }
        return;
    default:
        damage_disk(world, process, fault);
        return;
    }
}

void faults_begin(struct world *world, size_t index)
{
    const struct fault *fault = &world->plan->faults[index];
    char line[ORACLE_TEXT_BYTES];
    if (world->is_calm) {
        return;
    }
    fault_describe(fault, line, sizeof line);
    world_note(world, HAPPENING_FAULT, line);
    world_mix(world, world->now_ns ^ (uint64_t)fault->kind << 56);
    world->outcome->fault_counts[fault->kind]++;
    switch ((unsigned)fault->kind) {
    case FAULT_CRASH_ALL:
        crash_all(world, fault);
        break;
    case FAULT_PARTITION:
    case FAULT_ONE_WAY:
        cut(world, fault, true);
        break;
    case FAULT_FLAP:
        flap(world, fault, true);
        break;
    case FAULT_LOSSY:
        world->network.lossy_permille += (uint32_t)fault->value * 10;
        break;
    case FAULT_CUSTOMER_CUT:
        cut_customer(world, fault, true);
        break;
    case FAULT_CUSTOMER_RESTART:
        customer_restart(world->customers[fault->who], world->now_ns);
        world_wake_customer(world, fault->who);
        break;
    case FAULT_TWINS:
        be_twins(world, fault);
        break;
    case FAULT_AMNESIA:
        forget(world, fault);
        break;
    default:
        begin_on_replica(world, fault, world_process(world, fault->who));
        break;
    }
    if (fault->length_ns != 0) {
        agenda_add(&world->agenda, &(struct event){.at_ns = world->now_ns + fault->length_ns,
                                                   .kind = EVENT_FAULT_ENDS,
                                                   .tag = index});
    }
}

void faults_end(struct world *world, size_t index)
{
    const struct fault *fault = &world->plan->faults[index];
    if (world->is_calm) {
        return;
    }
    switch ((unsigned)fault->kind) {
    case FAULT_PARTITION:
    case FAULT_ONE_WAY:
        cut(world, fault, false);
        return;
    case FAULT_FLAP:
        flap(world, fault, false);
        return;
    case FAULT_SLOW:
        for_links_of(world, fault->who, false, set_slower, 0);
        return;
    case FAULT_NARROW:
        for_links_of(world, fault->who, true, set_narrow, 0);
        return;
    case FAULT_LOSSY:
        world->network.lossy_permille -= (uint32_t)fault->value * 10;
        return;
    case FAULT_CUSTOMER_CUT:
        cut_customer(world, fault, false);
        return;
    case FAULT_DISK_FULL:
        make_room(world_process(world, fault->who));
        return;
    case FAULT_PAUSE:
        world_wake(world_process(world, fault->who));
        return;
    default:
        return; /* over by itself */
    }
}

void faults_calm(struct world *world)
{
    network_calm(&world->network, world->plan->delta_ns, world->now_ns);
    for (uint32_t i = 0; i < world->process_count; i++) {
        struct process *process = &world->processes[i];
        make_room(process);
        faulty_folder_fail_read(process->disk.folder, 0);
        faulty_folder_crash_at(process->disk.folder, 0);
        process->sends_to_crash = UINT64_MAX;
        process->slow_until_ns = 0;
        process->paused_until_ns = 0;
        set_drift(process, 0);
        process->wall_offset_ns = 0;
        if (process->node == NULL && !process->is_gone) {
            process_start(process);
        }
        for (size_t c = 0; c < world->plan->customer_count; c++) {
            if (process->node != NULL) {
                world_link_customer(world, c, i, true);
            }
        }
        world_wake(process);
    }
    for (size_t c = 0; c < world->plan->customer_count; c++) {
        customer_stop(world->customers[c], world->plan->customers[c].operations_late);
        customer_turn(world->customers[c], world->now_ns);
        world_wake_customer(world, c);
    }
}
