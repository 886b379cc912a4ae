/* customer_plague.c - moves of a flooder and of a thief, and the thief's loot. */
#include "cluster/customer_liar.h"

#include "wire/codec.h"

#define LARGE_REQUEST_BYTES (128u << 10)
#define LARGE_SEGMENTS_MIN  (LANE_BYTES_MAX / LARGE_REQUEST_BYTES)
#define OVER_LIMIT          6u /* how far bounds are passed */
#define QUESTIONS           200u
#define QUESTION_KINDS      4u
#define QUERY_BYTES         256u

/* ---- floods ---- */

/* Frames that go to the same replicas, one after the other. */
struct flood {
    struct liar *liar;
    uint32_t to;
    size_t count; /* messages in the frame */
};

static struct flood begin(struct liar *liar)
{
    buffer_clear(&liar->frame);
    return (struct flood){.liar = liar, .to = liar_all_or_one(liar)};
}

static void flush(struct flood *flood)
{
    if (flood->count > 0) {
        liar_send(flood->liar, flood->to, &flood->liar->frame);
    }
    buffer_clear(&flood->liar->frame);
    flood->count = 0;
}

/* After each message: the next one may be as large as any. */
static void counted(struct flood *flood)
{
    flood->count++;
    if (flood->count == FRAME_MESSAGES_MAX ||
        flood->liar->frame.size > FRAME_BYTES_MAX - CLIENT_SEND_BYTES_MIN) {
        flush(flood);
    }
}

static void extend(struct flood *flood, struct forged_lane *lane, size_t request_count,
                   size_t request_bytes)
{
    struct forgery forgery = forge_next(lane);
    forgery.request_count = request_count;
    forgery.request_bytes = request_bytes;
    forge_segment(&flood->liar->forge, &forgery, &flood->liar->frame, &lane->tip);
    lane->sequence++;
    counted(flood);
}

static void flood_lane(struct flood *flood, size_t count, size_t request_count,
                       size_t request_bytes)
{
    liar_renew_lane(flood->liar);
    for (size_t i = 0; i < count; i++) {
        extend(flood, &flood->liar->lane, request_count, request_bytes);
    }
}

static void flood_sessions(struct flood *flood)
{
    for (size_t i = 0; i < SESSIONS_PER_CLIENT_MAX + OVER_LIMIT; i++) {
        struct liar *liar = flood->liar;
        liar_renew_lane(liar);
        extend(flood, &liar->lane, 1, FORGE_REQUEST_BYTES_MIN);
    }
}

static void flood_questions(struct flood *flood)
{
    static const uint8_t nonsense[QUERY_BYTES];
    struct liar *liar = flood->liar;
    for (uint64_t i = 0; i < QUESTIONS; i++) {
        struct client_message message = {.kind = CLIENT_ASK_STATUS, .ask_status = i};
        switch (i % QUESTION_KINDS) {
        case 0:
            message.kind = CLIENT_ASK_REPLIES;
            message.ask_replies = (struct ask_replies){.session = liar->lane.id.session, .from = i};
            break;
        case 1:
            message.kind = CLIENT_QUERY;
            message.query =
                (struct query){.number = i, .request = slice_of(nonsense, sizeof nonsense)};
            break;
        case 2:
            message.kind = CLIENT_ASK_LOG;
            message.ask_log = (struct ask_log){.number = i, .count = LOG_ENTRIES_MAX};
            break;
        default:
            break;
        }
        wire_encode_client_message(&liar->frame, &message);
        counted(flood);
    }
}

void liar_flood(struct liar *liar)
{
    struct flood flood = begin(liar);
    switch (liar_draw(liar, 5)) {
    case 0:
        flood_lane(&flood, LARGE_SEGMENTS_MIN + liar_draw(liar, OVER_LIMIT), 1,
                   LARGE_REQUEST_BYTES);
        break;
    case 1:
        flood_lane(&flood, LANE_SEGMENTS_MAX + OVER_LIMIT, 1, FORGE_REQUEST_BYTES_MIN);
        break;
    case 2:
        flood_lane(&flood, 1, SEGMENT_REQUESTS_MAX, FORGE_REQUEST_BYTES_MIN);
        break;
    case 3:
        flood_sessions(&flood);
        break;
    default:
        flood_questions(&flood);
        break;
    }
    flush(&flood);
    liar->acted++;
}

