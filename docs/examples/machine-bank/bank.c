/* bank.c - a state machine of one's own: accounts that move money and never lose any.
 *
 * Commands are text:
 *   open NAME AMOUNT          a new account; refused if it is there
 *   transfer FROM TO AMOUNT   refused if an account is missing or FROM has too little
 *   balance NAME              may also be asked as a query
 * In the store, an account's name is the key and its balance, as text, the value. */
#include <strategos/machine.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A whole command, understood: one letter for the verb. */
struct command {
    char verb;
    char from[41];
    char to[41];
    uint64_t amount; /* at most 15 digits, so that no sum of two overflows */
};

static bool parse(struct strategos_slice bytes, struct command *command)
{
    char line[128] = {0};
    if (bytes.size == 0 || bytes.size >= sizeof line) {
        return false;
    }
    memcpy(line, bytes.data, bytes.size);
    int end = 0; /* stays 0 unless a pattern was matched to its end */
    *command = (struct command){.verb = line[0]};
    (void)sscanf(line, "open %40s %15" SCNu64 "%n", command->from, &command->amount, &end);
    if (end == 0) {
        (void)sscanf(line, "transfer %40s %40s %15" SCNu64 "%n", command->from, command->to,
                     &command->amount, &end);
    }
    if (end == 0) {
        (void)sscanf(line, "balance %40s%n", command->from, &end);
    }
    return end > 0 && (size_t)end == bytes.size;
}

static struct strategos_slice text_of(const char *text)
{
    return strategos_slice(text, strlen(text));
}

static enum strategos_outcome answer(struct strategos_reply *reply, enum strategos_outcome outcome,
                                     const char *text)
{
    (void)strategos_reply_append(reply, text_of(text));
    return outcome;
}

static bool load(struct strategos_store *store, const char *name, uint64_t *amount)
{
    struct strategos_slice value;
    *amount = 0;
    if (!strategos_get(store, text_of(name), &value)) {
        return false;
    }
    for (size_t i = 0; i < value.size; i++) {
        *amount = *amount * 10 + (uint64_t)(((const char *)value.data)[i] - '0');
    }
    return true;
}

static bool save(struct strategos_store *store, const char *name, uint64_t amount)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRIu64, amount);
    return strategos_put(store, text_of(name), text_of(text));
}

static enum strategos_outcome query(struct strategos_store *store,
                                    const struct strategos_context *context,
                                    struct strategos_slice bytes, struct strategos_reply *reply)
{
    (void)context;
    struct command command;
    uint64_t amount;
    if (!parse(bytes, &command) || command.verb != 'b') {
        return STRATEGOS_MALFORMED;
    }
    if (!load(store, command.from, &amount)) {
        return answer(reply, STRATEGOS_REFUSED, "no such account");
    }
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRIu64, amount);
    return answer(reply, STRATEGOS_DONE, text);
}

static enum strategos_outcome apply(struct strategos_store *store,
                                    const struct strategos_context *context,
                                    struct strategos_slice bytes, struct strategos_reply *reply)
{
    struct command command;
    uint64_t from;
    uint64_t to;
    if (!parse(bytes, &command) || command.verb == 'b') {
        return query(store, context, bytes, reply);
    }
    bool is_there = load(store, command.from, &from);
    if (command.verb == 'o') {
        if (is_there) {
            return answer(reply, STRATEGOS_REFUSED, "the account exists");
        }
        return save(store, command.from, command.amount) ? STRATEGOS_DONE : STRATEGOS_REFUSED;
    }
    if (!is_there || from < command.amount) {
        return answer(reply, STRATEGOS_REFUSED, "not enough money");
    }
    save(store, command.from, from - command.amount);
    if (!load(store, command.to, &to)) { /* refusing undoes the line above */
        return answer(reply, STRATEGOS_REFUSED, "no such account");
    }
    return save(store, command.to, to + command.amount) ? STRATEGOS_DONE : STRATEGOS_REFUSED;
}

__attribute__((visibility("default"))) const struct strategos_machine strategos_machine = {
    .abi = STRATEGOS_MACHINE_ABI,
    .version = 1,
    .name = "bank",
    .apply = apply,
    .query = query,
};
