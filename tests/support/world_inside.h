/* world_inside.h - what the files of the small world share. Only for them. */
#ifndef STRATEGOS_TESTS_SUPPORT_WORLD_INSIDE_H
#define STRATEGOS_TESTS_SUPPORT_WORLD_INSIDE_H

#include "support/world.h"

#define SAID_VIEWS  4096u
#define ARENA_BYTES (8u << 20)

struct world_event {
    uint64_t at_ns;
    uint64_t number;
    size_t from; /* node; or client, if is_client */
    size_t to;
    bool is_client;
    struct buffer frame;
};

/* world_keys.c */
void world_sign_own(void *context, const struct digest *digest, struct signature *signature);

/* world_network.c */
void world_push(struct world *world, struct world_event event, struct slice bytes);
struct world_event world_pop(struct world *world);
bool world_chance(struct world *world, unsigned percent);
uint64_t world_delay(struct world *world);
void world_send_frame(struct world *world, size_t from, size_t to, struct slice frame);

/* world_judge.c */
void world_note_fault(struct world *world, const char *fault);
void world_judge_vote(struct world *world, replica_id id, const struct vote *vote);
void world_judge_send(struct world *world, struct world_node *node, const struct effect *effect);
bool world_is_twin(const struct world *world, replica_id id);

/* world_effects.c */
struct effects world_effects(struct world *world, size_t node);

/* world_node.c */
struct replica_time world_time(const struct world *world, size_t node);
void world_boot(struct world *world, size_t number);
void world_end_turn(struct world *world, size_t number);

#endif
