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

void gs_worker_free(gs_worker *wk)
{
    if (!wk)
        return;
    gs_arena_free(wk->arena);
    free(wk);
}
