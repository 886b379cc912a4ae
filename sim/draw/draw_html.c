/* draw_html.c - one page: the template with style, script, data and pictures put in. */
#include "draw/assets.h"
#include "draw/data.h"
#include "draw/draw.h"
#include "draw/output.h"
#include "draw/parts.h"

/* Instances that are drawn, and trees: more would be more than anyone looks at. */
#define INSTANCES_MAX 16u
#define TREES_MAX     100u

/* `show` is what of the page's state must be so for the section to be seen. */
static void put_section(struct buffer *out, struct svg *part, const char *show, unsigned instance,
                        int general)
{
    if (part->body.size != 0) {
        text_put(out, "<section data-show=\"%s\" data-instance=\"%u\" data-general=\"%d\">\n", show,
                 instance, general);
        text_put(out,
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                 "viewBox=\"0 0 %d %d\">\n",
                 part->width, part->height, part->width, part->height);
        buffer_append(out, buffer_slice(&part->body));
        text_put(out, "</svg>\n</section>\n");
    }
    svg_fini(part);
    *part = (struct svg){.width = 0};
}

static void put_instance(struct buffer *out, const struct play *play, unsigned instance)
{
    unsigned n = play->scenario.generals;
    struct packets packets;
    struct svg part = {.width = 0};
    packets_init(&packets, play, instance);
    part_lanes(&part, &packets);
    put_section(out, &part, "instance", instance, -1);
    part_grids(&part, &packets);
    put_section(out, &part, "instance", instance, -1);
    part_sets(&part, play, instance);
    put_section(out, &part, "instance", instance, -1);
    part_votes(&part, play, instance);
    put_section(out, &part, "instance", instance, -1);
    unsigned rows = n <= 10 ? 60 : n <= 16 ? 40 : 20;
    for (unsigned g = 0; g < n && (instance + 1) * n <= TREES_MAX; g++) {
        part_tree(&part, &packets, (general_id)g, rows);
        put_section(out, &part, "tree", instance, (int)g);
    }
    packets_fini(&packets);
}

static void put_parts(struct buffer *out, const struct play *play)
{
    struct svg part = {.width = 0};
    part_legend(&part, play);
    put_section(out, &part, "always", 0, -1);
    part_vectors(&part, play);
    put_section(out, &part, "always", 0, -1);
    unsigned instances = play->instance_count == 0 ? 1 : (unsigned)play->instance_count;
    for (unsigned i = 0; i < instances && i < INSTANCES_MAX; i++) {
        put_instance(out, play, i);
    }
    part_twins(&part, play);
    put_section(out, &part, "always", 0, -1);
    part_roster(&part, play);
    put_section(out, &part, "always", 0, -1);
}

static void put_title(struct buffer *out, const struct play *play)
{
    markup_escape(out, play->scenario.name);
}

static void put_asset(struct buffer *out, const unsigned char *asset)
{
    buffer_append(out, slice_of_text((const char *)asset));
}

static void put_marker(struct buffer *out, const struct play *play, struct slice name)
{
    if (slice_is_equal(name, slice_of_text("TITLE"))) {
        put_title(out, play);
    } else if (slice_is_equal(name, slice_of_text("PICTURE_CSS"))) {
        put_asset(out, asset_picture_css);
    } else if (slice_is_equal(name, slice_of_text("PAGE_CSS"))) {
        put_asset(out, asset_page_css);
    } else if (slice_is_equal(name, slice_of_text("PAGE_JS"))) {
        put_asset(out, asset_page_js);
    } else if (slice_is_equal(name, slice_of_text("DATA"))) {
        data_put(out, play);
    } else if (slice_is_equal(name, slice_of_text("PARTS"))) {
        put_parts(out, play);
    }
}

enum error draw_html(const struct play *play, const char *path, struct error_text *text)
{
    struct buffer page = {.size = 0};
    const char *at = (const char *)asset_page_html;
    for (const char *mark = strchr(at, '@'); mark != NULL; mark = strchr(at, '@')) {
        const char *end = strchr(mark + 1, '@');
        if (end == NULL) {
            break;
        }
        buffer_append(&page, slice_of(at, (size_t)(mark - at)));
        put_marker(&page, play, slice_of(mark + 1, (size_t)(end - mark - 1)));
        at = end + 1;
    }
    buffer_append(&page, slice_of_text(at));
    enum error error = output_write(path, &page, text);
    buffer_fini(&page);
    return error;
}
