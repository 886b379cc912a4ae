/* registers.c - the oracle of linearizability that does not trust the log: for each key, some order
 * of the operations on it explains what clients were told, and keeps real time (register.h).
 *
 * Linearizability is local (Herlihy and Wing): a history is linearizable if, and only if, it is so
 * for each object; so each key is looked at alone, and a scan, which reads many, is left to the
 * reference. Of a batch each key sees a put or a del, which is less than all at once, and sound;
 * one that is malformed has no effect. */
#include "oracles/kind.h"
#include "oracles/register.h"

#include <stdlib.h>

struct registers {
    struct oracle_self self;
    struct oracle_shelf shelf;
    struct oracle_values values;
    struct oracle_map index; /* mark of the key -> register */
    struct oracle_register *items;
    size_t count;
    size_t capacity;
    struct accessed {
        size_t first; /* of its accesses, which lie side by side */
        size_t count;
    } * operations; /* as history->operations, up to the last that has any */
    size_t operation_count;
    size_t operation_capacity;
    struct oracle_access *accesses;
    size_t access_count;
    size_t access_capacity;
};

static size_t register_at(struct registers *registers, struct slice key)
{
    bool is_new;
    struct oracle_mark mark = oracle_mark_of(key);
    uint64_t *index = oracle_map_at(&registers->index, mark.a, mark.b, &is_new);
    if (is_new) {
        *index = registers->count;
        registers->items = oracle_grow(registers->items, registers->count, &registers->capacity,
                                       sizeof *registers->items);
        oracle_register_init(&registers->items[registers->count++],
                             oracle_shelf_keep(&registers->shelf, key));
    }
    return (size_t)*index;
}

static struct accessed *accessed_by(struct registers *registers, uint64_t operation)
{
    while (registers->operation_count <= operation) {
        registers->operations =
            oracle_grow(registers->operations, registers->operation_count,
                        &registers->operation_capacity, sizeof *registers->operations);
        registers->operations[registers->operation_count++] =
            (struct accessed){.first = registers->access_count};
    }
    return &registers->operations[operation];
}

/* Of the newest operation, on `key`; lives until the next one. */
static struct oracle_access *add_access(struct registers *registers, uint64_t operation,
                                        struct slice key)
{
    size_t at = register_at(registers, key);
    accessed_by(registers, operation)->count++;
    size_t access = registers->access_count++;
    registers->accesses = oracle_grow(registers->accesses, access, &registers->access_capacity,
                                      sizeof *registers->accesses);
    registers->accesses[access] = (struct oracle_access){.operation = operation, .key = at};
    oracle_register_add(&registers->items[at], access, false);
    return &registers->accesses[access];
}

static bool is_well_formed(struct slice items)
{
    struct oracle_command item;
    while (items.size != 0) {
        if (!oracle_command_next(&items, &item)) {
            return false;
        }
    }
    return true;
}

/* The access of this batch to the key, if an item before was of it; the last one counts. */
static struct oracle_access *find_access(struct registers *registers, uint64_t operation,
                                         struct slice key)
{
    size_t at = register_at(registers, key);
    const struct accessed *accessed = accessed_by(registers, operation);
    for (size_t i = 0; i < accessed->count; i++) {
        struct oracle_access *access = &registers->accesses[accessed->first + i];
        if (access->key == at) {
            return access;
        }
    }
    return NULL;
}

/* What is deleted is put to nothing: a batch does not say whether it was there. */
static void add_batch(struct registers *registers, uint64_t operation, struct slice items)
{
    struct oracle_command item;
    if (!is_well_formed(items)) {
        return;
    }
    while (items.size != 0 && oracle_command_next(&items, &item)) {
        struct oracle_access *access = find_access(registers, operation, item.key);
        if (access == NULL) {
            access = add_access(registers, operation, item.key);
        }
        access->op = STRATEGOS_KV_PUT;
        access->value = item.op == STRATEGOS_KV_DEL
                            ? ORACLE_ABSENT
                            : oracle_value_of(&registers->values, item.value);
    }
}

static void on_invoked(struct registers *registers, const struct oracle_operation *operation,
                       uint64_t index)
{
    struct oracle_command command;
    if (!oracle_command_read(operation->request, &command) || command.op == STRATEGOS_KV_SCAN) {
        return;
    }
    if (command.op == STRATEGOS_KV_BATCH) {
        add_batch(registers, index, command.items);
        return;
    }
    struct oracle_access *access = add_access(registers, index, command.key);
    access->op = command.op;
    access->by = command.by;
    if (command.op == STRATEGOS_KV_PUT || command.op == STRATEGOS_KV_CAS) {
        access->value = oracle_value_of(&registers->values, command.value);
    }
    if (command.has_expected) {
        access->expected = oracle_value_of(&registers->values, command.expected);
    }
}

