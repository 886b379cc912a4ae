/* prove_three.c - three generals and one traitor: every algorithm, and where it fails. */
#include "command/prove_result.h"
#include "prove/three.h"

#include <jansson.h>
#include <stdio.h>

static const char *const traitors[THREE_TRAITORS] = {"lieutenant 2", "lieutenant 1",
                                                     "the commander"};

static const char *name_of(order_nr order)
{
    return order == ATTACK ? "attack" : "retreat";
}

static void print_text(const struct three_counts *counts)
{
    (void)printf(
        "Three generals, one traitor: every binary one-relay algorithm\n\n"
        "  The commander sends his order to both lieutenants. Each tells the other a function of\n"
        "  what he heard (4 of them) and obeys a function of what he heard and was told (16):\n"
        "  (4 * 16)^2 = %u algorithms.\n\n"
        "  %-15s %-52s %7s %7s\n",
        THREE_ALGORITHMS, "traitor", "what goes wrong", "breaks", "first");
    static const char *const wrong[THREE_TRAITORS] = {
        "lieutenant 1 disobeys a loyal commander (IC2)",
        "lieutenant 2 disobeys a loyal commander (IC2)",
        "two loyal lieutenants do not do the same (IC1)"};
    for (unsigned i = 0; i < THREE_TRAITORS; i++) {
        (void)printf("  %-15s %-52s %7u %7u\n", traitors[i], wrong[i], counts->broken_by[i],
                     counts->broken_first[i]);
    }
    (void)printf("\n  %u of %u fail.", counts->broken, THREE_ALGORITHMS);
    if (counts->broken == THREE_ALGORITHMS) {
        (void)printf(" To obey a loyal commander whatever the other one says leaves no\n"
                     "  choice but to obey what one heard; those %u fall to a commander who says\n"
                     "  attack to one and retreat to the other.\n",
                     counts->broken_first[THREE_COMMANDER]);
    } else {
        (void)putchar('\n');
    }
}

static json_t *json_of_break(unsigned algorithm)
{
    struct three_break broken;
    if (!three_find(algorithm, &broken)) {
        return json_pack("{s:i, s:n}", "algorithm", (int)algorithm, "traitor");
    }
    bool is_commander = broken.traitor == THREE_COMMANDER;
    return json_pack("{s:i, s:s, s:s, s:s, s:s}", "algorithm", (int)algorithm, "traitor",
                     traitors[broken.traitor], "violates", is_commander ? "ic1" : "ic2",
                     is_commander ? "to_1" : "order", name_of(broken.order),
                     is_commander ? "to_2" : "relay", name_of(broken.other));
}

static void print_json(const struct three_counts *counts)
{
    json_t *breaks = json_array();
    json_t *by = json_object();
    for (unsigned i = 0; i < THREE_TRAITORS; i++) {
        (void)json_object_set_new(by, traitors[i], json_integer(counts->broken_by[i]));
    }
    for (unsigned algorithm = 0; algorithm < THREE_ALGORITHMS; algorithm++) {
        (void)json_array_append_new(breaks, json_of_break(algorithm));
    }
    json_t *page = json_pack("{s:i, s:i, s:o, s:o}", "algorithms", (int)THREE_ALGORITHMS, "failing",
                             (int)counts->broken, "broken_by", by, "breaks", breaks);
    (void)json_dumpf(page, stdout, JSON_INDENT(1));
    (void)putchar('\n');
    json_decref(page);
}

int prove_three(const struct prove_settings *settings)
{
    struct three_counts counts;
    three_count(&counts);
    if (settings->json) {
        print_json(&counts);
    } else {
        print_text(&counts);
    }
    return counts.broken == THREE_ALGORITHMS ? EXIT_DONE : EXIT_REFUSED;
}
