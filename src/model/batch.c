#include <math.h>
#include <string.h>
#include "model/model.h"

static int check_aux(const gs_model *m, const gs_batch *b, gs_err *e)
{
    if (m->n_aux != b->n_aux || (b->n_aux && !b->aux))
        return gs_fail(e, GS_EUSAGE, "%s reads an alignment of %d species beside the sequence, the input has %d",
                       m->bundle.path, m->n_aux, b->n_aux);
    size_t n = (size_t)b->n_aux;
    for (int i = 0; i < b->B && n; i++)
        for (size_t j = (size_t)b->beg[i] * n; j < (size_t)(b->beg[i] + b->len[i]) * n; j++)
            if (b->aux[j] >= m->aux_vocab)
                return gs_fail(e, GS_EINTERNAL, "symbol %d of an aligned species is outside the model's %d", b->aux[j],
                               m->aux_vocab);
    return 0;
}

static int past_of(const gs_batch *b, int i)
{
    gs_spans s = gs_spans_of(b);
    return gs_spans_past(&s, i);
}

static int check_branch(const gs_model *m, const gs_batch *b, int i, gs_err *e)
{
    int parent = b->parent ? b->parent[i] : -1;
    if (parent < 0)
        return 0;
    if (!m->causal)
        return gs_fail(e, GS_EINTERNAL, "%s sees the whole sequence at every token: none can share its beginning alone",
                       m->bundle.path);
    if (parent >= i || b->parent[parent] >= 0 || b->past[i] < 1 || b->past[i] > b->len[parent])
        return gs_fail(e, GS_EINTERNAL, "sequence %d cannot share %d tokens of sequence %d", i, b->past[i], parent);
    return 0;
}

/* n tokens behind `past` shared ones */
static int check_sequence(const gs_model *m, const int32_t *ids, int n, int past, gs_err *e)
{
    if (m->tok->max_tokens && n > m->tok->max_tokens - past)
        return gs_fail(e, GS_EUSAGE, "a sequence of %d tokens is too long: %s takes at most %d", past + n,
                       m->bundle.path, m->tok->max_tokens);
    if (n < 1)
        return gs_fail(e, GS_EUSAGE, "an empty sequence cannot go through a model");
    if (n <= 2 * m->margin)
        return gs_fail(e, GS_EUSAGE, "a sequence of %d tokens is too short: %s takes at least %d", n, m->bundle.path,
                       2 * m->margin + 1);
    for (int t = 0; t < n; t++)
        if (ids[t] < 0 || ids[t] >= m->vocab)
            return gs_fail(e, GS_EINTERNAL, "token id %d is outside the model's %d", (int)ids[t], m->vocab);
    return 0;
}

/* In the batch and, where logits are wanted, not in the margins of its sequence. */
static int check_read(const gs_model *m, const gs_batch *b, const gs_read *r, gs_err *e)
{
    if (r->seq < 0 || r->seq >= b->B || r->beg < past_of(b, r->seq) || r->beg >= r->end
        || r->end - past_of(b, r->seq) > b->len[r->seq])
        return gs_fail(e, GS_EINTERNAL, "tokens %d to %d of sequence %d are outside the batch", r->beg, r->end, r->seq);
    if (!(r->want & GS_WANT_LOGITS))
        return 0;
    if (!m->head_rows)
        return gs_fail(e, GS_EMODEL, "%s has no head that predicts tokens: it can embed but not score",
                       m->bundle.path);
    if (r->beg < m->margin || r->end > past_of(b, r->seq) + b->len[r->seq] - m->margin)
        return gs_fail(e, GS_EUSAGE, "a read-out within %d tokens of the end of a sequence: %s gives nothing there",
                       m->margin, m->bundle.path);
    return 0;
}

static int check(const gs_model *m, const gs_batch *b, const gs_read *reads, int n, gs_err *e)
{
    int ret = 0;
    for (int i = 0; i < b->B && !ret; i++)
        ret = check_branch(m, b, i, e);
    for (int i = 0; i < b->B && !ret; i++)
        ret = check_sequence(m, b->ids + b->beg[i], b->len[i], past_of(b, i), e);
    ret = ret ? ret : check_aux(m, b, e);
    for (int i = 0; i < n && !ret; i++)
        ret = check_read(m, b, &reads[i], e);
    return ret;
}

/* ---- layout: every sequence at a multiple of gemm->place, so that its bits do not depend on the others ---- */

static int round_up(int n, int to) { return (n + to - 1) / to * to; }

static gs_batch lay_out(gs_worker *wk, const gs_batch *b)
{
    int *beg = gs_new(wk->arena, int, b->B), rows = 0;
    size_t n = (size_t)b->n_aux;
    for (int i = 0; i < b->B; i++) {
        beg[i] = rows;
        rows = round_up(rows + b->len[i], i + 1 < b->B ? wk->gemm->place : wk->gemm->rows);
    }
    int32_t *ids = gs_new(wk->arena, int32_t, rows);
    uint8_t *aux = gs_new(wk->arena, uint8_t, (size_t)rows * n);
    memset(ids, 0, sizeof *ids * (size_t)rows);
    memset(aux, 0, (size_t)rows * n);
    for (int i = 0; i < b->B; i++) {
        memcpy(ids + beg[i], b->ids + b->beg[i], sizeof *ids * (size_t)b->len[i]);
        if (n)
            memcpy(aux + (size_t)beg[i] * n, b->aux + (size_t)b->beg[i] * n, (size_t)b->len[i] * n);
    }
    return (gs_batch){.B = b->B, .rows = rows, .beg = beg, .len = b->len, .ids = ids, .aux = aux, .n_aux = b->n_aux,
                      .parent = b->parent, .past = b->past};
}

