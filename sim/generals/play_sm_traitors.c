/* play_sm_traitors.c - strategies over signed chains. A traitor cannot alter what others signed; he
 * can sign two orders as commander, keep chains back, and try what must be refused. */
#include "generals/play_sm_traitors.h"

#include "base/assert.h"

#include <string.h>

static const struct scenario *scenario_of(const struct sm_game *game)
{
    return game->plot->scenario;
}

static general_id lowest(general_set set)
{
    return (general_id)__builtin_ctzll(set);
}

/* The dice of a chain that is due, or made up. */
static uint64_t roll(const struct sm_game *game, const struct sm_letter *letter)
{
    struct occasion occasion = {.instance = game->instance,
                                .round = game->round,
                                .from = letter->from,
                                .to = letter->to,
                                .path = letter->chain->signers,
                                .path_count = letter->chain->count};
    return strategy_dice(game->plot, &occasion) ^ letter->chain->order;
}

/* Takes over the longest beginning of the wanted chain that a traitor has seen. */
static void begin_with_seen(const struct sm_game *game, const struct lie *wanted,
                            struct sm_chain *chain)
{
    for (size_t i = 0; i < game->seen_count; i++) {
        const struct sm_chain *seen = &game->seen[i];
        if (seen->order == wanted->order && seen->count <= wanted->path_count &&
            seen->count > chain->count && memcmp(seen->signers, wanted->path, seen->count) == 0) {
            *chain = *seen;
        }
    }
}

void sm_traitor_craft(const struct sm_game *game, const struct lie *wanted, general_set able,
                      bool is_seen, struct sm_chain *chain)
{
    chain->order = wanted->order;
    chain->count = 0;
    if (is_seen) {
        begin_with_seen(game, wanted, chain);
    }
    while (chain->count < wanted->path_count) {
        general_id signer = wanted->path[chain->count];
        if (general_is_in(able, signer)) {
            sm_sign(&game->sms[signer].settings, chain);
            continue;
        }
        struct signature *forged = &chain->signatures[chain->count];
        for (size_t i = 0; i < sizeof forged->bytes; i++) {
            forged->bytes[i] = (uint8_t)(0xf0u + signer + i);
        }
        forged->bytes[sizeof forged->bytes - 1] = 0; /* canonical, so that it is really checked */
        chain->signers[chain->count++] = signer;
    }
}

/* Sends a chain of his own in the place of what is due. */
static void send_instead(struct sm_game *game, const struct sm_letter *due,
                         const struct sm_chain *chain, enum fate fate)
{
    struct sm_letter letter = *due;
    letter.chain = chain;
    letter.fate = fate;
    (void)sm_game_deliver(game, &letter);
}

static void withhold(struct sm_game *game, const struct sm_letter *due, enum fate fate)
{
    struct sm_letter letter = *due;
    letter.fate = fate;
    sm_game_withhold(game, &letter);
}

/* Sends a chain that is not due. */
static void send_extra(struct sm_game *game, general_id from, general_id to,
                       const struct sm_chain *chain)
{
    struct sm_letter letter = {game->round, from, to, chain, ORDER_ABSENT, FATE_EXTRA};
    (void)sm_game_deliver(game, &letter);
}

/* LIE, FLIP, SPLIT, RANDOM of a commander: signs the order that he chose for this receiver. */
static void order_otherwise(struct sm_game *game, const struct sm_letter *letter)
{
    struct occasion occasion = {.instance = game->instance,
                                .round = game->round,
                                .rounds = game->rounds,
                                .from = letter->from,
                                .to = letter->to,
                                .path = letter->chain->signers,
                                .path_count = letter->chain->count,
                                .due = letter->due,
                                .first = letter->due};
    struct choice choice = strategy_choose(game->plot, &occasion);
    if (choice.fate == FATE_LOYAL) {
        (void)sm_game_deliver(game, letter);
    } else if (choice.fate == FATE_SILENT) {
        withhold(game, letter, FATE_SILENT);
    } else {
        struct sm_chain chain = {.order = choice.sent};
        sm_sign(&game->sms[letter->from].settings, &chain);
        send_instead(game, letter, &chain, choice.fate);
    }
}

/* The same of a lieutenant: he relays or not. */
static bool is_relayed(const struct sm_game *game, const struct sm_letter *letter)
{
    const struct scenario *scenario = scenario_of(game);
    switch (scenario->strategies[letter->from]) {
    case STRATEGY_LIE:
        return letter->chain->order == scenario->lie_order;
    case STRATEGY_FLIP:
        return letter->chain->order == order_opposite(scenario, game->order);
    case STRATEGY_SPLIT:
        return general_is_in(strategy_first_half(scenario, letter->from, game->commander),
                             letter->to);
    case STRATEGY_RANDOM:
        return (roll(game, letter) & 1) != 0;
    case STRATEGY_LOYAL:
    case STRATEGY_SILENT:
    case STRATEGY_LATE:
    case STRATEGY_GARBAGE:
    case STRATEGY_FORGE:
    case STRATEGY_TRUNCATE:
    case STRATEGY_REPLAY:
    case STRATEGY_COLLUDE:
    case STRATEGY_SCRIPT:
    case STRATEGY_WORST:
    case STRATEGY_COUNT:
        break;
    }
    return true;
}

