/* stage.c - see stage.h. */
#include "support/stage.h"

#include "base/assert.h"
#include "wire/digests.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

static const struct digest nothing;

static void keep_order(struct stage_said *said, const struct order *order)
{
    size_t count = order->tip_count < STAGE_TIPS_MAX ? order->tip_count : STAGE_TIPS_MAX;
    said->order = *order;
    bytes_copy(said->tips, order->tips, count * sizeof said->tips[0]);
    said->order.tips = said->tips;
}

static void keep_record(struct stage *stage, const struct effect *effect)
{
    ASSERT(stage->record_count < STAGE_SAID_MAX);
    struct buffer *bytes = &stage->records[stage->record_count];
    stage->record_kinds[stage->record_count] = effect->kind;
    if (effect->kind == EFFECT_PERSIST_SEGMENT) {
        buffer_append(bytes, effect->segment->encoded);
    } else if (effect->kind == EFFECT_PERSIST_PROPOSAL) {
        wire_encode_proposal(bytes, effect->proposal);
    } else if (effect->kind == EFFECT_PERSIST_VOTE) {
        wire_encode_vote(bytes, effect->vote);
    } else if (effect->kind == EFFECT_PERSIST_CERTIFICATE) {
        wire_encode_certificate(bytes, effect->certificate);
    } else {
        return;
    }
    stage->record_count++;
}

static void emit(void *context, const struct effect *effect)
{
    struct stage *stage = context;
    ASSERT(stage->said_count < STAGE_SAID_MAX);
    struct stage_said *said = &stage->said[stage->said_count++];
    *said = (struct stage_said){.kind = effect->kind, .to = effect->to, .durable = effect->durable};
    keep_record(stage, effect);
    switch (effect->kind) {
    case EFFECT_SEND:
        said->message = *effect->message;
        if (effect->message->kind == PEER_PROPOSAL) {
            keep_order(said, &effect->message->proposal.order);
        }
        return;
    case EFFECT_PERSIST_VOTE:
        said->vote = *effect->vote;
        return;
    case EFFECT_PERSIST_PROPOSAL:
        keep_order(said, &effect->proposal->order);
        return;
    case EFFECT_DECIDED:
        keep_order(said, &effect->decision->order);
        said->segment_count = effect->decision->segment_count;
        stage->decided = effect->decision->order.height;
        return;
    case EFFECT_SERVE_BLOCKS:
        said->number = effect->height;
        return;
    case EFFECT_BUSY:
    case EFFECT_SESSION_GONE:
        said->number = effect->sequence;
        return;
    case EFFECT_PERSIST_SEGMENT:
    case EFFECT_FORGET_SEGMENT:
    case EFFECT_PERSIST_CERTIFICATE:
        return;
    }
}

static void sign_own(void *context, const struct digest *digest, struct signature *signature)
{
    world_sign(context, digest, signature);
}

