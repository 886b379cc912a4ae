/* parts.c - what the parts share: marks, cells, names of orders, generals, paths and games. */
#include "draw/parts.h"

#include <stdio.h>

#define LETTER_WIDTH 10

const char *order_class(order_nr order)
{
    static const char *const classes[SCENARIO_ORDERS_MAX] = {
        "o0", "o1", "o2",  "o3",  "o4",  "o5",  "o6",  "o7",
        "o8", "o9", "o10", "o11", "o12", "o13", "o14", "o15"};
    return order < SCENARIO_ORDERS_MAX ? classes[order] : "ox";
}

void order_letter(const struct play *play, order_nr order, char letter[8])
{
    const struct scenario *scenario = &play->scenario;
    if (order >= scenario->order_count) {
        (void)snprintf(letter, 8, "\xe2\x80\x93");
        return;
    }
    char first = scenario->order_names[order][0];
    bool is_plain = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
    for (unsigned i = 0; i < scenario->order_count; i++) {
        is_plain =
            is_plain && (i == order || (scenario->order_names[i][0] | 0x20) != (first | 0x20));
    }
    if (is_plain) {
        (void)snprintf(letter, 8, "%c", first & ~0x20);
    } else {
        (void)snprintf(letter, 8, "%u", order % 100u);
    }
}

bool is_commander(const struct play *play, unsigned instance, general_id general)
{
    return instance < play->instance_count && play->instances[instance].commander == general;
}

const char *general_role(const struct play *play, unsigned instance, general_id general)
{
    if (play->scenario.algorithm == ALGORITHM_NAIVE) {
        return "general";
    }
    return is_commander(play, instance, general) ? "commander" : "lieutenant";
}

void path_text(char text[PATH_TEXT_BYTES], const general_id *path, unsigned count)
{
    size_t size = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < count && size + 16 < PATH_TEXT_BYTES; i++) {
        size += (size_t)snprintf(text + size, PATH_TEXT_BYTES - size, "%s%u",
                                 i == 0 ? "" : " \xe2\x86\x92 ", path[i]);
    }
}

void set_text(char text[SET_TEXT_BYTES], general_set set)
{
    size_t size = (size_t)snprintf(text, SET_TEXT_BYTES, "{");
    bool is_first = true;
    for (unsigned g = 0; g < GENERALS_MAX && size + 16 < SET_TEXT_BYTES; g++) {
        if (general_is_in(set, (general_id)g)) {
            size += (size_t)snprintf(text + size, SET_TEXT_BYTES - size, "%s%u",
                                     is_first ? "" : ", ", g);
            is_first = false;
        }
    }
    (void)snprintf(text + size, SET_TEXT_BYTES - size, "}");
}

void game_text(char text[GAME_TEXT_BYTES], const struct play *play)
{
    const struct scenario *scenario = &play->scenario;
    bool is_complete = graph_is_complete(&scenario->graph);
    char name[64];
    if (scenario->algorithm == ALGORITHM_NAIVE) {
        (void)snprintf(name, sizeof name, "one exchange of opinions");
    } else if (scenario->algorithm == ALGORITHM_SM) {
        (void)snprintf(name, sizeof name, "SM(%u)", play->rounds - 1); /* m and the detours */
    } else if (is_complete || scenario->p == 0) {
        (void)snprintf(name, sizeof name, "OM(%u)", scenario->m);
    } else {
        (void)snprintf(name, sizeof name, "OM(%u,%u)", scenario->m, scenario->p);
    }
    (void)snprintf(text, GAME_TEXT_BYTES, "%s%s, %u generals%s%s%s", name,
                   scenario->is_interactive ? " of every general, interactive consistency" : "",
                   scenario->generals, is_complete ? ", each can talk to each" : ", graph ",
                   is_complete ? "" : scenario->graph_name,
                   scenario->algorithm == ALGORITHM_SM ? ", signed messages" : ", oral messages");
}

