#include "nn_check.h"

enum { T = 4, D = 50 };

static void test_layer_norm(void **state)
{
    gs_worker *wk = *state;
    gs_norm_w w = {random_new(wk, D, 1), random_new(wk, D, 2), 1e-5f, GS_NORM_LAYER};
    gs_mat x = random_mat(wk, T, D, 3), y = gs_norm(wk, x, &w);
    for (int t = 0; t < T; t++) {
        double mean = 0, var = 0;
        for (int i = 0; i < D; i++)
            mean += (double)gs_mat_row(x, t)[i] / D;
        for (int i = 0; i < D; i++)
            var += (gs_mat_row(x, t)[i] - mean) * (gs_mat_row(x, t)[i] - mean) / D;
        for (int i = 0; i < D; i++)
            assert_near(gs_mat_row(y, t)[i], (gs_mat_row(x, t)[i] - mean) / sqrt(var + 1e-5) * w.g[i] + w.b[i], 1e-6);
    }
}

static void test_rms_norm(void **state)
{
    gs_worker *wk = *state;
    gs_norm_w w = {random_new(wk, D, 1), NULL, 1e-6f, GS_NORM_RMS};
    gs_mat x = random_mat(wk, T, D, 3), y = gs_norm(wk, x, &w);
    for (int t = 0; t < T; t++) {
        double sum = 0;
        for (int i = 0; i < D; i++)
            sum += (double)gs_mat_row(x, t)[i] * gs_mat_row(x, t)[i] / D;
        for (int i = 0; i < D; i++)
            assert_near(gs_mat_row(y, t)[i], gs_mat_row(x, t)[i] / sqrt(sum + 1e-6) * w.g[i], 1e-6);
    }
}

/* eps beside the root, where it counts: rows of small numbers; and rows whose squares overflow. */
static void test_rms_norm_apart(void **state)
{
    gs_worker *wk = *state;
    gs_norm_w w = {random_new(wk, D, 1), NULL, 1e-2f, GS_NORM_RMS_APART};
    gs_mat x = random_mat(wk, T, D, 3);
    for (int t = 0; t < T; t++)
        wk->k->scale(gs_mat_row(x, t), t % 3 == 0 ? 1e-2f : t % 3 == 1 ? 1e25f : 1, D);
    gs_mat y = gs_norm(wk, x, &w);
    for (int t = 0; t < T; t++) {
        double sum = 0;
        for (int i = 0; i < D; i++)
            sum += (double)gs_mat_row(x, t)[i] * gs_mat_row(x, t)[i] / D;
        for (int i = 0; i < D; i++)
            assert_near(gs_mat_row(y, t)[i], gs_mat_row(x, t)[i] / (sqrt(sum) + 1e-2) * w.g[i], 1e-6);
    }
}

static void test_none(void **state)
{
    gs_worker *wk = *state;
    gs_mat x = random_mat(wk, T, D, 3), y = gs_norm(wk, x, &(gs_norm_w){.kind = GS_NORM_NONE});
    assert_ptr_not_equal(x.d, y.d);
    assert_memory_equal(x.d, y.d, sizeof(float) * T * D);
}

int main(void)
{
    const struct CMUnitTest tests[] = {nn_test(test_layer_norm), nn_test(test_rms_norm),
                                       nn_test(test_rms_norm_apart), nn_test(test_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
