/* history_sessions.c - the sessions that have begun in the log, and which of them are over: see
 * history.h.
 *
 * docs/protocols.md: the newest 64 sessions of a client are kept; opening another pushes out the
 * lowest number, and numbers up to it are refused for ever. So a session is over, or never may
 * begin, once 64 newer ones have begun; numbers begin with 1. An order's own sessions begin after
 * it. */
#include "oracles/history.h"

static void note_session(struct oracle_client_sessions *sessions, uint64_t session)
{
    size_t at = 0;
    while (at < sessions->count && sessions->newest[at] > session) {
        at++;
    }
    bool is_kept = at < sessions->count && sessions->newest[at] == session;
    if (at == SESSIONS_PER_CLIENT_MAX || is_kept) {
        return;
    }
    size_t others =
        sessions->count < SESSIONS_PER_CLIENT_MAX ? sessions->count : SESSIONS_PER_CLIENT_MAX - 1;
    memmove(&sessions->newest[at + 1], &sessions->newest[at],
            (others - at) * sizeof sessions->newest[0]);
    sessions->newest[at] = session;
    sessions->count = others + 1;
}

static struct oracle_client_sessions *sessions_of(struct oracle_history *history, size_t client)
{
    while (history->sessions_count <= client) {
        history->sessions = oracle_grow(history->sessions, history->sessions_count,
                                        &history->sessions_capacity, sizeof *history->sessions);
        history->sessions[history->sessions_count++] = (struct oracle_client_sessions){0};
    }
    return &history->sessions[client];
}

void oracle_history_begin_sessions(struct oracle_history *history)
{
    const struct oracle_order *order = history->begun;
    for (size_t i = 0; i < order->segment_count; i++) {
        size_t index = order->segments[i].lane;
        if (i == 0 || order->segments[i - 1].lane != index) {
            const struct oracle_lane *lane = &history->lanes[index];
            note_session(sessions_of(history, lane->client), lane->id.session);
        }
    }
    history->begun = NULL;
}

bool oracle_history_is_over(const struct oracle_history *history, const struct lane_id *id)
{
    struct oracle_mark mark = oracle_mark_of(slice_of(id->client.bytes, PUBLIC_KEY_BYTES));
    const uint64_t *client = oracle_map_find(&history->clients, mark.a, mark.b);
    if (client == NULL || *client >= history->sessions_count || id->session == 0) {
        return id->session == 0;
    }
    const struct oracle_client_sessions *sessions = &history->sessions[*client];
    return sessions->count == SESSIONS_PER_CLIENT_MAX &&
           id->session < sessions->newest[SESSIONS_PER_CLIENT_MAX - 1];
}
