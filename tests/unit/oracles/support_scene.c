/* support_scene.c - see support_scene.h. */
#include "support_scene.h"

#include "base/assert.h"
#include "wire/codec.h"
#include "wire/digests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define COMMAND_BYTES 512u

static const void *keep(struct scene *scene, const void *bytes, size_t size)
{
    /* Aligned: pieces of a shelf follow each other. */
    static const uint8_t zeros[16];
    struct slice piece = oracle_shelf_keep(&scene->shelf, slice_of(zeros, 0));
    size_t odd = (uintptr_t)piece.data % sizeof zeros;
    (void)oracle_shelf_keep(&scene->shelf, slice_of(zeros, odd == 0 ? 0 : sizeof zeros - odd));
    piece = oracle_shelf_keep(&scene->shelf, slice_of(bytes, size));
    return piece.data;
}

struct digest scene_digest(uint8_t first)
{
    struct digest digest = {{first, 0xab}};
    return digest;
}

void scene_session(struct scene *scene, size_t client, uint64_t session)
{
    struct scene_lane *lane = &scene->lanes[client];
    lane->id = (struct lane_id){.client = scene->world.client_keys[client], .session = session};
    lane->sequence = 0;
    lane->requests = 0;
    lane_digest_zero(&scene->world.genesis, &lane->id, &lane->tip);
}

void scene_begin(struct scene *scene, uint64_t honest)
{
    *scene = (struct scene){.now_ns = SCENE_MS,
                            .world = {.replica_count = SCENE_REPLICAS,
                                      .fault_count = 1,
                                      .delta_ns = SCENE_DELTA_NS,
                                      .time_ahead_ns = SCENE_AHEAD_NS,
                                      .genesis = {{7}},
                                      .client_count = SCENE_CLIENTS,
                                      .honest_clients = honest}};
    for (size_t i = 0; i < SCENE_CLIENTS; i++) {
        scene->world.client_keys[i].bytes[31] = (uint8_t)(i + 1);
        scene_session(scene, i, 10 + i);
    }
    assert_int_equal(oracles_new(&scene->oracles, &scene->world), OK);
    for (replica_id i = 0; i < SCENE_REPLICAS; i++) {
        scene_start(scene, i, 0);
    }
}

void scene_end(struct scene *scene)
{
    oracles_free(&scene->oracles);
    oracle_shelf_fini(&scene->shelf);
}

const char *scene_finding(const struct scene *scene, const char *name)
{
    for (size_t i = 0; i < scene->oracles.count; i++) {
        const struct oracle *oracle = &scene->oracles.all[i];
        if (strcmp(oracle->name, name) == 0) {
            return oracle->finding(oracle->self);
        }
    }
    fail_msg("there is no oracle %s", name);
    return NULL;
}

void scene_assert_found(const struct scene *scene, const char *oracle, const char *words)
{
    const char *text = scene_finding(scene, oracle);
    assert_non_null(text);
    assert_non_null(oracles_finding(&scene->oracles));
    while (*words != 0) {
        char word[128];
        size_t size = strcspn(words, "|");
        assert_true(size < sizeof word);
        bytes_copy(word, words, size);
        word[size] = 0;
        if (strstr(text, word) == NULL) {
            fail_msg("\"%s\" does not say \"%s\"", text, word);
        }
        words += size + (words[size] == '|' ? 1 : 0);
    }
}

void scene_assert_silent(const struct scene *scene)
{
    for (size_t i = 0; i < scene->oracles.count; i++) {
        const struct oracle *oracle = &scene->oracles.all[i];
        bool is_asked =
            strcmp(oracle->name, "quorums") != 0 && strcmp(oracle->name, "grounds") != 0;
        if (is_asked && oracle->finding(oracle->self) != NULL) {
            fail_msg("%s: %s", oracle->name, oracle->finding(oracle->self));
        }
    }
}

void scene_see(struct scene *scene, struct sighting sighting)
{
    sighting.now_ns = scene->now_ns;
    sighting.wall_ns = scene->wall_ns;
    sighting.is_loyal = true;
    oracles_see(&scene->oracles, &sighting);
}

void scene_pass(struct scene *scene, uint64_t duration_ns)
{
    scene->now_ns += duration_ns;
}

void scene_replica(struct scene *scene, enum sight kind, replica_id replica)
{
    scene_see(scene, (struct sighting){.kind = kind, .replica = replica});
}

