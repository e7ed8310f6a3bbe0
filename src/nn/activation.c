#include <assert.h>
#include <string.h>
#include "nn/nn.h"

const char *const gs_act_names[] = {
    [GS_ACT_NONE] = "none", [GS_ACT_GELU] = "gelu", [GS_ACT_GELU_TANH] = "gelu_tanh", [GS_ACT_SILU] = "silu",
    [GS_ACT_RELU] = "relu", [GS_ACT_RELU2] = "relu2", [GS_ACT_COUNT] = NULL};

static void none(float *x, size_t n)
{
    (void)x, (void)n;
}

static void (*act_fn(const gs_kernels *k, gs_act act))(float *, size_t)
{
    switch (act) {
    case GS_ACT_GELU: return k->gelu;
    case GS_ACT_GELU_TANH: return k->gelu_tanh;
    case GS_ACT_SILU: return k->silu;
    case GS_ACT_RELU: return k->relu;
    case GS_ACT_RELU2: return k->relu2;
    default: assert(act == GS_ACT_NONE); return none;
    }
}

typedef struct { gs_mat x, by; gs_act act; } activation;

static void rows(gs_worker *wk, void *arg, int beg, int end)
{
    const activation *a = arg;
    size_t n = (size_t)(end - beg) * (size_t)a->x.cols;
    act_fn(wk->k, a->act)(gs_mat_row(a->x, beg), n);
    if (a->by.d)
        wk->k->mul(gs_mat_row(a->x, beg), gs_mat_row(a->by, beg), n);
}

void gs_activate(gs_worker *wk, gs_mat x, gs_act act)
{
    gs_parallel_rows(wk, x.rows, 1, rows, &(activation){.x = x, .act = act});
}

void gs_gate(gs_worker *wk, gs_mat a, gs_mat b, gs_act act)
{
    gs_parallel_rows(wk, a.rows, 1, rows, &(activation){a, b, act});
}

gs_mat gs_glu(gs_worker *wk, gs_mat x, gs_act act)
{
    assert(x.cols % 2 == 0);
    gs_mat y = gs_mat_new(wk, x.rows, x.cols / 2);
    void (*f)(float *, size_t) = act_fn(wk->k, act);
    size_t F = (size_t)y.cols;
    for (int t = 0; t < x.rows; t++) {
        float *to = gs_mat_row(y, t), *from = gs_mat_row(x, t);
        memcpy(to, from, sizeof(float) * F);
        f(to, F);
        wk->k->mul(to, from + F, F);
    }
    return y;
}
