/* proxy.h - a man in the middle for TCP: passes bytes on between whoever connects to its address
 * and a target, can be cut and healed, and can record what went towards the target. A thread of its
 * own does the work. Failures to make one end the test. */
#ifndef TESTS_SUPPORT_PROXY_H
#define TESTS_SUPPORT_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct proxy;

/* Listens on a free port of `host`, which is an IPv4 address; `target_port` is on the same host.
 * With `record_bytes_max` != 0 the first so many bytes of each connection are kept. */
struct proxy *proxy_new(const char *host, unsigned target_port, size_t record_bytes_max);
void proxy_free(struct proxy *proxy); /* NULL: nothing */
unsigned proxy_port(const struct proxy *proxy);

/* Cut: connections stay open but nothing passes any more, and new ones are accepted and get
 * nothing: as a network that swallows everything. Healed: all old connections are reset. */
void proxy_cut(struct proxy *proxy);
void proxy_heal(struct proxy *proxy);

/* Bytes that went to the target, ever. */
uint64_t proxy_passed(const struct proxy *proxy);

/* What was recorded of the first connection that has at least `size_min` bytes, copied to the heap;
 * NULL if there is none yet. */
uint8_t *proxy_recorded(struct proxy *proxy, size_t size_min, size_t *size);

/* For teardown. */
void proxy_free_all(void);

#endif
