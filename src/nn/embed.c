#include <string.h>
#include "nn/nn.h"

gs_mat gs_embed_tokens(gs_worker *wk, const gs_batch *b, const gs_weight *table)
{
    gs_mat x = gs_mat_new(wk, b->rows, table->in);
    for (int t = 0; t < b->rows; t++) {
        float *to = gs_mat_row(x, t);
        const float *row = gs_weight_rows(table, b->ids[t], 1, to);
        if (row != to)
            memcpy(to, row, sizeof(float) * (size_t)x.cols);
    }
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

void gs_add_positions(gs_worker *wk, gs_mat x, const gs_spans *s, const gs_weight *table, int offset)
{
    float *room = gs_new(wk->arena, float, x.cols);
    for (int i = 0; i < s->B; i++)
        for (int t = 0, first = offset + gs_spans_past(s, i); t < s->len[i]; t++)
            wk->k->add(gs_mat_row(x, s->beg[i] + t), gs_weight_rows(table, first + t, 1, room), (size_t)x.cols);
}

/* y += the rows of the table that the neighbourhood of one token selects, from the left. room: [D] */
static void stem_token(gs_worker *wk, gs_mat y, const int32_t *ids, const int pos_len[2], const gs_stem_w *w,
                       float *room)
{
    int V = w->table.out / w->taps;
    for (int tap = 0; tap < w->taps; tap++) {
        int at = pos_len[0] + tap - w->taps / 2, id = at >= 0 && at < pos_len[1] ? ids[at] : w->pad;
        if (id >= 0)
            wk->k->add(y.d, gs_weight_rows(&w->table, tap * V + id, 1, room), (size_t)y.cols);
    }
}

gs_mat gs_stem(gs_worker *wk, const gs_batch *b, const gs_stem_w *w)
{
    gs_mat y = gs_mat_new(wk, b->rows, w->table.in);
    float *room = gs_new(wk->arena, float, y.cols);
    memset(y.d, 0, sizeof(float) * (size_t)y.rows * (size_t)y.cols);
    for (int i = 0; i < b->B; i++)
        for (int pos = 0; pos < b->len[i]; pos++)
            stem_token(wk, (gs_mat){gs_mat_row(y, b->beg[i] + pos), 1, y.cols}, b->ids + b->beg[i],
                       (int[]){pos, b->len[i]}, w, room);
    return y;
}
