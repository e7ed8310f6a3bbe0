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
    gs_gemm()->product(&(gs_gemm_args){.a = a, .b = b, .c = c, .lda = 3, .ldb = 3, .ldc = 2, .M = 2, .N = 2, .K = 3,
                                       .tb = 1, .alpha = 2, .beta = 1});
    assert_true(c[0] == 9 && c[1] == 5 && c[2] == 21 && c[3] == 11);
}

static size_t address_space(void)
{
    size_t pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%zu", &pages), 1);
    fclose(f);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* A buffer takes what its attempt takes, or OpenBLAS could ask for ever; it is made once; there is an end to them. */
static void test_reserve(void **state)
{
    (void)state;
    assert_int_equal(gs_gemm_open(1, NULL), 0);
    size_t before = address_space();
    assert_int_equal(gs_gemm()->reserve(3, 0), 3);
    assert_in_range(address_space() - before, 2 << 20, 2 * ((128 << 20) + 4096));
    before = address_space();
    assert_int_equal(gs_gemm()->reserve(3, 1 << 20), 3);
    assert_int_equal(address_space(), before);
    assert_int_equal(gs_gemm()->reserve(3, (size_t)1 << 48), 1);
    assert_int_equal(gs_gemm()->reserve(1000, 0), 128);
}

/* ---- the rule in gemm.h: what a row's bits depend on ---- */

enum { ROWS = 24 };

/* x [M, K] of random rows with ROWS given ones at `place`; their y. */
static void product(gs_arena *arena, float *out, const float *probe, const gs_weight *w, int M, int place)
{
    int N = w->out, K = w->in;
    float *x = malloc(sizeof(float) * (size_t)M * (size_t)K), *y = malloc(sizeof(float) * (size_t)M * (size_t)N);
    random_floats(x, (size_t)M * (size_t)K, 1, (uint64_t)(M + place));
    memcpy(x + (size_t)place * (size_t)K, probe, sizeof(float) * ROWS * (size_t)K);
    gs_gemm()->linear(arena, y, x, w, M);
    memcpy(out, y + (size_t)place * (size_t)N, sizeof(float) * ROWS * (size_t)N);
    free(x), free(y);
}

/* Number of products whose probe rows have other bits than in the smallest one. */
static int differing(gs_arena *arena, int N, int K)
{
    static const int rows[] = {24, 48, 61, 96, 240, 480, 500, 1008, 2064};
    size_t bytes = sizeof(float) * ROWS * (size_t)N;
    float *data = malloc(sizeof(float) * (size_t)N * (size_t)K), *probe = malloc(sizeof(float) * ROWS * (size_t)K);
    float *first = malloc(bytes), *y = malloc(bytes);
    gs_weight w = {.data = data, .in = K, .out = N};
    int bad = 0, place = gs_gemm()->place;
    random_floats(data, (size_t)N * (size_t)K, 1, 7);
    random_floats(probe, ROWS * (size_t)K, 1, 8);
    product(arena, first, probe, &w, 48, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int at = 0; at + ROWS <= rows[i]; at += place * (1 + at / 20)) {
            product(arena, y, probe, &w, rows[i], at);
            bad += memcmp(y, first, bytes) != 0;
        }
    free(data), free(probe), free(first), free(y);
    return bad;
}

/* Number of forms of a weight, 16-bit as it is and packed, that give other bits than the same numbers in 32 bits. */
static int differing_forms(gs_arena *arena, int N, int K, gs_dtype dtype)
{
    enum { M = 100 };
    size_t n = (size_t)N * (size_t)K, outputs = M * (size_t)N;
    uint16_t *narrow = malloc(n * sizeof *narrow);
    float *wide = malloc(n * sizeof *wide), *x = malloc(M * (size_t)K * sizeof *x), *y[3];
    gs_weight w[3] = {{.data = wide, .in = K, .out = N}};
    for (size_t i = 0; i < n; i++)
        narrow[i] = (uint16_t)((i * 2654435761u >> 9 & 0x83ff) | 0x3c00);
    w[1] = w[2] = (gs_weight){.data = narrow, .dtype = dtype, .in = K, .out = N};
    gs_weight_rows(&w[1], 0, N, wide);
    random_floats(x, M * (size_t)K, 1, 9);
    void *packed = malloc(gs_gemm()->pack_bytes(&w[2]));
    gs_gemm()->pack(packed, &w[2]);
    w[2].packed = packed;
    int bad = gs_gemm()->pack_bytes(&w[0]) != 0;
    for (int i = 0; i < 3; i++) {
        y[i] = malloc(outputs * sizeof *y[i]);
        gs_gemm()->linear(arena, y[i], x, &w[i], M);
        bad += memcmp(y[i], y[0], outputs * sizeof *y[i]) != 0;
    }
    free(y[0]), free(y[1]), free(y[2]), free(packed), free(x), free(wide), free(narrow);
    return bad;
}

/* In a process of its own: OpenBLAS chooses its core once. Exit status: 0 the rule holds. */
static int try_core(const char *core)
{
    static const int dims[][2] = {{145, 145}, {256, 256}, {1024, 256}, {256, 1024}, {512, 1000}, {4107, 64}};
    static const int forms[][2] = {{4, 300}, {512, 1000}, {2150, 4100}, {5001, 900}}; /* the last two in panels */
    gs_err e = {0};
    gs_arena *arena = gs_arena_new();
    int bad = 0;
    setenv("OPENBLAS_CORETYPE", core, 1);
    if (!arena || gs_gemm_open(1, &e))
        return 1;
    for (size_t i = 0; i < sizeof dims / sizeof *dims; i++)
        bad += differing(arena, dims[i][0], dims[i][1]);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        bad += differing_forms(arena, forms[i][0], forms[i][1], i % 2 ? GS_F16 : GS_BF16);
    gs_arena_free(arena);
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_open_and_multiply),
                                       cmocka_unit_test(test_reserve)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
