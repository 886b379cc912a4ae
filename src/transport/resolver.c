/* resolver.c - see resolver.h. The asker and the thread each hold one reference; the last to let go
 * frees. */
#include "transport/resolver.h"

#include <pthread.h>
#include <stdlib.h>

struct resolver {
    pthread_mutex_t mutex; /* guards what follows `attempt` */
    struct address address;
    unsigned attempt;
    unsigned references;
    bool is_done;
    enum error result;
    struct endpoint endpoint;
    struct error_text error;
};

static void release(struct resolver *resolver)
{
    (void)pthread_mutex_lock(&resolver->mutex);
    bool is_last = --resolver->references == 0;
    (void)pthread_mutex_unlock(&resolver->mutex);
    if (is_last) {
        (void)pthread_mutex_destroy(&resolver->mutex);
        free(resolver);
    }
}

static void *look_up(void *context)
{
    struct resolver *resolver = context;
    struct endpoint endpoint = {.is_ipv6 = false};
    struct error_text error = {.text = ""};
    enum error result = address_resolve(&resolver->address, resolver->attempt, &endpoint, &error);
    (void)pthread_mutex_lock(&resolver->mutex);
    resolver->is_done = true;
    resolver->result = result;
    resolver->endpoint = endpoint;
    resolver->error = error;
    (void)pthread_mutex_unlock(&resolver->mutex);
    release(resolver);
    return NULL;
}

struct resolver *resolver_start(const struct address *address, unsigned attempt)
{
    struct resolver *resolver = calloc(1, sizeof *resolver);
    if (resolver == NULL) {
        return NULL;
    }
    resolver->address = *address;
    resolver->attempt = attempt;
    resolver->references = 2;
    pthread_t thread;
    if (pthread_mutex_init(&resolver->mutex, NULL) != 0) {
        free(resolver);
        return NULL;
    }
    if (pthread_create(&thread, NULL, look_up, resolver) != 0) {
        (void)pthread_mutex_destroy(&resolver->mutex);
        free(resolver);
        return NULL;
    }
    (void)pthread_detach(thread);
    return resolver;
}

bool resolver_poll(struct resolver *resolver, enum error *result, struct endpoint *endpoint,
                   struct error_text *error)
{
    (void)pthread_mutex_lock(&resolver->mutex);
    bool is_done = resolver->is_done;
    if (is_done) {
        *result = resolver->result;
        *endpoint = resolver->endpoint;
        *error = resolver->error;
    }
    (void)pthread_mutex_unlock(&resolver->mutex);
    return is_done;
}

void resolver_free(struct resolver *resolver)
{
    if (resolver != NULL) {
        release(resolver);
    }
}
