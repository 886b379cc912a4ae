/* tally.c - see tally.h. The file is text: one "key value" a line, the covered chunks as ranges,
 * and "end" last, so that a file that was cut short is seen. */
#include "prove/tally.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/plural.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HEADING "strategos-proof 1"

void tally_init(struct tally *tally, const struct om_question *question, uint32_t chunk_count)
{
    ASSERT(chunk_count >= 1 && chunk_count <= TALLY_CHUNKS_MAX);
    *tally = (struct tally){.question = *question, .chunk_count = chunk_count};
}

void tally_shard(const struct tally *tally, uint32_t index, uint32_t count, uint32_t *first,
                 uint32_t *end)
{
    ASSERT(index >= 1 && index <= count);
    *first = (uint32_t)((uint64_t)tally->chunk_count * (index - 1) / count);
    *end = (uint32_t)((uint64_t)tally->chunk_count * index / count);
}

void tally_cover(struct tally *tally, uint32_t chunk)
{
    ASSERT(chunk < tally->chunk_count && !tally_is_done(tally, chunk));
    tally->done[chunk / 8] = (uint8_t)(tally->done[chunk / 8] | 1u << chunk % 8);
    tally->done_count++;
}

static bool is_same_question(const struct om_question *a, const struct om_question *b)
{
    return a->generals == b->generals && a->m == b->m && a->traitors == b->traitors;
}

enum error tally_add(struct tally *tally, const struct tally *part, struct error_text *text)
{
    if (!is_same_question(&tally->question, &part->question) ||
        tally->chunk_count != part->chunk_count) {
        return error_set(text, ERROR_FOREIGN,
                         "results of OM(%u), %u generals, %u traitor%s do not add to those of "
                         "OM(%u), %u generals, %u traitor%s",
                         part->question.m, part->question.generals, part->question.traitors,
                         plural(part->question.traitors), tally->question.m,
                         tally->question.generals, tally->question.traitors,
                         plural(tally->question.traitors));
    }
    for (uint32_t i = 0; i < sizeof tally->done; i++) {
        unsigned twice = tally->done[i] & part->done[i];
        if (twice != 0) {
            return error_set(text, ERROR_EXISTS, "part %u of %u is covered twice",
                             8 * i + (unsigned)__builtin_ctz(twice) + 1, tally->chunk_count);
        }
    }
    for (size_t i = 0; i < sizeof tally->done; i++) {
        tally->done[i] |= part->done[i];
    }
    tally->done_count += part->done_count;
    tally->strategies += part->strategies;
    tally->ic1_broken += part->ic1_broken;
    tally->ic2_broken += part->ic2_broken;
    if (part->has_first &&
        (!tally->has_first || part->first_case < tally->first_case ||
         (part->first_case == tally->first_case && part->first < tally->first))) {
        tally->has_first = true;
        tally->first_case = part->first_case;
        tally->first = part->first;
    }
    return OK;
}

static void write_ranges(const struct tally *tally, FILE *file)
{
    for (uint32_t chunk = 0; chunk < tally->chunk_count; chunk++) {
        if (!tally_is_done(tally, chunk)) {
            continue;
        }
        uint32_t last = chunk;
        while (last + 1 < tally->chunk_count && tally_is_done(tally, last + 1)) {
            last++;
        }
        (void)fprintf(file, "done %" PRIu32 " %" PRIu32 "\n", chunk, last);
        chunk = last;
    }
}

enum error tally_write(const struct tally *tally, const char *path, struct error_text *text)
{
    char beside[PATH_MAX];
    if (snprintf(beside, sizeof beside, "%s.new", path) >= (int)sizeof beside) {
        return error_set(text, ERROR_INVALID, "%s: the name is too long", path);
    }
    FILE *file = fopen(beside, "we");
    if (file == NULL) {
        return error_set(text, ERROR_IO, "%s: cannot make the file: %s", beside,
                         strerrordesc_np(errno));
    }
    (void)fprintf(file, "%s\nalgorithm om\ngenerals %u\nm %u\ntraitors %u\n", HEADING,
                  tally->question.generals, tally->question.m, tally->question.traitors);
    (void)fprintf(file, "chunks %" PRIu32 "\n", tally->chunk_count);
    write_ranges(tally, file);
    (void)fprintf(file, "strategies %" PRIu64 "\nic1-broken %" PRIu64 "\nic2-broken %" PRIu64 "\n",
                  tally->strategies, tally->ic1_broken, tally->ic2_broken);
    if (tally->has_first) {
        (void)fprintf(file, "first %" PRIu32 " %" PRIu64 "\n", tally->first_case, tally->first);
    }
    (void)fputs("end\n", file);
    bool is_written = fflush(file) == 0 && fsync(fileno(file)) == 0;
    int number = errno;
    is_written = fclose(file) == 0 && is_written;
    if (!is_written || rename(beside, path) != 0) {
        number = is_written ? errno : number;
        (void)unlink(beside);
        return error_set(text, ERROR_IO, "%s: cannot write: %s", path, strerrordesc_np(number));
    }
    return OK;
}

