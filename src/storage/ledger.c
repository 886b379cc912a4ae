/* ledger.c - appends, group writes and reads; see ledger.h. Recovery is in ledger_recover.c.
 *
 * Invariants: the batch holds whole records from location `synced` on; every record leaves room
 * behind it for the mark that ends its file; a file is made, durable and empty, before the record
 * that ends the file before it is written. */
#include "storage/ledger_state.h"

#include "base/assert.h"

#include <inttypes.h>
#include <stdlib.h>

#define FILE_BYTES_MAX   (1ull << 30)
#define BATCH_BYTES_KEPT (4u << 20) /* a larger batch's memory is given back */

enum error ledger_create(struct folder folder, const struct ledger_identity *identity,
                         const struct checksum_key *id, uint64_t file_bytes,
                         struct error_text *text)
{
    if (file_bytes % LEDGER_HEADER_BYTES != 0 || file_bytes < 2 * (uint64_t)LEDGER_HEADER_BYTES ||
        file_bytes > FILE_BYTES_MAX) {
        return error_set(text, ERROR_INVALID, "ledger files of %" PRIu64 " bytes are not possible",
                         file_bytes);
    }
    struct ledger_files files = {.folder = folder};
    files.header.identity = *identity;
    files.header.file_bytes = file_bytes;
    files.area = file_bytes - LEDGER_HEADER_BYTES;
    files.header.id = *id;
    enum error error = ledger_files_make(&files);
    ledger_files_close(&files);
    if (error != OK) {
        return error_set(text, error, "cannot make the ledger: %s", error_name(error));
    }
    return OK;
}

enum error ledger_open(struct ledger **out, struct folder folder,
                       const struct ledger_identity *identity, uint64_t scan_from,
                       const struct ledger_visitor *visitor, struct error_text *text)
{
    struct ledger *ledger = calloc(1, sizeof *ledger);
    if (ledger == NULL) {
        return error_set(text, ERROR_MEMORY, "no memory for the ledger");
    }
    bool half_made = false;
    enum error error = ledger_files_find(&ledger->files, folder, identity, &half_made, text);
    if (error == OK) {
        error = ledger_recover(ledger, scan_from, half_made, visitor, text);
    }
    if (error != OK) {
        ledger_close(ledger);
        return error;
    }
    *out = ledger;
    return OK;
}

void ledger_close(struct ledger *ledger)
{
    if (ledger == NULL) {
        return;
    }
    ledger_files_close(&ledger->files);
    buffer_fini(&ledger->batch);
    free(ledger);
}

static void append_record(struct ledger *ledger, uint32_t type, struct slice bytes)
{
    const struct ledger_frame frame = {
        .size = (uint32_t)bytes.size, .type = type, .batch = ledger->synced};
    ledger_frame_encode(&ledger->batch, &ledger->files.header.id, ledger_end(ledger), &frame,
                        bytes);
}

uint64_t ledger_append(struct ledger *ledger, enum ledger_record type, struct slice bytes)
{
    ASSERT(type >= LEDGER_SEGMENT && type <= LEDGER_LIVE && bytes.size <= LEDGER_RECORD_BYTES_MAX);
    uint64_t need = ledger_frame_bytes(bytes.size) + LEDGER_FRAME_BYTES;
    ASSERT(need <= ledger->files.area);
    if (need > ledger_files_room(&ledger->files, ledger_end(ledger))) {
        append_record(ledger, LEDGER_FILE_END, slice_of(NULL, 0));
        if (ledger_end(ledger) % ledger->files.area != 0) {
            size_t gap = (size_t)ledger_files_room(&ledger->files, ledger_end(ledger));
            memset(buffer_reserve(&ledger->batch, gap), 0, gap);
            ledger->batch.size += gap;
        }
    }
    uint64_t location = ledger_end(ledger);
    append_record(ledger, type, bytes);
    return location;
}

static enum error fail(struct ledger *ledger, enum error error)
{
    ledger->is_failed = error != OK && error != ERROR_FULL;
    return error;
}

/* All files that the batch reaches into; and the next one ahead of time, once the last is mostly
 * full, so that a turn seldom waits for it. */
static enum error make_files(struct ledger *ledger)
{
    struct ledger_files *files = &ledger->files;
    uint64_t last = ledger_end(ledger) - 1;
    while (files->count <= ledger_files_number(files, last)) {
        TRY(ledger_files_make(files));
    }
    bool is_late = ledger_files_room(files, last) < files->area / 4;
    bool was_late = ledger_files_room(files, ledger->synced) < files->area / 4;
    if (is_late && !was_late && files->count == ledger_files_number(files, last) + 1) {
        enum error error = ledger_files_make(files);
        return error == ERROR_FULL ? OK : error; /* not needed yet */
    }
    return OK;
}

