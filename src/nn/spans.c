#include <string.h>
#include "nn/nn.h"

gs_spans gs_spans_of(const gs_batch *b)
{
    return (gs_spans){b->B, b->rows, b->beg, b->len, b->parent, b->past};
}

int gs_spans_past(const gs_spans *s, int i)
{
    return s->parent && s->parent[i] >= 0 ? s->past[i] : 0;
}

int gs_spans_row(const gs_spans *s, int i, int t)
{
    int past = gs_spans_past(s, i);
    return t < past ? s->beg[s->parent[i]] + t : s->beg[i] + t - past;
}

int gs_spans_longest(const gs_spans *s)
{
    int longest = 0;
    for (int i = 0; i < s->B; i++) {
        int n = gs_spans_past(s, i) + s->len[i];
        longest = n > longest ? n : longest;
    }
    return longest;
}

gs_spans gs_spans_crop(gs_worker *wk, const gs_spans *s, int n)
{
    int *beg = gs_new(wk->arena, int, s->B), *len = gs_new(wk->arena, int, s->B), end = 0, place = wk->gemm->place;
    for (int i = 0; i < s->B; i++) {
        len[i] = s->len[i] > 2 * n ? s->len[i] - 2 * n : 0;
        beg[i] = (end + place - 1) / place * place;
        end = len[i] ? beg[i] + len[i] : end;
    }
    return (gs_spans){.B = s->B, .rows = end, .beg = beg, .len = len};
}

gs_mat gs_crop(gs_worker *wk, gs_mat x, const gs_spans *from, const gs_spans *to)
{
    gs_mat y = gs_mat_new(wk, to->rows, x.cols);
    size_t D = (size_t)x.cols;
    memset(y.d, 0, sizeof(float) * (size_t)y.rows * D);
    for (int i = 0; i < to->B; i++) {
        int off = (from->len[i] - to->len[i]) / 2;
        size_t bytes = sizeof(float) * (size_t)to->len[i] * D;
        if (bytes)
            memcpy(gs_mat_row(y, to->beg[i]), gs_mat_row(x, from->beg[i] + off), bytes);
    }
    return y;
}
