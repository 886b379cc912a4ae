/* verdicts.c - IC1 and IC2, in words: "lieutenants 1 and 3 obey attack, lieutenant 2 retreat". */
#include "generals/verdicts.h"

#include "base/plural.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Generals named one by one; the rest is counted. */
#define NAMED_MAX 8u

/* A sentence as it grows; what does not fit is cut off. */
struct sentence {
    char *text;
    size_t used;
};

static struct sentence sentence_begin(char *reason)
{
    reason[0] = '\0';
    return (struct sentence){.text = reason};
}

__attribute__((format(printf, 2, 3))) static void add(struct sentence *sentence, const char *format,
                                                      ...)
{
    size_t room = PLAY_REASON_BYTES - sentence->used;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(sentence->text + sentence->used, room, format, arguments);
    va_end(arguments);
    if (length > 0) {
        sentence->used += (size_t)length < room ? (size_t)length : room - 1;
    }
}

static general_set loyal_of(const struct play *play)
{
    return generals_all(play->scenario.generals) & ~play->scenario.traitors;
}

static general_id lowest(general_set set)
{
    return (general_id)__builtin_ctzll(set);
}

/* "lieutenants 1, 2 and 5", "general 3". */
static void add_generals(struct sentence *sentence, const char *title, general_set set)
{
    unsigned count = (unsigned)__builtin_popcountll(set);
    unsigned named = count <= NAMED_MAX + 1 ? count : NAMED_MAX;
    add(sentence, "%s%s", title, plural(count));
    for (unsigned i = 0; i < named; i++) {
        const char *before = i == 0 ? " " : i + 1 == count ? " and " : ", ";
        add(sentence, "%s%d", before, lowest(set));
        set &= set - 1;
    }
    if (named < count) {
        add(sentence, " and %u more", count - named);
    }
}

/* Who of a set obeys this order. */
static general_set obeying(const struct play *play, general_set set, order_nr order)
{
    general_set found = 0;
    for (; set != 0; set &= set - 1) {
        if (play->decisions[lowest(set)] == order) {
            found |= general_bit(lowest(set));
        }
    }
    return found;
}

/* "lieutenants 1 and 3 obey attack, lieutenant 2 retreat": the order of the lowest comes first. */
static void add_camps(struct sentence *sentence, const struct play *play, const char *title,
                      general_set set)
{
    bool is_first = true;
    while (set != 0) {
        order_nr order = play->decisions[lowest(set)];
        general_set camp = obeying(play, set, order);
        bool is_one = (camp & (camp - 1)) == 0;
        const char *verb = !is_first ? "" : is_one ? " obeys" : " obey";
        add(sentence, "%s", is_first ? "" : ", ");
        add_generals(sentence, title, camp);
        add(sentence, "%s %s", verb, scenario_order_name(&play->scenario, order));
        set &= ~camp;
        is_first = false;
    }
}

/* IC1 of orders: all of a set obey the same one. */
static void judge_agreement(struct play *play, const char *title, general_set set)
{
    struct sentence sentence = sentence_begin(play->ic1_reason);
    if (set == 0) {
        play->ic1 = true;
        add(&sentence, "there is no loyal %s", title);
        return;
    }
    play->ic1 = obeying(play, set, play->decisions[lowest(set)]) == set;
    add_camps(&sentence, play, title, set);
}

/* IC2 of one commander. */
static void judge_obedience(struct play *play)
{
    const struct scenario *scenario = &play->scenario;
    general_set lieutenants = loyal_of(play) & ~general_bit(scenario->commander);
    struct sentence sentence = sentence_begin(play->ic2_reason);
    const char *order = scenario_order_name(scenario, scenario->order);
    play->has_ic2 = !general_is_in(scenario->traitors, scenario->commander);
    if (!play->has_ic2) {
        play->ic2 = true;
        add(&sentence, "commander %d is a traitor, so no order of his binds anybody",
            scenario->commander);
        return;
    }
    general_set obedient = obeying(play, lieutenants, scenario->order);
    play->ic2 = obedient == lieutenants;
    if (lieutenants == 0) {
        add(&sentence, "there is no loyal lieutenant");
    } else if (play->ic2) {
        add(&sentence, "loyal commander %d ordered %s, and ", scenario->commander, order);
        add_camps(&sentence, play, "lieutenant", lieutenants);
    } else {
        add(&sentence, "loyal commander %d ordered %s, but ", scenario->commander, order);
        add_camps(&sentence, play, "lieutenant", lieutenants & ~obedient);
    }
}

