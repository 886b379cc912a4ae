/* transaction.h - the store as one command sees it: implements strategos_store over the state. A
 * command's writes collect here and reach the state only by transaction_keep. */
#ifndef STRATEGOS_MACHINE_TRANSACTION_H
#define STRATEGOS_MACHINE_TRANSACTION_H

#include "machine/state.h"
#include "strategos/machine.h"

struct transaction {
    struct strategos_store interface; /* first: the machine gets a pointer to it */
    struct state *state;
    bool is_read_only;
    struct changes pending;
    uint8_t key[1 + STRATEGOS_KEY_BYTES_MAX + 1]; /* the key asked for, prefixed */
};

void transaction_init(struct transaction *transaction, struct state *state, bool is_read_only);
void transaction_fini(struct transaction *transaction);

/* Ends a command: its writes are applied, or forgotten. */
void transaction_keep(struct transaction *transaction);
void transaction_drop(struct transaction *transaction);

#endif
