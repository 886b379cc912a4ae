/* world.c - the turning of the simulated world: what is due is done, in order, until the end or the
 * first finding. */
#include "cluster/world.h"

#include "base/assert.h"
#include "cluster/state.h"

#include <stdio.h>
#include <stdlib.h>

#define SESSION_DELAY_MIN_NS (2 * PLAN_MS) /* a link's handshake after a start */
#define INBOX_BYTES_MAX      (16u << 20)
#define SETTLED_EVERY        64u /* events */

/* Showing. */

static uint64_t mix(uint64_t sum, uint64_t value)
{
    sum = (sum ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return sum ^ sum >> 29;
}

void world_mix(struct world *world, uint64_t value)
{
    world->trace = mix(world->trace, value);
}

/* Four sums side by side: nothing waits for the word before. */
static void mix_bytes(struct world *world, struct slice bytes)
{
    uint64_t first = 1;
    uint64_t second = 2;
    uint64_t third = 3;
    uint64_t fourth = 4;
    const uint8_t *at = bytes.data;
    const uint8_t *end = bytes.data + bytes.size;
    for (; end - at >= 32; at += 32) {
        first = mix(first, get_u64(at));
        second = mix(second, get_u64(at + 8));
        third = mix(third, get_u64(at + 16));
        fourth = mix(fourth, get_u64(at + 24));
    }
    uint64_t sum = mix(mix(mix(mix(world->trace, first), second), third), fourth);
    for (; end - at >= 8; at += 8) {
        sum = mix(sum, get_u64(at));
    }
    uint64_t rest = bytes.size;
    for (; at < end; at++) {
        rest = rest << 8 | *at;
    }
    world->trace = mix(sum, rest);
}

void world_see(struct world *world, const struct sighting *sighting)
{
    oracles_see(&world->oracles, sighting);
    sometimes_see(&world->sometimes, sighting);
    if (world->watcher != NULL && world->watcher->on_sighting != NULL) {
        world->watcher->on_sighting(world->watcher->context, sighting);
    }
}

void world_see_replica(struct process *process, struct sighting *sighting)
{
    struct world *world = process->world;
    if (sighting->kind == SIGHT_EFFECT && sighting->effect->kind == EFFECT_SEND) {
        bool is_for_all = sighting->effect->to == REPLICA_ALL;
        world->stats.messages += is_for_all ? world->plan->replica_count - 1 : 1;
    }
    sighting->now_ns = world->now_ns + process->turn_ns;
    sighting->replica = process->id;
    sighting->is_loyal = process_is_loyal(process);
    world_see(world, sighting);
}

void world_see_customer(void *context, const struct sighting *sighting)
{
    struct world *world = context;
    struct sighting full = *sighting;
    full.now_ns = world->now_ns;
    full.is_loyal = world->plan->customers[sighting->client].lie == CUSTOMER_HONEST;
    if (full.kind == SIGHT_RETURNED && full.is_loyal && full.is_known) {
        world->stats.operations++;
    }
    world_see(world, &full);
}

static void tell_watcher(struct world *world, const struct happening *happening)
{
    if (world->watcher != NULL && world->watcher->on_happening != NULL) {
        world->watcher->on_happening(world->watcher->context, happening);
    }
}

static void happen(struct world *world, const struct happening *happening)
{
    sometimes_happen(&world->sometimes, happening);
    tell_watcher(world, happening);
}

static inline struct happening happening_of(enum happening_kind kind, uint64_t now_ns,
                                            const struct parcel *parcel)
{
    return (struct happening){.kind = kind,
                              .now_ns = now_ns,
                              .frame = parcel->number,
                              .from = parcel->from,
                              .to = parcel->to,
                              .bytes = parcel_slice(parcel)};
}

void world_note(struct world *world, enum happening_kind kind, const char *text)
{
    happen(world, &(struct happening){.kind = kind, .now_ns = world->now_ns, .text = text});
}

/* Frames. */

static struct parcel *wrap(struct world *world, struct slice frame, uint32_t from, uint32_t to)
{
    struct parcel *parcel = parcel_new(&world->parcels, frame);
    parcel->number = ++world->frame_number;
    parcel->from = from;
    parcel->to = to;
    return parcel;
}

static void hand_over(struct world *world, enum event_kind kind, uint64_t at_ns,
                      struct parcel *parcel)
{
    agenda_add(&world->agenda, &(struct event){.at_ns = at_ns, .kind = kind, .parcel = parcel});
}

/* The network has it now. */
static void carry(struct world *world, enum event_kind kind, struct parcel *parcel, uint64_t now_ns)
{
    static const char *const reasons[] = {
        [NETWORK_LOST] = "lost",
        [NETWORK_LOST_MORE] = "lost",
        [NETWORK_CUT] = "cut",
        [NETWORK_NO_SESSION] = "no session",
    };
    uint64_t arrival_ns = 0;
    uint64_t copy_ns = 0;
    if (world->watcher != NULL) { /* nobody else asks for what is only on its way */
        struct happening sent = happening_of(HAPPENING_SENT, now_ns, parcel);
        tell_watcher(world, &sent);
    }
    enum network_fate fate = network_send(&world->network, parcel->from, parcel->to, parcel->size,
                                          now_ns, &arrival_ns, &copy_ns);
    if (world->links.unmet != 0) {
        links_meet(world, parcel->from, parcel->to, fate);
    }
    if (fate != NETWORK_ARRIVES) {
        struct happening lost = happening_of(HAPPENING_LOST, now_ns, parcel);
        lost.text = reasons[fate];
        happen(world, &lost);
        parcel_free(&world->parcels, parcel);
        return;
    }
    hand_over(world, kind, arrival_ns, parcel);
    if (copy_ns != 0) {
        struct parcel *copy = parcel_copy(&world->parcels, parcel);
        copy->is_duplicate = true;
        hand_over(world, kind, copy_ns > arrival_ns ? copy_ns : arrival_ns, copy);
    }
}

/* The process counts down to a crash before a frame leaves. */
static bool dies_now(struct process *process)
{
    if (process->sends_to_crash != UINT64_MAX && process->sends_to_crash-- == 0) {
        process->is_doomed = true;
        faults_felt(process, FAULT_CRASH_AT_SEND);
        process->awaited[FAULT_CRASH_AT_CALL] = 0; /* the next line comes before it */
        faulty_folder_crash_at(process->disk.folder, faulty_folder_calls(process->disk.folder) + 1);
    }
    return process->is_doomed || faulty_folder_has_crashed(process->disk.folder);
}

void world_send_frame(struct world *world, struct process *from, replica_id to, struct slice frame)
{
    if (dies_now(from)) {
        return;
    }
    process_show_synced(from);
    world_see_replica(from, &(struct sighting){.kind = SIGHT_FRAME, .peer = to});
    for (const struct process *process = world_process(world, to); process != NULL;
         process = process_second(process)) {
        if (process != from) {
            struct parcel *parcel = wrap(world, frame, from->index, process->index);
            parcel->life = process->life;
            carry(world, EVENT_FRAME, parcel, world->now_ns + from->turn_ns);
        }
    }
}

void world_send_answer(struct world *world, struct process *from, link_nr link, struct slice frame)
{
    if (dies_now(from)) {
        return;
    }
    if (from->node != NULL) {
        process_show_applied(from);
    }
    for (size_t c = 0; c < world->plan->customer_count; c++) {
        if (from->links[c] == link) {
            struct parcel *parcel = wrap(world, frame, from->index, WORLD_CUSTOMER(c));
            parcel->link = link;
            carry(world, EVENT_ANSWER, parcel, world->now_ns + from->turn_ns);
            return;
        }
    }
}

void world_send_request(void *context, size_t customer, replica_id to, struct slice frame)
{
    struct world *world = context;
    for (size_t c = 0; c < world->plan->customer_count; c++) {
        if (c != customer && world->plan->customers[c].lie == CUSTOMER_THIEF) {
            customer_overhear(world->customers[c], frame);
        }
    }
    for (const struct process *process = world_process(world, to); process != NULL;
         process = process_second(process)) {
        if (world->customer_is_linked[customer][process->index]) {
            struct parcel *parcel = wrap(world, frame, WORLD_CUSTOMER(customer), process->index);
            parcel->life = process->life;
            parcel->link = process->links[customer];
            carry(world, EVENT_REQUEST, parcel, world->now_ns);
        }
    }
}

static void arrive(struct world *world, const struct parcel *parcel)
{
    bool is_of_customer = parcel->from >= WORLD_PROCESSES_MAX || parcel->to >= WORLD_PROCESSES_MAX;
    world->stats.frames++;
    world->stats.messages += is_of_customer ? 1 : 0; /* those of replicas count as they leave */
    world_mix(world, world->now_ns);
    world_mix(world, (uint64_t)parcel->from << 32 | parcel->to);
    mix_bytes(world, parcel_slice(parcel));
    struct happening delivered = happening_of(HAPPENING_DELIVERED, world->now_ns, parcel);
    happen(world, &delivered);
}

static void on_parcel(struct world *world, struct parcel *parcel, struct parcel_queue *queue)
{
    struct process *process = &world->processes[parcel->to];
    if (process->node == NULL || parcel->life != process->life) {
        parcel_free(&world->parcels, parcel); /* sealed for one who is no more */
        return;
    }
    arrive(world, parcel);
    (void)parcel_queue_add(queue, &world->parcels, parcel, INBOX_BYTES_MAX);
    if (world->now_ns < process->paused_until_ns) {
        faults_felt(process, FAULT_PAUSE); /* it waits */
    }
    if (process_deadline(process) <= world->now_ns) { /* it waits for nothing else */
        process_turn(process);
    }
    world_wake(process);
}

static void on_answer(struct world *world, struct parcel *parcel)
{
    size_t customer = parcel->to - WORLD_PROCESSES_MAX;
    const struct process *process = &world->processes[parcel->from];
    if (!parcel->is_duplicate && process->links[customer] == parcel->link) {
        arrive(world, parcel);
        customer_on_frame(world->customers[customer], process->id, parcel_slice(parcel),
                          world->now_ns);
        customer_turn(world->customers[customer], world->now_ns);
        world_wake_customer(world, customer);
    }
    parcel_free(&world->parcels, parcel);
}

/* Waking. */

void world_wake(struct process *process)
{
    uint64_t due_ns = process_deadline(process);
    if (due_ns != process->wake_ns) {
        process->wake_ns = due_ns;
        if (due_ns != UINT64_MAX) {
            agenda_add(&process->world->agenda, &(struct event){.at_ns = due_ns,
                                                                .kind = EVENT_WAKE,
                                                                .who = process->index,
                                                                .tag = due_ns});
        }
    }
}

void world_wake_customer(struct world *world, size_t customer)
{
    uint64_t due_ns = customer_deadline(world->customers[customer]);
    due_ns = due_ns > world->now_ns ? due_ns : world->now_ns;
    if (due_ns != world->customer_wakes[customer]) {
        world->customer_wakes[customer] = due_ns;
        if (due_ns != UINT64_MAX) {
            agenda_add(&world->agenda, &(struct event){.at_ns = due_ns,
                                                       .kind = EVENT_CUSTOMER,
                                                       .who = (uint32_t)customer,
                                                       .tag = due_ns});
        }
    }
}

static bool is_linked(const struct world *world, size_t customer, replica_id id)
{
    for (const struct process *process = &world->processes[id]; process != NULL;
         process = process_second(process)) {
        if (world->customer_is_linked[customer][process->index]) {
            return true;
        }
    }
    return false;
}

void world_link_customer(struct world *world, size_t customer, uint32_t index, bool is_up)
{
    struct process *process = &world->processes[index];
    if (world->customer_is_linked[customer][index] == is_up) {
        return;
    }
    world->customer_is_linked[customer][index] = is_up;
    process->links[customer] = is_up ? ++world->link_number : 0;
    if (is_up || !is_linked(world, customer, process->id)) { /* not to either of twins */
        customer_on_link(world->customers[customer], process->id, is_up, world->now_ns);
    }
    customer_turn(world->customers[customer], world->now_ns);
    world_wake_customer(world, customer);
}

struct process *world_process(struct world *world, replica_id id)
{
    ASSERT(id < world->plan->replica_count);
    return &world->processes[id];
}

/* Processes come and go. */

void world_on_started(struct process *process)
{
    struct world *world = process->world;
    for (uint32_t i = 0; i < world->process_count; i++) {
        uint64_t up_ns = world->now_ns + SESSION_DELAY_MIN_NS + network_delay(&world->network) * 2;
        network_link(&world->network, i, process->index)->up_ns = up_ns;
        network_link(&world->network, process->index, i)->up_ns = up_ns;
    }
    for (size_t c = 0; c < world->plan->customer_count; c++) {
        uint64_t at_ns = world->now_ns + SESSION_DELAY_MIN_NS + network_delay(&world->network) * 2;
        agenda_add(&world->agenda, &(struct event){.at_ns = at_ns,
                                                   .kind = EVENT_LINK,
                                                   .who = (uint32_t)c,
                                                   .tag = process->index});
    }
    world_wake(process);
}

void world_on_crashed(struct process *process, uint64_t back_after_ns)
{
    struct world *world = process->world;
    char text[96];
    (void)snprintf(text, sizeof text, "replica %u is down", process->id);
    world_note(world, HAPPENING_FAULT, text);
    process->wake_ns = UINT64_MAX;
    for (size_t c = 0; c < world->plan->customer_count; c++) {
        world_link_customer(world, c, process->index, false);
    }
    if (back_after_ns != 0 && !process->is_gone) {
        agenda_add(&world->agenda, &(struct event){.at_ns = world->now_ns + back_after_ns,
                                                   .kind = EVENT_START,
                                                   .who = process->index,
                                                   .tag = process->life});
    }
}

void world_on_refused(struct process *process, const char *text)
{
    char line[ORACLE_TEXT_BYTES];
    (void)snprintf(line, sizeof line, "replica %u does not start: %s", process->id, text);
    world_note(process->world, HAPPENING_FAULT, line);
    process->is_gone = true;
    world_see_replica(process, &(struct sighting){.kind = SIGHT_DISK_LOST});
}

void world_break(struct world *world, const struct process *process, const char *what,
                 const char *text)
{
    if (world->broken[0] == '\0') {
        (void)snprintf(world->broken, sizeof world->broken, "replica %u %s: %.200s", process->id,
                       what, text);
    }
    world->is_over = true;
}

/* Events. */

static void on_wake(struct world *world, const struct event *event)
{
    struct process *process = &world->processes[event->who];
    if (process->wake_ns != event->tag || process->node == NULL) {
        return; /* it was entered again for another time */
    }
    process->wake_ns = UINT64_MAX;
    if (world->now_ns >= process->busy_until_ns && world->now_ns >= process->paused_until_ns) {
        process_turn(process);
    }
    world_wake(process);
}

static void on_customer(struct world *world, const struct event *event)
{
    if (world->customer_wakes[event->who] != event->tag) {
        return;
    }
    world->customer_wakes[event->who] = UINT64_MAX;
    customer_turn(world->customers[event->who], world->now_ns);
    world_wake_customer(world, event->who);
}

static void on_link(struct world *world, const struct event *event)
{
    const struct process *process = &world->processes[event->tag];
    if (process->node != NULL && links_allow(world, event->who, process->index)) {
        world_link_customer(world, event->who, process->index, true);
    }
}

static void on_event(struct world *world, const struct event *event)
{
    switch ((enum event_kind)event->kind) {
    case EVENT_FRAME:
        on_parcel(world, event->parcel, &world->processes[event->parcel->to].frames);
        return;
    case EVENT_REQUEST:
        on_parcel(world, event->parcel, &world->processes[event->parcel->to].requests);
        return;
    case EVENT_ANSWER:
        on_answer(world, event->parcel);
        return;
    case EVENT_WAKE:
        on_wake(world, event);
        return;
    case EVENT_CUSTOMER:
        on_customer(world, event);
        return;
    case EVENT_FAULT:
        faults_begin(world, event->tag);
        return;
    case EVENT_FAULT_ENDS:
        faults_end(world, event->tag);
        return;
    case EVENT_START:
        if (world->processes[event->who].node == NULL && !world->processes[event->who].is_gone &&
            world->processes[event->who].life == event->tag) {
            process_start(&world->processes[event->who]);
        }
        return;
    case EVENT_LINK:
        on_link(world, event);
        return;
    case EVENT_CALM:
        world->is_calm = true;
        faults_calm(world);
        world_see(world, &(struct sighting){.kind = SIGHT_CALM, .now_ns = world->now_ns});
        return;
    case EVENT_END:
        world->is_over = true;
        return;
    }
}

static bool is_anything_wanted(const struct world *world)
{
    for (size_t c = 0; c < world->plan->customer_count; c++) {
        if (world->plan->customers[c].lie == CUSTOMER_HONEST &&
            customer_wants_more(world->customers[c])) {
            return true;
        }
    }
    return false;
}

/* When nobody asks for more, and nothing that an oracle waits for is open any more: looked at now
 * and then. */
static bool is_settled(const struct world *world)
{
    return world->is_calm && world->stats.events % SETTLED_EVERY == 0 &&
           !is_anything_wanted(world) && oracles_is_settled(&world->oracles);
}

static void turn(struct world *world)
{
    struct event event;
    while (!world->is_over && agenda_take(&world->agenda, &event)) {
        ASSERT(event.at_ns >= world->now_ns);
        world->now_ns = event.at_ns;
        world->stats.events++;
        on_event(world, &event);
        if (oracles_finding(&world->oracles) != NULL || is_settled(world)) {
            return;
        }
    }
}

static void conclude(struct world *world)
{
    struct world_outcome *outcome = world->outcome;
    world->stats.virtual_ns = world->now_ns;
    for (uint32_t i = 0; i < world->process_count; i++) {
        struct process *process = &world->processes[i];
        world->stats.orders =
            process->height_seen > world->stats.orders ? process->height_seen : world->stats.orders;
        world->stats.view_highest = process->view_seen > world->stats.view_highest
                                        ? process->view_seen
                                        : world->stats.view_highest;
        if (process->traitor != NULL) {
            outcome->acted[process->strategy] += traitor_acted(process->traitor);
        }
    }
    for (size_t c = 0; c < world->plan->customer_count; c++) {
        if (world->plan->customers[c].lie != CUSTOMER_HONEST) {
            outcome->lie_counts[world->plan->customers[c].lie] +=
                customer_acted(world->customers[c]);
        }
    }
    for (uint32_t i = 0; i < world->process_count; i++) {
        if (world->processes[i].node != NULL) {
            process_show_state(&world->processes[i]);
        }
    }
    if (oracles_finding(&world->oracles) == NULL) {
        world_see(world, &(struct sighting){.kind = SIGHT_END, .now_ns = world->now_ns});
    }
    const struct oracle *oracle = oracles_finding(&world->oracles);
    outcome->has_finding = oracle != NULL || world->broken[0] != '\0';
    if (oracle != NULL) {
        outcome->property = oracle->property;
        (void)snprintf(outcome->oracle, sizeof outcome->oracle, "%s", oracle->name);
        (void)snprintf(outcome->text, sizeof outcome->text, "%s", oracle->finding(oracle->self));
    }
    memcpy(outcome->sometimes, world->sometimes.counts, sizeof outcome->sometimes);
    if (world->broken[0] != '\0') {
        outcome->property = PROPERTY_INVARIANT;
        (void)snprintf(outcome->oracle, sizeof outcome->oracle, "process");
        (void)snprintf(outcome->text, sizeof outcome->text, "%s", world->broken);
    }
    outcome->trace = world->trace;
    outcome->stats = world->stats;
}

enum error world_run(const struct plan *plan, const struct watcher *watcher,
                     struct world_outcome *outcome, struct error_text *text)
{
    *outcome = (struct world_outcome){0};
    if (signature_library_init() != OK) {
        return error_set(text, ERROR_IO, "libsodium cannot be made ready");
    }
    struct world *world = calloc(1, sizeof *world);
    if (world == NULL) {
        return error_set(text, ERROR_MEMORY, "no memory for a world");
    }
    world->plan = plan;
    world->watcher = watcher;
    world->outcome = outcome;
    enum error error = world_make(world, text);
    if (error == OK) {
        turn(world);
        conclude(world);
    }
    world->watcher = NULL;
    world_unmake(world);
    return error;
}
