/* support_table.c - see support_table.h. */
#include "support_table.h"

#include "base/assert.h"
#include "base/log.h"
#include "machine/registry.h"
#include "storage/ledger.h"
#include "storage/store_memory.h"
#include "strategos/kv.h"
#include "wire/codec.h"
#include "wire/digests.h"

#include <stdlib.h>

#define DELAY_NS     (2 * MS)
#define BEGIN_NS     (1000 * MS)
#define WALL_NS      UINT64_C(1700000000000000000)
#define REQUEST_NS   (25 * MS)
#define CUT_EVERY_NS (500 * MS)
#define CUT_NS       (250 * MS)
#define FILE_BYTES   (4u << 20)
#define CLIENT_KEY   1000u

/* ---- letters ---- */

static void mailbox_init(struct mailbox *mailbox)
{
    *mailbox = (struct mailbox){.end = &mailbox->first};
}

static void mailbox_put(struct mailbox *mailbox, replica_id from, uint64_t due_ns,
                        struct slice bytes)
{
    struct letter *letter = calloc(1, sizeof *letter);
    ASSERT(letter != NULL);
    letter->from = from;
    letter->due_ns = due_ns;
    buffer_append(&letter->bytes, bytes);
    *mailbox->end = letter;
    mailbox->end = &letter->next;
}

static bool mailbox_has(const struct mailbox *mailbox, uint64_t now_ns)
{
    return mailbox->first != NULL && mailbox->first->due_ns <= now_ns;
}

static void letter_free(struct letter *letter)
{
    if (letter != NULL) {
        buffer_fini(&letter->bytes);
        free(letter);
    }
}

static struct letter *mailbox_take(struct mailbox *mailbox, uint64_t now_ns)
{
    struct letter *letter = mailbox->first;
    if (!mailbox_has(mailbox, now_ns)) {
        return NULL;
    }
    mailbox->first = letter->next;
    mailbox->end = mailbox->first == NULL ? &mailbox->first : mailbox->end;
    return letter;
}

static void mailbox_fini(struct mailbox *mailbox)
{
    struct letter *letter;
    while ((letter = mailbox_take(mailbox, UINT64_MAX)) != NULL) {
        letter_free(letter);
    }
}

/* ---- ports ---- */

static void show(const struct seat *seat, enum event_kind kind, replica_id peer, struct slice bytes)
{
    const struct onlooker *onlooker = &seat->table->onlooker;
    struct event event = {
        .kind = kind, .now_ns = seat->table->now_ns, .peer = peer, .bytes = bytes};
    if (onlooker->see != NULL) {
        onlooker->see(onlooker->context, seat->id, &event);
    }
}

static uint64_t monotonic_ns(void *self)
{
    return ((struct seat *)self)->table->now_ns;
}

static uint64_t wall_ns(void *self)
{
    return WALL_NS + ((struct seat *)self)->table->now_ns;
}

static bool is_stop_wanted(void *self)
{
    (void)self;
    return false;
}

static bool receive_frame(void *self, uint64_t now_ns, struct peers_event *event)
{
    struct seat *seat = self;
    letter_free(seat->open);
    seat->open = mailbox_take(&seat->frames, now_ns);
    if (seat->open == NULL) {
        return false;
    }
    *event = (struct peers_event){.verdict = VERDICT_ACCEPTED,
                                  .from = seat->open->from,
                                  .bytes = buffer_slice(&seat->open->bytes)};
    show(seat, EVENT_HEARD, event->from, event->bytes);
    return true;
}

/* The last seat, every now and then. */
static bool is_cut_off(const struct table *table, replica_id id)
{
    return id + 1 == table->group.replica_count && table->now_ns % CUT_EVERY_NS < CUT_NS;
}

