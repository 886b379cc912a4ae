/* fault_text.c - faults in words. */
#include "cluster/plan.h"
#include "disk/faulty_folder.h"
#include "traitors/traitor.h"

#include <stdio.h>

static const char *const names[FAULT_KIND_COUNT] = {
    [FAULT_CRASH] = "crash",
    [FAULT_CRASH_AT_CALL] = "crash-at-call",
    [FAULT_CRASH_AT_SEND] = "crash-at-send",
    [FAULT_CRASH_ALL] = "crash-all",
    [FAULT_PAUSE] = "pause",
    [FAULT_CLOCK_JUMP] = "clock-jump",
    [FAULT_CLOCK_DRIFT] = "clock-drift",
    [FAULT_PARTITION] = "partition",
    [FAULT_ONE_WAY] = "one-way",
    [FAULT_FLAP] = "flap",
    [FAULT_SLOW] = "slow",
    [FAULT_CLOG] = "clog",
    [FAULT_LOSSY] = "lossy",
    [FAULT_NARROW] = "narrow",
    [FAULT_CUSTOMER_CUT] = "customer-cut",
    [FAULT_DISK_FULL] = "disk-full",
    [FAULT_DISK_SLOW] = "disk-slow",
    [FAULT_DISK_READ] = "disk-read",
    [FAULT_STORE_DAMAGED] = "store-damaged",
    [FAULT_DISK_FLIP] = "disk-flip",
    [FAULT_DISK_MISDIRECT] = "disk-misdirect",
    [FAULT_DISK_LIES] = "disk-lies",
    [FAULT_DISK_LOST] = "disk-lost",
    [FAULT_CUSTOMER_RESTART] = "customer-restart",
    [FAULT_CORRUPT] = "corrupt",
    [FAULT_TWINS] = "twins",
    [FAULT_AMNESIA] = "amnesia",
};

const char *fault_name(enum fault_kind kind)
{
    return names[kind];
}

/* A set as "0+2+3"; "none". */
static const char *set_text(uint32_t set, char text[96])
{
    size_t size = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < 31 && size + 4 < 96; i++) {
        if ((set >> i & 1) != 0) {
            int length = snprintf(text + size, 96 - size, "%s%u", size == 0 ? "" : "+", i);
            size += (size_t)length;
        }
    }
    if (size == 0) {
        (void)snprintf(text, 96, "none");
    }
    return text;
}

/* "replicas 0+3 with customers 1": those on one side of a link fault, or who it befalls. */
static void side_text(char *text, size_t room, const char *who, uint32_t customers)
{
    char set[96];
    if (customers == 0) {
        (void)snprintf(text, room, "%s", who);
    } else {
        (void)snprintf(text, room, "%s with customers %s", who, set_text(customers, set));
    }
}

/* Whom a fault befalls. */
static void put_whom(const struct fault *fault, char *text, size_t room)
{
    char who[128];
    char set[96];
    switch ((unsigned)fault->kind) {
    case FAULT_PARTITION:
    case FAULT_ONE_WAY:
        (void)snprintf(who, sizeof who, "replicas %s", set_text(fault->whom, set));
        side_text(text, room, who, fault->customers);
        return;
    case FAULT_CRASH_ALL:
    case FAULT_LOSSY:
        (void)snprintf(text, room, "all");
        return;
    case FAULT_CUSTOMER_CUT:
    case FAULT_CUSTOMER_RESTART:
        (void)snprintf(text, room, "customer %u", fault->who);
        return;
    default:
        (void)snprintf(who, sizeof who, "replica %u", fault->who);
        side_text(text, room, who, fault->customers);
        return;
    }
}

static const char *loss_text(int64_t loss)
{
    static const char *const texts[FAULTY_LOSS_COUNT] = {
        [FAULTY_KEEP] = "nothing unsynced lost",
        [FAULTY_LOSE] = "all unsynced lost",
        [FAULTY_CUT] = "unsynced cut short",
        [FAULTY_TEAR] = "unsynced torn",
        [FAULTY_KILL] = "unsynced at the mercy of the next crash",
    };
    return loss >= 0 && loss < FAULTY_LOSS_COUNT ? texts[loss] : "?";
}

/* What more there is to say of it than its name. */
static void put_strength(const struct fault *fault, char *text, size_t room)
{
    char set[96];
    long long value = (long long)fault->value;
    switch ((unsigned)fault->kind) {
    case FAULT_CRASH:
    case FAULT_CRASH_ALL:
        (void)snprintf(text, room, ", %s", loss_text(fault->value));
        return;
    case FAULT_CRASH_AT_CALL:
        (void)snprintf(text, room, " %lld disk calls later", value);
        return;
    case FAULT_CRASH_AT_SEND:
        (void)snprintf(text, room, " %lld frames later", value);
        return;
    case FAULT_CLOCK_JUMP:
        (void)snprintf(text, room, " by %+lld ms", value);
        return;
    case FAULT_CLOCK_DRIFT:
        (void)snprintf(text, room, " of %+lld ppm", value);
        return;
    case FAULT_PARTITION:
        (void)snprintf(text, room, " from all others");
        return;
    case FAULT_ONE_WAY:
        (void)snprintf(text, room, ", unheard by all others");
        return;
    case FAULT_SLOW:
        (void)snprintf(text, room, " by %lld ms", value);
        return;
    case FAULT_LOSSY:
        (void)snprintf(text, room, ", %lld %% of frames", value);
        return;
    case FAULT_NARROW:
        (void)snprintf(text, room, ", %lld KB/s", value);
        return;
    case FAULT_CUSTOMER_CUT:
        (void)snprintf(text, room, ", reaches only replicas %s", set_text(fault->whom, set));
        return;
    case FAULT_DISK_FULL:
        (void)snprintf(text, room, ", %s", value % 2 == 0 ? "no new file" : "no write either");
        return;
    case FAULT_DISK_SLOW:
        (void)snprintf(text, room, ", a sync takes %lld ms", value);
        return;
    case FAULT_DISK_READ:
        (void)snprintf(text, room, " error %lld reads later", value);
        return;
    default:
        text[0] = '\0';
        return;
    }
}

void fault_describe(const struct fault *fault, char *line, size_t room)
{
    char whom[240];
    char strength[128];
    char length[32] = "";
    if (fault->kind == FAULT_CORRUPT) {
        (void)snprintf(line, room, "replica %u turns traitor: %s", fault->who,
                       traitor_strategy((size_t)fault->value)->name);
        return;
    }
    put_whom(fault, whom, sizeof whom);
    put_strength(fault, strength, sizeof strength);
    if (fault->length_ns != 0) {
        (void)snprintf(length, sizeof length, ", for %llu ms",
                       (unsigned long long)(fault->length_ns / PLAN_MS));
    }
    (void)snprintf(line, room, "%s: %s%s%s", whom, names[fault->kind], strength, length);
}
