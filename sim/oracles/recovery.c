/* recovery.c - the oracle of recovery: once faults have ended, every loyal replica comes to where
 * the foremost one was, whether it had crashed, been cut off or lagged; one that stays down does
 * not. By when: bounds.h. */
#include "oracles/bounds.h"
#include "oracles/kind.h"

struct recovery {
    struct oracle_self self;
    height_nr heights[REPLICAS_MAX]; /* decided or restored */
    bool is_calm;
    bool is_judged;
    uint64_t calm_ns;
    uint64_t due_ns;
    height_nr target;
};

static bool is_loyal(const struct recovery *recovery, replica_id replica)
{
    return (recovery->self.history->traitors >> replica & 1) == 0;
}

static void on_calm(struct recovery *recovery, uint64_t now_ns)
{
    const struct oracle_world *world = &recovery->self.history->world;
    height_nr lowest = UINT64_MAX;
    for (replica_id i = 0; i < world->replica_count; i++) {
        if (is_loyal(recovery, i)) {
            height_nr height = recovery->heights[i];
            lowest = height < lowest ? height : lowest;
            recovery->target = height > recovery->target ? height : recovery->target;
        }
    }
    recovery->is_calm = true;
    recovery->calm_ns = now_ns;
    recovery->due_ns =
        now_ns + (lowest == UINT64_MAX ? 0 : oracle_recovery_ns(world, recovery->target - lowest));
}

static bool is_down(const struct recovery *recovery, replica_id replica)
{
    return is_loyal(recovery, replica) && (recovery->self.history->running >> replica & 1) == 0;
}

static bool is_behind(const struct recovery *recovery, replica_id replica)
{
    return is_loyal(recovery, replica) && recovery->heights[replica] < recovery->target;
}

static void judge(struct recovery *recovery)
{
    recovery->is_judged = true;
    for (replica_id i = 0; i < recovery->self.history->world.replica_count; i++) {
        if (is_down(recovery, i)) {
            oracle_finding_note(
                &recovery->self.finding,
                "replica %u, loyal and with a sound disk, is down %llu ms into the calm", i,
                (unsigned long long)((recovery->due_ns - recovery->calm_ns) / 1000000));
        } else if (is_behind(recovery, i)) {
            oracle_finding_note(
                &recovery->self.finding,
                "replica %u is at height %llu %llu ms into the calm; one was at "
                "height %llu when it began",
                i, (unsigned long long)recovery->heights[i],
                (unsigned long long)((recovery->due_ns - recovery->calm_ns) / 1000000),
                (unsigned long long)recovery->target);
        }
    }
}

static bool is_settled(const void *self)
{
    const struct recovery *recovery = self;
    bool is_any_missing = false;
    for (replica_id i = 0; i < recovery->self.history->world.replica_count; i++) {
        is_any_missing = is_any_missing || is_down(recovery, i) || is_behind(recovery, i);
    }
    return recovery->is_calm && (recovery->is_judged || !is_any_missing);
}

static void see(void *self, const struct sighting *sighting)
{
    struct recovery *recovery = self;
    if (recovery->is_calm && !recovery->is_judged && sighting->now_ns > recovery->due_ns) {
        judge(recovery); /* by what was before this sighting */
    }
    if (sighting->kind == SIGHT_CALM && !recovery->is_calm) {
        on_calm(recovery, sighting->now_ns);
    } else if (sighting->kind == SIGHT_STARTED) {
        recovery->heights[sighting->replica] = sighting->height;
    } else if (sighting->kind == SIGHT_EFFECT) {
        recovery->heights[sighting->replica] = sighting->effect->decision->order.height;
    }
}

const struct oracle_kind oracle_recovery = {
    .name = "recovery",
    .says = "in the calm, every loyal replica is up, and where the foremost was, in bounded time",
    .property = PROPERTY_LIVENESS,
    .sights = ORACLE_SIGHTS_SELDOM | ORACLE_EFFECT(EFFECT_DECIDED),
    .self_bytes = sizeof(struct recovery),
    .see = see,
    .is_settled = is_settled,
};
