#include <string.h>
#include "nn/nn.h"

gs_mat gs_embed_tokens(gs_worker *wk, const gs_batch *b, const float *table, int D)
{
    gs_mat x = gs_mat_new(wk, b->T, D);
    for (int t = 0; t < b->T; t++)
        memcpy(gs_mat_row(x, t), table + (size_t)b->ids[t] * (size_t)D, sizeof(float) * (size_t)D);
    return x;
}

gs_mat gs_embed_one_hot(gs_worker *wk, const gs_batch *b, int V, int A, int D)
{
    gs_mat x = gs_mat_new(wk, b->T, D);
    memset(x.d, 0, sizeof(float) * (size_t)b->T * (size_t)D);
    for (int t = 0; t < b->T; t++) {
        float *row = gs_mat_row(x, t);
        row[b->ids[t]] = 1;
        for (int s = 0; s < b->n_aux; s++)
            row[V + s * A + b->aux[(size_t)t * (size_t)b->n_aux + (size_t)s]] = 1;
    }
    return x;
}

void gs_add_positions(gs_worker *wk, gs_mat x, const gs_batch *b, const float *table, int offset)
{
    for (int i = 0; i < b->B; i++)
        for (int t = b->beg[i]; t < b->beg[i + 1]; t++)
            wk->k->add(gs_mat_row(x, t), table + (size_t)(offset + t - b->beg[i]) * (size_t)x.cols, (size_t)x.cols);
}

/* One output token: the table rows that its neighbourhood selects, added up from the left. */
static void stem_token(gs_worker *wk, float *y, const int32_t *ids, int pos, int len, const gs_stem_w *w)
{
    memset(y, 0, sizeof(float) * (size_t)w->D);
    for (int tap = 0; tap < w->taps; tap++) {
        int at = pos + tap - w->taps / 2;
        int id = at >= 0 && at < len ? ids[at] : w->pad;
        if (id >= 0)
            wk->k->add(y, w->table + ((size_t)tap * (size_t)w->V + (size_t)id) * (size_t)w->D, (size_t)w->D);
    }
}

gs_mat gs_stem(gs_worker *wk, const gs_batch *b, const gs_stem_w *w)
{
    gs_mat y = gs_mat_new(wk, b->T, w->D);
    for (int i = 0; i < b->B; i++) {
        int beg = b->beg[i], len = b->beg[i + 1] - beg;
        for (int pos = 0; pos < len; pos++)
            stem_token(wk, gs_mat_row(y, beg + pos), b->ids + beg, pos, len, w);
    }
    return y;
}
