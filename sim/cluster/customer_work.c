/* customer_work.c - see customer_work.h. */
#include "cluster/customer_work.h"

#include "base/assert.h"

#include <stdlib.h>

#define NUMBER_KEY_EVERY   4u /* keys 3, 7, 11, ... hold numbers */
#define VALUE_BYTES_USUAL  32u
#define SCAN_LIMIT_MAX     8u
#define DECIMAL_BYTES_MAX  20u
#define OVERFLOW_ONE_IN    256u
#define LARGE_VALUE_ONE_IN 4u
#define BATCH_ITEMS        6u  /* at most, beside the two that there always are */
#define LARGE_BATCH_ITEMS  60u /* of one batch in four */
#define CUT_BATCH_ONE_IN   3u

/* Of a hundred operations on a key of each kind. */
struct share {
    enum strategos_kv_op op;
    unsigned percent;
};
static const struct share text_shares[] = {
    {STRATEGOS_KV_GET, 33}, {STRATEGOS_KV_PUT, 27},  {STRATEGOS_KV_CAS, 18}, {STRATEGOS_KV_DEL, 9},
    {STRATEGOS_KV_SCAN, 5}, {STRATEGOS_KV_BATCH, 5}, {STRATEGOS_KV_INCR, 3},
};
static const struct share number_shares[] = {
    {STRATEGOS_KV_GET, 30}, {STRATEGOS_KV_INCR, 48}, {STRATEGOS_KV_DEL, 10},
    {STRATEGOS_KV_PUT, 6},  {STRATEGOS_KV_CAS, 6},
};

static struct strategos_slice out_of(struct slice bytes)
{
    return strategos_slice(bytes.data, bytes.size);
}

/* ---- keys and values ---- */

