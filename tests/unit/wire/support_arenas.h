/* support_arenas.h - the two arenas of a test of the codec: for samples, and for what is decoded.
 */
#ifndef STRATEGOS_TESTS_WIRE_ARENAS_H
#define STRATEGOS_TESTS_WIRE_ARENAS_H

#include "base/arena.h"

extern struct arena samples, decoded;

/* For cmocka, around a group of tests. */
int arenas_set_up(void **state);
int arenas_tear_down(void **state);

#endif
