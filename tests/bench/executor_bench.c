/* executor_bench.c - what applying a put costs, all included but ordering and the disk: decode,
 * machine, changes, session, reply; then what a checkpoint's digest costs per changed key.
 *
 *   bench_executor [KEYS [ORDERS]]     defaults: 100000 keys, 2000 orders of 512 puts of 100 bytes
 */
#include "base/assert.h"
#include "base/prng.h"
#include "strategos/kv.h"
#include "support_clock.h"
#include "support_store.h"

#include "machine/executor.h"
#include "machine/registry.h"
#include "wire/codec.h"
#include "wire/digests.h"

#include <stdio.h>
#include <stdlib.h>

#define PUTS        512u
#define VALUE_BYTES 100u

static size_t replies_seen;

static void on_replies(void *context, const struct lane_id *lane, uint64_t first, size_t count,
                       const struct reply *replies)
{
    (void)context;
    (void)lane;
    (void)first;
    (void)replies;
    replies_seen += count;
}

static void on_gone(void *context, const struct lane_id *lane)
{
    (void)context;
    (void)lane;
}

/* The body of one segment of puts to random keys. */
static void make_body(struct prng *prng, uint64_t keys, uint64_t acknowledged, struct buffer *body)
{
    static uint8_t commands[PUTS][160];
    struct slice requests[PUTS];
    uint8_t value[VALUE_BYTES];
    for (size_t i = 0; i < sizeof value; i++) {
        value[i] = (uint8_t)prng_next(prng);
    }
    for (size_t i = 0; i < PUTS; i++) {
        char key[32];
        int key_size =
            snprintf(key, sizeof key, "user:%015llu", (unsigned long long)prng_below(prng, keys));
        size_t size = strategos_kv_put(commands[i], sizeof commands[i],
                                       strategos_slice(key, (size_t)key_size),
                                       strategos_slice(value, sizeof value));
        requests[i] = slice_of(commands[i], size);
    }
    struct segment_body plain = {
        .acknowledged = acknowledged, .request_count = PUTS, .requests = requests};
    wire_encode_segment_body(body, &plain);
}

static void report(const char *what, uint64_t ns, uint64_t count)
{
    (void)printf("%-28s %10llu in %8.1f ms  %7.0f ns each\n", what, (unsigned long long)count,
                 (double)ns / 1e6, (double)ns / (double)count);
}

int main(int argc, char **argv)
{
    uint64_t keys = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;
    uint64_t orders = argc > 2 ? strtoull(argv[2], NULL, 10) : 2000;
    struct digest genesis = {{0}};
    const struct checkpoint_limits limits = {.requests = CHECKPOINT_REQUESTS,
                                             .bytes = CHECKPOINT_BYTES};
    struct test_store memory;
    test_store_init(&memory);
    struct executor *executor;
    struct error_text text;
    ASSERT(executor_new(&executor, test_store_interface(&memory), &machine_kv, &limits, &genesis,
                        &text) == OK);
    struct prng prng;
    prng_init(&prng, 1);
    struct lane_tip tip = {.lane.session = 1};
    lane_digest_zero(&genesis, &tip.lane, &tip.digest);
    struct buffer body = {0};
    uint64_t applied = 0;
    uint64_t checkpoints = 0;
    uint64_t apply_ns = 0;
    uint64_t freeze_ns = 0;
    uint64_t run_ns = 0;
    uint64_t changes = 0;
    for (uint64_t height = 1; height <= orders; height++) {
        buffer_clear(&body);
        make_body(&prng, keys, applied, &body);
        struct segment segment = {.lane = tip.lane,
                                  .sequence = ++tip.sequence,
                                  .previous = tip.digest,
                                  .body = buffer_slice(&body)};
        lane_digest_next(&segment.lane, segment.sequence, &segment.previous, segment.body,
                         &tip.digest);
        struct decision decision = {.order = {.height = height, .time_ns = height},
                                    .segment_count = 1,
                                    .segments = &segment,
                                    .segment_digests = &tip.digest};
        struct reply_sink sink = {.on_replies = on_replies, .on_gone = on_gone};
        uint64_t start = bench_cpu_ns();
        ASSERT(executor_apply(executor, &decision, &sink, &text) == OK);
        apply_ns += bench_cpu_ns() - start;
        applied += PUTS;
        if (executor_checkpoint_is_due(executor) || height == orders) {
            start = bench_cpu_ns();
            executor_checkpoint_begin(executor, 0);
            freeze_ns += bench_cpu_ns() - start;
            start = bench_cpu_ns();
            ASSERT(executor_checkpoint_run(executor, &text) == OK);
            run_ns += bench_cpu_ns() - start;
            changes += memory.last_count;
            start = bench_cpu_ns();
            ASSERT(executor_checkpoint_end(executor) == OK);
            freeze_ns += bench_cpu_ns() - start;
            checkpoints++;
        }
    }
    ASSERT(replies_seen == applied);
    report("puts applied", apply_ns, applied);
    report("changes checkpointed", run_ns, changes);
    report("begins and ends", freeze_ns, checkpoints);
    executor_free(executor);
    test_store_fini(&memory);
    buffer_fini(&body);
    return 0;
}
