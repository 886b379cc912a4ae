/* data.c - the run as the page's script gets it. Arrays keep it small:
 *   lanes   [name, what kind of end, role]
 *   frames  [number, from, to, sent, came or -1, why lost or 0, bytes, [kind, text, kind, text
 * ...]] marks   [when, lane or -1, mark, number, text] faults  [from, to, text, set of replicas]
 *   stands  [view, processes that run, is a traitor] before all that
 * Times are ns. A frame that was sent before the first event that is kept is left out. */
#include "draw_cluster/page_state.h"

#include "draw/svg.h"
#include "traitors/traitor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define MESSAGES_TOLD      40u /* of a frame */
#define MESSAGE_TEXT_BYTES 700u

/* What became of a frame. */
struct fate {
    uint64_t number;
    uint64_t index; /* of the record */
};

static uint32_t lane_of(const struct cluster_page *page, uint32_t end)
{
    size_t processes = page->plan->replica_count + page->names.twin_count;
    return end >= WORLD_PROCESSES_MAX ? (uint32_t)(processes + end - WORLD_PROCESSES_MAX) : end;
}

static void put_text(struct buffer *out, struct slice text)
{
    char copy[MESSAGE_TEXT_BYTES + 4];
    bool is_cut = text.size > MESSAGE_TEXT_BYTES;
    size_t size = is_cut ? MESSAGE_TEXT_BYTES : text.size;
    bytes_copy(copy, text.data, size);
    memcpy(copy + size, is_cut ? "..." : "", is_cut ? 4 : 1);
    text_json(out, copy);
}

/* ---- what was to be ---- */

/* What is known of a replica beforehand: loyal, or which traitor from when on. */
static void put_role(struct buffer *out, const struct plan *plan, replica_id replica)
{
    char role[160];
    (void)snprintf(role, sizeof role, "loyal");
    for (size_t i = plan->fault_total; i-- > 0;) {
        const struct fault *fault = &plan->faults[i];
        if (fault->who != replica) {
            continue;
        }
        if (fault->kind == FAULT_CORRUPT) {
            (void)snprintf(role, sizeof role, "traitor: %s",
                           traitor_strategy((size_t)fault->value)->name);
        } else if (fault->kind >= FAULT_DISK_FLIP && fault->kind <= FAULT_DISK_LOST) {
            (void)snprintf(role, sizeof role, "traitor: %s", fault_name(fault->kind));
        }
    }
    text_json(out, role);
}

static void put_lanes(struct buffer *out, const struct cluster_page *page)
{
    const struct plan *plan = page->plan;
    size_t processes = plan->replica_count + page->names.twin_count;
    text_put(out, ",\"lanes\":[");
    for (size_t i = 0; i < processes + plan->customer_count; i++) {
        char name[TRACE_END_BYTES];
        bool is_customer = i >= processes;
        uint32_t end = is_customer ? WORLD_CUSTOMER(i - processes) : (uint32_t)i;
        trace_end_text(&page->names, end, name);
        text_put(out, i == 0 ? "[" : ",[");
        text_json(out, name);
        text_put(out, ",%d,", is_customer ? 2 : (i >= plan->replica_count ? 1 : 0));
        if (is_customer) {
            text_json(out, customer_lie_name(plan->customers[i - processes].lie));
        } else if (i >= plan->replica_count) {
            text_json(out, "traitor: twin");
        } else {
            put_role(out, plan, (replica_id)i);
        }
        text_put(out, "]");
    }
    text_put(out, "]");
}

static uint32_t replicas_of(const struct plan *plan, const struct fault *fault)
{
    uint32_t all = (UINT32_C(1) << plan->replica_count) - 1;
    switch ((unsigned)fault->kind) {
    case FAULT_PARTITION:
    case FAULT_ONE_WAY:
        return fault->whom & all;
    case FAULT_CRASH_ALL:
    case FAULT_LOSSY:
        return all;
    case FAULT_CUSTOMER_CUT:
    case FAULT_CUSTOMER_RESTART:
        return 0;
    default:
        return UINT32_C(1) << fault->who;
    }
}

