/* lanes.c - the space-time diagram: a lane for each general, rounds to the right, a line from the
 * sender's lane where the round begins to the receiver's where it ends.
 *
 * Lines leave a lane side by side at the sender's *port*, and arrive as a stack of cells at the
 * receiver's: the stack is what he heard in that round, each cell in the colour of the order. */
#include "draw/lanes.h"

#include "base/assert.h"

#include <stdlib.h>

#define LABEL_WIDTH 164
#define TOP         34

static unsigned rounds_shown(const struct packets *packets)
{
    unsigned most = ROUNDS_MAX + GENERALS_MAX;
    return packets->rounds < most ? packets->rounds : most;
}

static void lay_out(struct lanes *lanes)
{
    const struct packets *packets = lanes->packets;
    unsigned most = 1;
    bool is_mixed = false;
    for (size_t i = 0; i < packets->count; i++) {
        const struct packet *packet = &packets->items[i];
        if (packet->round > rounds_shown(packets)) {
            break;
        }
        lanes->ports_out[i] = lanes->outs[packet->round - 1][packet->from]++;
        lanes->ports_in[i] = lanes->ins[packet->round - 1][packet->to]++;
        most = lanes->ports_out[i] + 1u > most ? lanes->ports_out[i] + 1u : most;
        most = lanes->ports_in[i] + 1u > most ? lanes->ports_in[i] + 1u : most;
        is_mixed = is_mixed || packet->count > 1;
    }
    unsigned n = lanes->generals;
    lanes->port_height = n <= 4 ? 18 : n <= 7 ? 14 : n <= 10 ? 11 : 9;
    lanes->lane_height = (int)most * lanes->port_height + 16;
    lanes->lane_height = lanes->lane_height < 58 ? 58 : lanes->lane_height;
    lanes->cell_width = is_mixed ? 34 : 18;
    unsigned rounds = rounds_shown(packets);
    if (lanes->play->scenario.algorithm == ALGORITHM_SM && n <= 7) {
        lanes->chain_width = 11 * (int)(rounds < 6 ? rounds : 6);
    }
    lanes->column_width = (most > 7      ? 310
                           : rounds <= 3 ? 300
                           : rounds <= 5 ? 220
                                         : 170) +
                          lanes->chain_width;
}

static int lane_y(const struct lanes *lanes, unsigned general)
{
    return TOP + (int)general * lanes->lane_height + lanes->lane_height / 2;
}

static int column_x(const struct lanes *lanes, unsigned round)
{
    return LABEL_WIDTH + (int)(round - 1) * lanes->column_width;
}

/* Upper edge of a port. */
static int port_y(const struct lanes *lanes, unsigned general, unsigned index, unsigned count)
{
    return lane_y(lanes, general) + ((int)index * 2 - (int)count) * lanes->port_height / 2;
}

/* What a general wants before he hears anything: the commander, or everyone who only votes. */
static void draw_wish(struct svg *svg, const struct lanes *lanes, general_id general)
{
    const struct play *play = lanes->play;
    unsigned instance = lanes->packets->instance;
    bool is_naive = play->scenario.algorithm == ALGORITHM_NAIVE;
    if (is_naive || is_commander(play, instance, general)) {
        bool is_traitor = general_is_in(play->scenario.traitors, general);
        text_put(&svg->body, "<g class=\"wish%s\">", is_traitor ? " unbound" : "");
        svg_title(svg, "the order of general %u", general);
        draw_cell(svg, play,
                  is_naive ? play->scenario.private_orders[general]
                           : play->instances[instance].order,
                  LABEL_WIDTH - 30, lane_y(lanes, general) - 18, 18, 18);
        text_put(&svg->body, "</g>");
    }
}

static void draw_background(struct svg *svg, const struct lanes *lanes)
{
    const struct scenario *scenario = &lanes->play->scenario;
    unsigned instance = lanes->packets->instance;
    unsigned rounds = rounds_shown(lanes->packets);
    int right = column_x(lanes, rounds + 1);
    for (unsigned g = 0; g < lanes->generals; g++) {
        int y = lane_y(lanes, g);
        bool is_traitor = general_is_in(scenario->traitors, (general_id)g);
        text_put(&svg->body, "<g class=\"lane%s\" data-general=\"%u\">",
                 is_traitor ? " traitor" : "", g);
        svg_rect(svg, "band", 0, y - lanes->lane_height / 2 + 2, right + 150,
                 lanes->lane_height - 4);
        svg_line(svg, "rail", (struct point){LABEL_WIDTH * 10, y * 10},
                 (struct point){(right + 24) * 10, y * 10});
        svg_text(svg, "general", 14, y - 3, 0, "%u", g);
        svg_text(svg, "role", 44, y - 4, 0, "%s",
                 general_role(lanes->play, instance, (general_id)g));
        if (is_traitor) {
            svg_text(svg, "treason", 44, y + 12, 0, "traitor: %s",
                     strategy_name(scenario->strategies[g]));
        } else {
            svg_text(svg, "loyal", 44, y + 12, 0, "loyal");
        }
        draw_wish(svg, lanes, (general_id)g);
        text_put(&svg->body, "</g>\n");
    }
    for (unsigned round = 1; round <= rounds + 1; round++) {
        int x = column_x(lanes, round);
        svg_line(svg, "divider", (struct point){x * 10, (TOP - 4) * 10},
                 (struct point){x * 10, (TOP + (int)lanes->generals * lanes->lane_height) * 10});
        if (round <= rounds) {
            svg_text(svg, "round", x + lanes->column_width / 2, TOP - 14, 0, "round %u", round);
        }
    }
    svg_text(svg, "round", right + 70, TOP - 14, 0, "obeys");
    svg_grow(svg, right + 150, TOP + (int)lanes->generals * lanes->lane_height + 8);
}

