/* pages.c - see pages.h. */
#include "oracles/pages.h"

#include "oracles/shelf.h"

#include <stdlib.h>

void oracle_pages_fini(struct oracle_pages *pages)
{
    for (size_t i = 0; i < pages->count; i++) {
        free(pages->pages[i]);
    }
    free(pages->pages);
    oracle_map_fini(&pages->index);
    *pages = (struct oracle_pages){0};
}

static uint8_t *turn_to(struct oracle_pages *pages, uint64_t number, size_t size)
{
    bool is_new;
    uint64_t *place = oracle_map_at(&pages->index, number, 0, &is_new);
    if (is_new) {
        *place = pages->count;
        pages->pages =
            oracle_grow(pages->pages, pages->count, &pages->capacity, sizeof *pages->pages);
        pages->pages[pages->count++] = oracle_take(ORACLE_PAGE_ITEMS, size);
    }
    pages->last = pages->pages[*place];
    pages->last_number = number;
    return pages->last;
}

void *oracle_pages_at(struct oracle_pages *pages, uint64_t number, size_t size)
{
    uint64_t page = number / ORACLE_PAGE_ITEMS;
    uint8_t *items = pages->last != NULL && pages->last_number == page ? pages->last
                                                                       : turn_to(pages, page, size);
    return items + number % ORACLE_PAGE_ITEMS * size;
}

const void *oracle_pages_find(const struct oracle_pages *pages, uint64_t number, size_t size)
{
    uint64_t page = number / ORACLE_PAGE_ITEMS;
    const uint8_t *items = pages->last;
    if (items == NULL || pages->last_number != page) {
        const uint64_t *place = oracle_map_find(&pages->index, page, 0);
        if (place == NULL) {
            return NULL;
        }
        items = pages->pages[*place];
    }
    return items + number % ORACLE_PAGE_ITEMS * size;
}
