/* simplex.h - Simplex, the signed, partially synchronous agreement (Chan, Pass 2023), chained.
 *
 * Views 1, 2, 3, ...; the commander of a view proposes an order whose parent is a notarized order;
 * replicas vote Notarize, Nullify and Finalize; Q = n - f votes of a kind are a certificate. The
 * rules are numbered in docs/protocols.md, and cited where they are implemented:
 *   1 enter   2 propose   3 notarize   4 nullify   5 finalize   6 commit
 *
 * Pure. Knows nothing of what an order contains: whoever composes it (the replica) says whether a
 * proposal's content is valid and held, what work there is, and what a proposal's cut shall be.
 *
 * A certificate is not an object of its own here: it is a vote box with Q votes for one digest. A
 * certificate that arrives is merged into the box, vote by vote. At most `f` traitors assumed, two
 * boxes of one view can never both reach Q with different digests for notarize and finalize.
 *
 * Views above the base (the last decided order's view), VIEW_WINDOW of them, each have a slot as
 * soon as anything is known of them. */
#ifndef STRATEGOS_AGREEMENT_SIMPLEX_H
#define STRATEGOS_AGREEMENT_SIMPLEX_H

#include "agreement/authority.h"
#include "agreement/effect.h"
#include "base/pool.h"
#include "wire/message.h"

#define VIEWS_AHEAD_MAX 64u /* votes for views further ahead are dropped; certificates are not */

/* An order whose bytes are held, with its commander's signature unless it came in a block. */
struct stored_order {
    struct order order; /* tips point to `tips` */
    struct digest digest;
    struct signature signature;
    bool is_signed;
    struct lane_tip tips[];
};

/* The votes of one kind in one view: the first of each voter, unless a certificate said other. */
struct vote_box {
    uint32_t voters; /* bit i: replica i */
    struct digest digest[REPLICAS_MAX];
    struct signature signature[REPLICAS_MAX];
};

struct simplex_view {
    view_nr view;
    struct simplex_view *next_unused;
    bool certified[VOTE_KIND_COUNT];
    struct digest certified_digest[VOTE_KIND_COUNT];
    bool sent[VOTE_KIND_COUNT]; /* this replica's own votes */
    bool is_in_time;            /* the proposal came before the time-out */
    bool is_fetching;           /* and something that it needs had to be fetched */
    bool is_refused;            /* its content is invalid: as good as none */
    bool is_skipped;            /* nullified at once: not counted for back-off */
    struct stored_order *order;
    struct vote_box boxes[VOTE_KIND_COUNT];
};

struct simplex_settings {
    size_t replica_count;
    size_t fault_count;
    replica_id self;
    struct digest genesis;
    uint64_t delta_ns;
    const struct public_key *replica_keys; /* outlives the simplex */
    struct authority authority;
    struct effects effects;
};

/* The last decided order. */
struct simplex_base {
    view_nr view;
    height_nr height;
    uint64_t time_ns;
    struct digest digest;
};

struct simplex_statement { /* of a vote; view 0: none */
    enum vote_kind kind;
    view_nr view;
    struct digest digest;
    struct digest message; /* which is signed */
};

struct simplex {
    struct simplex_settings settings;
    size_t quorum; /* Q = n - f */
    struct simplex_base base;
    view_nr current;
    view_nr notarized_highest; /* >= base.view */
    view_nr highest_seen;      /* no slot above is in use */
    bool has_finalization;     /* of the base */
    struct certificate finalization;
    bool is_restoring;
    bool is_unsettled; /* messages were taken in since the last simplex_advance */

    /* Time. */
    uint64_t now_ns;
    uint64_t entered_at_ns;
    bool is_awake;
    uint64_t awake_since_ns;
    uint64_t active_ns; /* how long timers have run in all */
    uint32_t is_heard;  /* bit i: replica i was heard at heard_active_ns[i] */
    uint64_t heard_active_ns[REPLICAS_MAX];
    size_t failed_views; /* consecutive nullified ones, those skipped at once not counted */
    uint64_t rebroadcast_at_ns;
    uint64_t helped_at_ns[REPLICAS_MAX];

