/* log.c - see log.h. One write per line, so that lines of several processes do not mix. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static enum log_level log_level_max = LOG_INFO;
static int log_replica = -1;
static bool log_is_silent;
static const char *const level_names[] = {"error", "warn", "info", "debug"};

void log_init(enum log_level level, int replica)
{
    log_level_max = level;
    log_replica = replica;
    log_is_silent = false;
}

void log_off(void)
{
    log_is_silent = true;
}

bool log_level_from_name(const char *name, enum log_level *level)
{
    for (int i = 0; i <= (int)LOG_DEBUG; i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

bool log_is_on(enum log_level level)
{
    return !log_is_silent && level <= log_level_max;
}

/* Where the line ends after a printf into it that returned `printed`: cut at `room`. */
static size_t advance(size_t used, size_t room, int printed)
{
    if (printed < 0) {
        return used;
    }
    return (size_t)printed < room - used ? used + (size_t)printed : room - 1;
}

void log_event(enum log_level level, const char *event, const char *format, ...)
{
    if (!log_is_on(level)) {
        return;
    }
    char line[1024];
    size_t const room = sizeof line - 1; /* the newline always fits */
    struct timespec now = {0};
    struct tm utc = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &utc);
    size_t used = strftime(line, room, "%Y-%m-%dT%H:%M:%S", &utc);
    used = advance(used, room,
                   snprintf(line + used, room - used, ".%03ldZ %s", now.tv_nsec / 1000000,
                            level_names[level]));
    if (log_replica >= 0) {
        used = advance(used, room, snprintf(line + used, room - used, " replica=%d", log_replica));
    }
    used = advance(used, room, snprintf(line + used, room - used, " %s ", event));
    va_list arguments;
    va_start(arguments, format);
    used = advance(used, room, vsnprintf(line + used, room - used, format, arguments));
    va_end(arguments);
    for (size_t i = 0; i < used; i++) { /* a value from outside must not forge a second line */
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f) {
            line[i] = '?';
        }
    }
    line[used++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, used);
    (void)written; /* nowhere left to report to */
}
