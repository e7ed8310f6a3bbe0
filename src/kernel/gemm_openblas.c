/* OpenBLAS: the only file that knows it. The library is loaded at run time (dlopen), after OPENBLAS_CORETYPE and
 * OPENBLAS_NUM_THREADS were set, because Debian's 0.3.21 takes an unknown CPU for a lesser one and decides when it is
 * loaded. */
#include "kernel/gemm.h"
#include <cblas.h> /* types and enums only: nothing here links against it */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "base/cpu.h"
#include "base/log.h"
#include "kernel/kernel.h"

typedef void sgemm_fn(enum CBLAS_ORDER, enum CBLAS_TRANSPOSE, enum CBLAS_TRANSPOSE, blasint m, blasint n, blasint k,
                      float alpha, const float *a, blasint lda, const float *b, blasint ldb, float beta, float *c,
                      blasint ldc);

static void *library;
static sgemm_fn *sgemm;
static void (*set_threads)(int);
static char *(*get_config)(void);
static char *(*get_core)(void);
static void *(*buffer_take)(int);
static void (*buffer_give_back)(void *);
static char version_text[64], core_text[64];

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

/* The dynamic linker says in words alone that memory ran out. */
static int cannot_load(const char *why, gs_err *e)
{
    static const char *const memory[] = {"annot allocate", "annot map", "failed to map", "out of memory",
                                         "cannot create shared object descriptor"};
    for (int i = 0; i < 5; i++)
        if (strstr(why, memory[i]))
            return gs_fail(e, GS_ENOMEM, "out of memory for OpenBLAS: %s", why);
    return gs_fail(e, GS_EINTERNAL, "OpenBLAS could not be loaded: %s; remedy: apt-get install libopenblas0-pthread",
                   why);
}

/* ---- its buffers ---- */

/* Each product under way takes a buffer; they are made when first needed, kept, and BUFFERS of them come without a
 * message of the library's own. Where there is no room for one, OpenBLAS asks again for ever. */
enum { BUFFER = (128 << 20) + 4096, BUFFERS = 128 };

static int has_room(size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p != MAP_FAILED && !munmap(p, bytes);
}

/* The first buffer is there since the library was opened. */
static int reserve(int threads, size_t each)
{
    void *held[BUFFERS] = {buffer_take(0)};
    int n = 1;
    while (n < threads && n < BUFFERS && has_room(BUFFER + (size_t)(n + 1) * each))
        held[n++] = buffer_take(0);
    for (int i = 0; i < n; i++)
        buffer_give_back(held[i]);
    return n;
}

static int load(int threads, gs_err *e)
{
    char count[16];
    snprintf(count, sizeof count, "%d", threads);
    if (gs_env_default("OPENBLAS_NUM_THREADS", count)
        || (gs_blas_core() && gs_env_default("OPENBLAS_CORETYPE", gs_blas_core())))
        return gs_fail_mem(e, "the environment of OpenBLAS", 0);
    void *lib = dlopen(GS_OPENBLAS, RTLD_NOW | RTLD_LOCAL);
    if (!lib)
        return cannot_load(dlerror(), e);
    int ret = find(lib, "cblas_sgemm", &sgemm, e);
    ret = ret ? ret : find(lib, "openblas_get_config", &get_config, e);
    ret = ret ? ret : find(lib, "openblas_get_corename", &get_core, e);
    ret = ret ? ret : find(lib, "openblas_set_num_threads", &set_threads, e);
    ret = ret ? ret : find(lib, "blas_memory_alloc", &buffer_take, e);
    ret = ret ? ret : find(lib, "blas_memory_free", &buffer_give_back, e);
    if (!ret && !has_room(BUFFER))
        ret = gs_fail_mem(e, "a thread's matrix products", BUFFER);
    if (ret) {
        dlclose(lib);
        return ret;
    }
    char number[32] = "";
    sscanf(get_config(), "OpenBLAS %31s", number); /* "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ..." */
    snprintf(version_text, sizeof version_text, "OpenBLAS %s", number);
    snprintf(core_text, sizeof core_text, "%s", get_core());
    library = lib;
    return 0;
}

