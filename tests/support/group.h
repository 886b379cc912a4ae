/* group.h - a real group for tests: made by `strategos init` in a temporary folder, each replica a
 * strategosd process on a loopback address of its own. Replicas are started, stopped, killed and
 * waited for; whatever happens to the test, processes and folder are gone afterwards.
 *
 * Waiting is for a state, with a generous deadline; a deadline that passes fails the test. Each
 * look at the replicas' states also compares them: two that have different digests at the same
 * height fail the test at once. One group at a time. */
#ifndef TESTS_SUPPORT_GROUP_H
#define TESTS_SUPPORT_GROUP_H

#include "client/shell.h"
#include "support/folder.h"
#include "support/process.h"

#define TEST_GROUP_DEADLINE_MS 90000

struct test_group_options {
    unsigned replicas;   /* 0: 4 */
    unsigned clients;    /* with the role write, besides the operator; 0: 2 */
    const char *machine; /* NULL: kv */
};

struct test_group {
    struct test_folder folder;
    char path[FOLDER_PATH_BYTES + 8]; /* what init made */
    unsigned count;
    unsigned base_port;
    char host[32];
    struct process replicas[REPLICAS_MAX];
    bool is_started[REPLICAS_MAX]; /* and neither stopped nor killed since */
    bool is_paused[REPLICAS_MAX];
    struct strategos_client *watch; /* the operator's; NULL until the first look */
};

/* Nothing runs yet. `options` may be NULL. */
struct test_group *test_group_new(const struct test_group_options *options);
void test_group_free(struct test_group *group);

/* For cmocka: ends a group that a failed test has left, and prints the ends of its logs. */
int test_group_teardown(void **state);

/* "PATH/formatted name", valid for the next seven calls of this or test_path. */
__attribute__((format(printf, 2, 3))) const char *test_group_path(const struct test_group *group,
                                                                  const char *format, ...);

void test_group_start(struct test_group *group, unsigned id);
void test_group_start_all(struct test_group *group);
/* The replica as another command line, which must become that very process. */
void test_group_start_as(struct test_group *group, unsigned id, const char *const *arguments);

/* Replaces each `from` in a file of the group's folder (there must be one) by `to`. */
void test_group_edit(const struct test_group *group, const char *name, const char *from,
                     const char *to);
/* The same in every copy of the group file. */
void test_group_edit_all(const struct test_group *group, const char *from, const char *to);

/* SIGTERM; it must end with 0. */
void test_group_stop(struct test_group *group, unsigned id);
/* SIGKILL. */
void test_group_kill(struct test_group *group, unsigned id);
void test_group_pause(struct test_group *group, unsigned id);
void test_group_continue(struct test_group *group, unsigned id);

/* It must end by itself with 1 (it refuses); returns what it logged in all its life, on the heap.
 */
char *test_group_wait_refusal(struct test_group *group, unsigned id);
char *test_group_log(const struct test_group *group, unsigned id);
bool test_group_has_logged(const struct test_group *group, unsigned id, const char *text);
void test_group_wait_log(const struct test_group *group, unsigned id, const char *text);

/* A replica's own word; false if it does not answer within a second. */
bool test_group_look(struct test_group *group, unsigned id, struct status *status);
/* The same, waited for. */
void test_group_must_look(struct test_group *group, unsigned id, struct status *status);

/* Every replica that runs answers, and is connected to every other that runs. */
void test_group_wait_ready(struct test_group *group);
/* The replica has executed so much. */
void test_group_wait_height(struct test_group *group, unsigned id, height_nr height);
/* Every replica that runs is at the same height, with the same digest of it. Only for a group that
 * nobody writes to any more. */
void test_group_wait_equal(struct test_group *group);

/* What each replica that runs says of itself, for a test that is about to fail. */
void test_group_print_states(struct test_group *group);

/* Fails the test if a replica that should run has ended. */
void test_group_check_alive(struct test_group *group);

/* A client with the given key file of the group's folder. */
struct strategos_client *test_group_client(const struct test_group *group, const char *key,
                                           uint32_t timeout_ms);

/* `strategos --group PATH ...`, ends with NULL; returns the exit code. The caller calls
 * process_fini. */
int test_group_run(const struct test_group *group, struct process *process,
                   const char *const *arguments, const char *input);

/* Anonymous resident memory, and open descriptors, of a replica that runs. */
uint64_t test_group_memory_bytes(const struct test_group *group, unsigned id);
size_t test_group_descriptors(const struct test_group *group, unsigned id);

int64_t test_now_ms(void);
void test_pause_ms(long ms); /* between two looks at something */

#endif
