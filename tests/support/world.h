/* world.h - a small deterministic world: several replica cores over a seeded network in virtual
 * time, each with a ledger in memory that forgets what was not synced, and clients. Signatures are
 * ideal: a keyed digest that nobody computes for a key that is not his.
 *
 * A node is one running core. Two nodes may be the same replica: twins that share a key, which is
 * how a traitor talks differently to different peers.
 *
 * Oracles note the first thing that goes wrong in `fault`, and go on:
 *   agreement, order (every segment once, in order, as its client meant it), contradiction (two
 *   votes that no replica may say both), unsynced (a vote that is not on disk). */
#ifndef STRATEGOS_TESTS_SUPPORT_WORLD_H
#define STRATEGOS_TESTS_SUPPORT_WORLD_H

#include "base/prng.h"
#include "replica/replica.h"
#include "wire/codec.h"

#define WORLD_NODES_MAX   32u
#define WORLD_CLIENTS_MAX 8u
#define WORLD_SAID_MAX    256u
#define WORLD_LANE_MAX    4096u
#define MS                UINT64_C(1000000)

struct world_settings {
    size_t replica_count;
    size_t fault_count;
    size_t node_count; /* 0: as many as replicas */
    size_t client_count;
    uint64_t seed;
    uint64_t delta_ns;
    uint64_t delay_min_ns;
    uint64_t delay_max_ns;
    unsigned loss_percent;
    unsigned duplicate_percent;
    unsigned client_loss_percent;
    bool breaks_durable; /* negative control: votes lose their mark */
};

struct world_record {
    enum effect_kind kind;
    struct buffer bytes;
    height_nr height; /* of a DECIDED one */
};

struct world_node {
    replica_id id;
    struct replica *core; /* NULL: down */
    void *memory;
    struct world_record *records;
    size_t record_count;
    size_t record_capacity;
    size_t synced;                            /* records */
    struct buffer held_back[WORLD_NODES_MAX]; /* messages of this turn that wait for the sync */
    struct vote said[WORLD_SAID_MAX];         /* in this turn: said once it is synced */
    size_t said_count;
    uint64_t crash_in; /* effects from now; 0: never */
    bool is_crashing;
    bool is_applying; /* decided orders are applied at the end of each turn */
    height_nr height;
    uint64_t tips[WORLD_CLIENTS_MAX]; /* of each client's session, decided */
    uint64_t sent_count;
};

struct world_client {
    struct public_key key;
    uint64_t session;
    struct buffer segments[WORLD_LANE_MAX]; /* encoded; [0] is segment 1 */
    struct digest digests[WORLD_LANE_MAX];  /* chain digest of each */
    size_t made;
    size_t decided;
    uint64_t retry_at_ns;
};

struct world_event;

struct world {
    struct world_settings settings;
    struct prng prng;
    uint64_t now_ns;
    struct public_key keys[REPLICAS_MAX];
    struct public_key client_keys[WORLD_CLIENTS_MAX];
    struct world_node nodes[WORLD_NODES_MAX];
    struct world_client clients[WORLD_CLIENTS_MAX];
    bool is_linked[WORLD_NODES_MAX][WORLD_NODES_MAX];
    struct world_event *events; /* a heap */
    size_t event_count;
    size_t event_capacity;
    uint64_t event_number;
    struct digest *log; /* digest of each decided height, the first one seen */
    size_t log_count;
    struct digest *said; /* [replica][view][kind]; zeros: nothing */
    uint8_t *arena_memory;
    uint64_t steps;
    uint64_t trace; /* of everything that was delivered: the same seed gives the same */
    const char *fault;
    uint64_t busy_count;
    uint64_t gone_count;
    size_t (*on_message)(struct world *world, size_t from, size_t to); /* a test's own faults */
};

struct world *world_new(const struct world_settings *settings);
void world_free(struct world *world);

void world_link(struct world *world, size_t a, size_t b, bool is_linked);
void world_link_all(struct world *world);

/* One more segment on a client's lane, sent to every node (each copy may be lost). */
void world_request(struct world *world, size_t client, const char *text);

/* Everything due until then. */
void world_run(struct world *world, uint64_t duration_ns);

/* Until every node that is up has decided all that clients asked for; false: not in that time. */
bool world_settle(struct world *world, uint64_t limit_ns);

void world_crash(struct world *world, size_t node);
/* `keeps_ledger` false: comes back empty, which no loyal replica may. */
void world_restart(struct world *world, size_t node, bool keeps_ledger);

/* Replaces a node's records by its decided orders and what replica_dump gives. */
void world_dump(struct world *world, size_t node);

/* Hands `message` to a node as if `from` had sent it just now, and gives it a turn. */
enum verdict world_inject(struct world *world, replica_id from, size_t to,
                          const struct peer_message *message);
void world_turn(struct world *world, size_t node);

/* Ideal signatures. */
void world_sign(const struct public_key *key, const struct digest *digest,
                struct signature *signature);
bool world_verify(void *context, const struct public_key *key, const struct digest *digest,
                  const struct signature *signature);
void world_key(char kind, size_t number, struct public_key *key);

/* A signed segment with one request, encoded into `encoded`; *segment points into it. *digest is
 * its chain digest. */
void world_segment(const struct lane_id *lane, uint64_t sequence, const struct digest *previous,
                   const char *text, struct buffer *encoded, struct segment *segment,
                   struct digest *digest);
void world_genesis(struct digest *genesis);

/* The oracle of decided orders, called for every decision; public so that it can be tried. */
void world_judge(struct world *world, size_t node, const struct decision *decision);

#endif
