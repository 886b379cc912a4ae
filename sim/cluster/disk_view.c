/* disk_view.c - a replica's disk as its ledger sees it: calls take time. What the disk does with
 * the bytes is disk/faulty_folder.c's business. */
#include "cluster/process.h"
#include "cluster/state.h"

#define WRITE_NS (10 * PLAN_US)

static enum error view_open(void *self, const char *name, uint64_t create_size, file_handle *file,
                            uint64_t *size)
{
    struct process *process = self;
    enum error error = process->inner.ops->open(process->inner.self, name, create_size, file, size);
    if (error == ERROR_FULL) {
        faults_felt(process, FAULT_DISK_FULL);
    }
    return error;
}

static enum error view_write(void *self, file_handle file, uint64_t offset, struct slice bytes)
{
    struct process *process = self;
    process->turn_ns += WRITE_NS;
    faults_felt(process, FAULT_DISK_MISDIRECT);
    enum error error = process->inner.ops->write(process->inner.self, file, offset, bytes);
    if (error == ERROR_FULL) {
        faults_felt(process, FAULT_DISK_FULL);
    }
    return error;
}

static enum error view_sync(void *self, file_handle file)
{
    struct process *process = self;
    struct world *world = process->world;
    bool is_slow = world->now_ns < process->slow_until_ns;
    process->turn_ns += is_slow ? process->sync_ns : world->plan->sync_ns;
    world->stats.syncs++;
    faults_felt(process, FAULT_DISK_LIES);
    if (is_slow) {
        faults_felt(process, FAULT_DISK_SLOW);
    }
    return process->inner.ops->sync(process->inner.self, file);
}

static enum error view_read(void *self, file_handle file, uint64_t offset, void *to, size_t size)
{
    struct process *process = self;
    enum error error = process->inner.ops->read(process->inner.self, file, offset, to, size);
    if (error == ERROR_IO && !faulty_folder_has_crashed(process->disk.folder)) {
        faults_felt(process, FAULT_DISK_READ);
    }
    return error;
}

static enum error view_remove(void *self, const char *name)
{
    struct process *process = self;
    return process->inner.ops->remove(process->inner.self, name);
}

static void view_close(void *self, file_handle file)
{
    struct process *process = self;
    process->inner.ops->close(process->inner.self, file);
}

static uint64_t view_free_bytes(void *self)
{
    struct process *process = self;
    return process->inner.ops->free_bytes(process->inner.self);
}

static const struct folder_ops view_ops = {
    .open = view_open,
    .write = view_write,
    .sync = view_sync,
    .read = view_read,
    .remove = view_remove,
    .close = view_close,
    .free_bytes = view_free_bytes,
};

struct folder disk_view_of(struct process *process)
{
    return (struct folder){.ops = &view_ops, .self = process};
}
