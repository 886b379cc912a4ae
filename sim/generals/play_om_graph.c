/* play_om_graph.c - see play_om_graph.h: the hops of om_graph.h, step by step; those of traitors
 * are changed on their way. */
#include "generals/play_om_graph.h"

#include "agreement/om_graph.h"
#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One instance that is being played. */
struct graph_game {
    struct recorder *recorder;
    const struct plot *plot;
    unsigned instance;
    struct om_graph_plan plan;
    struct om_graph generals[GENERALS_MAX];
    general_set has_heard;          /* who was told anything yet */
    order_nr first[GENERALS_MAX];   /* what that was */
    general_set sent[GENERALS_MAX]; /* in this step, by each general: to whom */
    void *plan_memory;
    uint8_t *general_memory;
};

/* Fits one p to all who command. */
static bool fit(const struct scenario *scenario, unsigned *p, struct om_graph_lack *lack)
{
    unsigned first = scenario->is_interactive ? 0 : scenario->commander;
    unsigned last = scenario->is_interactive ? scenario->generals - 1 : first;
    *p = 0;
    for (unsigned commander = first; commander <= last; commander++) {
        const struct om_graph_shape asked = {.m = scenario->m,
                                             .p = scenario->p,
                                             .commander = (general_id)commander,
                                             .is_beyond = scenario->is_beyond};
        struct om_graph_shape fitting;
        if (!om_graph_fit(&scenario->graph, &asked, &fitting, lack)) {
            return false;
        }
        /* Parts of regular sets are regular: whoever has more can do with less. */
        *p = *p == 0 || fitting.p < *p ? fitting.p : *p;
    }
    return true;
}

unsigned play_om_graph_p(const struct scenario *scenario)
{
    unsigned p = 0;
    struct om_graph_lack lack;
    return fit(scenario, &p, &lack) ? p : 0;
}

uint64_t play_om_graph_memory(const struct scenario *scenario)
{
    unsigned p = play_om_graph_p(scenario);
    if (p == 0) {
        return 0;
    }
    uint64_t plan = om_graph_plan_bytes(scenario->generals, scenario->m, p);
    uint64_t generals = om_graph_bytes(scenario->generals, scenario->m, p);
    uint64_t fixed = sizeof(struct graph_game);
    if (plan == UINT64_MAX || generals > (UINT64_MAX - plan - fixed) / scenario->generals) {
        return UINT64_MAX;
    }
    return fixed + plan + generals * scenario->generals;
}

/* "1, 2 and 5". */
static const char *list(general_set set, char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    for (general_set left = set; left != 0 && length < size; left &= left - 1) {
        const char *separator = left == set ? "" : general_count(left) == 1 ? " and " : ", ";
        int added = snprintf(text + length, size - length, "%s%u", separator, general_lowest(left));
        length += added < 0 ? size : (size_t)added;
    }
    return text;
}

/* What else could be done, if anything. */
static const char *hint(const struct scenario *scenario, char *text, size_t size)
{
    struct scenario beyond = *scenario;
    beyond.is_beyond = true;
    unsigned p = scenario->is_beyond || scenario->p != 0 ? 0 : play_om_graph_p(&beyond);
    text[0] = '\0';
    if (p != 0) {
        (void)snprintf(text, size, "; --beyond plays it with p = %u", p);
    }
    return text;
}

static enum error refuse_set(const struct scenario *scenario, const struct om_graph_lack *lack,
                             struct error_text *text)
{
    char names[300];
    char where[400] = "";
    char paths[400] = "";
    char beyond[64] = "";
    if (lack->without != 0) {
        (void)snprintf(where, sizeof(where),
                       ", as commander one level down, without %s who commanded before",
                       list(lack->without, names, sizeof(names)));
    }
    if (lack->neighbours < lack->wanted) {
        (void)snprintf(paths, sizeof(paths), "he has only %u", lack->neighbours);
    } else if (lack->is_together) {
        (void)snprintf(paths, sizeof(paths),
                       "no such choice reaches all: from %s only %u disjoint paths lead to general "
                       "%u",
                       list(lack->members, names, sizeof(names)), lack->paths, lack->target);
    } else {
        (void)snprintf(paths, sizeof(paths),
                       "from all his %u only %u disjoint paths lead to general %u",
                       lack->neighbours, lack->paths, lack->target);
    }
    return error_set(text, ERROR_INVALID,
                     "OM(%u,%u) on the graph %s: general %u needs a regular set of %u "
                     "neighbours%s; %s%s",
                     scenario->m, lack->wanted + general_count(lack->without), scenario->graph_name,
                     lack->general, lack->wanted, where, paths,
                     hint(scenario, beyond, sizeof(beyond)));
}

