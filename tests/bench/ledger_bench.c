/* ledger_bench.c - what one ledger sync costs on the disk of a folder, and what a batch larger or
 * smaller makes of it. Not a test: prints a table.
 *
 *     bench_ledger [FOLDER]      default /tmp; works in a new folder below it, and removes that */
#include "storage/ledger.h"
#include "support_clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ROUNDS       1000u
#define BYTES_MAX    (96ull << 20) /* per batch size: over a file's end */
#define RECORD_BYTES 4000u

static enum error ignore(void *context, uint64_t location, enum ledger_record type,
                         struct slice bytes)
{
    (void)location;
    (void)type;
    (void)bytes;
    ++*(uint64_t *)context;
    return OK;
}

static enum error measure(struct ledger *ledger, size_t batch_bytes, struct error_text *text)
{
    static uint64_t took[ROUNDS];
    static uint8_t record[RECORD_BYTES];
    size_t rounds = BYTES_MAX / batch_bytes < ROUNDS ? BYTES_MAX / batch_bytes : ROUNDS;
    uint64_t cpu = bench_cpu_ns();
    uint64_t start = bench_wall_ns();
    for (size_t i = 0; i < rounds; i++) {
        uint64_t before = bench_wall_ns();
        for (size_t size = 0; size < batch_bytes; size += RECORD_BYTES + 32) {
            memset(record, (int)i, sizeof record);
            (void)ledger_append(ledger, LEDGER_SEGMENT, slice_of(record, sizeof record));
        }
        enum error error = ledger_sync(ledger);
        if (error != OK) {
            return error_set(text, error, "sync failed: %s", error_name(error));
        }
        took[i] = bench_wall_ns() - before;
    }
    double seconds = (double)(bench_wall_ns() - start) / 1e9;
    cpu = bench_cpu_ns() - cpu;
    size_t batch_kib = batch_bytes / 1024;
    uint64_t median = bench_median(took, rounds);
    uint64_t high = took[rounds * 99 / 100];
    (void)printf("%8zu KiB %8zu %9.0f %9.0f %9.0f %9.0f %9.1f\n", batch_kib, rounds,
                 (double)median / 1e3, (double)high / 1e3, (double)took[rounds - 1] / 1e3,
                 (double)cpu / (double)rounds / 1e3,
                 (double)rounds * (double)batch_bytes / seconds / 1e6);
    return OK;
}

static enum error run(struct folder folder, struct error_text *text)
{
    const struct ledger_identity identity = {.id = 1};
    const struct checksum_key id = {{1}};
    uint64_t records = 0;
    const struct ledger_visitor visitor = {.context = &records, .on_record = ignore};
    struct ledger *ledger;
    TRY(ledger_create(folder, &identity, &id, LEDGER_FILE_BYTES, text));
    TRY(ledger_open(&ledger, folder, &identity, 0, &visitor, text));
    (void)printf("       batch    syncs    p50 us    p99 us    max us    cpu us      MB/s\n");
    const size_t batches[] = {4096, 16384, 65536, 262144, 1048576};
    enum error error = OK;
    for (size_t i = 0; error == OK && i < sizeof batches / sizeof batches[0]; i++) {
        error = measure(ledger, batches[i], text);
    }
    uint64_t bytes = ledger_end(ledger);
    ledger_close(ledger);
    TRY(error);
    uint64_t start = bench_wall_ns();
    TRY(ledger_open(&ledger, folder, &identity, 0, &visitor, text));
    double seconds = (double)(bench_wall_ns() - start) / 1e9;
    (void)printf("scan after restart: %llu records, %.0f MB, %.2f s, %.0f MB/s\n",
                 (unsigned long long)records, (double)bytes / 1e6, seconds,
                 (double)bytes / 1e6 / seconds);
    ledger_close(ledger);
    return OK;
}

static void clean_up(struct folder *folder, const char *path)
{
    enum error error = OK;
    for (unsigned number = 0; error == OK; number++) {
        char name[32];
        (void)snprintf(name, sizeof name, "ledger-%08u", number);
        error = folder->ops->remove(folder->self, name);
    }
    error = folder->ops->remove(folder->self, "lock");
    folder_posix_close(folder);
    if (error != OK || rmdir(path) != 0) {
        (void)fprintf(stderr, "%s: not removed\n", path);
    }
}

int main(int argc, char **argv)
{
    char path[512];
    const char *base = argc > 1 ? argv[1] : "/tmp";
    (void)snprintf(path, sizeof path, "%s/ledger-bench-%ld", base, (long)getpid());
    struct error_text text = {{0}};
    struct folder folder;
    enum error error = folder_posix_open(&folder, path, true, &text);
    if (error == OK) {
        error = run(folder, &text);
        clean_up(&folder, path);
    }
    if (error != OK) {
        (void)fprintf(stderr, "bench_ledger: %s\n", text.text);
        return 1;
    }
    return 0;
}
