/* up_child.c - see up_child.h. */
#include "cmd/up_child.h"

#include "console/ticks.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define TAIL_BYTES 8192

/* What a child needs to become strategosd, made before the fork. */
struct launch {
    const char *program;
    char group[UP_PATH_BYTES];
    char key[UP_PATH_BYTES];
    char data[UP_PATH_BYTES];
    char notify[sizeof(struct sockaddr_un)];
    int log_fd;
    int null_fd;
    pid_t parent;
};

void up_child_find_program(char path[UP_PATH_BYTES])
{
    static const char name[] = "strategosd";
    ssize_t size = readlink("/proc/self/exe", path, UP_PATH_BYTES - sizeof name - 1);
    if (size > 0) {
        path[size] = '\0';
        char *slash = strrchr(path, '/');
        if (slash != NULL) {
            memcpy(slash + 1, name, sizeof name);
            if (access(path, X_OK) == 0) {
                return;
            }
        }
    }
    memcpy(path, name, sizeof name);
}

/* A datagram socket with an abstract name of the kernel's choice, as $NOTIFY_SOCKET takes it. */
static enum error open_notify(int *fd, char *name, size_t room)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t size = sizeof address;
    *fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd < 0) {
        return ERROR_IO;
    }
    struct sockaddr_un unnamed = {.sun_family = AF_UNIX};
    if (bind(*fd, (const struct sockaddr *)&unnamed, sizeof unnamed.sun_family) != 0 ||
        getsockname(*fd, (struct sockaddr *)&address, &size) != 0) {
        return ERROR_IO;
    }
    size_t length = size - offsetof(struct sockaddr_un, sun_path);
    if (length < 2 || length > room) {
        return ERROR_IO;
    }
    memcpy(name, address.sun_path, length);
    name[0] = '@';
    name[length] = '\0';
    return OK;
}

/* In the child. What fails here is told by the log and exit status 127. */
_Noreturn static void become(const struct launch *launch)
{
    sigset_t none;
    const char *const arguments[] = {"strategosd", "--group", launch->group, "--key",
                                     launch->key,  "--data",  launch->data,  NULL};
    bool is_set = dup2(launch->null_fd, STDIN_FILENO) >= 0 &&
                  dup2(launch->log_fd, STDOUT_FILENO) >= 0 &&
                  dup2(launch->log_fd, STDERR_FILENO) >= 0 &&
                  setpgid(0, 0) == 0 && /* Ctrl-C is for the parent, which stops all in order */
                  prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && sigemptyset(&none) == 0 &&
                  pthread_sigmask(SIG_SETMASK, &none, NULL) == 0 &&
                  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread after a fork
                  setenv("NOTIFY_SOCKET", launch->notify, 1) == 0;
    if (is_set && getppid() == launch->parent) {
        char *argv[sizeof arguments / sizeof arguments[0]];
        memcpy(argv, arguments, sizeof argv); /* execvp writes to none of them */
        (void)execvp(launch->program, argv);
    }
    (void)fprintf(stderr, "strategos up: cannot start %s: %s\n", launch->program,
                  strerrordesc_np(errno));
    (void)fflush(stderr);
    _exit(127);
}

