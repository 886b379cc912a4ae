/* persistence.c - the oracle of §8: what is said is on disk before it is said.
 *
 * effect.h, duty 2: a durable message leaves only after all PERSIST effects before it have been
 * synced. So a frame to a peer must not carry a durable message that was emitted after a record
 * that no sync has covered. */
#include "oracles/kind.h"

struct writer {
    uint64_t records; /* asked for */
    uint64_t synced;
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
    return kind == PEER_VOTE ? "vote" : kind == PEER_PROPOSAL ? "proposal" : "message";
}

static view_nr view_of(const struct peer_message *message)
{
    return message->kind == PEER_VOTE       ? message->vote.view
           : message->kind == PEER_PROPOSAL ? message->proposal.order.view
                                            : 0;
}

static void on_send(struct writer *writer, size_t replica_count, const struct effect *effect)
{
    for (replica_id to = 0; to < replica_count; to++) {
        if (effect->to == REPLICA_ALL || effect->to == to) {
            writer->peers[to].needed = writer->records;
            writer->peers[to].view = view_of(effect->message);
            writer->peers[to].kind = effect->message->kind;
        }
    }
}

static void on_effect(struct writer *writer, size_t replica_count, const struct effect *effect)
{
    switch (effect->kind) {
    case EFFECT_PERSIST_SEGMENT:
    case EFFECT_PERSIST_PROPOSAL:
    case EFFECT_PERSIST_VOTE:
    case EFFECT_PERSIST_CERTIFICATE:
        writer->records++;
        return;
    case EFFECT_SEND:
        if (effect->durable) {
            on_send(writer, replica_count, effect);
        }
        return;
    case EFFECT_FORGET_SEGMENT:
    case EFFECT_SERVE_BLOCKS:
    case EFFECT_DECIDED:
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

static void see(void *self, const struct sighting *sighting)
{
    struct persistence *persistence = self;
    const struct oracle_history *history = persistence->self.history;
    struct writer *writer = &persistence->writers[sighting->replica];
    if (!oracle_is_loyal(history, sighting)) {
        return;
    }
    if (sighting->kind == SIGHT_EFFECT) {
        on_effect(writer, history->world.replica_count, sighting->effect);
    } else if (sighting->kind == SIGHT_FRAME) {
        on_frame(persistence, sighting);
    } else if (sighting->kind == SIGHT_SYNCED) {
        writer->synced = writer->records;
    } else { /* STARTED, CRASHED: nothing waits, and what is on disk is what there is */
        *writer = (struct writer){0};
    }
}

const struct oracle_kind oracle_persistence = {
    .name = "persistence",
    .says = "nothing is said before what it rests on is on disk",
    .property = PROPERTY_SAFETY,
    .sights = ORACLE_SIGHT(SIGHT_STARTED) | ORACLE_SIGHT(SIGHT_CRASHED) |
              ORACLE_SIGHT(SIGHT_EFFECT) | ORACLE_SIGHT(SIGHT_SYNCED) | ORACLE_SIGHT(SIGHT_FRAME),
    .self_bytes = sizeof(struct persistence),
    .see = see,
};
