/* timestamps.c - see timestamps.h. */
#include "transport/timestamps.h"

#include <string.h>
#include <time.h>

bool timestamps_accept(struct timestamps *timestamps, uint64_t timestamp)
{
    uint64_t *kept = timestamps->kept;
    uint32_t place = timestamps->count;
    while (place > 0 && kept[place - 1] > timestamp) {
        place--;
    }
    if (place > 0 && kept[place - 1] == timestamp) {
        return false;
    }
    if (timestamps->count < TIMESTAMPS_KEPT) {
        memmove(kept + place + 1, kept + place, (timestamps->count - place) * sizeof *kept);
        kept[place] = timestamp;
        timestamps->count++;
        return true;
    }
    if (place == 0) {
        return false;
    }
    memmove(kept, kept + 1, (place - 1) * sizeof *kept); /* the oldest makes room */
    kept[place - 1] = timestamp;
    return true;
}

uint64_t timestamp_next(uint64_t *last)
{
    struct timespec now = {.tv_sec = 0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    uint64_t timestamp = (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
    *last = timestamp > *last ? timestamp : *last + 1;
    return *last;
}
