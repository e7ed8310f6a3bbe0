/* What the layer tests share: a worker, random matrices, comparison with sums in double. */
#ifndef NN_CHECK_H
#define NN_CHECK_H
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "kernel/gemm.h"
#include "nn/nn.h"
#include "random.h"

static inline int run_new(void **state)
{
    gs_err e = {0};
    return gs_gemm_open(1, &e) || !(*state = gs_worker_new()) ? -1 : 0;
}

static inline int run_free(void **state)
{
    gs_worker_free(*state);
    return 0;
}

static inline float *random_new(gs_worker *wk, size_t n, uint64_t seed)
{
    float *x = gs_new(wk->arena, float, n);
    random_floats(x, n, 1, seed);
    return x;
}

static inline gs_mat random_mat(gs_worker *wk, int rows, int cols, uint64_t seed)
{
    return (gs_mat){random_new(wk, (size_t)rows * (size_t)cols, seed), rows, cols};
}

static inline void assert_near(float got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%.9g instead of %.9g", (double)got, want);
}

#define nn_test(f) cmocka_unit_test_setup_teardown(f, run_new, run_free)
#endif
