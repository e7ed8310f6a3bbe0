#include <math.h>
#include <string.h>
#include "kernel/gemm.h"
#include "model/model.h"

static int check_aux(const gs_model *m, const gs_batch *b, gs_err *e)
{
    if (m->n_aux != b->n_aux || (b->n_aux && !b->aux))
        return gs_fail(e, GS_EUSAGE, "%s reads an alignment of %d species beside the sequence, the input has %d",
                       m->bundle.path, m->n_aux, b->n_aux);
    for (size_t i = 0; i < (size_t)b->T * (size_t)b->n_aux; i++)
        if (b->aux[i] >= m->aux_vocab)
            return gs_fail(e, GS_EINTERNAL, "symbol %d of an aligned species is outside the model's %d", b->aux[i],
                           m->aux_vocab);
    return 0;
}

/* Read-outs that have a result: in the batch, and not in the margins of their sequence. */
static int check_reads(const gs_model *m, const gs_batch *b, const gs_out *out, gs_err *e)
{
    for (int i = 0; i < out->n_read; i++) {
        if (out->read[i] < 0 || out->read[i] >= b->T)
            return gs_fail(e, GS_EINTERNAL, "read-out %d is outside the batch", out->read[i]);
        for (int row = 0; m->margin && row < b->B; row++) {
            int from = b->beg[row], to = b->beg[row + 1], t = out->read[i];
            if (t >= from && t < to && (t < from + m->margin || t >= to - m->margin))
                return gs_fail(e, GS_EUSAGE, "a read-out within %d tokens of the end of a sequence: %s gives nothing there",
                               m->margin, m->bundle.path);
        }
    }
    return 0;
}

static int check_batch(const gs_model *m, const gs_batch *b, const gs_out *out, gs_err *e)
{
    if (out->n_read && !m->head_rows)
        return gs_fail(e, GS_EMODEL, "%s has no head that predicts tokens: it can embed but not score",
                       m->bundle.path);
    for (int i = 0; i < b->B; i++) {
        int n = b->beg[i + 1] - b->beg[i];
        if (m->tok->max_tokens && n > m->tok->max_tokens)
            return gs_fail(e, GS_EUSAGE, "a sequence of %d tokens is too long: %s takes at most %d", n, m->bundle.path,
                           m->tok->max_tokens);
        if (n < 1)
            return gs_fail(e, GS_EUSAGE, "an empty sequence cannot go through a model");
        if (n <= 2 * m->margin)
            return gs_fail(e, GS_EUSAGE, "a sequence of %d tokens is too short: %s takes at least %d", n, m->bundle.path,
                           2 * m->margin + 1);
    }
    for (int t = 0; t < b->T; t++)
        if (b->ids[t] < 0 || b->ids[t] >= m->vocab)
            return gs_fail(e, GS_EINTERNAL, "token id %d is outside the model's %d", (int)b->ids[t], m->vocab);
    int ret = check_aux(m, b, e);
    return ret ? ret : check_reads(m, b, out, e);
}

static int all_finite(gs_mat x)
{
    size_t n = (size_t)x.rows * (size_t)x.cols;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x.d[i]))
            return 0;
    return 1;
}

/* ---- layout: every sequence at a multiple of GS_GEMM_PLACE, so that its bits do not depend on the others ---- */

/* Sequence i of the caller's batch is sequence 2 i here; 2 i + 1 is filler (token 0) up to the next start. */
typedef struct { gs_batch batch; int *at; } layout;   /* at[t]: where the caller's token t is */

static int round_up(int n, int to) { return (n + to - 1) / to * to; }

/* The species' symbols at the places of their tokens, 0 in the filler. */
static const uint8_t *lay_out_aux(gs_worker *wk, const gs_batch *b, const int *at, int T)
{
    if (!b->n_aux)
        return NULL;
    size_t n = (size_t)b->n_aux;
    uint8_t *aux = gs_new(wk->arena, uint8_t, (size_t)T * n);
    memset(aux, 0, (size_t)T * n);
    for (int t = 0; t < b->T; t++)
        memcpy(aux + (size_t)at[t] * n, b->aux + (size_t)t * n, n);
    return aux;
}