    struct simplex_statement statement;
    struct pool orders;
    struct simplex_view *views[VIEW_WINDOW]; /* by view modulo; NULL: nothing is known of it */
    /* Slots of views that are decided: the last one, which the cache still has, is taken first. */
    struct simplex_view *unused;
    size_t begun_count; /* slots that have ever been in use */
    struct simplex_view slots[VIEW_WINDOW];
};

size_t simplex_pool_memory(void);

/* `simplex` is zeroed memory; `pool_memory` has simplex_pool_memory() bytes. Both outlive it. */
void simplex_init(struct simplex *simplex, const struct simplex_settings *settings,
                  const struct simplex_base *base, void *pool_memory);

static inline replica_id simplex_commander(const struct simplex *simplex, view_nr view)
{
    return (replica_id)(view % simplex->settings.replica_count);
}

static inline bool simplex_is_in_window(const struct simplex *simplex, view_nr view)
{
    return view > simplex->base.view && view - simplex->base.view <= VIEW_WINDOW;
}

/* The slot of a view above the base and inside the window; NULL outside, or if nothing is known. */
static inline struct simplex_view *simplex_find(struct simplex *simplex, view_nr view)
{
    return simplex_is_in_window(simplex, view) ? simplex->views[view % VIEW_WINDOW] : NULL;
}

/* The slot of a view inside the window, which gets one if it has none yet. */
struct simplex_view *simplex_slot(struct simplex *simplex, view_nr view);
/* The view has no slot any more. */
void simplex_forget(struct simplex *simplex, view_nr view);

/* What the base, or a view above it, says a child may stand on. */
bool simplex_is_notarized(struct simplex *simplex, view_nr view, const struct digest *digest);

/* Votes and certificates: verified here, if they are needed at all. */
enum verdict simplex_on_vote(struct simplex *simplex, const struct vote *vote);
enum verdict simplex_on_certificate(struct simplex *simplex, const struct certificate *certificate);

/* The commander's order, from him or passed on. */
enum verdict simplex_on_proposal(struct simplex *simplex, const struct proposal *proposal);

/* An order without its commander's signature, out of a block: believed only if certified. */
enum verdict simplex_on_block_order(struct simplex *simplex, const struct order *order,
                                    const struct digest *digest);

/* Own bytes from the ledger, unverified. */
void simplex_restore_vote(struct simplex *simplex, const struct vote *vote);
void simplex_restore_certificate(struct simplex *simplex, const struct certificate *certificate);
void simplex_restore_proposal(struct simplex *simplex, const struct proposal *proposal);
void simplex_start(struct simplex *simplex, uint64_t now_ns);

/* What time it is: before anything else that comes with it. */
void simplex_set_time(struct simplex *simplex, uint64_t now_ns);

/* Rules 1 and 5: enters views and finalizes as far as certificates allow. True if a view was
 * entered. */
bool simplex_advance(struct simplex *simplex);

/* Rule 3, first half: the current view's proposal, if this replica could still vote for it. */
struct stored_order *simplex_candidate(struct simplex *simplex);

enum simplex_parent {
    PARENT_READY,
    PARENT_CERTIFICATES_MISSING, /* of views from..to */
    PARENT_ORDER_MISSING,        /* the bytes of an order of the chain */
    PARENT_INVALID,
};

/* What is to be asked for. */
struct simplex_lack {
    view_nr from; /* certificates: of views from..to; an order: of view `from` ... */
    view_nr to;
    struct digest digest; /* ... with this digest */
};

/* Rule 3: is the parent notarized, are all views between nullified, are the orders of the chain
 * held down to the base? */
enum simplex_parent simplex_check_parent(struct simplex *simplex, const struct order *order,
                                         struct simplex_lack *lack);

