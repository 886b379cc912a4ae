/* world_judge.c - the oracles: what replicas may say, and what they decide. */
#include "support/world_inside.h"

#include "base/assert.h"
#include "wire/digests.h"

#include <stdlib.h>

void world_note_fault(struct world *world, const char *fault)
{
    if (world->fault == NULL) {
        world->fault = fault;
    }
}

static struct digest *said_at(struct world *world, replica_id id, view_nr view, int kind)
{
    ASSERT(view < SAID_VIEWS);
    return &world->said[((size_t)id * SAID_VIEWS + view) * VOTE_KIND_COUNT + (size_t)kind];
}

/* Nobody may say two things of one kind in a view, nor Nullify and Finalize. */
void world_judge_vote(struct world *world, replica_id id, const struct vote *vote)
{
    static const struct digest nothing;
    struct digest *said = said_at(world, id, vote->view, (int)vote->kind);
    struct digest value = vote->digest;
    if (vote->kind == VOTE_NULLIFY) {
        value.bytes[0] = 1; /* not nothing */
    }
    if (!digest_is_equal(said, &nothing) && !digest_is_equal(said, &value)) {
        world_note_fault(world, "contradiction");
    }
    *said = value;
    if (!digest_is_equal(said_at(world, id, vote->view, VOTE_NULLIFY), &nothing) &&
        !digest_is_equal(said_at(world, id, vote->view, VOTE_FINALIZE), &nothing)) {
        world_note_fault(world, "contradiction");
    }
}

static bool has_record_of_vote(const struct world_node *node, const struct vote *vote)
{
    struct buffer wanted = {0};
    wire_encode_vote(&wanted, vote);
    bool is_found = false;
    for (size_t i = node->record_count; i > 0 && !is_found; i--) {
        const struct world_record *record = &node->records[i - 1];
        is_found = record->kind == EFFECT_PERSIST_VOTE &&
                   slice_is_equal(buffer_slice(&record->bytes), buffer_slice(&wanted));
    }
    buffer_fini(&wanted);
    return is_found;
}

bool world_is_twin(const struct world *world, replica_id id)
{
    size_t count = 0;
    for (size_t i = 0; i < world->settings.node_count; i++) {
        count += world->nodes[i].id == id ? 1 : 0;
    }
    return count > 1;
}

void world_judge_send(struct world *world, struct world_node *node, const struct effect *effect)
{
    const struct peer_message *message = effect->message;
    struct vote vote;
    if (world_is_twin(world, node->id)) {
        return;
    }
    if (message->kind == PEER_VOTE) {
        vote = message->vote;
    } else if (message->kind == PEER_PROPOSAL &&
               message->proposal.order.view % world->settings.replica_count == node->id) {
        vote = (struct vote){.kind = VOTE_NOTARIZE,
                             .voter = node->id,
                             .view = message->proposal.order.view,
                             .signature = message->proposal.signature};
        order_digest(&message->proposal.order, &vote.digest);
    } else {
        return;
    }
    if (!has_record_of_vote(node, &vote) || (!effect->durable && effect->to == REPLICA_ALL)) {
        world_note_fault(world, "unsynced");
    }
    ASSERT(node->said_count < WORLD_SAID_MAX);
    node->said[node->said_count++] = vote;
}

static void judge_segment(struct world *world, struct world_node *node,
                          const struct segment *segment, const struct digest *digest)
{
    for (size_t c = 0; c < world->settings.client_count; c++) {
        struct world_client *client = &world->clients[c];
        if (!public_key_is_equal(&client->key, &segment->lane.client) ||
            client->session != segment->lane.session) {
            continue;
        }
        if (segment->sequence != ++node->tips[c] || segment->sequence > client->made ||
            !digest_is_equal(digest, &client->digests[segment->sequence - 1])) {
            world_note_fault(world, "order");
        }
        if (segment->sequence > client->decided) {
            client->decided = segment->sequence;
        }
    }
}

void world_judge(struct world *world, size_t number, const struct decision *decision)
{
    struct world_node *node = &world->nodes[number];
    height_nr height = decision->order.height;
    bool is_loyal = !world_is_twin(world, node->id);
    if (height != node->height + 1) {
        world_note_fault(world, "order");
    }
    node->height = height;
    if (!is_loyal) {
        return;
    }
    if (height > world->log_count) {
        world->log = realloc(world->log, height * sizeof *world->log);
        ASSERT(world->log != NULL && height == world->log_count + 1);
        world->log[world->log_count++] = decision->digest;
    } else if (!digest_is_equal(&world->log[height - 1], &decision->digest)) {
        world_note_fault(world, "agreement");
    }
    /* Within a decision, lanes ascend, and a lane goes on where the decisions before left it. */
    size_t next = 0;
    for (size_t t = 0; t < decision->order.tip_count; t++) {
        const struct lane_tip *tip = &decision->order.tips[t];
        size_t count = 0;
        while (next + count < decision->segment_count &&
               lane_id_is_equal(&decision->segments[next + count].lane, &tip->lane)) {
            count++;
        }
        for (size_t i = 0; i < count; i++) {
            judge_segment(world, node, &decision->segments[next + i],
                          &decision->segment_digests[next + i]);
        }
        next += count;
    }
    if (next != decision->segment_count) {
        world_note_fault(world, "order");
    }
}
