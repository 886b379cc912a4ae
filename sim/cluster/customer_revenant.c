/* customer_revenant.c - a liar whose dead sessions come back: it opens so many that its old ones
 * are pushed out of the replicated state, and then repeats the first segments of those, word for
 * word. Whoever takes an evicted session for a new one executes them twice. */
#include "cluster/customer_liar.h"

#define OPENED_AT_ONCE 12u

/* Opens sessions of one small request each, and remembers them. */
static void bury(struct liar *liar)
{
    buffer_clear(&liar->frame);
    for (size_t i = 0; i < OPENED_AT_ONCE; i++) {
        struct buffer *grave = &liar->graves[liar->buried++ % GRAVES_MAX];
        buffer_clear(grave);
        liar_renew_lane(liar);
        forge_extend(&liar->forge, &liar->lane, grave);
        buffer_append(&liar->frame, buffer_slice(grave));
    }
    liar_send(liar, liar_all(liar), &liar->frame);
}

void liar_haunt(struct liar *liar)
{
    uint64_t oldest = liar->buried > GRAVES_MAX ? liar->buried - GRAVES_MAX : 0;
    uint64_t kept = SESSIONS_PER_CLIENT_MAX + OPENED_AT_ONCE; /* the last may not be ordered yet */
    if (liar->buried <= oldest + kept || liar_draw(liar, 3) == 0) {
        bury(liar);
        return;
    }
    uint64_t grave = oldest + liar_draw(liar, (size_t)(liar->buried - oldest - kept));
    liar_send(liar, liar_all_or_one(liar), &liar->graves[grave % GRAVES_MAX]);
    liar->acted++;
}

void liar_forget_graves(struct liar *liar)
{
    for (size_t i = 0; i < GRAVES_MAX; i++) {
        buffer_fini(&liar->graves[i]);
    }
}
