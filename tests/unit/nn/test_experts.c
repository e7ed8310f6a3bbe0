#include "nn_check.h"

enum { D = 12, F = 20, E = 5, T = 23 };

static double dot(const gs_linear_w *w, int row, const double *x)
{
    double y = 0;
    for (int i = 0; i < w->w.in; i++)
        y += (double)weight_at(&w->w, row * w->w.in + i) * x[i];
    return y;
}

static void expert(double *y, const gs_expert_w *w, const double *x, double share)
{
    double u[F];
    for (int i = 0; i < F; i++) {
        double g = dot(&w->gate, i, x);
        u[i] = g / (1 + exp(-g)) * dot(&w->up, i, x);
    }
    for (int i = 0; i < D; i++)
        y[i] += share * dot(&w->down, i, u);
}

static void check_token(const float *got, const float *from, const gs_experts_w *w)
{
    double x[D], p[E], sum = 0, y[D] = {0};
    int taken[E] = {0};
    for (int i = 0; i < D; i++)
        x[i] = from[i];
    for (int e = 0; e < E; e++)
        p[e] = exp(dot(&w->router, e, x));
    for (int round = 0; round < w->used; round++) {
        int best = -1;
        for (int e = 0; e < E; e++)
            if (!taken[e] && (best < 0 || p[e] > p[best]))
                best = e;
        taken[best] = 1;
        sum += p[best];
    }
    for (int e = 0; e < E; e++)
        if (taken[e])
            expert(y, &w->expert[e], x, p[e] / sum);
    for (int i = 0; i < D; i++)
        assert_near(got[i], y[i], 1e-4);
}

static gs_experts_w weights(gs_worker *wk, gs_expert_w *expert, int used)
{
    for (uint64_t e = 0; e < E; e++)
        expert[e] = (gs_expert_w){random_linear(wk, D, F, 0, 3 * e), random_linear(wk, D, F, 0, 3 * e + 1),
                                  random_linear(wk, F, D, 0, 3 * e + 2)};
    return (gs_experts_w){random_linear(wk, D, E, 0, 99), expert, E, used, GS_ACT_SILU};
}

static const int beg[] = {0, 12}, len[] = {9, 11};
static const gs_spans spans = {.B = 2, .rows = T, .beg = beg, .len = len};

static void test_values(void **state)
{
    gs_expert_w expert[E];
    for (int used = 1; used <= E; used += 2) {
        gs_experts_w w = weights(*state, expert, used);
        gs_mat x = random_mat(*state, T, D, 7), y = gs_experts(*state, x, &w, &spans);
        for (int i = 0; i < 2; i++)
            for (int t = beg[i]; t < beg[i] + len[i]; t++)
                check_token(gs_mat_row(y, t), gs_mat_row(x, t), &w);
    }
}

/* Alone and beside others: the same bits. */
static void test_sequences_are_independent(void **state)
{
    gs_expert_w expert[E];
    gs_experts_w w = weights(*state, expert, 2);
    gs_mat x = random_mat(*state, T, D, 7), y = gs_experts(*state, x, &w, &spans);
    gs_spans alone = {.B = 1, .rows = 11, .beg = (int[]){0}, .len = &len[1]};
    gs_mat z = gs_experts(*state, (gs_mat){gs_mat_row(x, 12), 11, D}, &w, &alone);
    assert_memory_equal(z.d, gs_mat_row(y, 12), sizeof(float) * 11 * D);
}

int main(void)
{
    const struct CMUnitTest tests[] = {nn_test(test_values), nn_test(test_sequences_are_independent)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
