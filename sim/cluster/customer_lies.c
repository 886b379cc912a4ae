/* customer_lies.c - see customer_lies.h. */
#include "cluster/customer_liar.h"

#include "base/assert.h"

#include <stdlib.h>

#define MILLISECOND_NS    UINT64_C(1000000)
#define RENEW_ONE_IN      16u /* moves that begin with a new lane */
#define BEHAVE_ONE_IN     4u
#define FLOOD_PERIODS     4u /* floods are rarer than other lies */
#define SKIP_MAX          8u
#define OLD_SESSIONS_BACK 100u

size_t liar_draw(struct liar *liar, size_t bound)
{
    return (size_t)prng_below(&liar->prng, bound);
}

uint32_t liar_all(const struct liar *liar)
{
    return (UINT32_C(1) << liar->customer->settings.replica_count) - 1;
}

uint32_t liar_some(struct liar *liar)
{
    return 1 + (uint32_t)prng_below(&liar->prng, liar_all(liar) - 1);
}

uint32_t liar_all_or_one(struct liar *liar)
{
    size_t count = liar->customer->settings.replica_count;
    return liar_draw(liar, 4) != 0 ? liar_all(liar) : UINT32_C(1) << liar_draw(liar, count);
}

void liar_send(struct liar *liar, uint32_t to, const struct buffer *frame)
{
    for (replica_id id = 0; id < liar->customer->settings.replica_count; id++) {
        if ((to >> id & 1) != 0) {
            customer_send(liar->customer, id, buffer_slice(frame));
        }
    }
}

void liar_renew_lane(struct liar *liar)
{
    forge_lane(&liar->forge, customer_new_session(liar->customer), &liar->lane);
    liar->is_forked = false;
    liar->shelf_count = 0;
}

void liar_behave(struct liar *liar)
{
    buffer_clear(&liar->frame);
    forge_extend(&liar->forge, &liar->lane, &liar->frame);
    liar_send(liar, liar_all(liar), &liar->frame);
    liar_on_own_frame(liar, buffer_slice(&liar->frame));
}

/* ---- the shelf ---- */

/* A place for one more frame, the oldest one's if need be; `frame` is empty. */
static struct shelved *shelf_add(struct liar *liar, uint32_t lacking)
{
    if (liar->shelf_count == SHELF_MAX) {
        struct shelved oldest = liar->shelf[0];
        memmove(liar->shelf, liar->shelf + 1, (SHELF_MAX - 1) * sizeof oldest);
        liar->shelf[SHELF_MAX - 1] = oldest;
        liar->shelf_count--;
    }
    struct shelved *added = &liar->shelf[liar->shelf_count++];
    buffer_clear(&added->frame);
    added->lacking = lacking & liar_all(liar);
    added->is_of_other = false;
    return added;
}

/* ---- two faces ---- */

/* The next segment of each branch, each to its own half. */
static void extend_branches(struct liar *liar)
{
    struct shelved *first = shelf_add(liar, ~liar->side);
    forge_extend(&liar->forge, &liar->lane, &first->frame);
    liar_send(liar, liar->side, &first->frame);
    struct shelved *second = shelf_add(liar, liar->side);
    second->is_of_other = true;
    forge_extend(&liar->forge, &liar->other, &second->frame);
    liar_send(liar, ~liar->side & liar_all(liar), &second->frame);
    liar->acted++;
}

/* Everyone hears of what he lacks of one branch, and the lane goes on from there. */
static void settle_on(struct liar *liar, bool is_other)
{
    for (size_t i = 0; i < liar->shelf_count; i++) {
        if (liar->shelf[i].is_of_other == is_other) {
            liar_send(liar, liar->shelf[i].lacking, &liar->shelf[i].frame);
        }
    }
    if (is_other) {
        liar->lane = liar->other;
    }
    liar->is_forked = false;
    liar->shelf_count = 0;
    liar_behave(liar);
}

