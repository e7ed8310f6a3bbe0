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

gs_rotary_table gs_rotary_table_new(gs_worker *wk, int T, int d, float base, int bits, gs_rotary kind)
{
    int pairs = d / 2;
    float *c = gs_new(wk->arena, float, (size_t)T * (size_t)pairs);
    float *s = gs_new(wk->arena, float, (size_t)T * (size_t)pairs);
    for (int i = 0; i < pairs; i++) {
        float inv_freq = rounded(1 / powf(base, (float)(2 * i) / (float)d), bits);
        double power = pow((double)base, 2.0 * i / d);
        for (int t = 0; t < T; t++) {
            size_t at = (size_t)t * (size_t)pairs + (size_t)i;
            float angle = (float)t * inv_freq;
            c[at] = kind == GS_ROTARY_PAIRS ? rounded((float)cos(t / power), bits) : cosf(angle);
            s[at] = kind == GS_ROTARY_PAIRS ? rounded((float)sin(t / power), bits) : sinf(angle);
        }
    }
    return (gs_rotary_table){c, s, pairs};
}

void gs_rotate(gs_worker *wk, gs_mat x, const gs_spans *s, const gs_rotary_table *table, gs_rotary kind)
{
    int d = 2 * table->pairs;
    void (*rotate)(float *, const float *, const float *, size_t) =
        kind == GS_ROTARY_HALF ? wk->k->rotate_half : wk->k->rotate_pairs;
    for (int i = 0; i < s->B; i++)
        for (int pos = 0; pos < s->len[i]; pos++) {
            size_t at = (size_t)pos * (size_t)table->pairs;
            for (int h = 0; h < x.cols; h += d)
                rotate(gs_mat_row(x, s->beg[i] + pos) + h, table->cos + at, table->sin + at, (size_t)d);
        }
}
