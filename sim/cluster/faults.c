/* faults.c - carries out the faults of a plan, ends them, and heals everything when the calm comes.
 */
#include "base/assert.h"
#include "cluster/state.h"
#include "cluster/twins.h"

#include <stdio.h>

void faults_count(struct world *world, size_t index)
{
    if (!world->fault_is_counted[index]) {
        world->fault_is_counted[index] = true;
        world->outcome->fault_counts[world->plan->faults[index].kind]++;
    }
}

void faults_count_awaited(struct process *process, enum fault_kind kind)
{
    faults_count(process->world, process->awaited[kind] - 1u);
    process->awaited[kind] = 0;
}

static size_t index_of(const struct world *world, const struct fault *fault)
{
    return (size_t)(fault - world->plan->faults);
}

/* It counts once the process feels it. */
static void await_effect(struct process *process, const struct fault *fault)
{
    process->awaited[fault->kind] = (uint16_t)(index_of(process->world, fault) + 1);
}

static void count_if(struct world *world, const struct fault *fault, bool has_effect)
{
    if (has_effect) {
        faults_count(world, index_of(world, fault));
    }
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
        count_if(world, fault, world->processes[i].node != NULL);
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
    bool was_gone = process->is_gone;
    if (fault->kind != FAULT_DISK_FLIP && fault->kind != FAULT_DISK_LOST &&
        fault->kind != FAULT_STORE_DAMAGED) {
        await_effect(process, fault);
    }
    switch ((unsigned)fault->kind) {
    case FAULT_DISK_FULL:
        faulty_folder_set_room(process->disk.folder, 0);
        faulty_folder_fail_writes(process->disk.folder, fault->value % 2 != 0);
        return;
    case FAULT_STORE_DAMAGED:
        process_crash(process, FAULTY_KEEP, fault->length_ns);
        count_if(world, fault, faulty_store_height(process->disk.store) != 0);
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
        count_if(world, fault, faulty_folder_flip(process->disk.folder, (uint64_t)fault->value));
        break;
    case FAULT_DISK_MISDIRECT:
        faulty_folder_misdirect(process->disk.folder, (uint64_t)fault->value);
        break;
    case FAULT_DISK_LIES:
        faulty_folder_set_lying(process->disk.folder, true);
        break;
    default:
        count_if(world, fault, !was_gone);
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
    if (first->node == NULL) {
        await_effect(first, fault); /* once it is up */
        return;
    }
    if (first->traitor != NULL) {
        const struct process *second = twins_begin(world, first, (uint64_t)fault->value);
        count_if(world, fault, second != NULL && second->node != NULL);
    }
}

void faults_on_started(struct process *process)
{
    faults_felt(process, FAULT_CORRUPT);
    faults_felt(process, FAULT_AMNESIA);
    if (process->awaited[FAULT_TWINS] != 0) {
        agenda_add(&process->world->agenda,
                   &(struct event){.at_ns = process->world->now_ns,
                                   .kind = EVENT_FAULT,
                                   .tag = process->awaited[FAULT_TWINS] - 1u});
        process->awaited[FAULT_TWINS] = 0;
    }
}

/* A traitor comes back with what it had on disk some time ago. */
static void forget(struct world *world, const struct fault *fault)
{
    struct process *process = world_process(world, fault->who);
    if (process->old_disk.folder == NULL || process->node == NULL || process->traitor == NULL) {
        return;
    }
    process_crash(process, FAULTY_LOSE, 10 * PLAN_MS);
    await_effect(process, fault);
    process_take_disk(process, process->old_disk);
    process->old_disk = (struct disk){0};
}

static void begin_on_replica(struct world *world, const struct fault *fault,
                             struct process *process)
{
    switch ((unsigned)fault->kind) {
    case FAULT_CRASH:
        count_if(world, fault, process->node != NULL);
        process_crash(process, (enum faulty_loss)(fault->value % FAULTY_LOSS_COUNT),
                      fault->length_ns);
        return;
    case FAULT_CRASH_AT_CALL:
    case FAULT_CRASH_AT_SEND:
        await_effect(process, fault);
        crash_later(process, fault);
        return;
    case FAULT_PAUSE:
        await_effect(process, fault);
        if (process->paused_until_ns < world->now_ns + fault->length_ns) {
            process->paused_until_ns = world->now_ns + fault->length_ns;
        }
        world_wake(process);
        return;
    case FAULT_CLOCK_JUMP:
    case FAULT_CLOCK_DRIFT:
        await_effect(process, fault);
        move_clock(process, fault);
        world_wake(process);
        return;
    case FAULT_CORRUPT:
        if (process->traitor == NULL && !process->is_gone) {
            await_effect(process, fault);
        }
        process_corrupt(process, (size_t)fault->value);
        if (process->old_disk.folder == NULL) {
            process->old_disk = disk_clone(&process->disk, world->plan->seed);
        }
        if (process->node != NULL) {
            faults_felt(process, FAULT_CORRUPT);
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
    switch ((unsigned)fault->kind) {
    case FAULT_CRASH_ALL:
        crash_all(world, fault);
        break;
    case FAULT_CUSTOMER_RESTART:
        count_if(world, fault, customer_open_count(world->customers[fault->who]) != 0);
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
        if (links_are_befallen(fault->kind)) {
            links_begin(world, index);
        } else {
            begin_on_replica(world, fault, world_process(world, fault->who));
        }
        break;
    }
    if (fault->length_ns != 0) {
        agenda_add(&world->agenda, &(struct event){.at_ns = world->now_ns + fault->length_ns,
                                                   .kind = EVENT_FAULT_ENDS,
                                                   .tag = index});
    }
}

/* Is another one of its kind on, of the same replica? */
static bool is_still_on(const struct world *world, const struct fault *ended)
{
    for (size_t i = 0; i < world->plan->fault_total; i++) {
        const struct fault *fault = &world->plan->faults[i];
        if (fault != ended && fault->kind == ended->kind && fault->who == ended->who &&
            fault->at_ns <= world->now_ns && fault->at_ns + fault->length_ns > world->now_ns) {
            return true;
        }
    }
    return false;
}

void faults_end(struct world *world, size_t index)
{
    const struct fault *fault = &world->plan->faults[index];
    if (world->is_calm) {
        return;
    }
    if (links_are_befallen(fault->kind)) {
        links_end(world, index);
        return;
    }
    struct process *process = world_process(world, fault->who);
    if (fault->kind == FAULT_DISK_FULL && !is_still_on(world, fault)) {
        make_room(process);
        process->awaited[FAULT_DISK_FULL] = 0;
    } else if (fault->kind == FAULT_PAUSE) {
        world_wake(process);
    }
}

/* What heals without having been felt never will be. */
static void forget_awaited(struct process *process)
{
    static const enum fault_kind healed[] = {
        FAULT_CRASH_AT_CALL, FAULT_CRASH_AT_SEND, FAULT_PAUSE,     FAULT_CLOCK_JUMP,
        FAULT_CLOCK_DRIFT,   FAULT_DISK_FULL,     FAULT_DISK_SLOW, FAULT_DISK_READ};
    for (size_t i = 0; i < sizeof healed / sizeof healed[0]; i++) {
        process->awaited[healed[i]] = 0;
    }
}

void faults_calm(struct world *world)
{
    network_calm(&world->network, world->plan->delta_ns, world->now_ns);
    world->links.count = 0;
    world->links.unmet = 0;
    for (uint32_t i = 0; i < world->process_count; i++) {
        struct process *process = &world->processes[i];
        make_room(process);
        faulty_folder_fail_read(process->disk.folder, 0);
        faulty_folder_crash_at(process->disk.folder, 0);
        forget_awaited(process);
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
