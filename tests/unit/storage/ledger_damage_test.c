/* ledger_damage_test.c - bytes on disk that are not those that were written: damage before the tail
 * is told apart from a torn tail, and no wrong byte is ever given out. */
#include "storage/ledger.h"

#include "crypto/checksum.h"
#include "crypto/random.h"
#include "disk/faulty_folder.h"
#include "support_ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
// cmocka.h wants the three above first
#include <cmocka.h>

#define SMALL_FILE   ((uint64_t)16384)
#define HEADER_BYTES 4096u
#define AREA         (SMALL_FILE - HEADER_BYTES)

struct fixture {
    struct faulty_folder *faulty;
    struct script script;
    size_t last_turn; /* the first record of the last batch */
};

/* Three batches and more in the first file, then others. Each ledger has an id of its own. */
static void build(struct fixture *fixture, size_t turns)
{
    *fixture = (struct fixture){.faulty = faulty_folder_new(1), .script = {.seed = 9}};
    struct folder folder = faulty_folder_view(fixture->faulty);
    static struct checksum_key id;
    id.bytes[0]++;
    assert_int_equal(ledger_create(folder, &script_identity, &id, SMALL_FILE, NULL), OK);
    struct script_check check;
    struct ledger_visitor visitor = script_visitor(&check, &fixture->script, 0);
    struct ledger *ledger;
    assert_int_equal(ledger_open(&ledger, folder, &script_identity, 0, &visitor, NULL), OK);
    for (size_t turn = 0; turn < turns; turn++) {
        fixture->last_turn = fixture->script.count;
        assert_int_equal(script_turn(&fixture->script, ledger, 5), OK);
    }
    ledger_close(ledger);
}

/* Opens the ledger as it is now; what it gives out must be true. */
static enum error open_now(struct fixture *fixture, uint64_t scan_from, size_t first, size_t *count)
{
    struct script_check check;
    struct ledger_visitor visitor = script_visitor(&check, &fixture->script, first);
    struct ledger *ledger;
    struct error_text text = {{0}};
    enum error error = ledger_open(&ledger, faulty_folder_view(fixture->faulty), &script_identity,
                                   scan_from, &visitor, &text);
    assert_false(check.is_wrong);
    *count = check.next;
    if (error == OK) {
        ledger_close(ledger);
    } else {
        assert_true(strlen(text.text) > 20);
    }
    assert_int_equal(faulty_folder_open_handles(fixture->faulty), 0);
    return error;
}

/* All files as they are, to be put back after each experiment. */
struct image {
    size_t count;
    uint8_t bytes[8][SMALL_FILE];
};

static void name_of(size_t number, char *name, size_t size)
{
    (void)snprintf(name, size, "ledger-%08zu", number);
}

static void image_take(struct fixture *fixture, struct image *image)
{
    image->count = 0;
    for (;;) {
        char name[32];
        name_of(image->count, name, sizeof name);
        if (faulty_folder_copy(fixture->faulty, name, NULL) == 0) {
            return;
        }
        assert_true(image->count < 8);
        (void)faulty_folder_copy(fixture->faulty, name, image->bytes[image->count]);
        image->count++;
    }
}

static void image_put(struct fixture *fixture, const struct image *image)
{
    for (size_t i = 0; i < 8; i++) {
        char name[32];
        name_of(i, name, sizeof name);
        faulty_folder_drop(fixture->faulty, name);
        if (i < image->count) {
            faulty_folder_put(fixture->faulty, name, slice_of(image->bytes[i], SMALL_FILE));
        }
    }
}

/* The record that covers `location` with its frame and body; false if only padding does. */
static bool find_record(const struct script *script, uint64_t location, size_t *index)
{
    uint8_t body[SCRIPT_BODY_MAX];
    for (size_t i = script->count; i-- > 0;) {
        if (script->locations[i] <= location) {
            enum ledger_record type;
            struct slice bytes = script_record(script, i, &type, body);
            *index = i;
            return location < script->locations[i] + 32 + bytes.size;
        }
    }
    return false;
}

static void flip_of_any_byte_of_a_synced_record_is_told_from_a_torn_tail(void **state)
{
    (void)state;
    struct fixture fixture;
    struct image image;
    build(&fixture, 3);
    image_take(&fixture, &image);
    assert_true(image.count <= 2);
    uint64_t end = fixture.script.locations[fixture.script.count - 1] + 32;
    assert_true(end < AREA);
    for (uint64_t location = 0; location < end; location++) {
        uint64_t offset = HEADER_BYTES + location;
        uint8_t flipped = image.bytes[0][offset] ^ (uint8_t)(1u << (location % 8));
        faulty_folder_damage(fixture.faulty, "ledger-00000000", offset, slice_of(&flipped, 1));
        size_t index = 0;
        size_t count;
        bool is_record = find_record(&fixture.script, location, &index);
        enum error error = open_now(&fixture, 0, 0, &count);
        if (!is_record) { /* padding carries nothing */
            assert_int_equal(error, OK);
            assert_int_equal(count, fixture.script.count);
        } else if (index < fixture.last_turn) {
            assert_int_equal(error, ERROR_DAMAGED);
        } else { /* the last batch: it looks like a crash */
            assert_int_equal(error, OK);
            assert_int_equal(count, index);
        }
        image_put(&fixture, &image);
    }
    faulty_folder_free(fixture.faulty);
}

