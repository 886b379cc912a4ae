/* pages.h - a table by number, for numbers that mostly grow by one, as views and heights do: what
 * belongs to neighbours lies side by side, and is not looked for.
 *
 * Any number may be asked for; what lies between takes no room. Running out of memory ends the
 * program, as with buffer.h. */
#ifndef STRATEGOS_ORACLES_PAGES_H
#define STRATEGOS_ORACLES_PAGES_H

#include "oracles/map.h"

#define ORACLE_PAGE_ITEMS 64u

/* Empty: all zeros. */
struct oracle_pages {
    struct oracle_map index; /* number of a page -> its place among them */
    void **pages;
    size_t count;
    size_t capacity;
    uint8_t *last; /* the page that was asked for last, and its number; NULL: none */
    uint64_t last_number;
};

void oracle_pages_fini(struct oracle_pages *pages);
/* The item, all zeros at first; it stays where it is. `size` is that of all items. */
void *oracle_pages_at(struct oracle_pages *pages, uint64_t number, size_t size);
/* NULL: neither this item nor one close to it was ever asked for. */
const void *oracle_pages_find(const struct oracle_pages *pages, uint64_t number, size_t size);

#endif
