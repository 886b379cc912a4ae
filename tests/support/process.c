/* process.c - see process.h. */
#include "support/process.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ms(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void make_pipe(int ends[2])
{
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
}

/* In the child: becomes the program, or exits with 127. */
_Noreturn static void become(const char *const *arguments, const char *const *environment,
                             pid_t parent, const int streams[3])
{
    for (int i = 0; i < 3; i++) {
        if (dup2(streams[i], i) < 0) {
            _exit(127);
        }
    }
    /* However the test ends, its processes end with it. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(127);
    }
    for (size_t i = 0; environment != NULL && environment[i] != NULL; i++) {
        char *entry = strdup(environment[i]);
        /* Without '=' it removes. NOLINTNEXTLINE(concurrency-mt-unsafe): one thread after fork */
        if (entry == NULL || putenv(entry) != 0) {
            _exit(127);
        }
    }
    size_t count = 1;
    while (arguments[count] != NULL) {
        count++;
    }
    char **copy = calloc(count + 1, sizeof *copy);
    for (size_t i = 0; copy != NULL && i < count; i++) {
        copy[i] = strdup(arguments[i]);
    }
    if (copy != NULL && copy[0] != NULL) {
        (void)execv(copy[0], copy);
    }
    _exit(127);
}

/* Forks; in the parent `streams` are closed. */
static void launch(struct process *process, const char *const *arguments,
                   const char *const *environment, const int streams[3])
{
    process->out = calloc(1, 1);
    process->err = calloc(1, 1);
    assert_non_null(process->out);
    assert_non_null(process->err);
    (void)signal(SIGPIPE, SIG_IGN);
    pid_t parent = getpid();
    process->pid = fork();
    assert_true(process->pid >= 0);
    if (process->pid == 0) {
        (void)signal(SIGPIPE, SIG_DFL);
        become(arguments, environment, parent, streams);
    }
    for (int i = 0; i < 3; i++) {
        (void)close(streams[i]);
    }
}

void process_start(struct process *process, const char *const *arguments,
                   const char *const *environment, bool has_input)
{
    int input[2] = {-1, -1};
    int output[2];
    int error_output[2];
    if (has_input) {
        make_pipe(input);
    } else {
        input[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        assert_true(input[0] >= 0);
    }
    make_pipe(output);
    make_pipe(error_output);
    *process = (struct process){
        .input = input[1], .output = output[0], .error_output = error_output[0], .exit_code = -1};
    launch(process, arguments, environment, (const int[]){input[0], output[1], error_output[1]});
}

void process_start_logged(struct process *process, const char *const *arguments,
                          const char *log_path)
{
    int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int log = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_true(input >= 0 && log >= 0);
    int log_too = dup(log);
    assert_true(log_too >= 0 && fcntl(log_too, F_SETFD, FD_CLOEXEC) == 0);
    *process = (struct process){.input = -1, .output = -1, .error_output = -1, .exit_code = -1};
    launch(process, arguments, NULL, (const int[]){input, log, log_too});
}

void process_close_input(struct process *process)
{
    if (process->input >= 0) {
        (void)close(process->input);
        process->input = -1;
    }
}

void process_write(struct process *process, const void *bytes, size_t size)
{
    const char *from = bytes;
    while (size > 0) {
        ssize_t written = write(process->input, from, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return; /* it has ended; the test will see that */
        }
        from += written;
        size -= (size_t)written;
    }
}

/* Reads once; closes the stream at its end. */
static bool take(int *fd, char **bytes, size_t *size)
{
    char chunk[65536];
    ssize_t got = read(*fd, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) {
        return true;
    }
    if (got <= 0) {
        (void)close(*fd);
        *fd = -1;
        return false;
    }
    char *grown = realloc(*bytes, *size + (size_t)got + 1);
    assert_non_null(grown);
    memcpy(grown + *size, chunk, (size_t)got);
    *size += (size_t)got;
    grown[*size] = '\0';
    *bytes = grown;
    return true;
}

bool process_collect(struct process *process, int timeout_ms)
{
    struct pollfd streams[2] = {
        {.fd = process->output, .events = POLLIN},
        {.fd = process->error_output, .events = POLLIN},
    };
    if (process->output < 0 && process->error_output < 0) {
        return false;
    }
    if (poll(streams, 2, timeout_ms) <= 0) {
        return false;
    }
    bool any = false;
    if (streams[0].revents != 0) {
        any = take(&process->output, &process->out, &process->out_size);
    }
    if (streams[1].revents != 0) {
        any = take(&process->error_output, &process->err, &process->err_size) || any;
    }
    return any;
}

static bool has_text(const struct process *process, const char *text)
{
    size_t size = strlen(text);
    return memmem(process->out, process->out_size, text, size) != NULL ||
           memmem(process->err, process->err_size, text, size) != NULL;
}

bool process_wait_text(struct process *process, const char *text, int timeout_ms)
{
    int64_t deadline = now_ms() + timeout_ms;
    while (!has_text(process, text)) {
        int64_t left = deadline - now_ms();
        if (left <= 0 || (process->output < 0 && process->error_output < 0)) {
            return false;
        }
        (void)process_collect(process, (int)left);
    }
    return true;
}

void process_signal(struct process *process, int number)
{
    if (process->pid > 0) {
        (void)kill(process->pid, number);
    }
}

bool process_wait(struct process *process, int timeout_ms)
{
    int64_t deadline = now_ms() + timeout_ms;
    while (process->pid > 0) {
        int status = 0;
        pid_t ended = waitpid(process->pid, &status, WNOHANG);
        if (ended == process->pid) {
            process->pid = 0;
            process->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            break;
        }
        int64_t left = deadline - now_ms();
        if (left <= 0) {
            return false;
        }
        if (process->output < 0 && process->error_output < 0) {
            struct timespec pause = {.tv_nsec = 1000000}; /* its streams are closed, it is ending */
            (void)nanosleep(&pause, NULL);
        } else {
            (void)process_collect(process, left < 50 ? (int)left : 50);
        }
    }
    while (process_collect(process, 0)) {}
    return true;
}

void process_fini(struct process *process)
{
    if (process->pid > 0) {
        (void)kill(process->pid, SIGKILL);
        (void)waitpid(process->pid, NULL, 0);
    }
    if (process->out != NULL) { /* started once */
        process_close_input(process);
        if (process->output >= 0) {
            (void)close(process->output);
        }
        if (process->error_output >= 0) {
            (void)close(process->error_output);
        }
    }
    free(process->out);
    free(process->err);
    *process = (struct process){.input = -1, .output = -1, .error_output = -1};
}

int process_run(struct process *process, const char *const *arguments,
                const char *const *environment, const char *input)
{
    process_start(process, arguments, environment, input != NULL);
    if (input != NULL) {
        process_write(process, input, strlen(input));
        process_close_input(process);
    }
    if (!process_wait(process, PROCESS_DEADLINE_MS)) {
        print_error("%s did not end; stderr: %s\n", arguments[0], process->err);
        process_fini(process);
        fail();
    }
    return process->exit_code;
}
