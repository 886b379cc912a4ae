/* explore_text.c - a step in words. */
#include "explore/explore.h"

#include <stdarg.h>
#include <stdio.h>

struct line {
    char *text;
    size_t used;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length =
        vsnprintf(line->text + line->used, EXPLORE_STEP_TEXT_BYTES - line->used, format, arguments);
    va_end(arguments);
    if (length > 0) {
        line->used += (size_t)length;
    }
    if (line->used >= EXPLORE_STEP_TEXT_BYTES) {
        line->used = EXPLORE_STEP_TEXT_BYTES - 1;
    }
}

static void add_voters(struct line *line, const struct event *event)
{
    const char *separator = " of ";
    for (replica_id i = 0; i < SCOPE_REPLICAS; i++) {
        if ((event->from >> i & 1) != 0) {
            add(line, "%s%u", separator, (unsigned)i);
            separator = ", ";
        }
    }
}

static void add_order(struct line *line, const struct scope *scope, const char *what,
                      const struct event *event)
{
    const struct scope_order *order = &scope->orders[scope_fact_of(scope, event->fact).order];
    add(line, "%s %s, on %s", what, order->name,
        order->parent == 0 ? "genesis" : scope->orders[order->parent].name);
}

const char *explore_step_text(const struct scope *scope, const struct explore_step *step,
                              char text[EXPLORE_STEP_TEXT_BYTES])
{
    char fact[SCOPE_FACT_TEXT_BYTES];
    struct line line = {.text = text};
    add(&line, "replica %u ", (unsigned)step->replica);
    switch ((enum event_kind)step->event.kind) {
    case EVENT_VOTES:
        add(&line, "gets %s", scope_fact_text(scope, step->event.fact, fact));
        add_voters(&line, &step->event);
        break;
    case EVENT_CERTIFICATE:
        add(&line, "gets a certificate for %s", scope_fact_text(scope, step->event.fact, fact));
        add_voters(&line, &step->event);
        break;
    case EVENT_FORGERY:
        add(&line, "gets forged messages for %s", scope_fact_text(scope, step->event.fact, fact));
        break;
    case EVENT_PROPOSAL:
        add_order(&line, scope, "gets order", &step->event);
        break;
    case EVENT_BLOCK:
        add_order(&line, scope, "gets a block with order", &step->event);
        break;
    case EVENT_TIMEOUT:
        add(&line, "waits in vain");
        break;
    case EVENT_PROPOSE:
        add(&line, "proposes");
        break;
    case EVENT_RESTART:
        add(&line, "restarts");
        break;
    }
    add(&line, "; in view %u", (unsigned)step->view);
    const char *separator = "; says ";
    for (fact_set says = step->says; says != 0; says &= says - 1) {
        add(&line, "%s%s", separator,
            scope_fact_text(scope, (unsigned)__builtin_ctzll(says), fact));
        separator = ", ";
    }
    return text;
}
