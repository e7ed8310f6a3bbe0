#include <math.h>
#include <string.h>
#include "nn/hyena.h"

/* Blocks of products' rows that are worked on at a time. */
enum { BLOCKS = 10 };

/* h = sin(freq h) */
static void sine(gs_mat h, const float *freq)
{
    for (int t = 0; t < h.rows; t++) {
        float *row = gs_mat_row(h, t);
        for (int c = 0; c < h.cols; c++)
            row[c] = sinf(row[c] * freq[c]);
    }
}

/* Taps of n positions from `first` on, y: [n, D] */
static void make(gs_worker *wk, gs_mat y, const gs_implicit_filter_w *w, int first)
{
    gs_mark mark = gs_arena_mark(wk->arena);
    gs_mat h = {(float *)w->z + (size_t)first * (size_t)w->E, y.rows, w->E};
    for (int i = 0; i < w->layers; i++) {
        h = gs_linear(wk, h, &w->hidden[i]);
        sine(h, w->freq);
    }
    gs_linear_to(wk, y, h, w->out);
    for (int t = 0; t < y.rows; t++) {
        float *row = gs_mat_row(y, t), time = w->t[first + t];
        for (int c = 0; c < y.cols; c++)
            row[c] *= (float)exp(-(double)time * fabs((double)w->decay[c])) + w->shift;
    }
    gs_arena_release(wk->arena, mark);
}

typedef struct { gs_mat taps; const gs_implicit_filter_w *w; int block, n; } filter;

static void make_block(gs_worker *wk, void *arg, int number)
{
    const filter *f = arg;
    int first = number * f->block, rows = f->n - first < f->block ? f->n - first : f->block;
    make(wk, (gs_mat){gs_mat_row(f->taps, first), rows, f->taps.cols}, f->w, first);
}

gs_mat gs_implicit_filter(gs_worker *wk, const gs_implicit_filter_w *w, int n)
{
    gs_mat taps = gs_mat_new(wk, n, w->out->w.out);
    int block = BLOCKS * wk->gemm->rows, last = n < w->L ? n : w->L;
    gs_parallel(wk, (last + block - 1) / block, make_block, &(filter){taps, w, block, last});
    if (n > last)
        memset(gs_mat_row(taps, last), 0, sizeof *taps.d * (size_t)(n - last) * (size_t)taps.cols);
    return taps;
}
