/* kv.c - the built-in key-value machine. Commands and replies: strategos/kv.h. */
#include "machine/kv_command.h"
#include "machine/registry.h"

#define ENTRY_FIELDS_BYTES 8u /* two sizes */

static struct strategos_slice out_of(struct slice bytes)
{
    return strategos_slice(bytes.data, bytes.size);
}

static bool append_byte(struct strategos_reply *reply, uint8_t byte)
{
    return strategos_reply_append(reply, strategos_slice(&byte, 1));
}

/* Values are at most a request long, with a key before them: with a byte or two they fit a reply.
 * So a failing append below means a value that no command could have put. */
static enum strategos_outcome answer_optional(struct strategos_reply *reply, bool found,
                                              struct strategos_slice value,
                                              enum strategos_outcome outcome)
{
    if (!append_byte(reply, found) || (found && !strategos_reply_append(reply, value))) {
        return STRATEGOS_MALFORMED;
    }
    return outcome;
}

static enum strategos_outcome refuse(struct strategos_reply *reply,
                                     enum strategos_kv_refusal refusal)
{
    return append_byte(reply, (uint8_t)refusal) ? STRATEGOS_REFUSED : STRATEGOS_MALFORMED;
}

static enum strategos_outcome done_if(bool is_done)
{
    return is_done ? STRATEGOS_DONE : STRATEGOS_MALFORMED;
}

static enum strategos_outcome do_get(struct strategos_store *store,
                                     const struct kv_command *command,
                                     struct strategos_reply *reply)
{
    struct strategos_slice value = {0};
    bool found = strategos_get(store, out_of(command->key), &value);
    return answer_optional(reply, found, value, STRATEGOS_DONE);
}

static enum strategos_outcome do_cas(struct strategos_store *store,
                                     const struct kv_command *command,
                                     struct strategos_reply *reply)
{
    struct strategos_slice value = {0};
    bool found = strategos_get(store, out_of(command->key), &value);
    bool is_expected =
        found == command->has_expected &&
        (!found || slice_is_equal(slice_of(value.data, value.size), command->expected));
    if (!is_expected) {
        (void)refuse(reply, STRATEGOS_KV_OTHER_VALUE);
        return answer_optional(reply, found, value, STRATEGOS_REFUSED);
    }
    return done_if(strategos_put(store, out_of(command->key), out_of(command->value)));
}

static enum strategos_outcome do_incr(struct strategos_store *store,
                                      const struct kv_command *command,
                                      struct strategos_reply *reply)
{
    int64_t number = 0;
    struct strategos_slice value;
    if (strategos_get(store, out_of(command->key), &value) &&
        !kv_number_parse(slice_of(value.data, value.size), &number)) {
        return refuse(reply, STRATEGOS_KV_NOT_A_NUMBER);
    }
    if (__builtin_add_overflow(number, command->by, &number)) {
        return refuse(reply, STRATEGOS_KV_OVERFLOW);
    }
    char text[KV_NUMBER_BYTES_MAX + 1];
    struct strategos_slice bytes = strategos_slice(text, kv_number_format(number, text));
    return done_if(strategos_put(store, out_of(command->key), bytes) &&
                   strategos_reply_append(reply, bytes));
}

static enum strategos_outcome do_batch(struct strategos_store *store,
                                       const struct kv_command *command)
{
    struct slice rest = command->rest;
    while (rest.size != 0) {
        struct kv_command item;
        if (!kv_batch_next(&rest, &item)) {
            return STRATEGOS_MALFORMED; /* what came before it is dropped */
        }
        if (item.op == STRATEGOS_KV_DEL) {
            (void)strategos_del(store, out_of(item.key)); /* absent is as good as deleted */
        } else if (!strategos_put(store, out_of(item.key), out_of(item.value))) {
            return STRATEGOS_MALFORMED;
        }
    }
    return STRATEGOS_DONE;
}

static bool append_entry(struct strategos_reply *reply, struct strategos_slice key,
                         struct strategos_slice value, bool with_value)
{
    uint8_t size[4];
    put_u32(size, (uint32_t)key.size);
    if (!strategos_reply_append(reply, strategos_slice(size, sizeof size)) ||
        !strategos_reply_append(reply, key)) {
        return false;
    }
    put_u32(size, with_value ? (uint32_t)value.size : UINT32_MAX);
    return strategos_reply_append(reply, strategos_slice(size, sizeof size)) &&
           (!with_value || strategos_reply_append(reply, value));
}

static enum strategos_outcome do_scan(struct strategos_store *store,
                                      const struct kv_command *command,
                                      struct strategos_reply *reply)
{
    size_t const room_max = STRATEGOS_REPLY_BYTES_MAX - 1; /* the last byte says if there is more */
    size_t room = room_max;
    bool more = false;
    struct slice after = command->has_after ? command->after : command->key;
    bool inclusive = !command->has_after;
    struct strategos_slice key;
    struct strategos_slice value;
    uint32_t count = 0;
    while (strategos_next(store, out_of(after), inclusive, &key, &value) &&
           slice_starts_with(slice_of(key.data, key.size), command->key)) {
        size_t bare = ENTRY_FIELDS_BYTES + key.size;
        bool fits_alone = value.size <= room_max - bare;
        size_t size = fits_alone ? bare + value.size : bare;
        if (count == command->limit || size > room) {
            more = true;
            break;
        }
        if (!append_entry(reply, key, value, fits_alone)) {
            return STRATEGOS_MALFORMED;
        }
        room -= size;
        count++;
        after = slice_of(key.data, key.size);
        inclusive = false;
    }
    return done_if(append_byte(reply, more));
}

static enum strategos_outcome kv_apply(struct strategos_store *store,
                                       const struct strategos_context *context,
                                       struct strategos_slice bytes, struct strategos_reply *reply)
{
    (void)context;
    struct kv_command command;
    if (!kv_command_decode(slice_of(bytes.data, bytes.size), &command)) {
        return STRATEGOS_MALFORMED;
    }
    switch (command.op) {
    case STRATEGOS_KV_GET:
        return do_get(store, &command, reply);
    case STRATEGOS_KV_PUT:
        return done_if(strategos_put(store, out_of(command.key), out_of(command.value)));
    case STRATEGOS_KV_DEL:
        return done_if(append_byte(reply, strategos_del(store, out_of(command.key))));
    case STRATEGOS_KV_CAS:
        return do_cas(store, &command, reply);
    case STRATEGOS_KV_INCR:
        return do_incr(store, &command, reply);
    case STRATEGOS_KV_SCAN:
        return do_scan(store, &command, reply);
    case STRATEGOS_KV_BATCH:
        return do_batch(store, &command);
    default:
        return STRATEGOS_MALFORMED;
    }
}

static enum strategos_outcome kv_query(struct strategos_store *store,
                                       const struct strategos_context *context,
                                       struct strategos_slice bytes, struct strategos_reply *reply)
{
    if (!strategos_kv_command_is_read(bytes)) {
        return STRATEGOS_MALFORMED;
    }
    return kv_apply(store, context, bytes, reply);
}

const struct strategos_machine machine_kv = {
    .abi = STRATEGOS_MACHINE_ABI,
    .version = 1,
    .name = "kv",
    .apply = kv_apply,
    .query = kv_query,
};
