/* persistence.c - the oracle of §8: what is said is on disk before it is said.
 *
 * effect.h, duty 2: a durable message leaves only after all PERSIST effects before it have been
 * synced. So a frame to a peer must not carry a durable message that was emitted after a record
 * that no sync has covered; nor one that says a vote of the replica's own, marked as durable or
 * not, alone or in a certificate, before its votes are on disk.
 *
 * An answer to a client says something too: that the log will always hold what it answers. A
 * decision may rest on the replica's own Finalize; so none is applied before the Finalize votes
 * that came before it are on disk. */
#include "oracles/kind.h"

#include <stdlib.h>

struct writer {
    uint64_t records; /* asked for */
    uint64_t synced;
    uint64_t own;       /* records up to the last own vote or order */
    uint64_t finalized; /* records up to the last own Finalize */
    struct undone {
        height_nr height;
        uint64_t needed; /* records up to the last own Finalize before it */
    } * decided;         /* and not yet applied */
    size_t decided_count;
    size_t decided_capacity;
    struct {
        uint64_t needed; /* records before the last durable message that waits; 0: none waits */
        view_nr view;    /* of it */
        enum peer_message_kind kind;
    } peers[REPLICAS_MAX];
};

struct persistence {
    struct oracle_self self;
    struct writer writers[REPLICAS_MAX];
};

static const char *message_name(enum peer_message_kind kind)
{
    return kind == PEER_VOTE          ? "vote"
           : kind == PEER_PROPOSAL    ? "proposal"
           : kind == PEER_CERTIFICATE ? "certificate"
                                      : "message";
}

static view_nr view_of(const struct peer_message *message)
{
    return message->kind == PEER_VOTE          ? message->vote.view
           : message->kind == PEER_PROPOSAL    ? message->proposal.order.view
           : message->kind == PEER_CERTIFICATE ? message->certificate.view
                                               : 0;
}

/* What the replica says of itself rests on its votes and orders at least, marked or not. */
static void on_send(struct writer *writer, const struct oracle_history *history,
                    const struct effect *effect)
{
    uint64_t needed = effect->durable ? writer->records : history->has_spoken ? writer->own : 0;
    for (replica_id to = 0; needed != 0 && to < history->world.replica_count; to++) {
        bool is_meant = effect->to == REPLICA_ALL || effect->to == to;
        if (is_meant && needed > writer->peers[to].needed) {
            writer->peers[to].needed = needed;
            writer->peers[to].view = view_of(effect->message);
            writer->peers[to].kind = effect->message->kind;
        }
    }
}

static void on_decided(struct writer *writer, height_nr height)
{
    writer->decided = oracle_grow(writer->decided, writer->decided_count, &writer->decided_capacity,
                                  sizeof *writer->decided);
    writer->decided[writer->decided_count++] =
        (struct undone){.height = height, .needed = writer->finalized};
}

static void on_effect(struct writer *writer, const struct oracle_history *history,
                      const struct effect *effect)
{
    switch (effect->kind) {
    case EFFECT_PERSIST_SEGMENT:
    case EFFECT_PERSIST_CERTIFICATE:
        writer->records++;
        return;
    case EFFECT_PERSIST_PROPOSAL:
        writer->own = ++writer->records;
        return;
    case EFFECT_PERSIST_VOTE:
        writer->own = ++writer->records;
        if (effect->vote->kind == VOTE_FINALIZE) {
            writer->finalized = writer->records;
        }
        return;
    case EFFECT_SEND:
        on_send(writer, history, effect);
        return;
    case EFFECT_DECIDED:
        on_decided(writer, effect->decision->order.height);
        return;
    case EFFECT_FORGET_SEGMENT:
    case EFFECT_SERVE_BLOCKS:
    case EFFECT_BUSY:
    case EFFECT_SESSION_GONE:
        return;
    }
}

static void on_frame(struct persistence *persistence, const struct sighting *sighting)
{
    struct writer *writer = &persistence->writers[sighting->replica];
    uint64_t *needed = &writer->peers[sighting->peer].needed;
    if (*needed > writer->synced) {
        oracle_finding_note(&persistence->self.finding,
                            "replica %u sent replica %u a %s of view %llu before %llu of its "
                            "records were on disk",
                            sighting->replica, sighting->peer,
                            message_name(writer->peers[sighting->peer].kind),
                            (unsigned long long)writer->peers[sighting->peer].view,
                            (unsigned long long)(*needed - writer->synced));
    }
    *needed = 0;
}

static void on_applied(struct persistence *persistence, const struct sighting *sighting)
{
    struct writer *writer = &persistence->writers[sighting->replica];
    size_t kept = 0;
    for (size_t i = 0; i < writer->decided_count; i++) {
        const struct undone decided = writer->decided[i];
        if (decided.height > sighting->height) {
            writer->decided[kept++] = decided;
        } else if (decided.needed > writer->synced) {
            oracle_finding_note(&persistence->self.finding,
                                "replica %u applied height %llu, and may answer, before %llu of "
                                "its records were on disk, a Finalize of its own among them",
                                sighting->replica, (unsigned long long)decided.height,
                                (unsigned long long)(decided.needed - writer->synced));
        }
    }
    writer->decided_count = kept;
}

static void forget(struct writer *writer)
{
    free(writer->decided);
    *writer = (struct writer){0};
}

static void see(void *self, const struct sighting *sighting)
{
    struct persistence *persistence = self;
    const struct oracle_history *history = persistence->self.history;
    struct writer *writer = &persistence->writers[sighting->replica];
    if (!oracle_is_loyal(history, sighting)) {
        return;
    }
    if (sighting->kind == SIGHT_EFFECT) {
        on_effect(writer, history, sighting->effect);
    } else if (sighting->kind == SIGHT_FRAME) {
        on_frame(persistence, sighting);
    } else if (sighting->kind == SIGHT_SYNCED) {
        writer->synced = writer->records;
    } else if (sighting->kind == SIGHT_APPLIED) {
        on_applied(persistence, sighting);
    } else { /* STARTED, CRASHED: nothing waits, and what is on disk is what there is */
        forget(writer);
    }
}

static void fini(void *self)
{
    struct persistence *persistence = self;
    for (replica_id i = 0; i < REPLICAS_MAX; i++) {
        forget(&persistence->writers[i]);
    }
}

const struct oracle_kind oracle_persistence = {
    .name = "persistence",
    .says = "nothing is said before what it rests on is on disk",
    .property = PROPERTY_SAFETY,
    .sights = ORACLE_SIGHT(SIGHT_STARTED) | ORACLE_SIGHT(SIGHT_CRASHED) |
              ORACLE_SIGHT(SIGHT_SYNCED) | ORACLE_SIGHT(SIGHT_APPLIED) | ORACLE_SIGHT(SIGHT_FRAME) |
              ORACLE_EFFECT(EFFECT_PERSIST_SEGMENT) | ORACLE_EFFECT(EFFECT_PERSIST_PROPOSAL) |
              ORACLE_EFFECT(EFFECT_PERSIST_VOTE) | ORACLE_EFFECT(EFFECT_PERSIST_CERTIFICATE) |
              ORACLE_EFFECT(EFFECT_SEND) | ORACLE_EFFECT(EFFECT_DECIDED),
    .self_bytes = sizeof(struct persistence),
    .see = see,
    .fini = fini,
};
