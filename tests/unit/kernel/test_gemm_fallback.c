/* An OpenBLAS that does not keep the rule about rows: it is noticed, said, and rows depend on nothing else all the
 * same. The library is fake_openblas.c, found by LD_LIBRARY_PATH, which counts when a program starts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/log.h"
#include "kernel/gemm.h"
#include "random.h"

static char said[500];

static void sink(gs_log_level level, const char *msg, void *arg)
{
    (void)level, (void)arg;
    strncpy(said, msg, sizeof said - 1);
}

static void test_rows(void **state)
{
    (void)state;
    enum { M = 96, N = 150, K = 200 };
    gs_err e = {0};
    gs_log_set(sink, NULL, GS_LOG_WARN);
    assert_int_equal(gs_gemm_open(1, &e), 0);
    assert_string_equal(gs_gemm_version(), "OpenBLAS 9.9.9");
    assert_non_null(strstr(said, "rounds a row by its place"));
    gs_arena *arena = gs_arena_new();
    float *x = gs_new(arena, float, M * K), *w = gs_new(arena, float, N * K), *y = gs_new(arena, float, M * N);
    random_floats(x, K, 1, 1);
    random_floats(w, N * K, 1, 2);
    for (int t = 1; t < M; t++)
        memcpy(x + t * K, x, K * sizeof *x);
    gs_gemm()->linear(arena, y, x, &(gs_weight){.data = w, .in = K, .out = N}, M);
    for (int j = 0; j < N; j++) {
        double sum = 0;
        for (int i = 0; i < K; i++)
            sum += (double)x[i] * w[j * K + i];
        assert_true(y[j] - sum < 1e-4 && sum - y[j] < 1e-4);
    }
    for (int t = 1; t < M; t++)
        assert_memory_equal(y + t * N, y, N * sizeof *y);
    gs_arena_free(arena);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};
    if (argc == 1) {
        setenv("LD_LIBRARY_PATH", BUILD_DIR "/tests/fake", 1);
        execl("/proc/self/exe", argv[0], "again", (char *)NULL);
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
