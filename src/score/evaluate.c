#include "score/evaluate.h"
#include <stdlib.h>
#include <string.h>

/* A batch under construction, all on the heap: the arena belongs to the forward pass. */
typedef struct {
    int *beg, *read, *read_of;   /* [n + 1]; token indices; [terms] which read-out each term takes */
    int32_t *ids;
    int n_read;
} pack;

static void pack_free(pack *k)
{
    free(k->beg);
    free(k->read);
    free(k->read_of);
    free(k->ids);
}

static int pack_alloc(pack *k, const gs_plan *p, const int *rows, int n, gs_err *e)
{
    size_t tokens = 0, terms = 0;
    for (int i = 0; i < n; i++) {
        tokens += (size_t)p->seq[p->row[rows[i]].seq].n;
        terms += p->first[rows[i] + 1] - p->first[rows[i]];
    }
    k->beg = malloc(((size_t)n + 1) * sizeof *k->beg);
    k->ids = malloc((tokens + 1) * sizeof *k->ids);
    k->read = malloc((terms + 1) * sizeof *k->read);
    k->read_of = malloc((terms + 1) * sizeof *k->read_of);
    if (!k->beg || !k->ids || !k->read || !k->read_of)
        return gs_fail_mem(e, "a batch", tokens * sizeof *k->ids);
    return 0;
}

/* Read-out of token `pos` of the row whose read-outs start at `from`; terms of a row come in few positions. */
static int read_out(pack *k, int from, int token)
{
    for (int i = k->n_read; i-- > from;)
        if (k->read[i] == token)
            return i;
    k->read[k->n_read] = token;
    return k->n_read++;
}

static void pack_rows(pack *k, const gs_plan *p, const int *rows, int n, int mask)
{
    size_t t = 0;
    k->beg[0] = 0;
    for (int i = 0; i < n; i++) {
        const gs_row *row = &p->row[rows[i]];
        const gs_seq *seq = &p->seq[row->seq];
        int32_t *ids = k->ids + k->beg[i];
        memcpy(ids, p->pool + seq->ids, (size_t)seq->n * sizeof *ids);
        for (int j = 0; j < row->n_mask; j++)
            ids[p->pool[row->mask + (size_t)j]] = mask;
        int from = k->n_read;
        for (size_t j = p->first[rows[i]]; j < p->first[rows[i] + 1]; j++)
            k->read_of[t++] = read_out(k, from, k->beg[i] + p->term[p->term_of[j]].pos);
        k->beg[i + 1] = k->beg[i] + seq->n;
    }
}

/* log softmax at each term's read-out. The normaliser is computed once per read-out. */
static int read_terms(gs_run *r, const pack *k, gs_plan *p, const int *rows, int n, const gs_mat *logits)
{
    double *norm = malloc(((size_t)k->n_read + 1) * sizeof *norm);
    if (!norm)
        return -1;
    for (int i = 0; i < k->n_read; i++)
        norm[i] = r->k->logsumexp(logits->d + (size_t)i * (size_t)logits->cols, (size_t)logits->cols);
    size_t t = 0;
    for (int i = 0; i < n; i++)
        for (size_t j = p->first[rows[i]]; j < p->first[rows[i] + 1]; j++, t++) {
            gs_term *term = &p->term[p->term_of[j]];
            size_t at = (size_t)k->read_of[t];
            term->value = (double)logits->d[at * (size_t)logits->cols + (size_t)term->id] - norm[at];
        }
    free(norm);
    return 0;
}

int gs_evaluate(gs_run *r, const gs_model *m, gs_plan *plan, const int *rows, int n, gs_err *e)
{
    pack k = {0};
    gs_mark mark = gs_arena_mark(r->arena);
    int rc = pack_alloc(&k, plan, rows, n, e);
    if (rc)
        goto out;
    pack_rows(&k, plan, rows, n, m->tok->mask);
    gs_batch b = {.B = n, .T = k.beg[n], .beg = k.beg, .ids = k.ids};
    gs_out o = {.n_read = k.n_read, .read = k.read};
    rc = gs_forward(r, m, &b, &o, e);
    if (!rc && read_terms(r, &k, plan, rows, n, &o.logits))
        rc = gs_fail_mem(e, "a batch", (size_t)k.n_read * sizeof(double));
out:
    pack_free(&k);
    gs_arena_release(r->arena, mark);
    return rc;
}

gs_run *gs_run_new(void)
{
    gs_run *r = malloc(sizeof *r);
    if (!r)
        return NULL;
    *r = (gs_run){.arena = gs_arena_new(), .k = gs_kernels_best()};
    if (!r->arena) {
        free(r);
        return NULL;
    }
    return r;
}

void gs_run_free(gs_run *r)
{
    if (!r)
        return;
    gs_arena_free(r->arena);
    free(r);
}
