/* grids.c - for many generals: each round as a grid, senders down and receivers across, a cell in
 * the colour of what was said. A row of two colours is a general with two tongues. */
#include "draw/parts.h"

#include <stdio.h>

#define ROUNDS_DRAWN 12u
#define GRID_TOP     40
#define GRID_LEFT    34

static int cell_size(unsigned generals)
{
    return generals <= 16 ? 18 : generals <= 32 ? 12 : 8;
}

/* A cell of a packet: one colour, or bands by share for several. */
static void draw_packet(struct svg *svg, const struct packets *packets, const struct packet *packet,
                        int x, int y, int size)
{
    struct piece pieces[PIECES_MAX];
    unsigned count = packet_pieces(packets, packet, END_SENT, 0, pieces);
    draw_pieces(svg, packets->play, pieces, count, (struct point){x, y}, size - 1, size - 1);
}

/* Lies are a triangle in the corner of the cell: in a grid there is no room for a mark. */
static void draw_lies(struct svg *svg, const struct packet *packet, int x, int y, int size)
{
    if (packet->fates[FATE_LIE] > 0) {
        text_put(&svg->body,
                 "<path class=\"mark lie corner\" data-count=\"%u\" d=\"M%d %dh%dv%dz\"/>",
                 packet->fates[FATE_LIE], x + size / 2, y, size / 2, size / 2);
    }
}

static void draw_frame(struct svg *svg, const struct packets *packets, unsigned round, int x, int y)
{
    const struct scenario *scenario = &packets->play->scenario;
    int size = cell_size(scenario->generals);
    svg_text(svg, "round start", x + GRID_LEFT, y + 14, 0, "round %u", round);
    for (unsigned g = 0; g < scenario->generals; g++) {
        bool is_traitor = general_is_in(scenario->traitors, (general_id)g);
        if (is_traitor) {
            svg_rect(svg, "treason-band", x, y + GRID_TOP + (int)g * size,
                     GRID_LEFT + (int)scenario->generals * size, size - 1);
        }
        if (scenario->generals <= 32 || g % 4 == 0) {
            const char *class = is_traitor ? "tick end traitor" : "tick end";
            svg_text(svg, class, x + GRID_LEFT - 5, y + GRID_TOP + (int)g * size + size / 2 + 4, 0,
                     "%u", g);
        }
        if (scenario->generals <= 32 || g % 4 == 0) {
            svg_text(svg, is_traitor ? "tick traitor" : "tick",
                     x + GRID_LEFT + (int)g * size + size / 2, y + GRID_TOP - 6, 0, "%u", g);
        }
    }
}

void part_grids(struct svg *svg, const struct packets *packets)
{
    const struct scenario *scenario = &packets->play->scenario;
    if (packets->count == 0 || scenario->generals <= LANES_GENERALS_MAX) {
        return;
    }
    int size = cell_size(scenario->generals);
    int width = GRID_LEFT + (int)scenario->generals * size + 26;
    int height = GRID_TOP + (int)scenario->generals * size + 22;
    int columns = SUMMARY_WIDTH / width < 1 ? 1 : SUMMARY_WIDTH / width;
    unsigned rounds = packets->rounds < ROUNDS_DRAWN ? packets->rounds : ROUNDS_DRAWN;
    svg_text(svg, "heading", 0, 18, 0, "Who told whom");
    svg_text(svg, "prose", 172, 18, 0,
             "rows: senders, columns: receivers; a corner marks a lie, a shaded row a traitor");
    for (unsigned round = 1; round <= rounds; round++) {
        draw_frame(svg, packets, round, ((int)round - 1) % columns * width,
                   34 + ((int)round - 1) / columns * height);
    }
    for (size_t i = 0; i < packets->count; i++) {
        const struct packet *packet = &packets->items[i];
        if (packet->round > rounds) {
            break;
        }
        int x = (packet->round - 1) % columns * width + GRID_LEFT + packet->to * size;
        int y = 34 + (packet->round - 1) / columns * height + GRID_TOP + packet->from * size;
        draw_packet(svg, packets, packet, x, y, size);
        draw_lies(svg, packet, x, y, size);
        text_put(&svg->body, packet->to % 16 == 0 ? "\n" : "");
    }
    int bottom = 34 + (((int)rounds - 1) / columns + 1) * height;
    if (rounds < packets->rounds) {
        svg_text(svg, "prose", 0, bottom + 8, 0, "Rounds %u to %u are not drawn.", rounds + 1,
                 packets->rounds);
        bottom += 20;
    }
    svg_grow(svg, SUMMARY_WIDTH, bottom);
}
