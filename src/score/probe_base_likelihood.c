/* Likelihoods of bases under models that predict the next k-mer: the mass of all that have a base at its place. */
#include <stdlib.h>
#include "score/log_mass.h"
#include "score/probe.h"

static int compare_ids(const void *a, const void *b)
{
    return *(const int32_t *)a - *(const int32_t *)b;
}

/* The k-mers that have the base of token `id` at an offset; empty where it is none. */
static gs_id_list with_base_of(const gs_tokenizer *t, int32_t id, int offset)
{
    for (const char *base = "ACGT"; *base; base++) {
        gs_id_list list = gs_kmer_ids(t, offset, *base);
        if (list.n && bsearch(&id, list.ids, (size_t)list.n, sizeof id, compare_ids))
            return list;
    }
    return (gs_id_list){0};
}

/* Log P of the first n bases of the token `id`, each by itself. */
static double bases_of(const gs_reading *r, int row, int32_t id, int n)
{
    const gs_tokenizer *tok = r->m->tok;
    const float *logits = gs_mat_row(r->logits, row);
    double sum = -n * gs_log_mass(gs_kmer_ids(tok, 0, 0), logits, r->m->head_rows);
    for (int i = 0; i < n; i++)
        sum += gs_log_mass(with_base_of(tok, id, i), logits, r->m->head_rows);
    return sum;
}

static double loglik(const gs_reading *r, const gs_probe *p)
{
    double sum = 0;
    for (int t = 0, last = r->logits.rows - 1; t <= last; t++)
        sum += bases_of(r, t, r->ids[t + p->arg], t == last ? p->bases : r->m->tok->k);
    return sum;
}

const gs_probe_kind gs_probe_base_loglik = {.name = "base loglik", .want = GS_WANT_LOGITS, .value = loglik};

static double next(const gs_reading *r, const gs_probe *p)
{
    double log_p[2];
    for (int side = 0; side < 2; side++)
        log_p[side] = gs_log_mass(gs_word_ids(r->m->tok, p->base[side]), r->logits.d, r->m->head_rows);
    return log_p[1] - log_p[0];
}

const gs_probe_kind gs_probe_next_base = {.name = "next base", .want = GS_WANT_LOGITS, .value = next};
