/* explore_jobs.c - see explore_jobs.h. */
#include "command/explore_jobs.h"

#include "base/assert.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct worker {
    pid_t process; /* 0: not begun, or ended */
    FILE *said;
    bool has_ended;
    int exit_code;
};

struct crew {
    const struct explore_jobs *jobs;
    struct worker workers[EXPLORE_WORK_MAX];
    unsigned begun;
    unsigned running;
    unsigned shown;
    bool is_stopping;
};

static enum error begin(struct crew *crew, struct error_text *text)
{
    const struct explore_jobs *jobs = crew->jobs;
    unsigned number = crew->begun;
    struct worker *worker = &crew->workers[number];
    worker->said = tmpfile();
    if (worker->said == NULL) {
        return error_set(text, ERROR_LIMIT, "cannot make a file: %s", strerrordesc_np(errno));
    }
    (void)fflush(NULL); /* what is not written yet would be written twice */
    pid_t process = fork();
    if (process < 0) {
        return error_set(text, ERROR_LIMIT, "cannot start a worker: %s", strerrordesc_np(errno));
    }
    if (process == 0) {
        int exit_code = jobs->work(jobs->context, number, worker->said);
        _exit(fflush(worker->said) == 0 ? exit_code : 127);
    }
    worker->process = process;
    crew->begun++;
    crew->running++;
    return OK;
}

static void tell_to_end(struct crew *crew, int signal)
{
    for (unsigned i = 0; i < crew->begun; i++) {
        if (crew->workers[i].process != 0) {
            (void)kill(crew->workers[i].process, signal);
        }
    }
}

/* One has ended. */
static enum error note(struct crew *crew, pid_t process, int status, struct error_text *text)
{
    for (unsigned i = 0; i < crew->begun; i++) {
        struct worker *worker = &crew->workers[i];
        if (worker->process == process) {
            worker->process = 0;
            worker->has_ended = true;
            worker->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 127;
            crew->running--;
            if (worker->exit_code == 127) {
                return error_set(text, ERROR_LIMIT,
                                 "a worker has crashed, or was killed for its memory");
            }
        }
    }
    return OK;
}

static void show(struct crew *crew)
{
    const struct explore_jobs *jobs = crew->jobs;
    for (; crew->shown < crew->begun && crew->workers[crew->shown].has_ended; crew->shown++) {
        struct worker *worker = &crew->workers[crew->shown];
        rewind(worker->said);
        jobs->show(jobs->context, crew->shown, worker->exit_code, worker->said);
    }
}

static enum error serve(struct crew *crew, struct error_text *text)
{
    const struct explore_jobs *jobs = crew->jobs;
    while (crew->running > 0 || (crew->begun < jobs->count && !crew->is_stopping)) {
        while (crew->running < jobs->jobs && crew->begun < jobs->count && !crew->is_stopping) {
            TRY(begin(crew, text));
        }
        int status = 0;
        pid_t process = waitpid(-1, &status, 0);
        if (process > 0) {
            TRY(note(crew, process, status, text));
            show(crew);
        }
        if (jobs->is_stop_wanted() && !crew->is_stopping) {
            crew->is_stopping = true;
            tell_to_end(crew, SIGTERM);
        }
    }
    return OK;
}

enum error explore_jobs_run(const struct explore_jobs *jobs, struct error_text *text)
{
    ASSERT(jobs->count <= EXPLORE_WORK_MAX && jobs->jobs >= 1);
    struct crew crew = {.jobs = jobs};
    enum error error = serve(&crew, text);
    tell_to_end(&crew, SIGKILL); /* after an error */
    for (unsigned i = 0; i < EXPLORE_WORK_MAX; i++) {
        while (crew.workers[i].process != 0 && waitpid(crew.workers[i].process, NULL, 0) < 0 &&
               errno == EINTR) {}
        if (crew.workers[i].said != NULL) {
            (void)fclose(crew.workers[i].said);
        }
    }
    return error;
}
