/* sometimes.c - see sometimes.h: takes what is seen to where it belongs, and looks at clients and
 * verdicts itself. */
#include "cluster/sometimes_parts.h"

#include "base/assert.h"
#include "cluster/world.h"

#include <string.h>

/* Nobody has voted for so many Δ and nothing was asked for: the group is idle. */
#define IDLE_DELTAS 10u

void sometimes_init(struct sometimes_seen *seen, const struct plan *plan)
{
    memset(seen, 0, sizeof *seen);
    seen->plan = plan;
    seen->quorum = plan->replica_count - plan->fault_count;
}

struct sometimes_view *sometimes_view(struct sometimes_seen *seen, view_nr view)
{
    struct sometimes_view *slot = &seen->views[view % SOMETIMES_VIEWS];
    if (slot->view != view) {
        *slot = (struct sometimes_view){.view = view};
    }
    return slot;
}

/* ---- clients ---- */

static void on_invoked(struct sometimes_seen *seen, const struct sighting *sighting)
{
    if (seen->open == 0) {
        uint64_t idle_ns = sighting->now_ns - seen->voted_ns;
        seen->is_woken = seen->voted_ns != 0 && sighting->now_ns > seen->voted_ns &&
                         idle_ns > IDLE_DELTAS * seen->plan->delta_ns;
        seen->open_since_ns = sighting->now_ns;
    }
    sometimes_met(seen, SOMETIMES_ASKED_IN_CALM, seen->is_calm_idle);
    seen->is_calm_idle = false;
    seen->open++;
    seen->client_open[sighting->client]++;
}

static void on_returned(struct sometimes_seen *seen, const struct sighting *sighting)
{
    sometimes_met(seen, SOMETIMES_OPERATION_UNKNOWN, !sighting->is_known);
    sometimes_met(seen, SOMETIMES_OPERATION_REFUSED,
                  sighting->is_known && sighting->outcome == OUTCOME_REFUSED);
    ASSERT(seen->open > 0 && seen->client_open[sighting->client] > 0);
    seen->open--;
    seen->client_open[sighting->client]--;
}

/* ---- lanes ---- */

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t mixed = (a ^ b) * UINT64_C(0x9e3779b97f4a7c15);
    return mixed ^ mixed >> 32;
}

/* Two segments of a lane at one place, held by somebody each: its client is two-faced. */
static void on_segment(struct sometimes_seen *seen, const struct effect *effect)
{
    const struct segment *segment = effect->segment;
    uint64_t place =
        mix(mix(get_u64(segment->lane.client.bytes), segment->lane.session), segment->sequence);
    size_t index = place % SOMETIMES_LANES;
    uint64_t digest = get_u64(effect->digest->bytes);
    if (seen->lanes[index].place == place) {
        sometimes_met(seen, SOMETIMES_LANE_FORKED, seen->lanes[index].digest != digest);
        return;
    }
    seen->lanes[index].place = place;
    seen->lanes[index].digest = digest;
}

/* ---- replicas ---- */

static void on_verdict(struct sometimes_seen *seen, const struct sighting *sighting)
{
    static const enum sometimes of[VERDICT_COUNT] = {
        [VERDICT_EQUIVOCATION] = SOMETIMES_EQUIVOCATION,
        [VERDICT_BAD_AUTHENTICATION] = SOMETIMES_BAD_AUTHENTICATION,
        [VERDICT_MALFORMED] = SOMETIMES_MALFORMED,
        [VERDICT_INVALID] = SOMETIMES_INVALID,
        [VERDICT_EARLY] = SOMETIMES_EARLY,
        [VERDICT_OVER_LIMIT] = SOMETIMES_OVER_LIMIT,
        [VERDICT_REPLAYED] = SOMETIMES_REPLAYED,
    };
    if (of[sighting->verdict] == 0) {
        return;
    }
    sometimes_met(seen, of[sighting->verdict], true);
    view_nr view = seen->replicas[sighting->replica].view;
    sometimes_met(seen, SOMETIMES_SECOND_PROPOSAL,
                  sighting->verdict == VERDICT_EQUIVOCATION && view != 0 &&
                      sometimes_commander(seen, view) == sighting->peer);
}

