#include <assert.h>
#include <string.h>
#include "nn/hyena.h"

/* Channels and tokens that are worked on at a time: they stay in the cache, and lie there side by side. */
enum { CHANNELS = 64, TOKENS = 512 };

gs_mat gs_part(gs_worker *wk, gs_mat x, int part, int parts, int run)
{
    gs_mat y = gs_mat_new(wk, x.rows, x.cols / parts);
    for (int t = 0; t < x.rows; t++) {
        const float *from = gs_mat_row(x, t) + part * run;
        float *to = gs_mat_row(y, t);
        for (int c = 0; c < y.cols; c += run, from += parts * run)
            for (int i = 0; i < run; i++)
                to[c + i] = from[i];
    }
    return y;
}

/* n channels from `first` on of tokens beg .. beg + rows of sequence i; before its first token lie zeros. */
static void gather(float *to, gs_mat x, const gs_spans *s, int i, const int beg_rows[2], const int first_n[2])
{
    size_t bytes = sizeof *to * (size_t)first_n[1];
    for (int t = beg_rows[0]; t < beg_rows[0] + beg_rows[1]; t++, to += first_n[1])
        if (t < 0)
            memset(to, 0, bytes);
        else
            memcpy(to, gs_mat_row(x, gs_spans_row(s, i, t)) + first_n[0], bytes);
}

/* All tokens of sequence i, n channels from `first` on; w: [taps, n]; room: [taps + TOKENS, n] */
static void convolve(gs_worker *wk, gs_mat y, gs_mat x, const gs_conv_w *w, const gs_spans *s, int i,
                     const int first_n[2], const float *taps, float *room)
{
    int past = gs_spans_past(s, i), K = w->taps, first = first_n[0], n = first_n[1];
    for (int beg = 0; beg < s->len[i]; beg += TOKENS) {
        int rows = s->len[i] - beg < TOKENS ? s->len[i] - beg : TOKENS;
        gather(room, x, s, i, (int[]){past + beg - K + 1, rows + K - 1}, first_n);
        for (int t = 0; t < rows; t++) {
            float *to = gs_mat_row(y, s->beg[i] + beg + t) + first;
            wk->k->fir(to, taps, room + t * n, (size_t)K, (size_t)n);
            if (w->b)
                wk->k->add(to, w->b + first, (size_t)n);
        }
    }
}

gs_mat gs_short_conv(gs_worker *wk, gs_mat x, const gs_conv_w *w, const gs_spans *s)
{
    assert(w->depthwise && x.cols == w->in);
    gs_mat y = gs_mat_new(wk, x.rows, x.cols);
    gs_mark mark = gs_arena_mark(wk->arena);
    float *taps = gs_new(wk->arena, float, w->taps * CHANNELS);
    float *room = gs_new(wk->arena, float, (w->taps + TOKENS) * CHANNELS);
    memset(y.d, 0, sizeof *y.d * (size_t)y.rows * (size_t)y.cols);
    for (int first = 0; first < x.cols; first += CHANNELS) {
        int n = x.cols - first < CHANNELS ? x.cols - first : CHANNELS;
        for (int j = 0; j < w->taps; j++)
            memcpy(taps + j * n, (const float *)w->w.data + (size_t)j * (size_t)w->in + first, sizeof *taps * (size_t)n);
        for (int i = 0; i < s->B; i++)
            convolve(wk, y, x, w, s, i, (int[]){first, n}, taps, room);
    }
    gs_arena_release(wk->arena, mark);
    return y;
}
