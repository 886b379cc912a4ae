/* log.h - one line per event, level, time, replica and key=value pairs, to stderr.
 *
 * `log_event(LOG_WARN, "ledger-full", "free_bytes=%llu action=\"stop voting\"", n);` prints
 * `2026-11-21T13:00:00.123Z warn replica=2 ledger-full free_bytes=... `. */
#ifndef STRATEGOS_BASE_LOG_H
#define STRATEGOS_BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Lines above `level` are dropped; `replica` is the id printed with each line, or -1 for none. */
void log_init(enum log_level level, int replica);
/* Nothing is printed until the next log_init: for replicas that do not live in this time. */
void log_off(void);

/* True and *level set when `name` is error, warn, info or debug. */
bool log_level_from_name(const char *name, enum log_level *level);

bool log_is_on(enum log_level level);

__attribute__((format(printf, 3, 4))) void log_event(enum log_level level, const char *event,
                                                     const char *format, ...);

#endif
