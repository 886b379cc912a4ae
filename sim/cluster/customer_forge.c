/* customer_forge.c - see customer_forge.h. */
#include "cluster/customer_forge.h"

#include "base/assert.h"
#include "wire/codec.h"
#include "wire/digests.h"

#include <stdlib.h>

#define KEYS_OF_LANES         8u
#define REQUEST_OVERHEAD      4u                        /* its tag and length in a body */
#define BODY_OVERHEAD         32u                       /* what comes before the requests */
#define REQUEST_FRAMING_BYTES (5u + WORK_KEY_BYTES_MAX) /* of a put, around its value */

enum error forge_init(struct forge *forge, struct customer *customer)
{
    *forge = (struct forge){.customer = customer};
    forge->requests = malloc(SEGMENT_REQUESTS_MAX * sizeof *forge->requests);
    forge->bytes = malloc(SEGMENT_BODY_BYTES_MAX);
    forge->value = malloc(SEGMENT_BODY_BYTES_MAX);
    bool is_complete = forge->requests != NULL && forge->bytes != NULL && forge->value != NULL;
    return is_complete ? OK : ERROR_MEMORY;
}

void forge_fini(struct forge *forge)
{
    free(forge->requests);
    free(forge->bytes);
    free(forge->value);
    buffer_fini(&forge->body);
    buffer_fini(&forge->segment);
}

void forge_lane(const struct forge *forge, uint64_t session, struct forged_lane *lane)
{
    const struct customer_settings *settings = &forge->customer->settings;
    *lane = (struct forged_lane){.id = {.client = settings->key, .session = session}};
    lane_digest_zero(&settings->genesis, &lane->id, &lane->tip);
}

struct forgery forge_next(const struct forged_lane *lane)
{
    return (struct forgery){.lane = lane->id,
                            .sequence = lane->sequence + 1,
                            .previous = lane->tip,
                            .request_count = 1,
                            .request_bytes = FORGE_REQUEST_BYTES_MIN,
                            .signature = FORGE_SIGNED};
}

/* ---- making one ---- */

static size_t write_request(struct forge *forge, size_t size, uint8_t *out)
{
    const struct work_settings *work = &forge->customer->work.settings;
    uint64_t number = ++forge->request_number;
    uint8_t key[WORK_KEY_BYTES_MAX];
    size_t key_size = work_write_key(work, number % KEYS_OF_LANES, key);
    size_t value_size =
        work_write_value(work->customer, number, size - REQUEST_FRAMING_BYTES, forge->value);
    return strategos_kv_put(out, size, strategos_slice(key, key_size),
                            strategos_slice(forge->value, value_size));
}

static void make_body(struct forge *forge, const struct forgery *forgery)
{
    size_t size = forgery->request_bytes;
    size = size > REQUEST_BYTES_MAX ? REQUEST_BYTES_MAX : size;
    size_t used = 0;
    size_t count = 0;
    while (count < forgery->request_count && count < SEGMENT_REQUESTS_MAX &&
           used + size + (count + 1) * REQUEST_OVERHEAD + BODY_OVERHEAD <= SEGMENT_BODY_BYTES_MAX) {
        size_t written = write_request(forge, size, forge->bytes + used);
        forge->requests[count++] = slice_of(forge->bytes + used, written);
        used += written;
    }
    struct segment_body body = {
        .acknowledged = forgery->acknowledged, .request_count = count, .requests = forge->requests};
    buffer_clear(&forge->body);
    wire_encode_segment_body(&forge->body, &body);
}

static void sign(const struct forge *forge, const struct segment *segment,
                 enum forge_signature kind, struct signature *signature)
{
    const struct customer_settings *settings = &forge->customer->settings;
    *signature = (struct signature){{0}};
    if (kind == FORGE_ZEROS) {
        return;
    }
    struct digest digest;
    struct digest signed_digest;
    lane_digest_next(&segment->lane, segment->sequence, &segment->previous, segment->body, &digest);
    lane_sign_digest(&settings->genesis, &segment->lane,
                     segment->sequence + (kind == FORGE_OF_OTHER), &digest, &signed_digest);
    settings->authority.sign(settings->authority.context, &signed_digest, signature);
    if (kind == FORGE_FLIPPED) {
        signature->bytes[0] ^= 1;
    }
}

void forge_again(struct forge *forge, const struct forgery *forgery, enum forge_signature signature,
                 struct buffer *frame)
{
    struct segment segment = {.lane = forgery->lane,
                              .sequence = forgery->sequence,
                              .previous = forgery->previous,
                              .body = buffer_slice(&forge->body)};
    sign(forge, &segment, signature, &segment.signature);
    buffer_clear(&forge->segment);
    wire_encode_segment(&forge->segment, &segment);
    struct client_message message = {.kind = CLIENT_SEGMENT, .segment = segment};
    message.segment.encoded = buffer_slice(&forge->segment);
    wire_encode_client_message(frame, &message);
}

void forge_segment(struct forge *forge, const struct forgery *forgery, struct buffer *frame,
                   struct digest *digest)
{
    ASSERT(forgery->sequence >= 1 && forgery->request_count >= 1);
    ASSERT(forgery->request_bytes >= FORGE_REQUEST_BYTES_MIN);
    make_body(forge, forgery);
    forge_again(forge, forgery, forgery->signature, frame);
    struct digest next;
    lane_digest_next(&forgery->lane, forgery->sequence, &forgery->previous,
                     buffer_slice(&forge->body), &next);
    *digest = next;
}

void forge_extend(struct forge *forge, struct forged_lane *lane, struct buffer *frame)
{
    struct forgery forgery = forge_next(lane);
    forge_segment(forge, &forgery, frame, &lane->tip);
    lane->sequence++;
}
