#include "nn/rotary.h"
#include <math.h>

enum { HALF_BITS = 11, HALF_LEAST = -24 /* exponent of the smallest half-precision number */ };

static float rounded(float x, int bits)
{
    int exponent;
    if (!bits)
        return x;
    frexpf(x, &exponent);
    int step = bits == HALF_BITS && exponent - bits < HALF_LEAST ? HALF_LEAST : exponent - bits;
    return ldexpf(rintf(ldexpf(x, -step)), step);
}

const gs_rotary_table *gs_rotary_table_new(gs_worker *wk, int T, const gs_rotary_w *w)
{
    int pairs = w->dim / 2;
    if (w->kind == GS_ROTARY_NONE)
        return NULL;
    gs_rotary_table *table = gs_new(wk->arena, gs_rotary_table, 1);
    float *c = gs_new(wk->arena, float, (size_t)T * (size_t)pairs);
    float *s = gs_new(wk->arena, float, (size_t)T * (size_t)pairs);
    for (int i = 0; i < pairs; i++) {
        float made = rounded(1 / powf(w->base, (float)(2 * i) / (float)w->dim), w->bits);
        float inv_freq = w->inv_freq ? w->inv_freq[i] : made, stretch = w->stretch > 0 ? w->stretch : 1;
        double power = pow((double)w->base, 2.0 * i / w->dim);
        for (int t = 0; t < T; t++) {
            size_t at = (size_t)t * (size_t)pairs + (size_t)i;
            float angle = (float)t / stretch * inv_freq;
            c[at] = w->kind == GS_ROTARY_PAIRS ? rounded((float)cos(t / power), w->bits) : cosf(angle);
            s[at] = w->kind == GS_ROTARY_PAIRS ? rounded((float)sin(t / power), w->bits) : sinf(angle);
        }
    }
    *table = (gs_rotary_table){c, s, pairs, w->kind};
    return table;
}

float *gs_head_row(const gs_heads *h, int row, int head)
{
    return gs_mat_row(h->x, row) + h->first + head * h->step;
}

void gs_rotate(gs_worker *wk, const gs_heads *h, const gs_spans *s, const gs_rotary_table *table)
{
    void (*rotate)(float *, const float *, const float *, size_t) =
        table->kind == GS_ROTARY_HALF ? wk->k->rotate_half : wk->k->rotate_pairs;
    for (int i = 0; i < s->B; i++)
        for (int t = 0; t < s->len[i]; t++) {
            size_t at = (size_t)(gs_spans_past(s, i) + t) * (size_t)table->pairs;
            for (int head = 0; head < h->n; head++)
                rotate(gs_head_row(h, s->beg[i] + t, head), table->cos + at, table->sin + at,
                       2 * (size_t)table->pairs);
        }
}
