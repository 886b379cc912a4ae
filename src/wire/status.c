/* status.c - what operators ask for: a replica's status, by protobuf-c, and parts of the log, in
 * place, because they hold orders. */
#include "wire/pack.h"
#include "wire/parts.h"
#include "wire/walk.h"

#include "base/assert.h"

#define VERSION_CHARS_MAX (sizeof((struct status *)NULL)->version - 1)

enum { LOG_NUMBER = 1, LOG_LAST, LOG_ENTRY };
enum { ENTRY_ORDER = 1, ENTRY_DIGEST, ENTRY_REQUEST_COUNT };

static bool read_peer(const Strategos__PeerStatus *from, struct peer_status *peer)
{
    if (!schema_is_known(&from->base) || from->id >= REPLICAS_MAX ||
        from->n_verdict != VERDICT_COUNT) {
        return false;
    }
    peer->id = from->id;
    peer->connected = from->connected != 0;
    memcpy(peer->verdicts, from->verdict, sizeof peer->verdicts);
    return true;
}

/* Shown on terminals: nothing but printable ASCII may come through. */
static bool read_version(const ProtobufCBinaryData *field, char *version)
{
    if (field->len > VERSION_CHARS_MAX) {
        return false;
    }
    for (size_t i = 0; i < field->len; i++) {
        if (field->data[i] < ' ' || field->data[i] > '~') {
            return false;
        }
        version[i] = (char)field->data[i];
    }
    version[field->len] = '\0';
    return true;
}

static bool read_status(const Strategos__Status *from, struct status *status)
{
    if (from == NULL || from->id >= REPLICAS_MAX || from->commander >= REPLICAS_MAX ||
        from->n_peer > REPLICAS_MAX) {
        return false;
    }
    *status = (struct status){
        .number = from->number,
        .id = from->id,
        .view = from->view,
        .commander = from->commander,
        .height = from->height,
        .height_known = from->height_known,
        .digest_height = from->digest_height,
        .pending = from->pending,
        .executed = from->executed,
        .ledger_bytes = from->ledger_bytes,
        .disk_free_bytes = from->disk_free_bytes,
        .sync_ns = from->sync_ns,
        .uptime_ns = from->uptime_ns,
        .clients_connected = from->clients_connected,
        .disk_full = from->disk_full != 0,
        .disk_low = from->disk_low != 0,
        .syncing = from->syncing != 0,
        .descriptors_low = from->descriptors_low != 0,
        .peer_count = from->n_peer,
    };
    if (!schema_copy(&from->digest, status->digest.bytes, DIGEST_BYTES) ||
        !schema_copy(&from->order_digest, status->order_digest.bytes, DIGEST_BYTES) ||
        !read_version(&from->version, status->version)) {
        return false;
    }
    for (size_t i = 0; i < from->n_peer; i++) {
        if (!read_peer(from->peer[i], &status->peers[i]) ||
            (i != 0 && status->peers[i - 1].id >= status->peers[i].id)) {
            return false;
        }
    }
    return true;
}

enum verdict wire_decode_status(struct slice bytes, struct arena *arena, struct status *status)
{
    size_t mark = arena->used;
    bool is_status = read_status(
        (const void *)schema_unpack(&strategos__status__descriptor, bytes, arena), status);
    arena->used = mark; /* all of it was copied */
    return is_status ? VERDICT_ACCEPTED : VERDICT_MALFORMED;
}

static Strategos__PeerStatus borrow_peer(struct peer_status *peer)
{
    Strategos__PeerStatus message = {
        .base = PROTOBUF_C_MESSAGE_INIT(&strategos__peer_status__descriptor),
        .id = peer->id,
        .connected = peer->connected,
        .n_verdict = VERDICT_COUNT,
        .verdict = peer->verdicts,
    };
    return message;
}