/* Those that began: with the calm all end. */
static void put_faults(struct buffer *out, const struct cluster_page *page, uint64_t end_ns)
{
    const struct plan *plan = page->plan;
    uint64_t calm_ns = page->calm_ns < end_ns ? page->calm_ns : end_ns;
    bool is_first = true;
    text_put(out, ",\"faults\":[");
    for (size_t i = 0; i < plan->fault_total; i++) {
        const struct fault *fault = &plan->faults[i];
        char line[ORACLE_TEXT_BYTES];
        uint64_t until_ns = fault->at_ns + fault->length_ns;
        if (fault->at_ns > calm_ns) {
            break;
        }
        fault_describe(fault, line, sizeof line);
        text_put(out, "%s[%" PRIu64 ",%" PRIu64 ",", is_first ? "\n" : ",\n", fault->at_ns,
                 until_ns < calm_ns ? until_ns : calm_ns);
        text_json(out, line);
        text_put(out, ",%" PRIu32 "]", replicas_of(plan, fault));
        is_first = false;
    }
    text_put(out, "]");
}

/* ---- what was ---- */

static int compare_fates(const void *a, const void *b)
{
    const struct fate *left = a;
    const struct fate *right = b;
    if (left->number != right->number) {
        return left->number < right->number ? -1 : 1;
    }
    return left->index < right->index ? -1 : 1;
}

