/* reference.c - see reference.h. */
#include "oracles/reference.h"

void oracle_reference_init(struct oracle_reference *reference)
{
    *reference = (struct oracle_reference){0};
    omap_init(&reference->values, 0);
}

void oracle_reference_fini(struct oracle_reference *reference)
{
    omap_fini(&reference->values);
    buffer_fini(&reference->result);
}

static bool find(const struct oracle_reference *reference, struct slice key, struct slice *value)
{
    const struct omap_entry *entry = omap_find(&reference->values, key);
    *value = entry == NULL ? slice_of(NULL, 0) : omap_value(entry);
    return entry != NULL;
}

static void say_byte(struct oracle_reference *reference, uint8_t byte)
{
    buffer_append(&reference->result, slice_of(&byte, 1));
}

static void say_u32(struct oracle_reference *reference, uint32_t number)
{
    uint8_t bytes[4];
    put_u32(bytes, number);
    buffer_append(&reference->result, slice_of(bytes, sizeof bytes));
}

/* 0, or 1 and the value. */
static void say_optional(struct oracle_reference *reference, bool is_found, struct slice value)
{
    say_byte(reference, is_found ? 1 : 0);
    buffer_append(&reference->result, value);
}

static enum outcome refuse(struct oracle_reference *reference, enum strategos_kv_refusal refusal)
{
    say_byte(reference, (uint8_t)refusal);
    return OUTCOME_REFUSED;
}

static enum outcome put(struct oracle_reference *reference, struct slice key, struct slice value)
{
    (void)omap_put(&reference->values, key, value, NULL);
    return OUTCOME_DONE;
}

static enum outcome cas(struct oracle_reference *reference, const struct oracle_command *command)
{
    struct slice value;
    bool is_found = find(reference, command->key, &value);
    if (is_found == command->has_expected && slice_is_equal(value, command->expected)) {
        return put(reference, command->key, command->value);
    }
    enum outcome outcome = refuse(reference, STRATEGOS_KV_OTHER_VALUE);
    say_optional(reference, is_found, value);
    return outcome;
}

static enum outcome incr(struct oracle_reference *reference, const struct oracle_command *command)
{
    struct slice value;
    int64_t number = 0;
    if (find(reference, command->key, &value) && !oracle_number_read(value, &number)) {
        return refuse(reference, STRATEGOS_KV_NOT_A_NUMBER);
    }
    if (command->by > 0 ? number > INT64_MAX - command->by : number < INT64_MIN - command->by) {
        return refuse(reference, STRATEGOS_KV_OVERFLOW);
    }
    uint8_t text[ORACLE_NUMBER_BYTES];
    struct slice sum = oracle_number_write(number + command->by, text);
    buffer_append(&reference->result, sum);
    return put(reference, command->key, sum);
}

/* An entry costs two sizes, key and value; a reply's last byte says whether there is more. A value
 * that fits no reply beside its key is left out. */
static enum outcome scan(struct oracle_reference *reference, const struct oracle_command *command)
{
    size_t const room = STRATEGOS_REPLY_BYTES_MAX - 1;
    struct slice from = command->has_after ? command->after : command->key;
    struct omap_entry *entry = omap_seek(&reference->values, from, !command->has_after);
    uint32_t count = 0;
    bool has_more = false;
    while (entry != NULL && slice_starts_with(omap_key(entry), command->key) && !has_more) {
        struct slice key = omap_key(entry);
        struct slice value = omap_value(entry);
        bool is_told = 8 + key.size + value.size <= room;
        size_t size = 8 + key.size + (is_told ? value.size : 0);
        has_more = count == command->limit || reference->result.size + size > room;
        if (!has_more) {
            say_u32(reference, (uint32_t)key.size);
            buffer_append(&reference->result, key);
            say_u32(reference, is_told ? (uint32_t)value.size : UINT32_MAX);
            buffer_append(&reference->result, is_told ? value : slice_of(NULL, 0));
            count++;
            entry = omap_seek(&reference->values, key, false);
        }
    }
    say_byte(reference, has_more ? 1 : 0);
    return OUTCOME_DONE;
}

/* All or none: looked through first. */
static enum outcome batch(struct oracle_reference *reference, const struct oracle_command *command)
{
    struct oracle_command item;
    struct slice items = command->items;
    while (items.size != 0) {
        if (!oracle_command_next(&items, &item)) {
            return OUTCOME_MALFORMED;
        }
    }
    items = command->items;
    while (items.size != 0 && oracle_command_next(&items, &item)) {
        if (item.op == STRATEGOS_KV_DEL) {
            (void)omap_delete(&reference->values, item.key);
        } else {
            (void)put(reference, item.key, item.value);
        }
    }
    return OUTCOME_DONE;
}

static bool is_read(const struct oracle_command *command)
{
    return command->op == STRATEGOS_KV_GET || command->op == STRATEGOS_KV_SCAN;
}

enum outcome oracle_reference_execute(struct oracle_reference *reference, struct slice request,
                                      bool read_only)
{
    struct oracle_command command;
    struct slice value;
    buffer_clear(&reference->result);
    bool is_command = oracle_command_read(request, &command);
    if (read_only && (!is_command || !is_read(&command))) {
        return OUTCOME_FORBIDDEN;
    }
    if (!is_command) {
        return OUTCOME_MALFORMED;
    }
    switch (command.op) {
    case STRATEGOS_KV_GET: {
        bool is_found = find(reference, command.key, &value);
        say_optional(reference, is_found, value);
        return OUTCOME_DONE;
    }
    case STRATEGOS_KV_PUT:
        return put(reference, command.key, command.value);
    case STRATEGOS_KV_DEL:
        say_byte(reference, omap_delete(&reference->values, command.key) ? 1 : 0);
        return OUTCOME_DONE;
    case STRATEGOS_KV_CAS:
        return cas(reference, &command);
    case STRATEGOS_KV_INCR:
        return incr(reference, &command);
    case STRATEGOS_KV_SCAN:
        return scan(reference, &command);
    default:
        return batch(reference, &command);
    }
}