static void lost_sectors_before_the_last_batch_are_damage(void **state)
{
    (void)state;
    static const uint8_t zeros[FAULTY_SECTOR_BYTES];
    struct fixture fixture;
    struct image image;
    build(&fixture, 12);
    image_take(&fixture, &image);
    assert_true(image.count >= 3);
    uint64_t last_batch = fixture.script.locations[fixture.last_turn];
    size_t sectors = 0;
    for (size_t number = 0; number <= last_batch / AREA; number++) {
        for (uint64_t offset = HEADER_BYTES; offset < SMALL_FILE; offset += sizeof zeros) {
            uint64_t location = number * AREA + offset - HEADER_BYTES;
            size_t index;
            if (location + sizeof zeros > last_batch ||
                memcmp(&image.bytes[number][offset], zeros, sizeof zeros) == 0 ||
                !find_record(&fixture.script, location, &index)) {
                continue;
            }
            char name[32];
            name_of(number, name, sizeof name);
            faulty_folder_damage(fixture.faulty, name, offset, slice_of(zeros, sizeof zeros));
            size_t count;
            assert_int_equal(open_now(&fixture, 0, 0, &count), ERROR_DAMAGED);
            image_put(&fixture, &image);
            sectors++;
        }
    }
    assert_true(sectors > 20);
    faulty_folder_free(fixture.faulty);
}

static void flip_of_any_byte_of_a_header_is_refused(void **state)
{
    (void)state;
    struct fixture fixture;
    struct image image;
    build(&fixture, 12);
    image_take(&fixture, &image);
    for (size_t number = 0; number < 2; number++) {
        char name[32];
        name_of(number, name, sizeof name);
        for (uint64_t offset = 0; offset < HEADER_BYTES; offset += offset < 160 ? 1 : 97) {
            uint8_t flipped = image.bytes[number][offset] ^ (uint8_t)(1u << (offset % 8));
            faulty_folder_damage(fixture.faulty, name, offset, slice_of(&flipped, 1));
            size_t count;
            assert_int_equal(open_now(&fixture, 0, 0, &count), ERROR_DAMAGED);
            assert_int_equal(count, 0);
            image_put(&fixture, &image);
        }
    }
    faulty_folder_free(fixture.faulty);
}

static void last_file_with_damaged_header_and_records_is_refused(void **state)
{
    (void)state;
    struct fixture fixture;
    struct image image;
    build(&fixture, 12);
    image_take(&fixture, &image);
    size_t last = (size_t)(fixture.script.locations[fixture.script.count - 1] / AREA);
    char name[32];
    for (size_t number = last + 1; number < image.count; number++) {
        name_of(number, name, sizeof name);
        faulty_folder_drop(fixture.faulty, name);
    }
    name_of(last, name, sizeof name);
    faulty_folder_damage(fixture.faulty, name, 0, slice_of_text("X"));
    size_t count;
    assert_int_equal(open_now(&fixture, 0, 0, &count), ERROR_DAMAGED);
    faulty_folder_free(fixture.faulty);
}

static void file_missing_truncated_or_swapped_is_refused(void **state)
{
    (void)state;
    struct fixture fixture;
    struct image image;
    build(&fixture, 16);
    image_take(&fixture, &image);
    size_t used = (size_t)(fixture.script.locations[fixture.script.count - 1] / AREA) + 1;
    assert_true(used >= 4);
    for (size_t number = 0; number < used; number++) {
        char name[32];
        size_t count;
        name_of(number, name, sizeof name);
        faulty_folder_drop(fixture.faulty, name);
        assert_int_equal(open_now(&fixture, 0, 0, &count), ERROR_DAMAGED);
        image_put(&fixture, &image);
        if (number + 1 < used) { /* earlier files are missed even if not read */
            faulty_folder_drop(fixture.faulty, name);
            uint64_t last = fixture.script.locations[fixture.last_turn];
            assert_int_equal(open_now(&fixture, last, fixture.last_turn, &count), ERROR_DAMAGED);
            image_put(&fixture, &image);
        }

        const uint64_t sizes[] = {0, 1, HEADER_BYTES - 1, HEADER_BYTES, 10000, SMALL_FILE - 1};
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            faulty_folder_truncate(fixture.faulty, name, sizes[i]);
            assert_int_equal(open_now(&fixture, 0, 0, &count), ERROR_DAMAGED);
            image_put(&fixture, &image);
        }

        size_t other = (number + 1) % used;
        faulty_folder_put(fixture.faulty, name, slice_of(image.bytes[other], SMALL_FILE));
        assert_int_equal(open_now(&fixture, 0, 0, &count), ERROR_DAMAGED);
        image_put(&fixture, &image);
    }
    faulty_folder_free(fixture.faulty);
}