void scene_start(struct scene *scene, replica_id replica, height_nr height)
{
    scene_see(scene,
              (struct sighting){.kind = SIGHT_STARTED, .replica = replica, .height = height});
}

void scene_applied(struct scene *scene, replica_id replica, height_nr height)
{
    scene_see(scene,
              (struct sighting){.kind = SIGHT_APPLIED, .replica = replica, .height = height});
}

void scene_frame(struct scene *scene, replica_id replica, replica_id peer)
{
    scene_see(scene, (struct sighting){.kind = SIGHT_FRAME, .replica = replica, .peer = peer});
}

void scene_effect(struct scene *scene, replica_id replica, const struct effect *effect)
{
    scene_see(scene, (struct sighting){.kind = SIGHT_EFFECT, .replica = replica, .effect = effect});
}

void scene_send(struct scene *scene, replica_id replica, replica_id to,
                const struct peer_message *message)
{
    bool is_durable = message->kind == PEER_VOTE || message->kind == PEER_PROPOSAL;
    struct effect effect = {
        .kind = EFFECT_SEND, .to = to, .durable = is_durable, .message = message};
    scene_effect(scene, replica, &effect);
}

void scene_verdict(struct scene *scene, replica_id by, replica_id of, enum verdict verdict)
{
    scene_see(scene, (struct sighting){
                         .kind = SIGHT_VERDICT, .replica = by, .peer = of, .verdict = verdict});
}

void scene_world(struct scene *scene, enum sight kind)
{
    scene_see(scene, (struct sighting){.kind = kind});
}

/* ---- commands ---- */

static struct strategos_slice text_of(const char *text)
{
    return strategos_slice(text, strlen(text));
}

static struct slice kept(struct scene *scene, const uint8_t *command, size_t size)
{
    assert_true(size > 0 && size <= COMMAND_BYTES);
    return oracle_shelf_keep(&scene->shelf, slice_of(command, size));
}

struct slice scene_put(struct scene *scene, const char *key, const char *value)
{
    uint8_t command[COMMAND_BYTES];
    return kept(scene, command,
                strategos_kv_put(command, sizeof command, text_of(key), text_of(value)));
}

struct slice scene_get(struct scene *scene, const char *key)
{
    uint8_t command[COMMAND_BYTES];
    return kept(scene, command, strategos_kv_get(command, sizeof command, text_of(key)));
}

struct slice scene_del(struct scene *scene, const char *key)
{
    uint8_t command[COMMAND_BYTES];
    return kept(scene, command, strategos_kv_del(command, sizeof command, text_of(key)));
}

struct slice scene_cas(struct scene *scene, const char *key, const char *expected,
                       const char *value)
{
    uint8_t command[COMMAND_BYTES];
    struct strategos_slice old = text_of(expected == NULL ? "" : expected);
    return kept(scene, command,
                strategos_kv_cas(command, sizeof command, text_of(key),
                                 expected == NULL ? NULL : &old, text_of(value)));
}

struct slice scene_batch(struct scene *scene, const char *key, const char *value, const char *other)
{
    uint8_t command[COMMAND_BYTES];
    size_t size = strategos_kv_batch_begin(command, sizeof command);
    size = value == NULL ? strategos_kv_batch_del(command, size, sizeof command, text_of(key))
                         : strategos_kv_batch_put(command, size, sizeof command, text_of(key),
                                                  text_of(value));
    return kept(scene, command,
                strategos_kv_batch_del(command, size, sizeof command, text_of(other)));
}

struct slice scene_cut_batch(struct scene *scene, const char *key, const char *value)
{
    struct slice whole = scene_batch(scene, key, value, key);
    return slice_of(whole.data, whole.size - 1);
}

struct slice scene_incr(struct scene *scene, const char *key, int64_t by)
{
    uint8_t command[COMMAND_BYTES];
    return kept(scene, command, strategos_kv_incr(command, sizeof command, text_of(key), by));
}

/* ---- clients ---- */

uint64_t scene_ask(struct scene *scene, size_t client, struct slice command)
{
    uint64_t number = ++scene->lanes[client].operations;
    scene_see(scene, (struct sighting){.kind = SIGHT_INVOKED,
                                       .client = client,
                                       .session = scene->lanes[client].id.session,
                                       .number = number,
                                       .request = command});
    return number;
}

void scene_told(struct scene *scene, size_t client, uint64_t number, enum outcome outcome,
                struct slice result)
{
    scene_see(scene, (struct sighting){.kind = SIGHT_RETURNED,
                                       .client = client,
                                       .number = number,
                                       .is_known = true,
                                       .outcome = outcome,
                                       .result = result});
}

