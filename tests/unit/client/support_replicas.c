/* support_replicas.c - see support_replicas.h. */
#include "support_replicas.h"

#include "base/arena.h"
#include "base/assert.h"
#include "base/buffer.h"
#include "config/group.h"
#include "crypto/keyfile.h"
#include "transport/listener.h"
#include "wire/codec.h"
#include "wire/digests.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SESSIONS_MAX     8u
#define REQUESTS_KEPT    40000u
#define REPLIES_IN_ONE   256u
#define RESULT_BYTES_MAX 512u
#define POLL_MS          5
#define BUSY_RETRY_MS    20u

struct session {
    uint64_t number;
    uint64_t sequence;
    uint64_t executed;
    struct digest tip;
    uint64_t busy_said; /* up to this sequence */
    struct slice requests[REQUESTS_KEPT];
};

struct scripted {
    unsigned id;
    struct secret_key secret;
    struct listener *listener;
    size_t session_count;
    struct session *sessions[SESSIONS_MAX];
    uint64_t frames;
    atomic_int script;
    atomic_int script_seen;
    atomic_ullong executed;
};

struct replicas {
    struct test_folder folder;
    struct group group;
    char group_path[FOLDER_PATH_BYTES];
    char key_path[FOLDER_PATH_BYTES];
    char foreign_path[FOLDER_PATH_BYTES];
    struct public_key client_key;
    struct scripted all[SCRIPTED_COUNT];
    atomic_bool stop;
    atomic_ullong complaints;
    pthread_t thread;
    struct arena arena;
    struct arena body_arena;
    void *memory;
    void *body_memory;
    struct buffer out;
};

