/* register.h - one key as clients saw it: is there an order of the operations on it that explains
 * all their results and keeps real time? A search with memory, after Wing and Gong, "Testing and
 * verifying concurrent objects", and Lowe, "Testing for linearizability": a configuration is a
 * value of the key, and which of the operations under way have had their effect already; each
 * return keeps those in which the operation has, and finds them by trying what is under way in
 * every order.
 *
 * Bounded: beyond ORACLE_OPEN_MAX operations under way, of which those without a known outcome are
 * for ever, or ORACLE_CONFIGURATIONS_MAX, the key is given up: nothing more is said of it.
 *
 * Knows nothing of a log. An answer must be known before its operation may be tried, so events wait
 * in a queue until all operations that were under way then have ended. */
#ifndef STRATEGOS_ORACLES_REGISTER_H
#define STRATEGOS_ORACLES_REGISTER_H

#include "oracles/map.h"
#include "oracles/oracle.h"
#include "oracles/shelf.h"

#define ORACLE_OPEN_MAX           32u
#define ORACLE_CONFIGURATIONS_MAX 256u
#define ORACLE_ABSENT             0u /* the value of a key that is not there */

/* Values by number: equal bytes, equal numbers. */
struct oracle_values {
    struct oracle_map index;
    struct oracle_value {
        bool is_number;
        int64_t number;
    } * items; /* value v at v - 1 */
    size_t count;
    size_t capacity;
};
uint32_t oracle_value_of(struct oracle_values *values, struct slice bytes);
void oracle_values_fini(struct oracle_values *values);

/* An operation on one key, and its answer. */
struct oracle_access {
    uint64_t operation; /* index in the history */
    size_t key;         /* which register */
    uint8_t op;         /* enum strategos_kv_op: get, put, del, cas, incr */
    uint32_t value;     /* put, cas */
    uint32_t expected;  /* cas */
    int64_t by;         /* incr */
    bool is_ended;
    bool is_known;
    bool is_void; /* never sent: has no effect, ever */
    enum outcome outcome;
    uint8_t code;    /* of a refusal; del: was it there */
    uint32_t answer; /* get, refused cas, incr: a value */
};

struct oracle_register {
    struct slice key;
    bool is_given_up;
    struct oracle_event {
        size_t access;
        bool is_end;
    } * events; /* that wait */
    size_t event_first;
    size_t event_count;
    size_t event_capacity;
    uint32_t open; /* slots in use */
    size_t slots[ORACLE_OPEN_MAX];
    struct oracle_configuration {
        uint32_t done; /* of the open ones */
        uint32_t value;
    } * configurations;
    size_t configuration_count;
};

void oracle_register_init(struct oracle_register *reg, struct slice key);
void oracle_register_fini(struct oracle_register *reg);
void oracle_register_add(struct oracle_register *reg, size_t access, bool is_end);
/* Tries all that can be tried now. False: nothing explains what access *broken returned. */
bool oracle_register_drain(struct oracle_register *reg, const struct oracle_access *accesses,
                           struct oracle_values *values, size_t *broken);

#endif