void wire_pack_status(struct buffer *out, uint32_t number, const struct status *status)
{
    ASSERT(status->peer_count <= REPLICAS_MAX);
    struct peer_status peers[REPLICAS_MAX]; /* ours to point into: protobuf-c has no const */
    Strategos__PeerStatus messages[REPLICAS_MAX];
    Strategos__PeerStatus *pointers[REPLICAS_MAX];
    for (size_t i = 0; i < status->peer_count; i++) {
        peers[i] = status->peers[i];
        messages[i] = borrow_peer(&peers[i]);
        pointers[i] = &messages[i];
    }
    Strategos__Status message = {
        .base = PROTOBUF_C_MESSAGE_INIT(&strategos__status__descriptor),
        .number = status->number,
        .id = status->id,
        .view = status->view,
        .commander = status->commander,
        .height = status->height,
        .height_known = status->height_known,
        .digest_height = status->digest_height,
        .digest = schema_borrow(status->digest.bytes, DIGEST_BYTES),
        .order_digest = schema_borrow(status->order_digest.bytes, DIGEST_BYTES),
        .pending = status->pending,
        .executed = status->executed,
        .ledger_bytes = status->ledger_bytes,
        .disk_free_bytes = status->disk_free_bytes,
        .sync_ns = status->sync_ns,
        .uptime_ns = status->uptime_ns,
        .clients_connected = status->clients_connected,
        .disk_full = status->disk_full,
        .disk_low = status->disk_low,
        .syncing = status->syncing,
        .descriptors_low = status->descriptors_low,
        .version = schema_borrow(status->version, strnlen(status->version, VERSION_CHARS_MAX)),
        .n_peer = status->peer_count,
        .peer = pointers,
    };
    schema_pack_field(out, number, &message.base);
}

/* How many entries are left; SIZE_MAX if there are too many, or something else. */
static size_t count_entries(struct walk walk)
{
    size_t count = 0;
    while (!walk_is_at_end(&walk)) {
        struct slice entry;
        if (!walk_bytes(&walk, LOG_ENTRY, &entry) || count == LOG_ENTRIES_MAX) {
            return SIZE_MAX;
        }
        count++;
    }
    return count;
}

static bool read_entry(struct walk *walk, struct arena *arena, struct log_entry *entry)
{
    struct slice bytes, order;
    if (!walk_bytes(walk, LOG_ENTRY, &bytes)) {
        return false;
    }
    struct walk fields = walk_of(bytes);
    return walk_bytes(&fields, ENTRY_ORDER, &order) &&
           walk_fixed(&fields, ENTRY_DIGEST, entry->digest.bytes, DIGEST_BYTES) &&
           walk_u64(&fields, ENTRY_REQUEST_COUNT, &entry->request_count) &&
           walk_is_at_end(&fields) && wire_read_order(order, arena, &entry->order);
}

enum verdict wire_decode_log_part(struct slice bytes, struct arena *arena, struct log_part *part)
{
    struct walk walk = walk_of(bytes);
    if (!walk_u64(&walk, LOG_NUMBER, &part->number) || !walk_u64(&walk, LOG_LAST, &part->last)) {
        return VERDICT_MALFORMED;
    }
    part->count = count_entries(walk);
    struct log_entry *entries =
        part->count == SIZE_MAX ? NULL : arena_take_array(arena, part->count, sizeof *entries);
    if (entries == NULL) {
        return VERDICT_MALFORMED;
    }
    for (size_t i = 0; i < part->count; i++) {
        if (!read_entry(&walk, arena, &entries[i])) {
            return VERDICT_MALFORMED;
        }
    }
    part->entries = entries;
    return VERDICT_ACCEPTED;
}

static size_t entry_size(const struct log_entry *entry)
{
    return pack_bytes_size(wire_order_size(&entry->order)) + pack_bytes_size(DIGEST_BYTES) +
           pack_u64_size(entry->request_count);
}

void wire_pack_log_part(struct buffer *out, uint32_t number, const struct log_part *part)
{
    ASSERT(part->count <= LOG_ENTRIES_MAX);
    size_t size = pack_u64_size(part->number) + pack_u64_size(part->last);
    for (size_t i = 0; i < part->count; i++) {
        size += pack_bytes_size(entry_size(&part->entries[i]));
    }
    pack_head(out, number, size);
    pack_u64(out, LOG_NUMBER, part->number);
    pack_u64(out, LOG_LAST, part->last);
    for (size_t i = 0; i < part->count; i++) {
        const struct log_entry *entry = &part->entries[i];
        pack_head(out, LOG_ENTRY, entry_size(entry));
        wire_pack_order(out, ENTRY_ORDER, &entry->order);
        pack_bytes(out, ENTRY_DIGEST, digest_slice(&entry->digest));
        pack_u64(out, ENTRY_REQUEST_COUNT, entry->request_count);
    }
}
