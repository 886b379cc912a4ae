/* ledger_files.h - the numbered files of a ledger, and the space of locations over them. Internal
 * to the ledger; knows headers and nothing of records.
 *
 * Invariant: files 0 .. count-1 are there, in full size, with intact headers of this ledger. A file
 * counts once its header has been synced, before anything is written into it. */
#ifndef STRATEGOS_STORAGE_LEDGER_FILES_H
#define STRATEGOS_STORAGE_LEDGER_FILES_H

#include "storage/ledger_format.h"

#define LEDGER_FILES_OPEN 8u
#define LEDGER_NAME_BYTES 32u

struct ledger_open_file {
    bool is_open;
    uint64_t number;
    file_handle handle;
    uint64_t used; /* when last, in calls */
};

struct ledger_files {
    struct folder folder;
    struct ledger_header header; /* that all have, but for the number */
    uint64_t area;               /* bytes of one record area */
    uint64_t count;
    uint64_t uses;
    struct ledger_open_file open[LEDGER_FILES_OPEN];
};

/* The name of file `number`, into LEDGER_NAME_BYTES. */
void ledger_file_name(uint64_t number, char *name);

/* Makes file `files->count`, durable with its header. On failure nothing counts; ERROR_FULL leaves
 * nothing behind. */
MUST_USE enum error ledger_files_make(struct ledger_files *files);

/* Finds all files and checks their headers against `identity`. A last file whose header is not
 * intact is not counted: *half_made says that there is one, which holds no record unless it was
 * damaged. */
MUST_USE enum error ledger_files_find(struct ledger_files *files, struct folder folder,
                                      const struct ledger_identity *identity, bool *half_made,
                                      struct error_text *text);

void ledger_files_close(struct ledger_files *files);

/* Inside one file's record area: `location` and what follows up to `size`. */
MUST_USE enum error ledger_files_read(struct ledger_files *files, uint64_t location, void *to,
                                      size_t size);
MUST_USE enum error ledger_files_write(struct ledger_files *files, uint64_t location,
                                       struct slice bytes);
MUST_USE enum error ledger_files_sync(struct ledger_files *files, uint64_t number);

static inline uint64_t ledger_files_number(const struct ledger_files *files, uint64_t location)
{
    return location / files->area;
}

/* Bytes from `location` to the end of its file's record area; never 0. */
static inline uint64_t ledger_files_room(const struct ledger_files *files, uint64_t location)
{
    return files->area - location % files->area;
}

/* Where `location` lies in its file: for error texts. */
static inline uint64_t ledger_files_offset(const struct ledger_files *files, uint64_t location)
{
    return LEDGER_HEADER_BYTES + location % files->area;
}

#endif
