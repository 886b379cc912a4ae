/* vote.c - votes and certificates: read in place, because every order costs dozens of them. */
#include "wire/pack.h"
#include "wire/parts.h"
#include "wire/walk.h"

#include "base/assert.h"

enum { VOTE_KIND = 1, VOTE_VOTER, VOTE_VIEW, VOTE_DIGEST, VOTE_SIGNATURE };
enum { CERTIFICATE_KIND = 1, CERTIFICATE_VIEW, CERTIFICATE_DIGEST, CERTIFICATE_SIGNATURE };

/* A signature in a certificate: voter u8 | signature 64. */
#define VOTER_SIGNATURE_BYTES (1u + SIGNATURE_BYTES)

_Static_assert(REPLICAS_MAX <= UINT8_MAX, "a voter fits one byte");

/* A nullify vote names no order: nothing on the wire, zeros in the struct. */
static size_t digest_size(enum vote_kind kind)
{
    return kind == VOTE_NULLIFY ? 0 : DIGEST_BYTES;
}

static bool read_kind(struct walk *walk, uint32_t number, enum vote_kind *kind)
{
    uint64_t value;
    if (!walk_u64(walk, number, &value) || value < VOTE_NOTARIZE || value >= VOTE_KIND_COUNT) {
        return false;
    }
    *kind = (enum vote_kind)value;
    return true;
}

static bool read_digest(struct walk *walk, uint32_t number, enum vote_kind kind,
                        struct digest *digest)
{
    *digest = (struct digest){0};
    return walk_fixed(walk, number, digest->bytes, digest_size(kind));
}

static bool read_voter(struct walk *walk, uint32_t number, replica_id *voter)
{
    uint64_t value;
    if (!walk_u64(walk, number, &value) || value >= REPLICAS_MAX) {
        return false;
    }
    *voter = (replica_id)value;
    return true;
}

enum verdict wire_decode_vote(struct slice bytes, struct arena *arena, struct vote *vote)
{
    struct walk walk = walk_of(bytes);
    (void)arena; /* nothing is left there */
    return read_kind(&walk, VOTE_KIND, &vote->kind) &&
                   read_voter(&walk, VOTE_VOTER, &vote->voter) &&
                   walk_u64(&walk, VOTE_VIEW, &vote->view) && vote->view >= 1 &&
                   read_digest(&walk, VOTE_DIGEST, vote->kind, &vote->digest) &&
                   walk_fixed(&walk, VOTE_SIGNATURE, vote->signature.bytes, SIGNATURE_BYTES) &&
                   walk_is_at_end(&walk)
               ? VERDICT_ACCEPTED
               : VERDICT_MALFORMED;
}

size_t wire_vote_size(const struct vote *vote)
{
    return pack_u64_size((uint64_t)vote->kind) + pack_u64_size(vote->voter) +
           pack_u64_size(vote->view) + pack_bytes_size(digest_size(vote->kind)) +
           pack_bytes_size(SIGNATURE_BYTES);
}

void wire_encode_vote(struct buffer *out, const struct vote *vote)
{
    pack_u64(out, VOTE_KIND, (uint64_t)vote->kind);
    pack_u64(out, VOTE_VOTER, vote->voter);
    pack_u64(out, VOTE_VIEW, vote->view);
    pack_bytes(out, VOTE_DIGEST, slice_of(vote->digest.bytes, digest_size(vote->kind)));
    pack_bytes(out, VOTE_SIGNATURE, slice_of(vote->signature.bytes, SIGNATURE_BYTES));
}

static bool read_voter_signature(struct walk *walk, struct certificate_signature *signature)
{
    const uint8_t *field;
    if (!walk_sized(walk, CERTIFICATE_SIGNATURE, &field, VOTER_SIGNATURE_BYTES) ||
        field[0] >= REPLICAS_MAX) {
        return false;
    }
    signature->voter = field[0];
    memcpy(signature->signature.bytes, field + 1, SIGNATURE_BYTES);
    return true;
}

/* Voters ascend and are below REPLICAS_MAX, so that there are no more signatures than room. */
static bool read_signatures(struct walk *walk, struct certificate *certificate)
{
    size_t count = 0;
    while (!walk_is_at_end(walk)) {
        struct certificate_signature *next = &certificate->signatures[count];
        if (count == REPLICAS_MAX || !read_voter_signature(walk, next) ||
            (count != 0 && next[-1].voter >= next->voter)) {
            return false;
        }
        count++;
    }
    certificate->count = count;
    return count >= 1;
}

bool wire_read_certificate(struct slice bytes, struct certificate *certificate)
{
    struct walk walk = walk_of(bytes);
    return read_kind(&walk, CERTIFICATE_KIND, &certificate->kind) &&
           walk_u64(&walk, CERTIFICATE_VIEW, &certificate->view) && certificate->view >= 1 &&
           read_digest(&walk, CERTIFICATE_DIGEST, certificate->kind, &certificate->digest) &&
           read_signatures(&walk, certificate);
}

enum verdict wire_decode_certificate(struct slice bytes, struct arena *arena,
                                     struct certificate *certificate)
{
    (void)arena; /* nothing is left there */
    return wire_read_certificate(bytes, certificate) ? VERDICT_ACCEPTED : VERDICT_MALFORMED;
}

size_t wire_certificate_size(const struct certificate *certificate)
{
    return pack_u64_size((uint64_t)certificate->kind) + pack_u64_size(certificate->view) +
           pack_bytes_size(digest_size(certificate->kind)) +
           certificate->count * pack_bytes_size(VOTER_SIGNATURE_BYTES);
}

static void pack_voter_signature(struct buffer *out, const struct certificate_signature *signature)
{
    pack_head(out, CERTIFICATE_SIGNATURE, VOTER_SIGNATURE_BYTES);
    uint8_t *to = buffer_reserve(out, VOTER_SIGNATURE_BYTES);
    to[0] = (uint8_t)signature->voter;
    memcpy(to + 1, signature->signature.bytes, SIGNATURE_BYTES);
    out->size += VOTER_SIGNATURE_BYTES;
}

void wire_encode_certificate(struct buffer *out, const struct certificate *certificate)
{
    ASSERT(certificate->count <= REPLICAS_MAX);
    pack_u64(out, CERTIFICATE_KIND, (uint64_t)certificate->kind);
    pack_u64(out, CERTIFICATE_VIEW, certificate->view);
    pack_bytes(out, CERTIFICATE_DIGEST,
               slice_of(certificate->digest.bytes, digest_size(certificate->kind)));
    for (size_t i = 0; i < certificate->count; i++) {
        pack_voter_signature(out, &certificate->signatures[i]);
    }
}

void wire_pack_certificate(struct buffer *out, uint32_t number,
                           const struct certificate *certificate)
{
    pack_head(out, number, wire_certificate_size(certificate));
    wire_encode_certificate(out, certificate);
}
