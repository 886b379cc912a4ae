/* trace.c - see trace.h. */
#include "cluster/trace.h"

#include <inttypes.h>
#include <stdio.h>

#define MESSAGES_TOLD 64u /* of one frame */

void trace_init(struct trace *trace, const struct plan *plan, void *stream)
{
    *trace = (struct trace){.stream = stream};
    trace_names_init(&trace->names, plan);
    arena_init(&trace->arena, buffer_reserve(&trace->memory, DECODE_BYTES_MAX), DECODE_BYTES_MAX);
}

void trace_fini(struct trace *trace)
{
    buffer_fini(&trace->line);
    buffer_fini(&trace->memory);
}

/* ---- lines ---- */

/* `who` may hold one arrow, of three bytes and one column. */
static void begin(struct trace *trace, uint64_t now_ns, const char *who, uint64_t frame,
                  const char *what)
{
    char number[24] = "-";
    if (frame != 0) {
        (void)snprintf(number, sizeof number, "#%" PRIu64, frame);
    }
    bool has_arrow = strstr(who, "→") != NULL || strstr(who, "←") != NULL;
    trace_put(&trace->line, "%5" PRIu64 ".%06" PRIu64 "  %-*s  %-8s  %-8s", now_ns / PLAN_S,
              now_ns % PLAN_S / 1000, has_arrow ? 9 : 7, who, number, what);
}

static void end(struct trace *trace)
{
    FILE *file = trace->stream;
    while (trace->line.size != 0 && trace->line.data[trace->line.size - 1] == ' ') {
        trace->line.size--;
    }
    trace_put(&trace->line, "\n");
    (void)fwrite(trace->line.data, 1, trace->line.size, file);
    buffer_clear(&trace->line);
}

/* ---- frames ---- */

static void on_message(void *context, enum trace_kind kind, struct slice text)
{
    struct trace *trace = context;
    (void)kind;
    if (trace->told < MESSAGES_TOLD) {
        trace_put(&trace->line, trace->told == 0 ? "" : " · ");
        buffer_append(&trace->line, text);
    }
    trace->told++;
}

static void put_frame(struct trace *trace, const struct happening *happening, const char *what)
{
    char from[TRACE_END_BYTES];
    char to[TRACE_END_BYTES];
    char who[3 * TRACE_END_BYTES];
    trace_end_text(&trace->names, happening->from, from);
    trace_end_text(&trace->names, happening->to, to);
    (void)snprintf(who, sizeof who, "%s→%s", from, to);
    begin(trace, happening->now_ns, who, happening->frame, what);
    if (happening->kind == HAPPENING_SENT) {
        const struct trace_listener listener = {.context = trace, .on_message = on_message};
        trace_put(&trace->line, " %6zu  ", happening->bytes.size);
        trace->told = 0;
        trace_tell_frame(&trace->names, happening, &trace->arena, false, &listener);
        if (trace->told > MESSAGES_TOLD) {
            trace_put(&trace->line, " · %zu more", trace->told - MESSAGES_TOLD);
        }
    } else if (happening->text != NULL) {
        trace_put(&trace->line, "         %s", happening->text);
    }
    end(trace);
}

static void on_happening(void *context, const struct happening *happening)
{
    struct trace *trace = context;
    trace_names_happen(&trace->names, happening);
    switch (happening->kind) {
    case HAPPENING_SENT:
        put_frame(trace, happening, "sent");
        return;
    case HAPPENING_DELIVERED:
        put_frame(trace, happening, "came");
        return;
    case HAPPENING_LOST:
        put_frame(trace, happening, "lost");
        return;
    case HAPPENING_FAULT:
    case HAPPENING_NOTE:
        begin(trace, happening->now_ns, "*", 0,
              happening->kind == HAPPENING_FAULT ? "fault" : "note");
        trace_put(&trace->line, "         %s", happening->text);
        end(trace);
        return;
    }
}

/* ---- sightings ---- */

static void begin_replica(struct trace *trace, const struct sighting *sighting, const char *what)
{
    char who[TRACE_END_BYTES];
    (void)snprintf(who, sizeof who, "%u", sighting->replica);
    begin(trace, sighting->now_ns, who, 0, what);
    trace_put(&trace->line, "         ");
}

/* `mark` stands before the number: h9, v12; 0: there is none. */
static void put_replica(struct trace *trace, const struct sighting *sighting, const char *what,
                        char mark, uint64_t number)
{
    begin_replica(trace, sighting, what);
    if (mark != 0) {
        trace_put(&trace->line, "%c%" PRIu64, mark, number);
    }
    end(trace);
}

