/* tree_draw.c - the gathering tree, from the commander's word at the left to the last round's at
 * the right; the majority rolls up from right to left, along edges in the colour of what each
 * branch came to. */
#include "draw/parts.h"
#include "draw/tree.h"

#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

#define COLUMN_WIDTH 236
#define BOX_WIDTH    176
#define LEAF_HEIGHT  24
#define INNER_HEIGHT 42
#define GAP          6
#define TOP          64

struct place {
    int top;
    int height; /* of all that is below it, its own box at least */
    int filled; /* of it by children, so far */
};

static bool is_inner(const struct tree *tree, const struct sight *sight)
{
    return tree->nodes[sight->node].depth <= tree->om->shape.m;
}

static int box_height(const struct tree *tree, const struct sight *sight)
{
    return is_inner(tree, sight) ? INNER_HEIGHT : LEAF_HEIGHT;
}

/* Heights add up from the last to the first, places from the first to the last. */
static int lay_out(const struct tree *tree, const struct sights *sights, struct place *places)
{
    for (size_t i = sights->count; i-- > 0;) {
        int own = box_height(tree, &sights->items[i]) + GAP;
        places[i].height = places[i].filled > own ? places[i].filled : own;
        if (i > 0) {
            places[sights->items[i].parent].filled += places[i].height;
        }
    }
    int whole = places[0].height;
    places[0].top = TOP;
    for (size_t i = 0; i < sights->count; i++) {
        if (i > 0) {
            struct place *parent = &places[sights->items[i].parent];
            places[i].top = parent->top + parent->height - parent->filled;
            parent->filled -= places[i].height;
        }
        /* Children narrower than their parent's box stand in its middle. */
        int slack = places[i].height - places[i].filled;
        if (places[i].filled > 0 && slack > 1) {
            places[i].top += slack / 2;
            places[i].height -= slack;
        }
    }
    return whole;
}

static int middle_of(const struct place *place)
{
    return place->top + place->height / 2;
}

static int column_of(const struct tree *tree, const struct sight *sight)
{
    return (tree->nodes[sight->node].depth - 1) * COLUMN_WIDTH;
}

/* How many of his votes the resolved order has, his own among them. */
static void tally_text(char text[48], const struct tree *tree, const struct node *node)
{
    if (node->child_count == 0) {
        (void)snprintf(text, 48, "majority");
        return;
    }
    unsigned most = node->stored == node->resolved;
    for (unsigned i = 0; i < node->child_count; i++) {
        most += tree->nodes[node->first_child + i].resolved == node->resolved;
    }
    unsigned votes = node->child_count + 1u;
    (void)snprintf(text, 48, 2 * most > votes ? "majority %u of %u" : "no majority (%u of %u)",
                   most, votes);
}

static void who_text(char text[64], const struct sight *sight)
{
    size_t size = 0;
    unsigned count = general_count(sight->generals);
    if (count > 5) {
        (void)snprintf(text, 64, "%u generals", count);
        return;
    }
    for (general_set left = sight->generals; left != 0; left &= left - 1) {
        size += (size_t)snprintf(text + size, 64 - size, "%s%u", size == 0 ? "" : ", ",
                                 general_lowest(left));
    }
}

static void draw_edge(struct svg *svg, const struct tree *tree, const struct sights *sights,
                      const struct place *places, size_t index)
{
    const struct sight *sight = &sights->items[index];
    const struct sight *parent = &sights->items[sight->parent];
    int x1 = column_of(tree, parent) + BOX_WIDTH;
    int x2 = column_of(tree, sight);
    int y1 = middle_of(&places[sight->parent]);
    int y2 = middle_of(&places[index]);
    int bend = (x1 + x2) / 2;
    text_put(&svg->body, "<path class=\"edge %s\" d=\"M%d %dC%d %d %d %d %d %d\"/>\n",
             order_class(tree->nodes[sight->node].resolved), x1, y1, bend, y1, bend, y2, x2, y2);
}

