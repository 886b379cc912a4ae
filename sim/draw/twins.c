/* twins.c - three generals: the two games that lieutenant 1 cannot tell apart (LSP82 §2).
 *
 * In the first the commander is loyal and lieutenant 2 lies about what he said; in the second the
 * commander tells each his own. Lieutenant 1 hears the same in both, so he does the same in both,
 * and in one of them that is wrong. */
#include "draw/parts.h"

#include <stdio.h>

#define WIDTH  430
#define HEIGHT 300

bool has_twins(const struct play *play)
{
    return play->scenario.algorithm == ALGORITHM_OM && play->scenario.generals == 3 &&
           play->scenario.m == 1 && !play->scenario.is_interactive;
}

static const struct point commander = {2150, 640};
static const struct point first = {700, 2100};
static const struct point second = {3600, 2100};

static void draw_seat(struct svg *svg, struct point at, const char *name, const char *classes)
{
    text_put(&svg->body, "<g class=\"seat%s\">", classes);
    if (strcmp(name, "0") == 0) {
        svg_rect(svg, "disc", at.x / 10 - 22, at.y / 10 - 22, 44, 44);
    } else {
        svg_circle(svg, "disc", at.x / 10, at.y / 10, 22);
    }
    svg_text(svg, "disc-text", at.x / 10, at.y / 10 + 5, 0, "%s", name);
    text_put(&svg->body, "</g>");
}

/* A message; its words are on the outer side of the triangle. */
static void draw_word(struct svg *svg, const struct play *play, struct point from, struct point to,
                      order_nr order, bool is_lie)
{
    char class[24];
    (void)snprintf(class, sizeof class, "line bold %s", order_class(order));
    bool is_report = from.y == to.y;
    bool is_left = !is_report && to.x < from.x;
    svg_line(svg, class, point_between(from, to, 150), point_between(from, to, 850));
    struct point tip = point_between(from, to, 870);
    text_put(&svg->body,
             "<path class=\"cell %s\" transform=\"translate(%d %d) rotate(%d)\" "
             "d=\"M9 0L-7-7V7Z\"/>",
             order_class(order), tip.x / 10, tip.y / 10,
             is_report ? 180
             : is_left ? 135
                       : 45);
    struct point middle = point_between(from, to, 500);
    const char *name = scenario_order_name(&play->scenario, order);
    if (is_report) {
        svg_text(svg, "word", middle.x / 10, middle.y / 10 + 32, 22, "\"he said %s\"", name);
    } else {
        svg_text(svg, is_left ? "word end" : "word start", middle.x / 10 + (is_left ? -22 : 22),
                 middle.y / 10, 14, "%s", name);
    }
    if (is_lie) {
        draw_mark(svg, MARK_LIE, point_between(from, to, is_report ? 190 : 260), 8, 0);
    }
}

static void draw_game(struct svg *svg, const struct play *play, bool is_second, int x)
{
    struct svg part = {.width = WIDTH, .height = HEIGHT};
    svg_rect(&part, "panel", 0, 0, WIDTH, HEIGHT);
    svg_text(&part, "caption", 20, 26, 0,
             is_second ? "2: the commander is the traitor" : "1: lieutenant 2 is the traitor");
    /* What lieutenant 1 can see: himself and what comes to him. */
    svg_line(&part, "sight", commander, first);
    svg_line(&part, "sight", second, first);
    draw_word(&part, play, commander, first, ATTACK, false);
    draw_word(&part, play, commander, second, is_second ? RETREAT : ATTACK, is_second);
    draw_word(&part, play, second, first, RETREAT, !is_second);
    draw_seat(&part, commander, "0", is_second ? " commander traitor" : " commander");
    draw_seat(&part, first, "1", "");
    draw_seat(&part, second, "2", is_second ? "" : " traitor");
    svg_text(&part, "caption", 20, 288, 0,
             is_second ? "must agree with lieutenant 2: IC1"
                       : "must obey the loyal commander: IC2");
    svg_place(svg, &part, x, 60);
}

void part_twins(struct svg *svg, const struct play *play)
{
    if (!has_twins(play)) {
        return;
    }
    svg_text(svg, "heading", 0, 18, 0, "Why three generals cannot cope with one traitor");
    svg_text(svg, "prose", 0, 42, 0,
             "Lieutenant 1 hears the same in both games (shaded), so he does the same in both; "
             "whatever it is, in one of them it is wrong.");
    draw_game(svg, play, false, 0);
    draw_game(svg, play, true, WIDTH + 40);
    svg_grow(svg, SUMMARY_WIDTH, HEIGHT + 72);
}
