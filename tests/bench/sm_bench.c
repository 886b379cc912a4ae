/* sm_bench.c - what a whole game of SM(m) costs on one core beside its Ed25519 operations: these
 * are noted down in one game, and then done again by themselves. Keys are made before the clock
 * starts; the signatures of traitors count as well. */
#include "support_clock.h"
#include "support_games.h"
#include "support_sm.h"

#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

#define RUNS_MAX       1001u
#define OPERATIONS_MAX 65536u

enum talk {
    TALK_LOYAL,
    TALK_TWO,  /* the commander signs one order for half of the others, another for the rest */
    TALK_LATE, /* m traitors show one order to all, and another to one in round m */
    TALK_KINDS
};

static const char *const talk_names[TALK_KINDS] = {"all loyal", "two orders", "kept back"};

struct operation {
    const struct public_key *key; /* verify */
    bool is_verify;
    general_id general; /* sign */
    struct digest digest;
    struct signature signature;
};

struct witness {
    general_id general;
};

static struct sm_book book, watched;
static struct witness witnesses[GENERALS_MAX];
static struct operation operations[OPERATIONS_MAX];
static size_t operation_count;
static struct sm_world world;

static struct operation *note(bool is_verify, const struct digest *digest)
{
    ASSERT(operation_count < OPERATIONS_MAX);
    struct operation *operation = &operations[operation_count++];
    operation->is_verify = is_verify;
    operation->digest = *digest;
    return operation;
}

static void sign_watched(void *context, const struct digest *digest, struct signature *signature)
{
    const struct witness *witness = context;
    const struct authority *authority = &book.authorities[witness->general];
    note(false, digest)->general = witness->general;
    authority->sign(authority->context, digest, signature);
}

static bool verify_watched(void *context, const struct public_key *key, const struct digest *digest,
                           const struct signature *signature)
{
    const struct witness *witness = context;
    const struct authority *authority = &book.authorities[witness->general];
    struct operation *operation = note(true, digest);
    operation->key = key;
    operation->signature = *signature;
    return authority->verify(authority->context, key, digest, signature);
}

static void make_books(void)
{
    sm_book_init(&book, true);
    memcpy(watched.keys, book.keys, sizeof watched.keys);
    for (unsigned g = 0; g < GENERALS_MAX; g++) {
        witnesses[g].general = (general_id)g;
        watched.authorities[g] = (struct authority){
            .context = &witnesses[g], .sign = sign_watched, .verify = verify_watched};
    }
}

static void tell_two_orders(struct sm_world *game, unsigned round)
{
    const general_set half = UINT64_C(0x5555555555555555);
    for (order_nr order = 1; round == 1 && order <= 2; order++) {
        struct sm_chain chain = {.order = order};
        sm_world_sign(game, 0, &chain);
        sm_world_send(game, &chain, sm_world_loyal(game) & (order == 1 ? half : ~half));
    }
}

static void keep_back(struct sm_world *game, unsigned round)
{
    if (round == 1) {
        struct sm_chain chain = {.order = 1};
        sm_world_sign(game, 0, &chain);
        sm_world_send(game, &chain, sm_world_loyal(game));
    }
    if (round == game->m) {
        struct sm_chain chain = {.order = 2};
        for (unsigned traitor = 0; traitor < game->m; traitor++) {
            sm_world_sign(game, (general_id)traitor, &chain);
        }
        sm_world_send(game, &chain, general_bit((general_id)game->m));
    }
}

static void play(const struct sm_book *by, unsigned generals, unsigned m, enum talk talk)
{
    general_set traitors = generals_all(talk == TALK_LATE ? m : talk);
    sm_world_init(&world, by, generals, m, traitors);
    world.betray = talk == TALK_TWO ? tell_two_orders : talk == TALK_LATE ? keep_back : NULL;
    sm_world_play(&world);
    ASSERT(sm_world_ic1(&world) && sm_world_ic2(&world));
}

static void do_operations(void)
{
    for (size_t i = 0; i < operation_count; i++) {
        struct operation *operation = &operations[i];
        if (operation->is_verify) {
            ASSERT(signature_verify(operation->key, &operation->digest, &operation->signature));
        } else {
            signature_sign(&book.secrets[operation->general], &operation->digest,
                           &operation->signature);
        }
    }
}

static void measure(unsigned generals, unsigned m, enum talk talk, uint64_t runs)
{
    static uint64_t games_ns[RUNS_MAX];
    static uint64_t alone_ns[RUNS_MAX];
    operation_count = 0;
    play(&watched, generals, m, talk);
    for (uint64_t run = 0; run < runs; run++) {
        uint64_t start = bench_cpu_ns();
        play(&book, generals, m, talk);
        uint64_t between = bench_cpu_ns();
        do_operations();
        games_ns[run] = between - start;
        alone_ns[run] = bench_cpu_ns() - between;
    }
    size_t verifies = 0;
    for (size_t i = 0; i < operation_count; i++) {
        verifies += operations[i].is_verify ? 1 : 0;
    }
    const double game_ns = (double)bench_median(games_ns, runs);
    const double ed25519_ns = (double)bench_median(alone_ns, runs);
    (void)printf("%3u %3u  %-10s %9llu %6zu %9zu %9.3f %11.3f %6.2f\n", generals, m,
                 talk_names[talk], (unsigned long long)world.message_count,
                 operation_count - verifies, verifies, game_ns / 1e6, ed25519_ns / 1e6,
                 game_ns / ed25519_ns);
}

int main(int argc, char **argv)
{
    struct bench_games games = {.m = 1, .runs = 15};
    struct argument_command command = {
        .name = "bench_sm",
        .summary = "Measures SM(m), the signed messages algorithm, on one core.",
        .description = "One line for each kind of game: all loyal; a commander who signs two "
                       "orders; m traitors who keep the second order back until round m. The time "
                       "of a game is set against that of its Ed25519 operations alone; messages "
                       "are those of the loyal generals."};
    int exit_code = EXIT_DONE;
    if (!bench_games_read(&games, &command, "SM", 1, RUNS_MAX, argc, argv, &exit_code)) {
        return exit_code;
    }
    if (signature_library_init() != OK) {
        (void)fprintf(stderr, "bench_sm: libsodium does not start\n");
        return EXIT_REFUSED;
    }
    make_books();
    static const unsigned sizes[][2] = {{4, 1},  {4, 2},  {7, 2},  {10, 3},
                                        {13, 4}, {16, 5}, {64, 31}};
    (void)printf("  n   m  game        messages  signs  verifies        ms  Ed25519 ms  ratio\n");
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        bool is_asked = games.generals != 0;
        for (enum talk talk = TALK_LOYAL; talk < TALK_KINDS; talk++) {
            measure(is_asked ? (unsigned)games.generals : sizes[i][0],
                    is_asked ? (unsigned)games.m : sizes[i][1], talk, games.runs);
        }
        if (is_asked) {
            break;
        }
    }
    return EXIT_DONE;
}
