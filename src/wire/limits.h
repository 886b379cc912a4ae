/* limits.h - every bound of the system, on one page.
 *
 * Whatever is decoded, stored, queued or looped over is bounded by a number here. Bounds that a
 * user may set have their defaults and ranges in config/parameter.c; those never pass these. */
#ifndef STRATEGOS_WIRE_LIMITS_H
#define STRATEGOS_WIRE_LIMITS_H

#define WIRE_VERSION   1u /* of the schema and of what signatures cover */
#define LEDGER_VERSION 1u
#define STORE_VERSION  1u
#define CONFIG_VERSION 1u

/* The group. */
#define REPLICAS_MIN            4u
#define REPLICAS_MAX            31u
#define CLIENTS_MAX             128u /* keys in the group file */
#define SESSIONS_PER_CLIENT_MAX 64u  /* the newest are kept; older numbers are refused for ever */
/* Decided sessions in all; beyond it the client that has most loses its lowest. */
#define LANES_MAX               (CLIENTS_MAX * SESSIONS_PER_CLIENT_MAX)
/* Client keys of which something was ever decided, in a group's whole life: what lets a session
 * that was pushed out never look new. Once so many are known, what orders name of others is void,
 * for every replica alike, whatever its group file says. */
#define CLIENTS_EVER_MAX        1024u

/* Requests and segments. */
#define REQUEST_BYTES_MAX      (256u << 10)
#define SEGMENT_REQUESTS_MAX   1024u
#define SEGMENT_BODY_BYTES_MAX (REQUEST_BYTES_MAX + 4096u)
#define SEGMENT_BYTES_MAX      (SEGMENT_BODY_BYTES_MAX + 256u) /* encoded, with its signature */
#define REPLY_BYTES_MAX        (REQUEST_BYTES_MAX + 1024u)

/* Lanes: what one client session may have under way, and all together. */
#define LANE_SEGMENTS_MAX  64u
#define LANE_BYTES_MAX     (1u << 20)
#define SEGMENT_POOL_BYTES (64u << 20) /* address space; touched only when used */

/* Orders and views. */
#define TIPS_PER_ORDER_MAX 256u
#define ORDER_SEGMENT_BYTES_MAX                                                                    \
    (640u << 10)                   /* encoded segments newly covered: a block fits a frame */
#define VIEW_WINDOW           512u /* views kept above the last finalized one */
#define BACKOFF_DOUBLINGS_MAX 6u
#define ORDER_POOL_BYTES      (16u << 20)

/* Sessions in the replicated state. */
#define REPLIES_PER_SESSION_MAX 8192u
#define REPLY_CACHE_BYTES_MAX   (256u << 10) /* per session; the newest reply is always kept */

/* Frames. */
#define FRAME_BYTES_MAX        (1u << 20) /* plaintext of one link frame */
#define FRAME_MESSAGES_MAX     1024u /* the fullest frame still decodes within DECODE_BYTES_MAX */
#define DECODE_BYTES_MAX       (8u << 20) /* arena for one frame; touched only when used */
#define BLOCKS_PER_ANSWER_MAX  16u
#define LOG_ENTRIES_MAX        1024u       /* orders in one part of the log */
#define PEER_QUEUE_BYTES_MAX   (8u << 20)  /* waiting for one peer's socket */
#define CLIENT_QUEUE_BYTES_MAX (4u << 20)  /* waiting for one client */
#define REPLY_FRAME_BYTES_MAX  (64u << 10) /* raw REP drops beyond 128 KB unacknowledged */

/* Text. */
#define NAME_BYTES_MAX         64u
#define MACHINE_NAME_BYTES_MAX 255u

/* Time. */
#define DELTA_MS_DEFAULT      100u
#define TIME_AHEAD_MS_DEFAULT 500u

#endif
