#include "nn/rotary.h"
#include "nn_check.h"

enum { HEADS = 3, d = 10 };
static const int beg[] = {0, 4}, len[] = {4, 5};
static const gs_spans spans = {.B = 2, .rows = 9, .beg = beg, .len = len};

static void check(gs_worker *wk, gs_rotary kind)
{
    gs_mat x = random_mat(wk, 9, HEADS * d, 1), was = random_mat(wk, 9, HEADS * d, 1);
    gs_rotary_table table = gs_rotary_table_new(wk, 5, d, 10000, 0, kind);
    gs_rotate(wk, x, &spans, &table, kind);
    for (int t = 0; t < 9; t++)
        for (int h = 0; h < HEADS; h++)
            for (int i = 0; i < d / 2; i++) {
                double angle = (t < 4 ? t : t - 4) * pow(10000, -2.0 * i / d);
                int a = kind == GS_ROTARY_HALF ? i : 2 * i, b = kind == GS_ROTARY_HALF ? i + d / 2 : 2 * i + 1;
                const float *u = gs_mat_row(was, t) + h * d, *v = gs_mat_row(x, t) + h * d;
                assert_near(v[a], u[a] * cos(angle) - u[b] * sin(angle), 1e-6);
                assert_near(v[b], u[b] * cos(angle) + u[a] * sin(angle), 1e-6);
            }
}

static void test_both_forms(void **state)
{
    check(*state, GS_ROTARY_HALF);
    check(*state, GS_ROTARY_PAIRS);
}

/* 10000^(-1/5) = 0.158489..., and its sine 0.157826...: what half precision and bfloat16 make of them. */
static void test_stored_in_half(void **state)
{
    static const struct { int bits; double inv_freq, smallest; } cases[] = {
        {0, 0.158489319, 1e-6}, {11, 0.158447265625, 0x1.1p-20}, {8, 0.158203125, 1e-6}};
    for (int i = 0; i < 3; i++) {
        int bits = cases[i].bits;
        gs_rotary_table half = gs_rotary_table_new(*state, 2, d, 10000, bits, GS_ROTARY_HALF);
        assert_near(half.sin[d / 2 + 1], sin(cases[i].inv_freq), 1e-7);
        gs_rotary_table pairs = gs_rotary_table_new(*state, 2, d, 10000, bits, GS_ROTARY_PAIRS);
        double sine = pairs.sin[d / 2 + 1];
        assert_near(sine, 0.157826640, bits ? ldexp(1, -bits - 3) : 1e-7);
        assert_true(!bits || ldexp(sine, bits + 2) == rint(ldexp(sine, bits + 2)));
        gs_rotary_table tiny = gs_rotary_table_new(*state, 2, 4, 1e12f, bits, GS_ROTARY_PAIRS);
        assert_near(tiny.sin[3], cases[i].smallest, 4e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {nn_test(test_both_forms), nn_test(test_stored_in_half)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
