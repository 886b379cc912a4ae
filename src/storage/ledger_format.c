/* ledger_format.c - see ledger_format.h. */
#include "storage/ledger_format.h"

#include "base/assert.h"

static const uint8_t magic[8] = {'S', 'T', 'R', 'A', 'T', 'L', 'O', 'G'};

/* Offsets in the file header. */
enum {
    HEADER_CHECKSUM = 8,
    HEADER_VERSION = 16,
    HEADER_REPLICA_ID = 20,
    HEADER_GENESIS = 24,
    HEADER_REPLICA = 56,
    HEADER_ID = 88,
    HEADER_NUMBER = 104,
    HEADER_FILE_BYTES = 112,
};

/* Offsets in a record. */
enum { FRAME_CHECKSUM = 0, FRAME_SIZE = 8, FRAME_TYPE = 12, FRAME_BATCH = 16, FRAME_LOCATION = 24 };

static uint64_t header_checksum(const uint8_t *bytes, const struct checksum_key *id)
{
    return checksum_compute(id,
                            slice_of(bytes + HEADER_VERSION, LEDGER_HEADER_BYTES - HEADER_VERSION));
}

void ledger_header_encode(const struct ledger_header *header, uint8_t *out)
{
    memset(out, 0, LEDGER_HEADER_BYTES);
    memcpy(out, magic, sizeof magic);
    put_u32(out + HEADER_VERSION, LEDGER_VERSION);
    put_u32(out + HEADER_REPLICA_ID, header->identity.id);
    memcpy(out + HEADER_GENESIS, header->identity.genesis.bytes, DIGEST_BYTES);
    memcpy(out + HEADER_REPLICA, header->identity.replica.bytes, PUBLIC_KEY_BYTES);
    memcpy(out + HEADER_ID, header->id.bytes, CHECKSUM_KEY_BYTES);
    put_u64(out + HEADER_NUMBER, header->number);
    put_u64(out + HEADER_FILE_BYTES, header->file_bytes);
    put_u64(out + HEADER_CHECKSUM, header_checksum(out, &header->id));
}

enum error ledger_header_decode(const uint8_t *bytes, struct ledger_header *header,
                                uint32_t *version)
{
    memcpy(header->id.bytes, bytes + HEADER_ID, CHECKSUM_KEY_BYTES);
    *version = get_u32(bytes + HEADER_VERSION);
    if (memcmp(bytes, magic, sizeof magic) != 0 ||
        get_u64(bytes + HEADER_CHECKSUM) != header_checksum(bytes, &header->id)) {
        return ERROR_DAMAGED;
    }
    if (*version != LEDGER_VERSION) {
        return ERROR_FOREIGN;
    }
    header->identity.id = get_u32(bytes + HEADER_REPLICA_ID);
    memcpy(header->identity.genesis.bytes, bytes + HEADER_GENESIS, DIGEST_BYTES);
    memcpy(header->identity.replica.bytes, bytes + HEADER_REPLICA, PUBLIC_KEY_BYTES);
    header->number = get_u64(bytes + HEADER_NUMBER);
    header->file_bytes = get_u64(bytes + HEADER_FILE_BYTES);
    return OK;
}

void ledger_frame_encode(struct buffer *out, const struct checksum_key *id, uint64_t location,
                         const struct ledger_frame *frame, struct slice body)
{
    ASSERT(frame->size == body.size);
    size_t padded = ledger_frame_bytes(body.size);
    uint8_t *record = buffer_reserve(out, padded);
    put_u32(record + FRAME_SIZE, frame->size);
    put_u32(record + FRAME_TYPE, frame->type);
    put_u64(record + FRAME_BATCH, frame->batch);
    put_u64(record + FRAME_LOCATION, location);
    bytes_copy(record + LEDGER_FRAME_BYTES, body.data, body.size);
    size_t size = LEDGER_FRAME_BYTES + body.size;
    memset(record + size, 0, padded - size);
    put_u64(record + FRAME_CHECKSUM,
            checksum_compute(id, slice_of(record + FRAME_SIZE, size - FRAME_SIZE)));
    out->size += padded;
}

static bool type_is_known(uint32_t type)
{
    return (type >= LEDGER_SEGMENT && type <= LEDGER_LIVE) || type == LEDGER_FILE_END;
}

bool ledger_frame_is_plausible(const uint8_t *bytes, uint64_t location, uint64_t room,
                               struct ledger_frame *frame)
{
    *frame = (struct ledger_frame){.size = get_u32(bytes + FRAME_SIZE),
                                   .type = get_u32(bytes + FRAME_TYPE),
                                   .batch = get_u64(bytes + FRAME_BATCH)};
    return get_u64(bytes + FRAME_LOCATION) == location && type_is_known(frame->type) &&
           frame->size <= LEDGER_RECORD_BYTES_MAX && ledger_frame_bytes(frame->size) <= room &&
           frame->batch <= location;
}

bool ledger_frame_is_intact(const struct checksum_key *id, struct slice record)
{
    return get_u64(record.data + FRAME_CHECKSUM) ==
           checksum_compute(id, slice_of(record.data + FRAME_SIZE, record.size - FRAME_SIZE));
}