/* ---- reads ---- */

/* Rows of a matrix that are picked from another one, and where each read begins among them. */
typedef struct { int n; int *row, *at; } picked;

/* What the reads that want any of `want` see of a matrix of `rows` rows, in which they begin at at[]. Each begins at a
 * place with the same remainder modulo gemm->place as before, for products follow; any row stands between. */
static picked pick(gs_worker *wk, const gs_read *r, int n, unsigned want, const int *at, int rows)
{
    size_t most = 0;
    int place = wk->gemm->place;
    for (int i = 0; i < n; i++)
        most += r[i].want & want ? (size_t)(r[i].end - r[i].beg + place) : 0;
    picked p = {0, gs_new(wk->arena, int, most), gs_new(wk->arena, int, n)};
    for (int i = 0; i < n; i++) {
        if (!(r[i].want & want))
            continue;
        for (; p.n % place != at[i] % place; p.n++)
            p.row[p.n] = p.n % rows;
        p.at[i] = p.n;
        for (int t = 0; t < r[i].end - r[i].beg; t++)
            p.row[p.n++] = at[i] + t;
    }
    return p;
}

/* The picked rows, without a copy where they are the first ones. */
static gs_mat gather(gs_worker *wk, gs_mat x, const picked *p)
{
    int i = 0;
    while (i < p->n && p->row[i] == i)
        i++;
    return i == p->n && i <= x.rows ? (gs_mat){x.d, p->n, x.cols} : gs_rows(wk, x, p->row, p->n);
}

static gs_mat view(gs_mat x, int at, const gs_read *r)
{
    return (gs_mat){gs_mat_row(x, at), r->end - r->beg, x.cols};
}

static void forward(gs_worker *wk, const gs_model *m, const gs_batch *b, gs_read *reads, int n)
{
    gs_batch placed = lay_out(wk, b);
    picked p = {placed.rows, NULL, gs_new(wk->arena, int, n)};
    for (int i = 0; i < n; i++)
        p.at[i] = placed.beg[reads[i].seq] + reads[i].beg - past_of(b, reads[i].seq);
    picked few = pick(wk, reads, n, GS_WANT_HIDDEN | GS_WANT_LOGITS, p.at, p.n);
    if (few.n < p.n)
        p = few;
    gs_mat x = m->arch->forward(wk, m, &placed, p.row, p.n), y = {0};
    picked scored = pick(wk, reads, n, GS_WANT_LOGITS, p.at, p.n);
    if (scored.n)
        y = m->arch->head(wk, m, gather(wk, x, &scored));
    for (int i = 0; i < n; i++) {
        if (reads[i].want & GS_WANT_HIDDEN)
            reads[i].hidden = view(x, p.at[i], &reads[i]);
        if (reads[i].want & GS_WANT_LOGITS)
            reads[i].logits = view(y, scored.at[i], &reads[i]);
    }
}

static void forget(gs_read *reads, int n)
{
    for (int i = 0; i < n; i++)
        reads[i].hidden = reads[i].logits = (gs_mat){0};
}

static int tokens_of(const gs_batch *b)
{
    int n = 0;
    for (int i = 0; i < b->B; i++)
        n += b->len[i];
    return n;
}

int gs_forward(gs_worker *wk, const gs_model *m, const gs_batch *b, gs_read *reads, int n_read, gs_err *e)
{
    forget(reads, n_read);
    int ret = check(m, b, reads, n_read, e);
    if (ret || !n_read)
        return ret;
    gs_mark mark = gs_arena_mark(wk->arena);
    if (setjmp(*gs_arena_oom(wk->arena))) {
        gs_arena_release(wk->arena, mark);
        forget(reads, n_read);
        return gs_fail(e, GS_ENOMEM, "out of memory for a batch of %d tokens: %zu MB on top of %zu MB were not to be "
                       "had", tokens_of(b), gs_arena_wanted(wk->arena) >> 20, gs_arena_peak(wk->arena) >> 20);
    }
    forward(wk, m, b, reads, n_read);
    return 0;
}

size_t gs_forward_bytes(const gs_model *m, int T)
{
    return sizeof(float) * (size_t)m->arch->numbers(m, T);
}

static int all_finite(gs_mat x)
{
    size_t n = (size_t)x.rows * (size_t)x.cols;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x.d[i]))
            return 0;
    return 1;
}

int gs_reads_check(const gs_model *m, const gs_read *reads, int n_read, gs_err *e)
{
    for (int i = 0; i < n_read; i++)
        if (!all_finite(reads[i].hidden) || !all_finite(reads[i].logits))
            return gs_fail(e, GS_EMODEL, "%s gives results that are not finite numbers: its weights are damaged or "
                           "overflow", m->bundle.path);
    return 0;
}
