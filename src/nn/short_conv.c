#include <assert.h>
#include <string.h>
#include "nn/hyena.h"

/* Channels and tokens that are worked on at a time: they stay in the cache, and lie there side by side. */
enum { CHANNELS = 64, TOKENS = 512 };

/* Some channels of one sequence of x. */
typedef struct { gs_mat x; const gs_spans *s; int i, first, n; } tile;

/* Tokens beg .. beg + rows of the tile; before the first lie zeros. to: [rows, n] */
static void gather(float *to, const tile *c, int beg, int rows)
{
    size_t bytes = sizeof *to * (size_t)c->n;
    for (int t = beg; t < beg + rows; t++, to += c->n)
        if (t < 0)
            memset(to, 0, bytes);
        else
            memcpy(to, gs_mat_row(c->x, gs_spans_row(c->s, c->i, t)) + c->first, bytes);
}

/* In place, and so from the last tokens to the first. taps: [K, n]; room: [K + TOKENS, n] */
static void convolve(gs_worker *wk, const tile *c, const gs_conv_w *w, const float *taps, float *room)
{
    int past = gs_spans_past(c->s, c->i), K = w->taps, len = c->s->len[c->i];
    for (int beg = (len - 1) / TOKENS * TOKENS; beg >= 0; beg -= TOKENS) {
        int rows = len - beg < TOKENS ? len - beg : TOKENS;
        gather(room, c, past + beg - K + 1, rows + K - 1);
        for (int t = 0; t < rows; t++) {
            float *to = gs_mat_row(c->x, c->s->beg[c->i] + beg + t) + c->first;
            wk->k->fir(to, taps, room + t * c->n, (size_t)K, (size_t)c->n);
            if (w->b)
                wk->k->add(to, w->b + c->first, (size_t)c->n);
        }
    }
}

typedef struct { gs_mat x; const gs_conv_w *w; const gs_spans *s; } convolution;

/* The number-th CHANNELS of all sequences. */
static void channels(gs_worker *wk, void *arg, int number)
{
    const convolution *a = arg;
    const gs_conv_w *w = a->w;
    gs_mark mark = gs_arena_mark(wk->arena);
    float *taps = gs_new(wk->arena, float, w->taps * CHANNELS);
    float *room = gs_new(wk->arena, float, (w->taps + TOKENS) * CHANNELS);
    int first = number * CHANNELS, n = a->x.cols - first < CHANNELS ? a->x.cols - first : CHANNELS;
    const float *from = (const float *)w->w.data + first;
    for (int j = 0; j < w->taps; j++, from += w->in)
        memcpy(taps + j * n, from, sizeof *taps * (size_t)n);
    for (int i = a->s->B - 1; i >= 0; i--) /* branches before their parents */
        convolve(wk, &(tile){a->x, a->s, i, first, n}, w, taps, room);
    gs_arena_release(wk->arena, mark);
}

void gs_short_conv(gs_worker *wk, gs_mat x, const gs_conv_w *w, const gs_spans *s)
{
    assert(w->depthwise && x.cols == w->in);
    gs_parallel(wk, (x.cols + CHANNELS - 1) / CHANNELS, channels, &(convolution){x, w, s});
}
