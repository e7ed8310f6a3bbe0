/* Which threads do what: many short sequences get a thread each, a long one all of them. */
#include "base/cpu.h"
#include "model/model.h"

enum { LONG = GS_BATCH_TOKENS /* tokens of a sequence that fills a batch alone */ };

/* Workers that the memory has room for. */
static int that_fit(const gs_model *m, int tokens, int threads)
{
    double each = (double)gs_forward_bytes(m, tokens > LONG ? tokens : LONG), left = (double)gs_memory_left();
    int fit = left > 0 && left / 1.25 < each * threads ? (int)(left / 1.25 / each) : threads;
    return fit > 1 ? fit : 1;
}

gs_share gs_share_threads(const gs_model *m, int tokens, int threads)
{
    int workers = tokens > LONG ? 1 : that_fit(m, tokens, threads);
    return (gs_share){workers, threads / workers};
}

size_t gs_share_bytes(const gs_model *m, int tokens, gs_share share)
{
    return (size_t)share.workers * gs_forward_bytes(m, tokens > LONG ? tokens : LONG);
}
