/* world.c - see world.h. */
#include "support/world.h"

#include "base/assert.h"
#include "wire/digests.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define SAID_VIEWS   4096u
#define ARENA_BYTES  (8u << 20)
#define CHECK_DEEPLY 1021u /* steps between deep checks */

struct world_event {
    uint64_t at_ns;
    uint64_t number;
    size_t from; /* node; or client, if is_client */
    size_t to;
    bool is_client;
    struct buffer frame;
};

static uint64_t const wall_begin_ns = UINT64_C(1700000000) * 1000 * MS;

void world_key(char kind, size_t number, struct public_key *key)
{
    memset(key, 0, sizeof *key);
    /* Spread, so that hash tables see something like keys. */
    put_u64(key->bytes, ((uint64_t)number + 1) * UINT64_C(0x9e3779b97f4a7c15));
    key->bytes[31] = (uint8_t)kind;
}

void world_genesis(struct digest *genesis)
{
    struct digest_state state;
    digest_begin(&state, DIGEST_GENESIS);
    digest_add(&state, slice_of_text("world"));
    digest_end(&state, genesis);
}

void world_sign(const struct public_key *key, const struct digest *digest,
                struct signature *signature)
{
    struct digest_state state;
    struct digest half;
    digest_begin(&state, DIGEST_FILE);
    digest_add(&state, slice_of_text("nobody signs for another"));
    digest_add(&state, slice_of(key->bytes, sizeof key->bytes));
    digest_add(&state, digest_slice(digest));
    digest_end(&state, &half);
    memset(signature, 0, sizeof *signature);
    memcpy(signature->bytes, half.bytes, sizeof half.bytes);
}

bool world_verify(void *context, const struct public_key *key, const struct digest *digest,
                  const struct signature *signature)
{
    (void)context;
    struct signature right;
    world_sign(key, digest, &right);
    return memcmp(&right, signature, sizeof right) == 0;
}

static void sign_own(void *context, const struct digest *digest, struct signature *signature)
{
    world_sign(context, digest, signature);
}

void world_segment(const struct lane_id *lane, uint64_t sequence, const struct digest *previous,
                   const char *text, struct buffer *encoded, struct segment *segment,
                   struct digest *digest)
{
    struct digest genesis;
    struct digest message;
    struct buffer body = {0};
    struct slice request = slice_of_text(text);
    struct segment_body content = {.request_count = 1, .requests = &request};
    wire_encode_segment_body(&body, &content);
    struct segment made = {
        .lane = *lane, .sequence = sequence, .previous = *previous, .body = buffer_slice(&body)};
    lane_digest_next(lane, sequence, previous, made.body, digest);
    world_genesis(&genesis);
    lane_sign_digest(&genesis, lane, sequence, digest, &message);
    world_sign(&lane->client, &message, &made.signature);
    wire_encode_segment(encoded, &made);
    buffer_fini(&body);
    enum verdict verdict = wire_decode_segment(buffer_slice(encoded), NULL, segment);
    ASSERT(verdict == VERDICT_ACCEPTED);
}

/* ---- events ---- */

static bool is_before(const struct world_event *a, const struct world_event *b)
{
    return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->number < b->number;
}

static void swap_events(struct world_event *a, struct world_event *b)
{
    struct world_event kept = *a;
    *a = *b;
    *b = kept;
}

