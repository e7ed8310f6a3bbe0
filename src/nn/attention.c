#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "nn/nn.h"
#include "nn/rotary.h"

/* Queries that are worked on at a time: their scores [QUERIES, T] are all that is ever in memory. */
enum { QUERIES = 256 };

/* What all sequences and heads share. q, k, v, out: [T, D]. */
typedef struct {
    gs_mat q, k, v, out;
    int d;              /* width of a head */
    const float *alibi; /* [H] slopes or NULL */
    float *scores;      /* [QUERIES, longest sequence] */
    float *distance;    /* [2 * longest - 1]: |i|, i = 1 - longest .. longest - 1; only with alibi */
    int longest;
} attention;

static int longest(const gs_spans *s)
{
    int n = 0;
    for (int i = 0; i < s->B; i++)
        n = s->len[i] > n ? s->len[i] : n;
    return n;
}

/* One block of queries of one head: tokens from .. from + n of the sequence beg .. beg + len. Shapes depend on that
 * sequence alone, and so do all bits. */
static void attend(gs_worker *wk, const attention *a, int beg, int len, int head, int from, int n)
{
    int D = a->q.cols;
    size_t col = (size_t)head * (size_t)a->d;
    wk->gemm->product(&(gs_gemm_args){.c = a->scores, .a = gs_mat_row(a->q, beg + from) + col,
                                      .b = gs_mat_row(a->k, beg) + col, .M = n, .N = len, .K = a->d,
                                      .ldc = len, .lda = D, .ldb = D, .tb = 1, .alpha = 1});
    for (int i = 0; i < n; i++) {
        float *s = a->scores + (size_t)i * (size_t)len;
        if (a->alibi) /* entry j of the shifted table is |from + i - j| */
            wk->k->axpy(s, -a->alibi[head], a->distance + (a->longest - 1) - (from + i), (size_t)len);
        wk->k->softmax(s, (size_t)len);
    }
    wk->gemm->product(&(gs_gemm_args){.c = gs_mat_row(a->out, beg + from) + col, .a = a->scores,
                                      .b = gs_mat_row(a->v, beg) + col, .M = n, .N = a->d, .K = len,
                                      .ldc = D, .lda = len, .ldb = D, .alpha = 1});
}

static void attend_sequence(gs_worker *wk, const attention *a, int beg, int len)
{
    for (int head = 0; head * a->d < a->q.cols; head++)
        for (int from = 0; from < len; from += QUERIES)
            attend(wk, a, beg, len, head, from, len - from < QUERIES ? len - from : QUERIES);
}

static float *distances(gs_worker *wk, int longest)
{
    float *x = gs_new(wk->arena, float, 2 * (size_t)longest);
    for (int i = 1 - longest; i < longest; i++)
        x[i + longest - 1] = (float)abs(i);
    return x;
}

gs_mat gs_attention(gs_worker *wk, gs_mat x, const gs_attention_w *w, const gs_spans *s)
{
    assert(w->q.w.out % w->heads == 0);
    gs_mat y = gs_mat_new(wk, x.rows, w->o.w.out);
    gs_mark mark = gs_arena_mark(wk->arena);
    attention a = {.q = gs_linear(wk, x, &w->q), .k = gs_linear(wk, x, &w->k), .v = gs_linear(wk, x, &w->v),
                   .d = w->q.w.out / w->heads, .alibi = w->slopes, .longest = longest(s)};
    a.out = gs_mat_new(wk, x.rows, w->v.w.out);
    memset(a.out.d, 0, sizeof(float) * (size_t)a.out.rows * (size_t)a.out.cols);
    wk->k->scale(a.q.d, 1 / sqrtf((float)a.d), (size_t)x.rows * (size_t)a.q.cols);
    if (w->rotary != GS_ROTARY_NONE) {
        gs_rotary_table table = gs_rotary_table_new(wk, a.longest, a.d, w->rotary_base, w->rotary_bits, w->rotary);
        gs_rotate(wk, a.q, s, &table, w->rotary);
        gs_rotate(wk, a.k, s, &table, w->rotary);
    }
    if (a.alibi)
        a.distance = distances(wk, a.longest);
    a.scores = gs_new(wk->arena, float, (size_t)QUERIES * (size_t)a.longest);
    for (int i = 0; i < s->B; i++)
        attend_sequence(wk, &a, s->beg[i], s->len[i]);
    gs_linear_to(wk, y, a.out, &w->o);
    gs_arena_release(wk->arena, mark);
    return y;
}
