/* load_window.h - the requests of a load that are under way, in the order of the file: which of
 * them are acknowledged, and so up to where everything is. */
#ifndef STRATEGOS_CMD_LOAD_WINDOW_H
#define STRATEGOS_CMD_LOAD_WINDOW_H

#include "cmd/progress.h"

#define LOAD_WINDOW_MAX 8192u

struct load_request {
    void *owner;               /* the caller's */
    struct progress_mark mark; /* once this and all before it are acknowledged */
    uint64_t first_line;
    uint64_t pairs;
    bool is_acknowledged;
};

struct load_window {
    struct load_request requests[LOAD_WINDOW_MAX];
    uint64_t begin; /* the oldest that is not acknowledged; begin <= end <= begin + the maximum */
    uint64_t end;
    struct progress_mark mark; /* where everything before is acknowledged */
};

void load_window_init(struct load_window *window, const struct progress_mark *mark);

static inline uint64_t load_window_count(const struct load_window *window)
{
    return window->end - window->begin;
}

/* Room for one more, zeroed, at the end; there must be room. load_window_drop takes it back. */
struct load_request *load_window_add(struct load_window *window);
void load_window_drop(struct load_window *window);

/* It is acknowledged; moves the mark as far as that allows. */
void load_window_acknowledge(struct load_window *window, struct load_request *request);

#endif
