/* random.h - the system's randomness, for identities that must never repeat. */
#ifndef STRATEGOS_CRYPTO_RANDOM_H
#define STRATEGOS_CRYPTO_RANDOM_H

#include <stddef.h>

void random_fill(void *to, size_t size);

#endif
