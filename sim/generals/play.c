/* play.c - from a scenario to a record: prepares, has each instance played, and sums up. */
#include "generals/play.h"

#include "agreement/eig.h"
#include "base/assert.h"
#include "generals/play_naive.h"
#include "generals/play_om.h"
#include "generals/play_om_graph.h"
#include "generals/play_sm.h"
#include "generals/verdicts.h"

#include <stdlib.h>
#include <string.h>

static uint64_t add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t multiply(uint64_t a, uint64_t b)
{
    return b != 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

static size_t instance_count(const struct scenario *scenario)
{
    if (scenario->algorithm == ALGORITHM_NAIVE) {
        return 0;
    }
    return scenario->is_interactive ? scenario->generals : 1;
}

static bool is_om_graph(const struct scenario *scenario)
{
    return scenario->algorithm == ALGORITHM_OM && !graph_is_complete(&scenario->graph);
}

/* Messages of an all-loyal run, 0 where there is no formula. */
static uint64_t messages_formula(const struct scenario *scenario)
{
    uint64_t generals = scenario->generals;
    uint64_t instances = instance_count(scenario);
    if (scenario->algorithm == ALGORITHM_NAIVE) {
        return generals * (generals - 1);
    }
    if (!graph_is_complete(&scenario->graph)) {
        return 0;
    }
    return scenario->algorithm == ALGORITHM_OM
               ? multiply(instances, om_message_count(scenario->generals, scenario->m))
               : instances * sm_message_count(scenario->generals, scenario->m);
}

/* Only OM sends much together: each of SM's and the naive algorithm's messages goes alone. */
static uint64_t packets_formula(const struct scenario *scenario)
{
    if (scenario->algorithm == ALGORITHM_OM && graph_is_complete(&scenario->graph)) {
        return instance_count(scenario) * om_packet_count(scenario->generals, scenario->m);
    }
    return messages_formula(scenario);
}

/* Messages that a record may come to. SM: two orders from each general to each other one, not due,
 * late and again, at most; and the lies. */
static uint64_t record_count(const struct scenario *scenario)
{
    uint64_t generals = scenario->generals;
    if (is_om_graph(scenario)) {
        return PLAY_RECORD_MAX;
    }
    if (scenario->algorithm != ALGORITHM_SM) {
        return messages_formula(scenario);
    }
    uint64_t count = instance_count(scenario) * 8 * generals * generals + scenario->lie_count;
    return count < PLAY_RECORD_MAX ? count : PLAY_RECORD_MAX;
}

/* A record grows: its arrays double, and while they do the old ones are there too. */
static uint64_t record_bytes(const struct scenario *scenario)
{
    uint64_t path = is_om_graph(scenario) ? GENERALS_MAX : scenario->m + 1;
    if (scenario->algorithm == ALGORITHM_SM) {
        path = ROUNDS_MAX;
    }
    if (messages_formula(scenario) > PLAY_RECORD_MAX) {
        return 0;
    }
    return 3 * (record_count(scenario) + 64) * (sizeof(struct message) + path);
}

uint64_t play_memory(const struct scenario *scenario)
{
    uint64_t instances = instance_count(scenario);
    uint64_t bytes = sizeof(struct play) + instances * sizeof(struct instance);
    bytes += 2 * scenario->lie_count * (sizeof(struct lie) + sizeof(struct lie *));
    bytes += record_bytes(scenario);
    if (scenario->algorithm == ALGORITHM_NAIVE) {
        return bytes;
    }
    if (scenario->algorithm == ALGORITHM_SM) {
        return bytes + instances * play_sm_memory(scenario->generals) +
               play_sm_scratch(scenario->generals);
    }
    if (is_om_graph(scenario)) {
        return add(bytes, play_om_graph_memory(scenario));
    }
    uint64_t game = play_om_memory(scenario->generals, scenario->m);
    /* A packet is smaller than what one general is told. */
    return add(bytes,
               add(multiply(instances, game), om_memory_bytes(scenario->generals, scenario->m)));
}

static void prepare_instances(struct play *play)
{
    const struct scenario *scenario = &play->scenario;
    for (size_t i = 0; i < play->instance_count; i++) {
        struct instance *instance = &play->instances[i];
        instance->commander = scenario->is_interactive ? (general_id)i : scenario->commander;
        instance->order = scenario->is_interactive ? scenario->private_orders[i] : scenario->order;
    }
}

static enum error play_instance(struct recorder *recorder, const struct plot *plot, size_t index,
                                struct error_text *text)
{
    if (plot->scenario->algorithm == ALGORITHM_SM) {
        return play_sm(recorder, plot, index, text);
    }
    return is_om_graph(plot->scenario) ? play_om_graph(recorder, plot, index, text)
                                       : play_om(recorder, plot, index, text);
}

static enum error play_all(struct play *play, const struct plot *plot, struct error_text *text)
{
    struct recorder recorder;
    record_begin(&recorder, play, play->messages_formula);
    if (play->scenario.algorithm == ALGORITHM_NAIVE) {
        play_naive(&recorder, plot);
    }
    for (size_t i = 0; i < play->instance_count; i++) {
        TRY(play_instance(&recorder, plot, i, text));
    }
    if (recorder.is_out_of_memory) {
        return error_set(text, ERROR_MEMORY, "no memory for the record of what was said");
    }
    return OK;
}

/* What a vector comes to: the strict majority, else RETREAT. */
static order_nr majority(const order_nr *vector, unsigned count)
{
    order_nr others[GENERALS_MAX + EIG_SLACK_BYTES] = {0};
    memcpy(others, vector + 1, count - 1);
    return eig_majority(vector[0], others, count - 1);
}

/* What each general obeys in the end. */
static void decide(struct play *play)
{
    unsigned generals = play->scenario.generals;
    if (play->instance_count == 1) {
        memcpy(play->decisions, play->instances[0].decisions, sizeof play->decisions);
        return;
    }
    for (unsigned g = 0; g < generals; g++) {
        for (size_t i = 0; i < play->instance_count; i++) {
            play->vectors[g][i] = play->instances[i].decisions[g];
        }
        play->decisions[g] = majority(play->vectors[g], generals);
    }
}

static enum error prepare(struct play *play, const struct scenario *scenario,
                          struct error_text *text)
{
    TRY(scenario_copy(&play->scenario, scenario, text));
    play->instance_count = instance_count(scenario);
    play->messages_formula = messages_formula(scenario);
    play->packets_formula = packets_formula(scenario);
    play->instances = calloc(play->instance_count + 1, sizeof *play->instances);
    if (play->instances == NULL) {
        play->instance_count = 0;
        return error_set(text, ERROR_MEMORY, "no memory for a game of %u generals",
                         scenario->generals);
    }
    prepare_instances(play);
    return OK;
}

static enum error play_prepared(struct play *play, struct error_text *text)
{
    struct plot plot;
    if (plot_init(&plot, &play->scenario) != OK) {
        return error_set(text, ERROR_MEMORY, "no memory for %zu lies", play->scenario.lie_count);
    }
    enum error error = play_all(play, &plot, text);
    plot_fini(&plot);
    return error;
}

enum error play_run(const struct scenario *scenario, struct play **play, struct error_text *text)
{
    *play = NULL;
    TRY(scenario_check(scenario, text));
    struct play *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return error_set(text, ERROR_MEMORY, "no memory for a game of %u generals",
                         scenario->generals);
    }
    enum error error = prepare(made, scenario, text);
    error = error == OK ? play_prepared(made, text) : error;
    if (error != OK) {
        play_free(made);
        return error;
    }
    decide(made);
    verdicts_judge(made);
    *play = made;
    return OK;
}

void play_free(struct play *play)
{
    if (play == NULL) {
        return;
    }
    for (size_t i = 0; i < play->instance_count; i++) {
        free(play->instances[i].oms);
        free(play->instances[i].sms);
    }
    free(play->instances);
    free(play->messages);
    free(play->paths);
    scenario_fini(&play->scenario);
    free(play);
}

const char *fate_name(enum fate fate)
{
    switch (fate) {
    case FATE_LOYAL:
        return "loyal";
    case FATE_LIE:
        return "lie";
    case FATE_SILENT:
        return "silent";
    case FATE_LATE:
        return "late";
    case FATE_GARBAGE:
        return "garbage";
    case FATE_EXTRA:
        return "extra";
    }
    return "unknown";
}
