/* sometimes_processes.c - replicas that stop, start, turn and are hindered, and what the plan does
 * to them. */
#include "cluster/sometimes_parts.h"

#include "base/assert.h"
#include "disk/faulty_folder.h"

#define LONG_PAUSE 10u /* Δ */

static uint32_t everybody(const struct sometimes_seen *seen)
{
    return (UINT32_C(1) << seen->plan->replica_count) - 1;
}

static unsigned count_bits(uint32_t set)
{
    return (unsigned)__builtin_popcount(set);
}

/* ---- up and down ---- */

void sometimes_on_started(struct sometimes_seen *seen, const struct sighting *sighting)
{
    struct sometimes_replica *replica = &seen->replicas[sighting->replica];
    replica->running++;
    replica->starts++;
    replica->view = 0;
    replica->failed_views = 0;
    replica->ancestors = 0;
    replica->sync.at_ns = 0;
    replica->sync.count = 0;
    replica->fetching_for = 0;
    replica->unsynced = 0;
    replica->height = sighting->height;
    replica->order_time_ns = 0;
    sometimes_on_checkpoint_start(seen, sighting);
    seen->running |= sometimes_bit(sighting->replica);
    sometimes_met(seen, SOMETIMES_BAD_DISK_BACK, replica->has_bad_disk && replica->starts > 1);
    sometimes_met(seen, SOMETIMES_AMNESIA, replica->has_forgotten);
    replica->has_forgotten = false;
}

static void look_at_crash(struct sometimes_seen *seen, const struct sometimes_replica *replica)
{
    sometimes_met(seen, SOMETIMES_CRASHED_UNSYNCED, replica->unsynced != 0);
    sometimes_met(seen, SOMETIMES_CRASHED_BEFORE_SEND,
                  replica->unsynced != 0 && replica->dies_at_send);
    sometimes_met(seen, SOMETIMES_TORN, replica->unsynced != 0 && replica->tears);
}

void sometimes_on_crashed(struct sometimes_seen *seen, const struct sighting *sighting)
{
    struct sometimes_replica *replica = &seen->replicas[sighting->replica];
    ASSERT(replica->running > 0);
    replica->running--;
    if (replica->running == 0) {
        seen->running &= ~sometimes_bit(sighting->replica);
    }
    if (sighting->is_loyal) {
        look_at_crash(seen, replica);
    }
    replica->view_at_crash = replica->view;
    replica->dies_at_send = false;
    replica->tears = false;
    replica->paused_until_ns = 0;
    unsigned up = count_bits(seen->running & everybody(seen));
    sometimes_met(seen, SOMETIMES_ALL_DOWN, up == 0);
    sometimes_met(seen, SOMETIMES_BELOW_QUORUM, up < seen->quorum && up != 0);
}

void sometimes_on_disk_lost(struct sometimes_seen *seen, const struct sighting *sighting)
{
    struct sometimes_replica *replica = &seen->replicas[sighting->replica];
    sometimes_met(seen, SOMETIMES_START_REFUSED, replica->running == 0 && !replica->has_lost_disk);
    seen->traitors |= sometimes_bit(sighting->replica);
}

void sometimes_on_corrupted(struct sometimes_seen *seen, const struct sighting *sighting)
{
    seen->traitors |= sometimes_bit(sighting->replica);
    sometimes_met(seen, SOMETIMES_TURNED_LATE, seen->height != 0);
    sometimes_met(seen, SOMETIMES_TURNED_IN_COMMAND,
                  seen->view != 0 && sometimes_commander(seen, seen->view) == sighting->replica);
}

/* ---- records ---- */

void sometimes_on_persist(struct sometimes_seen *seen, const struct sighting *sighting)
{
    seen->replicas[sighting->replica].unsynced++;
}

void sometimes_on_synced(struct sometimes_seen *seen, const struct sighting *sighting)
{
    struct sometimes_replica *replica = &seen->replicas[sighting->replica];
    replica->unsynced = 0;
    sometimes_met(seen, SOMETIMES_FULL_RESUMED, replica->is_full);
    replica->is_full = false;
}

/* ---- the plan ---- */

