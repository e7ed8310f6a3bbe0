/* Mixture of experts. A sequence's rows are gathered by expert from its own rows alone, so that their places in
 * products, and with them their bits, do not depend on the other sequences. */
#include <string.h>
#include "nn/nn.h"

/* The `used` largest of p[n], each once, the first of equal ones: places in pick, shares of their sum in p. */
static void choose(float *p, int n, int used, int *pick)
{
    double sum = 0;
    for (int i = 0; i < used; i++) {
        pick[i] = -1;
        for (int e = 0; e < n; e++) {
            int taken = 0;
            for (int j = 0; j < i; j++)
                taken |= pick[j] == e;
            if (!taken && (pick[i] < 0 || p[e] > p[pick[i]]))
                pick[i] = e;
        }
        sum += (double)p[pick[i]];
    }
    for (int i = 0; i < used; i++)
        p[pick[i]] = (float)((double)p[pick[i]] / sum);
}

static gs_mat run(gs_worker *wk, gs_mat x, const gs_expert_w *w, gs_act act)
{
    gs_mat gate = gs_linear(wk, x, &w->gate);
    gs_gate(wk, gate, gs_linear(wk, x, &w->up), act);
    return gs_linear(wk, gate, &w->down);
}

/* y += what expert e makes of the rows of x that picked it. share: [rows, n], pick: [rows, used]. */
static void add_expert(gs_worker *wk, gs_mat y, gs_mat x, const gs_experts_w *w, int e, gs_mat share, const int *pick)
{
    gs_mark mark = gs_arena_mark(wk->arena);
    int *row = gs_new(wk->arena, int, x.rows), n = 0;
    for (int t = 0; t < x.rows; t++)
        for (int j = 0; j < w->used; j++)
            if (pick[(size_t)t * (size_t)w->used + (size_t)j] == e)
                row[n++] = t;
    if (n) {
        gs_mat out = run(wk, gs_rows(wk, x, row, n), &w->expert[e], w->act);
        for (int i = 0; i < n; i++)
            wk->k->axpy(gs_mat_row(y, row[i]), gs_mat_row(share, row[i])[e], gs_mat_row(out, i), (size_t)y.cols);
    }
    gs_arena_release(wk->arena, mark);
}

gs_mat gs_experts(gs_worker *wk, gs_mat x, const gs_experts_w *w, const gs_spans *s)
{
    gs_mat y = gs_mat_new(wk, x.rows, x.cols);
    gs_mark mark = gs_arena_mark(wk->arena);
    gs_mat share = gs_linear(wk, x, &w->router);
    int *pick = gs_new(wk->arena, int, (size_t)x.rows * (size_t)w->used);
    memset(y.d, 0, sizeof(float) * (size_t)y.rows * (size_t)y.cols);
    for (int t = 0; t < x.rows; t++) {
        wk->k->softmax(gs_mat_row(share, t), (size_t)w->n);
        choose(gs_mat_row(share, t), w->n, w->used, pick + (size_t)t * (size_t)w->used);
    }
    for (int i = 0; i < s->B; i++) {
        int beg = s->beg[i], n = s->len[i];
        for (int e = 0; e < w->n && n; e++)
            add_expert(wk, (gs_mat){gs_mat_row(y, beg), n, y.cols}, (gs_mat){gs_mat_row(x, beg), n, x.cols}, w, e,
                       (gs_mat){gs_mat_row(share, beg), n, share.cols}, pick + (size_t)beg * (size_t)w->used);
    }
    gs_arena_release(wk->arena, mark);
    return y;
}
