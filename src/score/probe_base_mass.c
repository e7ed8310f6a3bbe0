/* Mass per base of overlapping k-mers. Source: SpeciesLM (ModelUsage.ipynb; songlab's variant script). Kept as
 * logarithms: the mass of a base may be smaller than any number. */
#include <math.h>
#include <string.h>
#include "score/probe.h"

/* Logarithm of a sum of exponentials that comes term by term. {-INFINITY, 0} is the empty sum. */
typedef struct { double most, sum; } log_sum;

static void add(log_sum *s, double x)
{
    if (x > s->most) {
        s->sum = s->sum * exp(s->most - x) + 1;
        s->most = x;
    } else if (x != -INFINITY) {   /* NaN makes the sum NaN */
        s->sum += exp(x - s->most);
    }
}

static double total(log_sum s)
{
    return s.most + log(s.sum);
}

static int is_kmer(const char *word, int k)
{
    return (int)strspn(word, "ACGT") == k && !word[k];
}

/* One token: log of the mass of either base at `offset`, among all k-mers. */
static void masses(const gs_reading *r, const gs_probe *p, const float *logits, int offset, double mass[2])
{
    const gs_tokenizer *t = r->m->tok;
    log_sum all = {-INFINITY, 0}, base[2] = {{-INFINITY, 0}, {-INFINITY, 0}};
    for (int id = 0; id < r->m->head_rows && id < t->n_vocab; id++) {
        if (!is_kmer(t->vocab[id], t->k))
            continue;
        add(&all, (double)logits[id]);
        for (int side = 0; side < 2; side++)
            if (t->vocab[id][offset] == p->base[side])
                add(&base[side], (double)logits[id]);
    }
    for (int side = 0; side < 2; side++)
        mass[side] = total(base[side]) - total(all);
}

static double value(const gs_reading *r, const gs_probe *p)
{
    log_sum base[2] = {{-INFINITY, 0}, {-INFINITY, 0}};
    double mass[2];
    for (int t = 0; t < r->logits.rows; t++) {
        masses(r, p, gs_mat_row(r->logits, t), p->arg - t, mass);
        for (int side = 0; side < 2; side++)
            add(&base[side], mass[side]);
    }
    return total(base[1]) - total(base[0]);
}

const gs_probe_kind gs_probe_base_mass = {.name = "base mass", .want = GS_WANT_LOGITS, .value = value};
