/* progress.c - see progress.h. */
#include "cmd/progress.h"

#include "cmd/tree.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_BYTES_MAX 1024u

static const char *const format_names[] = {
    [PAIRS_GUESS] = "guess", [PAIRS_CSV] = "csv", [PAIRS_TSV] = "tsv"};

/* Adds the data file's bytes from `from` to `to`. ERROR_INVALID if it has not so many. */
static enum error digest_range(const struct progress *progress, uint64_t from, uint64_t to,
                               struct digest_state *state, struct error_text *text)
{
    uint8_t bytes[32768];
    while (from < to) {
        uint64_t left = to - from;
        size_t wanted = left < sizeof bytes ? (size_t)left : sizeof bytes;
        ssize_t got = pread(progress->fd, bytes, wanted, (off_t)from);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return error_set(text, ERROR_IO, "%s: cannot read: %s", progress->file,
                             strerrordesc_np(errno));
        }
        if (got == 0) {
            return error_set(text, ERROR_INVALID, "%s: has become shorter", progress->file);
        }
        digest_add(state, slice_of(bytes, (size_t)got));
        from += (uint64_t)got;
    }
    return OK;
}

static void prefix_digest(const struct progress *progress, struct digest *digest)
{
    struct digest_state copy = progress->prefix;
    digest_end(&copy, digest);
}

/* The words of a progress file, as they stand. */
struct note {
    char group[2 * DIGEST_BYTES + 1];
    char format[8];
    char digest[2 * DIGEST_BYTES + 1];
    struct progress_mark mark;
};

static bool parse_note(const char *from, struct note *note)
{
    int end = 0;
    int count = sscanf(from,
                       "strategos-progress 1\ngroup %64[0-9a-f]\nformat %7[a-z]\n"
                       "offset %" SCNu64 "\nlines %" SCNu64 "\nloaded %" SCNu64 "\nskipped %" SCNu64
                       "\ndigest %64[0-9a-f]\n%n",
                       note->group, note->format, &note->mark.offset, &note->mark.lines,
                       &note->mark.loaded, &note->mark.skipped, note->digest, &end);
    /* White space in a format matches none, too: the last newline is looked for. */
    return count == 7 && end > 0 && from[end] == '\0' && from[end - 1] == '\n';
}

static enum error find_format(struct progress *progress, const char *name, struct error_text *text)
{
    for (int format = PAIRS_CSV; format <= PAIRS_TSV; format++) {
        if (strcmp(format_names[format], name) == 0) {
            progress->format = (enum pairs_format)format;
            return OK;
        }
    }
    return error_set(text, ERROR_INVALID,
                     "%s: unknown format '%s'; remove it, or begin again with --restart",
                     progress->path, name);
}

static enum error check_note(struct progress *progress, const struct note *note,
                             struct error_text *text)
{
    char hex[2 * DIGEST_BYTES + 1];
    struct digest digest;
    struct error_text reason;
    digest_to_hex(&progress->genesis, hex);
    if (strcmp(hex, note->group) != 0) {
        return error_set(text, ERROR_FOREIGN,
                         "%s: %s was being loaded into another group; to begin again into this "
                         "one, use --restart",
                         progress->path, progress->file);
    }
    TRY(find_format(progress, note->format, text));
    enum error error = digest_range(progress, 0, note->mark.offset, &progress->prefix, &reason);
    if (error == ERROR_IO) {
        return error_set(text, error, "%s", reason.text);
    }
    prefix_digest(progress, &digest);
    digest_to_hex(&digest, hex);
    if (error != OK || strcmp(hex, note->digest) != 0) {
        return error_set(text, ERROR_INVALID,
                         "%s: changed since its first %" PRIu64 " lines were loaded; to load all "
                         "of it again, use --restart",
                         progress->file, note->mark.lines);
    }
    progress->mark = note->mark;
    return OK;
}

static enum error read_note(struct progress *progress, bool *found, struct error_text *text)
{
    struct buffer bytes = {0};
    struct note note;
    *found = false;
    enum error error = tree_read_file(progress->path, TEXT_BYTES_MAX, &bytes, text);
    if (error == ERROR_MISSING) {
        buffer_fini(&bytes);
        return OK;
    }
    if (error == OK) {
        buffer_append(&bytes, slice_of("", 1));
        error = parse_note((const char *)bytes.data, &note)
                    ? check_note(progress, &note, text)
                    : error_set(text, ERROR_INVALID,
                                "%s: not a progress file, or damaged; remove it, or begin again "
                                "with --restart",
                                progress->path);
    }
    *found = error == OK;
    buffer_fini(&bytes);
    return error;
}

enum error progress_open(struct progress *progress, const char *file, int fd,
                         const struct digest *genesis, bool restart, bool *found,
                         struct error_text *text)
{
    *progress = (struct progress){.file = file, .fd = fd, .genesis = *genesis};
    *found = false;
    digest_begin(&progress->prefix, DIGEST_FILE);
    int length = snprintf(progress->path, sizeof progress->path, "%s.strategos-progress", file);
    if (length < 0 || (size_t)length >= sizeof progress->path) {
        return error_set(text, ERROR_LIMIT, "%s: the name is too long", file);
    }
    return restart ? OK : read_note(progress, found, text);
}

/* Replaces the note: whoever looks sees the old one or the new one. */
static enum error write_note(const struct progress *progress, const char *note,
                             struct error_text *text)
{
    char fresh[sizeof progress->path + 4];
    (void)snprintf(fresh, sizeof fresh, "%s.new", progress->path);
    if (unlink(fresh) != 0 && errno != ENOENT) {
        return error_set(text, ERROR_IO, "%s: cannot remove: %s", fresh, strerrordesc_np(errno));
    }
    TRY(tree_write_file(fresh, slice_of_text(note), 0644, text));
    if (rename(fresh, progress->path) != 0) {
        return error_set(text, ERROR_IO, "%s: cannot replace: %s", progress->path,
                         strerrordesc_np(errno));
    }
    return OK;
}

enum error progress_save(struct progress *progress, const struct progress_mark *mark,
                         struct error_text *text)
{
    char note[TEXT_BYTES_MAX];
    char group[2 * DIGEST_BYTES + 1];
    char hex[2 * DIGEST_BYTES + 1];
    struct digest digest;
    TRY(digest_range(progress, progress->mark.offset, mark->offset, &progress->prefix, text));
    progress->mark = *mark;
    prefix_digest(progress, &digest);
    digest_to_hex(&progress->genesis, group);
    digest_to_hex(&digest, hex);
    (void)snprintf(note, sizeof note,
                   "strategos-progress 1\ngroup %s\nformat %s\noffset %" PRIu64 "\nlines %" PRIu64
                   "\nloaded %" PRIu64 "\nskipped %" PRIu64 "\ndigest %s\n",
                   group, format_names[progress->format], mark->offset, mark->lines, mark->loaded,
                   mark->skipped, hex);
    return write_note(progress, note, text);
}

enum error progress_remove(const struct progress *progress, struct error_text *text)
{
    if (unlink(progress->path) != 0 && errno != ENOENT) {
        return error_set(text, ERROR_IO, "%s: cannot remove: %s", progress->path,
                         strerrordesc_np(errno));
    }
    return OK;
}