void scene_timed_out(struct scene *scene, size_t client, uint64_t number)
{
    scene_see(scene, (struct sighting){.kind = SIGHT_RETURNED, .client = client, .number = number});
}

struct segment scene_segment(struct scene *scene, size_t client, const struct slice *requests,
                             size_t count, bool is_seen)
{
    struct scene_lane *lane = &scene->lanes[client];
    struct segment_body body = {.request_count = count, .requests = requests};
    struct buffer encoded = {0};
    for (size_t i = 0; is_seen && i < count; i++) {
        scene_see(scene, (struct sighting){.kind = SIGHT_SENT,
                                           .client = client,
                                           .session = lane->id.session,
                                           .number = ++lane->requests,
                                           .request = requests[i]});
    }
    wire_encode_segment_body(&encoded, &body);
    struct segment segment = {.lane = lane->id,
                              .sequence = ++lane->sequence,
                              .previous = lane->tip,
                              .body = oracle_shelf_keep(&scene->shelf, buffer_slice(&encoded))};
    buffer_fini(&encoded);
    lane_digest_next(&segment.lane, segment.sequence, &segment.previous, segment.body, &lane->tip);
    return segment;
}

/* ---- orders ---- */

struct decision *scene_order(struct scene *scene, view_nr view, height_nr height,
                             const struct segment *segments, size_t count)
{
    struct digest digests[16];
    struct lane_tip tips[16];
    size_t tip_count = 0;
    ASSERT(count <= 16);
    for (size_t i = 0; i < count; i++) {
        const struct segment *segment = &segments[i];
        lane_digest_next(&segment->lane, segment->sequence, &segment->previous, segment->body,
                         &digests[i]);
        if (i == 0 || !lane_id_is_equal(&segments[i - 1].lane, &segment->lane)) {
            tip_count++;
        }
        tips[tip_count - 1] = (struct lane_tip){
            .lane = segment->lane, .sequence = segment->sequence, .digest = digests[i]};
    }
    struct decision decision = {.order = {.view = view,
                                          .parent_view = view - 1,
                                          .height = height,
                                          .time_ns = 1000 + height,
                                          .tip_count = tip_count},
                                .segment_count = count};
    decision.order.tips = keep(scene, tips, tip_count * sizeof tips[0]);
    decision.segments = keep(scene, segments, count * sizeof segments[0]);
    decision.segment_digests = keep(scene, digests, count * sizeof digests[0]);
    order_digest(&decision.order, &decision.digest);
    ASSERT(scene->order_count < SCENE_ORDERS_MAX);
    scene->orders[scene->order_count] = decision;
    return &scene->orders[scene->order_count++];
}

void scene_propose(struct scene *scene, const struct decision *decision)
{
    replica_id commander = (replica_id)(decision->order.view % SCENE_REPLICAS);
    struct peer_message message = {.kind = PEER_PROPOSAL, .proposal.order = decision->order};
    struct effect persist = {.kind = EFFECT_PERSIST_PROPOSAL, .proposal = &message.proposal};
    scene_effect(scene, commander, &persist);
    scene_send(scene, commander, REPLICA_ALL, &message);
    scene_replica(scene, SIGHT_SYNCED, commander);
    for (replica_id i = 0; i < SCENE_REPLICAS; i++) {
        if (i != commander) {
            scene_frame(scene, commander, i);
        }
    }
}

void scene_decide(struct scene *scene, replica_id replica, const struct decision *decision)
{
    struct effect effect = {.kind = EFFECT_DECIDED, .decision = decision};
    scene_effect(scene, replica, &effect);
}

void scene_commit(struct scene *scene, const struct decision *decision)
{
    scene_propose(scene, decision);
    for (replica_id i = 0; i < SCENE_REPLICAS; i++) {
        scene_decide(scene, i, decision);
        scene_replica(scene, SIGHT_SYNCED, i);
        scene_applied(scene, i, decision->order.height);
    }
    scene->height = decision->order.height;
}

uint64_t scene_do(struct scene *scene, size_t client, struct slice command)
{
    uint64_t number = scene_ask(scene, client, command);
    struct segment segment = scene_segment(scene, client, &command, 1, true);
    height_nr height = scene->height + 1;
    scene_commit(scene, scene_order(scene, height, height, &segment, 1));
    return number;
}