/* Chains that no receiver may look at further: no order, a name twice, the receiver's own name, a
 * beginning that is not the commander's. */
static void send_garbage(struct sm_game *game, const struct sm_letter *letter)
{
    struct sm_chain chain = *letter->chain;
    unsigned last = chain.count - 1u;
    uint64_t dice = roll(game, letter);
    switch (dice % 4) {
    case 0:
        chain.order = (order_nr)(ORDERS_MAX + dice / 4 % (ORDER_ABSENT - ORDERS_MAX));
        break;
    case 1:
        last = last == 0 ? 1 : last;
        chain.count = (uint8_t)(last + 1);
        chain.signers[last] = chain.signers[0];
        chain.signatures[last] = chain.signatures[0];
        break;
    case 2:
        chain.signers[last] = letter->to;
        break;
    default:
        chain.signers[0] = (general_id)((chain.signers[0] + 1u) % scenario_of(game)->generals);
        break;
    }
    send_instead(game, letter, &chain, FATE_GARBAGE);
}

/* Without the last signature, which is his own: the chain of a round before. */
static void send_truncated(struct sm_game *game, const struct sm_letter *letter)
{
    struct sm_chain chain = *letter->chain;
    chain.count--;
    send_instead(game, letter, &chain, FATE_GARBAGE);
}

/* Beside what is due, the other order as these same generals signed it in another game. */
static void send_foreign(struct sm_game *game, const struct sm_letter *letter)
{
    struct digest elsewhere = sm_game_instance(game, 1);
    struct sm_chain chain = {.order = order_opposite(scenario_of(game), letter->chain->order)};
    while (chain.count < letter->chain->count) {
        general_id signer = letter->chain->signers[chain.count];
        struct digest digest;
        sm_digest(&elsewhere, &chain, chain.count, &digest);
        signature_sign(&game->keys[signer].secret, &digest, &chain.signatures[chain.count]);
        chain.signers[chain.count++] = signer;
    }
    send_extra(game, letter->from, letter->to, &chain);
}

/* Whether a traitorous commander plans with his fellows. */
static bool is_plan(const struct sm_game *game)
{
    return scenario_of(game)->strategies[game->commander] == STRATEGY_COLLUDE;
}

/* The order that is shown to all is none that RETREAT could hide behind. */
static order_nr open_order(const struct sm_game *game)
{
    return game->order != RETREAT ? game->order : order_opposite(scenario_of(game), RETREAT);
}

static order_nr hidden_order(const struct sm_game *game)
{
    return order_opposite(scenario_of(game), open_order(game));
}

static void send_colluding(struct sm_game *game, const struct sm_letter *letter)
{
    struct sm_chain chain = {.order = open_order(game)};
    if (!is_plan(game)) {
        withhold(game, letter, FATE_SILENT);
    } else if (letter->from != game->commander || chain.order == letter->due) {
        (void)sm_game_deliver(game, letter);
    } else {
        sm_sign(&game->sms[letter->from].settings, &chain);
        send_instead(game, letter, &chain, FATE_LIE);
    }
}

static void send(struct sm_game *game, const struct sm_letter *letter)
{
    bool is_commander = letter->from == game->commander;
    switch (scenario_of(game)->strategies[letter->from]) {
    case STRATEGY_SILENT:
        withhold(game, letter, FATE_SILENT);
        return;
    case STRATEGY_LATE:
        withhold(game, letter, FATE_LATE);
        return;
    case STRATEGY_LIE:
    case STRATEGY_FLIP:
    case STRATEGY_SPLIT:
    case STRATEGY_RANDOM:
        if (is_commander) {
            order_otherwise(game, letter);
            return;
        }
        if (!is_relayed(game, letter)) {
            withhold(game, letter, FATE_SILENT);
            return;
        }
        break;
    case STRATEGY_GARBAGE:
        send_garbage(game, letter);
        return;
    case STRATEGY_TRUNCATE:
        send_truncated(game, letter);
        return;
    case STRATEGY_COLLUDE:
        send_colluding(game, letter);
        return;
    case STRATEGY_REPLAY:
        (void)sm_game_deliver(game, letter);
        send_foreign(game, letter);
        return;
    case STRATEGY_FORGE:
    case STRATEGY_LOYAL:
    case STRATEGY_SCRIPT:
    case STRATEGY_WORST:
    case STRATEGY_COUNT:
        break;
    }
    (void)sm_game_deliver(game, letter);
}

