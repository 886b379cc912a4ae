/* meter.h - how a long job is getting on: a bar that is redrawn on a terminal, otherwise a line
 * every few seconds. To stderr. */
#ifndef STRATEGOS_CONSOLE_METER_H
#define STRATEGOS_CONSOLE_METER_H

#include <stdbool.h>
#include <stdint.h>

struct meter {
    bool is_quiet;
    bool is_screen;
    bool is_drawn;        /* a bar stands on the terminal's last line */
    uint64_t total_bytes; /* 0: unknown */
    uint64_t begin_bytes; /* where this run began */
    uint64_t begin_ns;
    uint64_t shown_ns; /* when something was shown last */
    uint64_t shown_count;
    double rate;      /* per second, lately */
    const char *unit; /* of what is counted; "lines" unless it is set after meter_init */
};

void meter_init(struct meter *meter, uint64_t begin_bytes, uint64_t total_bytes, bool is_quiet,
                uint64_t now_ns);

/* `bytes` of the input are done, `count` things in this run. Shows it if it is time to. */
void meter_update(struct meter *meter, uint64_t bytes, uint64_t count, uint64_t now_ns);

/* When it is time to show something again. */
uint64_t meter_due_ns(const struct meter *meter);

/* Takes the bar away, before anything else is printed. */
void meter_erase(struct meter *meter);

#endif
