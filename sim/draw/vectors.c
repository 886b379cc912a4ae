/* vectors.c - interactive consistency: what each general believes that each general's own order
 * is. Columns must agree; those of loyal generals must show their order. */
#include "draw/parts.h"

#include <stdio.h>

#define LEFT 150
#define TOP  92

static int cell_size(unsigned generals)
{
    return generals <= 16 ? 30 : generals <= 32 ? 22 : 17;
}

static void draw_head(struct svg *svg, const struct play *play)
{
    const struct scenario *scenario = &play->scenario;
    int size = cell_size(scenario->generals);
    svg_text(svg, "heading", 0, 18, 0, "Vectors");
    svg_text(svg, "prose", 92, 18, 0,
             "each row: what a general believes that each general's own order is; framed: wrong "
             "about a loyal one");
    svg_text(svg, "role", 14, TOP - 14 - size / 2, 0, "own orders");
    for (unsigned g = 0; g < scenario->generals; g++) {
        int x = LEFT + (int)g * size;
        bool is_traitor = general_is_in(scenario->traitors, (general_id)g);
        svg_text(svg, is_traitor ? "tick traitor" : "tick", x + size / 2 - 1, TOP - size - 16, 0,
                 "%u", g);
        text_put(&svg->body, "<g class=\"%s\">", is_traitor ? "outcome unbound" : "outcome");
        draw_cell(svg, play, scenario->private_orders[g], x, TOP - size - 10, size - 3, size - 3);
        text_put(&svg->body, "</g>\n");
    }
}

void part_vectors(struct svg *svg, const struct play *play)
{
    const struct scenario *scenario = &play->scenario;
    if (!scenario->is_interactive) {
        return;
    }
    int size = cell_size(scenario->generals);
    draw_head(svg, play);
    for (unsigned g = 0; g < scenario->generals; g++) {
        int y = TOP + (int)g * size;
        bool is_traitor = general_is_in(scenario->traitors, (general_id)g);
        text_put(&svg->body, "<g class=\"%s\">", is_traitor ? "outcome unbound" : "outcome");
        svg_text(svg, "general small", 14, y + size / 2 + 4, 0, "%u", g);
        svg_text(svg, is_traitor ? "treason" : "role", 42, y + size / 2 + 4, 0, "%s",
                 is_traitor ? "traitor" : "loyal");
        for (unsigned other = 0; other < scenario->generals; other++) {
            int x = LEFT + (int)other * size;
            order_nr believed = play->vectors[g][other];
            draw_cell(svg, play, believed, x, y, size - 3, size - 3);
            if (!is_traitor && !general_is_in(scenario->traitors, (general_id)other) &&
                believed != scenario->private_orders[other]) {
                svg_rect(svg, "own wrong", x - 1, y - 1, size - 1, size - 1);
            }
        }
        draw_decision(svg, play, play->decisions[g], LEFT + (int)scenario->generals * size + 30,
                      y + size / 2 - 2);
        text_put(&svg->body, "</g>\n");
    }
    svg_grow(svg, SUMMARY_WIDTH, TOP + (int)scenario->generals * size + 10);
}
