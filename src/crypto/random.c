/* random.c - see random.h. */
#include "crypto/random.h"

#include <sodium.h>

void random_fill(void *to, size_t size)
{
    randombytes_buf(to, size);
}
