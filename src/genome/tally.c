#include "genome/tally.h"
#include <stdio.h>

void gs_tally_allele(gs_tally *t, gs_flag f)
{
    t->alleles++;
    t->flag[f]++;
    if (f == GS_FLAG_OK || f == GS_FLAG_SAME)
        t->scored++;
}

int gs_tally_wrong_genome(const gs_tally *t)
{
    return t->compared >= 100 && 10 * t->mismatched > t->compared;
}

int gs_tally_suspicious(const gs_tally *t)
{
    return t->scored == 0 && (t->flag[GS_FLAG_NO_CONTIG] || t->flag[GS_FLAG_OUTSIDE] || t->flag[GS_FLAG_REF_MISMATCH]
                              || t->flag[GS_FLAG_NOT_FINITE]);
}

void gs_tally_reasons(const gs_tally *t, char *out, int n)
{
    int used = 0;
    out[0] = 0;
    for (int f = 1; f < GS_FLAG_COUNT && used < n; f++)
        if (t->flag[f] && f != GS_FLAG_SAME)
            used += snprintf(out + used, (size_t)(n - used), "%s%s %lld", used ? ", " : "", gs_flag_name((gs_flag)f),
                             (long long)t->flag[f]);
}
