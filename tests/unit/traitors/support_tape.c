/* support_tape.c - see support_tape.h. */
#include "support_tape.h"

#include "base/assert.h"
#include "wire/codec.h"
#include "wire/digests.h"

#include <stdlib.h>

/* ---- recording ---- */

static void keep(void *context, replica_id seat, const struct event *event)
{
    struct tape *tape = context;
    if (seat != TAPE_SELF) {
        return;
    }
    if (tape->count == tape->capacity) {
        tape->capacity = tape->capacity == 0 ? 1024 : 2 * tape->capacity;
        tape->events = realloc(tape->events, tape->capacity * sizeof *tape->events);
        tape->bytes = realloc(tape->bytes, tape->capacity * sizeof *tape->bytes);
        ASSERT(tape->events != NULL && tape->bytes != NULL);
    }
    uint8_t *bytes = malloc(event->bytes.size + 1);
    ASSERT(bytes != NULL);
    bytes_copy(bytes, event->bytes.data, event->bytes.size);
    tape->bytes[tape->count] = bytes;
    tape->events[tape->count] = *event;
    tape->events[tape->count++].bytes = slice_of(bytes, event->bytes.size);
}

void tape_record(struct tape *tape, size_t strategy)
{
    *tape = (struct tape){0};
    struct onlooker onlooker = {.context = tape, .see = keep};
    struct table *table = table_new(TAPE_REPLICAS, 1u << 2, strategy, 1, &onlooker);
    table_run(table, TAPE_MS);
    tape->conspiracy = table->conspiracy;
    tape->conspiracy.members = 1u << TAPE_SELF;
    table_free(table);
}

void tape_free(struct tape *tape)
{
    for (size_t i = 0; i < tape->count; i++) {
        free(tape->bytes[i]);
    }
    free(tape->bytes);
    free(tape->events);
}

/* ---- what leaves ---- */

