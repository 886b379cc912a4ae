/* support_sm.c - see support_sm.h. */
#include "support_sm.h"

#include "base/assert.h"

static void sign_really(void *context, const struct digest *digest, struct signature *signature)
{
    signature_sign(context, digest, signature);
}

static bool verify_really(void *context, const struct public_key *key, const struct digest *digest,
                          const struct signature *signature)
{
    (void)context;
    return signature_verify(key, digest, signature);
}

void sm_book_init(struct sm_book *book, bool is_real)
{
    memset(book, 0, sizeof *book);
    ideal_init(&book->ideal, 1);
    for (unsigned g = 0; g < GENERALS_MAX; g++) {
        if (is_real) {
            uint8_t seed[SEED_BYTES] = {(uint8_t)(g + 1)};
            signature_from_seed(seed, &book->secrets[g], &book->keys[g]);
            book->authorities[g] = (struct authority){
                .context = &book->secrets[g], .sign = sign_really, .verify = verify_really};
        } else {
            book->keys[g] = ideal_key(&book->ideal, g);
            book->ideal_signers[g] =
                (struct ideal_signer){.book = &book->ideal, .key = book->keys[g]};
            book->authorities[g] = ideal_authority(&book->ideal_signers[g]);
        }
    }
}

void sm_world_init(struct sm_world *world, const struct sm_book *book, unsigned generals,
                   unsigned m, general_set traitors)
{
    ASSERT(generals <= GENERALS_MAX && m < ROUNDS_MAX);
    world->book = book;
    world->generals = generals;
    world->m = m;
    world->commander = 0;
    world->order = ATTACK;
    world->traitors = traitors;
    for (unsigned g = 0; g < generals; g++) {
        world->neighbours[g] = generals_all(generals) & ~general_bit((general_id)g);
    }
    memset(&world->instance, 7, sizeof world->instance);
    world->any_length = false;
    world->relay_max = 2;
    world->traitors_first = false;
    world->betray = NULL;
    world->context = NULL;
}

general_set sm_world_loyal(const struct sm_world *world)
{
    return generals_all(world->generals) & ~world->traitors;
}

static struct sm_settings settings_of(const struct sm_world *world, general_id general)
{
    return (struct sm_settings){.generals = world->generals,
                                .rounds = world->m + 1,
                                .commander = world->commander,
                                .self = general,
                                .neighbours = world->neighbours[general],
                                .any_length = world->any_length,
                                .instance = world->instance,
                                .keys = world->book->keys,
                                .authority = world->book->authorities[general]};
}

void sm_world_sign(const struct sm_world *world, general_id traitor, struct sm_chain *chain)
{
    ASSERT(general_is_in(world->traitors, traitor));
    struct sm_settings settings = settings_of(world, traitor);
    sm_sign(&settings, chain);
}

/* A place in the mail of a round. */
static struct sm_mail *new_mail(struct sm_world *world, unsigned round)
{
    unsigned *count = &world->mail_count[round % 2];
    ASSERT(*count < SM_MAIL_MAX);
    return &world->mail[round % 2][(*count)++];
}

void sm_world_send(struct sm_world *world, const struct sm_chain *chain, general_set to)
{
    struct sm_mail *mail = new_mail(world, world->round);
    mail->chain = *chain;
    mail->to = to;
}

const struct sm_mail *sm_world_heard(const struct sm_world *world, unsigned round, unsigned *count)
{
    ASSERT(round == world->round || round + 1 == world->round);
    *count = world->loyal_mail_count[round % 2];
    return world->mail[round % 2];
}

static void deliver(struct sm_world *world, const struct sm_mail *mail)
{
    for (unsigned g = 0; g < world->generals; g++) {
        if (!general_is_in(mail->to & ~world->traitors, (general_id)g)) {
            continue;
        }
        unsigned next = world->round + 1;
        unsigned before = world->mail_count[next % 2];
        struct sm_mail *relay = new_mail(world, next);
        enum verdict verdict =
            sm_on_chain(&world->sms[g], world->round, &mail->chain, &relay->chain, &relay->to);
        world->verdicts[verdict]++;
        if (relay->to == 0 || world->relays[g] == world->relay_max) {
            world->mail_count[next % 2] = before;
            continue;
        }
        world->relays[g]++;
        world->message_count += (unsigned)__builtin_popcountll(relay->to);
    }
}

static void play_round(struct sm_world *world)
{
    unsigned now = world->round % 2;
    unsigned loyal = world->mail_count[now];
    world->loyal_mail_count[now] = loyal;
    if (world->betray != NULL) {
        world->betray(world, world->round);
    }
    unsigned count = world->mail_count[now];
    world->mail_count[1 - now] = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned index = world->traitors_first ? (loyal + i) % count : i;
        deliver(world, &world->mail[now][index]);
    }
}

void sm_world_play(struct sm_world *world)
{
    world->message_count = 0;
    memset(world->verdicts, 0, sizeof world->verdicts);
    memset(world->relays, 0, sizeof world->relays);
    memset(world->mail_count, 0, sizeof world->mail_count);
    memset(world->loyal_mail_count, 0, sizeof world->loyal_mail_count);
    for (unsigned g = 0; g < world->generals; g++) {
        struct sm_settings settings = settings_of(world, (general_id)g);
        sm_init(&world->sms[g], &settings);
    }
    if (!general_is_in(world->traitors, world->commander)) {
        struct sm_mail *mail = new_mail(world, 1);
        mail->to = world->neighbours[world->commander];
        sm_order(&world->sms[world->commander], world->order, &mail->chain);
        world->message_count += (unsigned)__builtin_popcountll(mail->to);
    }
    for (world->round = 1; world->round <= world->m + 1; world->round++) {
        play_round(world);
    }
}

bool sm_world_ic1(const struct sm_world *world)
{
    general_set lieutenants = sm_world_loyal(world) & ~general_bit(world->commander);
    order_nr common = ORDER_ABSENT;
    for (unsigned g = 0; g < world->generals; g++) {
        if (!general_is_in(lieutenants, (general_id)g)) {
            continue;
        }
        order_nr order = sm_decide(&world->sms[g]);
        if (common != ORDER_ABSENT && order != common) {
            return false;
        }
        common = order;
    }
    return true;
}

bool sm_world_ic2(const struct sm_world *world)
{
    if (general_is_in(world->traitors, world->commander)) {
        return true;
    }
    for (unsigned g = 0; g < world->generals; g++) {
        if (!general_is_in(world->traitors, (general_id)g) &&
            sm_decide(&world->sms[g]) != world->order) {
            return false;
        }
    }
    return true;
}
