/* channel.c - see channel.h. */
#include "transport/channel.h"

#include "base/assert.h"

void channel_init(struct channel *channel, const struct link_identity *identity,
                  struct link_table *sessions, uint32_t owner, const uint8_t remote[32])
{
    *channel = (struct channel){
        .identity = identity,
        .sessions = sessions,
        .owner = owner,
        .backoff_ns = CHANNEL_BACKOFF_FIRST_NS,
    };
    memcpy(channel->remote, remote, sizeof channel->remote);
}

static void drop(struct link_slot **session)
{
    link_slot_free(*session);
    *session = NULL;
}

void channel_fini(struct channel *channel)
{
    drop(&channel->current);
    drop(&channel->previous);
    drop(&channel->next);
    drop(&channel->pending);
    link_initiator_forget(&channel->initiator);
}

/* A proven session takes over. Of the two before it the one heard last stays, since the other side
 * may be sending on either. */
static void promote(struct channel *channel, struct link_slot *session, uint64_t now_ns)
{
    struct link_slot *kept = channel->current;
    struct link_slot *dropped = channel->previous;
    if (kept == NULL || (dropped != NULL && dropped->received_ns > kept->received_ns)) {
        kept = channel->previous;
        dropped = channel->current;
    }
    link_slot_free(dropped);
    channel->previous = kept;
    channel->current = session;
    channel->session_count++;
    channel->is_suspect = false;
    channel->received_ns = now_ns;
    channel->backoff_ns = CHANNEL_BACKOFF_FIRST_NS;
    channel->attempt_due_ns = now_ns + CHANNEL_BACKOFF_MAX_NS;
}

static bool is_dead(const struct channel *channel, uint64_t now_ns)
{
    return now_ns >= channel->received_ns + CHANNEL_DEAD_NS;
}

static uint64_t renewal_ns(const struct link_slot *session)
{
    return session->opened_ns + LINK_REKEY_AFTER_NS +
           (session->is_initiator ? 0 : CHANNEL_RENEW_RESPONDER_NS);
}

static bool is_old(const struct link_slot *session, uint64_t now_ns)
{
    return now_ns >= renewal_ns(session) || session->link.send_counter >= LINK_REKEY_AFTER_FRAMES;
}

/* When the need for a handshake begins, whatever the back-off says. */
static uint64_t need_ns(const struct channel *channel, uint64_t now_ns)
{
    if (channel->current == NULL) {
        /* The other side is about to prove the one we answered. */
        return channel->next == NULL ? 0 : channel->next->opened_ns + CHANNEL_UNCONFIRMED_NS;
    }
    if (channel->is_suspect || is_old(channel->current, now_ns)) {
        return 0;
    }
    uint64_t dead_ns = channel->received_ns + CHANNEL_DEAD_NS;
    uint64_t renew_ns = renewal_ns(channel->current);
    return dead_ns < renew_ns ? dead_ns : renew_ns;
}

bool channel_wants_handshake(const struct channel *channel, uint64_t now_ns)
{
    return now_ns >= channel->attempt_due_ns && now_ns >= need_ns(channel, now_ns);
}

enum error channel_initiate(struct channel *channel, uint64_t timestamp, uint64_t now_ns,
                            uint8_t frame[LINK_HANDSHAKE_1_BYTES])
{
    drop(&channel->pending);
    channel->pending = link_table_take(channel->sessions, channel->owner);
    channel->attempt_due_ns = now_ns + channel->backoff_ns;
    channel->backoff_ns = channel->backoff_ns * 2 < CHANNEL_BACKOFF_MAX_NS ? channel->backoff_ns * 2
                                                                           : CHANNEL_BACKOFF_MAX_NS;
    return link_initiate(&channel->initiator, channel->identity, channel->remote,
                         channel->pending->index, timestamp, NULL, frame);
}

enum verdict channel_complete(struct channel *channel, struct slice frame, uint64_t now_ns)
{
    struct link_slot *session = channel->pending;
    enum verdict verdict =
        link_complete(&channel->initiator, channel->identity, frame, &session->link);
    if (verdict == VERDICT_ACCEPTED) {
        channel->pending = NULL;
        session->is_open = true;
        session->is_initiator = true;
        session->opened_ns = now_ns;
        session->received_ns = now_ns;
        promote(channel, session, now_ns);
    }
    return verdict;
}

enum error channel_respond(struct channel *channel, struct link_request *request, uint64_t now_ns,
                           uint8_t frame[LINK_HANDSHAKE_2_BYTES])
{
    drop(&channel->next);
    struct link_slot *session = link_table_take(channel->sessions, channel->owner);
    enum error error =
        link_respond(channel->identity, request, session->index, NULL, &session->link, frame);
    if (error != OK) {
        link_slot_free(session);
        return error;
    }
    session->is_open = true;
    session->opened_ns = now_ns;
    session->received_ns = now_ns;
    channel->next = session;
    return OK;
}

enum verdict channel_open(struct channel *channel, struct link_slot *session, struct slice frame,
                          uint8_t *plain, uint64_t now_ns)
{
    ASSERT(session->is_open);
    enum verdict verdict = link_open(&session->link, frame, plain);
    if (verdict == VERDICT_ACCEPTED) {
        session->received_ns = now_ns;
        channel->received_ns = now_ns;
        if (session == channel->next) {
            channel->next = NULL;
            promote(channel, session, now_ns);
        }
    }
    return verdict;
}

struct link_slot *channel_sender(const struct channel *channel, uint64_t now_ns)
{
    return is_dead(channel, now_ns) ? NULL : channel->current;
}

static uint64_t keep_alive_ns(const struct channel *channel)
{
    /* An echo proves life; without it each side must speak for itself. */
    uint64_t quiet_ns = channel->sent_ns;
    if (channel->is_echoed && channel->received_ns > quiet_ns) {
        quiet_ns = channel->received_ns;
    }
    return quiet_ns + CHANNEL_KEEP_ALIVE_NS;
}

bool channel_wants_keep_alive(const struct channel *channel, uint64_t now_ns)
{
    return channel_sender(channel, now_ns) != NULL && now_ns >= keep_alive_ns(channel);
}

void channel_suspect(struct channel *channel)
{
    channel->is_suspect = true;
}

void channel_on_connected(struct channel *channel, uint64_t now_ns)
{
    channel->is_suspect = true;
    channel->backoff_ns = CHANNEL_BACKOFF_FIRST_NS;
    channel->attempt_due_ns = now_ns;
}

void channel_expire(struct channel *channel, uint64_t now_ns)
{
    if (channel->previous != NULL &&
        now_ns >= channel->previous->received_ns + CHANNEL_PREVIOUS_NS) {
        drop(&channel->previous);
    }
    if (channel->next != NULL && now_ns >= channel->next->opened_ns + CHANNEL_PREVIOUS_NS) {
        drop(&channel->next);
    }
}

uint64_t channel_due(const struct channel *channel, uint64_t now_ns)
{
    uint64_t due_ns = need_ns(channel, now_ns);
    if (due_ns < channel->attempt_due_ns) {
        due_ns = channel->attempt_due_ns;
    }
    if (channel_sender(channel, now_ns) != NULL && keep_alive_ns(channel) < due_ns) {
        due_ns = keep_alive_ns(channel);
    }
    return due_ns;
}
