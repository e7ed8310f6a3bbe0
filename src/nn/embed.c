#include <string.h>
#include "nn/nn.h"

gs_mat gs_embed_tokens(gs_worker *wk, const gs_batch *b, const float *table, int D)
{
    gs_mat x = gs_mat_new(wk, b->rows, D);
    for (int t = 0; t < b->rows; t++)
        memcpy(gs_mat_row(x, t), table + (size_t)b->ids[t] * (size_t)D, sizeof(float) * (size_t)D);
    return x;
}

gs_mat gs_embed_one_hot(gs_worker *wk, const gs_batch *b, int V, int A, int D)
{
    gs_mat x = gs_mat_new(wk, b->rows, D);
    memset(x.d, 0, sizeof(float) * (size_t)b->rows * (size_t)D);
    for (int t = 0; t < b->rows; t++) {
        float *row = gs_mat_row(x, t);
        row[b->ids[t]] = 1;
        for (int s = 0; s < b->n_aux; s++)
            row[V + s * A + b->aux[(size_t)t * (size_t)b->n_aux + (size_t)s]] = 1;
    }
    return x;
}

void gs_add_positions(gs_worker *wk, gs_mat x, const gs_spans *s, const float *table, int offset)
{
    size_t D = (size_t)x.cols;
    for (int i = 0; i < s->B; i++)
        for (int pos = 0; pos < s->len[i]; pos++)
            wk->k->add(gs_mat_row(x, s->beg[i] + pos), table + (size_t)(offset + pos) * D, D);
}

/* y += the table rows that the neighbourhood of one token selects, from the left. */
static void stem_token(gs_worker *wk, float *y, const int32_t *ids, int pos, int len, const gs_stem_w *w)
{
    for (int tap = 0; tap < w->taps; tap++) {
        int at = pos + tap - w->taps / 2;
        int id = at >= 0 && at < len ? ids[at] : w->pad;
        if (id >= 0)
            wk->k->add(y, w->table + ((size_t)tap * (size_t)w->V + (size_t)id) * (size_t)w->D, (size_t)w->D);
    }
}

gs_mat gs_stem(gs_worker *wk, const gs_batch *b, const gs_stem_w *w)
{
    gs_mat y = gs_mat_new(wk, b->rows, w->D);
    memset(y.d, 0, sizeof(float) * (size_t)y.rows * (size_t)y.cols);
    for (int i = 0; i < b->B; i++)
        for (int pos = 0; pos < b->len[i]; pos++)
            stem_token(wk, gs_mat_row(y, b->beg[i] + pos), b->ids + b->beg[i], pos, b->len[i], w);
    return y;
}
