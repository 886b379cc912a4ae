/* ports.c - the shell's ports on this machine: nanomsg links, files, Ed25519, clocks, a thread. */
#include "daemon/clock.h"
#include "daemon/resources.h"

#include "base/assert.h"
#include "crypto/random.h"
#include "transport/descriptors.h"

#include <sys/statvfs.h>
#include <unistd.h>

static void sign(void *context, const struct digest *digest, struct signature *signature)
{
    const struct resources *resources = context;
    signature_sign(&resources->settings->secret, digest, signature);
}

static bool verify(void *context, const struct public_key *key, const struct digest *digest,
                   const struct signature *signature)
{
    (void)context;
    return signature_verify(key, digest, signature);
}

static uint64_t monotonic_ns(void *self)
{
    (void)self;
    return clock_monotonic_ns();
}

static uint64_t wall_ns(void *self)
{
    (void)self;
    return clock_wall_ns();
}

static bool is_stop_wanted(void *self)
{
    const struct resources *resources = self;
    uint8_t info[256];
    return read(resources->signal_fd, info, sizeof info) > 0;
}

static bool receive_frame(void *self, uint64_t now_ns, struct peers_event *event)
{
    struct resources *resources = self;
    return peers_receive(resources->peers, now_ns, event);
}

static void send_frame(void *self, replica_id to, struct slice frame, uint64_t now_ns)
{
    struct resources *resources = self;
    peers_send(resources->peers, to, frame, now_ns);
}

static uint64_t tick_links(void *self, uint64_t now_ns)
{
    struct resources *resources = self;
    return peers_tick(resources->peers, now_ns);
}

static bool is_connected(void *self, replica_id id, uint64_t now_ns)
{
    struct resources *resources = self;
    return peers_is_connected(resources->peers, id, now_ns);
}

static bool receive_request(void *self, uint64_t now_ns, struct listener_event *event)
{
    struct resources *resources = self;
    return listener_receive(resources->listener, now_ns, event);
}

static void send_answer(void *self, link_nr link, struct slice frame, uint64_t now_ns)
{
    struct resources *resources = self;
    (void)listener_send(resources->listener, link, frame, now_ns);
}

static size_t client_count(void *self, uint64_t now_ns)
{
    struct resources *resources = self;
    return listener_link_count(resources->listener, now_ns);
}

static bool free_bytes(void *self, uint64_t *bytes)
{
    const struct resources *resources = self;
    struct statvfs room;
    if (statvfs(resources->settings->data_path, &room) != 0) {
        return false;
    }
    *bytes = (uint64_t)room.f_bavail * room.f_frsize;
    return true;
}

static bool is_short_of_descriptors(void *self)
{
    (void)self;
    return transport_descriptors_low();
}

static void *run_work(void *context)
{
    struct resources *resources = context;
    uint64_t one = 1;
    resources->work(resources->work_context);
    ssize_t written = write(resources->work_fd, &one, sizeof one);
    (void)written; /* it cannot be full */
    return NULL;
}

static bool begin_work(void *self, void (*work)(void *context), void *context)
{
    struct resources *resources = self;
    ASSERT(!resources->is_working);
    resources->work = work;
    resources->work_context = context;
    resources->is_working = pthread_create(&resources->worker, NULL, run_work, resources) == 0;
    return resources->is_working;
}

static void finish_work(void *self)
{
    struct resources *resources = self;
    ASSERT(resources->is_working);
    ASSERT(pthread_join(resources->worker, NULL) == 0);
    resources->is_working = false;
}

bool resources_work_is_done(struct resources *resources)
{
    uint64_t count;
    if (read(resources->work_fd, &count, sizeof count) != (ssize_t)sizeof count ||
        !resources->is_working) {
        return false;
    }
    finish_work(resources);
    return true;
}

struct ports resources_ports(struct resources *resources)
{
    struct ports ports = {
        .self = resources,
        .authority = {.context = resources, .sign = sign, .verify = verify},
        .ledger = resources->folder,
        .store = resources->store,
        .machine = resources->machine,
        .core_memory = resources->core_memory,
        .monotonic_ns = monotonic_ns,
        .wall_ns = wall_ns,
        .is_stop_wanted = is_stop_wanted,
        .receive_frame = receive_frame,
        .send_frame = send_frame,
        .tick_links = tick_links,
        .is_connected = is_connected,
        .receive_request = receive_request,
        .send_answer = send_answer,
        .client_count = client_count,
        .free_bytes = free_bytes,
        .is_short_of_descriptors = is_short_of_descriptors,
        .begin_work = begin_work,
        .finish_work = finish_work,
    };
    random_fill(&ports.seed, sizeof ports.seed);
    random_fill(ports.index_key.bytes, sizeof ports.index_key.bytes);
    return ports;
}