/* "0", or "1" and a value; false if it is neither. */
static bool read_optional(struct registers *registers, struct slice bytes, uint32_t *value)
{
    *value = ORACLE_ABSENT;
    if (bytes.size == 0 || bytes.data[0] > 1 || (bytes.data[0] == 0 && bytes.size != 1)) {
        return false;
    }
    if (bytes.data[0] == 1) {
        *value = oracle_value_of(&registers->values, slice_of(bytes.data + 1, bytes.size - 1));
    }
    return true;
}

/* What was returned, in the access's terms; false: no such operation returns this. */
static bool read_answer(struct registers *registers, struct oracle_access *access,
                        struct slice result)
{
    if (access->outcome == OUTCOME_REFUSED) {
        access->code = result.size == 0 ? 0 : result.data[0];
        return access->op != STRATEGOS_KV_CAS ||
               (result.size != 0 &&
                read_optional(registers, slice_of(result.data + 1, result.size - 1),
                              &access->answer));
    }
    if (access->outcome != OUTCOME_DONE) {
        return false;
    }
    switch (access->op) {
    case STRATEGOS_KV_GET:
        return read_optional(registers, result, &access->answer);
    case STRATEGOS_KV_DEL:
        access->code = result.size == 0 ? 0 : result.data[0];
        return result.size == 1 && access->code <= 1;
    case STRATEGOS_KV_INCR:
        access->answer = oracle_value_of(&registers->values, result);
        return true;
    default:
        return result.size == 0;
    }
}

static void note_broken(struct registers *registers, const struct oracle_register *reg,
                        size_t broken)
{
    const struct oracle_history *history = registers->self.history;
    const struct oracle_access *access = &registers->accesses[broken];
    const struct oracle_operation *operation = &history->operations[access->operation];
    char key[17];
    size_t size = reg->key.size < sizeof key - 1 ? reg->key.size : sizeof key - 1;
    bytes_copy(key, reg->key.data, size);
    for (size_t i = 0; i < size; i++) {
        if (key[i] <= ' ' || key[i] > '~') {
            key[i] = '?';
        }
    }
    key[size] = 0;
    oracle_finding_note(&registers->self.finding,
                        "no order of the operations on key %s explains what operation %llu of "
                        "client %zu (request %llu) returned: outcome %d, %zu bytes",
                        key, (unsigned long long)operation->number, operation->client,
                        (unsigned long long)operation->request_number, (int)access->outcome,
                        operation->result_bytes);
}

static void drain(struct registers *registers, struct oracle_register *reg)
{
    size_t broken;
    if (!oracle_register_drain(reg, registers->accesses, &registers->values, &broken)) {
        note_broken(registers, reg, broken);
    }
}

static void end_access(struct registers *registers, const struct oracle_operation *operation,
                       size_t at, struct slice result)
{
    struct oracle_access *access = &registers->accesses[at];
    access->is_ended = true;
    access->is_known = operation->is_known;
    access->is_void = !operation->is_known && !operation->is_sent;
    access->outcome = operation->outcome;
    struct oracle_register *reg = &registers->items[access->key];
    if (access->is_known && !read_answer(registers, access, result)) {
        note_broken(registers, reg, at);
        reg->is_given_up = true;
        return;
    }
    oracle_register_add(reg, at, true);
    drain(registers, reg);
}

static void on_returned(struct registers *registers, const struct oracle_operation *operation,
                        uint64_t index, struct slice result)
{
    struct accessed accessed = *accessed_by(registers, index);
    for (size_t i = 0; i < accessed.count; i++) {
        end_access(registers, operation, accessed.first + i, result);
    }
}

/* What has not returned by the end never will. */
static void on_end(struct registers *registers)
{
    for (size_t i = 0; i < registers->access_count; i++) {
        registers->accesses[i].is_ended = true;
    }
    for (size_t i = 0; i < registers->count; i++) {
        drain(registers, &registers->items[i]);
    }
}

static void see(void *self, const struct sighting *sighting)
{
    struct registers *registers = self;
    const struct oracle_history *history = registers->self.history;
    if (sighting->kind == SIGHT_END) {
        on_end(registers);
    } else if (history->operation != ORACLE_NONE) {
        const struct oracle_operation *operation = &history->operations[history->operation];
        if (sighting->kind == SIGHT_INVOKED) {
            on_invoked(registers, operation, history->operation);
        } else {
            on_returned(registers, operation, history->operation, sighting->result);
        }
    }
}

static void fini(void *self)
{
    struct registers *registers = self;
    oracle_shelf_fini(&registers->shelf);
    oracle_values_fini(&registers->values);
    oracle_map_fini(&registers->index);
    for (size_t i = 0; i < registers->count; i++) {
        oracle_register_fini(&registers->items[i]);
    }
    free(registers->items);
    free(registers->operations);
    free(registers->accesses);
}

const struct oracle_kind oracle_registers = {
    .name = "registers",
    .says = "what clients were told of each key is linearizable, whatever the log says",
    .property = PROPERTY_SAFETY,
    .sights = ORACLE_SIGHT(SIGHT_INVOKED) | ORACLE_SIGHT(SIGHT_RETURNED) | ORACLE_SIGHT(SIGHT_END),
    .self_bytes = sizeof(struct registers),
    .see = see,
    .fini = fini,
};
