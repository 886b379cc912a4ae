/* lanes_lines.c - what runs between the lanes: a line for each packet, cells at its ends, marks on
 * it. */
#include "draw/lanes.h"

#include <stdio.h>

#define FEW_VALUES 8u /* more than this are drawn as a proportion */
#define OUT_WIDTH  26 /* of the cell at the sender's end, of packets of several values */

static void draw_title(struct svg *svg, const struct lanes *lanes, const struct packet *packet)
{
    const struct message *message = packet_message(lanes->packets, packet, 0);
    const struct scenario *scenario = &lanes->play->scenario;
    if (packet->count > 1) {
        svg_title(svg, "round %u, %u to %u: %u values", packet->round, packet->from, packet->to,
                  packet->count);
        return;
    }
    char path[PATH_TEXT_BYTES];
    path_text(path, message_path(lanes->play, message), message->path_count);
    svg_title(svg, "round %u, %u to %u: %s (%s), along %s", packet->round, packet->from, packet->to,
              scenario_order_name(scenario, message->sent), fate_name(message->fate), path);
}

static int out_width(const struct packet *packet)
{
    return packet->count > 1 && packet->fates[FATE_SILENT] < packet->count ? OUT_WIDTH : 0;
}

/* A line in the colour of what it carries; grey, with cells at both ends, if that is more than
 * one thing. */
void lanes_draw_line(struct svg *svg, const struct lanes *lanes, size_t index)
{
    const struct packet *packet = &lanes->packets->items[index];
    struct point from = lanes_start(lanes, index);
    struct point to = lanes_end(lanes, index);
    from.x += out_width(packet) * 10;
    text_put(&svg->body, "<g class=\"packet%s\">", packet_is_false(packet) ? " false" : "");
    draw_title(svg, lanes, packet);
    if (packet->fates[FATE_SILENT] == packet->count) {
        /* Silence: a line that stops before it has gone far. */
        struct point stop = point_between(from, to, 170);
        svg_line(svg, "line ox", from, stop);
        svg_line(svg, "stop", (struct point){stop.x, stop.y - 45},
                 (struct point){stop.x, stop.y + 45});
    } else if (!packet->is_mixed) {
        char class[16];
        (void)snprintf(class, sizeof class, "line %s", order_class(packet->order));
        /* What is refused or late ends before it arrives. */
        bool is_lost =
            packet->refused == packet->count || packet->fates[FATE_LATE] == packet->count;
        svg_line(svg, class, from, is_lost ? point_between(from, to, 940) : to);
    } else {
        svg_line(svg, "line thread", from, to);
    }
    text_put(&svg->body, "</g>\n");
}

void lanes_draw_marks(struct svg *svg, const struct lanes *lanes, size_t index)
{
    static const struct {
        enum fate fate;
        enum mark mark;
        int share; /* thousandths of the way */
    } marks[] = {{FATE_LIE, MARK_LIE, 50},
                 {FATE_GARBAGE, MARK_GARBAGE, 100},
                 {FATE_EXTRA, MARK_EXTRA, 100},
                 {FATE_LATE, MARK_LATE, 950}};
    const struct packet *packet = &lanes->packets->items[index];
    struct point from = lanes_start(lanes, index);
    struct point to = lanes_end(lanes, index);
    from.x += out_width(packet) * 10;
    int radius = lanes->port_height >= 14 ? 6 : lanes->port_height >= 11 ? 5 : 4;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (packet->fates[marks[i].fate] > 0) {
            draw_mark(svg, marks[i].mark, point_between(from, to, marks[i].share), radius,
                      packet->fates[marks[i].fate]);
        }
    }
    if (packet->refused > 0) {
        draw_mark(svg, MARK_REFUSED, point_between(from, to, 950), radius, packet->refused);
    }
}

/* Who signed it, beside the cell. */
static void draw_signers(struct svg *svg, const struct lanes *lanes, const struct packet *packet,
                         int x, int y)
{
    const struct message *message = packet_message(lanes->packets, packet, 0);
    const general_id *path = message_path(lanes->play, message);
    char text[PATH_TEXT_BYTES] = "";
    size_t size = 0;
    for (unsigned i = 0; i < message->path_count && i < 6; i++) {
        size +=
            (size_t)snprintf(text + size, sizeof text - size, "%s%u", i == 0 ? "" : ".", path[i]);
    }
    svg_text(svg, "signers", x, y, 0, "%s%s", text,
             packet->count > 1 || message->path_count > 6 ? "\xe2\x80\xa6" : "");
}

void lanes_draw_ends(struct svg *svg, const struct lanes *lanes, size_t index)
{
    const struct packet *packet = &lanes->packets->items[index];
    struct point start = lanes_start(lanes, index);
    struct point end = lanes_end(lanes, index);
    int half = lanes->port_height / 2;
    int height = lanes->port_height - 1;
    int x = end.x / 10;
    int y = end.y / 10 - half;
    if (lanes->chain_width > 0 && packet->fates[FATE_SILENT] != packet->count) {
        draw_signers(svg, lanes, packet, x + lanes->cell_width + 4, y + height / 2 + 4);
    }
    struct piece pieces[PIECES_MAX];
    if (out_width(packet) > 0) {
        unsigned sent = packet_pieces(lanes->packets, packet, END_SENT, FEW_VALUES, pieces);
        draw_pieces(svg, lanes->play, pieces, sent,
                    (struct point){start.x / 10, start.y / 10 - half}, OUT_WIDTH, height);
    }
    unsigned heard = packet_pieces(lanes->packets, packet, END_HEARD, FEW_VALUES, pieces);
    draw_pieces(svg, lanes->play, pieces, heard, (struct point){x, y}, lanes->cell_width, height);
}
