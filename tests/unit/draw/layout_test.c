/* layout_test.c - graphs stand inside their square, nobody on anybody, known shapes as known. */
#include "draw/layout.h"
#include "support_game.h"

#define SIZE 400

static void expect_apart(const struct point *places, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        assert_in_range(places[i].x, 20, SIZE - 20);
        assert_in_range(places[i].y, 20, SIZE - 20);
        for (unsigned k = 0; k < i; k++) {
            int x = places[i].x - places[k].x;
            int y = places[i].y - places[k].y;
            assert_true(x * x + y * y >= 100);
        }
    }
}

static void every_complete_graph_stands_apart(void **state)
{
    (void)state;
    for (unsigned n = 2; n <= GENERALS_MAX; n++) {
        struct graph graph;
        struct point places[GENERALS_MAX];
        graph_complete(&graph, n);
        layout_place(&graph, SIZE, places);
        expect_apart(places, n);
        assert_int_equal(places[0].x, SIZE / 2);
        assert_true(places[0].y < SIZE / 4);
    }
}

static void wheel_has_its_hub_in_the_middle(void **state)
{
    (void)state;
    struct graph graph;
    struct point places[GENERALS_MAX];
    graph_init(&graph, 6);
    for (unsigned i = 0; i < 5; i++) {
        graph_connect(&graph, (general_id)i, (general_id)((i + 1) % 5));
        graph_connect(&graph, (general_id)i, 5);
    }
    layout_place(&graph, SIZE, places);
    expect_apart(places, 6);
    assert_int_equal(places[5].x, SIZE / 2);
    assert_int_equal(places[5].y, SIZE / 2);
}

static void bipartite_graph_has_two_columns(void **state)
{
    (void)state;
    struct graph graph;
    struct point places[GENERALS_MAX];
    graph_init(&graph, 6);
    for (unsigned i = 0; i < 9; i++) {
        graph_connect(&graph, (general_id)(i / 3), (general_id)(3 + i % 3));
    }
    layout_place(&graph, SIZE, places);
    expect_apart(places, 6);
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(places[i].x, places[i < 3 ? 0 : 3].x);
    }
    assert_true(places[0].x < places[3].x);
}

static int distance(struct point place)
{
    int x = place.x - SIZE / 2;
    int y = place.y - SIZE / 2;
    return x * x + y * y;
}

static void petersen_is_a_star_in_a_ring(void **state)
{
    (void)state;
    struct graph graph;
    struct point places[GENERALS_MAX];
    graph_init(&graph, 10);
    for (unsigned i = 0; i < 5; i++) {
        graph_connect(&graph, (general_id)i, (general_id)((i + 1) % 5));
        graph_connect(&graph, (general_id)i, (general_id)(i + 5));
        graph_connect(&graph, (general_id)(i + 5), (general_id)((i + 2) % 5 + 5));
    }
    layout_place(&graph, SIZE, places);
    expect_apart(places, 10);
    for (unsigned i = 0; i < 5; i++) {
        assert_true(distance(places[i]) > 3 * distance(places[i + 5]));
    }
}

static void cube_is_a_square_in_a_square(void **state)
{
    (void)state;
    struct graph graph;
    struct point places[GENERALS_MAX];
    graph_init(&graph, 8);
    for (unsigned i = 0; i < 8; i++) {
        for (unsigned bit = 1; bit < 8; bit *= 2) {
            graph_connect(&graph, (general_id)i, (general_id)(i ^ bit));
        }
    }
    layout_place(&graph, SIZE, places);
    expect_apart(places, 8);
    for (unsigned i = 0; i < 4; i++) {
        assert_true(distance(places[i]) > 3 * distance(places[i + 4]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_complete_graph_stands_apart),
        cmocka_unit_test(wheel_has_its_hub_in_the_middle),
        cmocka_unit_test(bipartite_graph_has_two_columns),
        cmocka_unit_test(petersen_is_a_star_in_a_ring),
        cmocka_unit_test(cube_is_a_square_in_a_square),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
