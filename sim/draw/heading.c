/* heading.c - name, text, what was played, the two verdicts; and the legend. */
#include "draw/parts.h"

#include <stdio.h>

#define LINE_CHARACTERS 150u

/* The first line of `text`, broken at a blank: its bytes, and where the next begins. */
static size_t line_bytes(const char *text, size_t *next)
{
    size_t most = text_bytes(text, LINE_CHARACTERS);
    size_t end = most;
    for (size_t i = 0; i < most; i++) {
        if (text[i] == '\n') {
            *next = i + 1;
            return i;
        }
    }
    if (text[most] != '\0') {
        for (size_t i = most; i > most / 2; i--) {
            if (text[i] == ' ') {
                end = i;
                break;
            }
        }
    }
    *next = text[end] == ' ' ? end + 1 : end;
    return end;
}

static int draw_text(struct svg *svg, const char *text, int y)
{
    for (unsigned line = 0; line < 12 && *text != '\0'; line++) {
        size_t next = 0;
        size_t size = line_bytes(text, &next);
        svg_text(svg, "prose", 0, y, 0, "%.*s", (int)size, text);
        text += next;
        y += 19;
    }
    return y;
}

static void draw_verdict(struct svg *svg, const char *name, const char *state, const char *class,
                         const char *reason, int y)
{
    text_put(&svg->body, "<g class=\"verdict %s\">", class);
    svg_rect(svg, "chip", 0, y - 15, 132, 22);
    svg_text(svg, "chip-text", 66, y, 0, "%s %s", name, state);
    svg_text(svg, "prose", 144, y, 140, "%s", reason);
    text_put(&svg->body, "</g>\n");
}

void part_heading(struct svg *svg, const struct play *play)
{
    const struct scenario *scenario = &play->scenario;
    char game[GAME_TEXT_BYTES];
    char traitors[SET_TEXT_BYTES];
    game_text(game, play);
    set_text(traitors, scenario->traitors);
    svg_text(svg, "title", 0, 26, 80, "%s",
             scenario->name[0] == '\0' ? "generals" : scenario->name);
    svg_text(svg, "subtitle", 0, 50, 160, "%s; %s%s", game,
             scenario->traitors == 0 ? "all loyal" : "traitors ",
             scenario->traitors == 0 ? "" : traitors);
    int y = draw_text(svg, scenario->text, 74) + 8;
    draw_verdict(svg, "IC1", play->ic1 ? "holds" : "violated", play->ic1 ? "holds" : "fails",
                 play->ic1_reason, y);
    draw_verdict(svg, "IC2",
                 !play->has_ic2 ? "no case"
                 : play->ic2    ? "holds"
                                : "violated",
                 !play->has_ic2 ? "void"
                 : play->ic2    ? "holds"
                                : "fails",
                 play->ic2_reason, y + 27);
    svg_grow(svg, SUMMARY_WIDTH, y + 27 + 14);
}

struct tally {
    uint64_t fates[FATE_COUNT];
    uint64_t refused;
    general_set two_faced;
    bool is_mixed;
};

static void count_marks(const struct play *play, struct tally *tally)
{
    for (size_t i = 0; i < play->message_count; i++) {
        const struct message *message = &play->messages[i];
        tally->fates[message->fate]++;
        tally->refused += message_is_refused(message);
    }
    size_t instances = play->instance_count == 0 ? 1 : play->instance_count; /* naive: 0 */
    for (size_t i = 0; play->message_count > 0 && i < instances; i++) {
        struct packets packets;
        packets_init(&packets, play, (unsigned)i);
        for (unsigned r = 0; r < ROUNDS_MAX + GENERALS_MAX; r++) {
            tally->two_faced |= packets.two_faced[r];
        }
        packets_fini(&packets);
    }
}

static int legend_mark(struct svg *svg, enum mark mark, const char *meaning, int x, int y)
{
    draw_mark(svg, mark, (struct point){(x + 8) * 10, (y - 4) * 10}, 6, 0);
    svg_text(svg, "legend", x + 20, y, 0, "%s", meaning);
    return x + 38 + (int)text_length(meaning) * 7;
}

void part_legend(struct svg *svg, const struct play *play)
{
    const struct scenario *scenario = &play->scenario;
    struct tally tally = {.refused = 0};
    count_marks(play, &tally);
    int x = 0;
    int y = 16;
    for (unsigned order = 0; order < scenario->order_count; order++) {
        if (x > SUMMARY_WIDTH - 200) {
            x = 0;
            y += 26;
        }
        const char *name = scenario_order_name(scenario, (order_nr)order);
        char class[16];
        (void)snprintf(class, sizeof class, "line %s", order_class((order_nr)order));
        svg_line(svg, class, (struct point){x * 10, (y - 5) * 10},
                 (struct point){(x + 44) * 10, (y - 5) * 10});
        draw_cell(svg, play, (order_nr)order, x + 48, y - 14, 18, 18);
        svg_text(svg, "legend", x + 73, y, 20, "%s", name);
        size_t length = text_length(name);
        x += 92 + (int)(length < 20 ? length : 20) * 7;
    }
    static const struct {
        enum fate fate;
        enum mark mark;
        const char *meaning;
    } marks[] = {{FATE_LIE, MARK_LIE, "lie: not the order that is due"},
                 {FATE_GARBAGE, MARK_GARBAGE, "no order at all"},
                 {FATE_EXTRA, MARK_EXTRA, "nothing was due"},
                 {FATE_LATE, MARK_LATE, "late: counts as absent"}};
    x = 0;
    y += tally.fates[FATE_LOYAL] == play->message_count && tally.refused == 0 ? 0 : 26;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (tally.fates[marks[i].fate] > 0) {
            x = legend_mark(svg, marks[i].mark, marks[i].meaning, x, y);
        }
    }
    if (tally.refused > 0) {
        x = legend_mark(svg, MARK_REFUSED, "refused by the receiver", x, y);
    }
    if (tally.fates[FATE_SILENT] > 0) {
        svg_line(svg, "line ox", (struct point){x * 10, (y - 5) * 10},
                 (struct point){(x + 30) * 10, (y - 5) * 10});
        svg_line(svg, "stop", (struct point){(x + 30) * 10, (y - 10) * 10},
                 (struct point){(x + 30) * 10, y * 10});
        svg_text(svg, "legend", x + 40, y, 0, "silent");
        x += 92;
    }
    if (tally.two_faced != 0) {
        text_put(&svg->body,
                 "<g class=\"two-faced\" transform=\"translate(%d %d)\"><circle r=\"8\"/>"
                 "<path d=\"M-4-2H4M-4 2H4M2.4-5L-2.4 5\"/></g>\n",
                 x + 8, y - 5);
        svg_text(svg, "legend", x + 22, y, 0, "tells different generals different things");
    }
    svg_grow(svg, SUMMARY_WIDTH, y + 10);
}
