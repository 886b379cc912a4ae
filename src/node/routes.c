/* routes.c - see routes.h. */
#include "node/routes.h"

#include "base/assert.h"

struct route *routes_set(struct routes *routes, size_t client, uint64_t session, uint64_t link)
{
    ASSERT(client < CLIENTS_MAX && link != 0);
    struct route *places = routes->places[client];
    struct route *chosen = &places[0];
    for (size_t i = 0; i < SESSIONS_PER_CLIENT_MAX; i++) {
        if (places[i].link != 0 && places[i].session == session) {
            chosen = &places[i];
            chosen->link = link;
            chosen->used = ++routes->calls;
            return chosen;
        }
        if (places[i].used < chosen->used) {
            chosen = &places[i];
        }
    }
    *chosen = (struct route){.session = session, .link = link, .used = ++routes->calls};
    return chosen;
}

const struct route *routes_look(const struct routes *routes, size_t client, uint64_t session)
{
    ASSERT(client < CLIENTS_MAX);
    const struct route *places = routes->places[client];
    for (size_t i = 0; i < SESSIONS_PER_CLIENT_MAX; i++) {
        if (places[i].link != 0 && places[i].session == session) {
            return &places[i];
        }
    }
    return NULL;
}

uint64_t routes_find(const struct routes *routes, size_t client, uint64_t session)
{
    const struct route *route = routes_look(routes, client, session);
    return route == NULL ? 0 : route->link;
}