static size_t write_decimal(uint64_t value, uint8_t *out)
{
    uint8_t reversed[DECIMAL_BYTES_MAX];
    size_t size = 0;
    do {
        reversed[size++] = (uint8_t)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    for (size_t i = 0; i < size; i++) {
        out[i] = reversed[size - 1 - i];
    }
    return size;
}

/* What all keys of this customer begin with. */
static size_t write_prefix(const struct work_settings *settings, uint8_t *out)
{
    if (!settings->is_own) {
        out[0] = 'k';
        return 1;
    }
    out[0] = 'x';
    size_t size = 1 + write_decimal(settings->customer, out + 1);
    out[size++] = '.';
    return size;
}

size_t work_write_key(const struct work_settings *settings, uint64_t key,
                      uint8_t out[WORK_KEY_BYTES_MAX])
{
    ASSERT(settings->customer < WORK_CUSTOMERS);
    size_t size = write_prefix(settings, out);
    return size + write_decimal(key, out + size);
}

size_t work_write_value(size_t customer, uint64_t number, size_t size, uint8_t *out)
{
    out[0] = 'c';
    size_t used = 1 + write_decimal(customer, out + 1);
    out[used++] = '.';
    used += write_decimal(number, out + used);
    for (; used < size; used++) {
        out[used] = '~';
    }
    return used;
}

static bool holds_number(uint32_t key)
{
    return key % NUMBER_KEY_EVERY == NUMBER_KEY_EVERY - 1;
}

/* What operation `note` writes, by put or cas. */
static struct slice written_value(struct work *work, const struct work_note *note)
{
    size_t customer = work->settings.customer;
    size_t size = holds_number(note->key)
                      ? write_decimal(note->number * WORK_CUSTOMERS + customer, work->value)
                      : work_write_value(customer, note->number, note->value_size, work->value);
    return slice_of(work->value, size);
}

/* ---- what it knows ---- */

static void remember(struct work *work, uint32_t key, bool found, struct slice value)
{
    struct work_known *known = &work->known[key % WORK_KNOWN];
    known->is_used = found && value.size <= WORK_KNOWN_BYTES;
    if (known->is_used) {
        known->key = key;
        known->size = value.size;
        bytes_copy(known->value, value.data, value.size);
    }
}

static void learn_done(struct work *work, const struct work_note *note, struct slice result)
{
    bool found = false;
    struct strategos_slice value = {0};
    switch (note->op) {
    case STRATEGOS_KV_GET:
        if (strategos_kv_get_reply(out_of(result), &found, &value)) {
            remember(work, note->key, found, slice_of(value.data, value.size));
        }
        break;
    case STRATEGOS_KV_PUT:
    case STRATEGOS_KV_CAS:
        remember(work, note->key, true, written_value(work, note));
        break;
    case STRATEGOS_KV_INCR:
        remember(work, note->key, true, result);
        break;
    case STRATEGOS_KV_DEL:
        remember(work, note->key, false, result);
        break;
    case STRATEGOS_KV_SCAN:
    case STRATEGOS_KV_BATCH:
        break;
    }
}

void work_learn(struct work *work, const struct work_note *note, enum outcome outcome,
                struct slice result)
{
    if (outcome == OUTCOME_DONE) {
        learn_done(work, note, result);
        return;
    }
    bool found = false;
    struct strategos_slice value = {0};
    if (outcome == OUTCOME_REFUSED &&
        strategos_kv_refusal(out_of(result), &found, &value) == STRATEGOS_KV_OTHER_VALUE) {
        remember(work, note->key, found, slice_of(value.data, value.size));
    }
}

void work_forget(struct work *work)
{
    memset(work->known, 0, sizeof work->known);
}

/* ---- what it asks for ---- */

static enum strategos_kv_op choose_op(struct work *work, uint32_t key)
{
    const struct share *shares = holds_number(key) ? number_shares : text_shares;
    uint64_t drawn = prng_below(&work->prng, 100);
    while (drawn >= shares->percent) {
        drawn -= shares->percent;
        shares++;
    }
    return shares->op;
}

/* The lower of two draws: some keys are asked for more than others. */
static uint32_t choose_key(struct work *work)
{
    uint64_t a = prng_below(&work->prng, work->settings.key_count);
    uint64_t b = prng_below(&work->prng, work->settings.key_count);
    return (uint32_t)(a < b ? a : b);
}

static uint32_t choose_value_size(struct work *work)
{
    size_t max = work->settings.value_bytes_max;
    if (max > VALUE_BYTES_USUAL && prng_below(&work->prng, LARGE_VALUE_ONE_IN) != 0) {
        max = VALUE_BYTES_USUAL;
    }
    return (uint32_t)prng_below(&work->prng, max + 1);
}

static int64_t choose_amount(struct work *work)
{
    if (prng_below(&work->prng, OVERFLOW_ONE_IN) == 0) {
        return INT64_MAX;
    }
    int64_t amount = 1 + (int64_t)prng_below(&work->prng, 9);
    return prng_below(&work->prng, 4) == 0 ? -amount : amount;
}

static size_t encode_scan(struct work *work, struct strategos_slice key)
{
    uint8_t prefix[WORK_KEY_BYTES_MAX];
    size_t prefix_size = write_prefix(&work->settings, prefix);
    uint32_t limit = 1 + (uint32_t)prng_below(&work->prng, SCAN_LIMIT_MAX);
    bool has_after = prng_below(&work->prng, 2) == 0;
    return strategos_kv_scan(work->command, STRATEGOS_KV_COMMAND_BYTES_MAX,
                             strategos_slice(prefix, prefix_size), limit, has_after ? &key : NULL);
}

static size_t encode_cas(struct work *work, const struct work_note *note,
                         struct strategos_slice key)
{
    const struct work_known *known = &work->known[note->key % WORK_KNOWN];
    bool is_known = known->is_used && known->key == note->key;
    struct strategos_slice expected = strategos_slice(known->value, known->size);
    struct slice value = written_value(work, note);
    return strategos_kv_cas(work->command, STRATEGOS_KV_COMMAND_BYTES_MAX, key,
                            is_known ? &expected : NULL, out_of(value));
}

/* Puts and dels of any keys. One that is cut short ends within its last item: then the machine may
 * do nothing of it. */
static size_t encode_batch(struct work *work, const struct work_note *note)
{
    size_t const capacity = STRATEGOS_KV_COMMAND_BYTES_MAX;
    uint64_t most = prng_below(&work->prng, 4) == 0 ? LARGE_BATCH_ITEMS : BATCH_ITEMS;
    uint64_t count = 2 + prng_below(&work->prng, most);
    bool is_cut = prng_below(&work->prng, CUT_BATCH_ONE_IN) == 0;
    size_t size = strategos_kv_batch_begin(work->command, capacity);
    size_t last = size;
    for (uint64_t i = 0; i < count; i++) {
        struct work_note item = {.key = choose_key(work), .number = note->number};
        bool is_del = prng_below(&work->prng, 4) == 0;
        item.value_size = choose_value_size(work);
        uint8_t bytes[WORK_KEY_BYTES_MAX];
        size_t key_size = work_write_key(&work->settings, item.key, bytes);
        struct strategos_slice key = strategos_slice(bytes, key_size);
        size_t longer = is_del ? strategos_kv_batch_del(work->command, size, capacity, key)
                               : strategos_kv_batch_put(work->command, size, capacity, key,
                                                        out_of(written_value(work, &item)));
        if (longer == 0) { /* the command is full */
            break;
        }
        last = size;
        size = longer;
    }
    return is_cut ? last + 1 + (size_t)prng_below(&work->prng, size - last - 1) : size;
}

static size_t encode(struct work *work, const struct work_note *note)
{
    uint8_t bytes[WORK_KEY_BYTES_MAX];
    size_t key_size = work_write_key(&work->settings, note->key, bytes);
    struct strategos_slice key = strategos_slice(bytes, key_size);
    size_t const capacity = STRATEGOS_KV_COMMAND_BYTES_MAX;
    switch (note->op) {
    case STRATEGOS_KV_PUT:
        return strategos_kv_put(work->command, capacity, key, out_of(written_value(work, note)));
    case STRATEGOS_KV_DEL:
        return strategos_kv_del(work->command, capacity, key);
    case STRATEGOS_KV_CAS:
        return encode_cas(work, note, key);
    case STRATEGOS_KV_INCR:
        return strategos_kv_incr(work->command, capacity, key, choose_amount(work));
    case STRATEGOS_KV_SCAN:
        return encode_scan(work, key);
    case STRATEGOS_KV_BATCH:
        return encode_batch(work, note);
    case STRATEGOS_KV_GET:
        break;
    }
    return strategos_kv_get(work->command, capacity, key);
}

struct slice work_next(struct work *work, uint64_t number, struct work_note *note)
{
    uint32_t key = choose_key(work);
    *note = (struct work_note){.op = choose_op(work, key), .key = key, .number = number};
    if (note->op == STRATEGOS_KV_PUT || note->op == STRATEGOS_KV_CAS) {
        note->value_size = choose_value_size(work);
    }
    size_t size = encode(work, note);
    ASSERT(size > 0 && size <= REQUEST_BYTES_MAX);
    return slice_of(work->command, size);
}

/* ---- life ---- */

enum error work_init(struct work *work, const struct work_settings *settings)
{
    ASSERT(settings->customer < WORK_CUSTOMERS && settings->key_count >= 1);
    *work = (struct work){.settings = *settings};
    if (work->settings.value_bytes_max > WORK_VALUE_BYTES_MAX) {
        work->settings.value_bytes_max = WORK_VALUE_BYTES_MAX;
    }
    prng_init(&work->prng, settings->seed);
    work->command = malloc(STRATEGOS_KV_COMMAND_BYTES_MAX);
    work->value = malloc(WORK_VALUE_BYTES_MAX);
    return work->command == NULL || work->value == NULL ? ERROR_MEMORY : OK;
}

void work_fini(struct work *work)
{
    free(work->command);
    free(work->value);
}
