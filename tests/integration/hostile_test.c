/* hostile_test.c - strangers on both ports of a replica, while the group serves its clients. What
 * they send is anything from nothing at all to frames that a loyal replica once sent. */
#include "support/load.h"
#include "support/proxy.h"
#include "support/stranger.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VICTIM          0u
#define CROWD           1500u /* of each kind, on each port */
#define GARBAGE_MAX     100u
#define SOME            300u
#define RECORD_BYTES    65536u
#define RECORDED_ENOUGH 20000u

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_MAX (800u << 20) /* their own memory counts too */
#else
#define MEMORY_MAX (100u << 20)
#endif

enum port { PORT_PEERS, PORT_CLIENTS, PORT_COUNT };

struct scene {
    struct test_group *group;
    struct load *load;
    size_t descriptors; /* of the victim, before */
    uint64_t judged;
};

static unsigned port_of(const struct scene *scene, enum port port)
{
    return scene->group->base_port + 2 * VICTIM + (unsigned)port;
}

/* What came from nobody known, and was refused. */
static uint64_t judged_now(struct scene *scene)
{
    struct status status;
    uint64_t sum = 0;
    test_group_must_look(scene->group, VICTIM, &status);
    for (size_t i = 0; i < status.peer_count; i++) {
        for (size_t v = 0; v < VERDICT_COUNT; v++) {
            bool is_hostile = v == VERDICT_MALFORMED || v == VERDICT_BAD_AUTHENTICATION ||
                              v == VERDICT_REPLAYED || v == VERDICT_UNKNOWN_SENDER ||
                              v == VERDICT_OVER_LIMIT;
            sum += is_hostile ? status.peers[i].verdicts[v] : 0;
        }
    }
    return sum;
}

static void scene_begin(struct scene *scene)
{
    *scene = (struct scene){.group = test_group_new(NULL)};
    strangers_raise_limit();
    test_group_start_all(scene->group);
    test_group_wait_ready(scene->group);
    scene->load = load_start(scene->group, &(struct load_options){.per_second = 300});
    load_wait(scene->load, SOME);
    scene->descriptors = test_group_descriptors(scene->group, VICTIM);
    scene->judged = judged_now(scene);
}

/* In the midst of it: clients are served, and memory stays bounded. */
static void check_service(struct scene *scene)
{
    load_wait(scene->load, SOME);
    test_group_check_alive(scene->group);
    uint64_t bytes = test_group_memory_bytes(scene->group, VICTIM);
    if (bytes >= MEMORY_MAX) {
        fail_msg("the replica has %llu MB", (unsigned long long)(bytes >> 20));
    }
}

static void wait_judged(struct scene *scene, uint64_t more)
{
    int64_t deadline = test_now_ms() + TEST_GROUP_DEADLINE_MS;
    uint64_t now;
    while ((now = judged_now(scene)) < scene->judged + more) {
        if (test_now_ms() > deadline) {
            fail_msg("only %llu of %llu frames were judged",
                     (unsigned long long)(now - scene->judged), (unsigned long long)more);
        }
        test_pause_ms(20);
    }
}

/* All strangers have gone: so have their descriptors; and nothing is wrong with anything. */
static void scene_end(struct scene *scene)
{
    int64_t deadline = test_now_ms() + TEST_GROUP_DEADLINE_MS;
    while (test_group_descriptors(scene->group, VICTIM) > scene->descriptors + 16) {
        if (test_now_ms() > deadline) {
            fail_msg("%zu descriptors are open, %zu were before",
                     test_group_descriptors(scene->group, VICTIM), scene->descriptors);
        }
        test_pause_ms(20);
    }
    check_service(scene);
    load_finish(scene->load);
    test_group_free(scene->group);
    proxy_free_all();
}

static void idle_crowd_does_no_harm(void **state)
{
    (void)state;
    static const enum stranger_kind kinds[] = {STRANGER_SILENT, STRANGER_HALF_GREETED,
                                               STRANGER_GREETED, STRANGER_HALF_FRAME};
    struct scene scene;
    scene_begin(&scene);
    struct strangers *crowds[2 * sizeof kinds / sizeof kinds[0]];
    size_t count = 0;
    for (enum port port = 0; port < PORT_COUNT; port++) {
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
            crowds[count++] = strangers_new(scene.group->host, port_of(&scene, port),
                                            port == PORT_CLIENTS, kinds[i], CROWD);
            check_service(&scene);
        }
    }
    for (size_t i = 0; i < count; i++) {
        strangers_free(crowds[i], i % 2 == 0);
    }
    scene_end(&scene);
}

/* They come back as fast as they can, greet or not, and reset. */
static void resetting_crowd_does_no_harm(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene);
    for (int round = 0; round < 20; round++) {
        for (enum port port = 0; port < PORT_COUNT; port++) {
            enum stranger_kind kind = round % 2 == 0 ? STRANGER_SILENT : STRANGER_GREETED;
            strangers_free(strangers_new(scene.group->host, port_of(&scene, port),
                                         port == PORT_CLIENTS, kind, CROWD / 10),
                           true);
        }
        check_service(&scene);
    }
    scene_end(&scene);
}

/* A byte at a time, of a greeting and of a frame that never ends. */
static void slow_crowd_does_no_harm(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene);
    struct strangers *crowds[PORT_COUNT];
    for (enum port port = 0; port < PORT_COUNT; port++) {
        crowds[port] = strangers_new(scene.group->host, port_of(&scene, port), port == PORT_CLIENTS,
                                     STRANGER_SILENT, CROWD / 3);
    }
    for (int round = 0; round < 30; round++) {
        for (enum port port = 0; port < PORT_COUNT; port++) {
            strangers_trickle(crowds[port]);
        }
        load_wait(scene.load, 50);
    }
    check_service(&scene);
    for (enum port port = 0; port < PORT_COUNT; port++) {
        strangers_free(crowds[port], true);
    }
    scene_end(&scene);
}