static enum mark mark_of(const struct node *node)
{
    switch ((enum fate)node->fate) {
    case FATE_SILENT:
        return MARK_SILENT;
    case FATE_LATE:
        return MARK_LATE;
    case FATE_GARBAGE:
        return MARK_GARBAGE;
    case FATE_LOYAL:
    case FATE_LIE:
    case FATE_EXTRA:
        break;
    }
    return MARK_LIE;
}

static void draw_box(struct svg *svg, const struct play *play, const struct tree *tree,
                     const struct sight *sight, int x, int middle)
{
    const struct node *node = &tree->nodes[sight->node];
    int height = box_height(tree, sight);
    int y = middle - height / 2;
    bool is_false = node->fate != FATE_LOYAL;
    char who[64];
    who_text(who, sight);
    text_put(&svg->body, "<g class=\"node%s\">", is_false ? " false" : "");
    svg_title(svg, "%s: said %s, came to %s", who,
              scenario_order_name(&play->scenario, node->stored),
              scenario_order_name(&play->scenario, node->resolved));
    text_put(&svg->body,
             "<rect class=\"box\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\"/>", x, y,
             BOX_WIDTH, height);
    svg_text(svg, "node-who", x + 8, y + 16, 0,
             node->fate == FATE_SILENT ? "%s said nothing" : "%s said", who);
    draw_cell(svg, play, node->stored, x + BOX_WIDTH - 24, y + 3, 18, 17);
    if (is_false) {
        draw_mark(svg, mark_of(node), (struct point){(x + BOX_WIDTH - 36) * 10, (y + 12) * 10}, 6,
                  0);
    }
    if (is_inner(tree, sight)) {
        char tally[48];
        tally_text(tally, tree, node);
        svg_text(svg, "node-sum", x + 8, y + 35, 0, "%s", tally);
        draw_cell(svg, play, node->resolved, x + BOX_WIDTH - 24, y + 22, 18, 17);
    }
    if (sight->is_closed) {
        svg_text(svg, "more", x + BOX_WIDTH + 6, middle + 4, 0, "%s",
                 node->is_uniform ? "the same below" : "\xe2\x80\xa6");
    }
    text_put(&svg->body, "</g>\n");
}

static void draw_head(struct svg *svg, const struct tree *tree, const struct sights *sights)
{
    svg_text(svg, "heading", 0, 18, 0, "The gathering tree of general %u", tree->om->self);
    for (unsigned depth = 1; depth <= sights->depth; depth++) {
        const char *what = depth == 1 ? "the order" : depth == 2 ? "passed on by" : "and by";
        svg_text(svg, "round start", (int)(depth - 1) * COLUMN_WIDTH, TOP - 14, 0, "round %u: %s",
                 depth, what);
    }
    if (sights->depth < tree->om->shape.m + 1) {
        svg_text(svg, "prose", (int)sights->depth * COLUMN_WIDTH, TOP - 14, 0,
                 "%u more rounds are not shown", tree->om->shape.m + 1 - sights->depth);
    }
}

void part_tree(struct svg *svg, const struct packets *packets, general_id general,
               unsigned rows_max)
{
    struct tree tree;
    struct sights sights;
    if (!tree_init(&tree, packets, general)) {
        return;
    }
    sights_init(&sights, &tree, rows_max);
    struct place *places = calloc(sights.count, sizeof *places);
    ASSERT(places != NULL);
    int height = lay_out(&tree, &sights, places);
    draw_head(svg, &tree, &sights);
    for (size_t i = 1; i < sights.count; i++) {
        draw_edge(svg, &tree, &sights, places, i);
    }
    for (size_t i = 0; i < sights.count; i++) {
        draw_box(svg, packets->play, &tree, &sights.items[i], column_of(&tree, &sights.items[i]),
                 middle_of(&places[i]));
    }
    svg_grow(svg, (int)sights.depth * COLUMN_WIDTH + 60, TOP + height + 8);
    free(places);
    sights_fini(&sights);
    tree_fini(&tree);
}
