/* ports.c - what a replica's shell sees of the simulated world.
 *
 * The shell gets gates, which lead to the world's own ports, or to a traitor's from the moment on
 * when the replica is corrupted. */
#include "cluster/process.h"
#include "cluster/state.h"

#include "base/assert.h"
#include "machine/registry.h"

uint64_t process_monotonic_ns(const struct process *process)
{
    uint64_t passed = process->world->now_ns + process->turn_ns - process->clock_anchor_ns;
    int64_t drift = process->drift_ppm == 0 ? 0 : (int64_t)passed * process->drift_ppm / 1000000;
    return process->clock_base_ns + (uint64_t)((int64_t)passed + drift);
}

static uint64_t monotonic_ns(void *self)
{
    return process_monotonic_ns(self);
}

/* All clocks began alike; what a replica's has drifted or jumped since is its own. */
static uint64_t wall_of(const struct process *process)
{
    uint64_t since_start_ns = process_monotonic_ns(process) - process->clock_base_ns;
    return WORLD_WALL_NS + (uint64_t)((int64_t)(process->clock_anchor_ns + since_start_ns) +
                                      process->wall_offset_ns);
}

static uint64_t wall_ns(void *self)
{
    struct process *process = self;
    faults_felt(process, FAULT_CLOCK_JUMP);
    faults_felt(process, FAULT_CLOCK_DRIFT);
    return wall_of(process);
}

static bool is_stop_wanted(void *self)
{
    (void)self;
    return false;
}

static struct parcel *take(struct process *process, struct parcel_queue *queue)
{
    if (process->open != NULL) {
        parcel_free(&process->world->parcels, process->open);
    }
    process->open = process->is_doomed ? NULL : parcel_queue_take(queue);
    if (process->open != NULL) {
        process->turn_ns += process->world->plan->frame_ns;
    }
    return process->open;
}

static bool receive_frame(void *self, uint64_t now_ns, struct peers_event *event)
{
    struct process *process = self;
    (void)now_ns;
    const struct parcel *parcel = take(process, &process->frames);
    if (parcel == NULL) {
        return false;
    }
    *event = (struct peers_event){
        .verdict = parcel->is_duplicate ? VERDICT_REPLAYED : VERDICT_ACCEPTED,
        .from = process->world->processes[parcel->from].id,
        .bytes = parcel_slice(parcel),
    };
    return true;
}

static void send_frame(void *self, replica_id to, struct slice frame, uint64_t now_ns)
{
    struct process *process = self;
    (void)now_ns;
    world_send_frame(process->world, process, to, frame);
}

static uint64_t tick_links(void *self, uint64_t now_ns)
{
    (void)self;
    return now_ns + 3600 * PLAN_S;
}

static bool is_connected(void *self, replica_id id, uint64_t now_ns)
{
    struct process *process = self;
    (void)now_ns;
    return network_link(&process->world->network, id, process->index)->cuts == 0;
}

static bool receive_request(void *self, uint64_t now_ns, struct listener_event *event)
{
    struct process *process = self;
    (void)now_ns;
    const struct parcel *parcel = take(process, &process->requests);
    if (parcel == NULL) {
        return false;
    }
    *event = (struct listener_event){
        .verdict = parcel->is_duplicate ? VERDICT_REPLAYED : VERDICT_ACCEPTED,
        .link = parcel->link,
        .client = parcel->from - WORLD_PROCESSES_MAX,
        .bytes = parcel_slice(parcel),
    };
    return true;
}

static void send_answer(void *self, link_nr link, struct slice frame, uint64_t now_ns)
{
    struct process *process = self;
    (void)now_ns;
    world_send_answer(process->world, process, link, frame);
}

static size_t client_count(void *self, uint64_t now_ns)
{
    const struct process *process = self;
    (void)now_ns;
    return process->world->plan->customer_count;
}

static bool free_bytes(void *self, uint64_t *bytes)
{
    struct process *process = self;
    *bytes = process->inner.ops->free_bytes(process->inner.self);
    return true;
}

static bool is_short_of_descriptors(void *self)
{
    (void)self;
    return false;
}

/* Done in a later turn, when it would be done. */
static bool begin_work(void *self, void (*work)(void *context), void *context)
{
    struct process *process = self;
    struct world *world = process->world;
    bool is_slow = world->now_ns < process->slow_until_ns;
    ASSERT(process->work == NULL);
    process->work = work;
    process->work_context = context;
    process->work_at_ns = world->now_ns + process->turn_ns + world->plan->checkpoint_ns +
                          (is_slow ? FAULTY_STORE_CALLS * process->sync_ns : 0);
    world_see_replica(process, &(struct sighting){.kind = SIGHT_CHECKPOINT_BEGUN});
    return true;
}

