/* store_check.c - see store_check.h. */
#include "storage/store_check.h"

#include "machine/set_digest.h"
#include "storage/store_env.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child ends with. */
enum { CHECK_SOUND = 10, CHECK_DAMAGED = 11, CHECK_NO_MEMORY = 12 };

/* Adds up all entries; keys must ascend, which also bounds the walk. */
static int sum_entries(const struct store_env *env, MDB_txn *txn, struct set_digest *set)
{
    MDB_cursor *cursor;
    int result = mdb_cursor_open(txn, env->entries, &cursor);
    if (result != 0) {
        return result;
    }
    uint8_t last[STORE_KEY_BYTES_MAX];
    size_t last_size = 0; /* no key is empty */
    MDB_val key;
    MDB_val value;
    while ((result = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        struct slice now = slice_of(key.mv_data, key.mv_size);
        if (now.size == 0 || now.size > sizeof last ||
            slice_compare(now, slice_of(last, last_size)) <= 0) {
            result = MDB_CORRUPTED;
            break;
        }
        memcpy(last, now.data, now.size);
        last_size = now.size;
        struct digest entry;
        set_digest_entry(now, slice_of(value.mv_data, value.mv_size), &entry);
        set_digest_add(set, &entry);
    }
    mdb_cursor_close(cursor);
    return result == MDB_NOTFOUND ? 0 : result;
}

static int compare(const struct store_env *env, MDB_txn *txn, const struct store_note *note)
{
    struct store_meta meta;
    int result = store_env_meta(env, txn, &note->genesis, &meta);
    if (result != 0) {
        return result;
    }
    static struct set_digest set; /* zeros: the empty set */
    result = sum_entries(env, txn, &set);
    if (result != 0) {
        return result;
    }
    uint8_t sum[SET_DIGEST_BYTES];
    _Static_assert(sizeof sum == sizeof meta.set_digest, "one digest");
    set_digest_encode(&set, sum);
    struct digest shape;
    result = store_env_shape(env, txn, &shape);
    if (result != 0) {
        return result;
    }
    if (memcmp(sum, meta.set_digest, sizeof sum) != 0 || meta.height < note->height) {
        return MDB_CORRUPTED;
    }
    static const struct digest unknown;
    struct digest content;
    set_digest_fold(&set, &content);
    if (meta.height == note->height &&
        (!digest_is_equal(&content, &note->content) ||
         (!digest_is_equal(&note->shape, &unknown) && !digest_is_equal(&note->shape, &shape)))) {
        return MDB_CORRUPTED;
    }
    return 0;
}

/* A damaged header may ask for a map of any size. So "no memory" is believed only if a map that is
 * large enough for the file as it is cannot be had either. */
static bool map_is_possible(const char *path)
{
    size_t size = STORE_MAP_BYTES_MIN;
    char data[PATH_MAX + sizeof STORE_DATA_NAME];
    struct stat status;
    (void)snprintf(data, sizeof data, "%s/%s", path, STORE_DATA_NAME);
    if (stat(data, &status) == 0 && (size_t)status.st_size > size) {
        size = (size_t)status.st_size;
    }
    void *map = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return map != MAP_FAILED;
}

static int check_now(const char *path, const struct store_note *note)
{
    struct store_env env;
    int result = store_env_open(&env, path, true);
    if (result != 0) {
        return result == ENOMEM && !map_is_possible(path) ? CHECK_NO_MEMORY : CHECK_DAMAGED;
    }
    MDB_txn *txn;
    result = mdb_txn_begin(env.env, NULL, MDB_RDONLY, &txn);
    if (result == 0) {
        result = compare(&env, txn, note);
        mdb_txn_abort(txn);
    }
    store_env_close(&env);
    if (result == ENOMEM) {
        return CHECK_NO_MEMORY;
    }
    return result == 0 ? CHECK_SOUND : CHECK_DAMAGED;
}

/* A crash of the child is an answer: it leaves no core, says nothing and calls no handlers. */
static void expect_to_crash(void)
{
    static const int deadly[] = {SIGBUS, SIGSEGV, SIGABRT, SIGFPE, SIGILL};
    for (size_t i = 0; i < sizeof deadly / sizeof deadly[0]; i++) {
        (void)signal(deadly[i], SIG_DFL);
    }
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null >= 0) {
        (void)dup2(null, STDERR_FILENO);
    }
}

enum error store_check(const char *path, const struct store_note *note, bool *is_sound)
{
    pid_t child = fork();
    if (child < 0) {
        return ERROR_MEMORY;
    }
    if (child == 0) {
        expect_to_crash();
        _exit(check_now(path, note));
    }
    int status = 0;
    pid_t ended;
    do {
        ended = waitpid(child, &status, 0);
    } while (ended < 0 && errno == EINTR);
    if (ended != child) {
        return ERROR_IO;
    }
    bool has_answer = WIFEXITED(status);
    if ((has_answer && WEXITSTATUS(status) == CHECK_NO_MEMORY) ||
        (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)) {
        return ERROR_MEMORY; /* or it was killed for want of it: no answer about the store */
    }
    *is_sound = has_answer && WEXITSTATUS(status) == CHECK_SOUND;
    return OK;
}
