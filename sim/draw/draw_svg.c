/* draw_svg.c - puts the parts of a picture on one sheet. */
#include "draw/assets.h"
#include "draw/draw.h"
#include "draw/output.h"
#include "draw/parts.h"

#define MARGIN        28
#define GAP           30
#define TREE_ROWS_MAX 60u
#define MINI_COLUMNS  3

/* A part below what is there already. */
static void stack(struct svg *sheet, struct svg *part)
{
    if (part->body.size != 0) {
        svg_place(sheet, part, MARGIN, sheet->height + (sheet->height == 0 ? MARGIN : GAP));
    }
    svg_fini(part);
}

static void draw_one(struct svg *sheet, const struct play *play, unsigned instance,
                     general_id tree_of)
{
    struct packets packets;
    packets_init(&packets, play, instance);
    struct svg part = {.width = 0};
    part_lanes(&part, &packets);
    stack(sheet, &part);
    part_grids(&part, &packets);
    stack(sheet, &part);
    part_graph(&part, play, instance, tree_of);
    stack(sheet, &part);
    part_sets(&part, play, instance);
    stack(sheet, &part);
    part_votes(&part, play, instance);
    stack(sheet, &part);
    part_tree(&part, &packets, tree_of, TREE_ROWS_MAX);
    stack(sheet, &part);
    packets_fini(&packets);
}

/* Each instance small, in rows; all to one scale. */
static void draw_minis(struct svg *sheet, const struct play *play)
{
    struct svg minis[GENERALS_MAX] = {{.width = 0}};
    struct svg part = {.width = 0};
    int width_most = 1;
    int height_most = 1;
    if (play->scenario.generals > LANES_GENERALS_MAX) {
        return;
    }
    for (unsigned i = 0; i < play->instance_count; i++) {
        struct packets packets;
        packets_init(&packets, play, i);
        part_lanes(&minis[i], &packets);
        packets_fini(&packets);
        width_most = minis[i].width > width_most ? minis[i].width : width_most;
        height_most = minis[i].height > height_most ? minis[i].height : height_most;
    }
    int width = SUMMARY_WIDTH / MINI_COLUMNS - 14;
    int height = (int)((int64_t)height_most * width / width_most);
    svg_text(&part, "heading", 0, 18, 0, "Every general commands once");
    for (unsigned i = 0; i < play->instance_count; i++) {
        int x = (int)(i % MINI_COLUMNS) * (width + 20);
        int y = 30 + (int)(i / MINI_COLUMNS) * (height + 40);
        svg_text(&part, "role", x, y + 16, 0, "commander %u", play->instances[i].commander);
        text_put(&part.body,
                 "<svg x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
                 "viewBox=\"0 0 %d %d\" preserveAspectRatio=\"xMinYMin\">\n",
                 x, y + 22, width, height, width_most, height_most);
        buffer_append(&part.body, buffer_slice(&minis[i].body));
        text_put(&part.body, "</svg>\n");
        svg_fini(&minis[i]);
        svg_grow(&part, SUMMARY_WIDTH, y + height + 40);
    }
    stack(sheet, &part);
}

static void draw_sheet(struct svg *sheet, const struct play *play, general_id tree_of)
{
    struct svg part = {.width = 0};
    part_heading(&part, play);
    stack(sheet, &part);
    part_legend(&part, play);
    stack(sheet, &part);
    part_vectors(&part, play);
    stack(sheet, &part);
    if (play->instance_count > 1) {
        part_graph(&part, play, 0, tree_of);
        stack(sheet, &part);
        draw_minis(sheet, play);
    } else {
        draw_one(sheet, play, 0, tree_of);
    }
    part_twins(&part, play);
    stack(sheet, &part);
    if (play->scenario.generals > LANES_GENERALS_MAX || !play->is_recorded) {
        part_roster(&part, play);
        stack(sheet, &part);
    }
}

enum error draw_svg(const struct play *play, general_id tree_of, const char *path,
                    struct error_text *text)
{
    struct svg sheet = {.width = 0};
    draw_sheet(&sheet, play, tree_of);
    int width = sheet.width + MARGIN;
    int height = sheet.height + MARGIN;
    struct buffer file = {.size = 0};
    text_put(&file,
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
             "viewBox=\"0 0 %d %d\">\n<title>",
             width, height, width, height);
    markup_escape(&file, play->scenario.name);
    text_put(&file, "</title>\n<style>\n");
    buffer_append(&file, slice_of_text((const char *)asset_picture_css));
    text_put(&file, "</style>\n<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", width, height);
    buffer_append(&file, buffer_slice(&sheet.body));
    text_put(&file, "</svg>\n");
    enum error error = output_write(path, &file, text);
    buffer_fini(&file);
    svg_fini(&sheet);
    return error;
}