static const char *effect_name(enum effect_kind kind)
{
    static const char *const names[] = {
        [EFFECT_PERSIST_SEGMENT] = "holds",
        [EFFECT_FORGET_SEGMENT] = "drops",
        [EFFECT_PERSIST_PROPOSAL] = "order",
        [EFFECT_PERSIST_VOTE] = "vote",
        [EFFECT_PERSIST_CERTIFICATE] = "cert",
        [EFFECT_SEND] = "sends",
        [EFFECT_SERVE_BLOCKS] = "serves",
        [EFFECT_DECIDED] = "decided",
        [EFFECT_BUSY] = "busy",
        [EFFECT_SESSION_GONE] = "gone",
    };
    return names[kind];
}

static void put_effect(struct trace *trace, const struct sighting *sighting)
{
    if (sighting->effect->kind == EFFECT_SEND) {
        return; /* shows as a frame */
    }
    begin_replica(trace, sighting, effect_name(sighting->effect->kind));
    (void)trace_put_effect(&trace->line, &trace->names, sighting->effect, false);
    end(trace);
}

static void put_verdict(struct trace *trace, const struct sighting *sighting)
{
    char who[3 * TRACE_END_BYTES];
    if (sighting->verdict == VERDICT_ACCEPTED || sighting->verdict == VERDICT_STALE ||
        sighting->verdict == VERDICT_DUPLICATE) {
        return;
    }
    (void)snprintf(who, sizeof who, "%u←%u", sighting->replica, sighting->peer);
    begin(trace, sighting->now_ns, who, 0, "judged");
    trace_put(&trace->line, "         %s", verdict_name(sighting->verdict));
    end(trace);
}

static void put_operation(struct trace *trace, const struct sighting *sighting)
{
    char who[TRACE_END_BYTES];
    bool is_asked = sighting->kind == SIGHT_INVOKED;
    (void)snprintf(who, sizeof who, "c%zu", sighting->client);
    begin(trace, sighting->now_ns, who, 0,
          is_asked ? "asks" : (sighting->is_known ? "got" : "unknown"));
    trace_put(&trace->line, "         #%" PRIu64 " ", sighting->number);
    if (is_asked) {
        trace_put_command(&trace->line, sighting->request);
    } else if (sighting->is_known) {
        trace_put(&trace->line, "%s, %zu bytes", trace_outcome_name(sighting->outcome),
                  sighting->result.size);
    }
    end(trace);
}

static void put_world(struct trace *trace, const struct sighting *sighting, const char *what)
{
    begin(trace, sighting->now_ns, "*", 0, what);
    end(trace);
}

static void on_sighting(void *context, const struct sighting *sighting)
{
    struct trace *trace = context;
    trace_names_see(&trace->names, sighting);
    switch (sighting->kind) {
    case SIGHT_STARTED:
        put_replica(trace, sighting, "start", 'h', sighting->height);
        return;
    case SIGHT_CRASHED:
        put_replica(trace, sighting, "crash", 0, 0);
        return;
    case SIGHT_CORRUPTED:
        put_replica(trace, sighting, "traitor", 0, 0);
        return;
    case SIGHT_DISK_LOST:
        put_replica(trace, sighting, "bad-disk", 0, 0);
        return;
    case SIGHT_CHECKPOINT:
        put_replica(trace, sighting, "checkpoint", 'h', sighting->height);
        return;
    case SIGHT_STORE_FULL:
    case SIGHT_LEDGER_FULL:
        put_replica(trace, sighting, "no-room", 0, 0);
        return;
    case SIGHT_VIEW:
        put_replica(trace, sighting, "view", 'v', sighting->view);
        return;
    case SIGHT_APPLIED:
        put_replica(trace, sighting, "applied", 'h', sighting->height);
        return;
    case SIGHT_EFFECT:
        put_effect(trace, sighting);
        return;
    case SIGHT_VERDICT:
        put_verdict(trace, sighting);
        return;
    case SIGHT_INVOKED:
    case SIGHT_RETURNED:
        put_operation(trace, sighting);
        return;
    case SIGHT_CALM:
        put_world(trace, sighting, "calm");
        return;
    case SIGHT_END:
        put_world(trace, sighting, "end");
        return;
    case SIGHT_SYNCED:
    case SIGHT_STATE:
    case SIGHT_FRAME:
    case SIGHT_USAGE:
    case SIGHT_CHECKPOINT_BEGUN:
    case SIGHT_SENT:
        return; /* what frames show too */
    }
}

struct watcher trace_watcher(struct trace *trace)
{
    return (struct watcher){
        .context = trace, .on_sighting = on_sighting, .on_happening = on_happening};
}
