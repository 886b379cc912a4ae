/* reference_test.c - the reference and the key-value machine answer alike, command by command, and
 * hold the same entries: tens of thousands of random commands, many of them malformed. */
#include "oracles/reference.h"

#include "base/prng.h"
#include "machine/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define COMMAND_BYTES 4096u

/* The machine's world: a map that takes effect at once. A command that is not done must be taken
 * back, so its writes go to a copy of the entry map only when it is. */
struct shop {
    struct strategos_store store;
    struct strategos_reply reply;
    struct omap kept;
    struct omap now;
    struct buffer result;
};

static struct shop shop;

static bool on_get(struct strategos_store *store, struct strategos_slice key,
                   struct strategos_slice *value)
{
    (void)store;
    const struct omap_entry *entry = omap_find(&shop.now, slice_of(key.data, key.size));
    if (entry == NULL) {
        return false;
    }
    struct slice found = omap_value(entry);
    *value = strategos_slice(found.data, found.size);
    return true;
}

static bool on_put(struct strategos_store *store, struct strategos_slice key,
                   struct strategos_slice value)
{
    (void)store;
    (void)omap_put(&shop.now, slice_of(key.data, key.size), slice_of(value.data, value.size), NULL);
    return true;
}

static bool on_del(struct strategos_store *store, struct strategos_slice key)
{
    (void)store;
    return omap_delete(&shop.now, slice_of(key.data, key.size));
}

static bool on_next(struct strategos_store *store, struct strategos_slice after, bool inclusive,
                    struct strategos_slice *key, struct strategos_slice *value)
{
    (void)store;
    const struct omap_entry *entry =
        omap_seek(&shop.now, slice_of(after.data, after.size), inclusive);
    if (entry == NULL) {
        return false;
    }
    *key = strategos_slice(omap_key(entry).data, omap_key(entry).size);
    *value = strategos_slice(omap_value(entry).data, omap_value(entry).size);
    return true;
}

static bool on_append(struct strategos_reply *reply, struct strategos_slice bytes)
{
    (void)reply;
    if (bytes.size > STRATEGOS_REPLY_BYTES_MAX - shop.result.size) {
        return false;
    }
    buffer_append(&shop.result, slice_of(bytes.data, bytes.size));
    return true;
}

static const struct strategos_store_ops store_ops = {
    .get = on_get, .put = on_put, .del = on_del, .next = on_next};
static const struct strategos_reply_ops reply_ops = {.append = on_append};

static void copy(struct omap *to, const struct omap *from)
{
    omap_clear(to);
    struct omap_cursor cursor = omap_begin(from);
    for (struct omap_entry *entry = omap_step(&cursor); entry != NULL; entry = omap_step(&cursor)) {
        (void)omap_put(to, omap_key(entry), omap_value(entry), NULL);
    }
}

static enum strategos_outcome run_machine(struct slice command)
{
    struct strategos_context context = {.index = 1};
    buffer_clear(&shop.result);
    enum strategos_outcome outcome = machine_kv.apply(
        &shop.store, &context, strategos_slice(command.data, command.size), &shop.reply);
    bool is_write = command.size != 0 && command.data[0] != STRATEGOS_KV_GET &&
                    command.data[0] != STRATEGOS_KV_SCAN;
    if (is_write && outcome == STRATEGOS_DONE) {
        copy(&shop.kept, &shop.now);
    } else if (is_write) {
        copy(&shop.now, &shop.kept);
    }
    return outcome;
}

static void assert_alike(struct oracle_reference *reference, struct slice command)
{
    enum strategos_outcome machine = run_machine(command);
    enum outcome own = oracle_reference_execute(reference, command, false);
    assert_int_equal((int)own, (int)machine); /* the same numbers */
    /* A malformed command's half-made reply goes to nobody who could tell. */
    assert_true(own == OUTCOME_MALFORMED ||
                slice_is_equal(buffer_slice(&reference->result), buffer_slice(&shop.result)));
}

static struct strategos_slice pick(struct prng *prng, const char *const *from, size_t count)
{
    const char *text = from[prng_below(prng, count)];
    return strategos_slice(text, strlen(text));
}

#define PICK(prng, from) pick(prng, from, sizeof(from) / sizeof((from)[0]))

static const char *const keys[] = {"a", "ab", "abc", "b", "k1", "k2", "k3", "\xff", "a\xff"};
static const char *const texts[] = {"",    "0",  "-0",  "01",  "-",
                                    "7",   "-7", "x",   "ab",  "9223372036854775807",
                                    "1x",  "+1", " 1",  "-01", "-9223372036854775808",
                                    "000", "10", "-10", "--1", "9223372036854775808"};
static const int64_t amounts[] = {0, 1, -1, 7, -7, INT64_MAX, INT64_MIN, 1000};

static size_t random_batch(struct prng *prng, uint8_t *out)
{
    size_t size = strategos_kv_batch_begin(out, COMMAND_BYTES);
    for (uint64_t i = prng_below(prng, 5); i > 0; i--) {
        size = prng_below(prng, 3) == 0
                   ? strategos_kv_batch_del(out, size, COMMAND_BYTES, PICK(prng, keys))
                   : strategos_kv_batch_put(out, size, COMMAND_BYTES, PICK(prng, keys),
                                            PICK(prng, texts));
    }
    return size;
}

