#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "nn/nn.h"
#include "nn/rotary.h"

/* What all sequences and heads share. */
typedef struct {
    const gs_attention_w *w;
    const gs_spans *s;
    gs_heads q, k, v, out;
    float *distance;    /* [2 * longest - 1]: |i|, i = 1 - longest .. longest - 1; only with ALiBi */
    int longest;
} attention;

/* Queries from .. from + n, rows of sequence i, of one head; kv: the head of the keys and values that it sees. */
typedef struct { int i, head, kv, from, n; } block;

/* scores [n, ld] of the block's queries with n_keys rows from `row` on. */
static void score(gs_worker *wk, const attention *a, const block *b, float *scores, int ld, int row, int n_keys)
{
    wk->gemm->product(&(gs_gemm_args){.c = scores, .a = gs_head_row(&a->q, a->s->beg[b->i] + b->from, b->head),
                                      .b = gs_head_row(&a->k, row, b->kv), .M = b->n, .N = n_keys, .K = a->q.width,
                                      .ldc = ld, .lda = a->q.x.cols, .ldb = a->k.x.cols, .tb = 1, .alpha = 1});
}

/* out = beta out + scores [n, ld] times the values of n_keys rows from `row` on. */
static void mix(gs_worker *wk, const attention *a, const block *b, const float *scores, int ld, int row, int n_keys,
                float beta)
{
    wk->gemm->product(&(gs_gemm_args){.c = gs_head_row(&a->out, a->s->beg[b->i] + b->from, b->head), .a = scores,
                                      .b = gs_head_row(&a->v, row, b->kv), .M = b->n, .N = a->v.width, .K = n_keys,
                                      .ldc = a->out.x.cols, .lda = ld, .ldb = a->v.x.cols, .alpha = 1, .beta = beta});
}

/* Shapes depend on the sequence alone, and so do all bits. scores: [queries, longest sequence], scratch. */
static void attend_all(gs_worker *wk, const attention *a, const block *b, float *scores)
{
    int len = a->s->len[b->i], beg = a->s->beg[b->i];
    score(wk, a, b, scores, len, beg, len);
    for (int i = 0; i < b->n; i++) {
        float *s = scores + (size_t)i * (size_t)len;
        if (a->w->slopes) /* entry j of the shifted table is |from + i - j| */
            wk->k->axpy(s, -a->w->slopes[b->head], a->distance + (a->longest - 1) - (b->from + i), (size_t)len);
        wk->k->softmax(s, (size_t)len);
    }
    mix(wk, a, b, scores, len, beg, len, 0);
}

/* Keys first .. first + n are those that the block's queries see between them, the shared ones in the parent's rows. */
static void attend_causal(gs_worker *wk, const attention *a, const block *b, float *scores)
{
    int past = gs_spans_past(a->s, b->i), last = past + b->from, window = a->w->window;
    int first = window && last >= window ? last - window + 1 : 0, n = last + b->n - first;
    int shared = first < past ? past - first : 0, own = a->s->beg[b->i] + first + shared - past;
    int theirs = shared ? a->s->beg[a->s->parent[b->i]] + first : 0;
    if (shared)
        score(wk, a, b, scores, n, theirs, shared);
    score(wk, a, b, scores + shared, n, own, n - shared);
    for (int i = 0; i < b->n; i++) {
        float *s = scores + (size_t)i * (size_t)n;
        int end = last + i + 1 - first, beg = window && end > window ? end - window : 0;
        memset(s, 0, sizeof *s * (size_t)beg);
        wk->k->softmax(s + beg, (size_t)(end - beg));
        memset(s + end, 0, sizeof *s * (size_t)(n - end));
    }
    if (shared)
        mix(wk, a, b, scores, n, theirs, shared, 0);
    mix(wk, a, b, scores + shared, n, own, n - shared, shared ? 1 : 0);
}

