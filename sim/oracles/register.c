/* register.c - see register.h. */
#include "oracles/register.h"

#include "oracles/reference.h"

#include <stdlib.h>

struct configurations {
    struct oracle_configuration items[ORACLE_CONFIGURATIONS_MAX];
    size_t count;
    bool is_full;
};

void oracle_values_fini(struct oracle_values *values)
{
    oracle_map_fini(&values->index);
    free(values->items);
}

uint32_t oracle_value_of(struct oracle_values *values, struct slice bytes)
{
    bool is_new;
    struct oracle_mark mark = oracle_mark_of(bytes);
    uint64_t *value = oracle_map_at(&values->index, mark.a, mark.b, &is_new);
    if (is_new) {
        struct oracle_value item = {.number = 0};
        item.is_number = oracle_number_read(bytes, &item.number);
        values->items =
            oracle_grow(values->items, values->count, &values->capacity, sizeof *values->items);
        values->items[values->count++] = item;
        *value = values->count;
    }
    return (uint32_t)*value;
}

void oracle_register_init(struct oracle_register *reg, struct slice key)
{
    *reg = (struct oracle_register){.key = key, .configuration_count = 1};
    reg->configurations =
        oracle_take(ORACLE_CONFIGURATIONS_MAX, sizeof(struct oracle_configuration));
}

void oracle_register_fini(struct oracle_register *reg)
{
    free(reg->events);
    free(reg->configurations);
}

void oracle_register_add(struct oracle_register *reg, size_t access, bool is_end)
{
    if (reg->is_given_up) {
        return;
    }
    reg->events =
        oracle_grow(reg->events, reg->event_count, &reg->event_capacity, sizeof *reg->events);
    reg->events[reg->event_count++] = (struct oracle_event){.access = access, .is_end = is_end};
}

static void give_up(struct oracle_register *reg)
{
    reg->is_given_up = true;
    reg->event_count = 0;
    reg->event_first = 0;
}

static bool refused(const struct oracle_access *access, uint8_t code)
{
    return access->outcome == OUTCOME_REFUSED && access->code == code;
}

static bool apply_cas(const struct oracle_access *access, uint32_t *value)
{
    if (*value != access->expected) {
        return !access->is_known ||
               (refused(access, STRATEGOS_KV_OTHER_VALUE) && access->answer == *value);
    }
    *value = access->value;
    return !access->is_known || access->outcome == OUTCOME_DONE;
}

static bool apply_incr(const struct oracle_access *access, struct oracle_values *values,
                       uint32_t *value)
{
    int64_t number = 0;
    if (*value != ORACLE_ABSENT) {
        if (!values->items[*value - 1].is_number) {
            return !access->is_known || refused(access, STRATEGOS_KV_NOT_A_NUMBER);
        }
        number = values->items[*value - 1].number;
    }
    if (__builtin_add_overflow(number, access->by, &number)) {
        return !access->is_known || refused(access, STRATEGOS_KV_OVERFLOW);
    }
    uint8_t text[ORACLE_NUMBER_BYTES];
    *value = oracle_value_of(values, oracle_number_write(number, text));
    return !access->is_known || (access->outcome == OUTCOME_DONE && access->answer == *value);
}

/* Its effect on the value; false: then it would have returned something else. */
static bool apply(const struct oracle_access *access, struct oracle_values *values, uint32_t *value)
{
    bool is_done = !access->is_known || access->outcome == OUTCOME_DONE;
    bool was_there = *value != ORACLE_ABSENT;
    switch (access->op) {
    case STRATEGOS_KV_GET:
        return is_done && access->answer == *value;
    case STRATEGOS_KV_PUT:
        *value = access->value;
        return is_done;
    case STRATEGOS_KV_DEL:
        *value = ORACLE_ABSENT;
        return is_done && (!access->is_known || access->code == (was_there ? 1 : 0));
    case STRATEGOS_KV_CAS:
        return apply_cas(access, value);
    default:
        return apply_incr(access, values, value);
    }
}

static void clear(struct configurations *set)
{
    set->count = 0; /* what it had room for is not looked at */
    set->is_full = false;
}

static void add(struct configurations *set, struct oracle_configuration configuration)
{
    for (size_t i = 0; i < set->count; i++) {
        if (set->items[i].done == configuration.done &&
            set->items[i].value == configuration.value) {
            return;
        }
    }
    if (set->count == ORACLE_CONFIGURATIONS_MAX) {
        set->is_full = true;
        return;
    }
    set->items[set->count++] = configuration;
}

static bool has_effect(const struct oracle_access *access)
{
    return !access->is_void && (access->is_known || access->op != STRATEGOS_KV_GET);
}

