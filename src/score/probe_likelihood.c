/* Log-likelihood of one token, or of a range of them. */
#include "score/probe.h"

static double token(const gs_reading *r, const gs_probe *p)
{
    return (double)r->logits.d[p->arg] - r->norm[0];
}

const gs_probe_kind gs_probe_token = {.name = "token", .want = GS_WANT_LOGITS, .value = token};

static double loglik(const gs_reading *r, const gs_probe *p)
{
    double sum = 0;
    for (int t = 0; t < r->logits.rows; t++)
        sum += (double)gs_mat_row(r->logits, t)[r->ids[t + p->arg]] - r->norm[t];
    return sum;
}

const gs_probe_kind gs_probe_loglik = {.name = "loglik", .want = GS_WANT_LOGITS, .value = loglik};
