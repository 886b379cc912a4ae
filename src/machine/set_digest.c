/* set_digest.c - see set_digest.h. */
#include "machine/set_digest.h"

#include "crypto/expand.h"

void set_digest_entry(struct slice key, struct slice value, struct digest *entry)
{
    struct digest_state state;
    digest_begin(&state, DIGEST_STORE_ENTRY);
    digest_add_sized(&state, key);
    digest_add(&state, value);
    digest_end(&state, entry);
}

static void entry_vector(const struct digest *entry, struct set_digest *vector)
{
    uint8_t bytes[SET_DIGEST_BYTES];
    digest_expand(entry, bytes, sizeof bytes);
    set_digest_decode(vector, bytes);
}

void set_digest_add(struct set_digest *set, const struct digest *entry)
{
    struct set_digest vector;
    entry_vector(entry, &vector);
    set_digest_merge(set, &vector);
}

void set_digest_remove(struct set_digest *set, const struct digest *entry)
{
    struct set_digest vector;
    entry_vector(entry, &vector);
    for (size_t i = 0; i < SET_DIGEST_LANES; i++) {
        set->lanes[i] = (uint16_t)(set->lanes[i] - vector.lanes[i]);
    }
}

void set_digest_merge(struct set_digest *set, const struct set_digest *other)
{
    for (size_t i = 0; i < SET_DIGEST_LANES; i++) {
        set->lanes[i] = (uint16_t)(set->lanes[i] + other->lanes[i]);
    }
}

void set_digest_encode(const struct set_digest *set, uint8_t bytes[SET_DIGEST_BYTES])
{
    for (size_t i = 0; i < SET_DIGEST_LANES; i++) {
        bytes[2 * i] = (uint8_t)set->lanes[i];
        bytes[2 * i + 1] = (uint8_t)(set->lanes[i] >> 8);
    }
}

void set_digest_decode(struct set_digest *set, const uint8_t bytes[SET_DIGEST_BYTES])
{
    for (size_t i = 0; i < SET_DIGEST_LANES; i++) {
        set->lanes[i] = (uint16_t)(bytes[2 * i] | bytes[2 * i + 1] << 8);
    }
}

void set_digest_fold(const struct set_digest *set, struct digest *digest)
{
    uint8_t bytes[SET_DIGEST_BYTES];
    set_digest_encode(set, bytes);
    struct digest_state state;
    digest_begin(&state, DIGEST_STORE);
    digest_add(&state, slice_of(bytes, sizeof bytes));
    digest_end(&state, digest);
}