static void push_event(struct world *world, struct world_event event, struct slice bytes)
{
    if (world->event_count == world->event_capacity) {
        world->event_capacity = world->event_capacity == 0 ? 256 : 2 * world->event_capacity;
        world->events = realloc(world->events, world->event_capacity * sizeof *world->events);
        ASSERT(world->events != NULL);
    }
    event.number = world->event_number++;
    buffer_append(&event.frame, bytes);
    size_t i = world->event_count++;
    world->events[i] = event;
    while (i > 0 && is_before(&world->events[i], &world->events[(i - 1) / 2])) {
        swap_events(&world->events[i], &world->events[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
}

static struct world_event pop_event(struct world *world)
{
    struct world_event first = world->events[0];
    world->events[0] = world->events[--world->event_count];
    for (size_t i = 0;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2; child++) {
            if (child < world->event_count &&
                is_before(&world->events[child], &world->events[least])) {
                least = child;
            }
        }
        if (least == i) {
            return first;
        }
        swap_events(&world->events[i], &world->events[least]);
        i = least;
    }
}

static bool chance(struct world *world, unsigned percent)
{
    return percent != 0 && prng_below(&world->prng, 100) < percent;
}

static uint64_t delay(struct world *world)
{
    uint64_t span = world->settings.delay_max_ns - world->settings.delay_min_ns;
    return world->settings.delay_min_ns + (span == 0 ? 0 : prng_below(&world->prng, span));
}

static void send_frame(struct world *world, size_t from, size_t to, struct slice frame)
{
    if (!world->is_linked[from][to] || chance(world, world->settings.loss_percent)) {
        return;
    }
    int copies = chance(world, world->settings.duplicate_percent) ? 2 : 1;
    for (int i = 0; i < copies; i++) {
        push_event(
            world,
            (struct world_event){.at_ns = world->now_ns + delay(world), .from = from, .to = to},
            frame);
    }
}

/* ---- effects ---- */

static void note_fault(struct world *world, const char *fault)
{
    if (world->fault == NULL) {
        world->fault = fault;
    }
}

static struct digest *said_at(struct world *world, replica_id id, view_nr view, int kind)
{
    ASSERT(view < SAID_VIEWS);
    return &world->said[((size_t)id * SAID_VIEWS + view) * VOTE_KIND_COUNT + (size_t)kind];
}

/* Nobody may say two things of one kind in a view, nor Nullify and Finalize. */
static void judge_vote(struct world *world, replica_id id, const struct vote *vote)
{
    static const struct digest nothing;
    struct digest *said = said_at(world, id, vote->view, (int)vote->kind);
    struct digest value = vote->digest;
    if (vote->kind == VOTE_NULLIFY) {
        value.bytes[0] = 1; /* not nothing */
    }
    if (!digest_is_equal(said, &nothing) && !digest_is_equal(said, &value)) {
        note_fault(world, "contradiction");
    }
    *said = value;
    if (!digest_is_equal(said_at(world, id, vote->view, VOTE_NULLIFY), &nothing) &&
        !digest_is_equal(said_at(world, id, vote->view, VOTE_FINALIZE), &nothing)) {
        note_fault(world, "contradiction");
    }
}

static bool has_record_of_vote(const struct world_node *node, const struct vote *vote)
{
    struct buffer wanted = {0};
    wire_encode_vote(&wanted, vote);
    bool is_found = false;
    for (size_t i = node->record_count; i > 0 && !is_found; i--) {
        const struct world_record *record = &node->records[i - 1];
        is_found = record->kind == EFFECT_PERSIST_VOTE &&
                   slice_is_equal(buffer_slice(&record->bytes), buffer_slice(&wanted));
    }
    buffer_fini(&wanted);
    return is_found;
}

static bool is_twin(const struct world *world, replica_id id)
{
    size_t count = 0;
    for (size_t i = 0; i < world->settings.node_count; i++) {
        count += world->nodes[i].id == id ? 1 : 0;
    }
    return count > 1;
}

static void judge_send(struct world *world, struct world_node *node, const struct effect *effect)
{
    const struct peer_message *message = effect->message;
    struct vote vote;
    if (is_twin(world, node->id)) {
        return;
    }
    if (message->kind == PEER_VOTE) {
        vote = message->vote;
    } else if (message->kind == PEER_PROPOSAL &&
               message->proposal.order.view % world->settings.replica_count == node->id) {
        vote = (struct vote){.kind = VOTE_NOTARIZE,
                             .voter = node->id,
                             .view = message->proposal.order.view,
                             .signature = message->proposal.signature};
        order_digest(&message->proposal.order, &vote.digest);
    } else {
        return;
    }
    if (!has_record_of_vote(node, &vote) || (!effect->durable && effect->to == REPLICA_ALL)) {
        note_fault(world, "unsynced");
    }
    ASSERT(node->said_count < WORLD_SAID_MAX);
    node->said[node->said_count++] = vote;
}

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

static void judge_segment(struct world *world, struct world_node *node,
                          const struct segment *segment, const struct digest *digest)
{
    for (size_t c = 0; c < world->settings.client_count; c++) {
        struct world_client *client = &world->clients[c];
        if (!public_key_is_equal(&client->key, &segment->lane.client) ||
            client->session != segment->lane.session) {
            continue;
        }
        if (segment->sequence != ++node->tips[c] || segment->sequence > client->made ||
            !digest_is_equal(digest, &client->digests[segment->sequence - 1])) {
            note_fault(world, "order");
        }
        if (segment->sequence > client->decided) {
            client->decided = segment->sequence;
        }
    }
}

void world_judge(struct world *world, size_t number, const struct decision *decision)
{
    struct world_node *node = &world->nodes[number];
    height_nr height = decision->order.height;
    bool is_loyal = !is_twin(world, node->id);
    if (height != node->height + 1) {
        note_fault(world, "order");
    }
    node->height = height;
    if (!is_loyal) {
        return;
    }
    if (height > world->log_count) {
        world->log = realloc(world->log, height * sizeof *world->log);
        ASSERT(world->log != NULL && height == world->log_count + 1);
        world->log[world->log_count++] = decision->digest;
    } else if (!digest_is_equal(&world->log[height - 1], &decision->digest)) {
        note_fault(world, "agreement");
    }
    /* Within a decision, lanes ascend, and a lane goes on where the decisions before left it. */
    size_t next = 0;
    for (size_t t = 0; t < decision->order.tip_count; t++) {
        const struct lane_tip *tip = &decision->order.tips[t];
        size_t count = 0;
        while (next + count < decision->segment_count &&
               lane_id_is_equal(&decision->segments[next + count].lane, &tip->lane)) {
            count++;
        }
        for (size_t i = 0; i < count; i++) {
            judge_segment(world, node, &decision->segments[next + i],
                          &decision->segment_digests[next + i]);
        }
        next += count;
    }
    if (next != decision->segment_count) {
        note_fault(world, "order");
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
            send_frame(world, self, to, buffer_slice(&bytes));
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
                    send_frame(world, self, to, buffer_slice(&block->bytes));
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
        judge_send(world, node, &seen);
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

/* ---- nodes ---- */

static struct replica_time time_of(const struct world *world, size_t node)
{
    /* Clocks start anywhere; wall clocks differ by a few ms. */
    return (struct replica_time){.monotonic_ns = world->now_ns + 1000 * MS + node * 17 * MS,
                                 .wall_ns = wall_begin_ns + world->now_ns + node * 3 * MS};
}

static void boot(struct world *world, size_t number)
{
    struct world_node *node = &world->nodes[number];
    struct replica_settings settings = {
        .replica_count = world->settings.replica_count,
        .fault_count = world->settings.fault_count,
        .self = node->id,
        .delta_ns = world->settings.delta_ns,
        .time_ahead_ns = 500 * MS,
        .client_count = world->settings.client_count,
        .clients = world->client_keys,
        .authority = {.context = &world->keys[node->id], .sign = sign_own, .verify = world_verify},
        .seed = prng_next(&world->prng)};
    emit_contexts[number] = (struct emit_context){.world = world, .node = number};
    settings.effects = (struct effects){.context = &emit_contexts[number], .emit = emit};
    world_genesis(&settings.genesis);
    memcpy(settings.replica_keys, world->keys, sizeof world->keys);
    node->memory = mmap(NULL, replica_memory_size(), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ASSERT(node->memory != MAP_FAILED);
    struct replica_base base = {.digest = settings.genesis};
    node->core = replica_init(node->memory, &settings, &base);
    node->is_applying = true;
    node->is_crashing = false;
    node->crash_in = 0;
    node->height = 0;
    memset(node->tips, 0, sizeof node->tips);
}

static void restore_record(struct world *world, struct world_node *node,
                           const struct world_record *record)
{
    struct arena arena;
    arena_init(&arena, world->arena_memory, ARENA_BYTES);
    struct slice bytes = buffer_slice(&record->bytes);
    enum verdict verdict = VERDICT_ACCEPTED;
    if (record->kind == EFFECT_PERSIST_SEGMENT) {
        struct segment segment;
        verdict = wire_decode_segment(bytes, &arena, &segment);
        replica_restore_segment(node->core, &segment);
    } else if (record->kind == EFFECT_PERSIST_PROPOSAL) {
        struct proposal proposal;
        verdict = wire_decode_proposal(bytes, &arena, &proposal);
        replica_restore_proposal(node->core, &proposal);
    } else if (record->kind == EFFECT_PERSIST_VOTE) {
        struct vote vote;
        verdict = wire_decode_vote(bytes, &arena, &vote);
        replica_restore_vote(node->core, &vote);
    } else if (record->kind == EFFECT_PERSIST_CERTIFICATE) {
        struct certificate certificate;
        verdict = wire_decode_certificate(bytes, &arena, &certificate);
        replica_restore_certificate(node->core, &certificate);
    }
    ASSERT(verdict == VERDICT_ACCEPTED);
}

static void restore_block(struct world *world, struct world_node *node,
                          const struct world_record *record)
{
    struct arena arena;
    struct peer_message *message;
    size_t count;
    struct digest digest;
    struct lane_id evicted[TIPS_PER_ORDER_MAX];
    size_t evicted_count;
    arena_init(&arena, world->arena_memory, ARENA_BYTES);
    enum verdict verdict =
        wire_decode_peer_frame(buffer_slice(&record->bytes), &arena, &message, &count);
    ASSERT(verdict == VERDICT_ACCEPTED && count == 1);
    order_digest(&message->block.order, &digest);
    replica_restore_block(node->core, &message->block, &digest, evicted, &evicted_count);
    node->height = record->height;
    for (size_t i = 0; i < message->block.segment_count; i++) {
        for (size_t c = 0; c < world->settings.client_count; c++) {
            const struct lane_id *lane = &message->block.segments[i].lane;
            if (public_key_is_equal(&world->clients[c].key, &lane->client) &&
                world->clients[c].session == lane->session) {
                node->tips[c] = message->block.segments[i].sequence;
            }
        }
    }
}

static void check_node(struct world *world, struct world_node *node)
{
    replica_check(node->core, ++world->steps % CHECK_DEEPLY == 0);
}

/* The shell's duties at the end of a turn: sync, send, apply. */
static void end_turn(struct world *world, size_t number)
{
    struct world_node *node = &world->nodes[number];
    if (node->is_crashing) {
        world_crash(world, number);
        return;
    }
    node->synced = node->record_count;
    for (size_t i = 0; i < node->said_count; i++) {
        judge_vote(world, node->id, &node->said[i]);
    }
    node->said_count = 0;
    for (size_t to = 0; to < world->settings.node_count; to++) {
        struct buffer *held = &node->held_back[to];
        for (size_t at = 0; at < held->size;) {
            size_t size = get_u32(held->data + at);
            send_frame(world, number, to, slice_of(held->data + at + 4, size));
            at += 4 + size;
        }
        buffer_clear(held);
    }
    if (node->is_applying) {
        replica_on_applied(node->core, node->height);
    }
    check_node(world, node);
}

void world_turn(struct world *world, size_t number)
{
    struct world_node *node = &world->nodes[number];
    replica_on_turn(node->core, time_of(world, number));
    end_turn(world, number);
}

void world_crash(struct world *world, size_t number)
{
    struct world_node *node = &world->nodes[number];
    munmap(node->memory, replica_memory_size());
    node->memory = NULL;
    node->core = NULL;
    node->is_crashing = false;
    node->crash_in = 0;
    node->said_count = 0;
    /* Of what was not synced, the disk kept the beginning. */
    size_t kept =
        node->synced + (size_t)prng_below(&world->prng, node->record_count - node->synced + 1);
    while (node->record_count > kept) {
        buffer_fini(&node->records[--node->record_count].bytes);
    }
    for (size_t to = 0; to < world->settings.node_count; to++) {
        buffer_clear(&node->held_back[to]);
    }
}

void world_restart(struct world *world, size_t number, bool keeps_ledger)
{
    struct world_node *node = &world->nodes[number];
    if (!keeps_ledger) {
        while (node->record_count > 0) {
            buffer_fini(&node->records[--node->record_count].bytes);
        }
    }
    boot(world, number);
    for (size_t i = 0; i < node->record_count; i++) {
        if (node->records[i].kind == EFFECT_DECIDED) {
            restore_block(world, node, &node->records[i]);
        }
    }
    for (int pass = 0; pass < 2; pass++) { /* segments after all others */
        for (size_t i = 0; i < node->record_count; i++) {
            const struct world_record *record = &node->records[i];
            if ((record->kind == EFFECT_PERSIST_SEGMENT) == (pass == 1)) {
                restore_record(world, node, record);
            }
        }
    }
    node->synced = node->record_count;
    replica_start(node->core, time_of(world, number));
    end_turn(world, number);
}

void world_dump(struct world *world, size_t number)
{
    struct world_node *node = &world->nodes[number];
    size_t kept = 0;
    for (size_t i = 0; i < node->record_count; i++) {
        if (node->records[i].kind == EFFECT_DECIDED) {
            node->records[kept++] = node->records[i];
        } else {
            buffer_fini(&node->records[i].bytes);
        }
    }
    node->record_count = kept;
    replica_dump(node->core);
    node->synced = node->record_count;
}

enum verdict world_inject(struct world *world, replica_id from, size_t to,
                          const struct peer_message *message)
{
    struct world_node *node = &world->nodes[to];
    enum verdict verdict = replica_on_peer_message(node->core, time_of(world, to), from, message);
    world_turn(world, to);
    return verdict;
}

/* ---- the world ---- */

struct world *world_new(const struct world_settings *settings)
{
    struct world *world = calloc(1, sizeof *world);
    ASSERT(world != NULL && settings->replica_count > 0);
    world->settings = *settings;
    if (world->settings.node_count == 0) {
        world->settings.node_count = settings->replica_count;
    }
    if (world->settings.delta_ns == 0) {
        world->settings.delta_ns = 100 * MS;
        world->settings.delay_min_ns = 1 * MS;
        world->settings.delay_max_ns = 20 * MS;
    }
    prng_init(&world->prng, settings->seed);
    world->arena_memory = malloc(ARENA_BYTES);
    world->said = calloc((size_t)REPLICAS_MAX * SAID_VIEWS * VOTE_KIND_COUNT, sizeof *world->said);
    ASSERT(world->arena_memory != NULL && world->said != NULL);
    for (size_t i = 0; i < settings->replica_count; i++) {
        world_key('r', i, &world->keys[i]);
    }
    for (size_t i = 0; i < settings->client_count; i++) {
        world_key('c', i, &world->client_keys[i]);
        world->clients[i].key = world->client_keys[i];
        world->clients[i].session = 1;
    }
    world_link_all(world);
    for (size_t i = 0; i < world->settings.node_count; i++) {
        world->nodes[i].id = (replica_id)(i % settings->replica_count);
        boot(world, i);
    }
    for (size_t i = 0; i < world->settings.node_count; i++) {
        replica_start(world->nodes[i].core, time_of(world, i));
        end_turn(world, i);
    }
    return world;
}

void world_free(struct world *world)
{
    for (size_t i = 0; i < world->settings.node_count; i++) {
        struct world_node *node = &world->nodes[i];
        if (node->core != NULL) {
            replica_check(node->core, i == 0); /* a deep check walks all memory */
            world_crash(world, i);
        }
        while (node->record_count > 0) {
            buffer_fini(&node->records[--node->record_count].bytes);
        }
        free(node->records);
        for (size_t to = 0; to < WORLD_NODES_MAX; to++) {
            buffer_fini(&node->held_back[to]);
        }
    }
    for (size_t c = 0; c < WORLD_CLIENTS_MAX; c++) {
        for (size_t i = 0; i < world->clients[c].made; i++) {
            buffer_fini(&world->clients[c].segments[i]);
        }
    }
    for (size_t i = 0; i < world->event_count; i++) {
        buffer_fini(&world->events[i].frame);
    }
    free(world->events);
    free(world->log);
    free(world->said);
    free(world->arena_memory);
    free(world);
}

void world_link(struct world *world, size_t a, size_t b, bool is_linked)
{
    world->is_linked[a][b] = is_linked;
    world->is_linked[b][a] = is_linked;
}

void world_link_all(struct world *world)
{
    for (size_t a = 0; a < WORLD_NODES_MAX; a++) {
        for (size_t b = 0; b < WORLD_NODES_MAX; b++) {
            world->is_linked[a][b] = true;
        }
    }
}

static void send_segment(struct world *world, size_t client, size_t index)
{
    for (size_t to = 0; to < world->settings.node_count; to++) {
        if (!chance(world, world->settings.client_loss_percent)) {
            push_event(world,
                       (struct world_event){.at_ns = world->now_ns + delay(world),
                                            .from = client,
                                            .to = to,
                                            .is_client = true},
                       buffer_slice(&world->clients[client].segments[index]));
        }
    }
}

void world_request(struct world *world, size_t number, const char *text)
{
    struct world_client *client = &world->clients[number];
    struct lane_id lane = {.client = client->key, .session = client->session};
    struct digest genesis;
    struct digest previous;
    struct segment segment;
    ASSERT(client->made < WORLD_LANE_MAX);
    world_genesis(&genesis);
    lane_digest_zero(&genesis, &lane, &previous);
    if (client->made > 0) {
        previous = client->digests[client->made - 1];
    }
    world_segment(&lane, client->made + 1, &previous, text, &client->segments[client->made],
                  &segment, &client->digests[client->made]);
    client->made++;
    send_segment(world, number, client->made - 1);
    client->retry_at_ns = world->now_ns + 4 * world->settings.delta_ns;
}

static void retry_clients(struct world *world)
{
    for (size_t c = 0; c < world->settings.client_count; c++) {
        struct world_client *client = &world->clients[c];
        if (client->decided < client->made && world->now_ns >= client->retry_at_ns) {
            for (size_t i = client->decided; i < client->made && i < client->decided + 8; i++) {
                send_segment(world, c, i);
            }
            client->retry_at_ns = world->now_ns + 4 * world->settings.delta_ns;
        }
    }
}

static void deliver(struct world *world, struct world_event *event)
{
    struct world_node *node = &world->nodes[event->to];
    if (node->core == NULL) {
        return;
    }
    struct arena arena;
    arena_init(&arena, world->arena_memory, ARENA_BYTES);
    struct slice bytes = buffer_slice(&event->frame);
    world->trace =
        (world->trace ^ event->at_ns ^ (uint64_t)event->to) * UINT64_C(0x100000001b3) + bytes.size;
    if (event->is_client) {
        struct segment segment;
        enum verdict verdict = wire_decode_segment(bytes, &arena, &segment);
        ASSERT(verdict == VERDICT_ACCEPTED);
        (void)replica_on_client_segment(node->core, time_of(world, event->to), &segment);
    } else {
        struct peer_message *message;
        size_t count;
        enum verdict verdict = wire_decode_peer_frame(bytes, &arena, &message, &count);
        ASSERT(verdict == VERDICT_ACCEPTED && count == 1);
        (void)replica_on_peer_message(node->core, time_of(world, event->to),
                                      world->nodes[event->from].id, message);
    }
    if (node->is_crashing) {
        world_crash(world, event->to);
        return;
    }
    world_turn(world, event->to);
}

/* When something is due next: an event, or a timer of node *timer. */
static uint64_t next_due(const struct world *world, size_t *timer)
{
    uint64_t due = world->event_count == 0 ? UINT64_MAX : world->events[0].at_ns;
    *timer = WORLD_NODES_MAX;
    for (size_t i = 0; i < world->settings.node_count; i++) {
        if (world->nodes[i].core == NULL) {
            continue;
        }
        uint64_t deadline = replica_deadline(world->nodes[i].core);
        uint64_t offset = time_of(world, i).monotonic_ns - world->now_ns;
        uint64_t at = deadline == UINT64_MAX              ? UINT64_MAX
                      : deadline < offset                 ? world->now_ns
                      : deadline - offset < world->now_ns ? world->now_ns
                                                          : deadline - offset;
        if (at < due) {
            due = at;
            *timer = i;
        }
    }
    return due;
}

void world_run(struct world *world, uint64_t duration_ns)
{
    uint64_t end = world->now_ns + duration_ns;
    for (;;) {
        size_t timer;
        uint64_t due = next_due(world, &timer);
        if (due > end) {
            break;
        }
        world->now_ns = due > world->now_ns ? due : world->now_ns;
        if (timer < WORLD_NODES_MAX) {
            world_turn(world, timer);
        } else {
            struct world_event event = pop_event(world);
            deliver(world, &event);
            buffer_fini(&event.frame);
        }
        retry_clients(world);
    }
    world->now_ns = end;
    retry_clients(world);
}

static bool is_settled(const struct world *world)
{
    for (size_t c = 0; c < world->settings.client_count; c++) {
        if (world->clients[c].decided < world->clients[c].made) {
            return false;
        }
    }
    for (size_t i = 0; i < world->settings.node_count; i++) {
        if (world->nodes[i].core != NULL && !is_twin(world, world->nodes[i].id) &&
            world->nodes[i].height < world->log_count) {
            return false;
        }
    }
    return true;
}

bool world_settle(struct world *world, uint64_t limit_ns)
{
    uint64_t end = world->now_ns + limit_ns;
    while (!is_settled(world)) {
        if (world->now_ns >= end) {
            return false;
        }
        world_run(world, world->settings.delta_ns / 2);
    }
    return true;
}
