/* support_ports.c - see support_ports.h. */
#include "support_ports.h"

static uint64_t standing(void *self)
{
    (void)self;
    return UINT64_C(1000000000);
}

static bool no(void *self)
{
    (void)self;
    return false;
}

static void send_nothing(void *self, replica_id to, struct slice frame, uint64_t now_ns)
{
    (void)self;
    (void)to;
    (void)frame;
    (void)now_ns;
}

struct ports no_ports(void)
{
    return (struct ports){
        .monotonic_ns = standing,
        .wall_ns = standing,
        .is_stop_wanted = no,
        .send_frame = send_nothing,
    };
}
