/* om_bench.c - how many messages of OM(m) one core carries: every packet of a game is packed and
 * taken, every lieutenant decides. Memory is allocated before the clock starts. */
#include "agreement/om.h"
#include "base/assert.h"
#include "base/prng.h"
#include "support_clock.h"
#include "support_games.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED             1u
#define MANY_ORDERS      5u
#define RUNS_MAX         100000u
#define MEMORY_BYTES_MAX (UINT64_C(4) << 30)

/* What goes into the packets. */
enum talk {
    TALK_LOYAL, /* what is due */
    TALK_TWO,   /* either of two orders at random: every majority is close */
    TALK_MANY,  /* one of five at random: hardly any majority */
    TALK_KINDS
};

static const char *const talk_names[TALK_KINDS] = {"all loyal", "2 at random", "5 at random"};

struct game {
    struct om_shape shape;
    struct om oms[GENERALS_MAX];
    uint8_t *memory;
    size_t bytes_each;
    size_t packet_max;
    order_nr *packet;
    order_nr *noise[TALK_KINDS]; /* as long as two packets; NULL for TALK_LOYAL */
};

static uint8_t *allocate(size_t size)
{
    ASSERT(size != 0);
    uint8_t *bytes = malloc(size);
    ASSERT(bytes != NULL);
    memset(bytes, 1, size); /* the pages are there when the clock starts */
    return bytes;
}

static void game_init(struct game *game, unsigned generals, unsigned m)
{
    *game = (struct game){.shape = {.generals = generals, .m = m, .commander = 0}};
    game->bytes_each = (size_t)om_memory_bytes(generals, m);
    game->memory = allocate(game->bytes_each * (generals - 1));
    for (unsigned round = 1; round <= m + 1; round++) {
        size_t values =
            om_packet_values(&game->shape, round, round == 1 ? 0 : 1, round == 1 ? 1 : 2);
        game->packet_max = values > game->packet_max ? values : game->packet_max;
    }
    game->packet = allocate(game->packet_max);
    struct prng prng;
    prng_init(&prng, SEED);
    for (enum talk talk = TALK_TWO; talk < TALK_KINDS; talk++) {
        game->noise[talk] = allocate(2 * game->packet_max);
        for (size_t i = 0; i < 2 * game->packet_max; i++) {
            game->noise[talk][i] = (order_nr)prng_below(&prng, talk == TALK_TWO ? 2 : MANY_ORDERS);
        }
    }
}

static void game_fini(struct game *game)
{
    for (enum talk talk = TALK_TWO; talk < TALK_KINDS; talk++) {
        free(game->noise[talk]);
    }
    free(game->packet);
    free(game->memory);
}

static void carry(struct game *game, enum talk talk, unsigned round, general_id from, general_id to)
{
    size_t values = om_packet_values(&game->shape, round, from, to);
    if (values == 0) {
        return;
    }
    om_pack(&game->oms[from], round, to, game->packet);
    const order_nr *packet = game->packet;
    if (talk != TALK_LOYAL) {
        packet = game->noise[talk] + (from * 31u + to * 17u + round) % game->packet_max;
    }
    om_take(&game->oms[to], round, from, packet);
}

/* A whole game; returns how many lieutenants obey ATTACK, which the commander says. */
static unsigned play(struct game *game, enum talk talk)
{
    const unsigned generals = game->shape.generals;
    for (unsigned self = 0; self < generals; self++) {
        uint8_t *memory = self == 0 ? NULL : game->memory + (self - 1) * game->bytes_each;
        om_init(&game->oms[self], &game->shape, (general_id)self, memory);
    }
    om_set_order(&game->oms[0], ATTACK);
    for (unsigned round = 1; round <= game->shape.m + 1; round++) {
        for (unsigned to = 1; to < generals; to++) {
            for (unsigned from = 0; from < generals; from++) {
                carry(game, talk, round, (general_id)from, (general_id)to);
            }
        }
    }
    unsigned attacking = 0;
    for (unsigned self = 1; self < generals; self++) {
        attacking += om_decide(&game->oms[self]) == ATTACK ? 1 : 0;
    }
    return attacking;
}

static void measure(struct game *game, enum talk talk, uint64_t runs)
{
    const unsigned generals = game->shape.generals;
    const unsigned m = game->shape.m;
    uint64_t *times_ns = calloc(runs, sizeof *times_ns);
    ASSERT(times_ns != NULL);
    for (uint64_t run = 0; run < runs; run++) {
        uint64_t start = bench_wall_ns();
        unsigned attacking = play(game, talk);
        times_ns[run] = bench_wall_ns() - start;
        ASSERT(talk != TALK_LOYAL || attacking == generals - 1);
    }
    const double median_ns = (double)bench_median(times_ns, runs);
    const uint64_t messages = om_message_count(generals, m);
    const uint64_t held =
        om_memory_bytes(generals, m) * (generals - 1) + sizeof(struct om) * (uint64_t)generals;
    (void)printf("%3u %3u  %-12s %12llu %12.4f %14.0f %10.3f\n", generals, m, talk_names[talk],
                 (unsigned long long)messages, median_ns / 1e6, (double)messages / median_ns * 1e9,
                 (double)held / (double)messages);
    free(times_ns);
}

static void measure_all(unsigned generals, unsigned m, uint64_t runs)
{
    struct game game;
    game_init(&game, generals, m);
    for (enum talk talk = TALK_LOYAL; talk < TALK_KINDS; talk++) {
        measure(&game, talk, runs);
    }
    game_fini(&game);
}

int main(int argc, char **argv)
{
    struct bench_games games = {.m = 3, .runs = 15};
    struct argument_command command = {
        .name = "bench_om",
        .summary = "Measures OM(m), the oral messages algorithm, on one core.",
        .description = "One line for each kind of game: what is due, or orders at random in every "
                       "packet. The time of a game covers packing, taking and all decisions; "
                       "the bytes are all that the generals hold, for each value stored."};
    int exit_code = EXIT_DONE;
    if (!bench_games_read(&games, &command, "OM", 0, RUNS_MAX, argc, argv, &exit_code)) {
        return exit_code;
    }
    const unsigned generals = (unsigned)games.generals;
    const unsigned m = (unsigned)games.m;
    if (generals != 0 && om_message_count(generals, m) > MEMORY_BYTES_MAX) {
        return arguments_refuse(&command, "OM(m) of that size does not fit into 4 GiB");
    }
    (void)printf("  n   m  orders           messages           ms     messages/s bytes/value\n");
    if (generals != 0) {
        measure_all(generals, m, games.runs);
        return EXIT_SUCCESS;
    }
    static const unsigned sizes[][2] = {{4, 1}, {7, 2}, {10, 3}, {13, 4}, {16, 5}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        measure_all(sizes[i][0], sizes[i][1], games.runs);
    }
    return EXIT_SUCCESS;
}
