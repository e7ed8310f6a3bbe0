#include <assert.h>
#include "nn/nn.h"

gs_mat gs_linear(gs_worker *wk, gs_mat x, const gs_linear_w *w)
{
    gs_mat y = gs_mat_new(wk, x.rows, w->w.out);
    gs_linear_to(wk, y, x, w);
    return y;
}

typedef struct { gs_mat y, x; const gs_linear_w *w; } linear;

static void rows(gs_worker *wk, void *arg, int beg, int end)
{
    const linear *l = arg;
    wk->gemm->linear(wk->arena, gs_mat_row(l->y, beg), gs_mat_row(l->x, beg), &l->w->w, end - beg);
    for (int t = beg; l->w->b && t < end; t++)
        wk->k->add(gs_mat_row(l->y, t), l->w->b, (size_t)l->y.cols);
}

void gs_linear_to(gs_worker *wk, gs_mat y, gs_mat x, const gs_linear_w *w)
{
    assert(x.cols == w->w.in && y.cols == w->w.out && y.rows == x.rows);
    gs_parallel_rows(wk, x.rows, wk->gemm->rows, rows, &(linear){y, x, w});
}
