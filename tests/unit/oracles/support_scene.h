/* support_scene.h - histories by hand: four replicas (f = 1) and three clients, of which sightings
 * are made up one by one and shown to all oracles. Nothing runs: a test says what happens. */
#ifndef STRATEGOS_TESTS_ORACLES_SCENE_H
#define STRATEGOS_TESTS_ORACLES_SCENE_H

#include "oracles/oracle.h"
#include "oracles/shelf.h"
#include "strategos/kv.h"

#define SCENE_REPLICAS   4u
#define SCENE_CLIENTS    3u
#define SCENE_ORDERS_MAX 32u
#define SCENE_MS         UINT64_C(1000000)
#define SCENE_DELTA_NS   (100 * SCENE_MS)
#define SCENE_AHEAD_NS   (500 * SCENE_MS)

struct scene_lane {
    struct lane_id id;
    uint64_t sequence;
    struct digest tip;
    uint64_t requests;
    uint64_t operations;
};

struct scene {
    struct oracles oracles;
    struct oracle_world world;
    struct oracle_shelf shelf;
    uint64_t now_ns;
    uint64_t wall_ns; /* what all replicas' clocks show */
    struct scene_lane lanes[SCENE_CLIENTS];
    height_nr height; /* of the last order that all decided */
    struct decision orders[SCENE_ORDERS_MAX];
    size_t order_count;
};

/* All replicas start; bit c of `honest`: client c is. */
void scene_begin(struct scene *scene, uint64_t honest);
void scene_end(struct scene *scene);

/* What the oracle of that name found; NULL: nothing. Fails the test if there is none. */
const char *scene_finding(const struct scene *scene, const char *oracle);
/* It found something, and its text has all of these words, separated by '|'. */
void scene_assert_found(const struct scene *scene, const char *oracle, const char *words);
/* But for the oracles of quorums and of grounds: few scenes show all votes and all records. */
void scene_assert_silent(const struct scene *scene);

/* Fills in time, clock and loyalty. */
void scene_see(struct scene *scene, struct sighting sighting);
void scene_pass(struct scene *scene, uint64_t duration_ns);

void scene_replica(struct scene *scene, enum sight kind, replica_id replica);
void scene_start(struct scene *scene, replica_id replica, height_nr height);
void scene_applied(struct scene *scene, replica_id replica, height_nr height);
void scene_frame(struct scene *scene, replica_id replica, replica_id peer);
void scene_effect(struct scene *scene, replica_id replica, const struct effect *effect);
void scene_send(struct scene *scene, replica_id replica, replica_id to,
                const struct peer_message *message);
void scene_verdict(struct scene *scene, replica_id by, replica_id of, enum verdict verdict);
void scene_world(struct scene *scene, enum sight kind);

struct digest scene_digest(uint8_t first);

/* Commands; they live as long as the scene. */
struct slice scene_put(struct scene *scene, const char *key, const char *value);
struct slice scene_get(struct scene *scene, const char *key);
struct slice scene_del(struct scene *scene, const char *key);
struct slice scene_cas(struct scene *scene, const char *key, const char *expected,
                       const char *value);
/* Puts `key`, or deletes it if `value` is NULL; then deletes `other`. */
struct slice scene_batch(struct scene *scene, const char *key, const char *value,
                         const char *other);
/* Puts `key`, and ends within what should come next. */
struct slice scene_cut_batch(struct scene *scene, const char *key, const char *value);
struct slice scene_incr(struct scene *scene, const char *key, int64_t by);

/* Clients. scene_ask returns the operation's number. */
uint64_t scene_ask(struct scene *scene, size_t client, struct slice command);
void scene_told(struct scene *scene, size_t client, uint64_t number, enum outcome outcome,
                struct slice result);
void scene_timed_out(struct scene *scene, size_t client, uint64_t number);
void scene_session(struct scene *scene, size_t client, uint64_t session);
/* A segment of these requests; `is_seen`: each is shown as SENT. */
struct segment scene_segment(struct scene *scene, size_t client, const struct slice *requests,
                             size_t count, bool is_seen);

/* An order that advances its lanes to these segments' ends. */
struct decision *scene_order(struct scene *scene, view_nr view, height_nr height,
                             const struct segment *segments, size_t count);
/* What its commander does with it. */
void scene_propose(struct scene *scene, const struct decision *decision);
void scene_decide(struct scene *scene, replica_id replica, const struct decision *decision);
/* Proposed, decided by all, synced. */
void scene_commit(struct scene *scene, const struct decision *decision);
/* One client's request from question to commit, in an order of its own. Returns the operation. */
uint64_t scene_do(struct scene *scene, size_t client, struct slice command);

#endif
