/* transport_bench.c - what a sealed link costs between two processes: frames per second one way,
 * CPU per frame at each end (all threads), and the median round trip, over tcp and ipc. */
#include "base/assert.h"
#include "support_clock.h"
#include "transport/peers.h"
#include "wire/limits.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUN_NS        UINT64_C(1000000000)
#define ROUND_TRIPS   5000u
#define QUEUED_ENOUGH ((size_t)1024 * 1024)
#define BURST         16u

enum { PARENT = 0, CHILD = 1 };

/* First byte of each frame: what the child does with it. */
enum command { COMMAND_COUNT = 1, COMMAND_ECHO, COMMAND_REPORT, COMMAND_STOP };

struct report {
    uint64_t frame_count;
    uint64_t cpu_ns;
};

static uint8_t bytes[64 * 1024];

static uint64_t cpu_ns(void)
{
    struct rusage usage;
    ASSERT(getrusage(RUSAGE_SELF, &usage) == 0);
    return ((uint64_t)usage.ru_utime.tv_sec + (uint64_t)usage.ru_stime.tv_sec) *
               UINT64_C(1000000000) +
           ((uint64_t)usage.ru_utime.tv_usec + (uint64_t)usage.ru_stime.tv_usec) * UINT64_C(1000);
}

/* Ticks, and waits until something can be received. */
static void wait_for_frame(struct peers *peers)
{
    uint64_t due_ns = peers_tick(peers, bench_wall_ns());
    uint64_t now = bench_wall_ns();
    struct pollfd fd = {.fd = peers_fd(peers), .events = POLLIN};
    int ready = poll(&fd, 1, due_ns > now ? (int)((due_ns - now) / 1000000) + 1 : 0);
    ASSERT(ready >= 0 || errno == EINTR);
}

static struct slice receive(struct peers *peers)
{
    struct peers_event event;
    for (;;) {
        while (peers_receive(peers, bench_wall_ns(), &event)) {
            if (event.verdict == VERDICT_ACCEPTED) {
                return event.bytes;
            }
        }
        wait_for_frame(peers);
    }
}

static struct peers *open_end(struct peers_settings *settings, replica_id self)
{
    struct peers *peers = NULL;
    struct public_key public;
    struct error_text text;
    uint8_t seed[SEED_BYTES] = {(uint8_t)self};
    settings->self = self;
    signature_from_seed(seed, &settings->secret, &public);
    if (peers_open(&peers, settings, bench_wall_ns(), &text) != OK) {
        (void)fprintf(stderr, "%s\n", text.text);
        _exit(1);
    }
    while (!peers_is_connected(peers, 1 - self, bench_wall_ns())) {
        struct peers_event event;
        (void)peers_receive(peers, bench_wall_ns(), &event);
        wait_for_frame(peers);
    }
    return peers;
}

static _Noreturn void run_child(struct peers_settings *settings)
{
    struct peers *peers = open_end(settings, CHILD);
    struct report report = {.frame_count = 0, .cpu_ns = cpu_ns()};
    for (;;) {
        struct slice frame = receive(peers);
        switch ((enum command)frame.data[0]) {
        case COMMAND_COUNT:
            report.frame_count++;
            break;
        case COMMAND_ECHO:
            peers_send(peers, PARENT, frame, bench_wall_ns());
            break;
        case COMMAND_REPORT:
            report.cpu_ns = cpu_ns() - report.cpu_ns;
            peers_send(peers, PARENT, slice_of(&report, sizeof report), bench_wall_ns());
            report = (struct report){.frame_count = 0, .cpu_ns = cpu_ns()};
            break;
        case COMMAND_STOP:
            peers_close(peers);
            _exit(0);
        }
    }
}

static void send_command(struct peers *peers, enum command command, size_t size)
{
    bytes[0] = (uint8_t)command;
    peers_send(peers, CHILD, slice_of(bytes, size), bench_wall_ns());
}

static struct report ask_report(struct peers *peers)
{
    struct report report;
    send_command(peers, COMMAND_REPORT, 1);
    struct slice frame = receive(peers);
    ASSERT(frame.size == sizeof report);
    memcpy(&report, frame.data, sizeof report);
    return report;
}

