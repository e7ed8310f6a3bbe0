#include "score/evaluate.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A batch under construction, all on the heap: the arena belongs to the forward pass. */
typedef struct {
    gs_plan *plan;
    const gs_model *m;
    int from, to;                /* passes */
    int *beg, *read, *read_of;   /* [passes + 1]; token indices; [terms] which read-out each term takes */
    int32_t *ids;
    uint8_t *aux;
    int n_read;
} pack;

static void pack_free(pack *k)
{
    free(k->beg);
    free(k->read);
    free(k->read_of);
    free(k->ids);
    free(k->aux);
}

static const gs_seq *seq_of(const pack *k, int pass)
{
    return &k->plan->seq[k->plan->pass[pass].seq];
}

static int pack_alloc(pack *k, gs_err *e)
{
    const gs_plan *p = k->plan;
    size_t tokens = 0, aux = 0, terms = p->first[k->to] - p->first[k->from];
    for (int pass = k->from; pass < k->to; pass++) {
        tokens += (size_t)seq_of(k, pass)->n;
        aux += (size_t)seq_of(k, pass)->aux;
    }
    k->beg = malloc(((size_t)(k->to - k->from) + 1) * sizeof *k->beg);
    k->ids = malloc((tokens + 1) * sizeof *k->ids);
    k->aux = malloc(aux + 1);
    k->read = malloc((terms + 1) * sizeof *k->read);
    k->read_of = malloc((terms + 1) * sizeof *k->read_of);
    if (!k->beg || !k->ids || !k->aux || !k->read || !k->read_of)
        return gs_fail_mem(e, "a batch", tokens * sizeof *k->ids + aux);
    return 0;
}

/* Read-out of a token of the pass whose read-outs start at `from`; terms of a pass come in few positions. */
static int read_out(pack *k, int from, int token)
{
    for (int i = k->n_read; i-- > from;)
        if (k->read[i] == token)
            return i;
    k->read[k->n_read] = token;
    return k->n_read++;
}

static void pack_rows(pack *k)
{
    const gs_plan *p = k->plan;
    size_t t = 0, aux = 0;
    k->beg[0] = 0;
    for (int pass = k->from, i = 0; pass < k->to; pass++, i++) {
        const gs_seq *seq = seq_of(k, pass);
        int32_t *ids = k->ids + k->beg[i];
        memcpy(ids, p->pool + seq->ids, (size_t)seq->n * sizeof *ids);
        memcpy(k->aux + aux, p->pool + seq->ids + seq->n, (size_t)seq->aux);
        aux += (size_t)seq->aux;
        for (int j = 0; j < p->pass[pass].n_mask; j++)
            ids[p->pool[p->pass[pass].mask + (size_t)j]] = k->m->tok->mask;
        int from = k->n_read;
        for (size_t j = p->first[pass]; j < p->first[pass + 1]; j++)
            k->read_of[t++] = read_out(k, from, k->beg[i] + p->term[p->term_of[j]].pos);
        k->beg[i + 1] = k->beg[i] + seq->n;
    }
}

/* ---- from logits to terms ---- */

/* Mass of k-mers with alt and with ref at the term's offset, among all k-mers. */
static void read_marginal(const gs_model *m, const float *logits, gs_term *t)
{
    double all = 0, most = -INFINITY;
    int k = m->tok->k;
    t->value[0] = t->value[1] = 0;
    for (int turn = 0; turn < 2; turn++)
        for (int id = 0; id < m->head_rows; id++) {
            const char *word = m->tok->vocab[id];
            if ((int)strspn(word, "ACGT") != k || word[k])
                continue;
            if (turn == 0) {
                most = fmax(most, (double)logits[id]);
                continue;
            }
            double mass = exp((double)logits[id] - most);
            all += mass;
            t->value[0] += word[t->offset] == t->alt ? mass : 0;
            t->value[1] += word[t->offset] == t->ref ? mass : 0;
        }
    t->value[0] /= all;
    t->value[1] /= all;
}