/* Rule 3, second half: the candidate's content is valid and held. */
void simplex_notarize_candidate(struct simplex *simplex);
/* Something that it needs is being fetched. */
void simplex_wait_for_candidate(struct simplex *simplex);
/* It never will be. */
void simplex_refuse_candidate(struct simplex *simplex);

/* Rule 6: the order on the way to a finalized one whose parent is the base; NULL if there is none
 * or an order on the way is missing (then *is_lacking and *lack say which). */
struct stored_order *simplex_next_decided(struct simplex *simplex, bool *is_lacking,
                                          struct simplex_lack *lack);

/* Rule 2. May this replica propose now, and on what? Fills the order but for time and cut. */
bool simplex_may_propose(struct simplex *simplex, struct order *order, uint64_t *parent_time_ns);
/* False if there is no memory for it. */
bool simplex_propose(struct simplex *simplex, const struct order *order);

/* Rule 6: the lowest finalized view above the base; 0 if none. */
view_nr simplex_finalized(struct simplex *simplex);
/* Everything up to this finalized order (or ancestor of one) has been decided. */
void simplex_decided(struct simplex *simplex, const struct order *order,
                     const struct digest *digest);
/* The certificate of a kind and view above the base, if it is held. */
bool simplex_certificate(struct simplex *simplex, enum vote_kind kind, view_nr view,
                         struct certificate *certificate);

/* Time (rule 4, idleness, lossy links; simplex_time.c). */
void simplex_on_heard(struct simplex *simplex, replica_id from);
/* Is there work that only agreement can finish: an order not finalized, f+1 Nullify? */
bool simplex_has_work(struct simplex *simplex);
/* `has_work` says whether timers run; after candidates were voted on, so that a tie is a vote. */
void simplex_on_time(struct simplex *simplex, bool has_work);
uint64_t simplex_deadline(const struct simplex *simplex);
/* Rule 4's Δ, back-off included. */
uint64_t simplex_delta_ns(const struct simplex *simplex);
/* Have more views failed in a row than traitors and a slow network account for? Δ cannot grow any
 * more, and at least one loyal commander had his turn since. */
bool simplex_is_at_a_standstill(const struct simplex *simplex);
uint64_t simplex_view_age_ns(const struct simplex *simplex);
void simplex_help(struct simplex *simplex, replica_id peer, view_nr peer_view);
void simplex_on_ask_view(struct simplex *simplex, replica_id from, const struct ask_view *ask);
void simplex_on_ask_order(struct simplex *simplex, replica_id from, const struct ask_order *ask);

/* Re-emits as PERSIST effects all that a restart needs. */
void simplex_dump(struct simplex *simplex);

void simplex_check(struct simplex *simplex, bool deep);

/* Emits this replica's vote: signed, persisted, sent to all. Shared by the files of this module. */
void simplex_cast(struct simplex *simplex, struct simplex_view *slot, enum vote_kind kind,
                  const struct digest *digest);
/* Rule 4: Nullify for the current view; `at_once`: its commander gave no sign of life. */
void simplex_nullify(struct simplex *simplex, bool at_once);
void simplex_send(struct simplex *simplex, replica_id to, const struct peer_message *message,
                  bool durable, bool lazy);
/* To all. */
void simplex_send_vote(struct simplex *simplex, const struct vote *vote);
void simplex_send_order(struct simplex *simplex, replica_id to, const struct stored_order *stored,
                        bool durable);
void simplex_send_certificate(struct simplex *simplex, replica_id to, enum vote_kind kind,
                              const struct simplex_view *slot);
void simplex_persist_order(struct simplex *simplex, const struct stored_order *stored);
void simplex_gather(const struct simplex *simplex, const struct simplex_view *slot,
                    enum vote_kind kind, struct certificate *certificate);
/* All were just sent what simplex_help would send. */
void simplex_helped_all(struct simplex *simplex);

#endif
