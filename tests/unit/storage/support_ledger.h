/* support_ledger.h - a scripted ledger and a record of what it should hold. */
#ifndef STRATEGOS_TESTS_STORAGE_SUPPORT_LEDGER_H
#define STRATEGOS_TESTS_STORAGE_SUPPORT_LEDGER_H

#include "storage/ledger.h"

#define SCRIPT_RECORDS_MAX 4096u
#define SCRIPT_BODY_MAX    3000u

/* What was appended, in order. Body bytes are a function of seed and index. */
struct script {
    uint64_t seed;
    size_t count;  /* appended */
    size_t synced; /* of these, covered by a sync that succeeded */
    uint64_t locations[SCRIPT_RECORDS_MAX];
};

extern const struct ledger_identity script_identity;
extern const struct checksum_key script_id; /* of the ledger; keys its index too */

/* The index-th record of the script. `body` has SCRIPT_BODY_MAX bytes. */
struct slice script_record(const struct script *script, size_t index, enum ledger_record *type,
                           uint8_t *body);

/* Appends the next `count` records and syncs. */
enum error script_turn(struct script *script, struct ledger *ledger, size_t count);

/* A visitor that demands exactly the script's records from `first` on. */
struct script_check {
    const struct script *script;
    size_t next;
    bool is_wrong;
};
struct ledger_visitor script_visitor(struct script_check *check, const struct script *script,
                                     size_t first);

#endif