static void send_frame(void *self, replica_id to, struct slice frame, uint64_t now_ns)
{
    struct seat *seat = self;
    ASSERT(to < seat->table->group.replica_count && to != seat->id);
    ASSERT(frame.size >= 1 && frame.size <= FRAME_BYTES_MAX);
    show(seat, EVENT_SENT, to, frame);
    if (!is_cut_off(seat->table, to) && !is_cut_off(seat->table, seat->id)) {
        mailbox_put(&seat->table->seats[to].frames, seat->id, now_ns + DELAY_NS, frame);
    }
}

static uint64_t tick_links(void *self, uint64_t now_ns)
{
    (void)now_ns;
    show(self, EVENT_TICK, 0, slice_of(NULL, 0));
    return UINT64_MAX;
}

static bool is_connected(void *self, replica_id id, uint64_t now_ns)
{
    (void)self;
    (void)id;
    (void)now_ns;
    return true;
}

static bool receive_request(void *self, uint64_t now_ns, struct listener_event *event)
{
    struct seat *seat = self;
    letter_free(seat->open);
    seat->open = mailbox_take(&seat->requests, now_ns);
    if (seat->open == NULL) {
        return false;
    }
    *event = (struct listener_event){.verdict = VERDICT_ACCEPTED,
                                     .link = TABLE_LINK,
                                     .client = 0,
                                     .bytes = buffer_slice(&seat->open->bytes)};
    show(seat, EVENT_REQUEST, 0, event->bytes);
    return true;
}

static void send_answer(void *self, link_nr link, struct slice frame, uint64_t now_ns)
{
    struct seat *seat = self;
    (void)now_ns;
    ASSERT(link == TABLE_LINK);
    show(seat, EVENT_ANSWERED, 0, frame);
    seat->table->answers++;
}

static size_t client_count(void *self, uint64_t now_ns)
{
    (void)self;
    (void)now_ns;
    return 1;
}

static bool free_bytes(void *self, uint64_t *bytes)
{
    (void)self;
    *bytes = UINT64_C(1) << 40;
    return true;
}

static bool is_short_of_descriptors(void *self)
{
    (void)self;
    return false;
}

static bool begin_work(void *self, void (*work)(void *context), void *context)
{
    (void)self;
    (void)work;
    (void)context;
    return false; /* no checkpoints here */
}

static void finish_work(void *self)
{
    (void)self;
}

static void on_effect(void *self, const struct effect *effect)
{
    struct seat *seat = self;
    struct table *table = seat->table;
    if (effect->kind != EFFECT_DECIDED) {
        return;
    }
    height_nr height = effect->decision->order.height;
    seat->height = height;
    if (seat->traitor != NULL || height >= TABLE_HEIGHTS_MAX) {
        return;
    }
    if (height > table->decided_height) {
        table->decided[height] = effect->decision->digest;
        table->decided_height = height;
    } else if (!digest_is_equal(&table->decided[height], &effect->decision->digest)) {
        table->is_split = true;
    }
}

static struct ports seat_ports(struct seat *seat)
{
    return (struct ports){
        .self = seat,
        .authority = ideal_authority(&seat->signer),
        .ledger = faulty_folder_view(seat->disk),
        .store = seat->store,
        .machine = registry_find("kv"),
        .core_memory = seat->core_memory,
        .seed = seat->id + 1u, /* so that who was cut off asks replica 1 first */
        .monotonic_ns = monotonic_ns,
        .wall_ns = wall_ns,
        .is_stop_wanted = is_stop_wanted,
        .receive_frame = receive_frame,
        .send_frame = send_frame,
        .tick_links = tick_links,
        .is_connected = is_connected,
        .receive_request = receive_request,
        .send_answer = send_answer,
        .client_count = client_count,
        .free_bytes = free_bytes,
        .is_short_of_descriptors = is_short_of_descriptors,
        .begin_work = begin_work,
        .finish_work = finish_work,
        .on_effect = on_effect,
    };
}

/* ---- its life ---- */

