/* identity.c - the group's identity: a digest of what may never change. */
#include "config/group.h"

void group_genesis(const struct group *group, struct digest *genesis)
{
    struct digest_state state;
    digest_begin(&state, DIGEST_GENESIS);
    digest_add_u64(&state, CONFIG_VERSION);
    digest_add_sized(&state, slice_of_text(group->name));
    digest_add_u64(&state, group->faults);
    digest_add_u64(&state, (uint64_t)group->messages);
    digest_add_u64(&state, (uint64_t)group->timing);
    digest_add_u64(&state, group->replica_count);
    for (size_t i = 0; i < group->replica_count; i++) {
        digest_add_u64(&state, group->replicas[i].id);
        digest_add(&state, slice_of(group->replicas[i].key.bytes, PUBLIC_KEY_BYTES));
    }
    digest_add_sized(&state, slice_of_text(group->machine_name));
    digest_add(&state, digest_slice(&group->machine_digest));
    digest_end(&state, genesis);
}
