/* sets.c - SM: what each lieutenant holds after the last round, and the chains that brought it. */
#include "draw/parts.h"

#include <stdio.h>

#define ROW_HEIGHT 30

static int draw_chain(struct svg *svg, const struct play *play, const struct sm_chain *chain, int x,
                      int y)
{
    draw_cell(svg, play, chain->order, x, y - 14, 20, 20);
    svg_text(svg, "legend", x + 27, y, 20, "%s",
             scenario_order_name(&play->scenario, chain->order));
    x += 130;
    unsigned shown = chain->count < 12 ? chain->count : 12;
    for (unsigned i = 0; i < shown; i++) {
        bool is_traitor = general_is_in(play->scenario.traitors, chain->signers[i]);
        if (i > 0) {
            svg_line(svg, "link", (struct point){(x - 12) * 10, (y - 4) * 10},
                     (struct point){(x + 2) * 10, (y - 4) * 10});
        }
        svg_rect(svg, is_traitor ? "seal traitor" : "seal", x, y - 15, 26, 22);
        svg_text(svg, is_traitor ? "seal-text traitor" : "seal-text", x + 13, y, 0, "%u",
                 chain->signers[i]);
        x += 38;
    }
    if (shown < chain->count) {
        svg_text(svg, "legend", x, y, 0, "and %u more", chain->count - shown);
        x += 100;
    }
    return x + 40;
}

void part_sets(struct svg *svg, const struct play *play, unsigned instance)
{
    const struct scenario *scenario = &play->scenario;
    if (scenario->algorithm != ALGORITHM_SM || instance >= play->instance_count ||
        play->instances[instance].sms == NULL) {
        return;
    }
    const struct instance *game = &play->instances[instance];
    svg_text(svg, "heading", 0, 18, 0, "Sets V and their chains");
    svg_text(svg, "prose", 262, 18, 0,
             "what each lieutenant holds after the last round, and who signed it, in order");
    int y = 52;
    for (unsigned g = 0; g < scenario->generals; g++) {
        const struct sm *sm = &game->sms[g];
        if (g == game->commander) {
            continue;
        }
        bool is_traitor = general_is_in(scenario->traitors, (general_id)g);
        text_put(&svg->body, "<g class=\"%s\">", is_traitor ? "outcome unbound" : "outcome");
        svg_text(svg, "general small", 14, y, 0, "%u", g);
        svg_text(svg, is_traitor ? "treason" : "role", 42, y, 0, "%s",
                 is_traitor ? "traitor" : "lieutenant");
        draw_decision(svg, play, game->decisions[g], 150, y - 5);
        int x = 280;
        unsigned count = sm->order_count < 2 ? sm->order_count : 2;
        for (unsigned i = 0; i < count; i++) {
            x = draw_chain(svg, play, &sm->chains[i], x, y);
        }
        if (count == 0) {
            svg_text(svg, "legend", x, y, 0, "V is empty: nothing came");
        }
        svg_grow(svg, x, 0);
        text_put(&svg->body, "</g>\n");
        y += ROW_HEIGHT;
    }
    svg_grow(svg, SUMMARY_WIDTH, y);
}
