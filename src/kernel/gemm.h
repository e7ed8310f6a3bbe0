/* The door to OpenBLAS: the only file that knows it. The library is loaded at run time (dlopen), after
 * OPENBLAS_CORETYPE and OPENBLAS_NUM_THREADS were set, because Debian's 0.3.21 takes an unknown CPU for a lesser one
 * and decides when it is loaded. All functions are thread-safe after gs_gemm_open. */
#ifndef GS_GEMM_H
#define GS_GEMM_H
#include "base/err.h"

/* Load OpenBLAS. Idempotent. threads: BLAS threads per call (1 when several workers call at once). */
int gs_gemm_open(int threads, gs_err *e);

/* "OpenBLAS 0.3.21" and the core type that really runs, such as "SkylakeX". */
const char *gs_gemm_version(void);
const char *gs_gemm_core(void);

enum { GS_GEMM_ROWS = 48, GS_GEMM_PLACE = 12, GS_GEMM_SMALL = 1000000 / GS_GEMM_ROWS + 1 };

/* C[M, N] (ldc) = alpha A[M, K] (lda) B + beta C, with B [K, N] (ldb), or transposed [N, K] when tb.
 *
 * A row's last bits depend on that row and on B alone if M is a multiple of GS_GEMM_ROWS, N K >= GS_GEMM_SMALL, and the
 * row's place is the same modulo GS_GEMM_PLACE: measured on OpenBLAS 0.3.21 (tests/unit/kernel/test_gemm.c). Its
 * SkylakeX cores compute small products (M N K <= 10^6) another way; its Haswell cores, in groups of 12 rows, the last
 * 6 otherwise than the first 6. */
typedef struct { const float *a, *b; float *c; int lda, ldb, ldc, M, N, K, tb; float alpha, beta; } gs_gemm_args;
void gs_gemm(const gs_gemm_args *g);
#endif