/* "done FIRST LAST": false if it is out of bounds or covered already. */
static bool set_done(struct tally *tally, uint64_t first, uint64_t last)
{
    if (first > last || last >= tally->chunk_count) {
        return false;
    }
    for (uint64_t chunk = first; chunk <= last; chunk++) {
        if (tally_is_done(tally, (uint32_t)chunk)) {
            return false;
        }
        tally_cover(tally, (uint32_t)chunk);
    }
    return true;
}

/* Up to two decimal numbers after a key; returns how many there are, or -1 if it is anything else.
 */
static int read_numbers(const char *line, uint64_t numbers[2])
{
    int count = 0;
    while (*line == ' ') {
        line++;
        if (count == 2 || *line < '0' || *line > '9') {
            return -1;
        }
        uint64_t number = 0;
        for (; *line >= '0' && *line <= '9'; line++) {
            if (__builtin_mul_overflow(number, (uint64_t)10, &number) ||
                __builtin_add_overflow(number, (uint64_t)(*line - '0'), &number)) {
                return -1;
            }
        }
        numbers[count++] = number;
    }
    return *line == '\n' && count > 0 ? count : -1;
}

static bool set_unsigned(unsigned *to, uint64_t value, uint64_t maximum)
{
    *to = (unsigned)value;
    return value <= maximum;
}

static bool set_key(struct tally *tally, const char *key, size_t size, const uint64_t numbers[2],
                    int count)
{
    struct slice name = slice_of(key, size);
    struct om_question *question = &tally->question;
    if (slice_is_equal(name, slice_of_text("generals"))) {
        return count == 1 && set_unsigned(&question->generals, numbers[0], PROVE_GENERALS_MAX);
    }
    if (slice_is_equal(name, slice_of_text("m"))) {
        return count == 1 && set_unsigned(&question->m, numbers[0], PROVE_GENERALS_MAX);
    }
    if (slice_is_equal(name, slice_of_text("traitors"))) {
        return count == 1 && set_unsigned(&question->traitors, numbers[0], PROVE_GENERALS_MAX);
    }
    if (slice_is_equal(name, slice_of_text("chunks"))) {
        return count == 1 && numbers[0] >= 1 &&
               set_unsigned(&tally->chunk_count, numbers[0], TALLY_CHUNKS_MAX);
    }
    if (slice_is_equal(name, slice_of_text("done"))) {
        return count == 2 && set_done(tally, numbers[0], numbers[1]);
    }
    if (slice_is_equal(name, slice_of_text("strategies"))) {
        tally->strategies = numbers[0];
        return count == 1;
    }
    if (slice_is_equal(name, slice_of_text("ic1-broken"))) {
        tally->ic1_broken = numbers[0];
        return count == 1;
    }
    if (slice_is_equal(name, slice_of_text("ic2-broken"))) {
        tally->ic2_broken = numbers[0];
        return count == 1;
    }
    if (slice_is_equal(name, slice_of_text("first"))) {
        tally->has_first = true;
        tally->first = numbers[1];
        return count == 2 && set_unsigned(&tally->first_case, numbers[0], 2);
    }
    return false;
}

static bool read_lines(struct tally *tally, FILE *file, unsigned *line_nr)
{
    char line[128];
    for (*line_nr = 1; fgets(line, sizeof line, file) != NULL; (*line_nr)++) {
        uint64_t numbers[2] = {0};
        if (*line_nr == 1) {
            if (strcmp(line, HEADING "\n") != 0) {
                return false;
            }
            continue;
        }
        if (*line_nr == 2) {
            if (strcmp(line, "algorithm om\n") != 0) {
                return false;
            }
            continue;
        }
        if (strcmp(line, "end\n") == 0) {
            return tally->chunk_count >= 1 && fgetc(file) == EOF;
        }
        size_t size = strcspn(line, " \n");
        int count = read_numbers(line + size, numbers);
        if (count < 0 || !set_key(tally, line, size, numbers, count)) {
            return false;
        }
    }
    return false;
}

enum error tally_read(struct tally *tally, const char *path, struct error_text *text)
{
    unsigned line = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return error_set(text, errno == ENOENT ? ERROR_MISSING : ERROR_IO, "%s: cannot open: %s",
                         path, strerrordesc_np(errno));
    }
    *tally = (struct tally){.chunk_count = 0};
    bool is_read = read_lines(tally, file, &line);
    (void)fclose(file); /* read only: nothing can be lost */
    if (!is_read) {
        return error_set(text, ERROR_DAMAGED,
                         "%s:%u: not a complete result of prove --method enumerate", path, line);
    }
    return OK;
}
