/* record.c - looks on, and keeps the last events of a run. */
#include "draw_cluster/page_state.h"

#include <stdlib.h>
#include <string.h>

#define KEPT_BYTES (64u << 10) /* a larger buffer is not kept for its next use */

const char *mark_name(enum mark mark)
{
    static const char *const names[MARK_COUNT] = {
        [MARK_START] = "starts",
        [MARK_CRASH] = "crashes",
        [MARK_TRAITOR] = "turns traitor",
        [MARK_BAD_DISK] = "bad disk",
        [MARK_VIEW] = "enters",
        [MARK_NOTARIZE] = "votes",
        [MARK_NULLIFY] = "votes",
        [MARK_FINALIZE] = "votes",
        [MARK_ORDER] = "keeps order",
        [MARK_CERTIFICATE] = "keeps certificate",
        [MARK_DECIDED] = "decides",
        [MARK_SERVES] = "serves blocks",
        [MARK_BUSY] = "busy",
        [MARK_GONE] = "session gone",
        [MARK_JUDGED] = "refuses",
        [MARK_ASKS] = "asks",
        [MARK_GOT] = "got",
        [MARK_UNKNOWN] = "never learns",
        [MARK_FAULT] = "fault",
        [MARK_CALM] = "calm begins",
    };
    return names[mark];
}

enum error cluster_page_new(struct cluster_page **made, const struct plan *plan)
{
    struct cluster_page *page = calloc(1, sizeof *page);
    if (page == NULL) {
        return ERROR_MEMORY;
    }
    page->plan = plan;
    page->calm_ns = UINT64_MAX;
    trace_names_init(&page->names, plan);
    arena_init(&page->arena, buffer_reserve(&page->memory, DECODE_BYTES_MAX), DECODE_BYTES_MAX);
    *made = page;
    return OK;
}

void cluster_page_set_command(struct cluster_page *page, const char *command)
{
    free(page->command);
    page->command = strdup(command);
}

void cluster_page_free(struct cluster_page *page)
{
    if (page == NULL) {
        return;
    }
    for (size_t i = 0; i < CLUSTER_PAGE_EVENTS; i++) {
        buffer_fini(&page->ring[i].bytes);
    }
    buffer_fini(&page->memory);
    free(page->command);
    free(page);
}

/* What goes out of the ring is how replicas stand from then on. */
static void let_go(struct cluster_page *page, const struct record *record)
{
    if (record->kind != RECORD_MARK || record->from >= page->plan->replica_count) {
        return;
    }
    struct stand *stand = &page->stands[record->from];
    switch ((unsigned)record->mark) {
    case MARK_START:
        stand->running++;
        stand->view = 0;
        return;
    case MARK_CRASH:
        stand->running -= stand->running != 0 ? 1 : 0;
        return;
    case MARK_TRAITOR:
    case MARK_BAD_DISK:
        stand->is_traitor = true;
        return;
    case MARK_VIEW:
        stand->view = record->number;
        return;
    default:
        return;
    }
}

static struct record *add(struct cluster_page *page, const struct record *pattern)
{
    struct record *record = &page->ring[page->count % CLUSTER_PAGE_EVENTS];
    if (page->count >= CLUSTER_PAGE_EVENTS) {
        let_go(page, record);
    }
    page->count++;
    struct buffer bytes = record->bytes;
    if (bytes.capacity > KEPT_BYTES) {
        buffer_fini(&bytes);
    }
    buffer_clear(&bytes);
    *record = *pattern;
    record->bytes = bytes;
    return record;
}

static struct record *add_mark(struct cluster_page *page, const struct sighting *sighting,
                               enum mark mark, uint32_t whose, uint64_t number)
{
    return add(page, &(struct record){.kind = RECORD_MARK,
                                      .mark = mark,
                                      .now_ns = sighting->now_ns,
                                      .from = whose,
                                      .number = number});
}

static void on_happening(void *context, const struct happening *happening)
{
    static const enum record_kind kinds[] = {[HAPPENING_SENT] = RECORD_SENT,
                                             [HAPPENING_DELIVERED] = RECORD_CAME,
                                             [HAPPENING_LOST] = RECORD_LOST,
                                             [HAPPENING_FAULT] = RECORD_MARK,
                                             [HAPPENING_NOTE] = RECORD_MARK};
    struct cluster_page *page = context;
    trace_names_happen(&page->names, happening);
    bool is_frame = happening->kind == HAPPENING_SENT || happening->kind == HAPPENING_DELIVERED ||
                    happening->kind == HAPPENING_LOST;
    struct record *record =
        add(page, &(struct record){.kind = kinds[happening->kind],
                                   .mark = MARK_FAULT,
                                   .now_ns = happening->now_ns,
                                   .number = happening->frame,
                                   .from = is_frame ? happening->from : PAGE_NOBODY,
                                   .to = happening->to});
    if (happening->kind == HAPPENING_SENT) {
        buffer_append(&record->bytes, happening->bytes);
    } else if (happening->text != NULL) {
        buffer_append(&record->bytes, slice_of_text(happening->text));
    }
}

