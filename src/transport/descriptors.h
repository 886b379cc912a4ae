/* descriptors.h - how near the process is to its limit of open files.
 *
 * At the limit nanomsg can accept nobody new and spins on trying, so the soft limit is raised to
 * the hard one and `status` warns well before. */
#ifndef STRATEGOS_TRANSPORT_DESCRIPTORS_H
#define STRATEGOS_TRANSPORT_DESCRIPTORS_H

#include <stdbool.h>

/* Raises the soft limit to the hard one; where that is refused it stays as it is. */
void transport_descriptors_raise(void);

/* Fewer than 10 % of the limit are free. Reads a folder of /proc: for `status`, not for each
 * turn. */
bool transport_descriptors_low(void);

#endif
