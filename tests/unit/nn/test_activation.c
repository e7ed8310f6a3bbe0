#include "nn_check.h"

static double expected(gs_act act, double x)
{
    switch (act) {
    case GS_ACT_GELU: return 0.5 * x * (1 + erf(x / sqrt(2)));
    case GS_ACT_GELU_TANH: return 0.5 * x * (1 + tanh(sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case GS_ACT_SILU: return x / (1 + exp(-x));
    case GS_ACT_RELU: return x > 0 ? x : 0;
    case GS_ACT_RELU2: return x > 0 ? x * x : 0;
    default: return x;
    }
}

static void test_all(void **state)
{
    gs_worker *wk = *state;
    for (int act = 0; act < GS_ACT_COUNT; act++) {
        gs_mat x = random_mat(wk, 3, 37, 1), y = random_mat(wk, 3, 37, 1);
        gs_activate(wk, y, (gs_act)act);
        for (int i = 0; i < 3 * 37; i++)
            assert_near(y.d[i], expected((gs_act)act, x.d[i]), 2e-7);
    }
}

static void test_glu(void **state)
{
    gs_worker *wk = *state;
    enum { F = 19 };
    gs_mat x = random_mat(wk, 3, 2 * F, 1);
    for (int act = 0; act < GS_ACT_COUNT; act++) {
        gs_mat y = gs_glu(wk, x, (gs_act)act);
        assert_int_equal(y.cols, F);
        for (int t = 0; t < 3; t++)
            for (int i = 0; i < F; i++)
                assert_near(gs_mat_row(y, t)[i],
                            expected((gs_act)act, gs_mat_row(x, t)[i]) * gs_mat_row(x, t)[F + i], 2e-7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {nn_test(test_all), nn_test(test_glu)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