/* ---- sightings ---- */

static void on_effect(struct cluster_page *page, const struct sighting *sighting)
{
    static const enum mark votes[VOTE_KIND_COUNT] = {[VOTE_NOTARIZE] = MARK_NOTARIZE,
                                                     [VOTE_NULLIFY] = MARK_NULLIFY,
                                                     [VOTE_FINALIZE] = MARK_FINALIZE};
    const struct effect *effect = sighting->effect;
    enum mark mark = MARK_COUNT;
    uint64_t number = 0;
    switch (effect->kind) {
    case EFFECT_PERSIST_PROPOSAL:
        mark = MARK_ORDER;
        number = effect->proposal->order.view;
        break;
    case EFFECT_PERSIST_VOTE:
        mark = votes[effect->vote->kind];
        number = effect->vote->view;
        break;
    case EFFECT_PERSIST_CERTIFICATE:
        mark = MARK_CERTIFICATE;
        number = effect->certificate->view;
        break;
    case EFFECT_DECIDED:
        mark = MARK_DECIDED;
        number = effect->decision->order.height;
        break;
    case EFFECT_SERVE_BLOCKS:
        mark = MARK_SERVES;
        break;
    case EFFECT_BUSY:
        mark = MARK_BUSY;
        break;
    case EFFECT_SESSION_GONE:
        mark = MARK_GONE;
        break;
    case EFFECT_PERSIST_SEGMENT:
    case EFFECT_FORGET_SEGMENT:
    case EFFECT_SEND:
        return; /* frames show it */
    }
    struct record *record = add_mark(page, sighting, mark, sighting->replica, number);
    (void)trace_put_effect(&record->bytes, &page->names, effect, true);
}

static void on_verdict(struct cluster_page *page, const struct sighting *sighting)
{
    if (sighting->verdict != VERDICT_ACCEPTED && sighting->verdict != VERDICT_STALE &&
        sighting->verdict != VERDICT_DUPLICATE && sighting->verdict != VERDICT_EARLY) {
        struct record *record = add_mark(page, sighting, MARK_JUDGED, sighting->replica, 0);
        trace_put(&record->bytes, "%s from replica %u", verdict_name(sighting->verdict),
                  sighting->peer);
    }
}

static void on_operation(struct cluster_page *page, const struct sighting *sighting)
{
    bool is_asked = sighting->kind == SIGHT_INVOKED;
    enum mark mark = is_asked ? MARK_ASKS : (sighting->is_known ? MARK_GOT : MARK_UNKNOWN);
    struct record *record =
        add_mark(page, sighting, mark, WORLD_CUSTOMER(sighting->client), sighting->number);
    trace_put(&record->bytes, "#%llu ", (unsigned long long)sighting->number);
    if (is_asked) {
        trace_put_command(&record->bytes, sighting->request);
    } else if (sighting->is_known) {
        trace_put(&record->bytes, "%s", trace_outcome_name(sighting->outcome));
    }
}

static void on_sighting(void *context, const struct sighting *sighting)
{
    struct cluster_page *page = context;
    trace_names_see(&page->names, sighting);
    switch ((unsigned)sighting->kind) {
    case SIGHT_STARTED:
        (void)add_mark(page, sighting, MARK_START, sighting->replica, sighting->height);
        return;
    case SIGHT_CRASHED:
        (void)add_mark(page, sighting, MARK_CRASH, sighting->replica, 0);
        return;
    case SIGHT_CORRUPTED:
        (void)add_mark(page, sighting, MARK_TRAITOR, sighting->replica, 0);
        return;
    case SIGHT_DISK_LOST:
        (void)add_mark(page, sighting, MARK_BAD_DISK, sighting->replica, 0);
        return;
    case SIGHT_VIEW:
        (void)add_mark(page, sighting, MARK_VIEW, sighting->replica, sighting->view);
        return;
    case SIGHT_EFFECT:
        on_effect(page, sighting);
        return;
    case SIGHT_VERDICT:
        on_verdict(page, sighting);
        return;
    case SIGHT_INVOKED:
    case SIGHT_RETURNED:
        on_operation(page, sighting);
        return;
    case SIGHT_CALM:
        page->calm_ns = sighting->now_ns;
        (void)add_mark(page, sighting, MARK_CALM, PAGE_NOBODY, 0);
        return;
    default:
        return;
    }
}

struct watcher cluster_page_watcher(struct cluster_page *page)
{
    return (struct watcher){
        .context = page, .on_sighting = on_sighting, .on_happening = on_happening};
}
