/* process.c - see process.h. */
#include "cluster/process.h"

#include "base/assert.h"
#include "base/prng.h"
#include "cluster/state.h"
#include "cluster/twins.h"
#include "storage/ledger.h"

#include <stdio.h>
#include <sys/mman.h>

#define TURN_NS        (20 * PLAN_US)
#define START_NS       (5 * PLAN_MS)
#define RETRY_NS       (20 * PLAN_MS)
#define RETRY_FULL_NS  (100 * PLAN_MS)
#define USAGE_EVERY_NS (100 * PLAN_MS)

static enum error map_core(struct process *process, struct error_text *text)
{
    process->core_memory = mmap(NULL, replica_memory_size(), PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (process->core_memory == MAP_FAILED) {
        process->core_memory = NULL;
        return error_set(text, ERROR_MEMORY, "no memory for a replica's core");
    }
    return OK;
}

enum error process_init(struct process *process, struct world *world, uint32_t index, replica_id id,
                        struct error_text *text)
{
    struct ledger_identity identity = {
        .genesis = world->group.genesis, .replica = world->group.replicas[id].key, .id = id};
    *process = (struct process){
        .world = world,
        .index = index,
        .id = id,
        .settings = {.group = &world->group,
                     .id = id,
                     .data_path = "disk",
                     .checkpoint = world->plan->checkpoint},
        .signer = {.book = &world->book, .key = world->group.replicas[id].key},
        .wake_ns = UINT64_MAX,
        .sync_ns = world->plan->sync_ns,
        .sends_to_crash = UINT64_MAX,
        .clock_base_ns = PLAN_S * (1000 + index),
    };
    process_take_disk(process, disk_new(world->plan->seed * 64 + index));
    process->disk_view = disk_view_of(process);
    TRY(map_core(process, text));
    struct prng prng;
    prng_init(&prng, world->plan->seed * 64 + index);
    put_u64(process->random_key.bytes, prng_next(&prng));
    put_u64(process->random_key.bytes + 8, prng_next(&prng));
    return ledger_create(process->inner, &identity, &process->random_key, world->plan->ledger_bytes,
                         text);
}

void process_take_disk(struct process *process, struct disk disk)
{
    ASSERT(process->node == NULL);
    disk_free(&process->disk);
    process->disk = disk;
    process->inner = faulty_folder_view(disk.folder);
}

static void empty_inbox(struct process *process)
{
    parcel_queue_clear(&process->frames, &process->world->parcels);
    parcel_queue_clear(&process->requests, &process->world->parcels);
    if (process->open != NULL) {
        parcel_free(&process->world->parcels, process->open);
        process->open = NULL;
    }
}

void process_fini(struct process *process)
{
    if (process->node != NULL) {
        (void)node_close(process->node, false);
        process->node = NULL;
    }
    empty_inbox(process);
    if (process->traitor != NULL) {
        traitor_free(process->traitor);
    }
    disk_free(&process->disk);
    disk_free(&process->old_disk);
    if (process->core_memory != NULL) {
        (void)munmap(process->core_memory, replica_memory_size());
    }
}

void process_show_synced(struct process *process)
{
    if (process->has_records && process->node != NULL && node_is_synced(process->node) &&
        faulty_folder_is_synced(process->disk.folder)) {
        process->has_records = false;
        world_see_replica(process, &(struct sighting){.kind = SIGHT_SYNCED});
    }
}

void process_show_applied(struct process *process)
{
    height_nr height = node_height(process->node);
    if (height == process->height_seen) {
        return;
    }
    process_show_synced(process);
    process->height_seen = height;
    world_see_replica(process, &(struct sighting){.kind = SIGHT_APPLIED, .height = height});
}

/* Between turns only: within one, an order may be half applied. */
void process_show_state(struct process *process)
{
    struct sighting state = {.kind = SIGHT_STATE, .height = node_height(process->node)};
    if (!node_has_failed(process->node) && node_digest(process->node, &state.digest)) {
        process->state_seen = state.height;
        world_see_replica(process, &state);
    }
}

static void show_usage(struct process *process)
{
    struct replica_view view;
    replica_look(node_core(process->node), &view);
    world_see_replica(process, &(struct sighting){.kind = SIGHT_USAGE,
                                                  .bytes = view.pending_bytes,
                                                  .count = view.pending_segments});
}

/* What has come about in the last turn, for those who look on. */
static void look(struct process *process)
{
    struct node *node = process->node;
    view_nr view = replica_current_view(node_core(node));
    if (view != process->view_seen) {
        process->view_seen = view;
        twins_enter(process, view);
        world_see_replica(process, &(struct sighting){.kind = SIGHT_VIEW, .view = view});
    }
    if (node_is_paused(node) && !process->was_paused) {
        world_see_replica(process, &(struct sighting){.kind = SIGHT_LEDGER_FULL});
    }
    process->was_paused = node_is_paused(node);
    process_show_applied(process);
    if (process->height_seen != process->state_seen &&
        process->height_seen % process->world->plan->digest_every == 0) {
        process_show_state(process);
    }
    if (process->world->now_ns >= process->usage_at_ns) {
        process->usage_at_ns = process->world->now_ns + USAGE_EVERY_NS;
        show_usage(process);
        replica_check(node_core(node), false);
    }
}

/* Shows a checkpoint that was not there `before`. */
static void look_at_store(struct process *process, height_nr before)
{
    height_nr height = faulty_store_height(process->disk.store);
    if (height != before) {
        world_see_replica(process, &(struct sighting){.kind = SIGHT_CHECKPOINT, .height = height});
    }
}

/* As the other thread would do it; then it is told. */
static void finish_checkpoint(struct process *process)
{
    void (*work)(void *) = process->work;
    height_nr before = faulty_store_height(process->disk.store);
    process->work = NULL;
    work(process->work_context);
    node_on_checkpoint(process->node);
    bool is_made = faulty_store_height(process->disk.store) != before;
    if (node_has_failed(process->node)) {
        return;
    }
    if (is_made) {
        look_at_store(process, before);
    } else {
        world_see_replica(process, &(struct sighting){.kind = SIGHT_STORE_FULL});
    }
}

void process_start(struct process *process)
{
    struct world *world = process->world;
    struct error_text text = {{0}};
    ASSERT(process->node == NULL && !process->is_gone);
    process->life++;
    process->turn_ns = 0;
    process->is_doomed = false;
    process->work = NULL;
    process->has_records = false;
    /* The machine's clock has gone on. */
    process->clock_base_ns = process_monotonic_ns(process) + PLAN_S;
    process->clock_anchor_ns = world->now_ns;
    if (process->life > 1) {
        (void)madvise(process->core_memory, replica_memory_size(), MADV_DONTNEED);
        world->stats.restarts++;
    }
    struct ports ports = process_gates(process);
    if (process->traitor == NULL) {
        process->outer = process_world_ports(process);
    }
    height_nr checkpoint = faulty_store_height(process->disk.store);
    enum error error = node_open(&process->node, &process->settings, &ports, &text);
    if (error == ERROR_IO || error == ERROR_FULL) { /* a crash, a read error, no room */
        process->node = NULL;
        enum fault_kind felt =
            faulty_folder_has_crashed(process->disk.folder) ? FAULT_CRASH_AT_CALL : FAULT_DISK_READ;
        if (error == ERROR_IO) {
            faults_felt(process, felt);
        }
        disk_restart(&process->disk, error == ERROR_IO ? process->loss : FAULTY_KILL);
        world_on_crashed(process, error == ERROR_IO ? RETRY_NS : RETRY_FULL_NS);
        return;
    }
    if (error != OK) {
        process->node = NULL;
        if (process_is_loyal(process)) {
            world_break(world, process, "does not start", text.text);
        }
        world_on_refused(process, text.text);
        return;
    }
    process->height_seen = node_height(process->node);
    process->view_seen = 0;
    process->was_paused = false;
    world_see_replica(process, &(struct sighting){.kind = SIGHT_STARTED,
                                                  .height = process->height_seen,
                                                  .checkpoint = checkpoint});
    look_at_store(process, checkpoint);
    process_show_state(process);
    node_start(process->node);
    faults_on_started(process);
    process->busy_until_ns = world->now_ns + START_NS;
    world_on_started(process);
}

void process_crash(struct process *process, enum faulty_loss loss, uint64_t back_after_ns)
{
    if (process->node == NULL) {
        return;
    }
    process_show_state(process);
    process->is_doomed = true;
    (void)node_close(process->node, false);
    process->node = NULL;
    empty_inbox(process);
    disk_restart(&process->disk, loss);
    process->sends_to_crash = UINT64_MAX;
    process->awaited[FAULT_CRASH_AT_CALL] = 0;
    process->awaited[FAULT_CRASH_AT_SEND] = 0;
    world_see_replica(process, &(struct sighting){.kind = SIGHT_CRASHED});
    world_on_crashed(process, back_after_ns);
}

void process_turn(struct process *process)
{
    if (process->node == NULL || process->world->now_ns < process->paused_until_ns) {
        return;
    }
    process->turn_ns = 0;
    if (process->work != NULL && process->world->now_ns >= process->work_at_ns) {
        finish_checkpoint(process);
    }
    struct node_ready ready = {.frames = process->frames.count != 0,
                               .requests = process->requests.count != 0};
    process->turn_ns += TURN_NS;
    if (!node_has_failed(process->node)) {
        node_turn(process->node, ready);
    }
    process->busy_until_ns = process->world->now_ns + process->turn_ns;
    if (process->is_doomed || node_has_failed(process->node)) {
        bool is_planned = process->is_doomed || faulty_folder_has_crashed(process->disk.folder);
        if (!is_planned && process_is_loyal(process) && !process->has_read_fault) {
            world_break(process->world, process, "failed", "although nothing was done to its disk");
        }
        process->has_read_fault = false;
        if (faulty_folder_has_crashed(process->disk.folder)) {
            faults_felt(process, FAULT_CRASH_AT_CALL);
        }
        process_crash(process, is_planned ? process->loss : FAULTY_KEEP,
                      is_planned ? process->back_after_ns : 10 * PLAN_MS);
        return;
    }
    look(process);
}

uint64_t process_deadline(const struct process *process)
{
    if (process->node == NULL) {
        return UINT64_MAX;
    }
    uint64_t now_ns = process->world->now_ns;
    uint64_t earliest_ns = process->busy_until_ns > process->paused_until_ns
                               ? process->busy_until_ns
                               : process->paused_until_ns;
    earliest_ns = earliest_ns > now_ns ? earliest_ns : now_ns;
    if (node_takes_input(process->node) &&
        (process->frames.count != 0 || process->requests.count != 0)) {
        return earliest_ns;
    }
    uint64_t local_ns = process_monotonic_ns(process) - process->turn_ns;
    uint64_t due_ns = node_deadline(process->node);
    uint64_t wait_ns = due_ns > local_ns ? due_ns - local_ns : 0;
    wait_ns = wait_ns < 3600 * PLAN_S ? wait_ns : 3600 * PLAN_S;
    wait_ns +=
        wait_ns / 1000 * (process->drift_ppm < 0 ? 1 : 0); /* a slow clock gets there later */
    uint64_t at_ns = now_ns + wait_ns;
    if (process->traitor != NULL) {
        uint64_t held_ns = traitor_deadline(process->traitor);
        uint64_t held_wait_ns = held_ns > local_ns ? held_ns - local_ns : 0;
        at_ns =
            held_ns != UINT64_MAX && now_ns + held_wait_ns < at_ns ? now_ns + held_wait_ns : at_ns;
    }
    if (process->work != NULL && process->work_at_ns < at_ns) {
        at_ns = process->work_at_ns;
    }
    return at_ns > earliest_ns ? at_ns : earliest_ns;
}

void process_corrupt(struct process *process, size_t strategy)
{
    struct world *world = process->world;
    if (process->traitor != NULL) {
        return;
    }
    struct ports inner = process_world_ports(process);
    world->conspiracy.members |= UINT32_C(1) << process->id;
    world->conspiracy.authorities[process->id] = ideal_authority(&process->signer);
    ASSERT(traitor_new(&process->traitor, &world->conspiracy, process->id, strategy, &inner) == OK);
    process->strategy = strategy;
    process->outer = traitor_ports(process->traitor);
    world_see_replica(process, &(struct sighting){.kind = SIGHT_CORRUPTED});
}
