#include <stdlib.h>
#include "nn/nn.h"

gs_worker *gs_worker_new(void)
{
    gs_worker *wk = malloc(sizeof *wk);
    if (!wk)
        return NULL;
    *wk = (gs_worker){.arena = gs_arena_new(), .k = gs_kernels_best(), .gemm = gs_gemm()};
    if (!wk->arena) {
        free(wk);
        return NULL;
    }
    return wk;
}

gs_worker *gs_worker_new_team(int threads)
{
    gs_worker *wk = gs_worker_new();
    if (wk && threads > 1)
        wk->team = gs_team_new(threads);
    return wk;
}

void gs_worker_free(gs_worker *wk)
{
    if (!wk)
        return;
    gs_team_free(wk->team);
    gs_arena_free(wk->arena);
    free(wk);
}
