/* support_oral.c - a game of OM(m) from the first packet to the verdict. */
#include "support_oral.h"

#include "base/assert.h"
#include "base/prng.h"

#include <string.h>

#define MEMORY_BYTES  (UINT64_C(1) << 21)
#define PACKET_VALUES 65536u

static uint8_t memory[MEMORY_BYTES];
static order_nr packet[PACKET_VALUES];

static void begin(const struct oral_game *game, struct oral_outcome *outcome)
{
    const struct om_shape *shape = &game->shape;
    const uint64_t each = om_memory_bytes(shape->generals, shape->m);
    ASSERT(shape->generals <= ORAL_GENERALS_MAX && each <= MEMORY_BYTES / shape->generals);
    outcome->value_count = 0;
    outcome->packet_count = 0;
    for (unsigned self = 0; self < shape->generals; self++) {
        om_init(&outcome->oms[self], shape, (general_id)self, memory + self * each);
    }
    om_set_order(&outcome->oms[shape->commander], game->order);
}

static void carry(const struct oral_game *game, struct oral_outcome *outcome, unsigned round,
                  general_id from, general_id to)
{
    const size_t values = om_packet_values(&game->shape, round, from, to);
    if (values == 0) {
        return;
    }
    ASSERT(values <= PACKET_VALUES);
    om_pack(&outcome->oms[from], round, to, packet);
    if (general_is_in(game->traitors, from) && !general_is_in(game->traitors, to)) {
        for (size_t i = 0; i < values; i++) {
            general_id path[ROUNDS_MAX];
            om_packet_path(&game->shape, round, from, to, i, path);
            packet[i] = game->lie(game->context, path, round, to, packet[i]);
        }
    }
    om_take(&outcome->oms[to], round, from, packet);
    outcome->value_count += values;
    outcome->packet_count++;
}

static void judge(const struct oral_game *game, struct oral_outcome *outcome)
{
    const general_id commander = game->shape.commander;
    const bool has_loyal_commander = !general_is_in(game->traitors, commander);
    bool is_first = true;
    order_nr common = RETREAT;
    outcome->ic1 = outcome->ic2 = true;
    for (unsigned self = 0; self < game->shape.generals; self++) {
        const struct om *om = &outcome->oms[self];
        const bool is_by_variant = game->decide != NULL && self != commander;
        const order_nr decision = is_by_variant ? game->decide(om) : om_decide(om);
        outcome->decisions[self] = decision;
        if (self == commander || general_is_in(game->traitors, (general_id)self)) {
            continue;
        }
        common = is_first ? decision : common;
        is_first = false;
        outcome->ic1 = outcome->ic1 && decision == common;
        outcome->ic2 = outcome->ic2 && (!has_loyal_commander || decision == game->order);
    }
}

void oral_play(const struct oral_game *game, struct oral_outcome *outcome)
{
    const unsigned generals = game->shape.generals;
    begin(game, outcome);
    for (unsigned round = 1; round <= game->shape.m + 1; round++) {
        for (unsigned from = 0; from < generals; from++) {
            for (unsigned to = 0; to < generals; to++) {
                carry(game, outcome, round, (general_id)from, (general_id)to);
            }
        }
    }
    judge(game, outcome);
}

/* Choice number c is bit c of the strategy. */
struct choices {
    uint64_t strategy;
    unsigned used;
};

static order_nr lie_by_choice(void *context, const general_id *path, unsigned count, general_id to,
                              order_nr due)
{
    (void)path, (void)count, (void)to, (void)due;
    struct choices *choices = context;
    unsigned choice = choices->used++;
    return (order_nr)(choice < 64 ? choices->strategy >> choice & 1 : 0);
}

unsigned oral_count_choices(const struct oral_game *game)
{
    struct choices choices = {0};
    struct oral_game counted = *game;
    struct oral_outcome outcome;
    counted.lie = lie_by_choice;
    counted.context = &choices;
    oral_play(&counted, &outcome);
    return choices.used;
}

static void tally_add(struct oral_tally *tally, const struct oral_outcome *outcome)
{
    tally->played++;
    tally->ic1_broken += outcome->ic1 ? 0 : 1;
    tally->ic2_broken += outcome->ic2 ? 0 : 1;
}

struct oral_tally oral_exhaust(const struct oral_game *game, bool stops_when_broken)
{
    const unsigned choice_count = oral_count_choices(game);
    ASSERT(choice_count < 64);
    struct oral_tally tally = {0};
    struct oral_game played = *game;
    struct choices choices = {0};
    played.lie = lie_by_choice;
    played.context = &choices;
    for (uint64_t strategy = 0; strategy >> choice_count == 0; strategy++) {
        struct oral_outcome outcome;
        choices = (struct choices){.strategy = strategy};
        oral_play(&played, &outcome);
        tally_add(&tally, &outcome);
        if (stops_when_broken && (!outcome.ic1 || !outcome.ic2)) {
            break;
        }
    }
    return tally;
}

general_set oral_first_set(unsigned size)
{
    return generals_all(size);
}

/* The next higher number with as many bits. */
general_set oral_next_set(general_set set, unsigned generals)
{
    if (set == 0) {
        return 0;
    }
    general_set lowest = set & (~set + 1);
    general_set carried = set + lowest;
    general_set next = carried | ((set ^ carried) / lowest) >> 2;
    return next > generals_all(generals) ? 0 : next;
}

static uint64_t mix(uint64_t seed, uint64_t value)
{
    struct prng prng;
    prng_init(&prng, seed ^ (value + 1) * UINT64_C(0x9e3779b97f4a7c15));
    return prng_next(&prng);
}

order_nr oral_lie_by_plan(void *context, const general_id *path, unsigned count, general_id to,
                          order_nr due)
{
    const struct oral_plan *plan = context;
    const uint64_t way = mix(plan->seed, path[count - 1]);
    uint64_t words = plan->seed;
    for (unsigned i = 0; i < count; i++) {
        words = mix(words, path[i]);
    }
    words = mix(words, to);
    switch (way % 8) {
    case 0: /* one thing to these and another to those, whatever it is about */
        return (order_nr)(mix(way, to) % plan->orders);
    case 1: /* one thing about these and another about those */
        return (order_nr)(mix(way, count < 2 ? to : path[count - 2]) % plan->orders);
    case 2:
        return (order_nr)((due + 1u) % plan->orders);
    case 3:
        return ORDER_ABSENT;
    case 4: /* mostly the truth */
        return (order_nr)(words % 8 == 0 ? words / 8 % plan->orders : due);
    default:
        return (order_nr)(words % 16 == 0 ? ORDER_ABSENT : words / 16 % plan->orders);
    }
}

struct oral_tally oral_sample(const struct om_shape *shape, unsigned traitors, unsigned orders,
                              unsigned games, order_nr (*decide)(const struct om *om))
{
    struct oral_tally tally = {0};
    for (unsigned i = 0; i < games; i++) {
        struct oral_plan plan = {.seed = mix(i, 1), .orders = orders};
        struct oral_game game = {.shape = *shape,
                                 .order = (order_nr)(i % orders),
                                 .lie = oral_lie_by_plan,
                                 .context = &plan,
                                 .decide = decide};
        game.shape.commander = (general_id)(mix(i, 2) % shape->generals);
        for (uint64_t pick = 3; (unsigned)__builtin_popcountll(game.traitors) < traitors; pick++) {
            game.traitors |= general_bit((general_id)(mix(i, pick) % shape->generals));
        }
        struct oral_outcome outcome;
        oral_play(&game, &outcome);
        tally_add(&tally, &outcome);
    }
    return tally;
}
