#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/cpu.h"
#include "kernel/gemm.h"
#include "random.h"

static void test_open_and_multiply(void **state)
{
    (void)state;
    gs_err e = {0};
    assert_int_equal(gs_gemm_open(1, &e), 0);
    assert_int_equal(gs_gemm_open(1, &e), 0);
    assert_int_equal(strncmp(gs_gemm_version(), "OpenBLAS ", 9), 0);
    assert_true(strlen(gs_gemm_core()) > 0);
    float a[6] = {1, 2, 3, 4, 5, 6}, b[6] = {1, 0, 1, 0, 1, 0}, c[4] = {1, 1, 1, 1};
    gs_gemm(&(gs_gemm_args){.a = a, .b = b, .c = c, .lda = 3, .ldb = 3, .ldc = 2, .M = 2, .N = 2, .K = 3, .tb = 1,
                            .alpha = 2, .beta = 1});
    assert_true(c[0] == 9 && c[1] == 5 && c[2] == 21 && c[3] == 11);
}

/* ---- the rule in gemm.h: what a row's bits depend on ---- */

enum { ROWS = 24 };

/* x [M, K] of random rows with ROWS given ones at `place`; their y. */
static void product(float *out, const float *probe, const float *w, const int dims[3], int place)
{
    int M = dims[0], N = dims[1], K = dims[2];
    float *x = malloc(sizeof(float) * (size_t)M * (size_t)K), *y = malloc(sizeof(float) * (size_t)M * (size_t)N);
    random_floats(x, (size_t)M * (size_t)K, 1, (uint64_t)(M + place));
    memcpy(x + (size_t)place * (size_t)K, probe, sizeof(float) * ROWS * (size_t)K);
    gs_gemm(&(gs_gemm_args){.a = x, .b = w, .c = y, .lda = K, .ldb = K, .ldc = N, .M = M, .N = N, .K = K, .tb = 1, .alpha = 1});
    memcpy(out, y + (size_t)place * (size_t)N, sizeof(float) * ROWS * (size_t)N);
    free(x), free(y);
}

/* Number of products whose probe rows have other bits than in the smallest one. */
static int differing(int N, int K)
{
    static const int rows[] = {48, 96, 240, 480, 1008, 2064};
    float *w = malloc(sizeof(float) * (size_t)N * (size_t)K), *probe = malloc(sizeof(float) * ROWS * (size_t)K);
    float *first = malloc(sizeof(float) * ROWS * (size_t)N), *y = malloc(sizeof(float) * ROWS * (size_t)N);
    int bad = 0;
    random_floats(w, (size_t)N * (size_t)K, 1, 7);
    random_floats(probe, ROWS * (size_t)K, 1, 8);
    product(first, probe, w, (int[]){48, N, K}, 0);
    for (int i = 0; i < 6; i++)
        for (int place = 0; place + ROWS <= rows[i]; place += GS_GEMM_PLACE * (1 + place / 20)) {
            product(y, probe, w, (int[]){rows[i], N, K}, place);
            bad += memcmp(y, first, sizeof(float) * ROWS * (size_t)N) != 0;
        }
    free(w), free(probe), free(first), free(y);
    return bad;
}

/* In a process of its own: OpenBLAS chooses its core once. Exit status: 0 the rule holds. */
static int try_core(const char *core)
{
    static const int dims[][2] = {{145, 145}, {256, 256}, {1024, 256}, {256, 1024}, {512, 1000}, {4107, 64}};
    gs_err e = {0};
    int bad = 0;
    setenv("OPENBLAS_CORETYPE", core, 1);
    if (gs_gemm_open(1, &e))
        return 1;
    for (size_t i = 0; i < sizeof dims / sizeof *dims; i++)
        bad += differing(dims[i][0], dims[i][1]);
    printf("core %s: %d products with other bits\n", gs_gemm_core(), bad);
    fflush(stdout);
    return bad != 0;
}

static void test_rows(void **state)
{
    (void)state;
    static const struct { const char *core; gs_isa_t isa; } cores[] = {
        {"Nehalem", GS_ISA_REF}, {"Haswell", GS_ISA_AVX2}, {"SkylakeX", GS_ISA_AVX512},
    };
    for (size_t i = 0; i < sizeof cores / sizeof *cores; i++) {
        if (!gs_isa_usable(cores[i].isa))
            continue;
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            _exit(try_core(cores[i].core));
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_open_and_multiply)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
