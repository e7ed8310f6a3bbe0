#include <string.h>
#include "nn/hyena.h"

/* Groups of GS_FFT_LANES channels that are worked on at a time: their modes and states stay in the cache. */
enum { GROUPS = 8 };

/* Channels of a group; the last may have fewer. */
static int lanes(gs_mat x, int group)
{
    int left = x.cols - group * GS_FFT_LANES;
    return left < GS_FFT_LANES ? left : GS_FFT_LANES;
}

/* One token of a group of n channels, x to y; NULL where only the state is wanted. */
static void step(gs_worker *wk, float *y, const float *x, const gs_modal_w *w, const int group_n[2],
                 gs_fft_point *state)
{
    int group = group_n[0], n = group_n[1];
    double u[GS_FFT_LANES] = {0}, sum[GS_FFT_LANES];
    size_t at = (size_t)group * (size_t)w->n;
    for (int c = 0; c < n; c++)
        u[c] = (double)x[c];
    wk->k->modal(sum, state, w->pole + at, w->residue + at, u, (size_t)w->n);
    for (int c = 0; c < n && y; c++)
        y[c] = (float)(sum[c] + u[c] * (double)w->skip[group * GS_FFT_LANES + c]);
}

/* Groups first .. end of sequence i, u to y. A branch takes the state up from the parent's tokens. */
static void run(gs_worker *wk, const gs_mat u_y[2], const gs_modal_w *w, const gs_spans *s, int i,
                const int first_end[2])
{
    gs_mark mark = gs_arena_mark(wk->arena);
    int past = gs_spans_past(s, i), first = first_end[0];
    gs_fft_point *state = gs_new(wk->arena, gs_fft_point, GROUPS * w->n);
    memset(state, 0, sizeof *state * GROUPS * (size_t)w->n);
    for (int t = 0; t < past + s->len[i]; t++)
        for (int g = first; g < first_end[1]; g++) {
            int row = gs_spans_row(s, i, t), col = g * GS_FFT_LANES;
            step(wk, t < past ? NULL : gs_mat_row(u_y[1], row) + col, gs_mat_row(u_y[0], row) + col, w,
                 (int[]){g, lanes(u_y[0], g)}, state + (g - first) * w->n);
        }
    gs_arena_release(wk->arena, mark);
}

gs_mat gs_modal(gs_worker *wk, gs_mat u, const gs_modal_w *w, const gs_spans *s)
{
    gs_mat y = gs_mat_new(wk, u.rows, u.cols);
    int groups = (u.cols + GS_FFT_LANES - 1) / GS_FFT_LANES;
    memset(y.d, 0, sizeof *y.d * (size_t)y.rows * (size_t)y.cols);
    for (int first = 0; first < groups; first += GROUPS) {
        int end = first + GROUPS < groups ? first + GROUPS : groups;
        for (int i = 0; i < s->B; i++)
            run(wk, (gs_mat[2]){u, y}, w, s, i, (int[]){first, end});
    }
    return y;
}
