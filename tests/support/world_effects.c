/* world_effects.c - what a core does: its records, its frames, its decisions. */
#include "support/world_inside.h"

#include "base/assert.h"

#include <stdlib.h>

static void record(struct world_node *node, const struct effect *effect)
{
    if (node->record_count == node->record_capacity) {
        node->record_capacity = node->record_capacity == 0 ? 64 : 2 * node->record_capacity;
        node->records = realloc(node->records, node->record_capacity * sizeof *node->records);
        ASSERT(node->records != NULL);
    }
    struct world_record *made = &node->records[node->record_count++];
    *made = (struct world_record){.kind = effect->kind};
    if (effect->kind == EFFECT_PERSIST_SEGMENT) {
        buffer_append(&made->bytes, effect->segment->encoded);
    } else if (effect->kind == EFFECT_PERSIST_PROPOSAL) {
        wire_encode_proposal(&made->bytes, effect->proposal);
    } else if (effect->kind == EFFECT_PERSIST_VOTE) {
        wire_encode_vote(&made->bytes, effect->vote);
    } else if (effect->kind == EFFECT_PERSIST_CERTIFICATE) {
        wire_encode_certificate(&made->bytes, effect->certificate);
    } else {
        const struct decision *decision = effect->decision;
        struct peer_message block = {.kind = PEER_BLOCK,
                                     .block = {.order = decision->order,
                                               .has_certificate = decision->certificate != NULL,
                                               .segment_count = decision->segment_count,
                                               .segments = decision->segments}};
        if (decision->certificate != NULL) {
            block.block.certificate = *decision->certificate;
        }
        made->height = decision->order.height;
        wire_encode_peer_message(&made->bytes, &block);
    }
}

static void route(struct world *world, struct world_node *node, const struct effect *effect)
{
    size_t self = (size_t)(node - world->nodes);
    struct buffer bytes = {0};
    node->sent_count++;
    wire_encode_peer_message(&bytes, effect->message);
    for (size_t to = 0; to < world->settings.node_count; to++) {
        if (world->nodes[to].id == node->id ||
            (effect->to != REPLICA_ALL && world->nodes[to].id != effect->to)) {
            continue;
        }
        if (effect->durable) {
            uint8_t size[4];
            put_u32(size, (uint32_t)bytes.size);
            buffer_append(&node->held_back[to], slice_of(size, sizeof size));
            buffer_append(&node->held_back[to], buffer_slice(&bytes));
        } else {
            world_send_frame(world, self, to, buffer_slice(&bytes));
        }
    }
    buffer_fini(&bytes);
}

static void serve(struct world *world, struct world_node *node, const struct effect *effect)
{
    size_t self = (size_t)(node - world->nodes);
    for (size_t i = 0; i < node->record_count; i++) {
        const struct world_record *block = &node->records[i];
        if (block->kind == EFFECT_DECIDED && block->height >= effect->height &&
            block->height - effect->height < effect->count) {
            for (size_t to = 0; to < world->settings.node_count; to++) {
                if (world->nodes[to].id == effect->to) {
                    world_send_frame(world, self, to, buffer_slice(&block->bytes));
                }
            }
        }
    }
}

struct emit_context {
    struct world *world;
    size_t node;
};

static struct emit_context emit_contexts[WORLD_NODES_MAX];

static void emit(void *context, const struct effect *effect)
{
    const struct emit_context *at = context;
    struct world *world = at->world;
    struct world_node *node = &world->nodes[at->node];
    if (node->is_crashing || (node->crash_in != 0 && --node->crash_in == 0)) {
        node->is_crashing = true; /* nothing of what follows happened */
        return;
    }
    struct effect seen = *effect;
    switch (effect->kind) {
    case EFFECT_DECIDED:
        world_judge(world, at->node, effect->decision);
        record(node, effect);
        return;
    case EFFECT_PERSIST_SEGMENT:
    case EFFECT_PERSIST_PROPOSAL:
    case EFFECT_PERSIST_VOTE:
    case EFFECT_PERSIST_CERTIFICATE:
        record(node, effect);
        return;
    case EFFECT_SEND:
        seen.durable = seen.durable && !world->settings.breaks_durable;
        world_judge_send(world, node, &seen);
        route(world, node, &seen);
        return;
    case EFFECT_SERVE_BLOCKS:
        serve(world, node, effect);
        return;
    case EFFECT_BUSY:
        world->busy_count++;
        return;
    case EFFECT_SESSION_GONE:
        world->gone_count++;
        return;
    case EFFECT_FORGET_SEGMENT:
        return;
    }
}

struct effects world_effects(struct world *world, size_t node)
{
    emit_contexts[node] = (struct emit_context){.world = world, .node = node};
    return (struct effects){.context = &emit_contexts[node], .emit = emit};
}