/* All ways on from `from` in which `slot` takes effect next, or something else does first. */
static void go_on(const struct oracle_register *reg, const struct oracle_access *accesses,
                  struct oracle_values *values, uint32_t slot, struct oracle_configuration from,
                  struct configurations *found, struct configurations *more)
{
    for (uint32_t t = 0; t < ORACLE_OPEN_MAX && reg->open >> t != 0; t++) {
        struct oracle_configuration next = from;
        uint32_t bit = UINT32_C(1) << t;
        if ((reg->open & bit) == 0 || (from.done & bit) != 0 ||
            !has_effect(&accesses[reg->slots[t]]) ||
            !apply(&accesses[reg->slots[t]], values, &next.value)) {
            continue;
        }
        next.done |= bit;
        add(t == slot ? found : more, next);
    }
}

/* The access in `slot` has returned: keeps the configurations in which it has had its effect. */
static bool end_known(struct oracle_register *reg, const struct oracle_access *accesses,
                      struct oracle_values *values, uint32_t slot)
{
    struct configurations found;
    struct configurations tried;
    uint32_t bit = UINT32_C(1) << slot;
    const struct oracle_access *access = &accesses[reg->slots[slot]];
    clear(&found);
    clear(&tried);
    for (size_t i = 0; i < reg->configuration_count; i++) {
        add((reg->configurations[i].done & bit) != 0 ? &found : &tried, reg->configurations[i]);
    }
    for (size_t i = 0; i < tried.count; i++) {
        uint32_t value = tried.items[i].value;
        if (access->op == STRATEGOS_KV_GET && apply(access, values, &value)) {
            struct oracle_configuration same =
                tried.items[i]; /* whatever else comes may come later */
            same.done |= bit;
            add(&found, same);
        } else {
            go_on(reg, accesses, values, slot, tried.items[i], &found, &tried);
        }
    }
    if (found.is_full || tried.is_full) {
        give_up(reg);
        return true;
    }
    reg->configuration_count = 0;
    struct configurations kept;
    clear(&kept);
    for (size_t i = 0; i < found.count; i++) {
        found.items[i].done &= ~bit;
        add(&kept, found.items[i]);
    }
    reg->open &= ~bit;
    reg->configuration_count = kept.count;
    memcpy(reg->configurations, kept.items, kept.count * sizeof kept.items[0]);
    return kept.count != 0;
}

/* Ended without an outcome: it may take effect at any later time, unless it cannot have any. */
static void end_unknown(struct oracle_register *reg, const struct oracle_access *access,
                        uint32_t slot)
{
    uint32_t bit = UINT32_C(1) << slot;
    size_t kept = 0;
    if (has_effect(access)) {
        return;
    }
    for (size_t i = 0; i < reg->configuration_count; i++) {
        if ((reg->configurations[i].done & bit) == 0) {
            reg->configurations[kept++] = reg->configurations[i];
        }
    }
    reg->configuration_count = kept;
    reg->open &= ~bit;
}

static uint32_t slot_of(const struct oracle_register *reg, size_t access)
{
    uint32_t slot = 0;
    while ((reg->open >> slot & 1) == 0 || reg->slots[slot] != access) {
        slot++;
    }
    return slot;
}

static bool is_answered(const struct oracle_register *reg, const struct oracle_access *accesses)
{
    for (uint32_t slot = 0; slot < ORACLE_OPEN_MAX && reg->open >> slot != 0; slot++) {
        if ((reg->open >> slot & 1) != 0 && !accesses[reg->slots[slot]].is_ended) {
            return false;
        }
    }
    return true;
}

static void begin(struct oracle_register *reg, size_t access)
{
    uint32_t slot = 0;
    while (slot < ORACLE_OPEN_MAX && (reg->open >> slot & 1) != 0) {
        slot++;
    }
    if (slot == ORACLE_OPEN_MAX) {
        give_up(reg);
        return;
    }
    reg->open |= UINT32_C(1) << slot;
    reg->slots[slot] = access;
}

bool oracle_register_drain(struct oracle_register *reg, const struct oracle_access *accesses,
                           struct oracle_values *values, size_t *broken)
{
    while (!reg->is_given_up && reg->event_first < reg->event_count) {
        const struct oracle_event *event = &reg->events[reg->event_first];
        if (!event->is_end) {
            reg->event_first++;
            begin(reg, event->access);
            continue;
        }
        if (!is_answered(reg, accesses)) {
            return true;
        }
        size_t access = event->access;
        uint32_t slot = slot_of(reg, access);
        reg->event_first++;
        if (!accesses[access].is_known) {
            end_unknown(reg, &accesses[access], slot);
        } else if (!end_known(reg, accesses, values, slot)) {
            *broken = access;
            give_up(reg);
            return false;
        }
    }
    if (reg->event_first == reg->event_count) {
        reg->event_first = 0;
        reg->event_count = 0;
    }
    return true;
}
