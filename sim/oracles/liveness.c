/* liveness.c - the oracle of progress: once faults have ended, what honest clients ask for gets
 * done.
 *
 * Done means that the application was told something, and that the request, if its session is the
 * client's newest, is in the log: a time-out in the calm is no end, since the request is still sent
 * again. (One that ended before the calm without an outcome may be of a process that died then.)
 * By when: bounds.h, from the back-off that there may be when the calm begins: views since the last
 * decided one, beyond f, each a doubling. Operations are looked at in the order in which they were
 * asked for; one that is late holds up those behind it. */
#include "oracles/bounds.h"
#include "oracles/kind.h"

struct liveness {
    struct oracle_self self;
    bool is_calm;
    uint64_t calm_ns;
    uint64_t calm_step;
    uint64_t bound_ns;
    view_nr views[REPLICAS_MAX]; /* where each is; 0: never said */
    view_nr decided;             /* the highest view of which an order is decided */
    size_t first;                /* all operations before are done */
};

static void on_calm(struct liveness *liveness, uint64_t now_ns)
{
    const struct oracle_history *history = liveness->self.history;
    uint64_t doublings = 0;
    for (replica_id i = 0; i < history->world.replica_count; i++) {
        if ((history->traitors >> i & 1) != 0) {
            continue;
        }
        uint64_t failed =
            liveness->views[i] > liveness->decided ? liveness->views[i] - liveness->decided : 0;
        if (liveness->views[i] == 0) {
            failed = BACKOFF_DOUBLINGS_MAX;
        } else {
            failed -= failed > history->world.fault_count ? history->world.fault_count : failed;
        }
        doublings = failed > doublings ? failed : doublings;
    }
    liveness->is_calm = true;
    liveness->calm_ns = now_ns;
    liveness->calm_step = history->step;
    liveness->bound_ns = oracle_settle_from_ns(&history->world, doublings);
}

static bool is_done(const struct liveness *liveness, const struct oracle_operation *operation)
{
    const struct oracle_history *history = liveness->self.history;
    if (operation->is_sent &&
        history->lanes[operation->lane].id.session < history->newest_session[operation->client]) {
        return true; /* nobody sends it again */
    }
    return operation->is_returned && (!operation->is_sent || operation->place != 0 ||
                                      operation->returned_step < liveness->calm_step);
}

static uint64_t since_ns(const struct liveness *liveness, const struct oracle_operation *operation)
{
    uint64_t since = operation->invoked_ns;
    since = operation->sent_ns > since ? operation->sent_ns : since;
    return liveness->calm_ns > since ? liveness->calm_ns : since;
}

static void judge(struct liveness *liveness, uint64_t now_ns)
{
    const struct oracle_history *history = liveness->self.history;
    while (liveness->first < history->operation_count &&
           is_done(liveness, &history->operations[liveness->first])) {
        liveness->first++;
    }
    if (liveness->first == history->operation_count) {
        return;
    }
    const struct oracle_operation *operation = &history->operations[liveness->first];
    uint64_t begun_ns = since_ns(liveness, operation);
    uint64_t waited_ns = now_ns > begun_ns ? now_ns - begun_ns : 0;
    if (waited_ns > liveness->bound_ns) {
        oracle_finding_note(
            &liveness->self.finding,
            "operation %llu of client %zu (request %llu) is %s %llu ms into the calm, of %llu ms "
            "at most; the log ends at height %llu, view %llu",
            (unsigned long long)operation->number, operation->client,
            (unsigned long long)operation->request_number,
            operation->is_returned ? "not in the log"
            : operation->is_sent   ? "without an end"
                                   : "not even sent",
            (unsigned long long)(waited_ns / 1000000),
            (unsigned long long)(liveness->bound_ns / 1000000),
            (unsigned long long)history->log_count, (unsigned long long)liveness->decided);
    }
}

static void see(void *self, const struct sighting *sighting)
{
    struct liveness *liveness = self;
    const struct oracle_history *history = liveness->self.history;
    if (sighting->kind == SIGHT_VIEW && oracle_is_loyal(history, sighting)) {
        liveness->views[sighting->replica] = sighting->view;
    }
    for (size_t i = 0; i < history->commit_count; i++) {
        view_nr view = history->commits[i].order->view;
        liveness->decided = view > liveness->decided ? view : liveness->decided;
    }
    if (sighting->kind == SIGHT_CALM && !liveness->is_calm) {
        on_calm(liveness, sighting->now_ns);
    }
    if (liveness->is_calm) {
        judge(liveness, sighting->now_ns);
    }
}

static bool is_settled(const void *self)
{
    const struct liveness *liveness = self;
    return liveness->is_calm && liveness->first == liveness->self.history->operation_count;
}

const struct oracle_kind oracle_liveness = {
    .name = "liveness",
    .says = "in the calm, what honest clients ask for gets done in bounded time",
    .property = PROPERTY_LIVENESS,
    .sights = ORACLE_SIGHTS_SELDOM,
    .self_bytes = sizeof(struct liveness),
    .see = see,
    .is_settled = is_settled,
};
