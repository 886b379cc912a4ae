/* interrupt.c - see interrupt.h. */
#include "console/interrupt.h"

#include "base/assert.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t is_caught;

static void on_signal(int number)
{
    (void)number;
    is_caught = 1;
}

void interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: see the header */
    int failed = sigaction(SIGINT, &action, NULL) | sigaction(SIGTERM, &action, NULL);
    ASSERT(failed == 0);
}

bool interrupt_is_caught(void)
{
    return is_caught != 0;
}
