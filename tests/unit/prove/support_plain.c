/* support_plain.c - see support_plain.h. Values are kept by path, a path being a number in base 8
 * with a leading 1. */
#include "support_plain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define CODES 1024u

static bool is_on(const general_id *path, unsigned count, unsigned general)
{
    for (unsigned i = 0; i < count; i++) {
        if (path[i] == general) {
            return true;
        }
    }
    return false;
}

static unsigned code_of(const general_id *path, unsigned count)
{
    unsigned code = 1;
    for (unsigned i = 0; i < count; i++) {
        code = code * 8 + path[i];
    }
    return code;
}

/* The next path of `count` different generals that begins with 0; false after the last. */
static bool next_path(unsigned generals, general_id *path, unsigned count)
{
    for (;;) {
        unsigned at = count;
        while (at > 1 && path[at - 1] + 1u >= generals) {
            path[--at] = 1;
        }
        if (at <= 1) {
            return false;
        }
        path[at - 1]++;
        bool is_path = true;
        for (unsigned i = 1; i < count; i++) {
            is_path = is_path && !is_on(path, i, path[i]);
        }
        if (is_path) {
            return true;
        }
    }
}

static void first_path(general_id *path, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        path[i] = (general_id)i;
    }
}

void plain_init(struct plain *plain, const struct om_question *question, bool is_commander_loyal,
                order_nr order)
{
    *plain = (struct plain){.question = *question,
                            .traitors = om_proof_traitors(question, is_commander_loyal),
                            .order = order};
    assert_true(question->m <= 2 && question->generals <= 8);
    for (unsigned count = 1; count <= question->m + 1; count++) {
        general_id path[4];
        first_path(path, count);
        do {
            for (unsigned to = 1; to < question->generals; to++) {
                if (general_is_in(plain->traitors, path[count - 1]) && !is_on(path, count, to)) {
                    assert_true(plain->place_count < PLAIN_PLACES_MAX);
                    struct plain_place *place = &plain->places[plain->place_count++];
                    memcpy(place->path, path, sizeof place->path);
                    place->count = count;
                    place->to = (general_id)to;
                }
            }
        } while (next_path(question->generals, path, count));
    }
}

/* Round by round: what is due, turned round where somebody lies. */
static void tell(const struct plain *plain, uint64_t lies, uint8_t (*told)[8])
{
    unsigned place = 0; /* they are in the same order */
    for (unsigned count = 1; count <= plain->question.m + 1; count++) {
        general_id path[4];
        first_path(path, count);
        do {
            general_id from = path[count - 1];
            unsigned due = count == 1 ? plain->order : told[code_of(path, count - 1)][from];
            for (unsigned to = 1; to < plain->question.generals; to++) {
                if (is_on(path, count, to)) {
                    continue;
                }
                bool is_lie = general_is_in(plain->traitors, from) && (lies >> place++ & 1) != 0;
                told[code_of(path, count)][to] = (uint8_t)(due ^ is_lie);
            }
        } while (next_path(plain->question.generals, path, count));
    }
}

/* From the longest paths back: the majority of what was told and what relays came to. */
static void resolve(const struct plain *plain, uint8_t (*told)[8])
{
    unsigned n = plain->question.generals;
    for (unsigned count = plain->question.m; count >= 1; count--) {
        general_id path[4];
        first_path(path, count);
        do {
            uint8_t came_to[8] = {0};
            for (unsigned to = 1; to < n; to++) {
                unsigned ones = told[code_of(path, count)][to];
                for (unsigned by = 1; by < n; by++) {
                    if (by != to && !is_on(path, count, by)) {
                        ones += told[code_of(path, count) * 8 + by][to];
                    }
                }
                came_to[to] = 2 * ones > n - count;
            }
            memcpy(told[code_of(path, count)], came_to, sizeof came_to);
        } while (next_path(n, path, count));
    }
}

void plain_play(const struct plain *plain, uint64_t lies, order_nr obeyed[8])
{
    static uint8_t told[CODES][8];
    tell(plain, lies, told);
    resolve(plain, told);
    memcpy(obeyed, told[code_of((general_id[]){0}, 1)], 8);
}