static void record_at_another_place_never_passes(void **state)
{
    (void)state;
    struct fixture fixture;
    struct image image;
    build(&fixture, 3);
    image_take(&fixture, &image);
    for (size_t from = 0; from + 1 < fixture.script.count; from++) {
        for (size_t to = 0; to < fixture.last_turn; to++) {
            if (from == to) {
                continue;
            }
            uint64_t source = HEADER_BYTES + fixture.script.locations[from];
            uint64_t size = fixture.script.locations[from + 1] - fixture.script.locations[from];
            faulty_folder_damage(fixture.faulty, "ledger-00000000",
                                 HEADER_BYTES + fixture.script.locations[to],
                                 slice_of(&image.bytes[0][source], (size_t)size));
            size_t count;
            enum error error = open_now(&fixture, 0, 0, &count);
            assert_true(error == ERROR_DAMAGED || count <= to);
            image_put(&fixture, &image);
        }
    }
    faulty_folder_free(fixture.faulty);
}

static void record_of_another_ledger_of_the_same_replica_never_passes(void **state)
{
    (void)state;
    struct fixture fixture;
    struct fixture other;
    struct image image;
    build(&fixture, 3);
    build(&other, 3); /* the same records under another ledger id */
    image_take(&other, &image);
    faulty_folder_damage(fixture.faulty, "ledger-00000000", HEADER_BYTES,
                         slice_of(&image.bytes[0][HEADER_BYTES], AREA));
    size_t count;
    assert_int_equal(open_now(&fixture, 0, 0, &count), OK);
    assert_int_equal(count, 0);
    faulty_folder_free(fixture.faulty);
    faulty_folder_free(other.faulty);
}

static void garbage_in_any_place_gives_no_wrong_byte(void **state)
{
    (void)state;
    struct fixture fixture;
    struct image image;
    build(&fixture, 8);
    image_take(&fixture, &image);
    for (size_t round = 0; round < 400; round++) {
        uint8_t garbage[700];
        uint32_t place;
        random_fill(garbage, sizeof garbage);
        random_fill(&place, sizeof place);
        size_t number = place % 2;
        uint64_t offset = (place / 2) % (SMALL_FILE - sizeof garbage);
        char name[32];
        name_of(number, name, sizeof name);
        faulty_folder_damage(fixture.faulty, name, offset, slice_of(garbage, sizeof garbage));
        size_t count;
        (void)open_now(&fixture, 0, 0, &count);
        image_put(&fixture, &image);
    }
    faulty_folder_free(fixture.faulty);
}

static void ledger_of_another_version_is_foreign(void **state)
{
    (void)state;
    struct fixture fixture;
    build(&fixture, 1);
    uint8_t header[SMALL_FILE];
    (void)faulty_folder_copy(fixture.faulty, "ledger-00000000", header);
    header[16]++; /* the version, and a checksum that fits */
    struct checksum_key key;
    memcpy(key.bytes, header + 88, sizeof key.bytes);
    put_u64(header + 8, checksum_compute(&key, slice_of(header + 16, HEADER_BYTES - 16)));
    faulty_folder_put(fixture.faulty, "ledger-00000000", slice_of(header, sizeof header));
    size_t count;
    assert_int_equal(open_now(&fixture, 0, 0, &count), ERROR_FOREIGN);
    faulty_folder_free(fixture.faulty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flip_of_any_byte_of_a_synced_record_is_told_from_a_torn_tail),
        cmocka_unit_test(lost_sectors_before_the_last_batch_are_damage),
        cmocka_unit_test(flip_of_any_byte_of_a_header_is_refused),
        cmocka_unit_test(last_file_with_damaged_header_and_records_is_refused),
        cmocka_unit_test(file_missing_truncated_or_swapped_is_refused),
        cmocka_unit_test(record_at_another_place_never_passes),
        cmocka_unit_test(record_of_another_ledger_of_the_same_replica_never_passes),
        cmocka_unit_test(garbage_in_any_place_gives_no_wrong_byte),
        cmocka_unit_test(ledger_of_another_version_is_foreign),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
