/* The workload: commands that the machine understands, values that name their writer. */
#include "cluster/customer_work.h"

#include "machine/kv_command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define OPERATIONS 4000u

static void begin(struct work *work, const struct work_settings *settings)
{
    enum error error = work_init(work, settings);
    assert_int_equal(error, OK);
}

static struct work_settings plain(uint64_t seed)
{
    return (struct work_settings){
        .customer = 5, .key_count = 12, .value_bytes_max = 100, .seed = seed};
}

static struct kv_command decoded(struct slice bytes)
{
    struct kv_command command = {0};
    assert_true(kv_command_decode(bytes, &command));
    return command;
}

static void every_command_is_one_of_the_machine_and_each_kind_occurs(void **state)
{
    (void)state;
    struct work_settings settings = plain(1);
    struct work work;
    begin(&work, &settings);
    unsigned counts[STRATEGOS_KV_BATCH + 1] = {0};
    for (uint64_t number = 1; number <= OPERATIONS; number++) {
        struct work_note note;
        struct kv_command command = decoded(work_next(&work, number, &note));
        assert_true(command.op == note.op && note.number == number);
        assert_true(command.op == STRATEGOS_KV_BATCH || command.key.data[0] == 'k');
        counts[command.op]++;
    }
    for (int op = STRATEGOS_KV_GET; op <= STRATEGOS_KV_BATCH; op++) {
        assert_true(counts[op] > OPERATIONS / 50);
    }
    work_fini(&work);
}

static void scan_is_small_and_of_its_own_keys(void **state)
{
    (void)state;
    struct work_settings settings = plain(2);
    struct work work;
    begin(&work, &settings);
    unsigned with_after = 0;
    unsigned without = 0;
    for (uint64_t number = 1; number <= OPERATIONS; number++) {
        struct work_note note;
        struct slice bytes = work_next(&work, number, &note);
        if (note.op == STRATEGOS_KV_SCAN) {
            struct kv_command command = decoded(bytes);
            assert_in_range(command.limit, 1, 8);
            assert_true(slice_is_equal(command.key, slice_of_text("k")));
            with_after += command.has_after;
            without += !command.has_after;
        }
    }
    assert_true(with_after > 10 && without > 10);
    work_fini(&work);
}

/* Whole ones, and such as end within an item after others that are whole. */
static void batch_is_whole_or_cut_short_in_its_last_item(void **state)
{
    (void)state;
    struct work_settings settings = plain(9);
    settings.value_bytes_max = 8000; /* some would be longer than a command can be */
    struct work work;
    begin(&work, &settings);
    unsigned whole = 0;
    unsigned cut = 0;
    size_t longest = 0;
    for (uint64_t number = 1; number <= UINT64_C(4) * OPERATIONS; number++) {
        struct work_note note;
        struct slice bytes = work_next(&work, number, &note);
        if (note.op != STRATEGOS_KV_BATCH) {
            continue;
        }
        struct kv_command item;
        struct slice rest = decoded(bytes).rest;
        size_t items = 0;
        while (rest.size != 0 && kv_batch_next(&rest, &item)) {
            assert_true(item.key.data[0] == 'k');
            items++;
        }
        assert_true(items >= 1 && (rest.size != 0 || items >= 2));
        whole += rest.size == 0;
        cut += rest.size != 0;
        longest = bytes.size > longest ? bytes.size : longest;
    }
    assert_true(whole > 200 && cut > 100);
    assert_in_range(longest, REQUEST_BYTES_MAX / 4, REQUEST_BYTES_MAX);
    work_fini(&work);
}

static void values_name_their_writer_and_keep_to_their_bound(void **state)
{
    (void)state;
    struct work_settings settings = plain(3);
    struct work work;
    begin(&work, &settings);
    size_t longest = 0;
    unsigned texts = 0;
    unsigned numbers = 0;
    for (uint64_t number = 1; number <= OPERATIONS; number++) {
        struct work_note note;
        struct slice bytes = work_next(&work, number, &note);
        if (note.op != STRATEGOS_KV_PUT && note.op != STRATEGOS_KV_CAS) {
            continue;
        }
        struct kv_command command = decoded(bytes);
        int64_t value = 0;
        if (kv_number_parse(command.value, &value)) {
            numbers++;
            assert_true((uint64_t)value == number * WORK_CUSTOMERS + 5);
        } else {
            texts++;
            uint8_t expected[WORK_TAG_BYTES_MAX];
            size_t size = work_write_value(5, number, 0, expected);
            assert_true(slice_starts_with(command.value, slice_of(expected, size)));
            bool is_whole = command.value.size == size || command.value.data[size] == '~';
            assert_true(is_whole); /* c5.1 is not c5.12 */
        }
        longest = command.value.size > longest ? command.value.size : longest;
    }
    assert_true(texts > 500 && numbers > 50);
    assert_in_range(longest, 80, 100);
    work_fini(&work);
}

static void value_of_any_bound_fits_a_request(void **state)
{
    (void)state;
    struct work_settings settings = plain(4);
    settings.value_bytes_max = SIZE_MAX / 2;
    settings.key_count = 1;
    struct work work;
    begin(&work, &settings);
    size_t longest = 0;
    for (uint64_t number = 1; number <= 400; number++) {
        struct work_note note;
        struct slice bytes = work_next(&work, number, &note);
        (void)decoded(bytes);
        assert_true(bytes.size <= REQUEST_BYTES_MAX);
        longest = bytes.size > longest ? bytes.size : longest;
    }
    assert_true(longest > REQUEST_BYTES_MAX / 2);
    work_fini(&work);
}

