/* history.c - loyalty, and which part of the history a sighting belongs to: see history.h. */
#include "oracles/history.h"

#include <stdlib.h>

#define ARENA_BYTES (1u << 20) /* a segment's body, taken apart */

struct oracle_history *oracle_history_new(const struct oracle_world *world)
{
    struct oracle_history *history = calloc(1, sizeof *history);
    void *memory = malloc(ARENA_BYTES);
    if (history == NULL || memory == NULL) {
        free(memory);
        free(history);
        return NULL;
    }
    history->world = *world;
    oracle_reference_init(&history->reference);
    arena_init(&history->arena, memory, ARENA_BYTES);
    for (size_t i = 0; i < world->client_count; i++) {
        bool is_new;
        struct oracle_mark mark =
            oracle_mark_of(slice_of(world->client_keys[i].bytes, PUBLIC_KEY_BYTES));
        *oracle_map_at(&history->clients, mark.a, mark.b, &is_new) = i;
    }
    history->client_count = ORACLE_CLIENTS_MAX;
    return history;
}

static void free_order(struct oracle_order *order)
{
    free(order->tips);
    free(order->segments);
    free(order->bytes);
    free(order);
}

void oracle_history_free(struct oracle_history *history)
{
    if (history == NULL) {
        return;
    }
    oracle_shelf_fini(&history->shelf);
    oracle_map_fini(&history->clients);
    oracle_map_fini(&history->lane_index);
    oracle_pages_fini(&history->heights);
    oracle_pages_fini(&history->views);
    oracle_reference_fini(&history->reference);
    for (size_t i = 0; i < history->lane_count; i++) {
        free(history->lanes[i].sent);
    }
    for (size_t i = 0; i < history->order_count; i++) {
        free_order(history->orders[i]);
    }
    for (size_t i = 0; i < ORACLE_CLIENTS_MAX; i++) {
        free(history->queues[i].operations);
        oracle_pages_fini(&history->queues[i].by_number);
    }
    for (size_t i = 0; i < REPLICAS_MAX; i++) {
        free(history->pending[i].orders);
        free(history->said[i].waiting);
    }
    free(history->lanes);
    free(history->operations);
    free(history->orders);
    free(history->log);
    free(history->commits);
    free(history->placed);
    free(history->left);
    free(history->sessions);
    free(history->voted);
    free(history->ballots);
    free(history->arena.memory);
    free(history);
}

/* What was executed in the last sighting needs its bytes no more. */
static void forget_last(struct oracle_history *history)
{
    for (size_t i = 0; i < history->commit_count; i++) {
        struct oracle_order *order = history->commits[i].order;
        if (history->commits[i].is_new) {
            free(order->tips);
            free(order->segments);
            free(order->bytes);
            order->tips = NULL;
            order->segments = NULL;
            order->bytes = NULL;
        }
    }
    history->operation = ORACLE_NONE;
    history->decision = NULL;
    history->commit_count = 0;
    history->placed_count = 0;
    history->has_spoken = false;
    history->has_voted = false;
    history->choice = NULL;
    history->left_count = 0;
}

static void note_treason(struct oracle_history *history, replica_id replica)
{
    history->traitors |= UINT32_C(1) << replica;
    history->pending[replica].count = 0;
    history->said[replica].count = 0;
}

static void note_effect(struct oracle_history *history, const struct sighting *sighting)
{
    if (sighting->effect->kind == EFFECT_DECIDED) {
        oracle_history_decided(history, sighting);
    } else if (sighting->effect->kind == EFFECT_SEND) {
        oracle_history_spoken(history, sighting);
        oracle_history_voted(history, sighting);
    } else if (sighting->effect->kind == EFFECT_PERSIST_PROPOSAL) {
        oracle_history_stored(history, sighting);
    }
}

/* Of a loyal replica. */
static void note_replica(struct oracle_history *history, const struct sighting *sighting)
{
    replica_id replica = sighting->replica;
    uint32_t bit = UINT32_C(1) << replica;
    switch (sighting->kind) {
    case SIGHT_STARTED:
        history->running |= bit;
        history->said[replica].count = 0;
        oracle_history_commit(history, replica, sighting->height, true);
        return;
    case SIGHT_CRASHED:
        history->running &= ~bit;
        history->said[replica].count = 0;
        return;
    case SIGHT_EFFECT:
        note_effect(history, sighting);
        return;
    case SIGHT_SYNCED:
        oracle_history_commit(history, replica, UINT64_MAX, false);
        return;
    case SIGHT_APPLIED:
        oracle_history_commit(history, replica, sighting->height, false);
        return;
    case SIGHT_FRAME:
        oracle_history_left(history, sighting);
        return;
    case SIGHT_CORRUPTED:
    case SIGHT_DISK_LOST:
    case SIGHT_VERDICT:
    case SIGHT_STATE:
    case SIGHT_VIEW:
    case SIGHT_USAGE:
    case SIGHT_CHECKPOINT_BEGUN:
    case SIGHT_CHECKPOINT:
    case SIGHT_STORE_FULL:
    case SIGHT_LEDGER_FULL:
    case SIGHT_SENT:
    case SIGHT_INVOKED:
    case SIGHT_RETURNED:
    case SIGHT_CALM:
    case SIGHT_END:
        return;
    }
}

void oracle_history_see(struct oracle_history *history, const struct sighting *sighting)
{
    if (history->begun != NULL) {
        oracle_history_begin_sessions(history);
    }
    forget_last(history);
    history->step++;
    if (sighting->kind >= SIGHT_CALM) {
        return;
    }
    if (sighting->kind >= SIGHT_SENT) {
        if (oracle_is_honest(history, sighting->client)) {
            oracle_history_client(history, sighting);
        }
        return;
    }
    if (sighting->kind == SIGHT_CORRUPTED || sighting->kind == SIGHT_DISK_LOST) {
        note_treason(history, sighting->replica);
    } else if (oracle_is_loyal(history, sighting)) {
        note_replica(history, sighting);
    }
}
