/* ports.h - the world as a replica's shell sees it: links, clock, disk, keys, a second thread.
 *
 * The daemon puts sockets and files behind it, the simulator its own network and disks; the shell
 * cannot tell which. Whoever stands between - a traitor - changes what goes through here and never
 * the shell. All calls are made from the thread that turns the shell. */
#ifndef STRATEGOS_NODE_PORTS_H
#define STRATEGOS_NODE_PORTS_H

#include "agreement/authority.h"
#include "agreement/effect.h"
#include "base/error.h"
#include "crypto/checksum.h"
#include "machine/store.h"
#include "storage/file.h"
#include "strategos/machine.h"
#include "transport/events.h"

struct ports {
    void *self; /* first argument of the functions below */

    /* Given at the start and borrowed to the end. */
    struct authority authority;
    struct folder ledger;
    struct store store; /* open, and refreshed once */
    const struct strategos_machine *machine;
    void *core_memory;             /* replica_memory_size() zeroed bytes */
    uint64_t seed;                 /* spreads retries over peers */
    struct checksum_key index_key; /* random: hashes what others choose */

    uint64_t (*monotonic_ns)(void *self);
    uint64_t (*wall_ns)(void *self); /* since 1970 */
    /* Asked now and then during a long start: should it end? */
    bool (*is_stop_wanted)(void *self);

    /* Links to peers. */
    bool (*receive_frame)(void *self, uint64_t now_ns, struct peers_event *event);
    void (*send_frame)(void *self, replica_id to, struct slice frame, uint64_t now_ns);
    uint64_t (*tick_links)(void *self, uint64_t now_ns); /* when it wants to be called next */
    bool (*is_connected)(void *self, replica_id id, uint64_t now_ns);

    /* Links to clients. */
    bool (*receive_request)(void *self, uint64_t now_ns, struct listener_event *event);
    void (*send_answer)(void *self, link_nr link, struct slice frame, uint64_t now_ns);
    size_t (*client_count)(void *self, uint64_t now_ns);

    /* What is left. False: unknown. */
    bool (*free_bytes)(void *self, uint64_t *bytes);
    bool (*is_short_of_descriptors)(void *self);

    /* Runs `work` with `context` on another thread, or at once: node_on_checkpoint follows when it
     * is done. False: not now, try again later. */
    bool (*begin_work)(void *self, void (*work)(void *context), void *context);
    void (*finish_work)(void *self); /* waits until what was begun is done */

    /* For those who look on; NULL: nobody does. */
    void (*on_effect)(void *self, const struct effect *effect); /* before it is carried out */
    void (*on_verdict)(void *self, replica_id from, enum verdict verdict);
};

#endif
