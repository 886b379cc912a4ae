/* om_graph.h - OM(m,p): oral messages among generals who cannot all talk to each other (LSP82 §5).
 *
 * The commander sends his order to p neighbours, a regular set (graph.h). Each of them passes on
 * what he was told to every other general: for m = 1 along paths that share nothing but their end,
 * for m > 1 as commander of OM(m-1,p-1) in the graph without the old commander. Each general goes
 * by the majority of what the p told him (a member: his own among them); ties and what is missing
 * are RETREAT. At most m traitors and p >= 3m: all loyal ones obey the same order, and a loyal
 * commander's.
 *
 * Differs: the paper takes a graph in which every general has a regular set of p neighbours, and
 * remarks that a graph without one general is still (p-1)-regular. That is not so for every graph
 * (the octahedron, K_{2,2,2,2}, K_{3,3} and others). So the sets are looked for from the bottom up,
 * and only those who do command, here or one level down, need one; the theorem's proof uses no
 * more. A graph where there is no such choice is refused.
 *
 * The *plan* says who commands which instance, with which members and which routes. All generals
 * work it out alike from the graph, which they know. It is one table; struct om_graph is what one
 * general was told. A *hop* is one value that one general sends to a neighbour at one time step:
 *   steps 1 .. m    the commanders of depth 0 .. m - 1 tell their members;
 *   steps m + 1 ..  the members of the deepest instances send along their routes, an edge a step.
 *
 * Pure: memory by the caller, who also carries what is said. */
#ifndef STRATEGOS_AGREEMENT_OM_GRAPH_H
#define STRATEGOS_AGREEMENT_OM_GRAPH_H

#include "agreement/graph.h"

#include <stdbool.h>
#include <stddef.h>

/* A plan has at most so many instances, and looks at so many choices of sets before it gives up. */
#define OM_GRAPH_INSTANCES_MAX 50000u
#define OM_GRAPH_LOOKS_MAX     ((uint64_t)100000)

struct om_graph_shape {
    unsigned m;
    unsigned p; /* of om_graph_fit: 0 asks for the largest that works */
    general_id commander;
    bool is_beyond; /* p < 3m is played too, to show what happens */
};

enum om_graph_answer {
    OM_GRAPH_FITS,
    OM_GRAPH_NO_RELAY,    /* m = 0: only neighbours of the commander would be told */
    OM_GRAPH_P_TOO_SMALL, /* p < 3m, and not beyond; or p < m: the deepest would have no member */
    OM_GRAPH_NO_SET,      /* somebody who must command has no regular set */
    OM_GRAPH_TOO_LARGE,   /* more instances or choices than the bounds above */
};

/* Why a graph does not fit. For OM_GRAPH_NO_SET: `general` lacks a regular set of `wanted`
 * neighbours in the graph without the old commanders `without`. */
struct om_graph_lack {
    enum om_graph_answer answer;
    unsigned wanted; /* OM_GRAPH_P_TOO_SMALL: the least p */
    general_id general;
    general_set without;
    unsigned neighbours; /* that he has there; if fewer than wanted, that is all there is to say */
    general_id target;   /* else: whom too few disjoint paths from his neighbours reach, */
    unsigned paths;      /* namely so many; */
    bool is_together;    /* or from `members`, the first `wanted` of his neighbours, although
                          * each target alone has paths enough from some of them */
    general_set members;
};

/* Whether there is a plan. `*fitting` is then what was asked with p filled in. If not, `*lack` says
 * why (of p = 0: why not even the least p). */
bool om_graph_fit(const struct graph *graph, const struct om_graph_shape *asked,
                  struct om_graph_shape *fitting, struct om_graph_lack *lack);

/* One commander and his members. Those of one depth are neighbours in the table. */
struct om_graph_instance {
    general_id commander;
    uint8_t depth;   /* 0: the game's own commander */
    uint32_t parent; /* whose member the commander is; the first: itself */
    uint32_t first; /* instance of the first member as commander, the others follow; of the deepest:
                     * its number among the deepest */
    general_set members; /* N */
    general_set within;  /* all who take part: old commanders do not */
};

struct om_graph_plan {
    struct graph graph;
    struct om_graph_shape shape;
    uint32_t instance_count;
    uint32_t deepest_first; /* the instances of depth m - 1 are the last ones */
    uint32_t deepest_count;
    unsigned steps; /* time steps */
    uint64_t hop_count;
    struct om_graph_instance *instances;
    general_id *routes; /* see om_graph_route */
};

/* For a shape that fits; UINT64_MAX where it is too large. */
uint64_t om_graph_instance_count(unsigned m, unsigned p);
uint64_t om_graph_plan_bytes(unsigned generals, unsigned m, unsigned p);

/* `shape` is what om_graph_fit gave for this graph. `memory`: om_graph_plan_bytes of it, aligned
 * for uint64_t, borrowed until the end. */
void om_graph_plan_init(struct om_graph_plan *plan, const struct graph *graph,
                        const struct om_graph_shape *shape, void *memory);

/* How `member` of a deepest instance reaches `receiver`, both ends included; 0 generals if the
 * receiver has no part in it. `*route` points into the plan. */
unsigned om_graph_route(const struct om_graph_plan *plan, uint32_t instance, general_id member,
                        general_id receiver, const general_id **route);

struct om_graph_hop {
    uint32_t instance;
    general_id from;
    general_id to;
    general_id member;   /* whose word it is; of a commander's own hop: `to` */
    general_id receiver; /* whom it is for */
    uint8_t position;    /* 0: the commander's own; from 1: the edge of the route */
};

/* The hops of one time step, in order. */
struct om_graph_walk {
    const struct om_graph_plan *plan;
    unsigned step;
    uint32_t instance;
    unsigned receiver;
    general_set members; /* still to come, for this receiver */
};

void om_graph_walk_init(struct om_graph_walk *walk, const struct om_graph_plan *plan,
                        unsigned step);
bool om_graph_walk_next(struct om_graph_walk *walk, struct om_graph_hop *hop);

/* What the order went through before it gets to hop->to: commanders, the member, relays; hop->from
 * is the last. `path` has room for GENERALS_MAX; returns how many. */
unsigned om_graph_path(const struct om_graph_plan *plan, const struct om_graph_hop *hop,
                       general_id *path);

/* One general. */
struct om_graph {
    const struct om_graph_plan *plan;
    general_id self;
    order_nr order;     /* the game's commander: his own */
    order_nr *told;     /* by each instance's commander, as a member */
    order_nr *carried;  /* for each deepest instance and receiver: to be passed on */
    order_nr *arrived;  /* for each deepest instance and member: what was for himself */
    order_nr *resolved; /* scratch of om_graph_decide */
};

/* For one general, of a shape that fits; UINT64_MAX where it is too large. */
uint64_t om_graph_bytes(unsigned generals, unsigned m, unsigned p);

/* `memory`: om_graph_bytes of it, borrowed until the end, cleared here. */
void om_graph_init(struct om_graph *general, const struct om_graph_plan *plan, general_id self,
                   void *memory);

/* The game's commander: his own order. */
void om_graph_set_order(struct om_graph *general, order_nr order);

/* What a loyal general says on a hop that begins with him. */
order_nr om_graph_due(const struct om_graph *general, const struct om_graph_hop *hop);

/* What came on a hop that ends with this general; ORDER_ABSENT becomes RETREAT. */
void om_graph_take(struct om_graph *general, const struct om_graph_hop *hop, order_nr order);

/* After the last step: what this general obeys (the commander: his own order). */
order_nr om_graph_decide(struct om_graph *general);

#endif