/* The normaliser is computed once per read-out. */
static int read_terms(gs_worker *wk, const pack *k, gs_mat logits, gs_err *e)
{
    gs_plan *p = k->plan;
    double *norm = malloc(((size_t)k->n_read + 1) * sizeof *norm);
    if (!norm)
        return gs_fail_mem(e, "a batch", (size_t)k->n_read * sizeof *norm);
    for (int i = 0; i < k->n_read; i++)
        norm[i] = wk->k->logsumexp(gs_mat_row(logits, i), (size_t)logits.cols);
    for (size_t j = p->first[k->from]; j < p->first[k->to]; j++) {
        gs_term *t = &p->term[p->term_of[j]];
        int at = k->read_of[j - p->first[k->from]];
        if (t->alt)
            read_marginal(k->m, gs_mat_row(logits, at), t);
        else
            t->value[0] = (double)gs_mat_row(logits, at)[t->id] - norm[at];
    }
    free(norm);
    return 0;
}

/* ---- from hidden states to distances ---- */

typedef struct { double l1, l2, dot, aa, bb; } sums;

static void add_sums(sums *s, double a, double b)
{
    s->l1 += fabs(a - b);
    s->l2 += (a - b) * (a - b);
    s->dot += a * b;
    s->aa += a * a;
    s->bb += b * b;
}

static double mean_of(gs_mat x, int beg, int end, int col)
{
    double sum = 0;
    for (int t = beg; t < end; t++)
        sum += (double)gs_mat_row(x, t)[col];
    return sum / (end - beg);
}

/* Tokens of side s of a pair in the batch. */
static void range(const pack *k, const gs_pair *q, int s, int *beg, int *end)
{
    int start = k->beg[q->pass[s] - k->from], n = seq_of(k, q->pass[s])->n;
    *beg = start + (q->flat ? k->m->margin : q->beg[s]);
    *end = start + (q->flat ? n - k->m->margin : q->end[s]);
}

static double distance(const pack *k, const gs_pair *q, gs_mat x)
{
    int beg[2], end[2];
    sums s = {0};
    for (int i = 0; i < 2; i++)
        range(k, q, i, &beg[i], &end[i]);
    for (int c = 0; !q->flat && c < x.cols; c++)
        add_sums(&s, mean_of(x, beg[0], end[0], c), mean_of(x, beg[1], end[1], c));
    for (int t = 0; q->flat && t < end[0] - beg[0]; t++)
        for (int c = 0; c < x.cols; c++)
            add_sums(&s, (double)gs_mat_row(x, beg[0] + t)[c], (double)gs_mat_row(x, beg[1] + t)[c]);
    switch (q->metric) {
    case GS_L1: return s.l1;
    case GS_L2: return sqrt(s.l2);
    case GS_DOT: return s.dot;
    default: return s.aa > 0 && s.bb > 0 ? 1 - s.dot / sqrt(s.aa * s.bb) : 0;
    }
}

/* First pair whose passes are not before `pass`: pairs are planned group by group. */
static size_t first_pair(const gs_plan *p, int pass)
{
    size_t lo = 0, hi = p->n_pair;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (p->pair[mid].pass[0] < pass)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void read_pairs(const pack *k, gs_mat hidden)
{
    gs_plan *p = k->plan;
    for (size_t i = first_pair(p, k->from); i < p->n_pair && p->pair[i].pass[0] < k->to; i++)
        p->pair[i].value = distance(k, &p->pair[i], hidden);
}

int gs_evaluate(gs_worker *wk, const gs_model *m, gs_plan *plan, int from, int to, gs_err *e)
{
    pack k = {.plan = plan, .m = m, .from = from, .to = to};
    gs_mark mark = gs_arena_mark(wk->arena);
    int rc = pack_alloc(&k, e);
    if (rc)
        goto out;
    pack_rows(&k);
    gs_batch b = {.B = to - from, .T = k.beg[to - from], .beg = k.beg, .ids = k.ids, .aux = m->n_aux ? k.aux : NULL, .n_aux = m->n_aux};
    gs_out o = {.want_hidden = plan->n_pair > 0, .n_read = k.n_read, .read = k.read};
    rc = gs_forward(wk, m, &b, &o, e);
    if (!rc)
        rc = read_terms(wk, &k, o.logits, e);
    if (!rc)
        read_pairs(&k, o.hidden);
out:
    pack_free(&k);
    gs_arena_release(wk->arena, mark);
    return rc;
}