static uint64_t hash_bytes(uint64_t before, replica_id to, struct slice bytes)
{
    uint64_t hash = (before ^ to) * UINT64_C(0x100000001b3);
    for (size_t i = 0; i < bytes.size; i++) {
        hash = (hash ^ bytes.data[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

static bool is_signed_by(struct playback *playback, replica_id voter, enum vote_kind kind,
                         view_nr view, const struct digest *digest,
                         const struct signature *signature)
{
    struct digest message;
    if (voter >= TAPE_REPLICAS) {
        return false;
    }
    struct authority authority = ideal_authority(&playback->signers[voter]);
    vote_sign_digest(&playback->conspiracy.genesis, kind, view, digest, &message);
    return authority.verify(authority.context, &playback->signers[voter].key, &message, signature);
}

static void describe_certificate(struct playback *playback, const struct certificate *certificate,
                                 struct spoken *spoken)
{
    spoken->vote = certificate->kind;
    spoken->view = certificate->view;
    spoken->digest = certificate->digest;
    spoken->count = certificate->count;
    spoken->is_authentic = true;
    for (size_t i = 0; i < certificate->count; i++) {
        spoken->is_authentic =
            spoken->is_authentic &&
            is_signed_by(playback, certificate->signatures[i].voter, certificate->kind,
                         certificate->view, &certificate->digest,
                         &certificate->signatures[i].signature);
    }
}

static bool is_sent_by_client(struct playback *playback, const struct segment *segment)
{
    struct digest digest;
    struct digest message;
    struct authority authority = ideal_authority(&playback->signers[TAPE_SELF]);
    lane_digest_next(&segment->lane, segment->sequence, &segment->previous, segment->body, &digest);
    lane_sign_digest(&playback->conspiracy.genesis, &segment->lane, segment->sequence, &digest,
                     &message);
    return authority.verify(authority.context, &segment->lane.client, &message,
                            &segment->signature);
}

static void describe_block(struct playback *playback, const struct block *block,
                           struct spoken *spoken)
{
    if (block->has_certificate) {
        describe_certificate(playback, &block->certificate, spoken);
    }
    for (size_t i = 0; i < block->segment_count; i++) {
        spoken->is_authentic =
            spoken->is_authentic && is_sent_by_client(playback, &block->segments[i]);
    }
    spoken->view = block->order.view;
    spoken->height = block->order.height;
    spoken->count = block->segment_count;
    order_digest(&block->order, &spoken->digest);
}

static void describe(struct playback *playback, const struct peer_message *message,
                     struct spoken *spoken)
{
    spoken->kind = message->kind;
    spoken->is_authentic = true;
    if (message->kind == PEER_VOTE) {
        const struct vote *vote = &message->vote;
        spoken->vote = vote->kind;
        spoken->voter = vote->voter;
        spoken->view = vote->view;
        spoken->digest = vote->digest;
        spoken->is_authentic = is_signed_by(playback, vote->voter, vote->kind, vote->view,
                                            &vote->digest, &vote->signature);
    } else if (message->kind == PEER_CERTIFICATE) {
        describe_certificate(playback, &message->certificate, spoken);
    } else if (message->kind == PEER_PROPOSAL) {
        const struct proposal *proposal = &message->proposal;
        spoken->view = proposal->order.view;
        spoken->height = proposal->order.height;
        spoken->count = proposal->order.tip_count;
        spoken->voter = (replica_id)(spoken->view % TAPE_REPLICAS);
        order_digest(&proposal->order, &spoken->digest);
        spoken->is_authentic = is_signed_by(playback, spoken->voter, VOTE_NOTARIZE, spoken->view,
                                            &spoken->digest, &proposal->signature);
        spoken->is_by_self = is_signed_by(playback, TAPE_SELF, VOTE_NOTARIZE, spoken->view,
                                          &spoken->digest, &proposal->signature);
    } else if (message->kind == PEER_HEARTBEAT) {
        spoken->view = message->heartbeat.view;
        spoken->height = message->heartbeat.height;
    } else if (message->kind == PEER_BLOCK) {
        describe_block(playback, &message->block, spoken);
    } else if (message->kind == PEER_SEGMENT) {
        spoken->is_authentic = is_sent_by_client(playback, &message->segment);
    }
}

/* Is the message among those of the frame that the shell sent? */
static bool is_in_frame(const struct playback *playback, replica_id to,
                        const struct peer_message *message)
{
    const struct event *event = playback->event;
    struct buffer encoded = {0};
    bool is_found = false;
    if (event->kind != EVENT_SENT || event->peer != to) {
        return false;
    }
    wire_encode_peer_message(&encoded, message);
    for (size_t at = 0; at + encoded.size <= event->bytes.size && !is_found; at++) {
        is_found = memcmp(event->bytes.data + at, encoded.data, encoded.size) == 0;
    }
    buffer_fini(&encoded);
    return is_found;
}

static void note(struct playback *playback, replica_id to, const struct peer_message *message)
{
    if (playback->spoken_count == playback->spoken_capacity) {
        playback->spoken_capacity =
            playback->spoken_capacity == 0 ? 1024 : 2 * playback->spoken_capacity;
        playback->spoken =
            realloc(playback->spoken, playback->spoken_capacity * sizeof *playback->spoken);
        ASSERT(playback->spoken != NULL);
    }
    struct spoken *spoken = &playback->spoken[playback->spoken_count++];
    *spoken = (struct spoken){.now_ns = playback->event->now_ns,
                              .is_late = playback->event->kind != EVENT_SENT,
                              .to = to};
    describe(playback, message, spoken);
    spoken->is_true = is_in_frame(playback, to, message);
}

static void send_frame(void *self, replica_id to, struct slice frame, uint64_t now_ns)
{
    struct playback *playback = self;
    const struct event *event = playback->event;
    struct peer_message *messages;
    size_t count;
    ASSERT(to < TAPE_REPLICAS && to != TAPE_SELF);
    ASSERT(frame.size >= 1 && frame.size <= FRAME_BYTES_MAX);
    ASSERT(now_ns == event->now_ns);
    playback->hash = hash_bytes(playback->hash, to, frame);
    playback->frames++;
    playback->call_is_same = playback->call_count == 0 && event->kind == EVENT_SENT &&
                             to == event->peer && slice_is_equal(frame, event->bytes);
    playback->call_count++;
    arena_reset(&playback->arena);
    if (wire_decode_peer_frame(frame, &playback->arena, &messages, &count) != VERDICT_ACCEPTED) {
        playback->malformed++;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        note(playback, to, &messages[i]);
    }
}

static void send_answer(void *self, link_nr link, struct slice frame, uint64_t now_ns)
{
    struct playback *playback = self;
    const struct event *event = playback->event;
    struct replica_message *messages;
    size_t count;
    (void)now_ns;
    ASSERT(link == TABLE_LINK);
    uint64_t before = playback->answer_hash;
    playback->hash = hash_bytes(playback->hash, REPLICAS_MAX, frame);
    playback->answer_hash = hash_bytes(0, REPLICAS_MAX, frame);
    playback->repeated_answers += playback->answer_hash == before ? 1 : 0;
    playback->answers++;
    playback->call_is_same = playback->call_count == 0 && event->kind == EVENT_ANSWERED &&
                             slice_is_equal(frame, event->bytes);
    playback->call_count++;
    arena_reset(&playback->arena);
    if (wire_decode_replica_frame(frame, &playback->arena, &messages, &count) != VERDICT_ACCEPTED) {
        playback->malformed++;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        playback->reply_counts[messages[i].kind]++;
    }
}

/* ---- what comes in ---- */

static bool receive_frame(void *self, uint64_t now_ns, struct peers_event *event)
{
    struct playback *playback = self;
    (void)now_ns;
    if (playback->is_taken) {
        return false;
    }
    playback->is_taken = true;
    *event = (struct peers_event){.verdict = VERDICT_ACCEPTED,
                                  .from = playback->event->peer,
                                  .bytes = playback->event->bytes};
    return true;
}

static bool receive_request(void *self, uint64_t now_ns, struct listener_event *event)
{
    struct playback *playback = self;
    (void)now_ns;
    if (playback->is_taken) {
        return false;
    }
    playback->is_taken = true;
    *event = (struct listener_event){
        .verdict = VERDICT_ACCEPTED, .link = TABLE_LINK, .bytes = playback->event->bytes};
    return true;
}

static uint64_t tick_links(void *self, uint64_t now_ns)
{
    (void)self;
    (void)now_ns;
    return UINT64_MAX;
}

static uint64_t now(void *self)
{
    return ((struct playback *)self)->event->now_ns;
}

/* ---- playing ---- */

/* The shell signs something, too. True if the signature is another one. */
static bool sign_something(struct playback *playback, const struct ports *ports)
{
    struct digest digest = {{1}};
    struct signature signature;
    put_u64(digest.bytes + 1, playback->frames);
    ports->authority.sign(ports->authority.context, &digest, &signature);
    bool is_good = ports->authority.verify(ports->authority.context,
                                           &playback->signers[TAPE_SELF].key, &digest, &signature);
    playback->bad_signatures += is_good ? 0 : 1;
    return !is_good;
}

/* Plays one event; true if something happened otherwise than with loyal ports. */
static bool play(struct playback *playback, const struct ports *ports)
{
    const struct event *event = playback->event;
    struct peers_event heard;
    struct listener_event request;
    switch (event->kind) {
    case EVENT_HEARD:
        return !ports->receive_frame(ports->self, event->now_ns, &heard) ||
               !slice_is_equal(heard.bytes, event->bytes) || playback->call_count != 0;
    case EVENT_REQUEST:
        return !ports->receive_request(ports->self, event->now_ns, &request);
    case EVENT_SENT:
        ports->send_frame(ports->self, event->peer, event->bytes, event->now_ns);
        return playback->call_count != 1 || !playback->call_is_same;
    case EVENT_ANSWERED:
        ports->send_answer(ports->self, TABLE_LINK, event->bytes, event->now_ns);
        return playback->call_count != 1 || !playback->call_is_same;
    case EVENT_TICK:
        (void)ports->tick_links(ports->self, event->now_ns);
        return playback->call_count != 0;
    }
    return false;
}

static void play_and_judge(struct playback *playback, const struct ports *ports)
{
    uint64_t now_ns = playback->event->now_ns;
    uint64_t before = traitor_acted(playback->traitor);
    bool is_due = traitor_deadline(playback->traitor) <= now_ns;
    playback->is_taken = false;
    playback->call_count = 0;
    playback->call_is_same = false;
    bool is_otherwise = play(playback, ports);
    bool has_counted = traitor_acted(playback->traitor) != before && !playback->is_blind;
    /* What was held back counted when it was, not when it leaves. */
    if (is_otherwise != has_counted && !(is_due && playback->event->kind == EVENT_TICK)) {
        playback->misjudged++;
    }
    if (playback->event->kind == EVENT_TICK) {
        ASSERT(traitor_deadline(playback->traitor) > now_ns);
        before = traitor_acted(playback->traitor);
        bool is_other = sign_something(playback, ports);
        playback->misjudged += is_other != (traitor_acted(playback->traitor) != before) ? 1 : 0;
    }
}

void playback_run(struct playback *playback, const struct tape *tape, size_t strategy,
                  uint64_t seed)
{
    ideal_init(&playback->book, 1);
    void *memory = malloc(DECODE_BYTES_MAX);
    ASSERT(memory != NULL);
    arena_init(&playback->arena, memory, DECODE_BYTES_MAX);
    playback->conspiracy = tape->conspiracy;
    playback->conspiracy.seed = seed;
    for (replica_id i = 0; i < TAPE_REPLICAS; i++) {
        playback->signers[i] =
            (struct ideal_signer){.book = &playback->book, .key = ideal_key(&playback->book, i)};
    }
    struct ports inner = {
        .self = playback,
        .authority = ideal_authority(&playback->signers[TAPE_SELF]),
        .monotonic_ns = now,
        .wall_ns = now,
        .receive_frame = receive_frame,
        .send_frame = send_frame,
        .tick_links = tick_links,
        .receive_request = receive_request,
        .send_answer = send_answer,
    };
    ASSERT(traitor_new(&playback->traitor, &playback->conspiracy, TAPE_SELF, strategy, &inner) ==
           OK);
    struct ports ports = traitor_ports(playback->traitor);
    for (size_t i = 0; i < tape->count; i++) {
        playback->event = &tape->events[i];
        play_and_judge(playback, &ports);
    }
}

void playback_fini(struct playback *playback)
{
    traitor_free(playback->traitor);
    free(playback->arena.memory);
    free(playback->spoken);
}

uint64_t playback_acted(const struct playback *playback)
{
    return traitor_acted(playback->traitor);
}
