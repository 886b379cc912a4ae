/* store_note.c - see store_note.h. */
#include "storage/store_note.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define NOTE_NAME  "note"
#define SLOT_BYTES 4096u

static const uint8_t magic[8] = {'S', 'T', 'R', 'A', 'N', 'O', 'T', 'E'};

/* Offsets in a slot; the digest is over all that follows it. */
enum {
    SLOT_DIGEST = 8,
    SLOT_VERSION = 40,
    SLOT_GENESIS = 48,
    SLOT_SEQUENCE = 80,
    SLOT_HEIGHT = 88,
    SLOT_DATA_BYTES = 96,
    SLOT_CONTENT = 104,
    SLOT_SHAPE = 136,
};

static void slot_digest(const uint8_t *slot, struct digest *digest)
{
    struct digest_state state;
    digest_begin(&state, DIGEST_FILE);
    digest_add(&state, slice_of(slot + SLOT_VERSION, SLOT_BYTES - SLOT_VERSION));
    digest_end(&state, digest);
}

static void slot_encode(const struct store_note *note, uint8_t *slot)
{
    memset(slot, 0, SLOT_BYTES);
    memcpy(slot, magic, sizeof magic);
    put_u32(slot + SLOT_VERSION, STORE_VERSION);
    memcpy(slot + SLOT_GENESIS, note->genesis.bytes, DIGEST_BYTES);
    put_u64(slot + SLOT_SEQUENCE, note->sequence);
    put_u64(slot + SLOT_HEIGHT, note->height);
    put_u64(slot + SLOT_DATA_BYTES, note->data_bytes);
    memcpy(slot + SLOT_CONTENT, note->content.bytes, DIGEST_BYTES);
    memcpy(slot + SLOT_SHAPE, note->shape.bytes, DIGEST_BYTES);
    struct digest digest;
    slot_digest(slot, &digest);
    memcpy(slot + SLOT_DIGEST, digest.bytes, DIGEST_BYTES);
}

/* False if the slot is not intact; *version is set if it is. */
static bool slot_decode(const uint8_t *slot, struct store_note *note, uint32_t *version)
{
    struct digest digest;
    slot_digest(slot, &digest);
    if (memcmp(slot, magic, sizeof magic) != 0 ||
        memcmp(slot + SLOT_DIGEST, digest.bytes, DIGEST_BYTES) != 0) {
        return false;
    }
    *version = get_u32(slot + SLOT_VERSION);
    memcpy(note->genesis.bytes, slot + SLOT_GENESIS, DIGEST_BYTES);
    note->sequence = get_u64(slot + SLOT_SEQUENCE);
    note->height = get_u64(slot + SLOT_HEIGHT);
    note->data_bytes = get_u64(slot + SLOT_DATA_BYTES);
    memcpy(note->content.bytes, slot + SLOT_CONTENT, DIGEST_BYTES);
    memcpy(note->shape.bytes, slot + SLOT_SHAPE, DIGEST_BYTES);
    return true;
}

enum error store_note_read(int directory, struct store_note *note)
{
    int fd = openat(directory, NOTE_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return errno == ENOENT ? ERROR_MISSING : ERROR_IO;
    }
    bool is_found = false;
    uint32_t version = 0;
    for (int i = 0; i < 2; i++) {
        uint8_t slot[SLOT_BYTES];
        struct store_note candidate;
        uint32_t candidate_version;
        if (pread(fd, slot, sizeof slot, (off_t)i * SLOT_BYTES) == (ssize_t)sizeof slot &&
            slot_decode(slot, &candidate, &candidate_version) &&
            (!is_found || candidate.sequence > note->sequence)) {
            *note = candidate;
            version = candidate_version;
            is_found = true;
        }
    }
    (void)close(fd);
    if (!is_found) {
        return ERROR_DAMAGED;
    }
    return version == STORE_VERSION ? OK : ERROR_FOREIGN;
}

/* A new note file: both slots' room, and its entry in the folder. */
static enum error note_make(int directory, int *out)
{
    int fd = openat(directory, NOTE_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return errno == ENOSPC || errno == EDQUOT ? ERROR_FULL : ERROR_IO;
    }
    int reason = posix_fallocate(fd, 0, (off_t)2 * SLOT_BYTES);
    enum error error = OK;
    if (reason != 0) {
        error = reason == ENOSPC || reason == EDQUOT ? ERROR_FULL : ERROR_IO;
    } else if (fsync(fd) != 0 || fsync(directory) != 0) {
        error = ERROR_IO;
    }
    if (error != OK) {
        (void)close(fd);
        return error;
    }
    *out = fd;
    return OK;
}

enum error store_note_write(int directory, struct store_note *note)
{
    int fd = openat(directory, NOTE_NAME, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        TRY(note_make(directory, &fd));
    }
    note->sequence++;
    uint8_t slot[SLOT_BYTES];
    slot_encode(note, slot);
    off_t offset = (off_t)(note->sequence % 2) * SLOT_BYTES;
    enum error error = OK;
    if (pwrite(fd, slot, sizeof slot, offset) != (ssize_t)sizeof slot) {
        error = errno == ENOSPC || errno == EDQUOT ? ERROR_FULL : ERROR_IO;
    } else if (fdatasync(fd) != 0) {
        error = ERROR_IO;
    }
    (void)close(fd);
    return error;
}
