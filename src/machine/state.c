/* state.c - see state.h. */
#include "machine/state.h"

#include "base/assert.h"

#include <stdlib.h>

#define TIDY_NODES 32u /* up to 1024 changes */

static void layer_init(struct state_layer *layer)
{
    changes_init(&layer->changes);
    layer->delta = (struct set_digest){0};
}

enum error state_init(struct state *state, struct store store,
                      const uint8_t set_digest[SET_DIGEST_BYTES])
{
    *state = (struct state){.store = store};
    if (pthread_mutex_init(&state->gate, NULL) != 0) {
        return ERROR_MEMORY;
    }
    layer_init(&state->active);
    set_digest_decode(&state->base, set_digest);
    return OK;
}

void state_fini(struct state *state)
{
    changes_fini(&state->active.changes);
    omap_fini(&state->retired);
    if (state->is_frozen) {
        changes_fini(&state->frozen.changes);
    }
    (void)pthread_mutex_destroy(&state->gate);
}

/* ---- reading ---- */

static enum error store_get(struct state *state, struct slice key, struct slice *value, bool *found)
{
    (void)pthread_mutex_lock(&state->gate);
    enum error error = state->store.ops->get(state->store.self, key, value, found);
    (void)pthread_mutex_unlock(&state->gate);
    return error;
}

static bool note_failure(struct state *state, enum error error)
{
    if (error != OK && state->failure == OK) {
        state->failure = error;
    }
    return error != OK;
}

static bool read_change(struct omap_entry *entry, struct slice *value)
{
    if (change_note(entry)->is_tombstone) {
        return false;
    }
    *value = omap_value(entry);
    return true;
}

bool state_get(struct state *state, struct slice key, struct slice *value)
{
    struct omap_entry *entry = omap_find(&state->active.changes.map, key);
    if (entry == NULL && state->is_frozen) {
        entry = omap_find(&state->frozen.changes.map, key);
    }
    if (entry != NULL) {
        return read_change(entry, value);
    }
    bool found = false;
    enum error error = store_get(state, key, value, &found);
    return !note_failure(state, error) && found;
}

/* The lower of two entries; the upper layer's where both have one key. */
static struct omap_entry *lower_entry(struct omap_entry *upper, struct omap_entry *lower)
{
    if (upper == NULL || lower == NULL) {
        return upper != NULL ? upper : lower;
    }
    return slice_compare(omap_key(upper), omap_key(lower)) <= 0 ? upper : lower;
}

bool state_next(struct state *state, struct slice after, bool inclusive, struct slice *key,
                struct slice *value)
{
    for (;;) {
        struct omap_entry *entry = omap_seek(&state->active.changes.map, after, inclusive);
        if (state->is_frozen) {
            entry = lower_entry(entry, omap_seek(&state->frozen.changes.map, after, inclusive));
        }
        bool found = false;
        (void)pthread_mutex_lock(&state->gate);
        enum error error =
            state->store.ops->next(state->store.self, after, inclusive, key, value, &found);
        (void)pthread_mutex_unlock(&state->gate);
        if (note_failure(state, error)) {
            return false;
        }
        if (entry == NULL || (found && slice_compare(*key, omap_key(entry)) < 0)) {
            return found;
        }
        *key = omap_key(entry);
        if (read_change(entry, value)) {
            return true;
        }
        after = *key; /* deleted: look behind it */
        inclusive = false;
    }
}

void state_put(struct state *state, struct slice key, const struct slice *value)
{
    ASSERT(key.size >= 1 && key.size <= STORE_KEY_BYTES_MAX);
    int64_t grown = changes_put(&state->active.changes, key, value);
    if (key.data[0] == STATE_KEY_MACHINE) {
        state->machine_bytes += (uint64_t)grown;
    }
}

/* ---- the digest ---- */

/* What the sum holds for the key of a change that was not folded from this layer before: the value
 * in the layers below. */
