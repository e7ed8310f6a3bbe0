#include "nn_check.h"

static void test_values(void **state)
{
    gs_worker *wk = *state;
    gs_linear_w w = random_linear(wk, 33, 20, 1, 1);
    gs_mat x = random_mat(wk, 9, 33, 3), y = gs_linear(wk, x, &w);
    assert_true(y.rows == 9 && y.cols == 20);
    for (int t = 0; t < 9; t++)
        for (int j = 0; j < 20; j++) {
            double sum = w.b[j];
            for (int i = 0; i < 33; i++)
                sum += (double)gs_mat_row(x, t)[i] * weight_at(&w.w, j * 33 + i);
            assert_near(gs_mat_row(y, t)[j], sum, 5e-6);
        }
}

/* A few columns: the same bits at any place. */
static void test_small(void **state)
{
    gs_worker *wk = *state;
    gs_linear_w w = random_linear(wk, 300, 4, 0, 1);
    gs_mat x = random_mat(wk, 77, 300, 3), y = gs_linear(wk, x, &w);
    for (int t = 0; t < 77; t++) {
        gs_mat one = gs_linear(wk, (gs_mat){gs_mat_row(x, t), 1, 300}, &w);
        assert_memory_equal(one.d, gs_mat_row(y, t), sizeof(float) * 4);
    }
}

/* The same row alone and among others, at places that are the same modulo gemm->place: the same bits. */
static void test_rows_are_independent(void **state)
{
    gs_worker *wk = *state;
    gs_linear_w w = random_linear(wk, 300, 130, 1, 1);
    gs_mat x = random_mat(wk, 477, 300, 3), y = gs_linear(wk, x, &w);
    for (int t = 0; t < 477; t += wk->gemm->place) {
        gs_mat one = gs_linear(wk, (gs_mat){gs_mat_row(x, t), 1, 300}, &w);
        assert_memory_equal(one.d, gs_mat_row(y, t), sizeof(float) * 130);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {nn_test(test_values), nn_test(test_small), nn_test(test_rows_are_independent)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