static void two_faced(struct liar *liar)
{
    if (!liar->is_forked) {
        liar->is_forked = true;
        liar->side = liar_some(liar);
        liar->other = liar->lane;
        extend_branches(liar);
        return;
    }
    switch (liar_draw(liar, 4)) {
    case 0:
        settle_on(liar, false);
        break;
    case 1:
        settle_on(liar, true);
        break;
    case 2:
        extend_branches(liar);
        break;
    default: /* both to everyone, in one frame */
        buffer_clear(&liar->frame);
        forge_extend(&liar->forge, &liar->lane, &liar->frame);
        forge_extend(&liar->forge, &liar->other, &liar->frame);
        liar_send(liar, liar_all(liar), &liar->frame);
        liar->acted++;
        break;
    }
}

/* ---- secrets ---- */

static void secretive(struct liar *liar)
{
    if (liar->shelf_count > 0 && liar_draw(liar, 3) == 0) {
        struct shelved *told = &liar->shelf[liar_draw(liar, liar->shelf_count)];
        uint32_t to = told->lacking & (liar_draw(liar, 2) == 0 ? liar_all(liar) : liar_some(liar));
        liar_send(liar, to, &told->frame);
        told->lacking &= ~to;
        return;
    }
    uint32_t told = liar_some(liar);
    struct shelved *kept = shelf_add(liar, ~told);
    forge_extend(&liar->forge, &liar->lane, &kept->frame);
    liar_send(liar, told, &kept->frame);
    liar->acted++;
}

/* ---- broken chains ---- */

enum breakage {
    BREAK_PREVIOUS,
    BREAK_ZERO,
    BREAK_SKIP,
    BREAK_FAR,
    BREAK_BACK,
    BREAK_SESSION,
    BREAK_ACKNOWLEDGED,
    BREAKAGES
};

static void break_forgery(struct liar *liar, enum breakage breakage, struct forgery *forgery)
{
    switch (breakage) {
    case BREAK_PREVIOUS:
        put_u64(forgery->previous.bytes, prng_next(&liar->prng));
        break;
    case BREAK_ZERO:
        forgery->previous = (struct digest){{0}};
        break;
    case BREAK_SKIP:
        forgery->sequence += 1 + liar_draw(liar, SKIP_MAX);
        break;
    case BREAK_FAR:
        forgery->sequence = liar_draw(liar, 2) == 0
                                ? UINT64_MAX
                                : forgery->sequence + LANE_SEGMENTS_MAX + liar_draw(liar, SKIP_MAX);
        break;
    case BREAK_BACK: /* an older place, with a body that was not there */
        forgery->sequence = 1 + liar_draw(liar, (size_t)forgery->sequence);
        break;
    case BREAK_SESSION: {
        uint64_t back = 1 + liar_draw(liar, OLD_SESSIONS_BACK);
        bool has_older = forgery->lane.session > back;
        forgery->lane.session = has_older ? forgery->lane.session - back : 0;
        forgery->sequence = 1;
        break;
    }
    case BREAK_ACKNOWLEDGED:
    case BREAKAGES:
        forgery->acknowledged = liar_draw(liar, 2) == 0 ? UINT64_MAX : prng_next(&liar->prng);
        break;
    }
}

static void broken_chain(struct liar *liar)
{
    enum breakage breakage = (enum breakage)liar_draw(liar, BREAKAGES);
    struct forgery forgery = forge_next(&liar->lane);
    break_forgery(liar, breakage, &forgery);
    struct digest digest;
    buffer_clear(&liar->frame);
    forge_segment(&liar->forge, &forgery, &liar->frame, &digest);
    liar_send(liar, liar_all_or_one(liar), &liar->frame);
    if (breakage == BREAK_ACKNOWLEDGED) { /* as good a link of the chain as any */
        liar->lane.sequence++;
        liar->lane.tip = digest;
    }
    liar->acted++;
}

/* ---- forged signatures ---- */