static enum error write_batch(struct ledger *ledger)
{
    struct ledger_files *files = &ledger->files;
    struct slice left = buffer_slice(&ledger->batch);
    uint64_t location = ledger->synced;
    while (left.size > 0) {
        uint64_t room = ledger_files_room(files, location);
        size_t part = left.size < LEDGER_WRITE_BYTES_MAX ? left.size : LEDGER_WRITE_BYTES_MAX;
        part = part < room ? part : (size_t)room;
        TRY(ledger_files_write(files, location, slice_of(left.data, part)));
        left = slice_of(left.data + part, left.size - part);
        if (left.size == 0 || part == room) {
            TRY(ledger_files_sync(files, ledger_files_number(files, location)));
        }
        location += part;
    }
    return OK;
}

enum error ledger_sync(struct ledger *ledger)
{
    if (ledger->is_failed) {
        return ERROR_IO;
    }
    if (ledger->batch.size == 0) {
        return OK;
    }
    enum error error = make_files(ledger);
    if (error == OK) {
        error = write_batch(ledger);
    }
    if (error != OK) {
        return fail(ledger, error);
    }
    ledger->synced = ledger_end(ledger);
    buffer_clear(&ledger->batch);
    if (ledger->batch.capacity > BATCH_BYTES_KEPT) {
        buffer_fini(&ledger->batch);
    }
    return OK;
}

bool ledger_is_dirty(const struct ledger *ledger)
{
    return ledger->batch.size != 0;
}

/* The frame and body in memory, for a record that is not synced yet. */
static enum error read_batch(struct ledger *ledger, uint64_t location, struct ledger_frame *frame,
                             struct slice *record)
{
    uint64_t offset = location - ledger->synced;
    if (ledger->batch.size - offset < LEDGER_FRAME_BYTES) {
        return ERROR_DAMAGED;
    }
    const uint8_t *bytes = ledger->batch.data + offset;
    if (!ledger_frame_is_plausible(bytes, location, ledger->batch.size - offset, frame)) {
        return ERROR_DAMAGED;
    }
    *record = slice_of(bytes, LEDGER_FRAME_BYTES + frame->size);
    return OK;
}

/* The same from disk, by way of `out`. */
static enum error read_file(struct ledger *ledger, uint64_t location, struct ledger_frame *frame,
                            struct buffer *out, struct slice *record)
{
    const size_t guess = 4096; /* most records come with one read */
    uint64_t room = ledger_files_room(&ledger->files, location);
    if (room < LEDGER_FRAME_BYTES) {
        return ERROR_DAMAGED;
    }
    size_t first = room < guess ? (size_t)room : guess;
    uint8_t *bytes = buffer_reserve(out, guess);
    TRY(ledger_files_read(&ledger->files, location, bytes, first));
    if (!ledger_frame_is_plausible(bytes, location, room, frame)) {
        return ERROR_DAMAGED;
    }
    out->size = first;
    size_t size = LEDGER_FRAME_BYTES + frame->size;
    if (size > first) {
        uint8_t *rest = buffer_reserve(out, size - first);
        TRY(ledger_files_read(&ledger->files, location + first, rest, size - first));
    }
    *record = slice_of(out->data, size);
    return OK;
}

enum error ledger_read(struct ledger *ledger, uint64_t location, enum ledger_record *type,
                       struct buffer *out)
{
    buffer_clear(out);
    if (location >= ledger_end(ledger) || location % LEDGER_ALIGNMENT != 0) {
        return ERROR_DAMAGED;
    }
    struct ledger_frame frame;
    struct slice record;
    enum error error = location >= ledger->synced
                           ? read_batch(ledger, location, &frame, &record)
                           : read_file(ledger, location, &frame, out, &record);
    out->size = 0;
    TRY(error);
    if (frame.type == LEDGER_FILE_END ||
        !ledger_frame_is_intact(&ledger->files.header.id, record)) {
        return ERROR_DAMAGED;
    }
    uint8_t *body = buffer_reserve(out, frame.size);
    if (frame.size != 0) {
        bool is_in_place = location < ledger->synced;
        memmove(body, (is_in_place ? out->data : record.data) + LEDGER_FRAME_BYTES, frame.size);
    }
    out->size = frame.size;
    *type = (enum ledger_record)frame.type;
    return OK;
}

uint64_t ledger_end(const struct ledger *ledger)
{
    return ledger->synced + ledger->batch.size;
}

uint64_t ledger_bytes(const struct ledger *ledger)
{
    return ledger->files.count * ledger->files.header.file_bytes;
}
