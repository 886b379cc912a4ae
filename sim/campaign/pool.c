/* pool.c - see pool.h. A worker says by a pipe which seed it begins and what came out; when the
 * pipe ends in the midst of a run, that run has crashed, and another worker goes on behind it. */
#include "campaign/pool.h"

#include "base/assert.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOBS_MAX    256u
#define LARGE_BYTES (128 << 10)

struct message {
    uint64_t seed;
    bool is_end; /* else it begins */
    struct world_outcome outcome;
};

struct worker {
    pid_t process; /* 0: none */
    int pipe;
    uint64_t next; /* the number of its next run */
    bool is_busy;  /* with `seed` */
    uint64_t seed;
    size_t received; /* bytes of `message` */
    struct message message;
};

static void tell(int pipe, const struct message *message)
{
    const uint8_t *bytes = (const void *)message;
    size_t sent = 0;
    while (sent < sizeof *message) {
        ssize_t wrote = write(pipe, bytes + sent, sizeof *message - sent);
        if (wrote < 0 && errno != EINTR) {
            _exit(1); /* nobody listens any more */
        }
        sent += wrote > 0 ? (size_t)wrote : 0;
    }
}

/* The number of seeds that are ours. */
static uint64_t run_count(const struct pool_settings *settings)
{
    uint64_t mine = settings->count / settings->shards;
    return mine + (settings->shard < settings->count % settings->shards ? 1 : 0);
}

static uint64_t seed_of(const struct pool_settings *settings, uint64_t number)
{
    return settings->from + number * settings->shards + settings->shard;
}

static void quiet_crashes(void)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null >= 0) {
        (void)dup2(null, STDERR_FILENO); /* what replicas log would fill the terminal */
    }
}

/* A world's arenas and tables are far larger than what a run uses of them: fresh from the system
 * they cost nothing. glibc, though, comes to keep what was freed, however large, and then clears
 * all of it for each calloc: a gigabyte after a few hundred runs. */
static void give_back_large_blocks(void)
{
    /* A worker has one thread. NOLINTNEXTLINE(concurrency-mt-unsafe) */
    (void)mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
}

static void work(const struct pool_settings *settings, uint64_t first, int pipe)
{
    static struct plan plan;
    static struct message message;
    uint64_t runs = run_count(settings);
    quiet_crashes();
    give_back_large_blocks();
    for (uint64_t number = first; number < runs; number += settings->jobs) {
        struct plan_options options = settings->options;
        struct error_text text;
        options.seed = seed_of(settings, number);
        memset(&message, 0, sizeof message);
        message.seed = options.seed;
        tell(pipe, &message);
        if (plan_draw(&plan, &options, &text) != OK ||
            world_run(&plan, NULL, &message.outcome, &text) != OK) {
            _exit(1);
        }
        message.is_end = true;
        tell(pipe, &message);
    }
}

static enum error start(struct worker *worker, const struct pool_settings *settings,
                        struct error_text *text)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return error_set(text, ERROR_LIMIT, "cannot make a pipe: %s", strerrordesc_np(errno));
    }
    pid_t process = fork();
    if (process < 0) {
        (void)close(ends[0]);
        (void)close(ends[1]);
        return error_set(text, ERROR_MEMORY, "cannot start a worker: %s", strerrordesc_np(errno));
    }
    if (process == 0) {
        (void)close(ends[0]);
        work(settings, worker->next, ends[1]);
        _exit(0);
    }
    (void)close(ends[1]);
    worker->process = process;
    worker->pipe = ends[0];
    worker->is_busy = false;
    worker->received = 0;
    return OK;
}

static void take_message(struct worker *worker, const struct pool_settings *settings)
{
    const struct message *message = &worker->message;
    worker->received = 0;
    worker->is_busy = !message->is_end;
    worker->seed = message->seed;
    if (!message->is_end) {
        worker->next += settings->jobs;
        return;
    }
    settings->on_run(settings->context, message->seed, false, &message->outcome);
}

