/* clients.c - frames of clients: who may say what, and how much of one turn each gets.
 *
 * Segments go to the core, queries to the executor, the rest is answered from here. The socket
 * hands out its connections' frames in turns; on top of that each link has an allowance per turn,
 * and what is over it is refused with "busy". */
#include "node/shell.h"

#include "base/assert.h"
#include "wire/codec.h"
#include "wire/digests.h"

#define LOG_PART_BYTES_MAX REPLY_FRAME_BYTES_MAX
#define PAUSED_RETRY_MS    1000u
#define RESEND_ASKS        16u /* what asking for replies counts as: one answer may be 256 KiB */

/* Who sent the frame at hand. */
struct sender {
    link_nr link;
    size_t client; /* index into the group's clients */
    const struct group_client *entry;
    struct allowance *allowance;
};

static int find_client(const struct node *node, const struct public_key *key)
{
    return group_find_client(node->group, key);
}

link_nr clients_link(const struct node *node, const struct lane_id *lane)
{
    int client = find_client(node, &lane->client);
    return client < 0 ? 0 : routes_find(&node->routes, (size_t)client, lane->session);
}

static void say_busy(struct node *node, link_nr link, uint64_t session, uint64_t sequence,
                     uint32_t retry_after_ms)
{
    struct replica_message message = {
        .kind = REPLICA_BUSY,
        .busy = {.session = session, .sequence = sequence, .retry_after_ms = retry_after_ms},
    };
    answers_add(&node->answers, link, &message);
}

void clients_say_busy(struct node *node, const struct lane_id *lane, uint64_t sequence)
{
    link_nr link = clients_link(node, lane);
    if (link != 0) {
        say_busy(node, link, lane->session, sequence, node->group->delta_ms / 2 + 1);
    }
}

void clients_say_gone(struct node *node, const struct lane_id *lane, uint64_t before)
{
    link_nr link = clients_link(node, lane);
    if (link != 0) {
        struct replica_message message = {
            .kind = REPLICA_SESSION_GONE,
            .session_gone = {.session = lane->session, .before = before},
        };
        answers_add(&node->answers, link, &message);
    }
}

/* Tells a client that may not write and does not know it so, request by request, as if they had
 * been executed: f + 1 such answers are a result. Requests are numbered from 1 in each session, so
 * only segments that come in order, or the last one again, can be answered. */
static void refuse_segment(struct node *node, const struct sender *sender,
                           const struct segment *segment)
{
    static const char reason[] = "this client may only read";
    struct route *route =
        routes_set(&node->routes, sender->client, segment->lane.session, sender->link);
    struct segment_body body;
    if (segment->sequence == route->refused_sequence + 1 &&
        wire_decode_segment_body(segment->body, &node->arena, &body) == VERDICT_ACCEPTED) {
        route->refused_first += route->refused_count;
        route->refused_first += route->refused_sequence == 0 ? 1 : 0;
        route->refused_count = body.request_count;
        route->refused_sequence = segment->sequence;
    }
    if (segment->sequence != route->refused_sequence) {
        return;
    }
    struct reply *replies = arena_take_array(&node->arena, route->refused_count, sizeof *replies);
    if (replies == NULL) {
        return;
    }
    for (size_t i = 0; i < route->refused_count; i++) {
        replies[i] = (struct reply){.outcome = OUTCOME_FORBIDDEN,
                                    .result = slice_of(reason, sizeof reason - 1)};
    }
    struct replies all = {
        .session = segment->lane.session,
        .first = route->refused_first,
        .count = route->refused_count,
        .replies = replies,
    };
    answers_add_replies(&node->answers, sender->link, &all);
}

bool clients_may_order(struct node *node, const struct segment *segment)
{
    int client = find_client(node, &segment->lane.client);
    if (client < 0 || node->group->clients[client].role != ROLE_READ) {
        return true; /* who is unknown, the core refuses */
    }
    struct segment_body body;
    return wire_decode_segment_body(segment->body, &node->arena, &body) == VERDICT_ACCEPTED &&
           body.read_only;
}