static const char *version(void) { return version_text; }
static const char *core(void) { return core_text; }

static void product(const gs_gemm_args *g)
{
    sgemm(CblasRowMajor, CblasNoTrans, g->tb ? CblasTrans : CblasNoTrans, g->M, g->N, g->K, g->alpha, g->a, g->lda,
          g->b, g->ldb, g->beta, g->c, g->ldc);
}

/* ---- the rule that rows keep ---- */

/* A row's last bits depend on that row and on B alone if M is a multiple of ROWS, N K >= SMALL, and the row's place is
 * the same modulo PLACE: measured on 0.3.21 (tests/unit/kernel/test_gemm.c). Its SkylakeX cores compute small products
 * (M N K <= 10^6) another way; its Haswell cores, in groups of 12 rows, the last 6 otherwise than the first 6. */
enum { ROWS = 48, PLACE = 12, SMALL = 1000000 / ROWS + 1 };
static int rows_by_dots; /* the loaded library does not keep the rule */

/* Numbers from -1 to 1, of which the first `period` come again and again. */
static void repeat(float *x, size_t n, size_t period)
{
    uint32_t seed = 1;
    for (size_t i = 0; i < n; i++)
        x[i] = i >= period ? x[i - period] : (float)((seed = seed * 1664525u + 1013904223u) >> 8) * 0x1p-23f - 1;
}

/* Do equal rows of products of ROWS and of 10 ROWS rows, PLACE rows apart, come out with the same bits?
 * -1: out of memory. */
static int keeps_rule(int N, int K)
{
    enum { M = 10 * ROWS };
    size_t n = (size_t)N, k = (size_t)K;
    float *x = malloc((M * k + n * k + 2 * M * n) * sizeof *x);
    if (!x)
        return -1;
    float *w = x + M * k, *few = w + n * k, *many = few + M * n;
    int ok = 1;
    repeat(x, M * k, PLACE * k);
    repeat(w, n * k, n * k);
    gs_gemm_args g = {.a = x, .b = w, .c = few, .lda = K, .ldb = K, .ldc = N, .M = ROWS, .N = N, .K = K, .tb = 1,
                      .alpha = 1};
    product(&g);
    g.c = many, g.M = M;
    product(&g);
    for (size_t t = 0; t < M; t++)
        ok = ok && !memcmp(many + t * n, few + t % PLACE * n, n * sizeof *many);
    for (size_t t = 0; t < ROWS; t++)
        ok = ok && !memcmp(few + t * n, few + t % PLACE * n, n * sizeof *few);
    free(x);
    return ok;
}

/* Hold the library that was loaded to the rule; where it does not keep it, rows are multiplied one by one. */
static int check_rule(gs_err *e)
{
    static const int dims[][2] = {{145, 145}, {64, 1000}, {1000, 40}};
    int ok = 1;
    for (size_t i = 0; i < sizeof dims / sizeof *dims && ok > 0; i++)
        ok = keeps_rule(dims[i][0], dims[i][1]);
    if (ok < 0)
        return gs_fail_mem(e, "a check of OpenBLAS", 0);
    rows_by_dots = !ok;
    if (!ok)
        gs_warn_once("openblas", "%s, core type %s, rounds a row by its place in a product: rows are multiplied one "
                     "by one, which is slow; remedy: Debian 12's libopenblas0-pthread", version_text, core_text);
    return 0;
}

static int open_library(int threads, gs_err *e)
{
    int known = library != NULL, ret = known ? 0 : load(threads, e);
    if (ret)
        return ret;
    set_threads(threads);
    return known ? 0 : check_rule(e);
}

/* ---- products with weights ---- */