static const struct record *find_fate(const struct cluster_page *page, const struct fate *fates,
                                      size_t count, uint64_t number)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) { /* the first of a frame: a copy comes later */
        size_t middle = low + (high - low) / 2;
        if (fates[middle].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && fates[low].number == number ? page_record(page, fates[low].index) : NULL;
}

struct messages {
    struct buffer *out;
    size_t count;
};

static void on_message(void *context, enum trace_kind kind, struct slice text)
{
    struct messages *messages = context;
    if (messages->count < MESSAGES_TOLD) {
        text_put(messages->out, "%s%d,", messages->count == 0 ? "" : ",", (int)kind);
        put_text(messages->out, text);
    }
    messages->count++;
}

static void put_messages(struct buffer *out, struct cluster_page *page, const struct record *sent)
{
    struct messages messages = {.out = out};
    const struct trace_listener listener = {.context = &messages, .on_message = on_message};
    struct happening happening = {.kind = HAPPENING_SENT,
                                  .from = sent->from,
                                  .to = sent->to,
                                  .bytes = buffer_slice(&sent->bytes)};
    text_put(out, "[");
    trace_tell_frame(&page->names, &happening, &page->arena, true, &listener);
    text_put(out, "]");
    if (messages.count > MESSAGES_TOLD) {
        text_put(out, ",%zu", messages.count - MESSAGES_TOLD);
    }
}

static void put_frame(struct buffer *out, struct cluster_page *page, const struct record *sent,
                      const struct record *fate)
{
    text_put(out, "[%" PRIu64 ",%" PRIu32 ",%" PRIu32 ",%" PRIu64, sent->number,
             lane_of(page, sent->from), lane_of(page, sent->to), sent->now_ns);
    if (fate != NULL && fate->kind == RECORD_CAME) {
        text_put(out, ",%" PRIu64 ",0,", fate->now_ns);
    } else if (fate != NULL) {
        text_put(out, ",-1,");
        put_text(out, buffer_slice(&fate->bytes));
        text_put(out, ",");
    } else {
        text_put(out, ",-1,0,");
    }
    text_put(out, "%zu,", sent->bytes.size);
    put_messages(out, page, sent);
    text_put(out, "]");
}

static void put_frames(struct buffer *out, struct cluster_page *page)
{
    struct fate *fates = calloc(CLUSTER_PAGE_EVENTS, sizeof *fates);
    size_t count = 0;
    bool is_first = true;
    text_put(out, ",\"frames\":[");
    for (uint64_t i = page_first(page); fates != NULL && i < page->count; i++) {
        const struct record *record = page_record(page, i);
        if (record->kind == RECORD_CAME || record->kind == RECORD_LOST) {
            fates[count++] = (struct fate){.number = record->number, .index = i};
        }
    }
    if (count != 0) {
        qsort(fates, count, sizeof *fates, compare_fates);
    }
    for (uint64_t i = page_first(page); fates != NULL && i < page->count; i++) {
        const struct record *record = page_record(page, i);
        if (record->kind == RECORD_SENT) {
            text_put(out, is_first ? "\n" : ",\n");
            put_frame(out, page, record, find_fate(page, fates, count, record->number));
            is_first = false;
        }
    }
    text_put(out, "]");
    free(fates);
}

static void put_marks(struct buffer *out, const struct cluster_page *page)
{
    bool is_first = true;
    text_put(out, ",\"marks\":[");
    for (uint64_t i = page_first(page); i < page->count; i++) {
        const struct record *record = page_record(page, i);
        if (record->kind != RECORD_MARK) {
            continue;
        }
        int64_t lane = record->from == PAGE_NOBODY ? -1 : (int64_t)lane_of(page, record->from);
        text_put(out, "%s[%" PRIu64 ",%" PRId64 ",%d,%" PRIu64 ",", is_first ? "\n" : ",\n",
                 record->now_ns, lane, (int)record->mark, record->number);
        put_text(out, buffer_slice(&record->bytes));
        text_put(out, "]");
        is_first = false;
    }
    text_put(out, "]");
}

/* ---- all of it ---- */

static void put_names(struct buffer *out)
{
    text_put(out, ",\"kinds\":[");
    for (int kind = 0; kind < TRACE_KIND_COUNT; kind++) {
        text_put(out, "%s\"%s\"", kind == 0 ? "" : ",", trace_kind_name((enum trace_kind)kind));
    }
    text_put(out, "],\"names\":[");
    for (int mark = 0; mark < MARK_COUNT; mark++) {
        text_put(out, "%s\"%s\"", mark == 0 ? "" : ",", mark_name((enum mark)mark));
    }
    text_put(out, "]");
}

static void put_finding(struct buffer *out, const struct world_outcome *outcome)
{
    static const char *const properties[] = {[PROPERTY_SAFETY] = "safety",
                                             [PROPERTY_LIVENESS] = "liveness",
                                             [PROPERTY_INVARIANT] = "invariant"};
    if (!outcome->has_finding) {
        text_put(out, ",\"finding\":null");
        return;
    }
    text_put(out, ",\"finding\":[\"%s\",", properties[outcome->property]);
    text_json(out, outcome->oracle);
    text_put(out, ",");
    text_json(out, outcome->text);
    text_put(out, "]");
}

static void put_stands(struct buffer *out, const struct cluster_page *page)
{
    text_put(out, ",\"stands\":[");
    for (size_t i = 0; i < page->plan->replica_count; i++) {
        const struct stand *stand = &page->stands[i];
        text_put(out, "%s[%" PRIu64 ",%" PRIu32 ",%d]", i == 0 ? "" : ",", stand->view,
                 stand->running, stand->is_traitor ? 1 : 0);
    }
    text_put(out, "]");
}

void page_put_data(struct buffer *out, struct cluster_page *page,
                   const struct world_outcome *outcome)
{
    const struct plan *plan = page->plan;
    uint64_t end_ns = outcome->stats.virtual_ns;
    text_put(out, "{\"seed\":\"%" PRIu64 "\",\"replicas\":%zu,\"f\":%zu,\"traitors\":%zu",
             plan->seed, plan->replica_count, plan->fault_count, plan->traitor_count);
    text_put(out, ",\"delta\":%" PRIu64 ",\"customers\":%zu,\"network\":", plan->delta_ns,
             plan->customer_count);
    text_json(out, plan->network.name);
    text_put(out, ",\"end\":%" PRIu64 ",\"calm\":%" PRId64, end_ns,
             page->calm_ns == UINT64_MAX ? -1 : (int64_t)page->calm_ns);
    text_put(out, ",\"events\":%" PRIu64 ",\"kept\":%" PRIu64, page->count,
             page->count - page_first(page));
    text_put(out, ",\"orders\":%" PRIu64 ",\"operations\":%" PRIu64, outcome->stats.orders,
             outcome->stats.operations);
    text_put(out, ",\"again\":");
    text_json(out, page->command == NULL ? "" : page->command);
    put_finding(out, outcome);
    put_names(out);
    put_lanes(out, page);
    put_stands(out, page);
    put_faults(out, page, end_ns);
    put_marks(out, page);
    put_frames(out, page);
    text_put(out, "}");
}