static enum verdict on_segment(struct node *node, const struct sender *sender,
                               const struct segment *segment)
{
    if (!public_key_is_equal(&segment->lane.client, &sender->entry->key)) {
        return VERDICT_NOT_PERMITTED;
    }
    if (!clients_may_order(node, segment)) {
        refuse_segment(node, sender, segment);
        return VERDICT_NOT_PERMITTED;
    }
    struct route *route =
        routes_set(&node->routes, sender->client, segment->lane.session, sender->link);
    uint64_t acknowledged = wire_segment_acknowledged(segment->body);
    if (acknowledged > route->acknowledged) {
        route->acknowledged = acknowledged;
    }
    if (node->durable.is_paused) {
        say_busy(node, sender->link, segment->lane.session, segment->sequence, PAUSED_RETRY_MS);
        return VERDICT_STALE;
    }
    sender->allowance->bytes += segment->encoded.size;
    if (sender->allowance->bytes > TURN_LINK_BYTES_MAX) {
        say_busy(node, sender->link, segment->lane.session, segment->sequence,
                 node->group->delta_ms / 2 + 1);
        return VERDICT_OVER_LIMIT;
    }
    return replica_on_client_segment(node->core, shell_now(node), segment);
}

static enum verdict on_ask_replies(struct node *node, const struct sender *sender,
                                   const struct ask_replies *ask)
{
    struct lane_id lane = {.client = sender->entry->key, .session = ask->session};
    struct reply_sink sink = execute_replies(node);
    uint64_t before = 0;
    bool known = false;
    (void)routes_set(&node->routes, sender->client, ask->session, sender->link);
    executor_resend(node->executor, &lane, ask->from, &sink, &before, &known);
    if (known && before > ask->from) {
        clients_say_gone(node, &lane, before);
    }
    return VERDICT_ACCEPTED;
}

static enum verdict on_query(struct node *node, const struct sender *sender,
                             const struct query *query)
{
    struct replica_message message = {.kind = REPLICA_QUERY_REPLY};
    enum error error = executor_query(node->executor, &sender->entry->key, query->request,
                                      &message.query_reply.reply);
    if (error != OK) {
        node_fail(node, "query-failed", "error=\"%s\"", error_name(error));
        return VERDICT_ACCEPTED;
    }
    message.query_reply.number = query->number;
    message.query_reply.height = executor_height(node->executor);
    answers_add(&node->answers, sender->link, &message);
    return VERDICT_ACCEPTED;
}

static enum verdict on_ask_status(struct node *node, const struct sender *sender, uint64_t number)
{
    struct replica_message message = {.kind = REPLICA_STATUS};
    status_look(node, number, &message.status);
    answers_add(&node->answers, sender->link, &message);
    return VERDICT_ACCEPTED;
}

/* The entry of one order, its tips copied; false if there is none, or no more room. */
static bool load_entry(struct node *node, height_nr height, struct log_entry *entry, size_t *bytes)
{
    struct decided decided;
    if (archive_load_order(node->archive, height, &decided) != OK) {
        return false;
    }
    size_t size = 160 + decided.order.tip_count * (sizeof(struct lane_tip) + 8);
    struct lane_tip *tips =
        arena_take_array(&node->log_arena, decided.order.tip_count, sizeof *tips);
    if (*bytes + size > LOG_PART_BYTES_MAX || (tips == NULL && decided.order.tip_count != 0)) {
        return false;
    }
    *bytes += size;
    bytes_copy(tips, decided.order.tips, decided.order.tip_count * sizeof *tips);
    entry->order = decided.order;
    entry->order.tips = tips;
    entry->request_count = decided.request_count;
    order_digest(&entry->order, &entry->digest);
    return true;
}

