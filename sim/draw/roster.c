/* roster.c - who is who, what he did and what he obeys; and the counts of the game. All that there
 * is to see of a game too large for a record. */
#include "base/plural.h"
#include "draw/parts.h"

#include <inttypes.h>
#include <stdio.h>

#define COLUMN_WIDTH 297
#define ROW_HEIGHT   22
#define COLUMNS      4u

static void draw_counts(struct svg *svg, const struct play *play, int y)
{
    char formula[64] = "";
    if (play->messages_formula != 0) {
        (void)snprintf(formula, sizeof formula, " (all loyal: %" PRIu64 ")",
                       play->messages_formula);
    }
    svg_text(svg, "prose", 0, y, 0,
             "%u round%s; %" PRIu64 " messages%s in %" PRIu64 " packets; %" PRIu64
             " signatures made, %" PRIu64 " checked",
             play->rounds, plural(play->rounds), play->sent_count, formula, play->packet_count,
             play->signature_count, play->verify_count);
}

void part_roster(struct svg *svg, const struct play *play)
{
    const struct scenario *scenario = &play->scenario;
    unsigned n = scenario->generals;
    unsigned rows = (n + COLUMNS - 1) / COLUMNS;
    svg_text(svg, "heading", 0, 18, 0, "Generals");
    for (unsigned g = 0; g < n; g++) {
        int x = (int)(g / rows) * COLUMN_WIDTH;
        int y = 44 + (int)(g % rows) * ROW_HEIGHT;
        bool is_traitor = general_is_in(scenario->traitors, (general_id)g);
        text_put(&svg->body, "<g class=\"%s\">", is_traitor ? "outcome unbound" : "outcome");
        svg_text(svg, "general small", x, y, 0, "%u", g);
        if (is_traitor) {
            svg_text(svg, "treason", x + 26, y, 22, "%s %" PRIu64 "\xc3\x97",
                     strategy_name(scenario->strategies[g]), play->acted[g]);
        } else {
            svg_text(svg, "role", x + 26, y, 0, "%s",
                     scenario->is_interactive ? "loyal" : general_role(play, 0, (general_id)g));
        }
        draw_decision(svg, play, play->decisions[g], x + 172, y - 5);
        text_put(&svg->body, "</g>\n");
    }
    int y = 44 + (int)rows * ROW_HEIGHT + 12;
    draw_counts(svg, play, y);
    if (!play->is_recorded) {
        y += 20;
        svg_text(svg, "prose", 0, y, 0,
                 "More than %u messages: none of them is drawn, all of them were counted.",
                 PLAY_RECORD_MAX);
    }
    svg_grow(svg, SUMMARY_WIDTH, y + 12);
}
