/* meter.c - see meter.h. */
#include "console/meter.h"

#include "console/ticks.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SCREEN_EVERY_NS (200 * TICKS_MS)
#define LINES_EVERY_NS  (5 * TICKS_SECOND)
#define BAR_CELLS       24u
#define RATE_MEMORY     0.7 /* of the old rate, each time it is shown */

void meter_init(struct meter *meter, uint64_t begin_bytes, uint64_t total_bytes, bool is_quiet,
                uint64_t now_ns)
{
    *meter = (struct meter){
        .is_quiet = is_quiet,
        .is_screen = isatty(STDERR_FILENO) == 1,
        .total_bytes = total_bytes,
        .begin_bytes = begin_bytes,
        .begin_ns = now_ns,
        .shown_ns = now_ns,
        .unit = "lines",
    };
}

uint64_t meter_due_ns(const struct meter *meter)
{
    return meter->shown_ns + (meter->is_screen ? SCREEN_EVERY_NS : LINES_EVERY_NS);
}

/* "1:02:03" until the end, judging by this run so far; "-" while that cannot be said. */
static void format_eta(const struct meter *meter, uint64_t bytes, uint64_t now_ns, char text[32])
{
    uint64_t done = bytes - meter->begin_bytes;
    (void)snprintf(text, 32, "-");
    if (done == 0 || meter->total_bytes < bytes) {
        return;
    }
    double elapsed = (double)(now_ns - meter->begin_ns) / 1e9;
    double left = elapsed * (double)(meter->total_bytes - bytes) / (double)done;
    if (left < 360000) {
        unsigned seconds = (unsigned)left;
        (void)snprintf(text, 32, "%u:%02u:%02u", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
}

static void show(struct meter *meter, uint64_t bytes, uint64_t count, uint64_t now_ns)
{
    char eta[32];
    char bar[BAR_CELLS + 1];
    double share = meter->total_bytes == 0 ? 0 : (double)bytes / (double)meter->total_bytes;
    share = share > 1 ? 1 : share;
    size_t filled = (size_t)(share * BAR_CELLS);
    memset(bar, ' ', BAR_CELLS);
    memset(bar, '=', filled);
    bar[BAR_CELLS] = '\0';
    format_eta(meter, bytes, now_ns, eta);
    const char *before = meter->is_screen ? "\r" : "";
    const char *after = meter->is_screen ? "\x1b[K" : "\n";
    if (meter->total_bytes == 0) {
        (void)fprintf(stderr, "%s%llu %s, %.0f/s%s", before, (unsigned long long)count, meter->unit,
                      meter->rate, after);
    } else if (meter->is_screen) {
        (void)fprintf(stderr, "\r[%s] %5.1f %%  %llu %s  %.0f/s  ETA %s\x1b[K", bar, share * 100,
                      (unsigned long long)count, meter->unit, meter->rate, eta);
    } else {
        (void)fprintf(stderr, "%5.1f %%, %llu %s, %.0f/s, ETA %s\n", share * 100,
                      (unsigned long long)count, meter->unit, meter->rate, eta);
    }
    meter->is_drawn = meter->is_screen;
}

void meter_update(struct meter *meter, uint64_t bytes, uint64_t count, uint64_t now_ns)
{
    if (now_ns < meter_due_ns(meter)) {
        return;
    }
    double seconds = (double)(now_ns - meter->shown_ns) / 1e9;
    double rate = (double)(count - meter->shown_count) / seconds;
    meter->rate = meter->rate == 0 ? rate : RATE_MEMORY * meter->rate + (1 - RATE_MEMORY) * rate;
    meter->shown_ns = now_ns;
    meter->shown_count = count;
    if (!meter->is_quiet) {
        show(meter, bytes, count, now_ns);
    }
}

void meter_erase(struct meter *meter)
{
    if (meter->is_drawn) {
        (void)fputs("\r\x1b[K", stderr);
        meter->is_drawn = false;
    }
}