static enum verdict on_ask_log(struct node *node, const struct sender *sender,
                               const struct ask_log *ask)
{
    if (sender->entry->role != ROLE_ADMIN) {
        return VERDICT_NOT_PERMITTED;
    }
    height_nr last = archive_height(node->archive);
    height_nr from = ask->from == 0 ? 1 : ask->from;
    arena_reset(&node->log_arena);
    struct log_entry *entries =
        arena_take_array(&node->log_arena, LOG_ENTRIES_MAX, sizeof *entries);
    ASSERT(entries != NULL); /* an arena that is empty has room for these */
    size_t count = 0;
    size_t bytes = 0;
    while (count < LOG_ENTRIES_MAX && count < ask->count && from <= last && count <= last - from &&
           load_entry(node, from + count, &entries[count], &bytes)) {
        count++;
    }
    struct replica_message message = {
        .kind = REPLICA_LOG,
        .log_part = {.number = ask->number, .last = last, .count = count, .entries = entries},
    };
    answers_add(&node->answers, sender->link, &message);
    return VERDICT_ACCEPTED;
}

static enum verdict on_message(struct node *node, const struct sender *sender,
                               const struct client_message *message)
{
    if (message->kind != CLIENT_SEGMENT) {
        sender->allowance->asks += message->kind == CLIENT_ASK_REPLIES ? RESEND_ASKS : 1;
        if (sender->allowance->asks > TURN_LINK_ASKS_MAX) {
            return VERDICT_OVER_LIMIT; /* the client asks again */
        }
    }
    switch (message->kind) {
    case CLIENT_SEGMENT:
        return on_segment(node, sender, &message->segment);
    case CLIENT_ASK_REPLIES:
        return on_ask_replies(node, sender, &message->ask_replies);
    case CLIENT_QUERY:
        return on_query(node, sender, &message->query);
    case CLIENT_ASK_STATUS:
        return on_ask_status(node, sender, message->ask_status);
    case CLIENT_ASK_LOG:
        return on_ask_log(node, sender, &message->ask_log);
    }
    return VERDICT_MALFORMED;
}

static struct allowance *find_allowance(struct node *node, link_nr link)
{
    struct allowance *allowance = &node->allowances[link % LISTENER_LINKS_MAX];
    if (allowance->link != link || allowance->turn != node->turn) {
        *allowance = (struct allowance){.link = link, .turn = node->turn};
    }
    return allowance;
}

static void take_frame(struct node *node, const struct listener_event *event)
{
    struct sender sender = {
        .link = event->link,
        .client = event->client,
        .entry = &node->group->clients[event->client],
        .allowance = find_allowance(node, event->link),
    };
    struct client_message *messages;
    size_t count;
    arena_reset(&node->arena);
    enum verdict verdict = wire_decode_client_frame(event->bytes, &node->arena, &messages, &count);
    if (verdict != VERDICT_ACCEPTED) {
        inbound_judge(node, TALLY_CLIENTS, sender.entry->name, verdict);
        return;
    }
    for (size_t i = 0; i < count && !node->has_failed; i++) {
        inbound_judge(node, TALLY_CLIENTS, sender.entry->name,
                      on_message(node, &sender, &messages[i]));
    }
}

void clients_take(struct node *node)
{
    struct listener_event event;
    uint64_t end_ns = shell_monotonic_ns(node) + TURN_INPUT_NS;
    node->clients_waiting = false;
    for (size_t i = 0; node->ports.receive_request(node->ports.self, node->now_ns, &event); i++) {
        bool is_known = event.link != 0 && event.client < node->group->client_count;
        if (event.verdict == VERDICT_ACCEPTED && is_known) {
            take_frame(node, &event);
        } else if (is_known) {
            inbound_judge(node, TALLY_CLIENTS, node->group->clients[event.client].name,
                          event.verdict);
        } else {
            inbound_judge(node, TALLY_UNKNOWN, "unknown-client", event.verdict);
        }
        if (node->has_failed) {
            return;
        }
        if (i + 1 == TURN_FRAMES_MAX || shell_monotonic_ns(node) >= end_ns) {
            node->clients_waiting = true;
            return;
        }
    }
}
