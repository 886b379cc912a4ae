/* tree.c - loads a gathering tree, resolves it, and chooses what of it is shown. */
#include "draw/tree.h"

#include "agreement/eig.h"
#include "base/assert.h"

#include <stdlib.h>

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count == 0 ? 1 : count, size);
    ASSERT(memory != NULL);
    return memory;
}

/* The path of a node; returns its length. */
static unsigned node_path(const struct tree *tree, uint32_t index, general_id path[ROUNDS_MAX])
{
    unsigned depth = tree->nodes[index].depth;
    for (unsigned i = depth; i > 0; i--) {
        path[i - 1] = tree->nodes[index].general;
        index = tree->nodes[index].parent;
    }
    return depth;
}

static general_set others_of(const struct tree *tree)
{
    const struct om *om = tree->om;
    return generals_all(om->shape.generals) & ~general_bit(om->shape.commander) &
           ~general_bit(om->self);
}

static void load_children(struct tree *tree, uint32_t index)
{
    general_id path[ROUNDS_MAX];
    unsigned depth = node_path(tree, index, path);
    general_set left = others_of(tree);
    for (unsigned i = 1; i < depth; i++) {
        left &= ~general_bit(path[i]);
    }
    tree->nodes[index].first_child = (uint32_t)tree->count;
    for (; left != 0; left &= left - 1) {
        general_id general = general_lowest(left);
        path[depth] = general;
        order_nr stored = om_stored(tree->om, path, depth + 1);
        tree->nodes[tree->count++] = (struct node){.parent = index,
                                                   .general = general,
                                                   .depth = (uint8_t)(depth + 1),
                                                   .stored = stored,
                                                   .resolved = stored};
        tree->nodes[index].child_count++;
    }
}

