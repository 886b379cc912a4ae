/* trace_frames.c - frames in words, and the names of their ends. */
#include "cluster/trace_text.h"

#include "ideal/ideal.h"
#include "wire/codec.h"

#include <stdio.h>

#define CUSTOMER_PRINCIPAL 1000u /* as the world numbers its keys */

/* ---- names ---- */

void trace_names_init(struct trace_names *names, const struct plan *plan)
{
    struct ideal_book book;
    ideal_init(&book, plan->seed);
    *names = (struct trace_names){.plan = plan, .twin_to_come = REPLICAS_MAX};
    for (size_t c = 0; c < plan->customer_count; c++) {
        names->customers[c] = ideal_key(&book, (uint32_t)(CUSTOMER_PRINCIPAL + c));
    }
}

/* A twin starts at the very moment when the plan wants one. */
void trace_names_see(struct trace_names *names, const struct sighting *sighting)
{
    size_t room = sizeof names->twins / sizeof names->twins[0];
    if (sighting->kind == SIGHT_STARTED && sighting->replica == names->twin_to_come &&
        names->twin_count < room) {
        names->twins[names->twin_count++] = sighting->replica;
        names->twin_to_come = REPLICAS_MAX;
    }
}

void trace_names_happen(struct trace_names *names, const struct happening *happening)
{
    if (happening->kind != HAPPENING_FAULT) {
        names->twin_to_come = REPLICAS_MAX;
        return;
    }
    for (size_t i = 0; i < names->plan->fault_total; i++) {
        const struct fault *fault = &names->plan->faults[i];
        char line[ORACLE_TEXT_BYTES];
        if (fault->kind == FAULT_TWINS && fault->at_ns == happening->now_ns) {
            fault_describe(fault, line, sizeof line);
            if (strcmp(line, happening->text) == 0) {
                names->twin_to_come = fault->who;
            }
        }
    }
}

void trace_end_text(const struct trace_names *names, uint32_t end, char text[TRACE_END_BYTES])
{
    size_t n = names->plan->replica_count;
    if (end >= WORLD_PROCESSES_MAX) {
        (void)snprintf(text, TRACE_END_BYTES, "c%u", end - WORLD_PROCESSES_MAX);
    } else if (end < n) {
        (void)snprintf(text, TRACE_END_BYTES, "%u", end);
    } else if (end - n < names->twin_count) {
        (void)snprintf(text, TRACE_END_BYTES, "%u'", names->twins[end - n]);
    } else {
        (void)snprintf(text, TRACE_END_BYTES, "?");
    }
}

/* ---- frames ---- */

const char *trace_kind_name(enum trace_kind kind)
{
    static const char *const names[TRACE_KIND_COUNT] = {
        [TRACE_SEGMENT] = "segment", [TRACE_CERTIFICATE] = "certificate",
        [TRACE_PROPOSAL] = "order",  [TRACE_VOTE] = "vote",
        [TRACE_BLOCK] = "block",     [TRACE_ASK] = "question",
        [TRACE_HEARTBEAT] = "beat",  [TRACE_REQUEST] = "request",
        [TRACE_ANSWER] = "answer",   [TRACE_GARBAGE] = "garbage",
    };
    return names[kind];
}

static enum trace_kind kind_of(enum peer_message_kind kind)
{
    switch (kind) {
    case PEER_SEGMENT:
        return TRACE_SEGMENT;
    case PEER_CERTIFICATE:
        return TRACE_CERTIFICATE;
    case PEER_PROPOSAL:
        return TRACE_PROPOSAL;
    case PEER_VOTE:
        return TRACE_VOTE;
    case PEER_BLOCK:
        return TRACE_BLOCK;
    case PEER_HEARTBEAT:
        return TRACE_HEARTBEAT;
    case PEER_ASK_VIEW:
    case PEER_ASK_ORDER:
    case PEER_ASK_SEGMENTS:
    case PEER_ASK_BLOCKS:
        return TRACE_ASK;
    }
    return TRACE_GARBAGE;
}

/* Where one frame is told. */
struct telling {
    const struct trace_names *names;
    struct arena *arena;
    bool is_long;
    const struct trace_listener *listener;
    struct buffer text;
};

static void tell(struct telling *telling, enum trace_kind kind)
{
    telling->listener->on_message(telling->listener->context, kind, buffer_slice(&telling->text));
    buffer_clear(&telling->text);
}

static enum verdict tell_peer(struct telling *telling, struct slice bytes)
{
    struct peer_message *messages;
    size_t count;
    enum verdict verdict = wire_decode_peer_frame(bytes, telling->arena, &messages, &count);
    for (size_t i = 0; verdict == VERDICT_ACCEPTED && i < count; i++) {
        trace_put_peer(&telling->text, telling->names, &messages[i], telling->is_long);
        tell(telling, kind_of(messages[i].kind));
    }
    return verdict;
}

static enum verdict tell_client(struct telling *telling, struct slice bytes)
{
    struct client_message *messages;
    size_t count;
    enum verdict verdict = wire_decode_client_frame(bytes, telling->arena, &messages, &count);
    for (size_t i = 0; verdict == VERDICT_ACCEPTED && i < count; i++) {
        trace_put_client(&telling->text, telling->names, &messages[i], telling->is_long);
        tell(telling, TRACE_REQUEST);
    }
    return verdict;
}

static enum verdict tell_replica(struct telling *telling, struct slice bytes)
{
    struct replica_message *messages;
    size_t count;
    enum verdict verdict = wire_decode_replica_frame(bytes, telling->arena, &messages, &count);
    for (size_t i = 0; verdict == VERDICT_ACCEPTED && i < count; i++) {
        trace_put_replica(&telling->text, &messages[i], telling->is_long);
        tell(telling, TRACE_ANSWER);
    }
    return verdict;
}

void trace_tell_frame(const struct trace_names *names, const struct happening *happening,
                      struct arena *arena, bool is_long, const struct trace_listener *listener)
{
    struct telling telling = {
        .names = names, .arena = arena, .is_long = is_long, .listener = listener};
    enum verdict verdict;
    arena_reset(arena);
    if (happening->from >= WORLD_PROCESSES_MAX) {
        verdict = tell_client(&telling, happening->bytes);
    } else if (happening->to >= WORLD_PROCESSES_MAX) {
        verdict = tell_replica(&telling, happening->bytes);
    } else {
        verdict = tell_peer(&telling, happening->bytes);
    }
    if (verdict != VERDICT_ACCEPTED) {
        trace_put(&telling.text, "garbage (%zu bytes, %s)", happening->bytes.size,
                  verdict_name(verdict));
        tell(&telling, TRACE_GARBAGE);
    }
    buffer_fini(&telling.text);
}
