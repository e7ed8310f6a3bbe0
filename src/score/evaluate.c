#include "score/evaluate.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A batch under construction, all on the heap: the arena belongs to the forward pass. */
typedef struct {
    gs_plan *plan;
    const gs_model *m;
    int from, to;                /* passes */
    int *beg, *len;              /* [passes]: where each lies */
    int32_t *ids;
    uint8_t *aux;
    gs_read *read;               /* one token each for terms, then two ranges for each pair */
    int n_read;
    int *read_of;                /* [terms]: which read each term takes */
    int *seen;                   /* [longest sequence]: the last read of each token, garbage where there is none */
} pack;

static void pack_free(pack *k)
{
    free(k->beg);
    free(k->len);
    free(k->ids);
    free(k->aux);
    free(k->read);
    free(k->read_of);
    free(k->seen);
}

static const gs_seq *seq_of(const pack *k, int pass)
{
    return &k->plan->seq[k->plan->pass[pass].seq];
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

static size_t pairs_of(const pack *k)
{
    return first_pair(k->plan, k->to) - first_pair(k->plan, k->from);
}

static int pack_alloc(pack *k, gs_err *e)
{
    const gs_plan *p = k->plan;
    size_t tokens = 0, aux = 0, longest = 0, terms = p->first[k->to] - p->first[k->from];
    size_t passes = (size_t)(k->to - k->from);
    for (int pass = k->from; pass < k->to; pass++) {
        size_t n = (size_t)seq_of(k, pass)->n;
        tokens += n;
        aux += (size_t)seq_of(k, pass)->aux;
        longest = n > longest ? n : longest;
    }
    k->beg = malloc((passes + 1) * sizeof *k->beg);
    k->len = malloc((passes + 1) * sizeof *k->len);
    k->ids = malloc((tokens + 1) * sizeof *k->ids);
    k->aux = malloc(aux + 1);
    k->read = calloc(terms + 2 * pairs_of(k) + 1, sizeof *k->read);
    k->read_of = malloc((terms + 1) * sizeof *k->read_of);
    k->seen = calloc(longest + 1, sizeof *k->seen);
    if (!k->beg || !k->len || !k->ids || !k->aux || !k->read || !k->read_of || !k->seen)
        return gs_fail_mem(e, "a batch", tokens * sizeof *k->ids + aux);
    return 0;
}

/* The read of one token of a pass; terms of a pass come in few positions. */
static int read_token(pack *k, int pass, int token)
{
    int last = k->seen[token];
    if (last < k->n_read && k->read[last].seq == pass - k->from && k->read[last].beg == token)
        return last;
    k->read[k->n_read] = (gs_read){.seq = pass - k->from, .beg = token, .end = token + 1, .want = GS_WANT_LOGITS};
    return k->seen[token] = k->n_read++;
}

/* Both ranges of tokens of a pair. */
static void read_pair(pack *k, const gs_pair *q)
{
    for (int s = 0; s < 2; s++) {
        int n = seq_of(k, q->pass[s])->n, margin = k->m->margin;
        k->read[k->n_read++] = (gs_read){.seq = q->pass[s] - k->from, .beg = q->flat ? margin : q->beg[s],
                                         .end = q->flat ? n - margin : q->end[s], .want = GS_WANT_HIDDEN};
    }
}

static void pack_passes(pack *k)
{
    const gs_plan *p = k->plan;
    size_t t = 0, aux = 0;
    int beg = 0;
    for (int pass = k->from, i = 0; pass < k->to; pass++, i++) {
        const gs_seq *seq = seq_of(k, pass);
        int32_t *ids = k->ids + beg;
        k->beg[i] = beg;
        k->len[i] = seq->n;
        beg += seq->n;
        memcpy(ids, p->pool + seq->ids, (size_t)seq->n * sizeof *ids);
        memcpy(k->aux + aux, p->pool + seq->ids + seq->n, (size_t)seq->aux);
        aux += (size_t)seq->aux;
        for (int j = 0; j < p->pass[pass].n_mask; j++)
            ids[p->pool[p->pass[pass].mask + (size_t)j]] = k->m->tok->mask;
        for (size_t j = p->first[pass]; j < p->first[pass + 1]; j++)
            k->read_of[t++] = read_token(k, pass, p->term[p->term_of[j]].pos);
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

/* The normaliser is computed once per read. */
static int read_terms(gs_worker *wk, const pack *k, int n_read, gs_err *e)
{
    gs_plan *p = k->plan;
    double *norm = malloc(((size_t)n_read + 1) * sizeof *norm);
    if (!norm)
        return gs_fail_mem(e, "a batch", (size_t)n_read * sizeof *norm);
    for (int i = 0; i < n_read; i++)
        norm[i] = wk->k->logsumexp(k->read[i].logits.d, (size_t)k->m->head_rows);
    for (size_t j = p->first[k->from]; j < p->first[k->to]; j++) {
        gs_term *t = &p->term[p->term_of[j]];
        int at = k->read_of[j - p->first[k->from]];
        if (t->alt)
            read_marginal(k->m, k->read[at].logits.d, t);
        else
            t->value[0] = (double)k->read[at].logits.d[t->id] - norm[at];
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

static double mean_of(gs_mat x, int col)
{
    double sum = 0;
    for (int t = 0; t < x.rows; t++)
        sum += (double)gs_mat_row(x, t)[col];
    return sum / x.rows;
}

/* a, b: hidden states of the two ranges */
static double distance(const gs_pair *q, gs_mat a, gs_mat b)
{
    sums s = {0};
    for (int c = 0; !q->flat && c < a.cols; c++)
        add_sums(&s, mean_of(a, c), mean_of(b, c));
    for (size_t i = 0; q->flat && i < (size_t)a.rows * (size_t)a.cols; i++)
        add_sums(&s, (double)a.d[i], (double)b.d[i]);
    switch (q->metric) {
    case GS_L1: return s.l1;
    case GS_L2: return sqrt(s.l2);
    case GS_DOT: return s.dot;
    default: return s.aa > 0 && s.bb > 0 ? 1 - s.dot / sqrt(s.aa * s.bb) : 0;
    }
}

int gs_evaluate(gs_worker *wk, const gs_model *m, gs_plan *plan, int from, int to, gs_err *e)
{
    pack k = {.plan = plan, .m = m, .from = from, .to = to};
    size_t pair = first_pair(plan, from), n_pair = pairs_of(&k);
    gs_mark mark = gs_arena_mark(wk->arena);
    int rc = pack_alloc(&k, e);
    if (rc)
        goto out;
    pack_passes(&k);
    int n_token = k.n_read, B = to - from;
    for (size_t i = 0; i < n_pair; i++)
        read_pair(&k, &plan->pair[pair + i]);
    gs_batch b = {.B = B, .rows = B ? k.beg[B - 1] + k.len[B - 1] : 0, .beg = k.beg, .len = k.len, .ids = k.ids,
                  .aux = m->n_aux ? k.aux : NULL, .n_aux = m->n_aux};
    rc = gs_forward(wk, m, &b, k.read, k.n_read, e);
    if (!rc)
        rc = read_terms(wk, &k, n_token, e);
    const gs_read *range = k.read + n_token;
    for (size_t i = 0; i < n_pair && !rc; i++, range += 2)
        plan->pair[pair + i].value = distance(&plan->pair[pair + i], range[0].hidden, range[1].hidden);
out:
    pack_free(&k);
    gs_arena_release(wk->arena, mark);
    return rc;
}
