/* page_state.h - the recorder from within. Only for this layer. */
#ifndef STRATEGOS_DRAW_CLUSTER_PAGE_STATE_H
#define STRATEGOS_DRAW_CLUSTER_PAGE_STATE_H

#include "cluster/trace_text.h"
#include "draw_cluster/cluster_page.h"

/* What the page's script gets, by number: data.c and cluster.js go together. */
enum mark {
    MARK_START,
    MARK_CRASH,
    MARK_TRAITOR,
    MARK_BAD_DISK,
    MARK_VIEW,
    MARK_NOTARIZE,
    MARK_NULLIFY,
    MARK_FINALIZE,
    MARK_ORDER,
    MARK_CERTIFICATE,
    MARK_DECIDED,
    MARK_SERVES,
    MARK_BUSY,
    MARK_GONE,
    MARK_JUDGED,
    MARK_ASKS,
    MARK_GOT,
    MARK_UNKNOWN,
    MARK_FAULT,
    MARK_CALM,
    MARK_COUNT
};
const char *mark_name(enum mark mark);

enum record_kind { RECORD_MARK, RECORD_SENT, RECORD_CAME, RECORD_LOST };

struct record {
    enum record_kind kind;
    enum mark mark;
    uint64_t now_ns;
    uint64_t number; /* of a frame; of a mark the view or height it names, or 0 */
    uint32_t from;   /* of a mark: whose it is; PAGE_NOBODY: the world's */
    uint32_t to;
    struct buffer bytes; /* the frame, or the mark's text */
};
#define PAGE_NOBODY UINT32_MAX

/* How a replica stood before the first event that is kept. */
struct stand {
    uint32_t running; /* processes */
    view_nr view;
    bool is_traitor;
};

struct cluster_page {
    const struct plan *plan;
    struct trace_names names;
    struct record ring[CLUSTER_PAGE_EVENTS];
    uint64_t count; /* so far; those of the last CLUSTER_PAGE_EVENTS are in the ring */
    struct stand stands[REPLICAS_MAX];
    uint64_t calm_ns;     /* UINT64_MAX: not yet */
    char *command;        /* that plays the run again; NULL: not known */
    struct buffer memory; /* of the arena */
    struct arena arena;
};

static inline uint64_t page_first(const struct cluster_page *page)
{
    return page->count < CLUSTER_PAGE_EVENTS ? 0 : page->count - CLUSTER_PAGE_EVENTS;
}

static inline const struct record *page_record(const struct cluster_page *page, uint64_t index)
{
    return &page->ring[index % CLUSTER_PAGE_EVENTS];
}

/* data.c: all that the script needs, as JSON inside a script element. */
void page_put_data(struct buffer *out, struct cluster_page *page,
                   const struct world_outcome *outcome);

#endif
