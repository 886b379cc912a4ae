/* load.h - a writer that keeps many requests in flight while a test does things to the group, and
 * afterwards says whether the group kept its word.
 *
 * Three requests in four put a key of their own, the fourth adds one to a counter. What must hold
 * in the end, whatever happened:
 *   - every acknowledged put is there with its value, and what was never sent is not;
 *   - each counter is at least the acknowledged increments and at most those that may have
 *     happened; exactly the number if no outcome is unknown;
 *   - the results of one counter's increments grow in the order of submission, and none is larger
 *     than the number submitted: none was executed twice, none overtook another. */
#ifndef TESTS_SUPPORT_LOAD_H
#define TESTS_SUPPORT_LOAD_H

#include "support/group.h"

struct load;

struct load_options {
    const char *name;    /* what its keys begin with; NULL: "load" */
    const char *key;     /* the key file; NULL: client-1.key */
    unsigned in_flight;  /* 0: 128 */
    unsigned per_second; /* 0: 1000 */
    uint32_t timeout_ms; /* of each request; 0: so long that no outcome should stay unknown */
};

/* A thread of its own; `options` may be NULL. */
struct load *load_start(struct test_group *group, const struct load_options *options);

/* So many more are acknowledged than now. */
void load_wait(struct load *load, uint64_t more);
uint64_t load_acknowledged(const struct load *load);

/* Submits no more; returns when each request has its outcome. Returns how many stayed unknown. */
uint64_t load_stop(struct load *load);

/* After load_stop: asks the group, through agreement, for everything, and judges it. */
void load_check(struct load *load);

/* How many of what it found are wrong: for load_check, and to show that it would notice. */
uint64_t load_count_wrong(struct load *load, bool is_quiet);

void load_free(struct load *load);

/* The usual end: load_stop with no outcome unknown, all replicas that run equal, load_check, and
 * load_free. */
void load_finish(struct load *load);

/* For cmocka: ends whatever a failed test has left: loads, group and proxies. */
int load_teardown(void **state);

#endif