/* The worker ended; a run that it was at has crashed, and another worker takes the rest. */
static enum error on_ended(struct worker *worker, const struct pool_settings *settings,
                           struct error_text *text)
{
    static const struct world_outcome nothing;
    (void)close(worker->pipe);
    while (waitpid(worker->process, NULL, 0) < 0 && errno == EINTR) {}
    worker->process = 0;
    if (worker->is_busy) {
        settings->on_run(settings->context, worker->seed, true, &nothing);
        if (worker->next < run_count(settings)) {
            return start(worker, settings, text);
        }
    }
    return OK;
}

static enum error receive(struct worker *worker, const struct pool_settings *settings,
                          struct error_text *text)
{
    uint8_t *bytes = (void *)&worker->message;
    ssize_t got =
        read(worker->pipe, bytes + worker->received, sizeof worker->message - worker->received);
    if (got == 0) {
        return on_ended(worker, settings, text);
    }
    if (got > 0) {
        worker->received += (size_t)got;
        if (worker->received == sizeof worker->message) {
            take_message(worker, settings);
        }
    }
    return OK;
}

static void stop(struct worker *workers, unsigned jobs)
{
    for (unsigned i = 0; i < jobs; i++) {
        if (workers[i].process != 0) {
            (void)kill(workers[i].process, SIGKILL);
            (void)close(workers[i].pipe);
            while (waitpid(workers[i].process, NULL, 0) < 0 && errno == EINTR) {}
        }
    }
}

static enum error serve(struct worker *workers, const struct pool_settings *settings,
                        struct error_text *text)
{
    struct pollfd wanted[JOBS_MAX];
    bool has_more = true;
    while (has_more && !settings->is_stop_wanted(settings->context)) {
        has_more = false;
        for (unsigned i = 0; i < settings->jobs; i++) {
            bool is_there = workers[i].process != 0;
            wanted[i] = (struct pollfd){.fd = is_there ? workers[i].pipe : -1, .events = POLLIN};
            has_more = has_more || is_there;
        }
        if (!has_more || poll(wanted, settings->jobs, 500) <= 0) {
            continue;
        }
        for (unsigned i = 0; i < settings->jobs; i++) {
            if (wanted[i].revents != 0) {
                TRY(receive(&workers[i], settings, text));
            }
        }
    }
    return OK;
}

enum error pool_run(const struct pool_settings *settings, struct error_text *text)
{
    ASSERT(settings->jobs >= 1 && settings->jobs <= JOBS_MAX && settings->shards >= 1);
    struct worker *workers = calloc(settings->jobs, sizeof *workers);
    if (workers == NULL) {
        return error_set(text, ERROR_MEMORY, "no memory for workers");
    }
    enum error error = OK;
    for (unsigned i = 0; i < settings->jobs && error == OK; i++) {
        workers[i].next = i;
        error = start(&workers[i], settings, text);
    }
    if (error == OK) {
        error = serve(workers, settings, text);
    }
    stop(workers, settings->jobs);
    free(workers);
    return error;
}

enum error pool_run_one(const struct plan *plan, bool *has_crashed, struct world_outcome *outcome,
                        struct error_text *text)
{
    int ends[2];
    static struct message message;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return error_set(text, ERROR_LIMIT, "cannot make a pipe: %s", strerrordesc_np(errno));
    }
    pid_t process = fork();
    if (process == 0) {
        (void)close(ends[0]);
        quiet_crashes();
        memset(&message, 0, sizeof message);
        if (world_run(plan, NULL, &message.outcome, text) != OK) {
            _exit(1);
        }
        tell(ends[1], &message);
        _exit(0);
    }
    (void)close(ends[1]);
    size_t received = 0;
    ssize_t got = 1;
    while (process > 0 && received < sizeof message && got > 0) {
        got = read(ends[0], (uint8_t *)&message + received, sizeof message - received);
        received += got > 0 ? (size_t)got : 0;
        got = got < 0 && errno == EINTR ? 1 : got;
    }
    (void)close(ends[0]);
    if (process < 0) {
        return error_set(text, ERROR_MEMORY, "cannot start a worker: %s", strerrordesc_np(errno));
    }
    while (waitpid(process, NULL, 0) < 0 && errno == EINTR) {}
    *has_crashed = received < sizeof message;
    *outcome = message.outcome;
    return OK;
}
