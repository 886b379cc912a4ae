/* votes.c - OM: what each lieutenant takes the majority of: the commander's word to himself, and
 * what came of each colleague's. */
#include "draw/parts.h"

#include <stdio.h>

#define LEFT 150
#define TOP  64

#define SMALL_FROM 32u /* more generals than this: cells without words */

static order_nr vote_of(const struct om *om, const struct om_shape *shape, general_id general,
                        general_id other)
{
    general_id path[2] = {shape->commander, other};
    return other == general ? om_stored(om, path, 1) : om_resolved(om, path, 2);
}

static int cell_size(unsigned generals)
{
    return generals <= 16 ? 26 : generals <= 32 ? 20 : 12;
}

static void draw_row(struct svg *svg, const struct play *play, unsigned instance,
                     general_id general, int y)
{
    const struct instance *game = &play->instances[instance];
    const struct om *om = &game->oms[general];
    int size = cell_size(play->scenario.generals);
    bool is_traitor = general_is_in(play->scenario.traitors, general);
    bool is_small = play->scenario.generals > SMALL_FROM;
    text_put(&svg->body, "<g class=\"%s\">", is_traitor ? "outcome unbound" : "outcome");
    svg_text(svg, is_small ? "tick" : "general small", 14, y + size / 2 + 5, 0, "%u", general);
    if (!is_small) {
        svg_text(svg, is_traitor ? "treason" : "role", 42, y + size / 2 + 5, 0, "%s",
                 is_traitor ? "traitor" : "lieutenant");
    }
    int x = LEFT;
    for (unsigned other = 0; other < play->scenario.generals; other++) {
        if (other == game->commander) {
            continue;
        }
        order_nr vote = vote_of(om, &om->shape, general, (general_id)other);
        draw_cell(svg, play, vote, x, y, size - 3, size - 3);
        if (other == general) {
            svg_rect(svg, "own", x - 1, y - 1, size - 1, size - 1);
        }
        x += size;
    }
    if (is_small) {
        draw_band(svg, game->decisions[general], x + 14, y, size - 3, size - 3);
    } else {
        draw_decision(svg, play, game->decisions[general], x + 30, y + size / 2 - 2);
    }
    text_put(&svg->body, "</g>\n");
}

void part_votes(struct svg *svg, const struct play *play, unsigned instance)
{
    const struct scenario *scenario = &play->scenario;
    if (scenario->algorithm != ALGORITHM_OM || instance >= play->instance_count ||
        play->instances[instance].oms == NULL || scenario->m == 0) {
        return;
    }
    int size = cell_size(scenario->generals);
    svg_text(svg, "heading", 0, 18, 0, "Votes");
    svg_text(
        svg, "prose", 78, 18, 0,
        "each row: the majority a lieutenant takes, over what he believes that each lieutenant "
        "was told; framed: his own");
    int x = LEFT;
    for (unsigned g = 0; g < scenario->generals; g++) {
        if (g == play->instances[instance].commander) {
            continue;
        }
        if (scenario->generals <= SMALL_FROM || g % 4 == 0) {
            svg_text(svg,
                     general_is_in(scenario->traitors, (general_id)g) ? "tick traitor" : "tick",
                     x + size / 2 - 1, TOP - 10, 0, "%u", g);
        }
        x += size;
    }
    int y = TOP;
    for (unsigned g = 0; g < scenario->generals; g++) {
        if (g != play->instances[instance].commander) {
            draw_row(svg, play, instance, (general_id)g, y);
            y += size;
        }
    }
    svg_grow(svg, x + 180 > SUMMARY_WIDTH ? x + 180 : SUMMARY_WIDTH, y + 10);
}
