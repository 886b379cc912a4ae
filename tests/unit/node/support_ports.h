/* support_ports.h - a world that is not there: frames go nowhere, nobody comes, the clock stands.
 */
#ifndef TESTS_UNIT_NODE_SUPPORT_PORTS_H
#define TESTS_UNIT_NODE_SUPPORT_PORTS_H

#include "node/ports.h"

/* Without ledger, store, machine and memory. */
struct ports no_ports(void);

#endif