/* How each value came to be said: the record's word on it. */
static void load_fates(struct tree *tree, const struct packets *packets)
{
    for (size_t i = 0; i < packets->count; i++) {
        const struct packet *packet = &packets->items[i];
        if (packet->to != tree->om->self) {
            continue;
        }
        for (uint32_t k = 0; k < packet->count; k++) {
            const struct message *message = packet_message(packets, packet, k);
            const general_id *path = message_path(packets->play, message);
            general_set left = others_of(tree);
            uint32_t at = 0;
            if (message->path_count > tree->depth) {
                continue;
            }
            for (unsigned step = 1; step < message->path_count; step++) {
                at = tree->nodes[at].first_child + eig_place(left, path[step]);
                left &= ~general_bit(path[step]);
            }
            tree->nodes[at].fate = (uint8_t)message->fate;
        }
    }
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

static int compare_signatures(const void *left, const void *right)
{
    const uint64_t *a = left;
    const uint64_t *b = right;
    return (*a > *b) - (*a < *b);
}

/* OM(m), step 3: the majority of what he was told himself and what came of each colleague's word.
 * Children come after their parents, so backwards is from the leaves to the root. */
static void resolve(struct tree *tree)
{
    for (size_t i = tree->count; i-- > 0;) {
        struct node *node = &tree->nodes[i];
        order_nr told[GENERALS_MAX + EIG_SLACK_BYTES] = {0};
        uint64_t below[GENERALS_MAX] = {0};
        node->is_uniform = node->fate == FATE_LOYAL;
        for (unsigned k = 0; k < node->child_count; k++) {
            const struct node *child = &tree->nodes[node->first_child + k];
            told[k] = child->resolved;
            below[k] = child->signature;
            node->is_uniform =
                node->is_uniform && child->is_uniform && child->stored == node->stored;
        }
        if (node->child_count > 0) {
            node->resolved = eig_majority(node->stored, told, node->child_count);
        } else if (node->depth <= tree->om->shape.m) {
            general_id path[ROUNDS_MAX];
            unsigned depth = node_path(tree, (uint32_t)i, path);
            node->resolved = om_resolved(tree->om, path, depth);
            node->is_uniform = false; /* what is below was not looked at */
        }
        qsort(below, node->child_count, sizeof below[0], compare_signatures);
        uint64_t hash = mix(node->stored, node->resolved);
        hash = mix(hash, node->fate);
        for (unsigned k = 0; k < node->child_count; k++) {
            hash = mix(hash, below[k]);
        }
        node->signature = hash;
    }
}

bool tree_init(struct tree *tree, const struct packets *packets, general_id general)
{
    const struct play *play = packets->play;
    *tree = (struct tree){.om = NULL};
    if (play->scenario.algorithm != ALGORITHM_OM || packets->instance >= play->instance_count ||
        play->instances[packets->instance].oms == NULL || general >= play->scenario.generals ||
        play->instances[packets->instance].commander == general) {
        return false;
    }
    tree->om = &play->instances[packets->instance].oms[general];
    unsigned others = tree->om->shape.generals - 2;
    uint64_t total = 1;
    uint64_t level = 1;
    for (tree->depth = 1; tree->depth <= tree->om->shape.m; tree->depth++) {
        level *= others + 1 - tree->depth;
        if (total + level > TREE_NODES_MAX) {
            break;
        }
        total += level;
    }
    tree->nodes = allocate((size_t)total, sizeof *tree->nodes);
    general_id commander = tree->om->shape.commander;
    order_nr stored = om_stored(tree->om, &commander, 1);
    tree->nodes[0] =
        (struct node){.general = commander, .depth = 1, .stored = stored, .resolved = stored};
    tree->count = 1;
    for (uint32_t i = 0; i < tree->count && tree->nodes[i].depth < tree->depth; i++) {
        load_children(tree, i);
    }
    load_fates(tree, packets);
    resolve(tree);
    return true;
}

void tree_fini(struct tree *tree)
{
    free(tree->nodes);
    *tree = (struct tree){.om = NULL};
}

struct view {
    const struct tree *tree;
    bool is_grouped;
    unsigned depth;
};

/* The siblings of node `first + k` that are shown with it: a set that begins with it, or nothing
 * if an earlier sibling shows it already. */
static general_set group_of(const struct view *view, uint32_t first, unsigned count, unsigned k)
{
    const struct node *nodes = view->tree->nodes;
    general_set group = general_bit(nodes[first + k].general);
    for (unsigned i = 0; view->is_grouped && i < count; i++) {
        if (nodes[first + i].signature == nodes[first + k].signature) {
            if (i < k) {
                return 0;
            }
            group |= general_bit(nodes[first + i].general);
        }
    }
    return group;
}

/* Walks depth first with a stack of its own; stops after `limit` sights. */
static void look(struct sights *sights, const struct view *view, size_t limit)
{
    const struct node *nodes = view->tree->nodes;
    size_t room = limit + (size_t)ROUNDS_MAX * GENERALS_MAX;
    struct sight *stack = allocate(room, sizeof *stack);
    size_t height = 0;
    general_id commander = nodes[0].general;
    stack[height++] = (struct sight){.node = 0, .parent = 0, .generals = general_bit(commander)};
    sights->count = 0;
    while (height > 0 && sights->count < limit) {
        struct sight *sight = &sights->items[sights->count];
        *sight = stack[--height];
        const struct node *node = &nodes[sight->node];
        if (sights->count > 0) {
            sights->items[sight->parent].child_count++;
        }
        bool is_open = node->depth < view->depth && !(view->is_grouped && node->is_uniform);
        sight->is_closed = node->depth <= view->tree->om->shape.m && !is_open;
        for (unsigned k = is_open ? node->child_count : 0; k-- > 0;) {
            general_set group = group_of(view, node->first_child, node->child_count, k);
            if (group != 0) {
                ASSERT(height < room);
                stack[height++] = (struct sight){.node = node->first_child + k,
                                                 .parent = (uint32_t)sights->count,
                                                 .generals = group};
            }
        }
        sights->count++;
    }
    sights->count = height > 0 ? limit : sights->count;
    sights->depth = view->depth;
    free(stack);
}

void sights_init(struct sights *sights, const struct tree *tree, unsigned rows_max)
{
    size_t limit = (size_t)rows_max + 1;
    *sights = (struct sights){.items = allocate(limit, sizeof *sights->items)};
    /* All of it only while it is small: forty like leaves tell less than one that stands for
     * them. */
    look(sights, &(struct view){.tree = tree, .depth = tree->depth}, limit);
    bool is_small = sights->count <= rows_max && sights->count <= 32;
    for (unsigned depth = tree->depth; !is_small && depth > 0; depth--) {
        look(sights, &(struct view){.tree = tree, .depth = depth, .is_grouped = true}, limit);
        is_small = sights->count <= rows_max;
    }
    sights->count = sights->count > rows_max ? rows_max : sights->count;
}

void sights_fini(struct sights *sights)
{
    free(sights->items);
    *sights = (struct sights){.items = NULL};
}
