#include "score/evaluate.h"
#include <stdlib.h>
#include <string.h>

/* A batch under construction, all on the heap: the arena belongs to the forward pass. Its sequences are the passes of
 * ranks from .. to, and before them the parent that the first of these may have in an earlier batch. */
typedef struct {
    gs_plan *plan;
    const gs_model *m;
    int from, to;                /* ranks of this batch's passes */
    int n, rows;                 /* sequences; tokens of all, those that branches share not counted */
    int *pass;                   /* [n] */
    int *place;                  /* [n_pass] sequence of a pass; -1 none */
    int *beg, *len;              /* [n] rows of each */
    int *parent, *past;          /* [n] as in gs_batch */
    int32_t *ids;                /* [rows], masked */
    uint8_t *aux;                /* [rows, n_aux] */
    unsigned char *want;         /* [rows] what probes want of each, GS_WANT_* */
    gs_read *read;               /* [n_read] runs of such rows */
    int *hidden_of, *logits_of;  /* [rows] which read holds each */
    double *norm;                /* [rows] log of the sum of exponentials of its logits, where wanted */
    int n_read;
} pack;

static void pack_free(pack *k)
{
    free(k->pass);
    free(k->place);
    free(k->beg);
    free(k->len);
    free(k->parent);
    free(k->past);
    free(k->ids);
    free(k->aux);
    free(k->want);
    free(k->read);
    free(k->hidden_of);
    free(k->logits_of);
    free(k->norm);
}

static const gs_seq *seq_of(const pack *k, int pass)
{
    return &k->plan->seq[k->plan->pass[pass].seq];
}

/* Row of token t of a pass. */
static int row_of(const pack *k, int pass, int t)
{
    int i = k->place[pass];
    return k->beg[i] + t - k->past[i];
}

/* ---- which sequences ---- */

static void add_pass(pack *k, int pass)
{
    const gs_seq *seq = seq_of(k, pass);
    int i = k->n++, parent = k->plan->pass[pass].parent;
    k->pass[i] = pass;
    k->place[pass] = i;
    k->beg[i] = k->rows;
    k->len[i] = seq->n - seq->past;
    k->parent[i] = parent < 0 ? -1 : k->place[parent];
    k->past[i] = seq->past;
    k->rows += k->len[i];
}

static int choose_passes(pack *k, gs_err *e)
{
    size_t most = (size_t)(k->to - k->from) + 1, all = k->plan->n_pass;
    int **lists[] = {&k->pass, &k->beg, &k->len, &k->parent, &k->past};
    k->place = malloc(all * sizeof *k->place);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (!(*lists[i] = malloc(most * sizeof **lists[i])) || !k->place)
            return gs_fail_mem(e, "a batch", (5 * most + all) * sizeof(int));
    memset(k->place, 0xff, all * sizeof *k->place);
    int parent = k->plan->pass[k->plan->order[k->from]].parent;
    if (parent >= 0)
        add_pass(k, parent);
    for (int rank = k->from; rank < k->to; rank++)
        add_pass(k, k->plan->order[rank]);
    return 0;
}

static int pack_alloc(pack *k, gs_err *e)
{
    size_t rows = (size_t)k->rows + 1, aux = 1;
    for (int i = 0; i < k->n; i++)
        aux += (size_t)seq_of(k, k->pass[i])->aux;
    k->ids = malloc(rows * sizeof *k->ids);
    k->aux = malloc(aux);
    k->want = calloc(rows, sizeof *k->want);
    k->hidden_of = malloc(rows * sizeof *k->hidden_of);
    k->logits_of = malloc(rows * sizeof *k->logits_of);
    k->norm = malloc(rows * sizeof *k->norm);
    if (!k->ids || !k->aux || !k->want || !k->hidden_of || !k->logits_of || !k->norm)
        return gs_fail_mem(e, "a batch", rows * (sizeof *k->ids + sizeof *k->norm + 2 * sizeof(int)) + aux);
    return 0;
}

static void pack_passes(pack *k)
{
    const gs_plan *p = k->plan;
    size_t aux = 0;
    for (int i = 0; i < k->n; i++) {
        const gs_seq *seq = seq_of(k, k->pass[i]);
        const gs_pass *pass = &p->pass[k->pass[i]];
        int32_t *ids = k->ids + k->beg[i];
        memcpy(ids, p->pool + seq->ids + seq->past, (size_t)k->len[i] * sizeof *ids);
        memcpy(k->aux + aux, p->pool + seq->ids + seq->n, (size_t)seq->aux);
        aux += (size_t)seq->aux;
        for (int j = 0; j < pass->n_mask; j++)
            ids[p->pool[pass->mask + (size_t)j] - seq->past] = k->m->tok->mask;
    }
}

/* ---- what to read ---- */

static void mark_wanted(pack *k)
{
    const gs_plan *p = k->plan;
    for (int rank = k->from; rank < k->to; rank++)
        for (size_t j = p->first[p->order[rank]]; j < p->first[p->order[rank] + 1]; j++) {
            const gs_probe *q = &p->probe[p->read[j].probe];
            int side = p->read[j].side;
            for (int t = q->beg[side]; t < q->end[side]; t++)
                k->want[row_of(k, q->pass[side], t)] |= (unsigned char)q->kind->want;
        }
}