static void boot(struct stage *stage)
{
    struct replica_base base = {.digest = stage->settings.genesis};
    stage->memory = mmap(NULL, replica_memory_size(), PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ASSERT(stage->memory != MAP_FAILED);
    stage->settings.clients = stage->clients;
    stage->core = replica_init(stage->memory, &stage->settings, &base);
}

struct stage *stage_new(replica_id self, size_t replica_count)
{
    struct stage *stage = calloc(1, sizeof *stage);
    ASSERT(stage != NULL);
    stage->is_applying = true;
    world_key('c', 0, &stage->clients[0]);
    world_key('c', 1, &stage->clients[1]);
    stage->settings = (struct replica_settings){.replica_count = replica_count,
                                                .fault_count = (replica_count - 1) / 3,
                                                .self = self,
                                                .delta_ns = STAGE_DELTA_NS,
                                                .time_ahead_ns = STAGE_AHEAD_NS,
                                                .client_count = 2,
                                                .seed = 1};
    world_genesis(&stage->settings.genesis);
    for (size_t i = 0; i < replica_count; i++) {
        world_key('r', i, &stage->settings.replica_keys[i]);
    }
    stage->settings.authority = (struct authority){
        .context = &stage->settings.replica_keys[self], .sign = sign_own, .verify = world_verify};
    stage->settings.effects = (struct effects){.context = stage, .emit = emit};
    boot(stage);
    replica_start(stage->core, stage_time(stage));
    return stage;
}

void stage_free(struct stage *stage)
{
    replica_check(stage->core, true);
    munmap(stage->memory, replica_memory_size());
    for (size_t i = 0; i < STAGE_SAID_MAX; i++) {
        buffer_fini(&stage->records[i]);
    }
    free(stage);
}

static void restore_record(struct stage *stage, size_t record)
{
    struct slice bytes = buffer_slice(&stage->records[record]);
    enum verdict verdict = VERDICT_ACCEPTED;
    struct arena arena;
    uint8_t *memory = malloc(1u << 20);
    ASSERT(memory != NULL);
    arena_init(&arena, memory, 1u << 20);
    if (stage->record_kinds[record] == EFFECT_PERSIST_SEGMENT) {
        struct segment segment;
        verdict = wire_decode_segment(bytes, &arena, &segment);
        replica_restore_segment(stage->core, &segment);
    } else if (stage->record_kinds[record] == EFFECT_PERSIST_PROPOSAL) {
        struct proposal proposal;
        verdict = wire_decode_proposal(bytes, &arena, &proposal);
        replica_restore_proposal(stage->core, &proposal);
    } else if (stage->record_kinds[record] == EFFECT_PERSIST_VOTE) {
        struct vote vote;
        verdict = wire_decode_vote(bytes, &arena, &vote);
        replica_restore_vote(stage->core, &vote);
    } else {
        struct certificate certificate;
        verdict = wire_decode_certificate(bytes, &arena, &certificate);
        replica_restore_certificate(stage->core, &certificate);
    }
    ASSERT(verdict == VERDICT_ACCEPTED);
    free(memory);
}

void stage_restart(struct stage *stage, size_t record_count)
{
    munmap(stage->memory, replica_memory_size());
    while (stage->record_count > record_count) {
        buffer_fini(&stage->records[--stage->record_count]);
        stage->records[stage->record_count] = (struct buffer){0};
    }
    boot(stage);
    for (int pass = 0; pass < 2; pass++) { /* segments after all others */
        for (size_t i = 0; i < record_count; i++) {
            bool is_segment = stage->record_kinds[i] == EFFECT_PERSIST_SEGMENT;
            if (is_segment == (pass == 1)) {
                restore_record(stage, i);
            }
        }
    }
    stage_forget(stage);
    stage->decided = 0;
    replica_start(stage->core, stage_time(stage));
}

struct replica_time stage_time(const struct stage *stage)
{
    return (struct replica_time){.monotonic_ns = STAGE_BOOT_NS + stage->now_ms * MS,
                                 .wall_ns = STAGE_WALL_NS + stage->now_ms * MS};
}

static void turn(struct stage *stage)
{
    replica_on_turn(stage->core, stage_time(stage));
    if (stage->is_applying) {
        replica_on_applied(stage->core, stage_height(stage));
    }
    replica_check(stage->core, false);
}

void stage_at(struct stage *stage, uint64_t ms)
{
    ASSERT(ms >= stage->now_ms);
    stage->now_ms = ms;
    turn(stage);
}

void stage_until(struct stage *stage, uint64_t ms)
{
    for (;;) {
        uint64_t deadline = replica_deadline(stage->core);
        uint64_t due = deadline == UINT64_MAX || deadline < STAGE_BOOT_NS
                           ? UINT64_MAX
                           : (deadline - STAGE_BOOT_NS + MS - 1) / MS;
        if (due >= ms) {
            break;
        }
        stage_at(stage, due > stage->now_ms ? due : stage->now_ms + 1);
    }
    stage_at(stage, ms);
}

void stage_forget(struct stage *stage)
{
    stage->said_count = 0;
}

view_nr stage_view(const struct stage *stage)
{
    struct replica_view view;
    replica_look(stage->core, &view);
    return view.view;
}

height_nr stage_height(const struct stage *stage)
{
    struct replica_view view;
    replica_look(stage->core, &view);
    return view.height;
}

enum verdict stage_say(struct stage *stage, replica_id from, const struct peer_message *message)
{
    enum verdict verdict = replica_on_peer_message(stage->core, stage_time(stage), from, message);
    turn(stage);
    return verdict;
}

void stage_sign_vote(const struct stage *stage, struct vote *vote)
{
    struct digest message;
    vote_sign_digest(&stage->settings.genesis, vote->kind, vote->view, &vote->digest, &message);
    world_sign(&stage->settings.replica_keys[vote->voter], &message, &vote->signature);
}

enum verdict stage_vote(struct stage *stage, replica_id voter, enum vote_kind kind, view_nr view,
                        const struct digest *digest)
{
    struct peer_message message = {.kind = PEER_VOTE,
                                   .vote = {.kind = kind,
                                            .voter = voter,
                                            .view = view,
                                            .digest = digest == NULL ? nothing : *digest}};
    stage_sign_vote(stage, &message.vote);
    return stage_say(stage, voter, &message);
}

void stage_make_certificate(const struct stage *stage, enum vote_kind kind, view_nr view,
                            const struct digest *digest, struct certificate *certificate)
{
    size_t n = stage->settings.replica_count;
    *certificate = (struct certificate){.kind = kind,
                                        .view = view,
                                        .digest = digest == NULL ? nothing : *digest,
                                        .count = n - stage->settings.fault_count};
    for (size_t i = 0; i < certificate->count; i++) {
        struct vote vote = {.kind = kind,
                            .voter = (replica_id)(n - certificate->count + i),
                            .view = view,
                            .digest = certificate->digest};
        stage_sign_vote(stage, &vote);
        certificate->signatures[i].voter = vote.voter;
        certificate->signatures[i].signature = vote.signature;
    }
}

enum verdict stage_certify(struct stage *stage, replica_id from, enum vote_kind kind, view_nr view,
                           const struct digest *digest)
{
    struct peer_message message = {.kind = PEER_CERTIFICATE};
    stage_make_certificate(stage, kind, view, digest, &message.certificate);
    return stage_say(stage, from, &message);
}

enum verdict stage_propose(struct stage *stage, const struct stage_order *order)
{
    struct vote vote = {.kind = VOTE_NOTARIZE,
                        .voter = (replica_id)(order->order.view % stage->settings.replica_count),
                        .view = order->order.view,
                        .digest = order->digest};
    stage_sign_vote(stage, &vote);
    struct peer_message message = {
        .kind = PEER_PROPOSAL, .proposal = {.order = order->order, .signature = vote.signature}};
    return stage_say(stage, vote.voter, &message);
}

enum verdict stage_beat(struct stage *stage, replica_id from, view_nr view, height_nr height)
{
    struct peer_message message = {.kind = PEER_HEARTBEAT,
                                   .heartbeat = {.view = view, .height = height}};
    return stage_say(stage, from, &message);
}

enum verdict stage_client(struct stage *stage, const struct segment *segment)
{
    enum verdict verdict = replica_on_client_segment(stage->core, stage_time(stage), segment);
    turn(stage);
    return verdict;
}

void stage_seal(struct stage_order *made)
{
    made->order.tips = made->tips;
    order_digest(&made->order, &made->digest);
}

void stage_make_order(const struct stage *stage, view_nr view, const struct stage_order *parent,
                      const struct lane_tip *tip, struct stage_order *made)
{
    *made = (struct stage_order){.order = {.view = view,
                                           .parent = stage->settings.genesis,
                                           .height = 1,
                                           .time_ns = STAGE_WALL_NS + stage->now_ms * MS}};
    if (parent != NULL) {
        made->order.parent_view = parent->order.view;
        made->order.parent = parent->digest;
        made->order.height = parent->order.height + 1;
        if (made->order.time_ns <= parent->order.time_ns) {
            made->order.time_ns = parent->order.time_ns + 1;
        }
    }
    if (tip != NULL) {
        made->tips[0] = *tip;
        made->order.tip_count = 1;
    }
    stage_seal(made);
}

void stage_segment(const struct stage *stage, uint64_t session, uint64_t sequence,
                   struct buffer *encoded, struct segment *segment, struct lane_tip *tip)
{
    tip->lane = (struct lane_id){.client = stage->clients[0], .session = session};
    lane_digest_zero(&stage->settings.genesis, &tip->lane, &tip->digest);
    for (uint64_t i = 1; i <= sequence; i++) {
        char text[24];
        struct digest previous = tip->digest;
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)i);
        buffer_clear(encoded);
        world_segment(&tip->lane, i, &previous, text, encoded, segment, &tip->digest);
    }
    tip->sequence = sequence;
}

size_t stage_votes(const struct stage *stage, enum vote_kind kind, view_nr view)
{
    size_t count = 0;
    for (size_t i = 0; i < stage->said_count; i++) {
        const struct stage_said *said = &stage->said[i];
        count +=
            said->kind == EFFECT_PERSIST_VOTE && said->vote.kind == kind && said->vote.view == view
                ? 1
                : 0;
    }
    return count;
}

size_t stage_count(const struct stage *stage, enum effect_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < stage->said_count; i++) {
        count += stage->said[i].kind == kind ? 1 : 0;
    }
    return count;
}

size_t stage_sends(const struct stage *stage, enum peer_message_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < stage->said_count; i++) {
        count += stage->said[i].kind == EFFECT_SEND && stage->said[i].message.kind == kind ? 1 : 0;
    }
    return count;
}

const struct stage_said *stage_last(const struct stage *stage, enum peer_message_kind kind)
{
    for (size_t i = stage->said_count; i > 0; i--) {
        const struct stage_said *said = &stage->said[i - 1];
        if (said->kind == EFFECT_SEND && said->message.kind == kind) {
            return said;
        }
    }
    return NULL;
}
