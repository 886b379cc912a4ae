/* pooling.c - certificates of a traitor's own making: of votes that it heard and that members cast,
 * and of signatures that nobody made. */
#include "traitors/inside.h"

static void add_vote(struct certificate *certificate, const struct vote *vote)
{
    certificate->signatures[certificate->count].voter = vote->voter;
    certificate->signatures[certificate->count++].signature = vote->signature;
}

static const struct vote *find_vote(const struct traitor *t, replica_id voter,
                                    const struct vote *like)
{
    const struct vote *seen;
    for (size_t i = 0; (seen = memory_vote(&t->memory, i)) != NULL; i++) {
        if (seen->voter == voter && seen->kind == like->kind && seen->view == like->view &&
            digest_is_equal(&seen->digest, &like->digest)) {
            return seen;
        }
    }
    return NULL;
}

bool traitor_pool(struct traitor *t, const struct vote *like, size_t count,
                  struct certificate *certificate)
{
    *certificate =
        (struct certificate){.kind = like->kind, .view = like->view, .digest = like->digest};
    for (replica_id i = 0; i < traitor_replicas(t) && certificate->count < count; i++) {
        if (traitor_is_member(t, i)) {
            struct vote own;
            traitor_make_vote(t, i, like->kind, like->view, &like->digest, &own);
            add_vote(certificate, &own);
            continue;
        }
        const struct vote *vote = find_vote(t, i, like);
        if (vote != NULL) {
            add_vote(certificate, vote);
        }
    }
    return certificate->count == count;
}

void traitor_forge_signature(struct traitor *t, replica_id victim, struct signature *signature)
{
    const struct vote *vote;
    for (size_t i = 0; (vote = memory_vote(&t->memory, i)) != NULL; i++) {
        if (vote->voter == victim) {
            *signature = vote->signature;
            return;
        }
    }
    traitor_draw_bytes(t, signature->bytes, SIGNATURE_BYTES);
}

void traitor_forge_certificate(struct traitor *t, struct certificate *certificate)
{
    certificate->count = 0;
    for (replica_id i = 0; certificate->count < traitor_quorum(t); i++) {
        struct vote vote = {.voter = i};
        if (traitor_is_member(t, i)) {
            traitor_make_vote(t, i, certificate->kind, certificate->view, &certificate->digest,
                              &vote);
        } else {
            traitor_forge_signature(t, i, &vote.signature);
        }
        add_vote(certificate, &vote);
    }
}
