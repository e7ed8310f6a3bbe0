#include "genome/tally.h"
#include <stdio.h>

void gs_tally_allele(gs_tally *t, gs_flag f)
{
    t->alleles++;
    t->flag[f]++;
    if (f == GS_FLAG_OK || f == GS_FLAG_SAME)
        t->scored++;
}

void gs_tally_reasons(const gs_tally *t, char *out, int n)
{
    int used = 0;
    out[0] = 0;
    for (int f = 1; f < GS_FLAG_COUNT && used < n; f++) {
        if (t->flag[f] && f != GS_FLAG_SAME)
            used += snprintf(out + used, (size_t)(n - used), "%s%s %lld", used ? ", " : "", gs_flag_name((gs_flag)f),
                             (long long)t->flag[f]);
        if (f == GS_FLAG_UNSUPPORTED && t->not_coding && used < n)
            used += snprintf(out + used, (size_t)(n - used), " (%lld outside coding sequences)",
                             (long long)t->not_coding);
    }
}
