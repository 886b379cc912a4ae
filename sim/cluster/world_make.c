/* world_make.c - a world as its plan says: group, keys, oracles, processes, customers, and what is
 * due from the beginning; and its end. */
#include "cluster/state.h"

#include <stdio.h>
#include <stdlib.h>

/* For what is asked for in the calm: a run ends before, once nothing is open any more. */
#define LATE_NS (300 * PLAN_S)

static void make_group(struct world *world)
{
    const struct plan *plan = world->plan;
    struct group *group = &world->group;
    ideal_init(&world->book, plan->seed);
    (void)snprintf(group->name, sizeof group->name, "simulated");
    (void)snprintf(group->machine_name, sizeof group->machine_name, "kv");
    group->faults = plan->fault_count;
    group->delta_ms = (uint32_t)(plan->delta_ns / PLAN_MS);
    group->time_ahead_ms = 500;
    group->replica_count = plan->replica_count;
    for (replica_id i = 0; i < plan->replica_count; i++) {
        group->replicas[i].id = i;
        group->replicas[i].key = ideal_key(&world->book, i);
    }
    group->client_count = plan->customer_count;
    for (size_t c = 0; c < plan->customer_count; c++) {
        (void)snprintf(group->clients[c].name, sizeof group->clients[c].name, "customer-%zu", c);
        group->clients[c].key = ideal_key(&world->book, (uint32_t)(1000 + c));
        group->clients[c].role = ROLE_WRITE;
    }
    group_genesis(group, &group->genesis);
    world->conspiracy = (struct conspiracy){
        .replica_count = plan->replica_count,
        .fault_count = plan->fault_count,
        .genesis = group->genesis,
        .delta_ns = plan->delta_ns,
        .seed = plan->seed,
    };
    for (replica_id i = 0; i < plan->replica_count; i++) {
        world->conspiracy.replica_keys[i] = group->replicas[i].key;
    }
}

static enum error make_oracles(struct world *world)
{
    const struct plan *plan = world->plan;
    struct oracle_world *known = &world->known;
    *known = (struct oracle_world){
        .replica_count = plan->replica_count,
        .fault_count = plan->fault_count,
        .delta_ns = plan->delta_ns,
        .time_ahead_ns = world->group.time_ahead_ms * PLAN_MS,
        .genesis = world->group.genesis,
        .client_count = plan->customer_count,
    };
    for (size_t i = 0; i < plan->replica_count; i++) {
        known->replica_keys[i] = world->group.replicas[i].key;
    }
    for (size_t c = 0; c < plan->customer_count; c++) {
        known->client_keys[c] = world->group.clients[c].key;
        if (plan->customers[c].lie == CUSTOMER_HONEST) {
            known->honest_clients |= UINT64_C(1) << c;
        }
    }
    return oracles_new(&world->oracles, known);
}

static enum error make_customer(struct world *world, size_t c)
{
    const struct plan_customer *planned = &world->plan->customers[c];
    struct ideal_signer *signer = &world->customer_signers[c];
    *signer = (struct ideal_signer){.book = &world->book, .key = world->group.clients[c].key};
    struct customer_settings settings = {
        .number = c,
        .genesis = world->group.genesis,
        .key = signer->key,
        .authority = ideal_authority(signer),
        .replica_count = world->plan->replica_count,
        .fault_count = world->plan->fault_count,
        .delta_ns = world->plan->delta_ns,
        .seed = world->plan->seed * 1000 + c,
        .lie = planned->lie,
        .in_flight = planned->in_flight,
        .think_ns = planned->think_ns,
        .is_open_loop = planned->is_open_loop,
        .burst = planned->burst,
        .pause_ns = planned->pause_ns,
        .operations_max = planned->operations_max,
        .key_count = planned->key_count,
        .value_bytes_max = planned->value_bytes_max,
        .timeout_ns = planned->timeout_ns,
        .context = world,
        .send = world_send_request,
        .see = world_see_customer,
    };
    world->customer_wakes[c] = UINT64_MAX;
    return customer_new(&world->customers[c], &settings, 0);
}

enum error world_make(struct world *world, struct error_text *text)
{
    const struct plan *plan = world->plan;
    network_init(&world->network, plan);
    sometimes_init(&world->sometimes, plan);
    make_group(world);
    TRY(make_oracles(world));
    for (replica_id i = 0; i < plan->replica_count; i++) {
        world->process_count++;
        TRY(process_init(&world->processes[i], world, i, i, text));
    }
    for (size_t c = 0; c < plan->customer_count; c++) {
        TRY(make_customer(world, c));
    }
    for (size_t i = 0; i < plan->fault_total; i++) {
        agenda_add(&world->agenda,
                   &(struct event){.at_ns = plan->faults[i].at_ns, .kind = EVENT_FAULT, .tag = i});
    }
    agenda_add(&world->agenda, &(struct event){.at_ns = plan->faults_until_ns, .kind = EVENT_CALM});
    /* By then everything must have been done that can be asked of a group without faults. */
    uint64_t end_ns = plan->faults_until_ns + oracle_settle_ns(&world->known) + LATE_NS;
    agenda_add(&world->agenda, &(struct event){.at_ns = end_ns, .kind = EVENT_END});
    for (replica_id i = 0; i < plan->replica_count; i++) {
        process_start(&world->processes[i]);
    }
    for (size_t c = 0; c < plan->customer_count; c++) {
        customer_turn(world->customers[c], 0);
        world_wake_customer(world, c);
    }
    return OK;
}

void world_unmake(struct world *world)
{
    for (uint32_t i = 0; i < world->process_count; i++) {
        process_fini(&world->processes[i]);
    }
    for (size_t c = 0; c < world->plan->customer_count; c++) {
        if (world->customers[c] != NULL) {
            customer_free(world->customers[c]);
        }
    }
    struct event event;
    while (agenda_take(&world->agenda, &event)) {
        if (event_has_parcel(&event)) {
            parcel_free(&world->parcels, event.parcel);
        }
    }
    agenda_fini(&world->agenda);
    parcel_store_fini(&world->parcels);
    oracles_free(&world->oracles);
    free(world);
}
