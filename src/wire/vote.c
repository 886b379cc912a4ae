/* vote.c - votes and certificates. */
#include "wire/pack.h"
#include "wire/parts.h"

#include "base/assert.h"

enum { CERTIFICATE_KIND = 1, CERTIFICATE_VIEW, CERTIFICATE_DIGEST, CERTIFICATE_SIGNATURE };

/* A signature in a certificate: voter u8 | signature 64. */
#define VOTER_SIGNATURE_BYTES (1u + SIGNATURE_BYTES)

_Static_assert(REPLICAS_MAX <= UINT8_MAX, "a voter fits one byte");

/* A nullify vote names no order: nothing on the wire, zeros in the struct. */
static size_t digest_size(enum vote_kind kind)
{
    return kind == VOTE_NULLIFY ? 0 : DIGEST_BYTES;
}

/* Kind, view and digest, as votes and certificates have them. */
static bool read_subject(uint32_t kind, uint64_t view, const ProtobufCBinaryData *digest,
                         enum vote_kind *kind_out, struct digest *digest_out)
{
    if (kind < VOTE_NOTARIZE || kind >= VOTE_KIND_COUNT || view < 1) {
        return false;
    }
    *kind_out = (enum vote_kind)kind;
    *digest_out = (struct digest){0};
    return schema_copy(digest, digest_out->bytes, digest_size(*kind_out));
}

enum verdict wire_decode_vote(struct slice bytes, struct arena *arena, struct vote *vote)
{
    if (bytes.size > FRAME_BYTES_MAX) {
        return VERDICT_MALFORMED;
    }
    const Strategos__Vote *from =
        (const void *)schema_unpack(&strategos__vote__descriptor, bytes, arena);
    if (from == NULL || from->voter >= REPLICAS_MAX ||
        !read_subject(from->kind, from->view, &from->digest, &vote->kind, &vote->digest) ||
        !schema_copy(&from->signature, vote->signature.bytes, SIGNATURE_BYTES)) {
        return VERDICT_MALFORMED;
    }
    vote->voter = from->voter;
    vote->view = from->view;
    return VERDICT_ACCEPTED;
}

void wire_encode_vote(struct buffer *out, const struct vote *vote)
{
    Strategos__Vote message = {
        .base = PROTOBUF_C_MESSAGE_INIT(&strategos__vote__descriptor),
        .kind = (uint32_t)vote->kind,
        .voter = vote->voter,
        .view = vote->view,
        .digest = schema_borrow(vote->digest.bytes, digest_size(vote->kind)),
        .signature = schema_borrow(vote->signature.bytes, SIGNATURE_BYTES),
    };
    schema_pack(out, &message.base);
}

bool wire_read_certificate(const Strategos__Certificate *from, struct certificate *certificate)
{
    *certificate = (struct certificate){.view = from->view, .count = from->n_signature};
    if (!schema_is_known(&from->base) || from->n_signature < 1 ||
        from->n_signature > REPLICAS_MAX ||
        !read_subject(from->kind, from->view, &from->digest, &certificate->kind,
                      &certificate->digest)) {
        return false;
    }
    for (size_t i = 0; i < from->n_signature; i++) {
        struct slice field = schema_slice(&from->signature[i]);
        if (field.size != VOTER_SIGNATURE_BYTES || field.data[0] >= REPLICAS_MAX ||
            (i != 0 && certificate->signatures[i - 1].voter >= field.data[0])) {
            return false;
        }
        certificate->signatures[i].voter = field.data[0];
        memcpy(certificate->signatures[i].signature.bytes, field.data + 1, SIGNATURE_BYTES);
    }
    return true;
}

enum verdict wire_decode_certificate(struct slice bytes, struct arena *arena,
                                     struct certificate *certificate)
{
    if (bytes.size > FRAME_BYTES_MAX) {
        return VERDICT_MALFORMED;
    }
    const Strategos__Certificate *from =
        (const void *)schema_unpack(&strategos__certificate__descriptor, bytes, arena);
    return from != NULL && wire_read_certificate(from, certificate) ? VERDICT_ACCEPTED
                                                                    : VERDICT_MALFORMED;
}

size_t wire_certificate_size(const struct certificate *certificate)
{
    return pack_u64_size(CERTIFICATE_KIND, (uint64_t)certificate->kind) +
           pack_u64_size(CERTIFICATE_VIEW, certificate->view) +
           pack_bytes_size(CERTIFICATE_DIGEST, digest_size(certificate->kind)) +
           certificate->count * pack_bytes_size(CERTIFICATE_SIGNATURE, VOTER_SIGNATURE_BYTES);
}

void wire_encode_certificate(struct buffer *out, const struct certificate *certificate)
{
    ASSERT(certificate->count <= REPLICAS_MAX);
    pack_u64(out, CERTIFICATE_KIND, (uint64_t)certificate->kind);
    pack_u64(out, CERTIFICATE_VIEW, certificate->view);
    pack_bytes(out, CERTIFICATE_DIGEST,
               slice_of(certificate->digest.bytes, digest_size(certificate->kind)));
    for (size_t i = 0; i < certificate->count; i++) {
        uint8_t field[VOTER_SIGNATURE_BYTES];
        field[0] = (uint8_t)certificate->signatures[i].voter;
        memcpy(field + 1, certificate->signatures[i].signature.bytes, SIGNATURE_BYTES);
        pack_bytes(out, CERTIFICATE_SIGNATURE, slice_of(field, sizeof field));
    }
}

void wire_pack_certificate(struct buffer *out, uint32_t number,
                           const struct certificate *certificate)
{
    pack_head(out, number, wire_certificate_size(certificate));
    wire_encode_certificate(out, certificate);
}