/* Zeroed. */
static void *allocate(size_t size)
{
    void *memory = calloc(1, size);
    ASSERT(memory != NULL);
    return memory;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    int failed = clock_gettime(CLOCK_MONOTONIC, &now);
    ASSERT(failed == 0);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

static void send_out(struct replicas *all, struct scripted *replica, link_nr link)
{
    replica->frames++;
    bool is_lost = replica->script == SCRIPT_LOSSY && replica->frames % 2 == 0;
    if (!is_lost && replica->script != SCRIPT_SILENT) {
        if (replica->script == SCRIPT_GARBLED) {
            memset(all->out.data, 0xff, all->out.size);
        }
        (void)listener_send(replica->listener, link, buffer_slice(&all->out), now_ns());
    }
    buffer_clear(&all->out);
}

/* "NUMBER:request", for a liar "lie:request". */
static size_t make_result(const struct scripted *replica, uint64_t number, struct slice request,
                          uint8_t *out)
{
    int head = replica->script == SCRIPT_LIAR
                   ? snprintf((char *)out, 32, "lie:")
                   : snprintf((char *)out, 32, "%llu:", (unsigned long long)number);
    ASSERT(head > 0);
    size_t size = request.size < RESULT_BYTES_MAX - 32 ? request.size : RESULT_BYTES_MAX - 32;
    bytes_copy(out + head, request.data, size);
    return (size_t)head + size;
}

static void send_replies(struct replicas *all, struct scripted *replica, link_nr link,
                         struct session *session, uint64_t first)
{
    static uint8_t bytes[REPLIES_IN_ONE][RESULT_BYTES_MAX];
    struct reply list[REPLIES_IN_ONE];
    while (first <= session->executed) {
        size_t count = 0;
        size_t total = 0;
        while (count < REPLIES_IN_ONE && first + count <= session->executed &&
               total < REPLY_FRAME_BYTES_MAX - 2 * RESULT_BYTES_MAX) {
            struct slice request = session->requests[first + count];
            size_t size = make_result(replica, first + count, request, bytes[count]);
            bool refused = slice_starts_with(request, slice_of_text("refuse"));
            list[count] = (struct reply){.outcome = refused ? OUTCOME_REFUSED : OUTCOME_DONE,
                                         .result = slice_of(bytes[count], size)};
            total += size + 16;
            count++;
        }
        struct replica_message message = {.kind = REPLICA_REPLIES};
        message.replies = (struct replies){
            .session = session->number, .first = first, .count = count, .replies = list};
        wire_encode_replica_message(&all->out, &message);
        send_out(all, replica, link);
        first += count;
    }
}

static struct session *find_session(struct replicas *all, struct scripted *replica,
                                    const struct lane_id *lane)
{
    for (size_t i = 0; i < replica->session_count; i++) {
        if (replica->sessions[i]->number == lane->session) {
            return replica->sessions[i];
        }
    }
    ASSERT(replica->session_count < SESSIONS_MAX);
    struct session *session = allocate(sizeof *session);
    session->number = lane->session;
    lane_digest_zero(&all->group.genesis, lane, &session->tip);
    replica->sessions[replica->session_count++] = session;
    return session;
}

/* False, and counted, if the client did not sign it or it does not chain. */
static bool check_segment(struct replicas *all, const struct session *session,
                          const struct segment *segment)
{
    struct digest tip;
    struct digest signed_digest;
    lane_digest_next(&segment->lane, segment->sequence, &segment->previous, segment->body, &tip);
    lane_sign_digest(&all->group.genesis, &segment->lane, segment->sequence, &tip, &signed_digest);
    bool is_good = signature_verify(&segment->lane.client, &signed_digest, &segment->signature) &&
                   digest_is_equal(&segment->previous, &session->tip) &&
                   public_key_is_equal(&segment->lane.client, &all->client_key);
    all->complaints += !is_good;
    return is_good;
}

static void on_segment(struct replicas *all, struct scripted *replica, link_nr link,
                       const struct segment *segment)
{
    struct session *session = find_session(all, replica, &segment->lane);
    if (replica->script == SCRIPT_FORGETFUL && session == replica->sessions[0]) {
        struct replica_message message = {.kind = REPLICA_SESSION_GONE};
        message.session_gone =
            (struct session_gone){.session = session->number, .before = UINT64_MAX};
        wire_encode_replica_message(&all->out, &message);
        send_out(all, replica, link);
        return;
    }
    if (segment->sequence != session->sequence + 1) {
        return;
    }
    if (replica->script == SCRIPT_BUSY_ONCE && session->busy_said < segment->sequence) {
        session->busy_said = segment->sequence;
        struct replica_message message = {.kind = REPLICA_BUSY};
        message.busy = (struct busy){.session = session->number,
                                     .sequence = segment->sequence,
                                     .retry_after_ms = BUSY_RETRY_MS};
        wire_encode_replica_message(&all->out, &message);
        send_out(all, replica, link);
        return;
    }
    struct segment_body body;
    arena_reset(&all->body_arena);
    if (!check_segment(all, session, segment) ||
        wire_decode_segment_body(segment->body, &all->body_arena, &body) != VERDICT_ACCEPTED) {
        return;
    }
    uint64_t first = session->executed + 1;
    for (size_t i = 0; i < body.request_count; i++) {
        ASSERT(session->executed + 1 < REQUESTS_KEPT);
        uint8_t *copy = allocate(body.requests[i].size + 1);
        bytes_copy(copy, body.requests[i].data, body.requests[i].size);
        session->requests[++session->executed] = slice_of(copy, body.requests[i].size);
        replica->executed++;
    }
    lane_digest_next(&segment->lane, segment->sequence, &session->tip, segment->body,
                     &session->tip);
    session->sequence++;
    send_replies(all, replica, link, session, first);
}

static void on_message(struct replicas *all, struct scripted *replica, link_nr link,
                       const struct client_message *message)
{
    struct replica_message answer = {.kind = REPLICA_STATUS};
    uint8_t bytes[RESULT_BYTES_MAX];
    struct lane_id lane = {.client = all->client_key};
    switch (message->kind) {
    case CLIENT_SEGMENT:
        on_segment(all, replica, link, &message->segment);
        return;
    case CLIENT_ASK_REPLIES:
        lane.session = message->ask_replies.session;
        send_replies(all, replica, link, find_session(all, replica, &lane),
                     message->ask_replies.from);
        return;
    case CLIENT_QUERY:
        answer.kind = REPLICA_QUERY_REPLY;
        answer.query_reply = (struct query_reply){.number = message->query.number, .height = 1};
        answer.query_reply.reply.result =
            slice_of(bytes, make_result(replica, replica->id, message->query.request, bytes));
        break;
    case CLIENT_ASK_STATUS:
        answer.status.number = message->ask_status;
        answer.status.id = replica->id;
        (void)snprintf(answer.status.version, sizeof answer.status.version, "scripted");
        break;
    case CLIENT_ASK_LOG:
        answer.kind = REPLICA_LOG;
        answer.log_part =
            (struct log_part){.number = message->ask_log.number, .last = message->ask_log.from};
        break;
    }
    wire_encode_replica_message(&all->out, &answer);
    send_out(all, replica, link);
}

static void open_listener(struct replicas *all, struct scripted *replica)
{
    struct listener_settings settings = {
        .genesis = all->group.genesis,
        .secret = replica->secret,
        .address = all->group.replicas[replica->id].client_address,
        .client_count = 1,
        .clients = &all->client_key,
    };
    struct error_text text = {.text = ""};
    enum error error = listener_open(&replica->listener, &settings, &text);
    if (error != OK) {
        (void)fprintf(stderr, "%s\n", text.text);
    }
    ASSERT(error == OK);
}

static void serve(struct replicas *all, struct scripted *replica)
{
    int script = atomic_load(&replica->script);
    if (script == SCRIPT_AWAY && replica->listener != NULL) {
        listener_close(replica->listener);
        replica->listener = NULL;
    } else if (script != SCRIPT_AWAY && replica->listener == NULL) {
        open_listener(all, replica);
    }
    struct listener_event event;
    while (replica->listener != NULL && listener_receive(replica->listener, now_ns(), &event)) {
        struct client_message *messages = NULL;
        size_t count = 0;
        arena_reset(&all->arena);
        if (event.verdict != VERDICT_ACCEPTED ||
            wire_decode_client_frame(event.bytes, &all->arena, &messages, &count) !=
                VERDICT_ACCEPTED) {
            continue;
        }
        for (size_t i = 0; i < count; i++) {
            on_message(all, replica, event.link, &messages[i]);
        }
    }
    atomic_store(&replica->script_seen, script);
}

static void *run(void *argument)
{
    struct replicas *all = argument;
    while (!atomic_load(&all->stop)) {
        struct pollfd wanted[SCRIPTED_COUNT];
        for (unsigned i = 0; i < SCRIPTED_COUNT; i++) {
            serve(all, &all->all[i]);
            int fd = all->all[i].listener == NULL ? -1 : listener_fd(all->all[i].listener);
            wanted[i] = (struct pollfd){.fd = fd, .events = POLLIN};
        }
        (void)poll(wanted, SCRIPTED_COUNT, POLL_MS);
    }
    return NULL;
}

/* Files. */

static void make_key(uint8_t number, struct secret_key *secret, struct public_key *public)
{
    uint8_t seed[SEED_BYTES] = {number, 1};
    signature_from_seed(seed, secret, public);
}

static void make_group(struct replicas *all)
{
    struct group *group = &all->group;
    (void)snprintf(group->name, sizeof group->name, "scripted");
    (void)snprintf(group->machine_name, sizeof group->machine_name, "kv");
    group->faults = 1;
    group->delta_ms = 100;
    group->time_ahead_ms = 500;
    group->disk_low_mb = 100;
    group->replica_count = SCRIPTED_COUNT;
    for (unsigned i = 0; i < SCRIPTED_COUNT; i++) {
        struct group_replica *replica = &group->replicas[i];
        all->all[i].id = replica->id = i;
        make_key((uint8_t)(i + 1), &all->all[i].secret, &replica->key);
        (void)snprintf(replica->peer_address, sizeof replica->peer_address, "ipc://%.80s/p%u",
                       all->folder.path, i);
        (void)snprintf(replica->client_address, sizeof replica->client_address, "ipc://%.80s/c%u",
                       all->folder.path, i);
    }
    group->client_count = 1;
    (void)snprintf(group->clients[0].name, sizeof group->clients[0].name, "tester");
    group->clients[0].key = all->client_key;
    group->clients[0].role = ROLE_ADMIN;
    group_genesis(group, &group->genesis);
}

static void write_files(struct replicas *all)
{
    struct secret_key secret;
    struct public_key foreign;
    struct error_text text;
    (void)snprintf(all->group_path, FOLDER_PATH_BYTES, "%s", test_path(&all->folder, "group.conf"));
    (void)snprintf(all->key_path, FOLDER_PATH_BYTES, "%s", test_path(&all->folder, "client.key"));
    (void)snprintf(all->foreign_path, FOLDER_PATH_BYTES, "%s",
                   test_path(&all->folder, "foreign.key"));
    make_key(101, &secret, &foreign);
    enum error error = keyfile_create(all->foreign_path, &secret, &text);
    ASSERT(error == OK);
    make_key(100, &secret, &all->client_key);
    error = keyfile_create(all->key_path, &secret, &text);
    ASSERT(error == OK);
    make_group(all);
    FILE *file = fopen(all->group_path, "we");
    ASSERT(file != NULL);
    error = group_write(&all->group, file);
    ASSERT(error == OK);
    int failed = fclose(file);
    ASSERT(failed == 0);
}

struct replicas *replicas_start(void)
{
    enum error error = signature_library_init();
    ASSERT(error == OK);
    struct replicas *all = allocate(sizeof *all);
    test_folder_init(&all->folder);
    all->memory = allocate(DECODE_BYTES_MAX);
    all->body_memory = allocate(DECODE_BYTES_MAX);
    arena_init(&all->arena, all->memory, DECODE_BYTES_MAX);
    arena_init(&all->body_arena, all->body_memory, DECODE_BYTES_MAX);
    write_files(all);
    for (unsigned i = 0; i < SCRIPTED_COUNT; i++) {
        open_listener(all, &all->all[i]);
    }
    int failed = pthread_create(&all->thread, NULL, run, all);
    ASSERT(failed == 0);
    return all;
}

void replicas_stop(struct replicas *all)
{
    atomic_store(&all->stop, true);
    int failed = pthread_join(all->thread, NULL);
    ASSERT(failed == 0);
    for (unsigned i = 0; i < SCRIPTED_COUNT; i++) {
        listener_close(all->all[i].listener);
        for (size_t k = 0; k < all->all[i].session_count; k++) {
            struct session *session = all->all[i].sessions[k];
            for (uint64_t number = 1; number <= session->executed; number++) {
                uint8_t *copy = NULL;
                memcpy(&copy, &session->requests[number].data, sizeof copy);
                free(copy);
            }
            free(session);
        }
    }
    buffer_fini(&all->out);
    free(all->memory);
    free(all->body_memory);
    test_folder_fini(&all->folder);
    free(all);
}

void replicas_script(struct replicas *all, unsigned id, enum script script)
{
    atomic_store(&all->all[id].script, (int)script);
    while (atomic_load(&all->all[id].script_seen) != (int)script) {
        (void)poll(NULL, 0, 1);
    }
}

struct strategos_client *replicas_client(struct replicas *all, uint32_t timeout_ms,
                                         uint32_t in_flight_max)
{
    struct strategos_client_options options = {
        .group = all->group_path,
        .key = all->key_path,
        .timeout_ms = timeout_ms,
        .in_flight_max = in_flight_max,
    };
    struct strategos_client *client = NULL;
    char reason[STRATEGOS_REASON_BYTES];
    if (strategos_client_open(&client, &options, reason) != STRATEGOS_STATUS_DONE) {
        (void)fprintf(stderr, "%s\n", reason);
    }
    ASSERT(client != NULL);
    return client;
}

const char *replicas_group_path(const struct replicas *all)
{
    return all->group_path;
}

const char *replicas_key_path(const struct replicas *all)
{
    return all->key_path;
}

const char *replicas_foreign_key_path(const struct replicas *all)
{
    return all->foreign_path;
}

uint64_t replicas_executed(struct replicas *all, unsigned id)
{
    return atomic_load(&all->all[id].executed);
}

uint64_t replicas_complaints(struct replicas *all)
{
    return atomic_load(&all->complaints);
}