struct point lanes_start(const struct lanes *lanes, size_t index)
{
    const struct packet *packet = &lanes->packets->items[index];
    int y = port_y(lanes, packet->from, lanes->ports_out[index],
                   lanes->outs[packet->round - 1][packet->from]);
    return (struct point){(column_x(lanes, packet->round) + 26) * 10,
                          y * 10 + lanes->port_height * 5};
}

struct point lanes_end(const struct lanes *lanes, size_t index)
{
    const struct packet *packet = &lanes->packets->items[index];
    int y = port_y(lanes, packet->to, lanes->ports_in[index],
                   lanes->ins[packet->round - 1][packet->to]);
    return (struct point){
        (column_x(lanes, packet->round + 1) - 14 - lanes->cell_width - lanes->chain_width) * 10,
        y * 10 + lanes->port_height * 5};
}

static void draw_ports(struct svg *svg, const struct lanes *lanes)
{
    for (unsigned round = 1; round <= rounds_shown(lanes->packets); round++) {
        for (unsigned g = 0; g < lanes->generals; g++) {
            unsigned outs = lanes->outs[round - 1][g];
            if (outs == 0) {
                continue;
            }
            int x = column_x(lanes, round) + 22;
            int y = port_y(lanes, g, 0, outs);
            svg_rect(svg, "port", x, y, 4, (int)outs * lanes->port_height - 1);
            if (general_is_in(lanes->packets->two_faced[round - 1], (general_id)g)) {
                int middle = lane_y(lanes, g);
                text_put(&svg->body, "<g class=\"two-faced\" transform=\"translate(%d %d)\">",
                         x - 10, middle);
                svg_title(svg, "round %u: general %u tells different generals different things",
                          round, g);
                text_put(&svg->body, "<circle r=\"8\"/>"
                                     "<path d=\"M-4-2H4M-4 2H4M2.4-5L-2.4 5\"/></g>\n");
            }
        }
    }
}

static void draw_decisions(struct svg *svg, const struct lanes *lanes)
{
    const struct play *play = lanes->play;
    unsigned instance = lanes->packets->instance;
    int x = column_x(lanes, rounds_shown(lanes->packets) + 1) + 34;
    for (unsigned g = 0; g < lanes->generals; g++) {
        order_nr order = instance < play->instance_count && play->scenario.is_interactive
                             ? play->instances[instance].decisions[g]
                             : play->decisions[g];
        bool is_traitor = general_is_in(play->scenario.traitors, (general_id)g);
        text_put(&svg->body, "<g class=\"outcome%s\">", is_traitor ? " unbound" : "");
        draw_decision(svg, play, order, x, lane_y(lanes, g));
        text_put(&svg->body, "</g>\n");
    }
}

void part_lanes(struct svg *svg, const struct packets *packets)
{
    if (packets->count == 0 || packets->play->scenario.generals > LANES_GENERALS_MAX) {
        return;
    }
    struct lanes *lanes = calloc(1, sizeof *lanes);
    ASSERT(lanes != NULL);
    lanes->packets = packets;
    lanes->play = packets->play;
    lanes->generals = packets->play->scenario.generals;
    lanes->ports_out = calloc(packets->count, 1);
    lanes->ports_in = calloc(packets->count, 1);
    ASSERT(lanes->ports_out != NULL && lanes->ports_in != NULL);
    lay_out(lanes);
    draw_background(svg, lanes);
    draw_ports(svg, lanes);
    /* Lies above what is loyal, marks above all lines. */
    for (int layer = 0; layer < 4; layer++) {
        for (size_t i = 0; i < packets->count; i++) {
            const struct packet *packet = &packets->items[i];
            if (packet->round > rounds_shown(packets)) {
                break;
            }
            if (layer < 2 && packet_is_false(packet) == (layer == 1)) {
                lanes_draw_line(svg, lanes, i);
            } else if (layer == 2) {
                lanes_draw_ends(svg, lanes, i);
            } else if (layer == 3) {
                lanes_draw_marks(svg, lanes, i);
            }
        }
    }
    draw_decisions(svg, lanes);
    free(lanes->ports_out);
    free(lanes->ports_in);
    free(lanes);
}
