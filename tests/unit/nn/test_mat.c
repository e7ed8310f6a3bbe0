#include "nn_check.h"

static void test_add_and_gather(void **state)
{
    gs_worker *wk = *state;
    gs_mat x = random_mat(wk, 5, 7, 1), y = random_mat(wk, 5, 7, 2), was = random_mat(wk, 5, 7, 1);
    gs_add(wk, x, y);
    for (int i = 0; i < 35; i++)
        assert_true(x.d[i] == was.d[i] + y.d[i]);
    gs_mat g = gs_rows(wk, x, (int[]){4, 0, 4}, 3);
    assert_true(g.rows == 3 && g.cols == 7);
    assert_memory_equal(gs_mat_row(g, 0), gs_mat_row(x, 4), 28);
    assert_memory_equal(gs_mat_row(g, 1), gs_mat_row(x, 0), 28);
    assert_memory_equal(gs_mat_row(g, 2), gs_mat_row(x, 4), 28);
    assert_ptr_equal(gs_rows(wk, x, NULL, 5).d, x.d);
    assert_int_equal(gs_rows(wk, x, (int[]){0}, 0).rows, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {nn_test(test_add_and_gather)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
