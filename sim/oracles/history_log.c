/* history_log.c - decided orders: kept from the first sight until they are for good, then executed
 * once by the reference machine, in the order of the log. See history.h. */
#include "oracles/history.h"

#include "wire/codec.h"

/* What a replica got with an order, in short. */
static struct oracle_mark contents_of(struct oracle_history *history,
                                      const struct decision *decision)
{
    struct oracle_mark mark = {.a = decision->segment_count, .b = decision->order.tip_count};
    for (size_t i = 0; i < decision->segment_count; i++) {
        const struct segment *segment = &decision->segments[i];
        struct oracle_mark body = oracle_mark_of(segment->body);
        mark = oracle_mark_add(mark, oracle_history_lane(history, &segment->lane));
        mark = oracle_mark_add(mark, segment->sequence);
        mark = oracle_mark_add(oracle_mark_add(mark, body.a), body.b);
    }
    return mark;
}

static void keep_segments(struct oracle_history *history, struct oracle_order *order,
                          const struct decision *decision)
{
    size_t bytes = 0;
    for (size_t i = 0; i < decision->segment_count; i++) {
        bytes += decision->segments[i].body.size;
    }
    order->segment_count = decision->segment_count;
    order->segments = oracle_take(decision->segment_count, sizeof *order->segments);
    order->bytes = oracle_take(bytes, 1);
    uint8_t *to = order->bytes;
    for (size_t i = 0; i < decision->segment_count; i++) {
        const struct segment *segment = &decision->segments[i];
        bytes_copy(to, segment->body.data, segment->body.size);
        order->segments[i] =
            (struct oracle_segment){.lane = oracle_history_lane(history, &segment->lane),
                                    .sequence = segment->sequence,
                                    .previous = segment->previous,
                                    .digest = decision->segment_digests[i],
                                    .body = slice_of(to, segment->body.size)};
        to += segment->body.size;
    }
}

static struct oracle_order *keep_order(struct oracle_history *history, replica_id replica,
                                       const struct decision *decision)
{
    struct oracle_order *order = oracle_take(1, sizeof *order);
    order->height = decision->order.height;
    order->view = decision->order.view;
    order->time_ns = decision->order.time_ns;
    order->digest = decision->digest;
    order->first = replica;
    order->contents = history->decision_contents;
    order->tip_count = decision->order.tip_count;
    order->tips = oracle_take(order->tip_count, sizeof *order->tips);
    for (size_t i = 0; i < order->tip_count; i++) {
        const struct lane_tip *tip = &decision->order.tips[i];
        order->tips[i] = (struct oracle_tip){.lane = oracle_history_lane(history, &tip->lane),
                                             .sequence = tip->sequence,
                                             .digest = tip->digest};
    }
    keep_segments(history, order, decision);
    history->orders = oracle_grow(history->orders, history->order_count, &history->order_capacity,
                                  sizeof(struct oracle_order *));
    history->orders[history->order_count++] = order;
    struct oracle_order **first =
        oracle_pages_at(&history->heights, order->height, sizeof(struct oracle_order *));
    order->next = *first;
    *first = order;
    return order;
}

/* At its height, by its digest. */
static struct oracle_order *find_order(const struct oracle_history *history,
                                       const struct decision *decision)
{
    struct oracle_order *const *first =
        oracle_pages_find(&history->heights, decision->order.height, sizeof(struct oracle_order *));
    struct oracle_order *order = first == NULL ? NULL : *first;
    while (order != NULL && !digest_is_equal(&order->digest, &decision->digest)) {
        order = order->next;
    }
    return order;
}

void oracle_history_decided(struct oracle_history *history, const struct sighting *sighting)
{
    const struct decision *decision = sighting->effect->decision;
    history->decision_contents = contents_of(history, decision);
    history->decision = find_order(history, decision);
    if (history->decision == NULL) {
        history->decision = keep_order(history, sighting->replica, decision);
    }
    if (history->decision->height == history->begun_height + 1) {
        history->begun_height++;
        history->begun = history->decision;
    }
    struct oracle_pending *pending = &history->pending[sighting->replica];
    pending->orders = oracle_grow(pending->orders, pending->count, &pending->capacity,
                                  sizeof(struct oracle_order *));
    pending->orders[pending->count++] = history->decision;
}

static void place_request(struct oracle_history *history, const struct oracle_order *order,
                          size_t segment, const struct segment_body *body, size_t i)
{
    size_t index = order->segments[segment].lane;
    struct oracle_lane *lane = &history->lanes[index];
    enum outcome outcome =
        oracle_reference_execute(&history->reference, body->requests[i], body->read_only);
    struct oracle_placed placed = {.lane = index,
                                   .segment = segment,
                                   .number = ++lane->decided,
                                   .operation = ORACLE_NONE,
                                   .place = ++history->placed_total};
    if (lane->is_honest && placed.number <= lane->sent_count) {
        const struct oracle_request *request = &lane->sent[placed.number - 1];
        placed.is_as_sent = slice_is_equal(body->requests[i], request->bytes);
        placed.operation = request->operation;
    }
    if (placed.operation != ORACLE_NONE) {
        struct oracle_operation *operation = &history->operations[placed.operation];
        operation->place = placed.place;
        operation->height = order->height;
        operation->log_outcome = outcome;
        operation->log_result = oracle_mark_of(buffer_slice(&history->reference.result));
        operation->log_result_bytes = history->reference.result.size;
    }
    history->placed = oracle_grow(history->placed, history->placed_count, &history->placed_capacity,
                                  sizeof *history->placed);
    history->placed[history->placed_count++] = placed;
}

static void execute(struct oracle_history *history, const struct oracle_order *order)
{
    for (size_t k = 0; k < order->segment_count; k++) {
        struct segment_body body;
        arena_reset(&history->arena);
        if (wire_decode_segment_body(order->segments[k].body, &history->arena, &body) !=
            VERDICT_ACCEPTED) {
            continue; /* asks for nothing, on every replica alike */
        }
        for (size_t i = 0; i < body.request_count; i++) {
            place_request(history, order, k, &body, i);
        }
    }
}

static void commit(struct oracle_history *history, replica_id replica, struct oracle_order *order)
{
    struct oracle_commit commit = {
        .replica = replica, .order = order, .placed_from = history->placed_count};
    if (order->height == history->log_count + 1) {
        history->log = oracle_grow(history->log, history->log_count, &history->log_capacity,
                                   sizeof(struct oracle_order *));
        history->log[history->log_count++] = order;
        commit.is_new = true;
        execute(history, order);
    }
    commit.placed_to = history->placed_count;
    history->commits = oracle_grow(history->commits, history->commit_count,
                                   &history->commit_capacity, sizeof *history->commits);
    history->commits[history->commit_count++] = commit;
}

void oracle_history_commit(struct oracle_history *history, replica_id replica, height_nr height,
                           bool is_start)
{
    struct oracle_pending *pending = &history->pending[replica];
    size_t done = 0;
    while (done < pending->count && pending->orders[done]->height <= height) {
        commit(history, replica, pending->orders[done++]);
    }
    pending->count -= done;
    if (is_start) {
        pending->count = 0;
    }
    for (size_t i = 0; i < pending->count; i++) {
        pending->orders[i] = pending->orders[done + i];
    }
}