static void on_partition(struct sometimes_seen *seen, const struct fault *fault)
{
    uint32_t inside = fault->whom & everybody(seen);
    uint32_t outside = everybody(seen) & ~inside;
    uint64_t until_ns = fault->at_ns + fault->length_ns;
    bool has_inside = count_bits(inside) >= seen->quorum;
    bool has_outside = count_bits(outside) >= seen->quorum;
    if (!has_inside && !has_outside) {
        sometimes_met(seen, SOMETIMES_NO_QUORUM_SPLIT, true);
        seen->is_torn_apart = true;
        seen->apart_until_ns = until_ns;
        return;
    }
    seen->cut_off = has_inside ? outside : inside;
    seen->cut_until_ns = until_ns;
}

static void on_corrupt(struct sometimes_seen *seen, const struct fault *fault)
{
    uint32_t strategy = UINT32_C(1) << ((uint64_t)fault->value % 32);
    seen->turned++;
    seen->strategies |= strategy;
    sometimes_met(seen, SOMETIMES_MIXED_TRAITORS,
                  seen->turned == seen->plan->fault_count && seen->turned >= 2 &&
                      count_bits(seen->strategies) >= 2);
}

static void on_replica_fault(struct sometimes_seen *seen, const struct fault *fault,
                             struct sometimes_replica *replica)
{
    uint64_t until_ns = fault->at_ns + fault->length_ns;
    switch ((unsigned)fault->kind) {
    case FAULT_CRASH:
        replica->tears = fault->value % FAULTY_LOSS_COUNT == FAULTY_CUT ||
                         fault->value % FAULTY_LOSS_COUNT == FAULTY_TEAR;
        return;
    case FAULT_CRASH_AT_CALL:
    case FAULT_CRASH_AT_SEND:
        replica->tears = fault->whom % FAULTY_LOSS_COUNT == FAULTY_CUT ||
                         fault->whom % FAULTY_LOSS_COUNT == FAULTY_TEAR;
        replica->dies_at_send = fault->kind == FAULT_CRASH_AT_SEND;
        return;
    case FAULT_PAUSE:
        if (fault->length_ns > LONG_PAUSE * seen->plan->delta_ns && replica->running != 0) {
            replica->paused_until_ns = until_ns;
        }
        return;
    case FAULT_CLOCK_JUMP:
        sometimes_met(seen, SOMETIMES_CLOCK_JUMP, seen->open != 0 && replica->running != 0);
        return;
    case FAULT_DISK_SLOW:
        replica->slow_until_ns =
            (uint64_t)fault->value * PLAN_MS >= seen->plan->delta_ns ? until_ns : 0;
        return;
    case FAULT_DISK_LOST:
        replica->has_lost_disk = true;
        return;
    case FAULT_DISK_FLIP:
    case FAULT_DISK_LIES:
    case FAULT_DISK_MISDIRECT:
        replica->has_bad_disk = true;
        return;
    case FAULT_AMNESIA:
        replica->has_forgotten = true;
        return;
    case FAULT_CORRUPT:
        on_corrupt(seen, fault);
        return;
    default:
        return;
    }
}

static void on_fault(struct sometimes_seen *seen, const struct fault *fault)
{
    switch ((unsigned)fault->kind) {
    case FAULT_PARTITION:
        on_partition(seen, fault);
        return;
    case FAULT_CUSTOMER_RESTART:
        sometimes_met(seen, SOMETIMES_CLIENT_RESTARTED, seen->client_open[fault->who] != 0);
        return;
    case FAULT_CRASH_ALL:
    case FAULT_ONE_WAY:
    case FAULT_LOSSY:
    case FAULT_CUSTOMER_CUT:
        return;
    default:
        on_replica_fault(seen, fault, &seen->replicas[fault->who]);
        return;
    }
}

/* Each fault is told when it begins, so that what has come due by then has begun. */
void sometimes_on_faults(struct sometimes_seen *seen, uint64_t now_ns)
{
    const struct plan *plan = seen->plan;
    while (seen->next_fault < plan->fault_total && plan->faults[seen->next_fault].at_ns <= now_ns) {
        const struct fault *fault = &plan->faults[seen->next_fault++];
        if (fault->at_ns <= plan->faults_until_ns) {
            on_fault(seen, fault);
        }
    }
}
