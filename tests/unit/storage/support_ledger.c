/* support_ledger.c - see support_ledger.h. */
#include "support_ledger.h"

#include "base/assert.h"
#include "base/prng.h"

const struct ledger_identity script_identity = {
    .genesis = {{1, 2, 3}}, .replica = {{4, 5, 6}}, .id = 2};
const struct checksum_key script_id = {{7, 8, 9}};

struct slice script_record(const struct script *script, size_t index, enum ledger_record *type,
                           uint8_t *body)
{
    struct prng prng;
    prng_init(&prng, script->seed * 1000003 + index);
    *type = (enum ledger_record)(1 + prng_below(&prng, LEDGER_LIVE));
    uint64_t bound = prng_below(&prng, 4) == 0 ? SCRIPT_BODY_MAX : 120;
    size_t size = (size_t)prng_below(&prng, bound);
    for (size_t i = 0; i < size; i++) {
        body[i] = (uint8_t)prng_next(&prng);
    }
    return slice_of(body, size);
}

enum error script_turn(struct script *script, struct ledger *ledger, size_t count)
{
    uint8_t body[SCRIPT_BODY_MAX];
    for (size_t i = 0; i < count; i++) {
        ASSERT(script->count < SCRIPT_RECORDS_MAX);
        enum ledger_record type;
        struct slice bytes = script_record(script, script->count, &type, body);
        script->locations[script->count] = ledger_append(ledger, type, bytes);
        script->count++;
    }
    TRY(ledger_sync(ledger));
    script->synced = script->count;
    return OK;
}

static enum error on_record(void *context, uint64_t location, enum ledger_record type,
                            struct slice bytes)
{
    struct script_check *check = context;
    if (check->next >= check->script->count) {
        check->is_wrong = true;
        return OK;
    }
    uint8_t body[SCRIPT_BODY_MAX];
    enum ledger_record wanted_type;
    struct slice wanted = script_record(check->script, check->next, &wanted_type, body);
    if (type != wanted_type || location != check->script->locations[check->next] ||
        !slice_is_equal(bytes, wanted)) {
        check->is_wrong = true;
    }
    check->next++;
    return OK;
}

struct ledger_visitor script_visitor(struct script_check *check, const struct script *script,
                                     size_t first)
{
    *check = (struct script_check){.script = script, .next = first};
    return (struct ledger_visitor){.context = check, .on_record = on_record};
}
