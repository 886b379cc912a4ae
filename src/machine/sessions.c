/* sessions.c - see sessions.h. */
#include "machine/sessions.h"

#include "base/assert.h"
#include "wire/digests.h"

#include <stdio.h>
#include <stdlib.h>

#define SESSION_KEY_BYTES (1u + PUBLIC_KEY_BYTES + 8u)
#define FLOOR_KEY_BYTES   (1u + PUBLIC_KEY_BYTES)

/* Room for one more item; returns the array. */
static void *grow(void *array, size_t count, size_t *capacity, size_t item_size)
{
    if (count < *capacity) {
        return array;
    }
    *capacity = *capacity == 0 ? 16 : 2 * *capacity;
    void *grown = realloc(array, *capacity * item_size);
    if (grown == NULL) {
        (void)fprintf(stderr, "out of memory: %zu sessions\n", *capacity);
        abort();
    }
    return grown;
}

/* ---- the tables ---- */

/* Index of the first session >= `lane`. */
static size_t table_search(const struct sessions *sessions, const struct lane_id *lane)
{
    size_t low = 0;
    size_t high = sessions->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (lane_id_compare(&sessions->table[middle]->tip.lane, lane) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

struct session *sessions_find(const struct sessions *sessions, const struct lane_id *lane)
{
    size_t at = table_search(sessions, lane);
    if (at < sessions->count && lane_id_is_equal(&sessions->table[at]->tip.lane, lane)) {
        return sessions->table[at];
    }
    return NULL;
}

static void table_insert(struct sessions *sessions, struct session *session)
{
    size_t at = table_search(sessions, &session->tip.lane);
    sessions->table =
        grow(sessions->table, sessions->count, &sessions->capacity, sizeof(struct session *));
    memmove(sessions->table + at + 1, sessions->table + at,
            (sessions->count - at) * sizeof(struct session *));
    sessions->table[at] = session;
    sessions->count++;
}

/* Index of the first floor of a client >= `client`. */
static size_t floor_search(const struct sessions *sessions, const struct public_key *client)
{
    size_t at = 0;
    while (at < sessions->floor_count &&
           public_key_compare(&sessions->floors[at].client, client) < 0) {
        at++;
    }
    return at;
}

static uint64_t floor_of(const struct sessions *sessions, const struct public_key *client)
{
    size_t at = floor_search(sessions, client);
    if (at < sessions->floor_count && public_key_is_equal(&sessions->floors[at].client, client)) {
        return sessions->floors[at].session;
    }
    return 0;
}

/* False if it stood there or higher already. */
static bool floor_raise(struct sessions *sessions, const struct lane_id *lane)
{
    if (floor_of(sessions, &lane->client) >= lane->session) {
        return false;
    }
    size_t at = floor_search(sessions, &lane->client);
    if (at == sessions->floor_count ||
        !public_key_is_equal(&sessions->floors[at].client, &lane->client)) {
        sessions->floors = grow(sessions->floors, sessions->floor_count, &sessions->floor_capacity,
                                sizeof *sessions->floors);
        memmove(sessions->floors + at + 1, sessions->floors + at,
                (sessions->floor_count - at) * sizeof *sessions->floors);
        sessions->floors[at].client = lane->client;
        sessions->floor_count++;
    }
    sessions->floors[at].session = lane->session;
    return true;
}

struct session *sessions_open(struct sessions *sessions, const struct lane_id *lane)
{
    struct session *session = sessions_find(sessions, lane);
    if (session == NULL && lane->session > floor_of(sessions, &lane->client)) {
        session = session_new(lane, &sessions->genesis);
        table_insert(sessions, session);
    }
    return session;
}

/* ---- records ---- */

static void session_key(const struct lane_id *lane, uint8_t key[SESSION_KEY_BYTES])
{
    key[0] = STATE_KEY_SESSION;
    memcpy(key + 1, lane->client.bytes, PUBLIC_KEY_BYTES);
    for (unsigned i = 0; i < 8; i++) { /* big-endian: in order of numbers */
        key[1 + PUBLIC_KEY_BYTES + i] = (uint8_t)(lane->session >> (56 - 8 * i));
    }
}

static void lane_from_key(const uint8_t *key, struct lane_id *lane)
{
    memcpy(lane->client.bytes, key + 1, PUBLIC_KEY_BYTES);
    lane->session = 0;
    for (unsigned i = 0; i < 8; i++) {
        lane->session = lane->session << 8 | key[1 + PUBLIC_KEY_BYTES + i];
    }
}

void sessions_mark(struct sessions *sessions, struct session *session)
{
    if (!session->is_changed) {
        session->is_changed = true;
        session->next_changed = sessions->changed;
        sessions->changed = session;
    }
}

static void unmark(struct sessions *sessions, struct session *session)
{
    struct session **link = &sessions->changed;
    while (session->is_changed && *link != NULL) {
        if (*link == session) {
            *link = session->next_changed;
            session->is_changed = false;
            return;
        }
        link = &(*link)->next_changed;
    }
}

size_t sessions_save(struct sessions *sessions, struct state *state, size_t budget)
{
    size_t saved = 0;
    for (; saved < budget && sessions->changed != NULL; saved++) {
        struct session *session = sessions->changed;
        sessions->changed = session->next_changed;
        session->is_changed = false;
        uint8_t key[SESSION_KEY_BYTES];
        session_key(&session->tip.lane, key);
        buffer_clear(&sessions->record);
        session_encode(session, &sessions->record);
        struct slice value = buffer_slice(&sessions->record);
        state_put(state, slice_of(key, sizeof key), &value);
    }
    return saved;
}

bool sessions_evict(struct sessions *sessions, struct state *state, const struct lane_id *lane)
{
    if (floor_raise(sessions, lane)) {
        uint8_t key[FLOOR_KEY_BYTES] = {STATE_KEY_FLOOR};
        memcpy(key + 1, lane->client.bytes, PUBLIC_KEY_BYTES);
        uint8_t floor[8];
        put_u64(floor, lane->session);
        struct slice value = slice_of(floor, sizeof floor);
        state_put(state, slice_of(key, sizeof key), &value);
    }
    struct session *session = sessions_find(sessions, lane);
    if (session == NULL) {
        return false;
    }
    uint8_t key[SESSION_KEY_BYTES];
    session_key(lane, key);
    state_put(state, slice_of(key, sizeof key), NULL);
    unmark(sessions, session);
    size_t at = table_search(sessions, lane);
    sessions->count--;
    memmove(sessions->table + at, sessions->table + at + 1,
            (sessions->count - at) * sizeof(struct session *));
    session_free(session);
    return true;
}

static bool load_record(struct sessions *sessions, struct slice key, struct slice value)
{
    struct lane_id lane;
    if (key.data[0] == STATE_KEY_FLOOR) {
        if (key.size != FLOOR_KEY_BYTES || value.size != 8) {
            return false;
        }
        memcpy(lane.client.bytes, key.data + 1, PUBLIC_KEY_BYTES);
        lane.session = get_u64(value.data);
        return floor_raise(sessions, &lane);
    }
    if (key.size != SESSION_KEY_BYTES) {
        return false;
    }
    lane_from_key(key.data, &lane);
    struct session *session = session_decode(&lane, value);
    if (session == NULL) {
        return false;
    }
    table_insert(sessions, session);
    return true;
}

enum error sessions_load(struct sessions *sessions, struct state *state,
                         const struct digest *genesis, struct error_text *text)
{
    static const uint8_t prefixes[] = {STATE_KEY_FLOOR, STATE_KEY_SESSION};
    *sessions = (struct sessions){.genesis = *genesis};
    for (size_t i = 0; i < sizeof prefixes; i++) {
        struct slice after = slice_of(prefixes + i, 1);
        struct slice key;
        struct slice value;
        while (state_next(state, after, false, &key, &value) && key.data[0] == prefixes[i]) {
            if (!load_record(sessions, key, value)) {
                sessions_fini(sessions);
                return error_set(text, ERROR_DAMAGED,
                                 "the store holds a session record that is none (%zu bytes, key "
                                 "of %zu): set the store aside, the ledger rebuilds it",
                                 value.size, key.size);
            }
            after = key;
        }
    }
    if (state->failure != OK) {
        sessions_fini(sessions);
        return error_set(text, state->failure, "the sessions cannot be read from the store: %s",
                         error_name(state->failure));
    }
    return OK;
}

void sessions_fini(struct sessions *sessions)
{
    for (size_t i = 0; i < sessions->count; i++) {
        session_free(sessions->table[i]);
    }
    free(sessions->table);
    free(sessions->floors);
    buffer_fini(&sessions->record);
    *sessions = (struct sessions){0};
}

void sessions_check(const struct sessions *sessions)
{
    for (size_t i = 0; i < sessions->count; i++) {
        session_check(sessions->table[i]);
        ASSERT(i == 0 || lane_id_compare(&sessions->table[i - 1]->tip.lane,
                                         &sessions->table[i]->tip.lane) < 0);
    }
    for (size_t i = 1; i < sessions->floor_count; i++) {
        ASSERT(public_key_compare(&sessions->floors[i - 1].client, &sessions->floors[i].client) <
               0);
    }
}
