/* Mass per base of overlapping k-mers. Source: SpeciesLM (ModelUsage.ipynb; songlab's variant script). Kept as
 * logarithms: the mass of a base may be smaller than any number. */
#include <math.h>
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

/* Log of the sum of exponentials of the list's logits; what the head has no row for is left out. */
static double log_mass(gs_id_list list, const float *logits, int head_rows)
{
    log_sum sum = {-INFINITY, 0};
    for (int i = 0; i < list.n && list.ids[i] < head_rows; i++)
        add(&sum, (double)logits[list.ids[i]]);
    return total(sum);
}

static double value(const gs_reading *r, const gs_probe *p)
{
    const gs_tokenizer *tok = r->m->tok;
    log_sum base[2] = {{-INFINITY, 0}, {-INFINITY, 0}};
    for (int t = 0; t < r->logits.rows; t++) {
        const float *logits = gs_mat_row(r->logits, t);
        double all = log_mass(gs_kmer_ids(tok, 0, 0), logits, r->m->head_rows);
        for (int side = 0; side < 2; side++)
            add(&base[side], log_mass(gs_kmer_ids(tok, p->arg - t, p->base[side]), logits, r->m->head_rows) - all);
    }
    return total(base[1]) - total(base[0]);
}

const gs_probe_kind gs_probe_base_mass = {.name = "base mass", .want = GS_WANT_LOGITS, .value = value};
