/* reference.h - what the key-value machine must answer: a model of strategos/kv.h of its own, made
 * from that text and not from the machine's code, so that a mistake in one shows against the
 * other. */
#ifndef STRATEGOS_ORACLES_REFERENCE_H
#define STRATEGOS_ORACLES_REFERENCE_H

#include "base/buffer.h"
#include "base/omap.h"
#include "strategos/kv.h"
#include "wire/message.h"

/* What a command asks for, taken apart. */
struct oracle_command {
    uint8_t op; /* enum strategos_kv_op */
    struct slice key;
    struct slice value;
    bool has_expected;
    struct slice expected;
    int64_t by;
    uint32_t limit;
    bool has_after;
    struct slice after;
    struct slice items; /* of a batch */
};
/* False: malformed. A batch's items are only looked at by oracle_command_next. */
bool oracle_command_read(struct slice bytes, struct oracle_command *command);
/* Takes the first item of a batch; false: there is none that is well-formed. */
bool oracle_command_next(struct slice *items, struct oracle_command *item);

/* The canonical text of an i64. */
bool oracle_number_read(struct slice text, int64_t *number);
#define ORACLE_NUMBER_BYTES 21u
struct slice oracle_number_write(int64_t number, uint8_t out[ORACLE_NUMBER_BYTES]);

struct oracle_reference {
    struct omap values;
    struct buffer result; /* of the last command */
};
void oracle_reference_init(struct oracle_reference *reference);
void oracle_reference_fini(struct oracle_reference *reference);
/* Executes; the result is in reference->result until the next call. `read_only` as its segment
 * says. */
enum outcome oracle_reference_execute(struct oracle_reference *reference, struct slice request,
                                      bool read_only);

#endif
