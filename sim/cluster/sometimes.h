/* sometimes.h - rare states that a campaign must have been in: what never came about was not
 * tested, however many runs found nothing.
 *
 * Looks on as an oracle does, judges nothing, and costs constant time for each thing it sees. All
 * is worked out from sightings, happenings and the plan; "somebody" is a loyal replica throughout,
 * unless a traitor is named. What is remembered of views is what was seen of the last
 * SOMETIMES_VIEWS ones. */
#ifndef STRATEGOS_CLUSTER_SOMETIMES_H
#define STRATEGOS_CLUSTER_SOMETIMES_H

#include "cluster/plan.h"
#include "oracles/oracle.h"

struct happening; /* cluster/world.h */

enum sometimes {
    /* Views and votes. */
    SOMETIMES_LEFT_HALF_NOTARIZED,
    SOMETIMES_NULLIFIED_BESIDE_NOTARIZED,
    SOMETIMES_NULLIFIED_BESIDE_FINALIZE,
    SOMETIMES_FINALIZED_BESIDE_NULLIFY,
    SOMETIMES_SPLIT_VOTE,
    SOMETIMES_NULLIFY_AFTER_NOTARIZE,
    SOMETIMES_COMMANDER_GIVES_UP,
    SOMETIMES_SKIPPED_AT_ONCE,
    SOMETIMES_SKIPPED_WHILE_DOWN,
    SOMETIMES_NULLIFIED_TWICE,
    SOMETIMES_NULLIFIED_ROW,
    SOMETIMES_BACKED_OFF,
    SOMETIMES_JUMPED,
    SOMETIMES_JUMPED_FAR,
    SOMETIMES_LOYAL_NULLIFIED,
    SOMETIMES_TRAITOR_NULLIFIED,
    SOMETIMES_TRAITOR_DECIDED,
    SOMETIMES_TRAITOR_SIGNED,
    SOMETIMES_NOTARIZED_UNVOTED,
    SOMETIMES_NOTARIZED_LATE,
    SOMETIMES_FINALIZED_FIRST,
    SOMETIMES_FINALIZED_LATE,
    /* Orders. */
    SOMETIMES_ANCESTORS,
    SOMETIMES_OVER_NULLIFIED,
    SOMETIMES_OVER_MANY,
    SOMETIMES_EMPTY_ORDER,
    SOMETIMES_MANY_LANES,
    SOMETIMES_MANY_SEGMENTS,
    SOMETIMES_CLOCK_TICK,
    SOMETIMES_DECIDED_UNVOTED,
    SOMETIMES_F_GONE,
    SOMETIMES_STANDSTILL,
    SOMETIMES_IDLE_WOKE,
    SOMETIMES_BIGGER_GROUP,
    /* Asking and giving. */
    SOMETIMES_CERTIFICATES_ASKED,
    SOMETIMES_CERTIFICATE_GIVEN,
    SOMETIMES_ORDER_ASKED,
    SOMETIMES_ORDER_GIVEN,
    SOMETIMES_SEGMENTS_ASKED,
    SOMETIMES_SEGMENT_GIVEN,
    SOMETIMES_SEGMENT_PASSED_ON,
    SOMETIMES_VOTED_AFTER_FETCH,
    SOMETIMES_BLOCK_SYNCED,
    SOMETIMES_BLOCKS_SYNCED,
    SOMETIMES_SOURCE_CHANGED,
    SOMETIMES_SERVED_WHILE_BEHIND,
    SOMETIMES_FAR_BEHIND,
    /* Verdicts on peers. */
    SOMETIMES_EQUIVOCATION,
    SOMETIMES_SECOND_PROPOSAL,
    SOMETIMES_BAD_AUTHENTICATION,
    SOMETIMES_MALFORMED,
    SOMETIMES_INVALID,
    SOMETIMES_EARLY,
    SOMETIMES_OVER_LIMIT,
    SOMETIMES_REPLAYED,
    /* Clients. */
    SOMETIMES_BUSY,
    SOMETIMES_SESSION_GONE,
    SOMETIMES_SESSION_EVICTED,
    SOMETIMES_OPERATION_UNKNOWN,
    SOMETIMES_OPERATION_REFUSED,
    SOMETIMES_CLIENT_RESTARTED,
    SOMETIMES_LANE_FORKED,
    SOMETIMES_SEGMENT_FORGOTTEN,
    /* Crashes, disks, clocks. */
    SOMETIMES_CRASHED_UNSYNCED,
    SOMETIMES_CRASHED_BEFORE_SEND,
    SOMETIMES_TORN,
    SOMETIMES_VOTES_ON,
    SOMETIMES_ALL_DOWN,
    SOMETIMES_BELOW_QUORUM,
    SOMETIMES_START_FAILED,
    SOMETIMES_START_REFUSED,
    SOMETIMES_LEDGER_FULL,
    SOMETIMES_FULL_RESUMED,
    SOMETIMES_SLOW_SYNC,
    SOMETIMES_PAUSED_BACK,
    SOMETIMES_CLOCK_JUMP,
    /* Checkpoints. */
    SOMETIMES_CHECKPOINT,
    SOMETIMES_CHECKPOINT_REST,
    SOMETIMES_CHECKPOINT_ALONE,
    SOMETIMES_CHECKPOINT_LOST,
    SOMETIMES_CHECKPOINT_KEPT,
    SOMETIMES_CHECKPOINT_LATE,
    SOMETIMES_CHECKPOINT_FULL,
    SOMETIMES_CHECKPOINT_IN_REPLAY,
    SOMETIMES_CHECKPOINT_MIDVIEW,
    SOMETIMES_STORE_REBUILT,
    SOMETIMES_SERVED_BELOW,
    /* The network. */
    SOMETIMES_NO_QUORUM_SPLIT,
    SOMETIMES_HEALED,
    SOMETIMES_DECIDED_WITHOUT_CUT,
    SOMETIMES_NO_SESSION,
    SOMETIMES_CALM_WITH_WORK,
    SOMETIMES_ASKED_IN_CALM,
    /* Traitors. */
    SOMETIMES_TWIN_HEARD,
    SOMETIMES_AMNESIA,
    SOMETIMES_MIXED_TRAITORS,
    SOMETIMES_TURNED_LATE,
    SOMETIMES_TURNED_IN_COMMAND,
    SOMETIMES_BAD_DISK_BACK,
    SOMETIMES_COUNT
};