static void make_group(struct table *table, size_t replica_count, uint32_t members, uint64_t seed)
{
    struct group *group = &table->group;
    *group = (struct group){.delta_ms = TABLE_DELTA_MS,
                            .time_ahead_ms = 500,
                            .faults = (replica_count - 1) / 3,
                            .replica_count = replica_count,
                            .client_count = 1,
                            .machine_name = "kv"};
    ideal_init(&table->book, 1);
    table->client =
        (struct ideal_signer){.book = &table->book, .key = ideal_key(&table->book, CLIENT_KEY)};
    group->clients[0] = (struct group_client){.key = table->client.key, .role = ROLE_WRITE};
    for (replica_id i = 0; i < replica_count; i++) {
        group->replicas[i] = (struct group_replica){.id = i, .key = ideal_key(&table->book, i)};
    }
    group_genesis(group, &group->genesis);
    struct conspiracy *conspiracy = &table->conspiracy;
    *conspiracy = (struct conspiracy){.replica_count = replica_count,
                                      .fault_count = group->faults,
                                      .genesis = group->genesis,
                                      .delta_ns = TABLE_DELTA_MS * MS,
                                      .seed = seed,
                                      .members = members};
    for (replica_id i = 0; i < replica_count; i++) {
        struct seat *seat = &table->seats[i];
        seat->signer = (struct ideal_signer){.book = &table->book, .key = group->replicas[i].key};
        conspiracy->replica_keys[i] = group->replicas[i].key;
        if ((members >> i & 1) != 0) {
            conspiracy->authorities[i] = ideal_authority(&seat->signer);
        }
    }
}

static void sit_down(struct table *table, replica_id id, size_t strategy)
{
    struct seat *seat = &table->seats[id];
    struct error_text text = {{0}};
    struct ledger_identity identity = {
        .genesis = table->group.genesis, .replica = table->group.replicas[id].key, .id = id};
    seat->table = table;
    seat->id = id;
    seat->settings = (struct node_settings){
        .group = &table->group,
        .id = id,
        .data_path = "seat",
        .checkpoint = {.requests = CHECKPOINT_REQUESTS, .bytes = CHECKPOINT_BYTES}};
    mailbox_init(&seat->frames);
    mailbox_init(&seat->requests);
    seat->disk = faulty_folder_new(id);
    seat->core_memory = calloc(1, replica_memory_size());
    ASSERT(seat->disk != NULL && seat->core_memory != NULL);
    ASSERT(store_memory_new(&seat->store) == OK);
    ASSERT(ledger_create(faulty_folder_view(seat->disk), &identity, &(struct checksum_key){{1}},
                         FILE_BYTES, &text) == OK);
    struct ports ports = seat_ports(seat);
    if (strategy != SIZE_MAX && (table->conspiracy.members >> id & 1) != 0) {
        ASSERT(traitor_new(&seat->traitor, &table->conspiracy, id, strategy, &ports) == OK);
        ports = traitor_ports(seat->traitor);
    }
    ASSERT(node_open(&seat->node, &seat->settings, &ports, &text) == OK);
}

struct table *table_new(size_t replica_count, uint32_t members, size_t strategy, uint64_t seed,
                        const struct onlooker *onlooker)
{
    struct table *table = calloc(1, sizeof *table);
    ASSERT(table != NULL && replica_count <= TABLE_SEATS_MAX);
    log_init(LOG_ERROR, -1);
    if (onlooker != NULL) {
        table->onlooker = *onlooker;
    }
    table->now_ns = BEGIN_NS;
    make_group(table, replica_count, members, seed);
    for (replica_id i = 0; i < replica_count; i++) {
        sit_down(table, i, strategy);
    }
    for (replica_id i = 0; i < replica_count; i++) {
        node_start(table->seats[i].node);
    }
    return table;
}

void table_free(struct table *table)
{
    for (size_t i = 0; i < table->group.replica_count; i++) {
        struct seat *seat = &table->seats[i];
        (void)node_close(seat->node, true);
        if (seat->traitor != NULL) {
            traitor_free(seat->traitor);
        }
        mailbox_fini(&seat->frames);
        mailbox_fini(&seat->requests);
        letter_free(seat->open);
        store_memory_free(&seat->store);
        faulty_folder_free(seat->disk);
        free(seat->core_memory);
    }
    free(table);
}

