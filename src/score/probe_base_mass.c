/* Mass per base of overlapping k-mers. Source: SpeciesLM (ModelUsage.ipynb; songlab's variant script). Kept as
 * logarithms: the mass of a base may be smaller than any number. */
#include "score/log_mass.h"
#include "score/probe.h"

static double value(const gs_reading *r, const gs_probe *p)
{
    const gs_tokenizer *tok = r->m->tok;
    gs_log_sum base[2] = {GS_LOG_SUM_EMPTY, GS_LOG_SUM_EMPTY};
    for (int t = 0; t < r->logits.rows; t++) {
        const float *logits = gs_mat_row(r->logits, t);
        double all = gs_log_mass(gs_kmer_ids(tok, 0, 0), logits, r->m->head_rows);
        for (int side = 0; side < 2; side++)
            gs_log_sum_add(&base[side], gs_log_mass(gs_kmer_ids(tok, p->arg - t, p->base[side]), logits,
                                                    r->m->head_rows) - all);
    }
    return gs_log_sum_total(base[1]) - gs_log_sum_total(base[0]);
}

const gs_probe_kind gs_probe_base_mass = {.name = "base mass", .want = GS_WANT_LOGITS, .value = value};
