/* write.c - one page: the template with style, script and data put in. */
#include "draw_cluster/assets.h"
#include "draw_cluster/page_state.h"

#include "draw/assets.h"
#include "draw/output.h"
#include "draw/svg.h"

static void put_asset(struct buffer *out, const unsigned char *asset)
{
    buffer_append(out, slice_of_text((const char *)asset));
}

static void put_marker(struct buffer *out, struct cluster_page *page,
                       const struct world_outcome *outcome, struct slice name)
{
    if (slice_is_equal(name, slice_of_text("TITLE"))) {
        text_put(out, "Seed %llu", (unsigned long long)page->plan->seed);
    } else if (slice_is_equal(name, slice_of_text("PAGE_CSS"))) {
        put_asset(out, asset_page_css);
    } else if (slice_is_equal(name, slice_of_text("CLUSTER_CSS"))) {
        put_asset(out, asset_cluster_css);
    } else if (slice_is_equal(name, slice_of_text("CLUSTER_JS"))) {
        put_asset(out, asset_cluster_js);
    } else if (slice_is_equal(name, slice_of_text("DATA"))) {
        page_put_data(out, page, outcome);
    }
}

enum error cluster_page_write(struct cluster_page *page, const struct world_outcome *outcome,
                              const char *path, struct error_text *text)
{
    struct buffer html = {.size = 0};
    const char *at = (const char *)asset_cluster_html;
    for (const char *mark = strchr(at, '@'); mark != NULL; mark = strchr(at, '@')) {
        const char *end = strchr(mark + 1, '@');
        if (end == NULL) {
            break;
        }
        buffer_append(&html, slice_of(at, (size_t)(mark - at)));
        put_marker(&html, page, outcome, slice_of(mark + 1, (size_t)(end - mark - 1)));
        at = end + 1;
    }
    buffer_append(&html, slice_of_text(at));
    enum error error = output_write(path, &html, text);
    buffer_fini(&html);
    return error;
}
