/* transaction.c - see transaction.h. Machines are trusted code but may be plugins: their arguments
 * are checked, not asserted. */
#include "machine/transaction.h"

#include "base/assert.h"

_Static_assert(1 + STRATEGOS_KEY_BYTES_MAX <= STORE_KEY_BYTES_MAX, "a machine's key, prefixed");

static struct transaction *transaction_of(struct strategos_store *store)
{
    return (struct transaction *)store;
}

/* The store's key of a machine's. One that is too long is cut to one byte more than any key has:
 * the order against all keys stays the same. */
static struct slice prefixed(struct transaction *transaction, struct strategos_slice key)
{
    size_t size = key.size;
    if (size > STRATEGOS_KEY_BYTES_MAX) {
        size = STRATEGOS_KEY_BYTES_MAX + 1;
    }
    transaction->key[0] = STATE_KEY_MACHINE;
    bytes_copy(transaction->key + 1, key.data, size);
    return slice_of(transaction->key, 1 + size);
}

static bool is_key(struct strategos_slice key)
{
    return key.data != NULL && key.size >= 1 && key.size <= STRATEGOS_KEY_BYTES_MAX;
}

static bool on_get(struct strategos_store *store, struct strategos_slice key,
                   struct strategos_slice *value)
{
    struct transaction *transaction = transaction_of(store);
    if (!is_key(key)) {
        return false;
    }
    struct slice full = prefixed(transaction, key);
    struct slice found;
    struct omap_entry *entry = omap_count(&transaction->pending.map) == 0
                                   ? NULL
                                   : omap_find(&transaction->pending.map, full);
    if (entry != NULL) {
        if (change_note(entry)->is_tombstone) {
            return false;
        }
        found = omap_value(entry);
    } else if (!state_get(transaction->state, full, &found)) {
        return false;
    }
    *value = strategos_slice(found.data, found.size);
    return true;
}

static bool on_put(struct strategos_store *store, struct strategos_slice key,
                   struct strategos_slice value)
{
    struct transaction *transaction = transaction_of(store);
    if (transaction->is_read_only || !is_key(key) || value.size > STRATEGOS_VALUE_BYTES_MAX ||
        (value.data == NULL && value.size != 0)) {
        return false;
    }
    struct slice bytes = slice_of(value.data, value.size);
    (void)changes_put(&transaction->pending, prefixed(transaction, key), &bytes);
    return true;
}

static bool on_del(struct strategos_store *store, struct strategos_slice key)
{
    struct transaction *transaction = transaction_of(store);
    struct strategos_slice value;
    if (transaction->is_read_only || !on_get(store, key, &value)) {
        return false;
    }
    (void)changes_put(&transaction->pending, prefixed(transaction, key), NULL);
    return true;
}

/* The next of pending and state, either may be absent; deleted ones of pending are passed over. */
static bool next_of_both(struct transaction *transaction, struct slice after, bool inclusive,
                         struct slice *key, struct slice *value)
{
    for (;;) {
        struct omap_entry *entry = omap_seek(&transaction->pending.map, after, inclusive);
        bool found = state_next(transaction->state, after, inclusive, key, value);
        if (entry == NULL || (found && slice_compare(*key, omap_key(entry)) < 0)) {
            return found;
        }
        *key = omap_key(entry);
        *value = omap_value(entry);
        if (!change_note(entry)->is_tombstone) {
            return true;
        }
        after = *key;
        inclusive = false;
    }
}

static bool on_next(struct strategos_store *store, struct strategos_slice after, bool inclusive,
                    struct strategos_slice *key, struct strategos_slice *value)
{
    struct transaction *transaction = transaction_of(store);
    if (after.data == NULL && after.size != 0) {
        return false;
    }
    struct slice found_key;
    struct slice found_value;
    if (!next_of_both(transaction, prefixed(transaction, after), inclusive, &found_key,
                      &found_value) ||
        found_key.data[0] != STATE_KEY_MACHINE) {
        return false;
    }
    *key = strategos_slice(found_key.data + 1, found_key.size - 1);
    *value = strategos_slice(found_value.data, found_value.size);
    return true;
}

void transaction_init(struct transaction *transaction, struct state *state, bool is_read_only)
{
    static const struct strategos_store_ops ops = {
        .get = on_get, .put = on_put, .del = on_del, .next = on_next};
    *transaction =
        (struct transaction){.interface.ops = &ops, .state = state, .is_read_only = is_read_only};
    changes_init(&transaction->pending);
}

void transaction_fini(struct transaction *transaction)
{
    changes_fini(&transaction->pending);
}

void transaction_keep(struct transaction *transaction)
{
    struct omap_cursor cursor = omap_begin(&transaction->pending.map);
    for (struct omap_entry *entry = omap_step(&cursor); entry != NULL; entry = omap_step(&cursor)) {
        struct slice value = omap_value(entry);
        state_put(transaction->state, omap_key(entry),
                  change_note(entry)->is_tombstone ? NULL : &value);
    }
    transaction_drop(transaction);
}

void transaction_drop(struct transaction *transaction)
{
    changes_clear(&transaction->pending);
}