/* IC2 of those who only vote: one mind beforehand is one mind afterwards. */
static void judge_unanimity(struct play *play)
{
    const struct scenario *scenario = &play->scenario;
    general_set loyal = loyal_of(play);
    struct sentence sentence = sentence_begin(play->ic2_reason);
    play->has_ic2 = loyal != 0;
    order_nr order = loyal == 0 ? RETREAT : scenario->private_orders[lowest(loyal)];
    for (general_set left = loyal; left != 0; left &= left - 1) {
        play->has_ic2 = play->has_ic2 && scenario->private_orders[lowest(left)] == order;
    }
    if (!play->has_ic2) {
        play->ic2 = true;
        add(&sentence, "the loyal generals are not of one mind beforehand");
        return;
    }
    general_set obedient = obeying(play, loyal, order);
    play->ic2 = obedient == loyal;
    add(&sentence, "all loyal generals were for %s, %s ", scenario_order_name(scenario, order),
        play->ic2 ? "and" : "but");
    add_camps(&sentence, play, "general", play->ic2 ? loyal : loyal & ~obedient);
}

/* IC1 of vectors: for each general, all loyal ones have the same entry. */
static void judge_vectors(struct play *play)
{
    general_set loyal = loyal_of(play);
    struct sentence sentence = sentence_begin(play->ic1_reason);
    play->ic1 = true;
    if (loyal == 0) {
        add(&sentence, "there is no loyal general");
        return;
    }
    general_id first = lowest(loyal);
    for (general_set left = loyal; left != 0; left &= left - 1) {
        general_id other = lowest(left);
        for (unsigned about = 0; about < play->scenario.generals; about++) {
            order_nr a = play->vectors[first][about];
            order_nr b = play->vectors[other][about];
            if (a != b) {
                play->ic1 = false;
                add(&sentence, "of general %u, general %d has %s and general %d has %s", about,
                    first, scenario_order_name(&play->scenario, a), other,
                    scenario_order_name(&play->scenario, b));
                return;
            }
        }
    }
    add_generals(&sentence, "general", loyal);
    add(&sentence, (loyal & (loyal - 1)) == 0 ? " has a vector" : " have the same vector");
}

/* IC2 of vectors: what a loyal general's entry says is his own order. */
static void judge_entries(struct play *play)
{
    const struct scenario *scenario = &play->scenario;
    general_set loyal = loyal_of(play);
    struct sentence sentence = sentence_begin(play->ic2_reason);
    play->has_ic2 = loyal != 0;
    play->ic2 = true;
    if (loyal == 0) {
        add(&sentence, "there is no loyal general");
        return;
    }
    for (general_set left = loyal; left != 0; left &= left - 1) {
        for (general_set rest = loyal; rest != 0; rest &= rest - 1) {
            general_id about = lowest(rest);
            order_nr entry = play->vectors[lowest(left)][about];
            if (entry != scenario->private_orders[about]) {
                play->ic2 = false;
                add(&sentence, "general %d has %s for loyal general %d, whose order is %s",
                    lowest(left), scenario_order_name(scenario, entry), about,
                    scenario_order_name(scenario, scenario->private_orders[about]));
                return;
            }
        }
    }
    add(&sentence, "the vectors are exact for ");
    add_generals(&sentence, "loyal general", loyal);
}

void verdicts_judge(struct play *play)
{
    const struct scenario *scenario = &play->scenario;
    if (scenario->algorithm == ALGORITHM_NAIVE) {
        judge_agreement(play, "general", loyal_of(play));
        judge_unanimity(play);
    } else if (scenario->is_interactive) {
        judge_vectors(play);
        judge_entries(play);
    } else {
        judge_agreement(play, "lieutenant", loyal_of(play) & ~general_bit(scenario->commander));
        judge_obedience(play);
    }
}
