/* om_circuit.h - inside om_plan.h: what its circuit is made of. */
#ifndef STRATEGOS_PROVE_OM_CIRCUIT_H
#define STRATEGOS_PROVE_OM_CIRCUIT_H

#include <stdint.h>

/* The first slots. */
#define SLOT_ZERO    0u
#define SLOT_ONE     1u
#define SLOT_CHOICES 2u

struct om_majority {
    uint32_t first; /* of its inputs */
    uint32_t count;
    uint32_t slot;
    uint32_t lowest; /* choice that it hangs on, counted from LANE_BITS; UINT32_MAX: none */
};

#endif