static enum error entry_below(struct state *state, bool below_active, struct slice key,
                              struct digest *entry, bool *is_there)
{
    struct slice value;
    *is_there = false;
    if (below_active && state->is_frozen) {
        struct omap_entry *change = omap_find(&state->frozen.changes.map, key);
        if (change != NULL) {
            *is_there = read_change(change, &value);
            if (*is_there) {
                set_digest_entry(key, value, entry);
            }
            return OK;
        }
    }
    TRY(store_get(state, key, &value, is_there));
    if (*is_there) {
        set_digest_entry(key, value, entry);
    }
    return OK;
}

static enum error fold_one(struct state *state, struct state_layer *layer, struct omap_entry *entry)
{
    struct change_note *note = omap_notes(entry);
    struct slice key = omap_key(entry);
    if (!note->is_folded) {
        TRY(entry_below(state, layer == &state->active, key, &note->folded,
                        &note->folded_is_there));
        note->is_folded = true;
    }
    struct slice value;
    struct digest now = {{0}};
    bool is_there = read_change(entry, &value);
    if (is_there) {
        set_digest_entry(key, value, &now);
    }
    if (is_there && note->folded_is_there && digest_is_equal(&now, &note->folded)) {
        return OK;
    }
    if (note->folded_is_there) {
        set_digest_remove(&layer->delta, &note->folded);
    }
    if (is_there) {
        set_digest_add(&layer->delta, &now);
    }
    note->folded = now;
    note->folded_is_there = is_there;
    return OK;
}

/* On an error, the change that met it is still to be folded. */
static enum error fold_layer(struct state *state, struct state_layer *layer, size_t budget)
{
    while (budget > 0 && layer->changes.unfolded != NULL) {
        TRY(fold_one(state, layer, layer->changes.unfolded));
        (void)changes_take_unfolded(&layer->changes);
        budget--;
    }
    return OK;
}

bool state_fold(struct state *state, size_t budget)
{
    (void)note_failure(state, fold_layer(state, &state->active, budget));
    return state->active.changes.unfolded == NULL;
}

void state_digest(const struct state *state, struct set_digest *sum)
{
    ASSERT(!state->is_frozen && state->active.changes.unfolded == NULL);
    *sum = state->base;
    set_digest_merge(sum, &state->active.delta);
}

/* ---- checkpoints ---- */

void state_freeze(struct state *state)
{
    ASSERT(!state->is_frozen);
    state->frozen = state->active;
    state->is_frozen = true;
    layer_init(&state->active);
    state->machine_bytes = 0;
}

enum error state_fold_frozen(struct state *state, struct set_digest *sum)
{
    TRY(fold_layer(state, &state->frozen, SIZE_MAX));
    *sum = state->base;
    set_digest_merge(sum, &state->frozen.delta);
    return OK;
}

enum error state_list_frozen(const struct state *state, struct store_change **list, size_t *count)
{
    const struct omap *map = &state->frozen.changes.map;
    struct store_change *changes = calloc(omap_count(map) + 1, sizeof *changes);
    if (changes == NULL) {
        return ERROR_MEMORY;
    }
    struct omap_cursor cursor = omap_begin(map);
    size_t at = 0;
    for (struct omap_entry *entry = omap_step(&cursor); entry != NULL; entry = omap_step(&cursor)) {
        changes[at].key = omap_key(entry);
        if (!change_note(entry)->is_tombstone) {
            changes[at].value = omap_value(entry);
        }
        at++;
    }
    *list = changes;
    *count = at;
    return OK;
}

void state_thaw(struct state *state)
{
    ASSERT(state->is_frozen && state->frozen.changes.unfolded == NULL);
    set_digest_merge(&state->base, &state->frozen.delta);
    omap_fini(&state->retired);
    state->retired = state->frozen.changes.map;
    state->is_frozen = false;
}

void state_tidy(struct state *state)
{
    (void)omap_fini_some(&state->retired, TIDY_NODES);
}