/* All blocks of queries of one head. */
static void attend_head(gs_worker *wk, void *arg, int head)
{
    const attention *a = arg;
    int most = a->w->causal ? GS_CAUSAL_QUERIES : GS_QUERIES;
    gs_mark mark = gs_arena_mark(wk->arena);
    float *scores = gs_new(wk->arena, float, (size_t)most * (size_t)a->longest);
    for (int i = 0; i < a->s->B; i++)
        for (int from = 0, len = a->s->len[i]; from < len; from += most) {
            block b = {i, head, head / (a->q.n / a->k.n), from, len - from < most ? len - from : most};
            (a->w->causal ? attend_causal : attend_all)(wk, a, &b, scores);
        }
    gs_arena_release(wk->arena, mark);
}

/* ---- heads ---- */

/* q, k and v from one product, or each from its own. */
static void project(gs_worker *wk, attention *a, gs_mat x)
{
    const gs_attention_w *w = a->w;
    int H = w->heads, K = w->kv_heads ? w->kv_heads : H;
    if (w->qkv.w.data) {
        gs_mat y = gs_linear(wk, x, &w->qkv);
        int d = y.cols / H / 3;
        a->q = (gs_heads){y, 0, 3 * d, H, d};
        a->k = (gs_heads){y, d, 3 * d, H, d};
        a->v = (gs_heads){y, 2 * d, 3 * d, H, d};
    } else {
        int d = w->q.w.out / H, d_v = w->v.w.out / K;
        a->q = (gs_heads){gs_linear(wk, x, &w->q), 0, d, H, d};
        a->k = (gs_heads){gs_linear(wk, x, &w->k), 0, d, K, d};
        a->v = (gs_heads){gs_linear(wk, x, &w->v), 0, d_v, K, d_v};
    }
    a->out = (gs_heads){gs_mat_new(wk, x.rows, H * a->v.width), 0, a->v.width, H, a->v.width};
    memset(a->out.x.d, 0, sizeof(float) * (size_t)a->out.x.rows * (size_t)a->out.x.cols);
}

static void norm_heads(gs_worker *wk, const gs_heads *h, const gs_norm_w *w)
{
    for (int t = 0; t < h->x.rows && w->g; t++)
        for (int head = 0; head < h->n; head++)
            wk->k->rmsnorm(gs_head_row(h, t, head), gs_head_row(h, t, head), w->g, w->eps, (size_t)h->width);
}

static void scale_heads(gs_worker *wk, const gs_heads *h, float by)
{
    for (int t = 0; t < h->x.rows; t++)
        for (int head = 0; head < h->n; head++)
            wk->k->scale(gs_head_row(h, t, head), by, (size_t)h->width);
}

static float *distances(gs_worker *wk, int longest)
{
    float *x = gs_new(wk->arena, float, 2 * (size_t)longest);
    for (int i = 1 - longest; i < longest; i++)
        x[i + longest - 1] = (float)abs(i);
    return x;
}

gs_mat gs_attention(gs_worker *wk, gs_mat x, const gs_attention_w *w, const gs_spans *s, const gs_rotary_table *rotary)
{
    assert(w->causal || !s->parent);
    gs_mat y = gs_mat_new(wk, x.rows, w->o.w.out);
    gs_mark mark = gs_arena_mark(wk->arena);
    attention a = {.w = w, .s = s, .longest = gs_spans_longest(s)};
    project(wk, &a, x);
    norm_heads(wk, &a.q, &w->q_norm);
    norm_heads(wk, &a.k, &w->k_norm);
    scale_heads(wk, &a.q, w->scale > 0 ? w->scale : 1 / sqrtf((float)a.q.width));
    if (rotary) {
        gs_rotate(wk, &a.q, s, rotary);
        gs_rotate(wk, &a.k, s, rotary);
    }
    if (w->slopes)
        a.distance = distances(wk, a.longest);
    gs_parallel(wk, a.q.n, attend_head, &a);
    gs_linear_to(wk, y, a.out.x, &w->o);
    gs_arena_release(wk->arena, mark);
    return y;
}