/* Some get it signed, the others with a bad signature; or nobody gets it signed. */
static void forger(struct liar *liar)
{
    enum forge_signature bad =
        (enum forge_signature)(1 + liar_draw(liar, (size_t)FORGE_SIGNATURES - 1));
    bool is_lost = liar_draw(liar, 4) == 0;
    uint32_t good = is_lost ? 0 : liar_some(liar);
    struct forgery forgery = forge_next(&liar->lane);
    struct digest digest;
    buffer_clear(&liar->frame);
    forge_segment(&liar->forge, &forgery, &liar->frame, &digest);
    liar_send(liar, good, &liar->frame);
    buffer_clear(&liar->frame);
    forge_again(&liar->forge, &forgery, bad, &liar->frame);
    liar_send(liar, ~good & liar_all(liar), &liar->frame);
    if (!is_lost) {
        liar->lane.sequence++;
        liar->lane.tip = digest;
    }
    liar->acted++;
}

/* ---- when ---- */

static bool is_over(const struct liar *liar)
{
    return liar->moves >= liar->customer->settings.operations_max;
}

uint64_t liar_deadline(const struct liar *liar)
{
    bool has_link = liar->customer->linked != 0;
    return is_over(liar) || !has_link ? UINT64_MAX : liar->due_ns;
}

static void lie(struct liar *liar)
{
    switch (liar->customer->settings.lie) {
    case CUSTOMER_TWO_FACED:
        two_faced(liar);
        break;
    case CUSTOMER_SECRETIVE:
        secretive(liar);
        break;
    case CUSTOMER_BROKEN_CHAIN:
        broken_chain(liar);
        break;
    case CUSTOMER_FLOOD:
        liar_flood(liar);
        break;
    case CUSTOMER_THIEF:
        liar_steal(liar);
        break;
    case CUSTOMER_FORGER:
        forger(liar);
        break;
    case CUSTOMER_REVENANT:
        liar_haunt(liar);
        break;
    case CUSTOMER_HONEST:
    case CUSTOMER_LIE_COUNT:
        ASSERT(false);
    }
}

void liar_turn(struct liar *liar)
{
    uint64_t now_ns = liar->customer->now_ns;
    if (liar_deadline(liar) > now_ns) {
        return;
    }
    liar->due_ns = now_ns + 1 + prng_below(&liar->prng, 2 * liar->period_ns);
    liar->moves++;
    if (liar->lane.sequence >= LANE_SEQUENCE_RENEW || liar_draw(liar, RENEW_ONE_IN) == 0) {
        liar_renew_lane(liar);
    }
    if (!liar->is_forked && liar_draw(liar, BEHAVE_ONE_IN) == 0) {
        liar_behave(liar);
    } else {
        lie(liar);
    }
}

/* ---- life ---- */

enum error liar_new(struct liar **made, struct customer *customer)
{
    struct liar *liar = calloc(1, sizeof *liar);
    if (liar == NULL) {
        return ERROR_MEMORY;
    }
    *made = liar; /* the customer frees it, whatever comes */
    const struct customer_settings *settings = &customer->settings;
    liar->customer = customer;
    prng_init(&liar->prng, ~settings->seed);
    uint64_t period_ns = settings->delta_ns / 2;
    period_ns = settings->think_ns > period_ns ? settings->think_ns : period_ns;
    period_ns = period_ns < MILLISECOND_NS ? MILLISECOND_NS : period_ns;
    liar->period_ns = settings->lie == CUSTOMER_FLOOD ? period_ns * FLOOD_PERIODS : period_ns;
    liar->due_ns = customer->now_ns + prng_below(&liar->prng, liar->period_ns);
    TRY(forge_init(&liar->forge, customer));
    liar_renew_lane(liar);
    return OK;
}

void liar_free(struct liar *liar)
{
    if (liar == NULL) {
        return;
    }
    forge_fini(&liar->forge);
    buffer_fini(&liar->frame);
    for (size_t i = 0; i < SHELF_MAX; i++) {
        buffer_fini(&liar->shelf[i].frame);
    }
    liar_forget_loot(liar);
    liar_forget_graves(liar);
    free(liar);
}

uint64_t liar_acted(const struct liar *liar)
{
    return liar->acted;
}
