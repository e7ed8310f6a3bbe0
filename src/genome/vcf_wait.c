/* Inputs that keep their reader waiting. */
#include <poll.h>
#include <string.h>
#include "genome/vcf_internal.h"

/* Is the next record, or its beginning, in memory? */
static int at_hand(const gs_vcf *v)
{
    const BGZF *z = hts_get_bgzfp(v->fp);
    const hFILE *h = gs_raw_file(v->fp);
    if (v->has_ahead || h->at_eof || (z && z->block_offset < z->block_length))
        return 1;
    return z ? h->begin < h->end : memchr(h->begin, '\n', (size_t)(h->end - h->begin)) != NULL;
}

int gs_vcf_ready(const gs_vcf *v, int ms)
{
    struct pollfd fd = {v->pumped, POLLIN, 0};
    return !v->pump || at_hand(v) || poll(&fd, 1, ms) != 0;
}

void gs_vcf_stop(gs_vcf *v)
{
    gs_pump_stop(v->pump);
}
