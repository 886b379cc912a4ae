/* sometimes_checkpoints.c - checkpoints that are made, broken off and started from, and disks that
 * have no room for them or for what comes before. */
#include "cluster/sometimes_parts.h"

static void on_made(struct sometimes_seen *seen, struct sometimes_replica *replica,
                    height_nr height)
{
    sometimes_met(seen, SOMETIMES_CHECKPOINT, true);
    sometimes_met(seen, SOMETIMES_CHECKPOINT_IN_REPLAY, !replica->is_writing);
    sometimes_met(seen, SOMETIMES_CHECKPOINT_LATE, replica->is_writing && replica->height > height);
    sometimes_met(seen, SOMETIMES_CHECKPOINT_FULL, replica->has_no_room);
    replica->checkpoint = height;
    replica->checkpoint_view = replica->is_writing ? replica->writing_view : 0;
    replica->is_writing = false;
    replica->has_no_room = false;
}

void sometimes_on_checkpoint(struct sometimes_seen *seen, const struct sighting *sighting)
{
    struct sometimes_replica *replica = &seen->replicas[sighting->replica];
    switch ((unsigned)sighting->kind) {
    case SIGHT_CHECKPOINT_BEGUN:
        replica->is_writing = true;
        replica->writing_view = replica->view;
        return;
    case SIGHT_CHECKPOINT:
        on_made(seen, replica, sighting->height);
        return;
    case SIGHT_STORE_FULL:
        replica->has_no_room = true;
        return;
    default: /* SIGHT_LEDGER_FULL */
        sometimes_met(seen, SOMETIMES_LEDGER_FULL, true);
        replica->is_full = true;
        return;
    }
}

void sometimes_on_checkpoint_start(struct sometimes_seen *seen, const struct sighting *sighting)
{
    struct sometimes_replica *replica = &seen->replicas[sighting->replica];
    height_nr from = sighting->checkpoint;
    sometimes_met(seen, SOMETIMES_CHECKPOINT_REST, from != 0 && from < sighting->height);
    sometimes_met(seen, SOMETIMES_CHECKPOINT_ALONE, from != 0 && from == sighting->height);
    bool is_kept = replica->is_writing && from > replica->checkpoint;
    sometimes_met(seen, SOMETIMES_CHECKPOINT_KEPT, is_kept);
    sometimes_met(seen, SOMETIMES_CHECKPOINT_LOST,
                  replica->is_writing && from == replica->checkpoint);
    sometimes_met(seen, SOMETIMES_STORE_REBUILT,
                  from == 0 && replica->checkpoint != 0 && sighting->height != 0);
    if (from != replica->checkpoint) {
        replica->checkpoint_view = is_kept ? replica->writing_view : 0;
    }
    replica->checkpoint = from;
    replica->started_from = from;
    replica->is_writing = false;
    replica->has_no_room = false;
    replica->is_full = false;
}
