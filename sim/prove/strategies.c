/* strategies.c - see strategies.h. Long numbers are groups of nine decimal digits, lowest first. */
#include "prove/strategies.h"

#include "base/assert.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define GROUP     UINT64_C(1000000000)
#define GROUPS    ((STRATEGIES_EXACT_BYTES - 1u) / 9u)
#define TERM_BITS 3400u /* 2^3400 has 1,024 digits: more bits cannot fit */

struct number {
    uint32_t groups[GROUPS];
    bool is_too_large;
};

uint64_t binomial(unsigned n, unsigned k)
{
    uint64_t result = 1;
    if (k > n) {
        return 0;
    }
    for (unsigned i = 1; i <= k; i++) {
        uint64_t product;
        /* result is (n - k + i - 1) over (i - 1): times the next, it divides evenly. */
        uint64_t factor = n - k;
        if (__builtin_mul_overflow(result, factor + i, &product)) {
            return UINT64_MAX;
        }
        result = product / i;
    }
    return result;
}

void strategies_add(struct strategies *strategies, uint64_t count, uint64_t bits)
{
    if (count != 0) {
        ASSERT(strategies->term_count < STRATEGIES_TERMS_MAX);
        strategies->terms[strategies->term_count].count = count;
        strategies->terms[strategies->term_count++].bits = bits;
    }
}

/* "30*2^40", "2^12", "6". */
static int print_term(char *text, size_t room, uint64_t count, uint64_t bits)
{
    if (bits == 0) {
        return snprintf(text, room, "%" PRIu64, count);
    }
    return count == 1 ? snprintf(text, room, "2^%" PRIu64, bits)
                      : snprintf(text, room, "%" PRIu64 "*2^%" PRIu64, count, bits);
}

void strategies_form(const struct strategies *strategies, char text[STRATEGIES_FORM_BYTES])
{
    size_t used = 0;
    (void)snprintf(text, STRATEGIES_FORM_BYTES, "0");
    for (unsigned i = 0; i < strategies->term_count; i++) {
        if (i > 0) {
            (void)snprintf(text + used, STRATEGIES_FORM_BYTES - used, " + ");
            used += 3;
        }
        int length = print_term(text + used, STRATEGIES_FORM_BYTES - used,
                                strategies->terms[i].count, strategies->terms[i].bits);
        ASSERT(length > 0);
        used += (size_t)length;
        ASSERT(used + 3 < STRATEGIES_FORM_BYTES);
    }
}

static void add(struct number *sum, const struct number *more)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < GROUPS; i++) {
        carry += (uint64_t)sum->groups[i] + more->groups[i];
        sum->groups[i] = (uint32_t)(carry % GROUP);
        carry /= GROUP;
    }
    sum->is_too_large = sum->is_too_large || more->is_too_large || carry != 0;
}

static void set_term(struct number *number, uint64_t count, uint64_t bits)
{
    *number = (struct number){.is_too_large = bits > TERM_BITS};
    for (size_t i = 0; count != 0; i++) {
        number->groups[i] = (uint32_t)(count % GROUP);
        count /= GROUP;
    }
    for (uint64_t bit = 0; bit < bits && !number->is_too_large; bit++) {
        const struct number same = *number;
        add(number, &same);
    }
}

bool strategies_exact(const struct strategies *strategies, char text[STRATEGIES_EXACT_BYTES])
{
    struct number sum = {.is_too_large = false};
    for (unsigned i = 0; i < strategies->term_count; i++) {
        struct number term;
        set_term(&term, strategies->terms[i].count, strategies->terms[i].bits);
        add(&sum, &term);
    }
    text[0] = '\0';
    if (sum.is_too_large) {
        return false;
    }
    size_t top = GROUPS - 1;
    while (top > 0 && sum.groups[top] == 0) {
        top--;
    }
    size_t used = (size_t)snprintf(text, STRATEGIES_EXACT_BYTES, "%" PRIu32, sum.groups[top]);
    while (top-- > 0) {
        (void)snprintf(text + used, STRATEGIES_EXACT_BYTES - used, "%09" PRIu32, sum.groups[top]);
        used += 9;
    }
    return true;
}
