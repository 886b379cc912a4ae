/* world.c - see world.h: its making, its clients, and its turning. */
#include "support/world_inside.h"

#include "base/assert.h"
#include "wire/digests.h"

#include <stdlib.h>

struct world *world_new(const struct world_settings *settings)
{
    struct world *world = calloc(1, sizeof *world);
    ASSERT(world != NULL && settings->replica_count > 0);
    world->settings = *settings;
    if (world->settings.node_count == 0) {
        world->settings.node_count = settings->replica_count;
    }
    if (world->settings.delta_ns == 0) {
        world->settings.delta_ns = 100 * MS;
        world->settings.delay_min_ns = 1 * MS;
        world->settings.delay_max_ns = 20 * MS;
    }
    prng_init(&world->prng, settings->seed);
    world->arena_memory = malloc(ARENA_BYTES);
    world->said = calloc((size_t)REPLICAS_MAX * SAID_VIEWS * VOTE_KIND_COUNT, sizeof *world->said);
    ASSERT(world->arena_memory != NULL && world->said != NULL);
    for (size_t i = 0; i < settings->replica_count; i++) {
        world_key('r', i, &world->keys[i]);
    }
    for (size_t i = 0; i < settings->client_count; i++) {
        world_key('c', i, &world->client_keys[i]);
        world->clients[i].key = world->client_keys[i];
        world->clients[i].session = 1;
    }
    world_link_all(world);
    for (size_t i = 0; i < world->settings.node_count; i++) {
        world->nodes[i].id = (replica_id)(i % settings->replica_count);
        world_boot(world, i);
    }
    for (size_t i = 0; i < world->settings.node_count; i++) {
        replica_start(world->nodes[i].core, world_time(world, i));
        world_end_turn(world, i);
    }
    return world;
}

void world_free(struct world *world)
{
    for (size_t i = 0; i < world->settings.node_count; i++) {
        struct world_node *node = &world->nodes[i];
        if (node->core != NULL) {
            replica_check(node->core, i == 0); /* a deep check walks all memory */
            world_crash(world, i);
        }
        while (node->record_count > 0) {
            buffer_fini(&node->records[--node->record_count].bytes);
        }
        free(node->records);
        for (size_t to = 0; to < WORLD_NODES_MAX; to++) {
            buffer_fini(&node->held_back[to]);
        }
    }
    for (size_t c = 0; c < WORLD_CLIENTS_MAX; c++) {
        for (size_t i = 0; i < world->clients[c].made; i++) {
            buffer_fini(&world->clients[c].segments[i]);
        }
    }
    for (size_t i = 0; i < world->event_count; i++) {
        buffer_fini(&world->events[i].frame);
    }
    free(world->events);
    free(world->log);
    free(world->said);
    free(world->arena_memory);
    free(world);
}

void world_link(struct world *world, size_t a, size_t b, bool is_linked)
{
    world->is_linked[a][b] = is_linked;
    world->is_linked[b][a] = is_linked;
}

void world_link_all(struct world *world)
{
    for (size_t a = 0; a < WORLD_NODES_MAX; a++) {
        for (size_t b = 0; b < WORLD_NODES_MAX; b++) {
            world->is_linked[a][b] = true;
        }
    }
}

static void send_segment(struct world *world, size_t client, size_t index)
{
    for (size_t to = 0; to < world->settings.node_count; to++) {
        if (!world_chance(world, world->settings.client_loss_percent)) {
            world_push(world,
                       (struct world_event){.at_ns = world->now_ns + world_delay(world),
                                            .from = client,
                                            .to = to,
                                            .is_client = true},
                       buffer_slice(&world->clients[client].segments[index]));
        }
    }
}

void world_request(struct world *world, size_t number, const char *text)
{
    struct world_client *client = &world->clients[number];
    struct lane_id lane = {.client = client->key, .session = client->session};
    struct digest genesis;
    struct digest previous;
    struct segment segment;
    ASSERT(client->made < WORLD_LANE_MAX);
    world_genesis(&genesis);
    lane_digest_zero(&genesis, &lane, &previous);
    if (client->made > 0) {
        previous = client->digests[client->made - 1];
    }
    world_segment(&lane, client->made + 1, &previous, text, &client->segments[client->made],
                  &segment, &client->digests[client->made]);
    client->made++;
    send_segment(world, number, client->made - 1);
    client->retry_at_ns = world->now_ns + 4 * world->settings.delta_ns;
}

