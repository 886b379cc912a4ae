/* clock.h - the machine's clocks, in ns. */
#ifndef STRATEGOS_DAEMON_CLOCK_H
#define STRATEGOS_DAEMON_CLOCK_H

#include <stdint.h>

uint64_t clock_monotonic_ns(void);
uint64_t clock_wall_ns(void); /* since 1970 */

#endif
