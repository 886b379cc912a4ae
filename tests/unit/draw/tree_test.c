/* tree_test.c - the tree that is drawn is the one that the algorithm has, and what is left out of
 * the picture is said to be. */
#include "draw/parts.h"
#include "draw/tree.h"
#include "support_game.h"

#include <stdio.h>
#include <string.h>

/* By the algorithm's own word, along each path. */
static void expect_same(const struct tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        const struct node *node = &tree->nodes[i];
        general_id path[ROUNDS_MAX];
        uint32_t at = (uint32_t)i;
        for (unsigned depth = node->depth; depth > 0; depth--) {
            path[depth - 1] = tree->nodes[at].general;
            at = tree->nodes[at].parent;
        }
        assert_int_equal(node->stored, om_stored(tree->om, path, node->depth));
        assert_int_equal(node->resolved, om_resolved(tree->om, path, node->depth));
    }
}

static void expect_tree(unsigned generals, unsigned m, enum strategy strategy)
{
    struct scenario scenario = game_of(ALGORITHM_OM, generals, m);
    for (unsigned i = 0; i < m; i++) {
        game_betray(&scenario, (general_id)(2 * i), strategy);
    }
    struct play *play = game_play(&scenario);
    struct packets packets;
    packets_init(&packets, play, 0);
    for (unsigned g = 1; g < generals; g++) {
        struct tree tree;
        assert_true(tree_init(&tree, &packets, (general_id)g));
        assert_int_equal(tree.count, om_value_count(generals, m));
        expect_same(&tree);
        assert_int_equal(tree.nodes[0].resolved, play->instances[0].decisions[g]);
        size_t lies = 0;
        for (size_t i = 0; i < tree.count; i++) {
            lies += tree.nodes[i].fate != FATE_LOYAL;
        }
        size_t told = 0;
        for (size_t i = 0; i < play->message_count; i++) {
            told += play->messages[i].to == g && play->messages[i].fate != FATE_LOYAL;
        }
        assert_int_equal(lies, told);
        tree_fini(&tree);
    }
    packets_fini(&packets);
    play_free(play);
}

static void tree_of_each_lieutenant_is_that_of_the_algorithm(void **state)
{
    (void)state;
    expect_tree(4, 1, STRATEGY_SPLIT);
    expect_tree(4, 1, STRATEGY_SILENT);
    expect_tree(7, 2, STRATEGY_RANDOM);
    expect_tree(7, 2, STRATEGY_FLIP);
    expect_tree(10, 3, STRATEGY_RANDOM);
}

static void tree_of_the_commander_is_none(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 4, 1);
    struct play *play = game_play(&scenario);
    struct packets packets;
    struct tree tree;
    packets_init(&packets, play, 0);
    assert_false(tree_init(&tree, &packets, 0));
    assert_false(tree_init(&tree, &packets, 4));
    packets_fini(&packets);
    play_free(play);
}

static struct sights sights_of(struct play *play, struct tree *tree, struct packets *packets,
                               unsigned rows_max)
{
    struct sights sights;
    packets_init(packets, play, 0);
    assert_true(tree_init(tree, packets, 1));
    sights_init(&sights, tree, rows_max);
    assert_true(sights.count <= rows_max);
    return sights;
}

/* Whatever is shown stands for every general of its level exactly once. */
static void expect_whole(const struct sights *sights, const struct tree *tree)
{
    for (size_t i = 0; i < sights->count; i++) {
        general_set below = 0;
        unsigned shown = 0;
        for (size_t k = i + 1; k < sights->count; k++) {
            if (sights->items[k].parent == i) {
                assert_int_equal(below & sights->items[k].generals, 0);
                below |= sights->items[k].generals;
                shown++;
            }
        }
        assert_int_equal(shown, sights->items[i].child_count);
        if (shown > 0) {
            assert_int_equal(general_count(below), tree->nodes[sights->items[i].node].child_count);
            assert_false(sights->items[i].is_closed);
        }
    }
}

