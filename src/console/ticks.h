/* ticks.h - the monotonic clock of the command line programs. */
#ifndef STRATEGOS_CONSOLE_TICKS_H
#define STRATEGOS_CONSOLE_TICKS_H

#include <stdint.h>

#define TICKS_MS     UINT64_C(1000000)
#define TICKS_SECOND UINT64_C(1000000000)

uint64_t ticks_now_ns(void);

/* What is left until `deadline_ns`, rounded up, for poll: 0 .. `most_ms`. */
int ticks_until_ms(uint64_t now_ns, uint64_t deadline_ns, int most_ms);

#endif