static void put_mark_class(struct svg *svg, enum mark mark, uint32_t count)
{
    static const char *const classes[MARK_COUNT] = {
        [MARK_LIE] = "lie",         [MARK_SILENT] = "silent", [MARK_LATE] = "late",
        [MARK_GARBAGE] = "garbage", [MARK_EXTRA] = "extra",   [MARK_REFUSED] = "refused",
    };
    text_put(&svg->body, "<g class=\"mark %s\" data-count=\"%u\">", classes[mark], count);
}

/* Shapes, not letters of a font: a mark looks the same wherever it is printed. */
void draw_mark(struct svg *svg, enum mark mark, struct point at, int radius, uint32_t count)
{
    static const char *const glyphs[MARK_COUNT] = {
        [MARK_LIE] = "M0-3.4V.8M0 2.6V3.4", [MARK_SILENT] = "M-3.4 0H1M1.8-3V3",
        [MARK_LATE] = "M0-3V0L2.4 1.6",     [MARK_GARBAGE] = "M-2.8 1.6L-1-1.6L1 1.6L2.8-1.6",
        [MARK_EXTRA] = "M0-3V3M-3 0H3",     [MARK_REFUSED] = "M-2.4-2.4L2.4 2.4M-2.4 2.4L2.4-2.4",
    };
    put_mark_class(svg, mark, count);
    if (count > 1) {
        svg_title(svg, "%u", count);
    }
    text_put(&svg->body, "<g transform=\"translate(%d.%d %d.%d) scale(%d.%d)\">", at.x / 10,
             at.x % 10, at.y / 10, at.y % 10, radius / 6, radius % 6 * 10 / 6);
    if (mark == MARK_LIE) {
        text_put(&svg->body, "<path class=\"badge\" d=\"M0-7.6L7.2 5.2H-7.2Z\"/>"
                             "<path class=\"glyph\" d=\"M0-3.2V1M0 3V3.6\"/>");
    } else {
        text_put(&svg->body, "<circle class=\"badge\" r=\"6\"/><path class=\"glyph\" d=\"%s\"/>",
                 glyphs[mark]);
    }
    text_put(&svg->body, "</g></g>\n");
}

void draw_band(struct svg *svg, order_nr order, int x, int y, int width, int height)
{
    text_put(&svg->body, "<rect class=\"cell %s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>",
             order_class(order), x, y, width, height);
}

void draw_cell(struct svg *svg, const struct play *play, order_nr order, int x, int y, int width,
               int height)
{
    draw_band(svg, order, x, y, width, height);
    if (height >= LETTER_WIDTH && width >= LETTER_WIDTH) {
        char letter[8];
        order_letter(play, order, letter);
        svg_text(svg, order == ORDER_ABSENT ? "letter none" : "letter", x + width / 2,
                 y + height / 2 + 4, 0, "%s", letter);
    }
}

void draw_pieces(struct svg *svg, const struct play *play, const struct piece *pieces,
                 unsigned count, struct point at, int width, int height)
{
    uint64_t total = 0;
    uint64_t least = UINT64_MAX;
    for (unsigned i = 0; i < count; i++) {
        total += pieces[i].count;
        least = pieces[i].count < least ? pieces[i].count : least;
    }
    bool has_letters = total > 0 && (uint64_t)width * least / total >= LETTER_WIDTH;
    uint64_t done = 0;
    for (unsigned i = 0; i < count && total > 0; i++) {
        int begin = at.x + (int)((uint64_t)width * done / total);
        done += pieces[i].count;
        int end = at.x + (int)((uint64_t)width * done / total);
        if (has_letters) {
            draw_cell(svg, play, pieces[i].order, begin, at.y, end - begin, height);
        } else if (end > begin) {
            draw_band(svg, pieces[i].order, begin, at.y, end - begin, height);
        }
    }
}

void draw_decision(struct svg *svg, const struct play *play, order_nr order, int x, int y)
{
    text_put(&svg->body, "<circle class=\"cell %s\" cx=\"%d\" cy=\"%d\" r=\"9\"/>",
             order_class(order), x, y);
    char letter[8];
    order_letter(play, order, letter);
    svg_text(svg, "letter", x, y + 4, 0, "%s", letter);
    svg_text(svg, "decision", x + 15, y + 5, 12, "%s", scenario_order_name(&play->scenario, order));
}