static enum error spawn(struct up_child *child, struct launch *launch, struct error_text *text)
{
    launch->parent = getpid();
    launch->null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    launch->log_fd = open(child->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    struct stat log;
    if (launch->log_fd < 0 || launch->null_fd < 0 || fstat(launch->log_fd, &log) != 0) {
        return error_set(text, ERROR_IO, "%s: cannot open: %s", child->log_path,
                         strerrordesc_np(errno));
    }
    child->log_begin = log.st_size;
    if (open_notify(&child->notify_fd, launch->notify, sizeof launch->notify - 1) != OK) {
        return error_set(text, ERROR_IO, "cannot make a socket: %s", strerrordesc_np(errno));
    }
    (void)fflush(NULL); /* or the child would hold a copy of what is not written yet */
    child->pid = fork();
    if (child->pid < 0) {
        return error_set(text, ERROR_IO, "cannot start a process: %s", strerrordesc_np(errno));
    }
    if (child->pid == 0) {
        become(launch);
    }
    child->started_ns = ticks_now_ns();
    return OK;
}

enum error up_child_start(struct up_child *child, const char *program, const char *folder,
                          unsigned id, struct error_text *text)
{
    struct launch launch = {.program = program, .log_fd = -1, .null_fd = -1};
    *child = (struct up_child){.id = id, .notify_fd = -1, .state = UP_ENDED};
    /* The replica's own copy of the group file, as on a host of its own. */
    int length = snprintf(launch.group, UP_PATH_BYTES, "%s/replica-%u/group.conf", folder, id);
    if (length < 0 || (unsigned)length >= UP_PATH_BYTES) {
        return error_set(text, ERROR_LIMIT, "%s: the name is too long", folder);
    }
    (void)snprintf(launch.key, UP_PATH_BYTES, "%s/replica-%u/replica.key", folder, id);
    (void)snprintf(launch.data, UP_PATH_BYTES, "%s/replica-%u/data", folder, id);
    (void)snprintf(child->log_path, UP_PATH_BYTES, "%s/replica-%u/log", folder, id);
    enum error error = spawn(child, &launch, text);
    if (launch.log_fd >= 0) {
        (void)close(launch.log_fd);
    }
    if (launch.null_fd >= 0) {
        (void)close(launch.null_fd);
    }
    if (error == OK) {
        child->state = UP_STARTING;
    } else {
        up_child_close(child);
    }
    return error;
}

bool up_child_is_ready_now(struct up_child *child)
{
    char news[512];
    bool is_ready = false;
    for (;;) {
        ssize_t size = recv(child->notify_fd, news, sizeof news - 1, 0);
        if (size < 0) {
            break;
        }
        news[size] = '\0';
        is_ready = is_ready || strstr(news, "READY=1") != NULL;
    }
    if (!is_ready || child->state != UP_STARTING) {
        return false;
    }
    child->state = UP_READY;
    return true;
}

bool up_child_has_ended_now(struct up_child *child)
{
    if (child->state == UP_ENDED || waitpid(child->pid, &child->wait_status, WNOHANG) <= 0) {
        return false;
    }
    child->state = UP_ENDED;
    return true;
}

const char *up_child_describe_end(const struct up_child *child, char text[64])
{
    if (WIFSIGNALED(child->wait_status)) {
        int number = WTERMSIG(child->wait_status);
        (void)snprintf(text, 64, "signal %d (%s)", number, sigdescr_np(number));
    } else {
        (void)snprintf(text, 64, "exit status %d", WEXITSTATUS(child->wait_status));
    }
    return text;
}

void up_child_print_log_end(const struct up_child *child, unsigned lines, const char *indent,
                            void *stream)
{
    char tail[TAIL_BYTES];
    struct stat status;
    FILE *out = stream;
    int fd = open(child->log_path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return;
    }
    off_t from = child->log_begin;
    if (fstat(fd, &status) == 0 && status.st_size - from > TAIL_BYTES) {
        from = status.st_size - TAIL_BYTES;
    }
    ssize_t size = pread(fd, tail, sizeof tail, from);
    (void)close(fd); /* read only */
    size_t begin = size > 0 ? (size_t)size : 0;
    size_t end = begin;
    if (end > 0 && tail[end - 1] == '\n') {
        begin--;
    }
    for (unsigned found = 0; begin > 0; begin--) {
        if (tail[begin - 1] == '\n' && ++found == lines) {
            break;
        }
    }
    while (begin < end) {
        const char *newline = memchr(tail + begin, '\n', end - begin);
        size_t length = newline == NULL ? end - begin : (size_t)(newline - (tail + begin));
        (void)fprintf(out, "%s%.*s\n", indent, (int)length, tail + begin);
        begin += length + 1;
    }
}

void up_child_close(struct up_child *child)
{
    if (child->notify_fd >= 0) {
        (void)close(child->notify_fd);
        child->notify_fd = -1;
    }
}
