/* node.h - the shell of one replica: around the pure core, between it and the world (ports.h).
 *
 * One thread turns it; a checkpoint may be written on another meanwhile. The caller waits for
 * something to come, or until node_deadline, and calls node_turn. */
#ifndef STRATEGOS_NODE_NODE_H
#define STRATEGOS_NODE_NODE_H

#include "config/group.h"
#include "machine/executor.h"
#include "node/ports.h"
#include "replica/replica.h"

struct node_settings {
    const struct group *group;
    replica_id id;
    const char *data_path; /* for messages */
    struct checkpoint_limits checkpoint;
};

struct node;

/* Replays the ledger up to where the replica stood. `settings` outlives the node. An error leaves
 * nothing behind. If is_stop_wanted said so, OK, and node_is_stopping. */
MUST_USE enum error node_open(struct node **node, const struct node_settings *settings,
                              const struct ports *ports, struct error_text *text);
/* Finishes a checkpoint that is under way; syncs, if `is_clean`: otherwise as if the power failed.
 * False if it has failed, now or before. */
bool node_close(struct node *node, bool is_clean);

/* The links are open from now on. */
void node_start(struct node *node);

/* What may have come since the last turn. */
struct node_ready {
    bool frames;
    bool requests;
};

/* Whether it takes anything in now; if not, waiting for input is in vain. */
bool node_takes_input(const struct node *node);
/* Monotonic ns at which it wants a turn though nothing comes; 0: at once. */
uint64_t node_deadline(const struct node *node);
void node_turn(struct node *node, struct node_ready ready);
/* The work that was begun is done. */
void node_on_checkpoint(struct node *node);

/* It said why on the log and must be closed. */
bool node_has_failed(const struct node *node);
bool node_is_stopping(const struct node *node);

/* For those who look on: oracles, tests. */
struct replica *node_core(struct node *node);
height_nr node_height(const struct node *node); /* applied */
/* The disk has no room for its records: nothing leaves. */
bool node_is_paused(const struct node *node);
/* Whether everything that was persisted is on disk, as far as the ledger knows. */
bool node_is_synced(const struct node *node);
/* The digest of the state if it is complete at node_height. */
bool node_digest(struct node *node, struct digest *digest);

#endif
