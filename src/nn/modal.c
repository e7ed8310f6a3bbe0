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

/* One token of a group of n channels, in place; only_state: the numbers stay as they are. */
static void step(gs_worker *wk, float *x, const gs_modal_w *w, const int group_n[2], gs_fft_point *state,
                 int only_state)
{
    double u[GS_FFT_LANES] = {0}, sum[GS_FFT_LANES];
    int group = group_n[0], n = group_n[1];
    size_t at = (size_t)group * (size_t)w->n;
    for (int c = 0; c < n; c++)
        u[c] = (double)x[c];
    wk->k->modal(sum, state, w->pole + at, w->residue + at, u, (size_t)w->n);
    for (int c = 0; c < n && !only_state; c++)
        x[c] = (float)(sum[c] + u[c] * (double)w->skip[group * GS_FFT_LANES + c]);
}

/* Groups first .. end of sequence i. A branch takes the state up from the parent's tokens. */
static void run(gs_worker *wk, gs_mat x, const gs_modal_w *w, const gs_spans *s, int i, const int first_end[2])
{
    gs_mark mark = gs_arena_mark(wk->arena);
    int past = gs_spans_past(s, i), first = first_end[0];
    gs_fft_point *state = gs_new(wk->arena, gs_fft_point, GROUPS * w->n);
    memset(state, 0, sizeof *state * GROUPS * (size_t)w->n);
    for (int t = 0; t < past + s->len[i]; t++)
        for (int g = first; g < first_end[1]; g++)
            step(wk, gs_mat_row(x, gs_spans_row(s, i, t)) + g * GS_FFT_LANES, w, (int[]){g, lanes(x, g)},
                 state + (g - first) * w->n, t < past);
    gs_arena_release(wk->arena, mark);
}

typedef struct { gs_mat x; const gs_modal_w *w; const gs_spans *s; } recurrence;

/* The number-th GROUPS of all sequences. */
static void some_groups(gs_worker *wk, void *arg, int number)
{
    const recurrence *a = arg;
    int groups = (a->x.cols + GS_FFT_LANES - 1) / GS_FFT_LANES, first = number * GROUPS;
    int end = first + GROUPS < groups ? first + GROUPS : groups;
    for (int i = a->s->B - 1; i >= 0; i--) /* branches before their parents */
        run(wk, a->x, a->w, a->s, i, (int[]){first, end});
}

void gs_modal(gs_worker *wk, gs_mat x, const gs_modal_w *w, const gs_spans *s)
{
    int channels = GROUPS * GS_FFT_LANES;
    gs_parallel(wk, (x.cols + channels - 1) / channels, some_groups, &(recurrence){x, w, s});
}