/* ---- loot ---- */

static void loot_add(struct liar *liar, struct loot *loot, struct slice frame)
{
    if (liar->customer->settings.lie != CUSTOMER_THIEF || frame.size > LOOT_BYTES_MAX) {
        return;
    }
    size_t place = loot->count < LOOT_MAX ? loot->count++ : liar_draw(liar, LOOT_MAX);
    buffer_clear(&loot->frames[place]);
    buffer_append(&loot->frames[place], frame);
}

void liar_overhear(struct liar *liar, struct slice frame)
{
    loot_add(liar, &liar->overheard, frame);
}

void liar_on_own_frame(struct liar *liar, struct slice frame)
{
    loot_add(liar, &liar->own, frame);
}

static void loot_fini(struct loot *loot)
{
    for (size_t i = 0; i < LOOT_MAX; i++) {
        buffer_fini(&loot->frames[i]);
    }
}

void liar_forget_loot(struct liar *liar)
{
    loot_fini(&liar->overheard);
    loot_fini(&liar->own);
}

/* ---- thefts ---- */

/* A segment out of a frame; NULL if there is none. */
static const struct segment *find_segment(struct liar *liar, struct slice frame)
{
    struct client_message *messages = NULL;
    size_t count = 0;
    struct arena *arena = &liar->customer->arena;
    arena_reset(arena);
    if (wire_decode_client_frame(frame, arena, &messages, &count) != VERDICT_ACCEPTED) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (messages[i].kind == CLIENT_SEGMENT) {
            return &messages[i].segment;
        }
    }
    return NULL;
}

/* Another one's segment with one thing of it changed. What is stolen never continues a lane of the
 * thief's, for its previous digest is of the victim's: it is not executed for him. */
static bool disguise(struct liar *liar, const struct segment *stolen)
{
    struct forgery forgery = {
        .lane = stolen->lane, .sequence = stolen->sequence, .previous = stolen->previous};
    switch (liar_draw(liar, 3)) {
    case 0: /* as the thief's own */
        forgery.lane = liar->lane.id;
        break;
    case 1: /* in the same session of the thief's */
        forgery.lane.client = liar->lane.id.client;
        break;
    default: /* the victim's, one further on, signed by the thief */
        forgery.sequence += forgery.sequence < UINT64_MAX;
        break;
    }
    buffer_clear(&liar->forge.body);
    buffer_append(&liar->forge.body, stolen->body);
    buffer_clear(&liar->frame);
    forge_again(&liar->forge, &forgery, FORGE_SIGNED, &liar->frame);
    liar_send(liar, liar_all_or_one(liar), &liar->frame);
    return true;
}

/* False if it has nothing of that kind yet. */
static bool pass_on(struct liar *liar, const struct loot *loot)
{
    if (loot->count == 0) {
        return false;
    }
    const struct buffer *frame = &loot->frames[liar_draw(liar, loot->count)];
    liar_send(liar, liar_all_or_one(liar), frame);
    return true;
}

void liar_steal(struct liar *liar)
{
    bool has_acted = false;
    size_t drawn = liar_draw(liar, 3);
    if (drawn == 0) {
        has_acted = pass_on(liar, &liar->own);
    } else if (drawn == 1) {
        has_acted = pass_on(liar, &liar->overheard);
    } else if (liar->overheard.count > 0) {
        const struct loot *loot = &liar->overheard;
        const struct buffer *frame = &loot->frames[liar_draw(liar, loot->count)];
        const struct segment *stolen = find_segment(liar, buffer_slice(frame));
        has_acted = stolen != NULL && disguise(liar, stolen);
    }
    if (has_acted) {
        liar->acted++;
    } else {
        liar_behave(liar);
    }
}
