/* play_sm_script.c - what scripted traitors do with signed chains. */
#include "generals/play_sm_traitors.h"

#include <string.h>

/* Whether `from` has a chain with this order due along the path of `letter`, to its receiver. */
static bool is_due(const struct sm_game *game, const struct sm_letter *letter, order_nr order)
{
    const struct sm_dues *dues = &game->now[letter->from];
    for (unsigned i = 0; i < dues->count; i++) {
        const struct sm_chain *chain = &dues->due[i].chain;
        if (chain->order == order && chain->count == letter->chain->count &&
            memcmp(chain->signers, letter->chain->signers, chain->count) == 0 &&
            general_is_in(dues->due[i].to, letter->to)) {
            return true;
        }
    }
    return false;
}

/* The lie that stands in for what is due along the path of `letter`: the first that is an order and
 * not due there itself. NULL: none does. */
static const struct lie *find_substitute(const struct sm_game *game, const struct sm_letter *letter,
                                         const struct lie *const *lies, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (lies[i]->order != ORDER_ABSENT && !is_due(game, letter, lies[i]->order)) {
            return lies[i];
        }
    }
    return NULL;
}

static bool has_order(const struct lie *const *lies, size_t count, order_nr order)
{
    for (size_t i = 0; i < count; i++) {
        if (lies[i]->order == order) {
            return true;
        }
    }
    return false;
}

static const struct lie *const *lies_about(const struct sm_game *game,
                                           const struct sm_letter *letter, size_t *count)
{
    return plot_lies(game->plot, letter->from, letter->to, letter->chain->signers,
                     letter->chain->count, count);
}

void sm_script_on_due(struct sm_game *game, const struct sm_letter *letter)
{
    size_t count;
    const struct lie *const *lies = lies_about(game, letter, &count);
    if (count == 0 || has_order(lies, count, letter->due)) {
        (void)sm_game_deliver(game, letter);
        return;
    }
    const struct lie *lie = find_substitute(game, letter, lies, count);
    struct sm_letter instead = *letter;
    if (lie == NULL) {
        instead.fate = FATE_SILENT;
        sm_game_withhold(game, &instead);
        return;
    }
    struct sm_chain chain;
    sm_traitor_craft(game, lie, game->plot->scenario->traitors, true, &chain);
    instead.chain = &chain;
    instead.fate = FATE_LIE;
    (void)sm_game_deliver(game, &instead);
}

/* Whether the lie was told already because something is due at its occasion. */
static bool is_told(const struct sm_game *game, const struct lie *lie)
{
    struct sm_chain path = {.count = lie->path_count};
    memcpy(path.signers, lie->path, lie->path_count);
    struct sm_letter letter = {.from = lie->from, .to = lie->to, .chain = &path};
    if (is_due(game, &letter, lie->order)) {
        return true;
    }
    size_t count;
    const struct lie *const *lies = lies_about(game, &letter, &count);
    if (find_substitute(game, &letter, lies, count) != lie) {
        return false;
    }
    for (unsigned i = 0; i < game->now[lie->from].count; i++) {
        order_nr due = game->now[lie->from].due[i].chain.order;
        if (is_due(game, &letter, due) && !has_order(lies, count, due)) {
            return true;
        }
    }
    return false;
}

void sm_script_on_round(struct sm_game *game, general_id from)
{
    for (size_t i = 0; i < game->plot->script_count; i++) {
        const struct lie *lie = game->plot->script[i];
        if (lie->path_count != game->round || lie->from != from ||
            lie->path[0] != game->commander || lie->order == ORDER_ABSENT || is_told(game, lie)) {
            continue;
        }
        struct sm_chain chain;
        sm_traitor_craft(game, lie, game->plot->scenario->traitors, true, &chain);
        struct sm_letter letter = {game->round, from, lie->to, &chain, ORDER_ABSENT, FATE_EXTRA};
        (void)sm_game_deliver(game, &letter);
    }
}
