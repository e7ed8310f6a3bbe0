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

/* [out, in] of random numbers; bias: 0 none. */
static inline gs_linear_w random_linear(gs_worker *wk, int in, int out, int bias, uint64_t seed)
{
    return (gs_linear_w){.w = {.data = random_new(wk, (size_t)in * (size_t)out, seed), .in = in, .out = out},
                         .b = bias ? random_new(wk, (size_t)out, seed + 1) : NULL};
}

/* [out, taps, in], or [taps, in] with out = 0: depthwise. */
static inline gs_conv_w random_conv(gs_worker *wk, const int in_out_taps[3], int dilation, int bias)
{
    int in = in_out_taps[0], deep = !in_out_taps[1], out = deep ? in : in_out_taps[1], taps = in_out_taps[2];
    int cols = deep ? in : taps * in, rows = deep ? taps : out;
    return (gs_conv_w){.w = {.data = random_new(wk, (size_t)cols * (size_t)rows, 1), .in = cols, .out = rows},
                       .b = bias ? random_new(wk, (size_t)out, 2) : NULL,
                       .in = in, .out = out, .taps = taps, .dilation = dilation, .depthwise = deep};
}

static inline float weight_at(const gs_weight *w, int at)
{
    return ((const float *)w->data)[at];
}

static inline void assert_near(float got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%.9g instead of %.9g", (double)got, want);
}

#define nn_test(f) cmocka_unit_test_setup_teardown(f, run_new, run_free)
#endif
