/* graph_draw.c - who can send to whom; of OM(m,p) whom the commander addresses, and the disjoint
 * paths from those to one general. */
#include "draw/layout.h"
#include "draw/parts.h"

#include <stdio.h>

#define SIZE 380

general_set play_regular_set(const struct play *play, unsigned instance)
{
    const struct scenario *scenario = &play->scenario;
    general_set members = 0;
    if (scenario->algorithm != ALGORITHM_OM || graph_is_complete(&scenario->graph) ||
        instance >= play->instance_count) {
        return 0;
    }
    /* The first hop from the commander is the order itself, to his regular set. */
    for (size_t i = 0; i < play->message_count; i++) {
        const struct message *message = &play->messages[i];
        if (message->instance == instance && message->round == 1 &&
            message->from == play->instances[instance].commander && message->path_count == 1) {
            members |= general_bit(message->to);
        }
    }
    return members;
}

static void put_point(struct point *point)
{
    point->x *= 10;
    point->y *= 10;
}

static void draw_edges(struct svg *svg, const struct graph *graph, const struct point *places)
{
    for (unsigned a = 0; a < graph->count; a++) {
        for (unsigned b = a + 1; b < graph->count; b++) {
            if (general_is_in(graph->neighbours[a], (general_id)b)) {
                svg_line(svg, "wire", places[a], places[b]);
            }
        }
    }
    text_put(&svg->body, "\n");
}

/* Returns how many paths there are. */
static unsigned draw_paths(struct svg *svg, const struct play *play, unsigned instance,
                           general_set members, general_id target, const struct point *places)
{
    static const char *const classes[] = {"way w0", "way w1", "way w2", "way w3"};
    struct graph_path paths[GENERALS_MAX];
    general_id commander = play->instances[instance].commander;
    general_set within = generals_all(play->scenario.generals) & ~general_bit(commander);
    if (target == commander || target >= play->scenario.generals) {
        return 0;
    }
    unsigned count = graph_disjoint_paths(&play->scenario.graph, within, members, target, paths);
    for (unsigned i = 0; i < count; i++) {
        for (unsigned k = 0; k < paths[i].count; k++) {
            general_id from = k == 0 ? commander : paths[i].at[k - 1];
            svg_line(svg, classes[i % 4], places[from], places[paths[i].at[k]]);
        }
    }
    text_put(&svg->body, "\n");
    return count;
}

static void draw_generals(struct svg *svg, const struct play *play, unsigned instance,
                          general_set members, const struct point *places)
{
    int radius = play->scenario.generals <= 16 ? 16 : 11;
    for (unsigned g = 0; g < play->scenario.generals; g++) {
        int x = places[g].x / 10;
        int y = places[g].y / 10;
        bool is_traitor = general_is_in(play->scenario.traitors, (general_id)g);
        text_put(&svg->body, "<g class=\"seat%s%s\">", is_traitor ? " traitor" : "",
                 is_commander(play, instance, (general_id)g) ? " commander" : "");
        if (general_is_in(members, (general_id)g)) {
            svg_circle(svg, "ring", x, y, radius + 5);
        }
        if (is_commander(play, instance, (general_id)g)) {
            svg_rect(svg, "disc", x - radius, y - radius, 2 * radius, 2 * radius);
        } else {
            svg_circle(svg, "disc", x, y, radius);
        }
        svg_text(svg, "disc-text", x, y + 5, 0, "%u", g);
        text_put(&svg->body, "</g>\n");
    }
}

void part_graph(struct svg *svg, const struct play *play, unsigned instance, general_id target)
{
    const struct scenario *scenario = &play->scenario;
    if (graph_is_complete(&scenario->graph) || scenario->graph.count != scenario->generals) {
        return;
    }
    struct point places[GENERALS_MAX] = {{0, 0}};
    layout_place(&scenario->graph, SIZE, places);
    for (unsigned g = 0; g < scenario->generals; g++) {
        put_point(&places[g]);
        places[g].y += 300;
    }
    general_set members = play_regular_set(play, instance);
    svg_text(svg, "heading", 0, 18, 0, "Who can talk to whom");
    draw_edges(svg, &scenario->graph, places);
    unsigned paths = members == 0 ? 0 : draw_paths(svg, play, instance, members, target, places);
    draw_generals(svg, play, instance, members, places);
    int x = SIZE + 30;
    svg_text(svg, "prose", x, 60, 100, "%s: %u generals", scenario->graph_name, scenario->generals);
    svg_text(svg, "prose", x, 82, 0, "square: commander; dark: traitor");
    if (members != 0) {
        char names[SET_TEXT_BYTES];
        set_text(names, members);
        svg_text(svg, "prose", x, 112, 90,
                 "The commander addresses %s (ringed), a regular set:", names);
        svg_text(svg, "prose", x, 132, 0,
                 "from its members there are paths to every general that share nothing else.");
        svg_text(svg, "prose", x, 162, 0, "To general %u: %u paths, each drawn in its own line.",
                 target, paths);
    }
    svg_grow(svg, SUMMARY_WIDTH, SIZE + 40);
}