void sm_traitor_on_due(struct sm_game *game, general_id from, struct sm_due *due)
{
    due->message_at = game->recorder->play->message_count;
    for (general_set left = due->to; left != 0; left &= left - 1) {
        struct sm_letter letter = sm_game_letter(game, from, lowest(left), due);
        if (scenario_of(game)->strategies[from] == STRATEGY_SCRIPT) {
            sm_script_on_due(game, &letter);
        } else {
            send(game, &letter);
        }
    }
}

/* LATE: what was due in the round before comes now; what the receiver makes of it is written to
 * where it was due. */
static void send_late(struct sm_game *game, general_id from)
{
    struct play *play = game->recorder->play;
    for (unsigned i = 0; i < game->before[from].count; i++) {
        const struct sm_due *due = &game->before[from].due[i];
        size_t at = due->message_at;
        for (general_set left = due->to; left != 0; left &= left - 1, at++) {
            struct sm_letter letter = sm_game_letter(game, from, lowest(left), due);
            letter.fate = FATE_LATE;
            enum verdict verdict = sm_game_deliver(game, &letter);
            if (play->is_recorded) {
                play->messages[at].verdict = verdict;
            }
        }
    }
}

/* REPLAY: what was sent in the round before comes once more. */
static void send_again(struct sm_game *game, general_id from)
{
    for (unsigned i = 0; i < game->before[from].count; i++) {
        const struct sm_due *due = &game->before[from].due[i];
        for (general_set left = due->to; left != 0; left &= left - 1) {
            send_extra(game, from, lowest(left), &due->chain);
        }
    }
}

/* FORGE: in the second round (the first, if there is no other) the opposite order comes as if the
 * commander had given it: his name is forged, or, if it is he who forges, a loyal lieutenant's. */
static void send_forged(struct sm_game *game, general_id from)
{
    const struct scenario *scenario = scenario_of(game);
    unsigned round = game->rounds < 2 ? 1 : 2;
    if (game->round != round || (from == game->commander && round == 1)) {
        return;
    }
    struct lie wanted = {.order = order_opposite(scenario, game->order),
                         .path_count = (uint8_t)round,
                         .path = {game->commander, from}};
    general_set to = scenario->graph.neighbours[from] & ~general_bit(game->commander);
    for (; to != 0; to &= to - 1) {
        if (from == game->commander) {
            general_set names =
                generals_all(scenario->generals) & ~scenario->traitors & ~(to & (~to + 1));
            if (names == 0) {
                continue;
            }
            wanted.path[1] = lowest(names);
        }
        struct sm_chain chain;
        sm_traitor_craft(game, &wanted, general_bit(from), false, &chain);
        send_extra(game, from, lowest(to), &chain);
    }
}

/* COLLUDE: in the last round one loyal lieutenant is shown the order that was kept back, under as
 * many traitors' names as there are rounds: more traitors than m can do that. */
static void send_hidden(struct sm_game *game, general_id from)
{
    const struct scenario *scenario = scenario_of(game);
    if (game->round != game->rounds || !is_plan(game)) {
        return;
    }
    general_set plotters = 0;
    general_set reached = 0;
    for (unsigned g = 0; g < scenario->generals; g++) {
        if (scenario->strategies[g] == STRATEGY_COLLUDE) {
            plotters |= general_bit((general_id)g);
            reached |= scenario->graph.neighbours[g];
        }
    }
    general_set targets = reached & ~scenario->traitors;
    if (targets == 0) {
        return;
    }
    general_id target = (general_id)(63 - __builtin_clzll(targets));
    /* The last of the plotters who can reach him brings it. */
    general_set bringers = plotters & scenario->graph.neighbours[target];
    if (from != 63 - __builtin_clzll(bringers)) {
        return;
    }
    struct lie wanted = {.order = hidden_order(game), .path_count = 1, .path = {game->commander}};
    for (general_set left = plotters & ~general_bit(game->commander);
         left != 0 && wanted.path_count < game->rounds; left &= left - 1) {
        wanted.path[wanted.path_count++] = lowest(left);
    }
    struct sm_chain chain;
    sm_traitor_craft(game, &wanted, plotters, false, &chain);
    send_extra(game, from, target, &chain);
}

void sm_traitor_on_round(struct sm_game *game, general_id from)
{
    enum strategy strategy = scenario_of(game)->strategies[from];
    if (strategy == STRATEGY_LATE) {
        send_late(game, from);
    } else if (strategy == STRATEGY_REPLAY) {
        send_again(game, from);
    } else if (strategy == STRATEGY_FORGE) {
        send_forged(game, from);
    } else if (strategy == STRATEGY_COLLUDE) {
        send_hidden(game, from);
    } else if (strategy == STRATEGY_SCRIPT) {
        sm_script_on_round(game, from);
    }
}
