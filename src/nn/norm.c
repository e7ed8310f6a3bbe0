#include <math.h>
#include <string.h>
#include "nn/nn.h"

/* Sums in double: late layers of large models reach 1e16, whose squares float32 hardly holds. */
static void rms_apart(gs_worker *wk, float *y, const float *x, const gs_norm_w *w, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    memcpy(y, x, sizeof *y * n);
    wk->k->scale(y, (float)(1 / (sqrt(sum / (double)n) + (double)w->eps)), n);
    wk->k->mul(y, w->g, n);
}

typedef struct { gs_mat y, x; const gs_norm_w *w; } norm;

static void rows(gs_worker *wk, void *arg, int beg, int end)
{
    const norm *a = arg;
    const gs_norm_w *w = a->w;
    size_t n = (size_t)a->x.cols;
    for (int t = beg; t < end; t++) {
        float *y = gs_mat_row(a->y, t), *x = gs_mat_row(a->x, t);
        switch (w->kind) {
        case GS_NORM_NONE: memcpy(y, x, sizeof *y * n); break;
        case GS_NORM_LAYER: wk->k->layernorm(y, x, w->g, w->b, w->eps, n); break;
        case GS_NORM_RMS: wk->k->rmsnorm(y, x, w->g, w->eps, n); break;
        case GS_NORM_RMS_APART: rms_apart(wk, y, x, w, n); break;
        }
    }
}

gs_mat gs_norm(gs_worker *wk, gs_mat x, const gs_norm_w *w)
{
    gs_mat y = gs_mat_new(wk, x.rows, x.cols);
    gs_parallel_rows(wk, x.rows, 1, rows, &(norm){y, x, w});
    return y;
}

static double squares(gs_worker *wk, gs_mat y, int beg, int n)
{
    double sum = 0;
    for (int t = beg; t < beg + n; t++)
        sum += wk->k->dot(gs_mat_row(y, t), gs_mat_row(y, t), (size_t)y.cols);
    return sum;
}

/* Rows of one sequence, n of them, centred in place and scaled to variance 1. Sums run over a row in float32 and over
 * rows in double: the numbers are too many for float32 alone. A sum that overflows is taken of smaller numbers again;
 * eps is nothing beside it. ones: [D] */
static void standardise(gs_worker *wk, gs_mat y, int beg, int n, float eps, const float *ones)
{
    size_t D = (size_t)y.cols, numbers = (size_t)n * D;
    double sum = 0, all = (double)numbers;
    for (int t = beg; t < beg + n; t++)
        sum += wk->k->dot(gs_mat_row(y, t), ones, D);
    for (int t = beg; t < beg + n; t++)
        wk->k->axpy(gs_mat_row(y, t), -(float)(sum / all), ones, D);
    double square = squares(wk, y, beg, n);
    if (isinf(square)) {
        wk->k->scale(gs_mat_row(y, beg), 0x1p-64f, numbers);
        square = squares(wk, y, beg, n);
        eps = 0;
    }
    wk->k->scale(gs_mat_row(y, beg), (float)(1 / sqrt(square / all + eps)), numbers);
}

gs_mat gs_group_norm(gs_worker *wk, gs_mat x, const gs_norm_w *w, const gs_spans *s)
{
    gs_mat y = gs_crop(wk, x, s, s); /* a copy, with 0 between the sequences */
    size_t D = (size_t)x.cols;
    float *ones = gs_new(wk->arena, float, D);
    for (size_t i = 0; i < D; i++)
        ones[i] = 1;
    for (int i = 0; i < s->B; i++) {
        if (s->len[i])
            standardise(wk, y, s->beg[i], s->len[i], w->eps, ones);
        for (int t = s->beg[i]; t < s->beg[i] + s->len[i]; t++) {
            wk->k->mul(gs_mat_row(y, t), w->g, D);
            wk->k->add(gs_mat_row(y, t), w->b, D);
        }
    }
    return y;
}
