/* trace_text.h - messages, effects and ends of frames in words, for traces and pages.
 *
 * Digests are cut to their first 4 hexadecimal digits (8 in the long form), clients are named by
 * their customer's number, and what a stranger wrote is cut and made printable: a line stays a
 * line. The long form adds who signed and what requests say. */
#ifndef STRATEGOS_CLUSTER_TRACE_TEXT_H
#define STRATEGOS_CLUSTER_TRACE_TEXT_H

#include "base/arena.h"
#include "base/buffer.h"
#include "cluster/world.h"

/* Who is called what. Learns from what happens which process is whose twin. */
struct trace_names {
    const struct plan *plan;
    struct public_key customers[PLAN_CUSTOMERS_MAX];
    replica_id twin_to_come; /* REPLICAS_MAX: none */
    size_t twin_count;
    replica_id twins[WORLD_PROCESSES_MAX - REPLICAS_MAX]; /* of process replica_count + k */
};

/* `plan` outlives it. */
void trace_names_init(struct trace_names *names, const struct plan *plan);
void trace_names_see(struct trace_names *names, const struct sighting *sighting);
void trace_names_happen(struct trace_names *names, const struct happening *happening);

/* "0", a twin "0'", a customer "c0". */
#define TRACE_END_BYTES 16u
void trace_end_text(const struct trace_names *names, uint32_t end, char text[TRACE_END_BYTES]);

/* As printf, at the end of `out`. */
__attribute__((format(printf, 2, 3))) void trace_put(struct buffer *out, const char *format, ...);

/* Each appends one message and no newline. */
void trace_put_peer(struct buffer *out, const struct trace_names *names,
                    const struct peer_message *message, bool is_long);
void trace_put_client(struct buffer *out, const struct trace_names *names,
                      const struct client_message *message, bool is_long);
void trace_put_replica(struct buffer *out, const struct replica_message *message, bool is_long);
/* A command of the kv machine. */
void trace_put_command(struct buffer *out, struct slice command);
/* What an effect does; false if it is a message, which shows as a frame. */
bool trace_put_effect(struct buffer *out, const struct trace_names *names,
                      const struct effect *effect, bool is_long);
const char *trace_outcome_name(enum outcome outcome); /* "done" */
void trace_put_vote(struct buffer *out, const struct vote *vote, bool is_long);

/* What travels in a frame, so that kinds can be told apart. */
enum trace_kind {
    TRACE_SEGMENT,
    TRACE_CERTIFICATE,
    TRACE_PROPOSAL,
    TRACE_VOTE,
    TRACE_BLOCK,
    TRACE_ASK,
    TRACE_HEARTBEAT,
    TRACE_REQUEST, /* of a client */
    TRACE_ANSWER,  /* to one */
    TRACE_GARBAGE,
    TRACE_KIND_COUNT
};
const char *trace_kind_name(enum trace_kind kind);

/* Decodes a frame by who sent it to whom, in memory of `arena`, and tells each message. */
struct trace_listener {
    void *context;
    /* `text` is borrowed for the call. */
    void (*on_message)(void *context, enum trace_kind kind, struct slice text);
};
void trace_tell_frame(const struct trace_names *names, const struct happening *happening,
                      struct arena *arena, bool is_long, const struct trace_listener *listener);

#endif