/* Bytes without a greeting, and frames of garbage behind a proper one. */
static void garbage_is_refused_and_counted(void **state)
{
    (void)state;
    /* No kind, handshake 1, transport, no kind. Handshake 2 may be late, so it is no misdeed. */
    static const uint8_t kinds[] = {0, 1, 3, 4};
    static uint8_t bytes[8192];
    struct scene scene;
    uint32_t noise = 1;
    scene_begin(&scene);
    for (size_t i = 0; i < sizeof bytes; i++) {
        noise = noise * 1664525U + 1013904223U;
        bytes[i] = (uint8_t)(noise >> 24);
    }
    for (enum port port = 0; port < PORT_COUNT; port++) {
        bool is_client = port == PORT_CLIENTS;
        for (unsigned i = 0; i < 50; i++) {
            int raw = stranger_connect(scene.group->host, port_of(&scene, port));
            stranger_send(raw, bytes + i, sizeof bytes - i);
            stranger_close(raw, i % 2 == 0);
        }
        int fds[GARBAGE_MAX];
        uint64_t frames = 0;
        scene.judged = judged_now(&scene);
        for (unsigned i = 0; i < GARBAGE_MAX; i++) {
            fds[i] = stranger_connect(scene.group->host, port_of(&scene, port));
            stranger_greet(fds[i], is_client);
            for (size_t size = 0; size <= 200; size += 8) {
                bytes[0] = kinds[size / 8 % sizeof kinds];
                stranger_send_frame(fds[i], is_client, bytes, size);
                frames++;
            }
        }
        wait_judged(&scene, frames);
        for (unsigned i = 0; i < GARBAGE_MAX; i++) {
            stranger_close(fds[i], i % 2 == 0);
        }
        check_service(&scene);
    }
    scene_end(&scene);
}

static void oversize_frames_end_their_connection_only(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {(1u << 20) + 64, 1u << 30, UINT64_C(1) << 40, UINT64_MAX};
    struct scene scene;
    scene_begin(&scene);
    for (enum port port = 0; port < PORT_COUNT; port++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            int fd = stranger_connect(scene.group->host, port_of(&scene, port));
            stranger_greet(fd, port == PORT_CLIENTS);
            stranger_send_length(fd, sizes[i]);
            assert_true(stranger_is_closed(fd, TEST_GROUP_DEADLINE_MS));
            stranger_close(fd, false);
        }
    }
    check_service(&scene);
    scene_end(&scene);
}

static char *edit_name(char name[32], unsigned id)
{
    (void)snprintf(name, 32, "replica-%u/group.conf", id);
    return name;
}

/* Frames of replica 1 to the victim, as somebody on the path sees them: sent again, to the victim
 * (replayed), to their sender (reflected) and to a third (misdirected). */
static void recorded_frames_are_refused_everywhere(void **state)
{
    (void)state;
    struct scene scene = {.group = test_group_new(NULL)};
    struct test_group *group = scene.group;
    char name[32];
    char old[64];
    char new[64];
    struct proxy *proxy = proxy_new(group->host, group->base_port + 2 * VICTIM, RECORD_BYTES);
    (void)snprintf(old, sizeof old, "peer = \"tcp://%s:%u\"", group->host,
                   group->base_port + 2 * VICTIM);
    (void)snprintf(new, sizeof new, "peer = \"tcp://%s:%u\"", group->host, proxy_port(proxy));
    test_group_edit(group, edit_name(name, 1), old, new);
    test_group_start_all(group);
    test_group_wait_ready(group);
    scene.load = load_start(group, &(struct load_options){.per_second = 300});
    load_wait(scene.load, SOME);
    scene.descriptors = test_group_descriptors(group, VICTIM);
    size_t size = 0;
    uint8_t *stream = NULL;
    int64_t deadline = test_now_ms() + TEST_GROUP_DEADLINE_MS;
    while ((stream = proxy_recorded(proxy, RECORDED_ENOUGH, &size)) == NULL) {
        assert_true(test_now_ms() < deadline);
        test_pause_ms(20);
    }
    scene.judged = judged_now(&scene);
    for (unsigned round = 0; round < 5; round++) {
        for (unsigned to = 0; to < 3; to++) {
            int fd = stranger_connect(group->host, group->base_port + 2 * to);
            stranger_send(fd, stream, size);
            load_wait(scene.load, 50); /* it is read meanwhile */
            stranger_close(fd, false);
        }
    }
    free(stream);
    wait_judged(&scene, 5);
    struct status status;
    test_group_must_look(group, VICTIM, &status);
    assert_true(status.peers[1].verdicts[VERDICT_REPLAYED] > 0);
    test_group_must_look(group, 1, &status);
    uint64_t refused = 0;
    for (size_t v = 0; v < VERDICT_COUNT; v++) {
        refused += v == VERDICT_ACCEPTED ? 0 : status.peers[1].verdicts[v];
    }
    assert_true(refused > 0); /* its own frames, come back */
    test_group_wait_ready(group);
    check_service(&scene);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(idle_crowd_does_no_harm, load_teardown),
        cmocka_unit_test_teardown(resetting_crowd_does_no_harm, load_teardown),
        cmocka_unit_test_teardown(slow_crowd_does_no_harm, load_teardown),
        cmocka_unit_test_teardown(garbage_is_refused_and_counted, load_teardown),
        cmocka_unit_test_teardown(oversize_frames_end_their_connection_only, load_teardown),
        cmocka_unit_test_teardown(recorded_frames_are_refused_everywhere, load_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