/* Narrow weights are widened a panel at a time, about so many numbers, whole blocks of columns of y: columns do not
 * depend on each other. */
enum { PANEL = 1 << 22, COLUMNS = 64 };

/* Packing is widening. */
static size_t pack_bytes(const gs_weight *w)
{
    return w->dtype == GS_F32 ? 0 : sizeof(float) * (size_t)w->out * (size_t)w->in;
}

static void pack(void *to, const gs_weight *w)
{
    gs_weight_rows(w, 0, w->out, to);
}

static gs_weight unpacked(const gs_weight *w)
{
    return w->packed ? (gs_weight){w->packed, GS_F32, w->in, w->out, NULL} : *w;
}

/* Weights too small for the rule, or all. */
static void dots(float *y, const float *x, const float *rows, const gs_weight *w, int M)
{
    const gs_kernels *k = gs_kernels_best();
    size_t K = (size_t)w->in;
    for (int t = 0; t < M; t++, x += K)
        for (int j = 0; j < w->out; j++)
            *y++ = k->dot(x, rows + (size_t)j * K, K);
}

/* M rows, filled up to ROWS with zeros. */
static const float *fill(gs_arena *scratch, const float *x, int M, int cols)
{
    size_t used = (size_t)M * (size_t)cols, all = (size_t)ROWS * (size_t)cols;
    float *full = gs_new(scratch, float, all);
    memcpy(full, x, used * sizeof *full);
    memset(full + used, 0, (all - used) * sizeof *full);
    return full;
}

/* All columns of y, those of whole blocks of ROWS rows and of the rest, which has a block of its own. */
static void panels(gs_arena *scratch, float *y, const float *x, const gs_weight *w, int M)
{
    int N = w->out, whole = M / ROWS * ROWS, rest = M - whole, step = PANEL / w->in / COLUMNS * COLUMNS;
    if (w->dtype == GS_F32 || !step || step > N)
        step = N;
    float *room = gs_new(scratch, float, w->dtype == GS_F32 ? 0 : 2 * (size_t)step * (size_t)w->in);
    float *y_rest = gs_new(scratch, float, rest ? (size_t)ROWS * (size_t)N : 0);
    const float *x_rest = rest ? fill(scratch, x + (size_t)whole * (size_t)w->in, rest, w->in) : NULL;
    gs_gemm_args g = {.K = w->in, .lda = w->in, .ldb = w->in, .ldc = N, .tb = 1, .alpha = 1};
    for (int at = 0; at < N; at += g.N) { /* the last takes what would be a small product */
        g.N = N - at < 2 * step ? N - at : step;
        g.b = gs_weight_rows(w, at, g.N, room);
        g.M = whole, g.a = x, g.c = y + at;
        if (whole)
            product(&g);
        g.M = ROWS, g.a = x_rest, g.c = y_rest + at;
        if (rest)
            product(&g);
    }
    memcpy(y + (size_t)whole * (size_t)N, y_rest, (size_t)rest * (size_t)N * sizeof *y);
}

static void linear(gs_arena *scratch, float *y, const float *x, const gs_weight *w, int M)
{
    gs_mark mark = gs_arena_mark(scratch);
    const gs_weight u = unpacked(w);
    size_t numbers = (size_t)u.in * (size_t)u.out;
    if (numbers < SMALL || rows_by_dots)
        dots(y, x, gs_weight_rows(&u, 0, u.out, gs_new(scratch, float, numbers)), &u, M);
    else
        panels(scratch, y, x, &u, M);
    gs_arena_release(scratch, mark);
}

const gs_gemm_impl gs_gemm_openblas = {
    .name = "openblas",
    .open = open_library,
    .reserve = reserve,
    .version = version,
    .core = core,
    .rows = ROWS,
    .place = PLACE,
    .pack_bytes = pack_bytes,
    .pack = pack,
    .linear = linear,
    .product = product,
};
