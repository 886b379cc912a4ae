/* counter.c - the built-in machine `counter`, the smallest useful one: a number.
 *
 * Commands are text: `add N` adds the i64 N (decimal, maybe negative) and answers with the new
 * number; `read` answers with the number, and may also be a query. Refused with a sentence where
 * the number would not fit 64 bits. */
#include "machine/kv_command.h"
#include "machine/registry.h"

static const char counter_key[] = "counter";

static struct strategos_slice key(void)
{
    return strategos_slice(counter_key, sizeof counter_key - 1);
}

static bool load(struct strategos_store *store, int64_t *number)
{
    struct strategos_slice value;
    *number = 0;
    return !strategos_get(store, key(), &value) ||
           kv_number_parse(slice_of(value.data, value.size), number);
}

static enum strategos_outcome do_read(struct strategos_store *store, struct strategos_reply *reply)
{
    int64_t number;
    char text[KV_NUMBER_BYTES_MAX + 1];
    bool is_done =
        load(store, &number) &&
        strategos_reply_append(reply, strategos_slice(text, kv_number_format(number, text)));
    return is_done ? STRATEGOS_DONE : STRATEGOS_MALFORMED;
}

static enum strategos_outcome do_add(struct strategos_store *store, int64_t by,
                                     struct strategos_reply *reply)
{
    int64_t number;
    if (!load(store, &number)) {
        return STRATEGOS_MALFORMED;
    }
    if (__builtin_add_overflow(number, by, &number)) {
        static const char why[] = "the number would not fit 64 bits";
        (void)strategos_reply_append(reply, strategos_slice(why, sizeof why - 1));
        return STRATEGOS_REFUSED;
    }
    char text[KV_NUMBER_BYTES_MAX + 1];
    if (!strategos_put(store, key(), strategos_slice(text, kv_number_format(number, text)))) {
        return STRATEGOS_MALFORMED;
    }
    return do_read(store, reply);
}

static enum strategos_outcome counter_query(struct strategos_store *store,
                                            const struct strategos_context *context,
                                            struct strategos_slice command,
                                            struct strategos_reply *reply)
{
    (void)context;
    if (!slice_is_equal(slice_of(command.data, command.size), slice_of_text("read"))) {
        return STRATEGOS_MALFORMED;
    }
    return do_read(store, reply);
}

static enum strategos_outcome counter_apply(struct strategos_store *store,
                                            const struct strategos_context *context,
                                            struct strategos_slice command,
                                            struct strategos_reply *reply)
{
    struct slice text = slice_of(command.data, command.size);
    struct slice verb = slice_of_text("add ");
    int64_t by;
    if (slice_starts_with(text, verb) &&
        kv_number_parse(slice_of(text.data + verb.size, text.size - verb.size), &by)) {
        return do_add(store, by, reply);
    }
    return counter_query(store, context, command, reply);
}

const struct strategos_machine machine_counter = {
    .abi = STRATEGOS_MACHINE_ABI,
    .version = 1,
    .name = "counter",
    .apply = counter_apply,
    .query = counter_query,
};