static layout lay_out(gs_worker *wk, const gs_batch *b)
{
    int *beg = gs_new(wk->arena, int, 2 * b->B + 1), *at = gs_new(wk->arena, int, b->T + 1);
    for (int i = 0, t = 0; i < b->B; i++) {
        int len = b->beg[i + 1] - b->beg[i], unit = i + 1 < b->B ? GS_GEMM_PLACE : GS_GEMM_ROWS;
        beg[2 * i] = t;
        beg[2 * i + 1] = t + len;
        t = beg[2 * i + 2] = round_up(t + len, unit);
    }
    int T = beg[2 * b->B];
    int32_t *ids = gs_new(wk->arena, int32_t, T + 1);
    memset(ids, 0, sizeof *ids * (size_t)T);
    for (int i = 0; i < b->B; i++)
        for (int t = b->beg[i]; t < b->beg[i + 1]; t++) {
            at[t] = beg[2 * i] + t - b->beg[i];
            ids[at[t]] = b->ids[t];
        }
    gs_batch batch = {.B = 2 * b->B, .T = T, .beg = beg, .ids = ids,
                      .aux = lay_out_aux(wk, b, at, T), .n_aux = b->n_aux};
    return (layout){batch, at};
}

/* The caller's read-outs, each at a place that has the remainder of its token modulo GS_GEMM_PLACE, because the head
 * is a product over read-outs. where[i]: row of the caller's read-out i. Returns how many rows there are. */
static int place_reads(const layout *l, const gs_out *out, int *read, int *where)
{
    int n = 0;
    for (int i = 0; i < out->n_read; i++, n++) {
        int token = l->at[out->read[i]];
        while (n % GS_GEMM_PLACE != token % GS_GEMM_PLACE)
            read[n++] = token;
        read[n] = token;
        where[i] = n;
    }
    return n;
}

static void forward(gs_worker *wk, const gs_model *m, const gs_batch *b, gs_out *out)
{
    layout l = lay_out(wk, b);
    int *read = gs_new(wk->arena, int, GS_GEMM_PLACE * out->n_read), *where = gs_new(wk->arena, int, out->n_read);
    gs_out inner = {.want_hidden = out->want_hidden, .n_read = place_reads(&l, out, read, where), .read = read};
    m->arch->forward(wk, m, &l.batch, &inner);
    if (out->want_hidden)
        out->hidden = gs_rows(wk, inner.hidden, l.at, b->T);
    if (out->n_read)
        out->logits = gs_rows(wk, inner.logits, where, out->n_read);
}

int gs_forward(gs_worker *wk, const gs_model *m, const gs_batch *b, gs_out *out, gs_err *e)
{
    out->hidden = (gs_mat){.cols = m->dim};
    out->logits = (gs_mat){.cols = m->head_rows};
    int ret = check_batch(m, b, out, e);
    if (ret || !b->T || (!out->want_hidden && !out->n_read))
        return ret;
    gs_mark mark = gs_arena_mark(wk->arena);
    if (setjmp(*gs_arena_oom(wk->arena))) {
        gs_arena_release(wk->arena, mark);
        out->hidden = out->logits = (gs_mat){0};
        return gs_fail(e, GS_ENOMEM, "out of memory for a batch of %d tokens: %zu MB on top of %zu MB were not to be "
                       "had", b->T, gs_arena_wanted(wk->arena) >> 20, gs_arena_peak(wk->arena) >> 20);
    }
    forward(wk, m, b, out);
    if (all_finite(out->hidden) && all_finite(out->logits))
        return 0;
    gs_arena_release(wk->arena, mark);
    out->hidden = out->logits = (gs_mat){0};
    return gs_fail(e, GS_EMODEL, "%s gives results that are not finite numbers: its weights are damaged or overflow",
                   m->bundle.path);
}
