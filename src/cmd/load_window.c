/* load_window.c - see load_window.h. */
#include "cmd/load_window.h"

#include "base/assert.h"

void load_window_init(struct load_window *window, const struct progress_mark *mark)
{
    window->begin = 0;
    window->end = 0;
    window->mark = *mark;
}

struct load_request *load_window_add(struct load_window *window)
{
    ASSERT(load_window_count(window) < LOAD_WINDOW_MAX);
    struct load_request *request = &window->requests[window->end++ % LOAD_WINDOW_MAX];
    *request = (struct load_request){0};
    return request;
}

void load_window_drop(struct load_window *window)
{
    ASSERT(load_window_count(window) > 0);
    window->end--;
}

void load_window_acknowledge(struct load_window *window, struct load_request *request)
{
    ASSERT(!request->is_acknowledged);
    request->is_acknowledged = true;
    while (window->begin < window->end) {
        const struct load_request *oldest = &window->requests[window->begin % LOAD_WINDOW_MAX];
        if (!oldest->is_acknowledged) {
            break;
        }
        window->mark = oldest->mark;
        window->begin++;
    }
}
