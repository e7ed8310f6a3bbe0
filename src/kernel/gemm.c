#include "kernel/gemm.h"
#include <cblas.h> /* types and enums only: nothing here links against it */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include "base/cpu.h"

typedef void sgemm_fn(enum CBLAS_ORDER, enum CBLAS_TRANSPOSE, enum CBLAS_TRANSPOSE, blasint m, blasint n, blasint k,
                      float alpha, const float *a, blasint lda, const float *b, blasint ldb, float beta, float *c,
                      blasint ldc);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *library;
static sgemm_fn *sgemm;
static void (*set_threads)(int);
static char *(*get_config)(void);
static char *(*get_core)(void);
static char version[64], core[64];

/* A function by name. POSIX lets dlsym's pointer be one to a function, ISO C does not, hence memcpy. */
static int find(void *lib, const char *name, void *fn, gs_err *e)
{
    void *p = dlsym(lib, name);
    if (!p)
        return gs_fail(e, GS_EINTERNAL, "%s has no %s: an OpenBLAS library is needed (Debian: libopenblas0-pthread)",
                       GS_OPENBLAS, name);
    memcpy(fn, &p, sizeof p);
    return 0;
}

static int load(int threads, gs_err *e)
{
    char count[16];
    snprintf(count, sizeof count, "%d", threads);
    gs_env_default("OPENBLAS_NUM_THREADS", count);
    if (gs_blas_core())
        gs_env_default("OPENBLAS_CORETYPE", gs_blas_core());
    void *lib = dlopen(GS_OPENBLAS, RTLD_NOW | RTLD_LOCAL);
    if (!lib)
        return gs_fail(e, GS_EINTERNAL, "OpenBLAS could not be loaded: %s; remedy: apt-get install libopenblas0-pthread",
                       dlerror());
    int ret = find(lib, "cblas_sgemm", &sgemm, e);
    ret = ret ? ret : find(lib, "openblas_get_config", &get_config, e);
    ret = ret ? ret : find(lib, "openblas_get_corename", &get_core, e);
    ret = ret ? ret : find(lib, "openblas_set_num_threads", &set_threads, e);
    if (ret) {
        dlclose(lib);
        return ret;
    }
    char number[32] = "";
    sscanf(get_config(), "OpenBLAS %31s", number); /* "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ..." */
    snprintf(version, sizeof version, "OpenBLAS %s", number);
    snprintf(core, sizeof core, "%s", get_core());
    library = lib;
    return 0;
}

int gs_gemm_open(int threads, gs_err *e)
{
    pthread_mutex_lock(&lock);
    int ret = library ? 0 : load(threads, e);
    if (!ret)
        set_threads(threads);
    pthread_mutex_unlock(&lock);
    return ret;
}

const char *gs_gemm_version(void) { return version; }
const char *gs_gemm_core(void) { return core; }

void gs_gemm(const gs_gemm_args *g)
{
    sgemm(CblasRowMajor, CblasNoTrans, g->tb ? CblasTrans : CblasNoTrans, g->M, g->N, g->K, g->alpha, g->a, g->lda,
          g->b, g->ldb, g->beta, g->c, g->ldc);
}