static void retry_clients(struct world *world)
{
    for (size_t c = 0; c < world->settings.client_count; c++) {
        struct world_client *client = &world->clients[c];
        if (client->decided < client->made && world->now_ns >= client->retry_at_ns) {
            for (size_t i = client->decided; i < client->made && i < client->decided + 8; i++) {
                send_segment(world, c, i);
            }
            client->retry_at_ns = world->now_ns + 4 * world->settings.delta_ns;
        }
    }
}

static void deliver(struct world *world, struct world_event *event)
{
    struct world_node *node = &world->nodes[event->to];
    if (node->core == NULL) {
        return;
    }
    struct arena arena;
    arena_init(&arena, world->arena_memory, ARENA_BYTES);
    struct slice bytes = buffer_slice(&event->frame);
    world->trace =
        (world->trace ^ event->at_ns ^ (uint64_t)event->to) * UINT64_C(0x100000001b3) + bytes.size;
    if (event->is_client) {
        struct segment segment;
        enum verdict verdict = wire_decode_segment(bytes, &arena, &segment);
        ASSERT(verdict == VERDICT_ACCEPTED);
        (void)replica_on_client_segment(node->core, world_time(world, event->to), &segment);
    } else {
        struct peer_message *message;
        size_t count;
        enum verdict verdict = wire_decode_peer_frame(bytes, &arena, &message, &count);
        ASSERT(verdict == VERDICT_ACCEPTED && count == 1);
        (void)replica_on_peer_message(node->core, world_time(world, event->to),
                                      world->nodes[event->from].id, message);
    }
    if (node->is_crashing) {
        world_crash(world, event->to);
        return;
    }
    world_turn(world, event->to);
}

/* When something is due next: an event, or a timer of node *timer. */
static uint64_t next_due(const struct world *world, size_t *timer)
{
    uint64_t due = world->event_count == 0 ? UINT64_MAX : world->events[0].at_ns;
    *timer = WORLD_NODES_MAX;
    for (size_t i = 0; i < world->settings.node_count; i++) {
        if (world->nodes[i].core == NULL) {
            continue;
        }
        uint64_t deadline = replica_deadline(world->nodes[i].core);
        uint64_t offset = world_time(world, i).monotonic_ns - world->now_ns;
        uint64_t at = deadline == UINT64_MAX              ? UINT64_MAX
                      : deadline < offset                 ? world->now_ns
                      : deadline - offset < world->now_ns ? world->now_ns
                                                          : deadline - offset;
        if (at < due) {
            due = at;
            *timer = i;
        }
    }
    return due;
}

void world_run(struct world *world, uint64_t duration_ns)
{
    uint64_t end = world->now_ns + duration_ns;
    for (;;) {
        size_t timer;
        uint64_t due = next_due(world, &timer);
        if (due > end) {
            break;
        }
        world->now_ns = due > world->now_ns ? due : world->now_ns;
        if (timer < WORLD_NODES_MAX) {
            world_turn(world, timer);
        } else {
            struct world_event event = world_pop(world);
            deliver(world, &event);
            buffer_fini(&event.frame);
        }
        retry_clients(world);
    }
    world->now_ns = end;
    retry_clients(world);
}

static bool is_settled(const struct world *world)
{
    for (size_t c = 0; c < world->settings.client_count; c++) {
        if (world->clients[c].decided < world->clients[c].made) {
            return false;
        }
    }
    for (size_t i = 0; i < world->settings.node_count; i++) {
        if (world->nodes[i].core != NULL && !world_is_twin(world, world->nodes[i].id) &&
            world->nodes[i].height < world->log_count) {
            return false;
        }
    }
    return true;
}

bool world_settle(struct world *world, uint64_t limit_ns)
{
    uint64_t end = world->now_ns + limit_ns;
    while (!is_settled(world)) {
        if (world->now_ns >= end) {
            return false;
        }
        world_run(world, world->settings.delta_ns / 2);
    }
    return true;
}
