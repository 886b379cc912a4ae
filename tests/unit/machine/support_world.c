/* support_world.c - see support_world.h. */
#include "support_world.h"

#include "base/assert.h"
#include "wire/codec.h"
#include "wire/digests.h"

#include <stdlib.h>

static void on_replies(void *context, const struct lane_id *lane, uint64_t first, size_t count,
                       const struct reply *replies)
{
    struct world *world = context;
    for (size_t i = 0; i < count; i++) {
        ASSERT(world->reply_count < WORLD_REPLIES_MAX);
        struct world_reply *kept = &world->replies[world->reply_count++];
        *kept = (struct world_reply){.lane = *lane,
                                     .number = first + i,
                                     .outcome = replies[i].outcome,
                                     .size = replies[i].result.size};
        kept->bytes = malloc(kept->size + 1);
        ASSERT(kept->bytes != NULL);
        bytes_copy(kept->bytes, replies[i].result.data, kept->size);
        kept->bytes[kept->size] = 0;
    }
}

static void on_gone(void *context, const struct lane_id *lane)
{
    struct world *world = context;
    world->gone_count++;
    world->gone = *lane;
}

struct reply_sink world_sink(struct world *world)
{
    return (struct reply_sink){.context = world, .on_replies = on_replies, .on_gone = on_gone};
}

void world_forget_replies(struct world *world)
{
    for (size_t i = 0; i < world->reply_count; i++) {
        free(world->replies[i].bytes);
    }
    world->reply_count = 0;
}

static void start(struct world *world, const struct strategos_machine *machine)
{
    struct error_text text;
    ASSERT(executor_new(&world->executor, test_store_interface(&world->store), machine,
                        &world->limits, &world->genesis, &text) == OK);
    world->height = executor_height(world->executor);
}

void world_init(struct world *world, const struct strategos_machine *machine)
{
    *world = (struct world){.genesis = {{1, 2, 3}},
                            .limits = {.requests = CHECKPOINT_REQUESTS, .bytes = CHECKPOINT_BYTES}};
    test_store_init(&world->store);
    start(world, machine);
}

void world_fini(struct world *world)
{
    executor_free(world->executor);
    test_store_fini(&world->store);
    world_forget_replies(world);
}

void world_restart(struct world *world, const struct strategos_machine *machine)
{
    executor_free(world->executor);
    struct store store = test_store_interface(&world->store);
    ASSERT(store.ops->refresh(store.self) == OK);
    start(world, machine);
}

void world_checkpoint(struct world *world)
{
    struct error_text text;
    executor_checkpoint_begin(world->executor, world->height * 100);
    ASSERT(executor_checkpoint_run(world->executor, &text) == OK);
    ASSERT(executor_checkpoint_end(world->executor) == OK);
}

struct digest world_digest(struct world *world)
{
    struct digest digest;
    height_nr height;
    ASSERT(executor_digest(world->executor, SIZE_MAX, &digest, &height));
    ASSERT(height == world->height);
    return digest;
}

void lane_begin(const struct world *world, struct lane *lane, uint8_t client, uint64_t session)
{
    *lane = (struct lane){.tip.lane.session = session};
    memset(lane->tip.lane.client.bytes, client, PUBLIC_KEY_BYTES);
    lane_digest_zero(&world->genesis, &lane->tip.lane, &lane->tip.digest);
}

void draft_body(struct draft *draft, struct lane *lane, struct slice body)
{
    ASSERT(draft->count < WORLD_SEGMENTS_MAX);
    uint8_t *bytes = malloc(body.size + 1);
    ASSERT(bytes != NULL);
    bytes_copy(bytes, body.data, body.size);
    draft->bodies[draft->count] = bytes;
    struct segment *segment = &draft->segments[draft->count];
    *segment = (struct segment){.lane = lane->tip.lane,
                                .sequence = ++lane->tip.sequence,
                                .previous = lane->tip.digest,
                                .body = slice_of(bytes, body.size)};
    lane_digest_next(&segment->lane, segment->sequence, &segment->previous, segment->body,
                     &lane->tip.digest);
    draft->digests[draft->count++] = lane->tip.digest;
}

void draft_segment(struct draft *draft, struct lane *lane, uint64_t acknowledged,
                   const struct slice *requests, size_t count)
{
    struct buffer out = {0};
    struct segment_body body = {
        .acknowledged = acknowledged, .request_count = count, .requests = requests};
    wire_encode_segment_body(&out, &body);
    draft_body(draft, lane, buffer_slice(&out));
    buffer_fini(&out);
}

enum error draft_apply(struct draft *draft, struct world *world, struct error_text *text)
{
    struct decision decision = {
        .order = {.height = world->height + 1, .time_ns = 1000 * (world->height + 1)},
        .segment_count = draft->count,
        .segments = draft->segments,
        .segment_digests = draft->digests,
        .evicted_count = draft->evicted_count,
        .evicted = draft->evicted,
    };
    order_digest(&decision.order, &decision.digest);
    struct reply_sink sink = world_sink(world);
    enum error error = executor_apply(world->executor, &decision, &sink, text);
    if (error == OK) {
        world->height++;
    }
    for (size_t i = 0; i < draft->count; i++) {
        free(draft->bodies[i]);
    }
    *draft = (struct draft){0};
    return error;
}

const struct world_reply *world_run(struct world *world, struct lane *lane, struct slice request)
{
    draft_segment(&world->draft, lane, 0, &request, 1);
    ASSERT(draft_apply(&world->draft, world, NULL) == OK);
    return &world->replies[world->reply_count - 1];
}