static void measure_rate(struct peers *peers, const char *scheme, size_t size)
{
    (void)ask_report(peers);
    uint64_t start_ns = bench_wall_ns();
    uint64_t start_cpu_ns = cpu_ns();
    uint64_t sent = 0;
    while (bench_wall_ns() < start_ns + RUN_NS) {
        if (peers_queued_bytes(peers, CHILD) > QUEUED_ENOUGH) {
            (void)peers_tick(peers, bench_wall_ns());
            (void)sched_yield();
            continue;
        }
        for (uint64_t i = 0; i < BURST; i++) {
            send_command(peers, COMMAND_COUNT, size);
        }
        sent += BURST;
    }
    uint64_t sender_cpu_ns = cpu_ns() - start_cpu_ns;
    struct report report = ask_report(peers);
    double seconds = (double)(bench_wall_ns() - start_ns) * 1e-9;
    (void)printf("%-4s %6zu bytes  %9.0f frames/s  %7.1f MB/s  cpu per frame: sender %5.2f us, "
                 "receiver %5.2f us%s\n",
                 scheme, size, (double)report.frame_count / seconds,
                 (double)report.frame_count * (double)size / seconds * 1e-6,
                 (double)sender_cpu_ns / (double)sent * 1e-3,
                 (double)report.cpu_ns / (double)report.frame_count * 1e-3,
                 report.frame_count == sent ? "" : "  (some dropped)");
}

static void measure_round_trip(struct peers *peers, const char *scheme, size_t size)
{
    static uint64_t trip_ns[ROUND_TRIPS];
    uint64_t start_cpu_ns = cpu_ns();
    for (unsigned i = 0; i < ROUND_TRIPS; i++) {
        uint64_t start_ns = bench_wall_ns();
        send_command(peers, COMMAND_ECHO, size);
        (void)receive(peers);
        trip_ns[i] = bench_wall_ns() - start_ns;
    }
    uint64_t used_ns = cpu_ns() - start_cpu_ns;
    uint64_t median_ns = bench_median(trip_ns, ROUND_TRIPS);
    size_t high = ROUND_TRIPS - ROUND_TRIPS / 100;
    (void)printf(
        "%-4s %6zu bytes  round trip p50 %6.1f us  p99 %6.1f us  cpu at one end %5.2f us\n", scheme,
        size, (double)median_ns * 1e-3, (double)trip_ns[high] * 1e-3,
        (double)used_ns / ROUND_TRIPS * 1e-3);
}

static unsigned free_port(void)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof name;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ASSERT(fd >= 0 && bind(fd, (struct sockaddr *)&name, sizeof name) == 0);
    ASSERT(getsockname(fd, (struct sockaddr *)&name, &size) == 0);
    ASSERT(close(fd) == 0);
    return ntohs(name.sin_port);
}

static void measure(const char *scheme, const char *folder)
{
    struct peers_settings settings = {.replica_count = 2};
    struct secret_key secret;
    for (unsigned i = 0; i < 2; i++) {
        uint8_t seed[SEED_BYTES] = {(uint8_t)i};
        signature_from_seed(seed, &secret, &settings.replicas[i].key);
        char *address = settings.replicas[i].address;
        if (strcmp(scheme, "ipc") == 0) {
            (void)snprintf(address, ADDRESS_BYTES_MAX, "ipc://%s/%u", folder, i);
        } else {
            (void)snprintf(address, ADDRESS_BYTES_MAX, "tcp://127.0.0.1:%u", free_port());
        }
    }
    pid_t child = fork(); /* before the transport's threads exist */
    ASSERT(child >= 0);
    if (child == 0) {
        run_child(&settings);
    }
    struct peers *peers = open_end(&settings, PARENT);
    measure_rate(peers, scheme, 100);
    measure_rate(peers, scheme, 4096);
    measure_rate(peers, scheme, sizeof bytes);
    measure_round_trip(peers, scheme, 100);
    measure_round_trip(peers, scheme, 4096);
    send_command(peers, COMMAND_STOP, 1);
    while (waitpid(child, NULL, WNOHANG) == 0) {
        (void)peers_tick(peers, bench_wall_ns());
        (void)poll(NULL, 0, 1);
    }
    peers_close(peers);
}

int main(void)
{
    char folder[] = "/tmp/strategos-bench-XXXXXX";
    ASSERT(signature_library_init() == OK && mkdtemp(folder) != NULL);
    /* Each in a process of its own: no threads are left over where the next one forks. */
    static const char *const schemes[] = {"tcp", "ipc"};
    for (size_t i = 0; i < 2; i++) {
        pid_t runner = fork();
        ASSERT(runner >= 0);
        if (runner == 0) {
            measure(schemes[i], folder);
            (void)fflush(stdout);
            _exit(0);
        }
        (void)waitpid(runner, NULL, 0);
    }
    for (unsigned i = 0; i < 2; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "%s/%u", folder, i);
        (void)unlink(path);
    }
    return rmdir(folder) == 0 ? 0 : 1;
}
