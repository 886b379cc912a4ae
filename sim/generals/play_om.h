/* play_om.h - OM(m) among generals who can all talk to each other. */
#ifndef STRATEGOS_GENERALS_PLAY_OM_H
#define STRATEGOS_GENERALS_PLAY_OM_H

#include "generals/record.h"

/* Plays one instance, as record.h says. Its generals stay alive in instance->oms, one block that
 * play_free frees. */
MUST_USE enum error play_om(struct recorder *recorder, const struct plot *plot, size_t instance,
                            struct error_text *text);

/* Bytes of one instance's generals; UINT64_MAX where it overflows. */
uint64_t play_om_memory(unsigned generals, unsigned m);

#endif
