#include <assert.h>
#include <string.h>
#include "kernel/gemm.h"
#include "nn/nn.h"

/* y[n, out] = x[n, in] w^T for rows from `row` on; n is a multiple of GS_GEMM_ROWS. */
static void blas(float *y, const float *x, const gs_linear_w *w, int n)
{
    gs_gemm(&(gs_gemm_args){.a = x, .b = w->w, .c = y, .lda = w->in, .ldb = w->in, .ldc = w->out, .M = n, .N = w->out,
                            .K = w->in, .tb = 1, .alpha = 1});
}

/* The last rows, fewer than GS_GEMM_ROWS, in a block of their own that is filled up with zeros. */
static void blas_tail(gs_worker *wk, gs_mat y, gs_mat x, const gs_linear_w *w, int from)
{
    int n = x.rows - from;
    gs_mark mark = gs_arena_mark(wk->arena);
    gs_mat xs = gs_mat_new(wk, GS_GEMM_ROWS, w->in), ys = gs_mat_new(wk, GS_GEMM_ROWS, w->out);
    size_t used = (size_t)n * (size_t)w->in, all = (size_t)GS_GEMM_ROWS * (size_t)w->in;
    memcpy(xs.d, gs_mat_row(x, from), used * sizeof *xs.d);
    memset(xs.d + used, 0, (all - used) * sizeof *xs.d);
    blas(ys.d, xs.d, w, GS_GEMM_ROWS);
    memcpy(gs_mat_row(y, from), ys.d, (size_t)n * (size_t)w->out * sizeof *ys.d);
    gs_arena_release(wk->arena, mark);
}

/* Matrices too small for the rule in gemm.h. */
static void dots(gs_worker *wk, gs_mat y, gs_mat x, const gs_linear_w *w)
{
    for (int t = 0; t < x.rows; t++)
        for (int j = 0; j < w->out; j++)
            gs_mat_row(y, t)[j] = wk->k->dot(gs_mat_row(x, t), w->w + (size_t)j * (size_t)w->in, (size_t)w->in);
}

gs_mat gs_linear(gs_worker *wk, gs_mat x, const gs_linear_w *w)
{
    gs_mat y = gs_mat_new(wk, x.rows, w->out);
    gs_linear_to(wk, y, x, w);
    return y;
}

void gs_linear_to(gs_worker *wk, gs_mat y, gs_mat x, const gs_linear_w *w)
{
    assert(x.cols == w->in && y.cols == w->out && y.rows == x.rows);
    int whole = x.rows / GS_GEMM_ROWS * GS_GEMM_ROWS;
    if ((int64_t)w->in * w->out < GS_GEMM_SMALL) {
        dots(wk, y, x, w);
    } else {
        if (whole)
            blas(y.d, x.d, w, whole);
        if (whole < x.rows)
            blas_tail(wk, y, x, w, whole);
    }
    for (int t = 0; w->b && t < y.rows; t++)
        wk->k->add(gs_mat_row(y, t), w->b, (size_t)w->out);
}
