/* A stand-in for OpenBLAS that sums a row from the other end in the second half of a product: it does not keep the rule
 * of kernel/gemm_openblas.c. */
#include <cblas.h>

char *openblas_get_config(void) { return "OpenBLAS 9.9.9 FAKE"; }
char *openblas_get_corename(void) { return "Fake"; }
void openblas_set_num_threads(int n) { (void)n; }
void *blas_memory_alloc(int place) { (void)place; return NULL; }
void blas_memory_free(void *buffer) { (void)buffer; }

void cblas_sgemm(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE ta, enum CBLAS_TRANSPOSE tb, blasint M, blasint N,
                 blasint K, float alpha, const float *a, blasint lda, const float *b, blasint ldb, float beta, float *c,
                 blasint ldc)
{
    (void)order, (void)ta, (void)beta;
    for (blasint t = 0; t < M; t++)
        for (blasint j = 0; j < N; j++) {
            float sum = 0;
            for (blasint i = 0; i < K; i++) {
                blasint at = 2 * t < M ? i : K - 1 - i;
                sum += a[t * lda + at] * (tb == CblasTrans ? b[j * ldb + at] : b[at * ldb + j]);
            }
            c[t * ldc + j] = alpha * sum;
        }
}