static void sights_of_a_small_tree_are_all_of_it(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 7, 2);
    struct play *play = game_play(&scenario);
    struct packets packets;
    struct tree tree;
    struct sights sights = sights_of(play, &tree, &packets, 60);
    assert_int_equal(sights.count, tree.count);
    expect_whole(&sights, &tree);
    sights_fini(&sights);
    tree_fini(&tree);
    packets_fini(&packets);
    play_free(play);
}

static void sights_of_a_tree_of_one_opinion_are_one_line(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 10, 3);
    struct play *play = game_play(&scenario);
    struct packets packets;
    struct tree tree;
    struct sights sights = sights_of(play, &tree, &packets, 60);
    assert_int_equal(sights.count, 1);
    assert_true(sights.items[0].is_closed);
    assert_true(tree.nodes[0].is_uniform);
    sights_fini(&sights);
    tree_fini(&tree);
    packets_fini(&packets);
    play_free(play);
}

static void sights_of_a_large_tree_take_the_like_together(void **state)
{
    (void)state;
    struct scenario scenario = game_of(ALGORITHM_OM, 10, 3);
    game_betray(&scenario, 3, STRATEGY_FLIP);
    game_betray(&scenario, 4, STRATEGY_FLIP);
    struct play *play = game_play(&scenario);
    struct packets packets;
    struct tree tree;
    struct sights sights = sights_of(play, &tree, &packets, 60);
    assert_true(sights.count > 2);
    assert_int_equal(sights.depth, 4);
    expect_whole(&sights, &tree);
    sights_fini(&sights);
    /* No room: less deep, until the root alone is left. */
    for (unsigned rows = 40; rows > 0; rows--) {
        sights_init(&sights, &tree, rows);
        assert_true(sights.count <= rows && sights.count > 0);
        expect_whole(&sights, &tree);
        sights_fini(&sights);
    }
    tree_fini(&tree);
    packets_fini(&packets);
    play_free(play);
}

/* No box beyond the edge, none on another. */
static void boxes_of_a_tree_stand_apart_inside_the_picture(void **state)
{
    (void)state;
    static const unsigned games[][2] = {{3, 1}, {4, 1}, {4, 2}, {7, 2}, {10, 3}};
    for (size_t game = 0; game < sizeof games / sizeof games[0]; game++) {
        struct scenario scenario = game_of(ALGORITHM_OM, games[game][0], games[game][1]);
        scenario.is_beyond = true;
        game_betray(&scenario, 2, STRATEGY_FLIP);
        struct play *play = game_play(&scenario);
        struct packets packets;
        struct svg svg = {.width = 0};
        packets_init(&packets, play, 0);
        part_tree(&svg, &packets, 1, 60);
        text_put(&svg.body, "%c", '\0');
        const char *at = strstr((const char *)svg.body.data, "<rect class=\"box\"");
        unsigned count = 0;
        int boxes[60][4];
        for (; at != NULL; at = strstr(at + 1, "<rect class=\"box\"")) {
            int *box = boxes[count++];
            assert_true(count <= 60);
            /* NOLINTNEXTLINE(cert-err34-c): our own numbers */
            assert_int_equal(
                sscanf(at, "<rect class=\"box\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"",
                       &box[0], &box[1], &box[2], &box[3]),
                4);
            assert_true(box[0] >= 0 && box[0] + box[2] <= svg.width);
            assert_true(box[1] >= 0 && box[1] + box[3] <= svg.height);
            for (unsigned i = 0; i + 1 < count; i++) {
                assert_true(boxes[i][0] != box[0] || boxes[i][1] + boxes[i][3] <= box[1] ||
                            box[1] + box[3] <= boxes[i][1]);
            }
        }
        assert_true(count > 1);
        svg_fini(&svg);
        packets_fini(&packets);
        play_free(play);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tree_of_each_lieutenant_is_that_of_the_algorithm),
        cmocka_unit_test(tree_of_the_commander_is_none),
        cmocka_unit_test(boxes_of_a_tree_stand_apart_inside_the_picture),
        cmocka_unit_test(sights_of_a_small_tree_are_all_of_it),
        cmocka_unit_test(sights_of_a_tree_of_one_opinion_are_one_line),
        cmocka_unit_test(sights_of_a_large_tree_take_the_like_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
