/* The door to matrix products. A back-end is one file that exports a gs_gemm_impl, and one line in gemm.c. All
 * functions are thread-safe after gs_gemm_open. */
#ifndef GS_GEMM_H
#define GS_GEMM_H
#include "base/arena.h"
#include "base/err.h"
#include "kernel/weight.h"

/* C[M, N] (ldc) = alpha A[M, K] (lda) B + beta C, with B [K, N] (ldb), or transposed [N, K] when tb. */
typedef struct { const float *a, *b; float *c; int lda, ldb, ldc, M, N, K, tb; float alpha, beta; } gs_gemm_args;

typedef struct gs_gemm_impl {
    const char *name;
    /* Make it ready: load its library, see whether it computes on this machine what it promises. Idempotent, called
     * under a lock. threads: of one product. GS_EINTERNAL with the remedy: not usable here. */
    int (*open)(int threads, gs_err *e);
    /* Make room now for products of so many threads at once, as long as there are `each` bytes of address space more
     * for every one of them: how many of the threads may multiply, at least 1. Before they start. */
    int (*reserve)(int threads, size_t each);
    const char *(*version)(void);        /* "OpenBLAS 0.3.21" */
    const char *(*core)(void);           /* the code that really runs, such as "SkylakeX" */
    /* A row of linear() depends, to the last bit, on that row and on w alone if its place is the same modulo `place`.
     * `rows`: products of a multiple of so many rows are done without copies. */
    int rows, place;
    /* A form of a weight that multiplies faster, made once and shared by all workers; it changes no bit. Bytes that it
     * takes, 0: it is best as it is; then pack is never called. */
    size_t (*pack_bytes)(const gs_weight *w);
    void (*pack)(void *to, const gs_weight *w);
    /* y [M, out] = x [M, in] w^T */
    void (*linear)(gs_arena *scratch, float *y, const float *x, const gs_weight *w, int M);
    /* Activations times activations; bits depend on all sizes. */
    void (*product)(const gs_gemm_args *g);
} gs_gemm_impl;

extern const gs_gemm_impl gs_gemm_openblas;

/* Choose and open the first back-end that is usable here. Idempotent. threads: of one product (1 when several workers
 * multiply at once). */
int gs_gemm_open(int threads, gs_err *e);
const gs_gemm_impl *gs_gemm(void);       /* the one that was chosen */
const char *gs_gemm_version(void);       /* its version and core */
const char *gs_gemm_core(void);
#endif
