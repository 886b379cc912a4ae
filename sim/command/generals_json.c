/* generals_json.c - see generals_json.h. */
#include "command/generals_json.h"

#include <jansson.h>
#include <stdio.h>

/* jansson's numbers have a sign. */
static json_t *json_of_count(uint64_t count)
{
    return json_integer((json_int_t)(count > INT64_MAX ? INT64_MAX : count));
}

/* Null where there is none, and where it is beyond 64 bits. */
static json_t *json_of_formula(uint64_t formula)
{
    return formula == 0 || formula == UINT64_MAX ? json_null() : json_of_count(formula);
}

static json_t *json_of_order(const struct play *play, order_nr order)
{
    return json_string(scenario_order_name(&play->scenario, order));
}

static json_t *json_of_orders(const struct play *play, const order_nr *orders)
{
    json_t *list = json_array();
    for (unsigned general = 0; general < play->scenario.generals; general++) {
        (void)json_array_append_new(list, json_of_order(play, orders[general]));
    }
    return list;
}

static json_t *json_of_order_names(const struct scenario *scenario)
{
    json_t *list = json_array();
    for (unsigned order = 0; order < scenario->order_count; order++) {
        (void)json_array_append_new(list, json_string(scenario->order_names[order]));
    }
    return list;
}

static json_t *json_of_traitors(const struct scenario *scenario)
{
    json_t *list = json_array();
    for (unsigned general = 0; general < scenario->generals; general++) {
        if (general_is_in(scenario->traitors, (general_id)general) != 0) {
            (void)json_array_append_new(list, json_integer(general));
        }
    }
    return list;
}

/* Of each general: "loyal" for who is no traitor. */
static json_t *json_of_strategies(const struct scenario *scenario)
{
    json_t *list = json_array();
    for (unsigned general = 0; general < scenario->generals; general++) {
        (void)json_array_append_new(list,
                                    json_string(strategy_name(scenario->strategies[general])));
    }
    return list;
}

/* How often each traitor did otherwise than a loyal general; null for the loyal. */
static json_t *json_of_acted(const struct play *play)
{
    json_t *list = json_array();
    for (unsigned general = 0; general < play->scenario.generals; general++) {
        bool is_traitor = general_is_in(play->scenario.traitors, (general_id)general) != 0;
        (void)json_array_append_new(list,
                                    is_traitor ? json_of_count(play->acted[general]) : json_null());
    }
    return list;
}

static json_t *json_of_vectors(const struct play *play)
{
    if (!play->scenario.is_interactive && play->scenario.algorithm != ALGORITHM_NAIVE) {
        return json_null();
    }
    json_t *list = json_array();
    for (unsigned general = 0; general < play->scenario.generals; general++) {
        (void)json_array_append_new(list, json_of_orders(play, play->vectors[general]));
    }
    return list;
}

/* What receivers made of the messages that were sent, by the verdict's name. */
static json_t *json_of_verdicts(const struct play *play)
{
    uint64_t counts[VERDICT_COUNT] = {0};
    if (!play->is_recorded) {
        return json_null();
    }
    for (size_t i = 0; i < play->message_count; i++) {
        if (play->messages[i].sent != ORDER_ABSENT) {
            counts[play->messages[i].verdict]++;
        }
    }
    json_t *object = json_object();
    for (unsigned verdict = 0; verdict < VERDICT_COUNT; verdict++) {
        if (counts[verdict] > 0) {
            (void)json_object_set_new(object, verdict_name((enum verdict)verdict),
                                      json_of_count(counts[verdict]));
        }
    }
    return object;
}

static json_t *json_of_expectation(enum expectation expectation)
{
    return expectation == EXPECT_NOTHING ? json_null() : json_boolean(expectation == EXPECT_HOLDS);
}

static void set(json_t *object, const char *key, json_t *value)
{
    (void)json_object_set_new(object, key, value);
}

static void set_scenario(json_t *object, const struct play *play)
{
    const struct scenario *scenario = &play->scenario;
    set(object, "name", scenario->name[0] == '\0' ? json_null() : json_string(scenario->name));
    set(object, "algorithm", json_string(algorithm_name(scenario->algorithm)));
    set(object, "generals", json_integer(scenario->generals));
    set(object, "m", json_integer(scenario->m));
    set(object, "p", json_integer(scenario->p));
    set(object, "commander", json_integer(scenario->commander));
    set(object, "order", json_of_order(play, scenario->order));
    set(object, "orders", json_of_order_names(scenario));
    set(object, "interactive_consistency", json_boolean(scenario->is_interactive));
    set(object, "private_orders", json_of_orders(play, scenario->private_orders));
    set(object, "traitors", json_of_traitors(scenario));
    set(object, "strategies", json_of_strategies(scenario));
    set(object, "graph", json_string(scenario->graph_name));
    set(object, "round_rule", json_boolean(scenario->has_round_rule));
    set(object, "beyond", json_boolean(scenario->is_beyond));
    set(object, "seed", json_of_count(scenario->seed));
}

static void set_outcome(json_t *object, const struct play *play)
{
    set(object, "rounds", json_integer(play->rounds));
    set(object, "messages", json_of_count(play->sent_count));
    set(object, "messages_formula", json_of_formula(play->messages_formula));
    set(object, "packets", json_of_count(play->packet_count));
    set(object, "packets_formula", json_of_formula(play->packets_formula));
    set(object, "signatures", json_of_count(play->signature_count));
    set(object, "verifications", json_of_count(play->verify_count));
    set(object, "decisions", json_of_orders(play, play->decisions));
    set(object, "vectors", json_of_vectors(play));
    set(object, "acted", json_of_acted(play));
    set(object, "verdicts", json_of_verdicts(play));
    set(object, "ic1", json_boolean(play->ic1));
    set(object, "ic2", json_boolean(play->ic2));
    set(object, "ic1_reason", json_string(play->ic1_reason));
    set(object, "ic2_reason", json_string(play->ic2_reason));
    set(object, "ic2_has_case", json_boolean(play->has_ic2));
    set(object, "expected_ic1", json_of_expectation(play->scenario.expect_ic1));
    set(object, "expected_ic2", json_of_expectation(play->scenario.expect_ic2));
}

void generals_print_json(const struct play *play, const char *search, void *stream)
{
    FILE *out = stream;
    json_t *object = json_object();
    set_scenario(object, play);
    set_outcome(object, play);
    set(object, "search", search == NULL ? json_null() : json_string(search));
    (void)json_dumpf(object, out, JSON_INDENT(2));
    (void)fputc('\n', out);
    json_decref(object);
}
