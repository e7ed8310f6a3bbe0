#include <assert.h>
#include <string.h>
#include "nn/nn.h"

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

void gs_activate(gs_worker *wk, gs_mat x, gs_act act)
{
    act_fn(wk->k, act)(x.d, (size_t)x.rows * (size_t)x.cols);
}

void gs_gate(gs_worker *wk, gs_mat a, gs_mat b, gs_act act)
{
    gs_activate(wk, a, act);
    wk->k->mul(a.d, b.d, (size_t)a.rows * (size_t)a.cols);
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
