/* effects.c - hands each effect of the core to the file that carries it out. */
#include "node/shell.h"

void effects_emit(void *context, const struct effect *effect)
{
    struct node *node = context;
    if (node->ports.on_effect != NULL) {
        node->ports.on_effect(node->ports.self, effect);
    }
    switch (effect->kind) {
    case EFFECT_FORGET_SEGMENT:
        if (node->is_restoring) {
            return; /* the index knows all records by now, and a later one may hold it again */
        }
        durable_persist(node, effect);
        return;
    case EFFECT_PERSIST_SEGMENT:
    case EFFECT_PERSIST_PROPOSAL:
    case EFFECT_PERSIST_VOTE:
    case EFFECT_PERSIST_CERTIFICATE:
        durable_persist(node, effect);
        return;
    case EFFECT_SEND: {
        struct outbound_rule rule = {.durable = effect->durable, .lazy = effect->lazy};
        outbound_add(&node->outbound, effect->to, effect->message, rule, node->now_ns);
        return;
    }
    case EFFECT_SERVE_BLOCKS:
        serve_ask(node, effect->to, effect->height, effect->count);
        return;
    case EFFECT_DECIDED:
        durable_persist(node, effect);
        execute_add(node, effect->decision);
        return;
    case EFFECT_BUSY:
        clients_say_busy(node, effect->lane, effect->sequence);
        return;
    case EFFECT_SESSION_GONE:
        clients_say_gone(node, effect->lane, UINT64_MAX);
        return;
    }
}
