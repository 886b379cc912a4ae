/* world_keys.c - ideal keys and signatures, and what clients sign with them. */
#include "support/world_inside.h"

#include "base/assert.h"
#include "wire/digests.h"

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

void world_sign_own(void *context, const struct digest *digest, struct signature *signature)
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