#define SOMETIMES_VIEWS 256u /* a power of two, as is the next */
#define SOMETIMES_LANES 1024u

struct sometimes_view {
    view_nr view;                        /* 0: not in use */
    uint64_t order;                      /* of the first Notarize seen: start of its digest */
    uint64_t row;                        /* nullified views up to this one, without a gap */
    uint32_t voters[VOTE_KIND_COUNT];    /* bit r: voted so */
    uint32_t certified[VOTE_KIND_COUNT]; /* bit r: holds the certificate */
};

struct sometimes_replica {
    uint32_t running; /* processes: twins are two */
    uint64_t starts;
    view_nr view;
    uint64_t entered_ns;
    view_nr view_at_crash;
    uint64_t failed_views; /* as rule 4 counts them */
    uint64_t ancestors;    /* decided since the last one with a certificate of its own */
    height_nr height;      /* decided */
    uint64_t order_time_ns;
    view_nr fetching_for; /* asked for segments in this view */
    struct {
        uint64_t at_ns; /* of the last question; 0: none */
        height_nr from;
        replica_id whom;
        uint64_t count; /* decided since, in answer */
    } sync;
    uint64_t unsynced; /* votes since the last sync that was shown */
    bool dies_at_send; /* armed by the plan */
    bool has_lost_disk;
    bool has_bad_disk;
    bool has_forgotten;
    bool tears; /* the next crash cuts or tears what was not synced */
    uint64_t paused_until_ns;
    bool is_full;
    uint64_t slow_until_ns;
    height_nr checkpoint;    /* in its store, as far as was seen */
    height_nr started_from;  /* the checkpoint of its last start */
    view_nr checkpoint_view; /* in which it was begun */
    view_nr writing_view;    /* likewise, of the one that is written */
    bool is_writing;         /* a checkpoint */
    bool has_no_room;        /* for it */
};

struct sometimes_seen {
    const struct plan *plan;
    uint64_t counts[SOMETIMES_COUNT];
    size_t quorum;
    uint32_t traitors;   /* bit r: not loyal any more */
    uint32_t running;    /* bit r: up */
    size_t next_fault;   /* of the plan */
    size_t turned;       /* by the plan */
    uint32_t strategies; /* bit s modulo 32: of those who turned */
    height_nr height;    /* highest decided */
    view_nr view;        /* highest entered */
    uint64_t decided_ns;
    uint64_t voted_ns;
    uint64_t open;          /* operations of honest clients */
    uint64_t open_since_ns; /* when it last became other than 0 */
    uint64_t client_open[ORACLE_CLIENTS_MAX];
    bool is_calm_idle;     /* the faults have ended, and nothing was asked for since */
    bool has_just_crashed; /* the last thing seen */
    bool is_woken;         /* asked for something after a long idleness */
    bool is_torn_apart;    /* into parts without a quorum */
    uint64_t apart_until_ns;
    uint64_t cut_until_ns; /* some are cut off from a quorum */
    uint32_t cut_off;
    struct sometimes_view views[SOMETIMES_VIEWS];
    struct sometimes_replica replicas[REPLICAS_MAX];
    struct {
        uint64_t place;  /* lane and sequence, mixed */
        uint64_t digest; /* of the segment that was held there first */
    } lanes[SOMETIMES_LANES];
};

/* `plan` outlives it. */
void sometimes_init(struct sometimes_seen *seen, const struct plan *plan);
void sometimes_see(struct sometimes_seen *seen, const struct sighting *sighting);
void sometimes_happen(struct sometimes_seen *seen, const struct happening *happening);

/* "left-half-notarized", and the same in one sentence. `which` is below SOMETIMES_COUNT. */
const char *sometimes_name(enum sometimes which);
const char *sometimes_says(enum sometimes which);

#endif
