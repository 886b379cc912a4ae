/* Not part of the core: the purity test must refuse it there. */
#include <stdlib.h>
#include <time.h>

void *impure_take(void);

void *impure_take(void)
{
    return malloc((size_t)time(NULL));
}
