#include <assert.h>
#include "nn/nn.h"

gs_mat gs_linear(gs_worker *wk, gs_mat x, const gs_linear_w *w)
{
    gs_mat y = gs_mat_new(wk, x.rows, w->w.out);
    gs_linear_to(wk, y, x, w);
    return y;
}

void gs_linear_to(gs_worker *wk, gs_mat y, gs_mat x, const gs_linear_w *w)
{
    assert(x.cols == w->w.in && y.cols == w->w.out && y.rows == x.rows);
    wk->gemm->linear(wk->arena, y.d, x.d, &w->w, x.rows);
    for (int t = 0; w->b && t < y.rows; t++)
        wk->k->add(gs_mat_row(y, t), w->b, (size_t)y.cols);
}