static void on_effect(struct sometimes_seen *seen, const struct sighting *sighting)
{
    switch (sighting->effect->kind) {
    case EFFECT_PERSIST_SEGMENT:
        sometimes_on_persist(seen, sighting);
        on_segment(seen, sighting->effect);
        return;
    case EFFECT_FORGET_SEGMENT:
        sometimes_met(seen, SOMETIMES_SEGMENT_FORGOTTEN, true);
        return;
    case EFFECT_PERSIST_PROPOSAL:
        sometimes_on_persist(seen, sighting);
        return;
    case EFFECT_PERSIST_VOTE:
        sometimes_on_persist(seen, sighting);
        sometimes_on_vote(seen, sighting);
        return;
    case EFFECT_PERSIST_CERTIFICATE:
        sometimes_on_persist(seen, sighting);
        sometimes_on_certificate(seen, sighting);
        return;
    case EFFECT_SEND:
        sometimes_on_send(seen, sighting);
        return;
    case EFFECT_SERVE_BLOCKS:
        sometimes_on_serve(seen, sighting);
        return;
    case EFFECT_DECIDED:
        sometimes_on_decided(seen, sighting);
        return;
    case EFFECT_BUSY:
        sometimes_met(seen, SOMETIMES_BUSY, true);
        return;
    case EFFECT_SESSION_GONE:
        sometimes_met(seen, SOMETIMES_SESSION_GONE, true);
        return;
    }
}

static void see_loyal(struct sometimes_seen *seen, const struct sighting *sighting)
{
    switch ((unsigned)sighting->kind) {
    case SIGHT_EFFECT:
        on_effect(seen, sighting);
        return;
    case SIGHT_SYNCED:
        sometimes_on_synced(seen, sighting);
        return;
    case SIGHT_VERDICT:
        on_verdict(seen, sighting);
        return;
    case SIGHT_VIEW:
        sometimes_on_view(seen, sighting);
        return;
    default:
        return;
    }
}

void sometimes_see(struct sometimes_seen *seen, const struct sighting *sighting)
{
    seen->has_just_crashed = sighting->kind == SIGHT_CRASHED;
    switch ((unsigned)sighting->kind) {
    case SIGHT_STARTED:
        sometimes_on_started(seen, sighting);
        return;
    case SIGHT_CRASHED:
        sometimes_on_crashed(seen, sighting);
        return;
    case SIGHT_CHECKPOINT_BEGUN:
    case SIGHT_CHECKPOINT:
    case SIGHT_STORE_FULL:
    case SIGHT_LEDGER_FULL:
        if (sighting->is_loyal) {
            sometimes_on_checkpoint(seen, sighting);
        }
        return;
    case SIGHT_CORRUPTED:
        sometimes_on_corrupted(seen, sighting);
        return;
    case SIGHT_DISK_LOST:
        sometimes_on_disk_lost(seen, sighting);
        return;
    case SIGHT_INVOKED:
        if (sighting->is_loyal) {
            on_invoked(seen, sighting);
        }
        return;
    case SIGHT_RETURNED:
        if (sighting->is_loyal) {
            on_returned(seen, sighting);
        }
        return;
    case SIGHT_CALM:
        sometimes_met(seen, SOMETIMES_CALM_WITH_WORK, seen->open != 0);
        seen->is_calm_idle = seen->open == 0;
        return;
    case SIGHT_FRAME:
    case SIGHT_APPLIED:
    case SIGHT_STATE:
    case SIGHT_USAGE:
    case SIGHT_SENT:
    case SIGHT_END:
        return;
    default:
        if (sighting->is_loyal && !sometimes_is_traitor(seen, sighting->replica)) {
            see_loyal(seen, sighting);
        }
        return;
    }
}

void sometimes_happen(struct sometimes_seen *seen, const struct happening *happening)
{
    switch (happening->kind) {
    case HAPPENING_DELIVERED:
        sometimes_met(seen, SOMETIMES_TWIN_HEARD,
                      happening->from >= seen->plan->replica_count &&
                          happening->from < WORLD_PROCESSES_MAX);
        return;
    case HAPPENING_LOST:
        sometimes_met(seen, SOMETIMES_NO_SESSION,
                      happening->text != NULL && strcmp(happening->text, "no session") == 0);
        return;
    case HAPPENING_FAULT:
        /* A crash is shown before it is told; a start that fails is only told. */
        sometimes_met(seen, SOMETIMES_START_FAILED,
                      !seen->has_just_crashed && happening->text != NULL &&
                          strstr(happening->text, " is down") != NULL);
        sometimes_on_faults(seen, happening->now_ns);
        return;
    case HAPPENING_SENT:
    case HAPPENING_NOTE:
        return;
    }
}