/* Nobody waits for it but one who is dying. */
static void finish_work(void *self)
{
    struct process *process = self;
    void (*work)(void *) = process->work;
    faulty_store_die(process->disk.store);
    process->work = NULL;
    work(process->work_context);
}

/* Does it add to the ledger? */
static bool is_recorded(const struct effect *effect)
{
    switch (effect->kind) {
    case EFFECT_PERSIST_SEGMENT:
    case EFFECT_FORGET_SEGMENT:
    case EFFECT_PERSIST_PROPOSAL:
    case EFFECT_PERSIST_VOTE:
    case EFFECT_PERSIST_CERTIFICATE:
    case EFFECT_DECIDED:
        return true;
    case EFFECT_SEND:
    case EFFECT_SERVE_BLOCKS:
    case EFFECT_BUSY:
    case EFFECT_SESSION_GONE:
        return false;
    }
    return false;
}

static void on_effect(void *self, const struct effect *effect)
{
    struct process *process = self;
    if (process->is_doomed) {
        return;
    }
    if (is_recorded(effect)) {
        process_show_synced(process); /* what was before: this is not on disk yet */
        process->has_records = true;
    }
    world_see_replica(
        process,
        &(struct sighting){.kind = SIGHT_EFFECT, .effect = effect, .wall_ns = wall_of(process)});
}

/* What all earn all the time tells nothing. */
static void on_verdict(void *self, replica_id from, enum verdict verdict)
{
    struct process *process = self;
    if (verdict == VERDICT_ACCEPTED || verdict == VERDICT_STALE || verdict == VERDICT_DUPLICATE) {
        return;
    }
    world_see_replica(process,
                      &(struct sighting){.kind = SIGHT_VERDICT, .peer = from, .verdict = verdict});
}

struct ports process_world_ports(struct process *process)
{
    return (struct ports){
        .self = process,
        .authority = ideal_authority(&process->signer),
        .ledger = process->disk_view,
        .store = faulty_store_view(process->disk.store),
        .machine = &machine_kv,
        .core_memory = process->core_memory,
        .seed = process->world->plan->seed + process->index,
        .index_key = process->random_key,
        .monotonic_ns = monotonic_ns,
        .wall_ns = wall_ns,
        .is_stop_wanted = is_stop_wanted,
        .receive_frame = receive_frame,
        .send_frame = send_frame,
        .tick_links = tick_links,
        .is_connected = is_connected,
        .receive_request = receive_request,
        .send_answer = send_answer,
        .client_count = client_count,
        .free_bytes = free_bytes,
        .is_short_of_descriptors = is_short_of_descriptors,
        .begin_work = begin_work,
        .finish_work = finish_work,
        .on_effect = on_effect,
        .on_verdict = on_verdict,
    };
}

/* The gates. */

static void gate_sign(void *context, const struct digest *digest, struct signature *signature)
{
    const struct authority *authority = &((struct process *)context)->outer.authority;
    authority->sign(authority->context, digest, signature);
}

static bool gate_verify(void *context, const struct public_key *key, const struct digest *digest,
                        const struct signature *signature)
{
    const struct authority *authority = &((struct process *)context)->outer.authority;
    return authority->verify(authority->context, key, digest, signature);
}

static bool gate_receive_frame(void *self, uint64_t now_ns, struct peers_event *event)
{
    const struct ports *outer = &((struct process *)self)->outer;
    return outer->receive_frame(outer->self, now_ns, event);
}

static void gate_send_frame(void *self, replica_id to, struct slice frame, uint64_t now_ns)
{
    const struct ports *outer = &((struct process *)self)->outer;
    outer->send_frame(outer->self, to, frame, now_ns);
}

static uint64_t gate_tick_links(void *self, uint64_t now_ns)
{
    const struct ports *outer = &((struct process *)self)->outer;
    return outer->tick_links(outer->self, now_ns);
}

static bool gate_receive_request(void *self, uint64_t now_ns, struct listener_event *event)
{
    const struct ports *outer = &((struct process *)self)->outer;
    return outer->receive_request(outer->self, now_ns, event);
}

static void gate_send_answer(void *self, link_nr link, struct slice frame, uint64_t now_ns)
{
    const struct ports *outer = &((struct process *)self)->outer;
    outer->send_answer(outer->self, link, frame, now_ns);
}

struct ports process_gates(struct process *process)
{
    struct ports gates = process_world_ports(process);
    gates.authority =
        (struct authority){.context = process, .sign = gate_sign, .verify = gate_verify};
    gates.receive_frame = gate_receive_frame;
    gates.send_frame = gate_send_frame;
    gates.tick_links = gate_tick_links;
    gates.receive_request = gate_receive_request;
    gates.send_answer = gate_send_answer;
    return gates;
}
