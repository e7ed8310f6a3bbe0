/* What a forward pass takes, as architectures predict it, against what it took. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include "import/import.h"
#include "kernel/gemm.h"

enum { SMALL = 400000 /* bytes of scratch that do not grow with a model */ };

/* One sequence of T tokens, all hidden states read. */
static size_t taken(const gs_model *m, int T)
{
    gs_err e = {0};
    gs_worker *wk = gs_worker_new();
    int32_t *ids = calloc((size_t)T, sizeof *ids);
    uint8_t *aux = calloc((size_t)T * (size_t)m->n_aux + 1, 1);
    gs_read read = {.beg = 0, .end = T, .want = GS_WANT_HIDDEN};
    gs_batch b = {.B = 1, .rows = T, .beg = (int[]){0}, .len = &T, .ids = ids, .aux = m->n_aux ? aux : NULL,
                  .n_aux = m->n_aux};
    assert_non_null(wk);
    if (gs_forward(wk, m, &b, &read, 1, &e))
        fail_msg("%s", e.msg);
    size_t peak = gs_arena_peak(wk->arena);
    gs_worker_free(wk);
    free(ids);
    free(aux);
    return peak;
}

static void check(const char *dir)
{
    gs_err e = {0};
    gs_model *m = gs_model_open(dir, &e);
    if (!m)
        fail_msg("%s", e.msg);
    int T = m->tok->max_tokens && m->tok->max_tokens < 4000 ? m->tok->max_tokens : 4000;
    size_t is = taken(m, T), said = gs_forward_bytes(m, T);
    double ratio = (double)said / (double)is;
    print_message("%-20s %5d tokens: %7.2f MB predicted, %7.2f taken, %.2f\n", strrchr(dir, '/') + 1, T,
                  (double)said / 1e6, (double)is / 1e6, ratio);
    assert_true((ratio > 0.85 && ratio < 1.15) || llabs((long long)said - (long long)is) < SMALL);
    gs_model_close(m);
}

static void test_all(void **state)
{
    (void)state;
    glob_t g;
    assert_int_equal(glob(TEST_DIR "/golden/*/config.json", 0, NULL, &g), 0);
    assert_int_equal(glob(TEST_DIR "/golden/*/*.yml", GLOB_APPEND, NULL, &g), 0);
    for (size_t i = 0; i < g.gl_pathc; i++) {
        *strrchr(g.gl_pathv[i], '/') = 0;
        check(g.gl_pathv[i]);
    }
    globfree(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
