/* support_lanes.c - see support_lanes.h. */
#include "support_lanes.h"

#include "base/assert.h"
#include "wire/digests.h"

#include <sys/mman.h>

static void emit(void *context, const struct effect *effect)
{
    struct lanes_fixture *fixture = context;
    fixture->persisted += effect->kind == EFFECT_PERSIST_SEGMENT ? 1 : 0;
    fixture->forgotten += effect->kind == EFFECT_FORGET_SEGMENT ? 1 : 0;
    fixture->busy += effect->kind == EFFECT_BUSY ? 1 : 0;
    fixture->gone += effect->kind == EFFECT_SESSION_GONE ? 1 : 0;
}

void lanes_begin(struct lanes_fixture *fixture, size_t client_count)
{
    size_t own = (sizeof *fixture->lanes + 63) / 64 * 64;
    *fixture = (struct lanes_fixture){.size = own + lanes_pool_memory()};
    fixture->memory = mmap(NULL, fixture->size, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ASSERT(fixture->memory != MAP_FAILED);
    fixture->lanes = (struct lanes *)(void *)fixture->memory;
    struct authority authority = {.verify = world_verify};
    struct effects effects = {.context = fixture, .emit = emit};
    struct public_key clients[CLIENTS_MAX];
    struct digest genesis;
    world_genesis(&genesis);
    for (size_t i = 0; i < client_count; i++) {
        world_key('c', i, &clients[i]);
    }
    for (size_t i = 0; i < 3; i++) {
        world_key('c', i, &fixture->clients[i]);
    }
    lanes_init(fixture->lanes, &genesis, &authority, &effects, clients, client_count,
               fixture->memory + own);
}

void lanes_end(struct lanes_fixture *fixture)
{
    lanes_check(fixture->lanes, true);
    munmap(fixture->memory, fixture->size);
}

struct lane_tip lanes_tip(size_t client, uint64_t session, uint64_t sequence)
{
    struct lane_tip tip = {.lane.session = session, .sequence = sequence};
    world_key('c', client, &tip.lane.client);
    return tip;
}

void lanes_make(const struct lanes_fixture *fixture, const struct digest *previous,
                const char *text, struct buffer *encoded, struct segment *segment,
                struct lane_tip *tip)
{
    struct digest zero;
    lane_digest_zero(&fixture->lanes->genesis, &tip->lane, &zero);
    struct digest from = previous == NULL ? zero : *previous;
    world_segment(&tip->lane, tip->sequence, &from, text, encoded, segment, &tip->digest);
}

enum verdict lanes_give(struct lanes_fixture *fixture, size_t client, uint64_t session,
                        uint64_t sequence, const struct digest *previous, const char *text,
                        enum segment_origin origin, struct lane_tip *tip)
{
    struct buffer encoded = {0};
    struct segment segment;
    *tip = lanes_tip(client, session, sequence);
    lanes_make(fixture, previous, text, &encoded, &segment, tip);
    enum verdict verdict = lanes_take(fixture->lanes, &segment, origin, 1);
    buffer_fini(&encoded);
    return verdict;
}

void lanes_decide_tips(struct lanes_fixture *fixture, const struct lane_tip *tips, size_t count,
                       size_t *evicted_count)
{
    *evicted_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct held_segment *held[LANE_SEGMENTS_MAX];
        size_t held_count = 0;
        const struct lane *lane = lanes_find(fixture->lanes, &tips[i].lane);
        ASSERT(lane != NULL);
        for (uint64_t s = lane->tip_sequence + 1; s <= tips[i].sequence; s++) {
            held[held_count++] = lanes_held(lane, s);
        }
        lanes_decide(fixture->lanes, &tips[i]);
        for (size_t k = 0; k < held_count; k++) {
            pool_free(&fixture->lanes->pool, held[k]);
        }
    }
    lanes_end_order(fixture->lanes, fixture->lanes->base_view + 1, fixture->evicted, evicted_count);
}

void lanes_decide_tip(struct lanes_fixture *fixture, const struct lane_tip *tip,
                      size_t *evicted_count)
{
    lanes_decide_tips(fixture, tip, 1, evicted_count);
}
