/* bounds.h - by when a group without faults must have done what, and why.
 *
 * **Views** (PROTOCOLS.md §4). Let Δ' be Δ with rule 4's back-off. A view in which nothing happens
 * is left after 3Δ', or 5Δ' if something is fetched, and its Nullify votes take 2Δ more at most (Δ
 * to arrive, Δ if they wait for a rebroadcast). Back-off grows by one doubling with each failed
 * view beyond the first f in a row, up to 2^6, and ends with a finalization.
 *
 * **How many.** After the calm begins, these may fail: the view that is running, those of f
 * traitors in a row, and one whose voters are still behind. Then a loyal commander's order is
 * finalized. What waited for the calm fits few orders (640 KB each), of which a rotation brings n -
 * f > 2f: three more views pay for them, since after a finalization traitors cost 5Δ and not 5Δ' a
 * view.
 *
 * **Clients** send again at the latest CLIENT_RETRY_NS_MAX after the last time, and wait as long
 * where a replica said busy: both, twice, with half as much again for jitter.
 *
 * **Blocks.** A replica that is behind hears so from a heartbeat (10Δ when the group is idle),
 * waits Δ, asks for 16 blocks, and asks the next one when Δ has brought nothing new, or less than
 * 16 blocks and less than 32 KiB: so 16 blocks take nΔ at most, whoever lies; twice that, because
 * answers without a finalization are asked for again.
 *
 * **Room.** A replica whose disk was full looks for room once a second, and so does its checkpoint,
 * for which its execution may be waiting. */
#ifndef STRATEGOS_ORACLES_BOUNDS_H
#define STRATEGOS_ORACLES_BOUNDS_H

#include "oracles/oracle.h"

/* As oracle_settle_ns, where back-off had come to `doublings` when the calm began. */
uint64_t oracle_settle_from_ns(const struct oracle_world *world, uint64_t doublings);

/* For a replica that is `heights` behind. */
uint64_t oracle_recovery_ns(const struct oracle_world *world, height_nr heights);

#endif