/* The next cas on `key` that the workload asks for. */
static struct kv_command next_cas(struct work *work, uint64_t *number, uint32_t key)
{
    for (;;) {
        struct work_note note;
        struct slice bytes = work_next(work, ++*number, &note);
        if (note.op == STRATEGOS_KV_CAS && note.key == key) {
            return decoded(bytes);
        }
    }
}

static void cas_expects_what_was_last_learnt(void **state)
{
    (void)state;
    struct work_settings settings = plain(5);
    struct work work;
    begin(&work, &settings);
    uint64_t number = 0;
    assert_false(next_cas(&work, &number, 2).has_expected);

    struct work_note get = {.op = STRATEGOS_KV_GET, .key = 2, .number = 1};
    work_learn(&work, &get, OUTCOME_DONE, slice_of("\1seen", 5));
    struct kv_command cas = next_cas(&work, &number, 2);
    assert_true(cas.has_expected && slice_is_equal(cas.expected, slice_of_text("seen")));

    struct work_note refused = {.op = STRATEGOS_KV_CAS, .key = 2, .number = 2};
    work_learn(&work, &refused, OUTCOME_REFUSED, slice_of("\1\1other", 7));
    cas = next_cas(&work, &number, 2);
    assert_true(cas.has_expected && slice_is_equal(cas.expected, slice_of_text("other")));

    struct work_note put = {.op = STRATEGOS_KV_PUT, .key = 2, .number = 77};
    work_learn(&work, &put, OUTCOME_DONE, slice_of(NULL, 0));
    cas = next_cas(&work, &number, 2);
    assert_true(cas.has_expected && slice_is_equal(cas.expected, slice_of_text("c5.77")));

    struct work_note del = {.op = STRATEGOS_KV_DEL, .key = 2, .number = 78};
    work_learn(&work, &del, OUTCOME_DONE, slice_of("\1", 1));
    assert_false(next_cas(&work, &number, 2).has_expected);

    work_learn(&work, &get, OUTCOME_DONE, slice_of("\1seen", 5));
    work_forget(&work);
    assert_false(next_cas(&work, &number, 2).has_expected);
    work_fini(&work);
}

static void result_of_no_sense_is_not_learnt(void **state)
{
    (void)state;
    struct work_settings settings = plain(6);
    struct work work;
    begin(&work, &settings);
    uint64_t number = 0;
    struct work_note get = {.op = STRATEGOS_KV_GET, .key = 2, .number = 1};
    uint8_t long_value[WORK_KNOWN_BYTES + 2] = {1};
    work_learn(&work, &get, OUTCOME_DONE, slice_of_text("nonsense"));
    work_learn(&work, &get, OUTCOME_DONE, slice_of(NULL, 0));
    work_learn(&work, &get, OUTCOME_REFUSED, slice_of(NULL, 0));
    work_learn(&work, &get, OUTCOME_DONE, slice_of(long_value, sizeof long_value));
    assert_false(next_cas(&work, &number, 2).has_expected);
    work_fini(&work);
}

static void liars_keys_are_never_those_of_others(void **state)
{
    (void)state;
    struct work_settings settings = plain(7);
    settings.is_own = true;
    struct work work;
    begin(&work, &settings);
    for (uint64_t number = 1; number <= OPERATIONS; number++) {
        struct work_note note;
        struct kv_command command = decoded(work_next(&work, number, &note));
        if (command.op == STRATEGOS_KV_BATCH) {
            struct slice rest = command.rest;
            assert_true(kv_batch_next(&rest, &command));
        }
        assert_true(slice_starts_with(command.key, slice_of_text("x5.")));
    }
    work_fini(&work);
}

static void same_seed_asks_for_the_same(void **state)
{
    (void)state;
    struct work_settings settings = plain(8);
    struct work a;
    struct work b;
    struct work c;
    begin(&a, &settings);
    begin(&b, &settings);
    settings.seed++;
    begin(&c, &settings);
    unsigned different = 0;
    for (uint64_t number = 1; number <= 100; number++) {
        struct work_note note;
        struct slice of_a = work_next(&a, number, &note);
        assert_true(slice_is_equal(of_a, work_next(&b, number, &note)));
        different += !slice_is_equal(of_a, work_next(&c, number, &note));
    }
    assert_true(different > 50);
    work_fini(&a);
    work_fini(&b);
    work_fini(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_is_one_of_the_machine_and_each_kind_occurs),
        cmocka_unit_test(scan_is_small_and_of_its_own_keys),
        cmocka_unit_test(batch_is_whole_or_cut_short_in_its_last_item),
        cmocka_unit_test(values_name_their_writer_and_keep_to_their_bound),
        cmocka_unit_test(value_of_any_bound_fits_a_request),
        cmocka_unit_test(cas_expects_what_was_last_learnt),
        cmocka_unit_test(result_of_no_sense_is_not_learnt),
        cmocka_unit_test(liars_keys_are_never_those_of_others),
        cmocka_unit_test(same_seed_asks_for_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