/* The runs of tokens of all sequences that are wanted in one way; only counted while there is no memory for them. */
static void find_runs(pack *k, unsigned want, int *read_of)
{
    for (int i = 0; i < k->n; i++)
        for (int row = k->beg[i]; row < k->beg[i] + k->len[i]; row++) {
            if (!(k->want[row] & want))
                continue;
            int starts = row == k->beg[i] || !(k->want[row - 1] & want);
            int t = row - k->beg[i] + k->past[i];
            k->n_read += starts;
            if (!k->read)
                continue;
            gs_read *r = &k->read[k->n_read - 1];
            *r = starts ? (gs_read){.seq = i, .beg = t, .want = want} : *r;
            r->end = t + 1;
            read_of[row] = k->n_read - 1;
        }
}

static int choose_reads(pack *k, gs_err *e)
{
    mark_wanted(k);
    for (int round = 0; round < 2; round++) {
        if (round && !(k->read = calloc((size_t)k->n_read + 1, sizeof *k->read)))
            return gs_fail_mem(e, "a batch", (size_t)k->n_read * sizeof *k->read);
        k->n_read = 0;
        find_runs(k, GS_WANT_HIDDEN, k->hidden_of);
        find_runs(k, GS_WANT_LOGITS, k->logits_of);
    }
    return 0;
}

/* ---- from results to values ---- */

static void find_norms(gs_worker *wk, pack *k)
{
    for (int i = 0; i < k->n_read; i++) {
        const gs_read *r = &k->read[i];
        for (int t = 0; t < r->logits.rows; t++)
            k->norm[row_of(k, k->pass[r->seq], r->beg + t)] =
                wk->k->logsumexp(gs_mat_row(r->logits, t), (size_t)r->logits.cols);
    }
}

/* Rows of the tokens from .. from + n of a result. */
static gs_mat rows_of(gs_mat x, int from, int n)
{
    return (gs_mat){gs_mat_row(x, from), n, x.cols};
}

static gs_reading reading(const pack *k, const gs_probe *q, int side)
{
    int t = q->beg[side], n = q->end[side] - t, at = row_of(k, q->pass[side], t);
    gs_reading r = {.m = k->m, .ids = k->plan->pool + seq_of(k, q->pass[side])->ids + t, .norm = k->norm + at};
    if (q->kind->want & GS_WANT_HIDDEN)
        r.hidden = rows_of(k->read[k->hidden_of[at]].hidden, t - k->read[k->hidden_of[at]].beg, n);
    if (q->kind->want & GS_WANT_LOGITS)
        r.logits = rows_of(k->read[k->logits_of[at]].logits, t - k->read[k->logits_of[at]].beg, n);
    return r;
}

/* Both passes at once. */
static int compare(const pack *k, gs_probe *q, gs_err *e)
{
    size_t n[2], total = 0;
    for (int s = 0; s < 2; s++)
        total += n[s] = q->kind->keep(k->m, q, q->end[s] - q->beg[s]);
    double *x = malloc((total + 1) * sizeof *x);
    if (!x)
        return gs_fail_mem(e, "a comparison of two passes", total * sizeof *x);
    for (int s = 0; s < 2; s++) {
        gs_reading r = reading(k, q, s);
        q->kind->read(&r, q, x + (s ? n[0] : 0));
    }
    q->value = (double)q->kind->compare(q, x, x + n[0], n[0]);
    free(x);
    return 0;
}

static int read_probe(const pack *k, gs_probe_side at, gs_err *e)
{
    gs_probe *q = &k->plan->probe[at.probe];
    gs_reading r = reading(k, q, at.side);
    if (q->kind->value)
        q->value = q->kind->value(&r, q);
    else if (q->parted)
        q->kind->read(&r, q, k->plan->kept + q->kept[at.side]);
    else if (at.side == 1)
        return compare(k, q, e);
    return 0;
}

static int read_probes(gs_worker *wk, pack *k, gs_err *e)
{
    const gs_plan *p = k->plan;
    int rc = 0;
    find_norms(wk, k);
    for (int rank = k->from; rank < k->to; rank++)
        for (size_t j = p->first[p->order[rank]]; j < p->first[p->order[rank] + 1] && !rc; j++)
            rc = read_probe(k, p->read[j], e);
    return rc;
}

int gs_evaluate(gs_worker *wk, const gs_model *m, gs_plan *plan, int batch, gs_err *e)
{
    pack k = {.plan = plan, .m = m, .from = plan->cut[batch], .to = plan->cut[batch + 1]};
    gs_mark mark = gs_arena_mark(wk->arena);
    int rc = choose_passes(&k, e);
    rc = rc ? rc : pack_alloc(&k, e);
    if (!rc) {
        pack_passes(&k);
        rc = choose_reads(&k, e);
    }
    if (!rc) {
        gs_batch b = {.B = k.n, .parent = m->causal ? k.parent : NULL, .past = k.past,
                      .rows = k.rows, .beg = k.beg, .len = k.len, .ids = k.ids,
                      .aux = m->n_aux ? k.aux : NULL, .n_aux = m->n_aux};
        rc = gs_forward(wk, m, &b, k.read, k.n_read, e);
    }
    if (!rc)
        rc = read_probes(wk, &k, e);
    pack_free(&k);
    gs_arena_release(wk->arena, mark);
    return rc;
}