static enum error refuse(const struct scenario *scenario, const struct om_graph_lack *lack,
                         struct error_text *text)
{
    switch (lack->answer) {
    case OM_GRAPH_NO_RELAY:
        return error_set(text, ERROR_INVALID,
                         "m is 0, and the graph %s is not complete: only the commander's "
                         "neighbours would be told; m must be at least 1",
                         scenario->graph_name);
    case OM_GRAPH_P_TOO_SMALL:
        return error_set(text, ERROR_INVALID,
                         "p is %u, and must be at least %u for m = %u: OM(m,p) is proven for "
                         "p >= 3m%s",
                         scenario->p, lack->wanted, scenario->m,
                         scenario->is_beyond ? ", and means nothing for p < m"
                                             : "; --beyond plays it all the same");
    case OM_GRAPH_TOO_LARGE:
        return error_set(text, ERROR_LIMIT,
                         "OM(%u,p) on the graph %s takes more than %u instances, or the search for "
                         "regular sets too long; give a smaller m or p",
                         scenario->m, scenario->graph_name, OM_GRAPH_INSTANCES_MAX);
    case OM_GRAPH_NO_SET:
    case OM_GRAPH_FITS:
        break;
    }
    return refuse_set(scenario, lack, text);
}

enum error play_om_graph_check(const struct scenario *scenario, struct error_text *text)
{
    unsigned p = 0;
    struct om_graph_lack lack;
    return fit(scenario, &p, &lack) ? OK : refuse(scenario, &lack, text);
}

/* The commander's order counts as what he was told. */
static void hear(struct graph_game *game, general_id general, order_nr order)
{
    if (!general_is_in(game->has_heard, general)) {
        game->has_heard |= general_bit(general);
        game->first[general] = order == ORDER_ABSENT ? RETREAT : order;
    }
}

static bool game_open(struct graph_game *game, const struct scenario *scenario,
                      const struct instance *played, unsigned p)
{
    const struct om_graph_shape shape = {
        .m = scenario->m, .p = p, .commander = played->commander, .is_beyond = scenario->is_beyond};
    size_t each = (size_t)om_graph_bytes(scenario->generals, scenario->m, p);
    game->plan_memory = malloc((size_t)om_graph_plan_bytes(scenario->generals, scenario->m, p));
    game->general_memory = calloc(scenario->generals, each);
    if (game->plan_memory == NULL || game->general_memory == NULL) {
        return false;
    }
    om_graph_plan_init(&game->plan, &scenario->graph, &shape, game->plan_memory);
    for (unsigned g = 0; g < scenario->generals; g++) {
        om_graph_init(&game->generals[g], &game->plan, (general_id)g,
                      game->general_memory + g * each);
    }
    om_graph_set_order(&game->generals[shape.commander], played->order);
    hear(game, shape.commander, played->order);
    return true;
}

static void game_close(struct graph_game *game)
{
    free(game->plan_memory);
    free(game->general_memory);
    free(game);
}

static void play_hop(struct graph_game *game, unsigned step, const struct om_graph_hop *hop)
{
    general_id path[GENERALS_MAX];
    const struct occasion occasion = {.instance = game->instance,
                                      .round = step,
                                      .rounds = game->plan.steps,
                                      .from = hop->from,
                                      .to = hop->to,
                                      .path = path,
                                      .path_count = om_graph_path(&game->plan, hop, path),
                                      .due = om_graph_due(&game->generals[hop->from], hop),
                                      .first = game->first[hop->from]};
    struct choice choice = general_is_in(game->plot->scenario->traitors, hop->from)
                               ? strategy_choose(game->plot, &occasion)
                               : choice_loyal(occasion.due);
    record_message(game->recorder, &occasion, &choice);
    if (choice.sent != ORDER_ABSENT && !general_is_in(game->sent[hop->from], hop->to)) {
        game->sent[hop->from] |= general_bit(hop->to);
        record_packet(game->recorder);
    }
    om_graph_take(&game->generals[hop->to], hop, choice.heard);
    hear(game, hop->to, choice.heard);
}

enum error play_om_graph(struct recorder *recorder, const struct plot *plot, size_t instance,
                         struct error_text *text)
{
    const struct scenario *scenario = plot->scenario;
    struct play *play = recorder->play;
    struct instance *played = &play->instances[instance];
    unsigned p = play->scenario.p != 0 ? play->scenario.p : play_om_graph_p(scenario);
    ASSERT(p != 0);
    struct graph_game *game = calloc(1, sizeof(*game));
    if (game == NULL) {
        return error_set(text, ERROR_MEMORY, "no memory for OM(%u,%u)", scenario->m, p);
    }
    game->recorder = recorder;
    game->plot = plot;
    game->instance = (unsigned)instance;
    if (!game_open(game, scenario, played, p)) {
        game_close(game);
        return error_set(text, ERROR_MEMORY, "no memory for OM(%u,%u) of %u generals", scenario->m,
                         p, scenario->generals);
    }
    for (unsigned step = 1; step <= game->plan.steps; step++) {
        struct om_graph_walk walk;
        struct om_graph_hop hop;
        memset(game->sent, 0, sizeof(game->sent));
        om_graph_walk_init(&walk, &game->plan, step);
        while (om_graph_walk_next(&walk, &hop)) {
            play_hop(game, step, &hop);
        }
    }
    for (unsigned g = 0; g < scenario->generals; g++) {
        played->decisions[g] = om_graph_decide(&game->generals[g]);
    }
    play->scenario.p = p;
    play->rounds = game->plan.steps > play->rounds ? game->plan.steps : play->rounds;
    game_close(game);
    return OK;
}
