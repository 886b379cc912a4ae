/* sm_graph.c - see sm_graph.h. */
#include "agreement/sm_graph.h"

bool sm_graph_m(const struct graph *graph, general_set loyal, unsigned m, unsigned *sm_m)
{
    if (!graph_is_connected(graph, loyal)) {
        return false;
    }
    bool is_one = (loyal & (loyal - 1)) == 0; /* or none */
    unsigned diameter = is_one ? 1 : graph_diameter(graph, loyal);
    *sm_m = m + diameter - 1;
    return true;
}

unsigned sm_graph_m_sufficient(unsigned generals)
{
    return generals < 2 ? 0 : generals - 2;
}
