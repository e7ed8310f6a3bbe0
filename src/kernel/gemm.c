#include "kernel/gemm.h"
#include <pthread.h>
#include <stddef.h>

/* In the order of preference. */
static const gs_gemm_impl *const impls[] = {&gs_gemm_openblas, NULL};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const gs_gemm_impl *chosen = &gs_gemm_openblas;

int gs_gemm_open(int threads, gs_err *e)
{
    int ret = -1;
    pthread_mutex_lock(&lock);
    for (int i = 0; ret && impls[i]; i++) {
        ret = impls[i]->open(threads, impls[i + 1] ? NULL : e);
        chosen = impls[i];
    }
    pthread_mutex_unlock(&lock);
    return ret;
}

const gs_gemm_impl *gs_gemm(void) { return chosen; }
const char *gs_gemm_version(void) { return chosen->version(); }
const char *gs_gemm_core(void) { return chosen->core(); }
