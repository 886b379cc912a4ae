/* fault_text.c - faults in words. */
#include "cluster/plan.h"
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

void fault_describe(const struct fault *fault, char *line, size_t room)
{
    char set[96];
    char customers[96];
    unsigned long long ms = fault->length_ns / PLAN_MS;
    long long value = (long long)fault->value;
    switch ((unsigned)fault->kind) {
    case FAULT_CORRUPT:
        (void)snprintf(line, room, "replica %u turns traitor: %s", fault->who,
                       traitor_strategy((size_t)fault->value)->name);
        return;
    case FAULT_PARTITION:
    case FAULT_ONE_WAY:
        (void)snprintf(line, room, "%s: replicas %s, customers %s, for %llu ms", names[fault->kind],
                       set_text(fault->whom, set), set_text(fault->customers, customers), ms);
        return;
    case FAULT_CRASH_ALL:
    case FAULT_LOSSY:
        (void)snprintf(line, room, "%s: %lld, for %llu ms", names[fault->kind], value, ms);
        return;
    case FAULT_CUSTOMER_CUT:
        (void)snprintf(line, room, "customer %u reaches only %s, for %llu ms", fault->who,
                       set_text(fault->whom, set), ms);
        return;
    case FAULT_CUSTOMER_RESTART:
        (void)snprintf(line, room, "customer %u restarts", fault->who);
        return;
    case FAULT_TWINS:
    case FAULT_AMNESIA:
    case FAULT_DISK_LOST:
    case FAULT_DISK_LIES:
    case FAULT_DISK_FLIP:
    case FAULT_DISK_MISDIRECT:
        (void)snprintf(line, room, "replica %u: %s", fault->who, names[fault->kind]);
        return;
    case FAULT_CLOG:
        (void)snprintf(line, room, "replica %u, customers %s: clog, for %llu ms", fault->who,
                       set_text(fault->customers, customers), ms);
        return;
    case FAULT_SLOW:
    case FAULT_NARROW:
        (void)snprintf(line, room, "replica %u, customers %s: %s %lld, for %llu ms", fault->who,
                       set_text(fault->customers, customers), names[fault->kind], value, ms);
        return;
    case FAULT_PAUSE:
    case FAULT_FLAP:
    case FAULT_DISK_FULL:
    case FAULT_STORE_DAMAGED:
        (void)snprintf(line, room, "replica %u: %s, for %llu ms", fault->who, names[fault->kind],
                       ms);
        return;
    default:
        (void)snprintf(line, room, "replica %u: %s %lld, for %llu ms", fault->who,
                       names[fault->kind], value, ms);
        return;
    }
}
