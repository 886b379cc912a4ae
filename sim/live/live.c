/* live.c - see live.h. */
#include "live/live.h"

#include "traitors/traitor.h"

#define NS_PER_MS UINT64_C(1000000)

struct life {
    struct conspiracy conspiracy;
    replica_id self;
    size_t strategy;
    struct traitor *traitor; /* NULL: it never came so far */
};

static enum error wrap(void *context, const struct ports *inner, struct ports *outer)
{
    struct life *life = context;
    life->conspiracy.authorities[life->self] = inner->authority;
    TRY(traitor_new(&life->traitor, &life->conspiracy, life->self, life->strategy, inner));
    *outer = traitor_ports(life->traitor);
    return OK;
}

static uint64_t deadline_ns(void *context)
{
    const struct life *life = context;
    return traitor_deadline(life->traitor);
}

/* A conspiracy of one: the keys of others are on other machines. */
static void conspire(const struct live_settings *settings, struct conspiracy *conspiracy)
{
    const struct group *group = &settings->daemon.group;
    conspiracy->replica_count = group->replica_count;
    conspiracy->fault_count = group->faults;
    conspiracy->genesis = group->genesis;
    conspiracy->delta_ns = group->delta_ms * NS_PER_MS;
    conspiracy->seed = settings->seed;
    conspiracy->members = UINT32_C(1) << settings->daemon.id;
    for (size_t i = 0; i < group->replica_count; i++) {
        conspiracy->replica_keys[i] = group->replicas[i].key;
    }
}

int live_run(struct live_settings *settings, uint64_t *acted)
{
    struct life life = {.self = settings->daemon.id, .strategy = settings->strategy};
    const struct daemon_between between = {
        .context = &life, .wrap = wrap, .deadline_ns = deadline_ns};
    conspire(settings, &life.conspiracy);
    settings->daemon.between = &between;
    int exit_code = daemon_run(&settings->daemon);
    settings->daemon.between = NULL;
    *acted = 0;
    if (life.traitor != NULL) {
        *acted = traitor_acted(life.traitor);
        traitor_free(life.traitor);
    }
    return exit_code;
}
