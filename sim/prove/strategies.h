/* strategies.h - how many strategies a proof covers: exact numbers, however large. */
#ifndef STRATEGOS_PROVE_STRATEGIES_H
#define STRATEGOS_PROVE_STRATEGIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STRATEGIES_TERMS_MAX   4u
#define STRATEGIES_FORM_BYTES  256u
#define STRATEGIES_EXACT_BYTES 1024u

/* The sum of count * 2^bits. */
struct strategies {
    unsigned term_count;
    struct {
        uint64_t count;
        uint64_t bits;
    } terms[STRATEGIES_TERMS_MAX];
};

/* A term of 0 is left out. */
void strategies_add(struct strategies *strategies, uint64_t count, uint64_t bits);

/* "6*2^30 + 30*2^40". */
void strategies_form(const struct strategies *strategies, char text[STRATEGIES_FORM_BYTES]);

/* All decimal digits; false (and an empty text) if they do not fit. */
bool strategies_exact(const struct strategies *strategies, char text[STRATEGIES_EXACT_BYTES]);

/* n over k; UINT64_MAX if it is larger. */
uint64_t binomial(unsigned n, unsigned k);

#endif