static size_t random_command(struct prng *prng, uint8_t *out)
{
    struct strategos_slice expected = PICK(prng, texts);
    struct strategos_slice after = PICK(prng, keys);
    struct strategos_slice key = PICK(prng, keys);
    switch (prng_below(prng, 7)) {
    case 0:
        return strategos_kv_get(out, COMMAND_BYTES, key);
    case 1:
        return strategos_kv_put(out, COMMAND_BYTES, key, PICK(prng, texts));
    case 2:
        return strategos_kv_del(out, COMMAND_BYTES, key);
    case 3:
        return strategos_kv_cas(out, COMMAND_BYTES, key,
                                prng_below(prng, 3) == 0 ? NULL : &expected, PICK(prng, texts));
    case 4:
        return strategos_kv_incr(out, COMMAND_BYTES, key, amounts[prng_below(prng, 8)]);
    case 5:
        return strategos_kv_scan(out, COMMAND_BYTES, strategos_slice("a", prng_below(prng, 2)),
                                 (uint32_t)prng_below(prng, 4),
                                 prng_below(prng, 2) == 0 ? NULL : &after);
    default:
        return random_batch(prng, out);
    }
}

static void damage(struct prng *prng, uint8_t *command, size_t *size)
{
    if (*size == 0 || prng_below(prng, 4) != 0) {
        return;
    }
    if (prng_below(prng, 2) == 0) {
        *size = (size_t)prng_below(prng, *size);
    } else {
        command[prng_below(prng, *size)] ^= (uint8_t)(1u << prng_below(prng, 8));
    }
}

static int set_up(void **state)
{
    (void)state;
    shop = (struct shop){.store.ops = &store_ops, .reply.ops = &reply_ops};
    omap_init(&shop.kept, 0);
    omap_init(&shop.now, 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    omap_fini(&shop.kept);
    omap_fini(&shop.now);
    buffer_fini(&shop.result);
    return 0;
}

static void reference_and_machine_answer_alike(void **state)
{
    (void)state;
    struct oracle_reference reference;
    struct prng prng;
    uint8_t command[COMMAND_BYTES];
    oracle_reference_init(&reference);
    prng_init(&prng, 4711);
    for (int i = 0; i < 30000; i++) {
        size_t size = random_command(&prng, command);
        damage(&prng, command, &size);
        assert_alike(&reference, slice_of(command, size));
        if (i % 1000 == 0) {
            assert_int_equal(omap_count(&reference.values), omap_count(&shop.now));
        }
    }
    oracle_reference_fini(&reference);
}

/* A scan's reply has a last entry that just fits, and values that fit none. */
static void reference_scans_long_values_like_the_machine(void **state)
{
    (void)state;
    static uint8_t command[STRATEGOS_KV_COMMAND_BYTES_MAX];
    static const uint8_t value[STRATEGOS_VALUE_BYTES_MAX];
    struct oracle_reference reference;
    oracle_reference_init(&reference);
    for (uint32_t i = 0; i < 12; i++) {
        size_t long_size = i % 4 == 3 ? STRATEGOS_REPLY_BYTES_MAX - 8 - i : 60000 + 511 * i;
        char key[] = {'k', (char)('a' + i), 0};
        size_t size = strategos_kv_put(command, sizeof command, strategos_slice(key, 2),
                                       strategos_slice(value, long_size));
        assert_true(size != 0);
        assert_alike(&reference, slice_of(command, size));
        for (uint32_t limit = 0; limit < 6; limit++) {
            size = strategos_kv_scan(command, sizeof command, strategos_slice("k", 1), limit, NULL);
            assert_alike(&reference, slice_of(command, size));
        }
    }
    oracle_reference_fini(&reference);
}

static void reference_forbids_writes_of_readers(void **state)
{
    (void)state;
    struct oracle_reference reference;
    uint8_t command[64];
    struct strategos_slice key = strategos_slice("k", 1);
    oracle_reference_init(&reference);
    size_t size = strategos_kv_put(command, sizeof command, key, key);
    assert_int_equal(oracle_reference_execute(&reference, slice_of(command, size), true),
                     OUTCOME_FORBIDDEN);
    size = strategos_kv_get(command, sizeof command, key);
    assert_int_equal(oracle_reference_execute(&reference, slice_of(command, size), true),
                     OUTCOME_DONE);
    assert_true(slice_is_equal(buffer_slice(&reference.result), slice_of("\0", 1)));
    oracle_reference_fini(&reference);
}

/* Negative control of this comparison: a reference that missed a command answers otherwise. */
static void reference_that_missed_a_command_differs(void **state)
{
    (void)state;
    struct oracle_reference reference;
    uint8_t command[64];
    struct strategos_slice key = strategos_slice("k", 1);
    oracle_reference_init(&reference);
    size_t size = strategos_kv_put(command, sizeof command, key, key);
    (void)run_machine(slice_of(command, size));
    size = strategos_kv_get(command, sizeof command, key);
    (void)run_machine(slice_of(command, size));
    (void)oracle_reference_execute(&reference, slice_of(command, size), false);
    assert_false(slice_is_equal(buffer_slice(&reference.result), buffer_slice(&shop.result)));
    oracle_reference_fini(&reference);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(reference_and_machine_answer_alike),
        T(reference_scans_long_values_like_the_machine),
        T(reference_forbids_writes_of_readers),
        T(reference_that_missed_a_command_differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
