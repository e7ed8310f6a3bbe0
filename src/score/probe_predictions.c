/* How unlike the predictions of two passes are. */
#include <math.h>
#include "score/log_mass.h"
#include "score/probe.h"

/* ---- Jensen-Shannon divergence of the next base, mean over the tokens read ---- */

static size_t keep_bases(const gs_model *m, const gs_probe *p, int tokens)
{
    (void)m;
    (void)p;
    return 4 * (size_t)tokens;
}

/* P of A, C, G, T among the four, token by token. */
static void read_bases(const gs_reading *r, const gs_probe *p, double *kept)
{
    (void)p;
    for (int t = 0; t < r->logits.rows; t++) {
        const float *logits = gs_mat_row(r->logits, t);
        double all = gs_log_mass(gs_kmer_ids(r->m->tok, 0, 0), logits, r->m->head_rows);
        for (int b = 0; b < 4; b++)
            kept[4 * t + b] = exp(gs_log_mass(gs_kmer_ids(r->m->tok, 0, "ACGT"[b]), logits, r->m->head_rows) - all);
    }
}

/* p log(p / q), 0 for p = 0 */
static double term(double p, double q)
{
    return p > 0 ? p * log(p / q) : p;
}

/* In nats. */
static float divergence(const gs_probe *p, const double *a, const double *b, size_t n)
{
    (void)p;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double mean = (a[i] + b[i]) / 2;
        sum += (term(a[i], mean) + term(b[i], mean)) / 2;
    }
    return (float)(sum / ((double)n / 4));
}

const gs_probe_kind gs_probe_jsd = {.name = "jsd", .want = GS_WANT_LOGITS, .keep = keep_bases, .read = read_bases,
                                    .compare = divergence};

/* ---- L2 distance of the largest logits of every vocabulary entry ---- */

static size_t keep_most(const gs_model *m, const gs_probe *p, int tokens)
{
    (void)p;
    (void)tokens;
    return (size_t)m->head_rows;
}

static void read_most(const gs_reading *r, const gs_probe *p, double *kept)
{
    (void)p;
    for (int c = 0; c < r->logits.cols; c++) {
        double most = (double)r->logits.d[c];
        for (int t = 1; t < r->logits.rows; t++) {
            double x = (double)gs_mat_row(r->logits, t)[c];
            most = x > most || isnan(x) ? x : most;
        }
        kept[c] = most;
    }
}

const gs_probe_kind gs_probe_maxlogit = {.name = "maxlogit", .want = GS_WANT_LOGITS, .keep = keep_most,
                                         .read = read_most, .compare = gs_compare_l2};
