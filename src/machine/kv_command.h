/* kv_command.h - what the bytes of a kv command say: the reading half of strategos/kv.h, for the
 * machine. */
#ifndef STRATEGOS_MACHINE_KV_COMMAND_H
#define STRATEGOS_MACHINE_KV_COMMAND_H

#include "base/bytes.h"
#include "strategos/kv.h"

struct kv_command {
    enum strategos_kv_op op;
    struct slice key; /* of a scan: the prefix */
    struct slice value;
    bool has_expected;
    struct slice expected;
    int64_t by;
    uint32_t limit;
    bool has_after;
    struct slice after;
    struct slice rest; /* of a batch: its items */
};

/* False if it is malformed or out of bounds. A batch's items are only looked at by
 * kv_batch_next. */
bool kv_command_decode(struct slice bytes, struct kv_command *command);

/* Takes the first put or del off `rest`; false if there is none there. */
bool kv_batch_next(struct slice *rest, struct kv_command *item);

/* The text of an i64, exactly as kv_number_format writes it. */
bool kv_number_parse(struct slice text, int64_t *value);

#define KV_NUMBER_BYTES_MAX 20u
size_t kv_number_format(int64_t value, char text[KV_NUMBER_BYTES_MAX + 1]);

#endif
