/* oracle.h - judges of a whole group's run: what they are shown, and what they say.
 *
 * The world shows everything that happens, in order; an oracle sees of it what it asks for
 * (topic.h), keeps what it needs and notes the first thing that breaks its property. It never
 * touches what it watches. What a traitor does is shown too, marked as such: properties are about
 * loyal replicas and honest clients.
 *
 * What the world owes, so that silence means something and a finding is one:
 *  - STARTED comes before anything that the replica says or decides in that start.
 *  - EFFECT comes when the core emits it; FRAME as it happens, so that what a frame carries is what
 *    was emitted before. A frame to a peer carries all that waits for him.
 *  - SYNCED comes, where it holds, before a record is added to those that it covers, before a frame
 *    leaves and before APPLIED; APPLIED before an answer leaves that may rest on it (but those
 *    that leave while an order is being applied, because they fill a frame).
 *  - An honest client's operations have numbers of their own for the whole run; its requests count
 *    from 1 in each session. INVOKED comes before the SENT of its request; requests are formed in
 *    the order of operations. An operation that ends before it is sent is RETURNED before another
 *    one is SENT; so are, at a restart, those that were not sent.
 *  - RETURNED comes exactly once for each operation, at a client's restart too.
 *
 * Everything shown is borrowed for the call. */
#ifndef STRATEGOS_ORACLES_ORACLE_H
#define STRATEGOS_ORACLES_ORACLE_H

#include "agreement/effect.h"
#include "base/verdict.h"
#include "wire/message.h"

#include <stdbool.h>

#define ORACLE_TEXT_BYTES  256u
#define ORACLE_CLIENTS_MAX 64u

/* What a finding means for the exit code. */
enum property { PROPERTY_SAFETY, PROPERTY_LIVENESS, PROPERTY_INVARIANT };

struct oracle_world { /* what is known beforehand */
    size_t replica_count;
    size_t fault_count; /* f of the configuration */
    uint64_t delta_ns;
    uint64_t time_ahead_ns; /* rule 3: how far ahead of a voter's clock an order may be dated */
    struct digest genesis;
    struct public_key replica_keys[REPLICAS_MAX];
    size_t client_count;
    struct public_key client_keys[ORACLE_CLIENTS_MAX];
    uint64_t honest_clients; /* bit c */
};

enum sight {
    /* Of a replica (`replica`; `is_loyal`: not corrupted up to now). */
    SIGHT_STARTED,   /* restored `height` orders, those above `checkpoint` from its ledger, and is
                        about to say something */
    SIGHT_CRASHED,   /* what was not synced is gone or not: see SIGHT_DISK_LOST */
    SIGHT_CORRUPTED, /* from now on a traitor */
    SIGHT_DISK_LOST, /* came back with an old, empty or damaged disk: counts among the traitors */
    SIGHT_EFFECT,    /* `effect`, as the core emitted it, when its clock showed `wall_ns` */
    SIGHT_SYNCED,    /* all records up to now are on disk */
    SIGHT_FRAME,     /* a frame left for `peer` */
    SIGHT_VERDICT,   /* it judged something that `peer` sent: `verdict`, shown only if that is more
                        than ACCEPTED, STALE or DUPLICATE */
    SIGHT_APPLIED,   /* it has applied all up to `height` */
    SIGHT_STATE,     /* the state that all up to `height` have left has `digest`: at a start, before
                        a crash, and now and then */
    SIGHT_VIEW,      /* it entered `view` */
    SIGHT_USAGE,     /* `bytes` and `count` of the segments it holds, not decided; now and then */
    SIGHT_CHECKPOINT_BEGUN, /* it writes a checkpoint */
    SIGHT_CHECKPOINT,       /* its store holds one of `height`, and it knows */
    SIGHT_STORE_FULL,       /* there was no room for it */
    SIGHT_LEDGER_FULL,      /* there is no room for records: nothing leaves until there is some */
    /* Of a client (`client`). */
    SIGHT_SENT,     /* request `number` of `session` was formed: `request` */
    SIGHT_INVOKED,  /* the application asked: operation `number`, `request` */
    SIGHT_RETURNED, /* operation `number` ended: `outcome`, `result`; is_known false: timed out */
    /* Of the world. */
    SIGHT_CALM, /* faults have ended: network timely, at most f traitors, all others up */
    SIGHT_END,  /* no more comes */
};

struct sighting {
    enum sight kind;
    replica_id replica;
    replica_id peer;
    enum verdict verdict;
    bool is_loyal;
    uint64_t now_ns;
    uint64_t wall_ns; /* since 1970 */
    const struct effect *effect;
    union { /* no kind has more than one of these */
        view_nr view;
        struct {
            height_nr height;
            height_nr checkpoint;
            struct digest digest;
        };
        struct {
            uint64_t bytes;
            uint64_t count;
        };
        struct { /* of a client */
            size_t client;
            uint64_t session;
            uint64_t number;
            bool is_known;
            enum outcome outcome;
            struct slice request;
            struct slice result;
        };
    };
};

/* Whatever the back-off and the traitors' turns as commander: so long after the calm, or after it
 * was asked for, an honest operation is done (oracles/bounds.h says why). The world that wants the
 * liveness oracle to judge lets the calm last longer. */
uint64_t oracle_settle_ns(const struct oracle_world *world);

struct oracle {
    const char *name; /* "agreement" */
    const char *says; /* the property in one sentence */
    enum property property;
    void *self;
    /* NULL: nothing is wrong so far. Otherwise one sentence with numbers in it; the first one. */
    const char *(*finding)(const void *self);
    void (*free)(void *self);
};

/* All oracles there are; each is made fresh for one run. */
#define ORACLES_MAX       24u
#define ORACLE_TOPICS_MAX 64u /* what a sighting may be about: oracles/topic.h */
struct oracle_history;
struct oracle_self;
struct oracles {
    size_t count;
    struct oracle all[ORACLES_MAX];
    struct oracle_seers {
        size_t count;
        struct oracle_self *all[ORACLES_MAX];
    } seers[ORACLE_TOPICS_MAX];
    uint64_t wanted;                /* by anyone: bit t for topic t */
    struct oracle_history *history; /* what happened, for all of them */
    const struct oracle *first;     /* that found something */
};
/* Is not moved while in use. ERROR_MEMORY only. */
MUST_USE enum error oracles_new(struct oracles *oracles, const struct oracle_world *world);
void oracles_free(struct oracles *oracles);
void oracles_see(struct oracles *oracles, const struct sighting *sighting);
/* In the calm: has all come about that liveness and recovery wait for? A world that ends before
 * this, and before oracle_settle_ns have passed, leaves them without a verdict; afterwards there is
 * nothing more to wait for. */
bool oracles_is_settled(const struct oracles *oracles);
/* The oracle that found something first (of several at once, the first of the table); NULL: none.
 */
const struct oracle *oracles_finding(const struct oracles *oracles);

#endif
