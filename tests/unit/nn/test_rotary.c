#include "nn/rotary.h"
#include "nn_check.h"

enum { HEADS = 3, d = 10 };
static const int beg[] = {0, 4, 9};
static const gs_batch batch = {.B = 2, .T = 9, .beg = beg};

static void check(gs_run *r, gs_rotary kind)
{
    gs_mat x = random_mat(r, 9, HEADS * d, 1), was = random_mat(r, 9, HEADS * d, 1);
    gs_rotary_table table = gs_rotary_table_new(r, 5, d, 10000, kind);
    gs_rotate(r, x, &batch, &table, kind);
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

int main(void)
{
    const struct CMUnitTest tests[] = {nn_test(test_both_forms)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
