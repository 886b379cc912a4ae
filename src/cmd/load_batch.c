/* load_batch.c - see load_batch.h. */
#include "cmd/load_batch.h"

#include "base/assert.h"
#include "strategos/kv.h"

void load_batch_init(struct load_batch *batch, struct pairs *pairs, uint64_t pairs_max,
                     const struct progress_mark *mark)
{
    *batch = (struct load_batch){.pairs = pairs,
                                 .pairs_max = pairs_max,
                                 .mark = *mark,
                                 .read = *mark,
                                 .trouble = PAIRS_READ};
}

void load_batch_fini(struct load_batch *batch)
{
    buffer_fini(&batch->request);
    buffer_fini(&batch->ahead);
}

static struct strategos_slice foreign(struct slice bytes)
{
    return strategos_slice(bytes.data, bytes.size);
}

static void begin(struct load_batch *batch)
{
    size_t const capacity = STRATEGOS_KV_COMMAND_BYTES_MAX;
    buffer_clear(&batch->request);
    uint8_t *out = buffer_reserve(&batch->request, capacity);
    batch->request.size = batch->pairs_max == 1 ? 0 : strategos_kv_batch_begin(out, capacity);
    batch->count = 0;
}

/* False if it does not fit beside what is there. Alone, every pair that was read fits. */
static bool add(struct load_batch *batch, struct slice key, struct slice value, uint64_t line)
{
    size_t const capacity = STRATEGOS_KV_COMMAND_BYTES_MAX;
    uint8_t *out = batch->request.data;
    size_t size = batch->pairs_max == 1
                      ? strategos_kv_put(out, capacity, foreign(key), foreign(value))
                      : strategos_kv_batch_put(out, batch->request.size, capacity, foreign(key),
                                               foreign(value));
    if (size == 0) {
        ASSERT(batch->count > 0);
        return false;
    }
    if (batch->count == 0) {
        batch->first_line = line;
    }
    batch->request.size = size;
    batch->count++;
    batch->mark = batch->read;
    return true;
}

static void keep_ahead(struct load_batch *batch, const struct pair *pair)
{
    buffer_clear(&batch->ahead);
    buffer_append(&batch->ahead, pair->key);
    buffer_append(&batch->ahead, pair->value);
    batch->ahead_key_size = pair->key.size;
    batch->ahead_line = pair->line;
}

static void add_ahead(struct load_batch *batch)
{
    struct slice both = buffer_slice(&batch->ahead);
    bool is_added =
        add(batch, slice_of(both.data, batch->ahead_key_size),
            slice_of(both.data + batch->ahead_key_size, both.size - batch->ahead_key_size),
            batch->ahead_line);
    ASSERT(is_added);
    buffer_clear(&batch->ahead);
}

/* Reads one pair and where that leaves the file. */
static enum pairs_result read_pair(struct load_batch *batch, struct pair *pair)
{
    enum pairs_result result = pairs_next(batch->pairs, pair, &batch->reason);
    while (result == PAIRS_BAD && batch->on_skip != NULL) {
        batch->on_skip(batch->context, batch->reason.text);
        batch->read.skipped++;
        result = pairs_next(batch->pairs, pair, &batch->reason);
    }
    if (result == PAIRS_READ) {
        batch->read.offset = batch->pairs->offset;
        batch->read.lines = batch->pairs->line;
        batch->read.loaded++;
    }
    return result;
}

enum pairs_result load_batch_next(struct load_batch *batch)
{
    struct pair pair;
    begin(batch);
    if (batch->ahead.size > 0) {
        add_ahead(batch);
    }
    while (batch->trouble == PAIRS_READ && batch->count < batch->pairs_max) {
        batch->trouble = read_pair(batch, &pair);
        if (batch->trouble == PAIRS_READ && !add(batch, pair.key, pair.value, pair.line)) {
            keep_ahead(batch, &pair);
            break;
        }
    }
    return batch->count > 0 ? PAIRS_READ : batch->trouble;
}