/* ---- its turns ---- */

static void client_speaks(struct table *table)
{
    uint8_t command[64];
    uint8_t key = (uint8_t)('a' + table->sequence % 26);
    size_t size = strategos_kv_put(command, sizeof command, strategos_slice(&key, 1),
                                   strategos_slice("value", 5));
    struct slice request = slice_of(command, size);
    struct segment_body content = {
        .acknowledged = table->sequence, .request_count = 1, .requests = &request};
    struct buffer body = {0};
    struct buffer encoded = {0};
    struct buffer frame = {0};
    wire_encode_segment_body(&body, &content);
    struct client_message message = {.kind = CLIENT_SEGMENT};
    struct segment *segment = &message.segment;
    segment->lane = (struct lane_id){.client = table->client.key, .session = 1};
    segment->sequence = ++table->sequence;
    if (segment->sequence == 1) {
        lane_digest_zero(&table->group.genesis, &segment->lane, &table->tip);
    }
    segment->previous = table->tip;
    segment->body = buffer_slice(&body);
    lane_digest_next(&segment->lane, segment->sequence, &segment->previous, segment->body,
                     &table->tip);
    struct digest signed_digest;
    lane_sign_digest(&table->group.genesis, &segment->lane, segment->sequence, &table->tip,
                     &signed_digest);
    struct authority authority = ideal_authority(&table->client);
    authority.sign(authority.context, &signed_digest, &segment->signature);
    wire_encode_segment(&encoded, segment);
    segment->encoded = buffer_slice(&encoded);
    wire_encode_client_message(&frame, &message);
    for (replica_id i = 0; i < table->group.replica_count; i++) {
        if (!is_cut_off(table, i)) {
            mailbox_put(&table->seats[i].requests, 0, table->now_ns + DELAY_NS,
                        buffer_slice(&frame));
        }
    }
    buffer_fini(&body);
    buffer_fini(&encoded);
    buffer_fini(&frame);
}

static void take_turn(struct seat *seat)
{
    uint64_t now_ns = seat->table->now_ns;
    struct node_ready ready = {.frames = mailbox_has(&seat->frames, now_ns),
                               .requests = mailbox_has(&seat->requests, now_ns)};
    if (node_has_failed(seat->node)) {
        return;
    }
    /* A few: what one turn leaves over is done in the next. */
    for (int i = 0;
         i < 8 && (ready.frames || ready.requests || node_deadline(seat->node) <= now_ns); i++) {
        node_turn(seat->node, ready);
        ready = (struct node_ready){.frames = mailbox_has(&seat->frames, now_ns),
                                    .requests = mailbox_has(&seat->requests, now_ns)};
    }
}

void table_run(struct table *table, uint64_t until_ms)
{
    while (table->now_ns < BEGIN_NS + until_ms * MS) {
        table->now_ns += MS;
        if (table->now_ns % REQUEST_NS == 0) {
            client_speaks(table);
        }
        for (size_t i = 0; i < table->group.replica_count; i++) {
            take_turn(&table->seats[i]);
        }
    }
}

height_nr table_lowest(const struct table *table)
{
    height_nr lowest = UINT64_MAX;
    for (size_t i = 0; i + 1 < table->group.replica_count; i++) {
        const struct seat *seat = &table->seats[i];
        if (seat->traitor == NULL && seat->height < lowest) {
            lowest = seat->height;
        }
    }
    return lowest;
}

uint64_t table_acted(const struct table *table)
{
    uint64_t acted = 0;
    for (size_t i = 0; i < table->group.replica_count; i++) {
        acted += table->seats[i].traitor == NULL ? 0 : traitor_acted(table->seats[i].traitor);
    }
    return acted;
}
