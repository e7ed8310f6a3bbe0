/* Batches through a tiny model: neighbours do not matter, and what cannot be computed is an error. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <cmocka.h>
#include "kernel/gemm.h"
#include "model/tiny_model.h"

static gs_model *tiny(const char *config)
{
    gs_err e = {0};
    gs_bundle b = tiny_bundle(config, NULL);
    gs_model *m = gs_model_build(&b, &e);
    if (!m)
        fail_msg("%s", e.msg);
    return m;
}

static const int32_t ids[] = {0, 1, 2, 3, 5, 3, 2, 1, 0, 0, 4, 2};

/* The configurations that the tests of bits go through. */
static const char *const configs[] = {TINY_CONFIG, TINY_CONFIG ",\"norm_place\":\"post\"",
                                      TINY_CONFIG ",\"position\":\"alibi\"",
                                      TINY_CONFIG ",\"position\":\"none\",\"token_dropout\":true,\"act\":\"relu2\""};

static void run(gs_worker *wk, const gs_model *m, const gs_batch *b, gs_read *read, int n)
{
    gs_err e = {0};
    if (gs_forward(wk, m, b, read, n, &e))
        fail_msg("%s", e.msg);
}

static void same_rows(gs_mat x, gs_mat y, int from, int n)
{
    assert_int_equal(x.cols, y.cols);
    assert_memory_equal(x.d, gs_mat_row(y, from), (size_t)n * (size_t)x.cols * sizeof(float));
}

/* A sequence of a batch of two gives the bits that it gives alone, wherever it lies. */
static void test_neighbours(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
        gs_model *m = tiny(configs[i]);
        gs_worker *wk = gs_worker_new();
        int32_t apart[] = {2, 0, 1, 2, 3, 5, -7, 99, 3, 2, 1, 0, 0, 4, 2};
        gs_batch both = {.B = 2, .rows = 15, .beg = (int[]){1, 8}, .len = (int[]){5, 7}, .ids = apart};
        gs_batch alone = {.B = 1, .rows = 7, .beg = (int[]){0}, .len = (int[]){7}, .ids = ids + 5};
        gs_read x[] = {{.seq = 0, .beg = 4, .end = 5, .want = GS_WANT_LOGITS},
                       {.seq = 1, .beg = 1, .end = 2, .want = GS_WANT_LOGITS}};
        gs_read y[] = {{.end = 7, .want = GS_WANT_HIDDEN}, {.beg = 1, .end = 2, .want = GS_WANT_LOGITS}};
        run(wk, m, &both, x, 2);
        run(wk, m, &alone, y, 2);
        assert_true(x[0].logits.rows == 1 && x[1].logits.rows == 1 && y[0].hidden.rows == 7);
        assert_true(!x[1].hidden.d && !y[0].logits.d);
        same_rows(x[1].logits, y[1].logits, 0, 1);
        gs_worker_free(wk);
        gs_model_close(m);
    }
}

/* Ranges give what their tokens give one by one and the whole sequences give, in any order and overlapping. */
static void test_ranges(void **state)
{
    (void)state;
    enum { BOTH = GS_WANT_HIDDEN | GS_WANT_LOGITS };
    const gs_batch b = {.B = 2, .rows = 12, .beg = (int[]){0, 5}, .len = (int[]){5, 7}, .ids = ids};
    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
        gs_model *m = tiny(configs[i]);
        gs_worker *wk = gs_worker_new();
        gs_read all[] = {{.seq = 0, .end = 5, .want = BOTH}, {.seq = 1, .end = 7, .want = BOTH}};
        run(wk, m, &b, all, 2);
        gs_read few[] = {{.seq = 1, .beg = 2, .end = 6, .want = GS_WANT_LOGITS},
                         {.seq = 1, .beg = 3, .end = 4, .want = GS_WANT_HIDDEN},
                         {.seq = 0, .beg = 4, .end = 5, .want = BOTH}, {.seq = 1, .beg = 2, .end = 5, .want = BOTH}};
        for (int n = 1; n <= 4; n++) {
            run(wk, m, &b, few, n);
            for (int j = 0; j < n; j++) {
                if (few[j].want & GS_WANT_HIDDEN)
                    same_rows(few[j].hidden, all[few[j].seq].hidden, few[j].beg, few[j].end - few[j].beg);
                if (few[j].want & GS_WANT_LOGITS)
                    same_rows(few[j].logits, all[few[j].seq].logits, few[j].beg, few[j].end - few[j].beg);
            }
        }
        gs_worker_free(wk);
        gs_model_close(m);
    }
}

/* One sequence of n tokens, one read. */
static int forward(const gs_model *m, int n, const int32_t *id, gs_read read, gs_err *e)
{
    gs_worker *wk = gs_worker_new();
    *e = (gs_err){0};
    int ret = gs_forward(wk, m, &(gs_batch){.B = 1, .rows = n, .beg = (int[]){0}, .len = &n, .ids = id}, &read, 1, e);
    assert_true(ret == 0 || (!read.hidden.rows && !read.logits.rows));
    gs_worker_free(wk);
    return ret;
}

static void test_refused(void **state)
{
    (void)state;
    gs_err e;
    static const int32_t many[65], outside[] = {6};
    const gs_read hidden = {.end = 1, .want = GS_WANT_HIDDEN}, logits = {.end = 1, .want = GS_WANT_LOGITS};
    gs_model *m = tiny(TINY_CONFIG);
    assert_int_equal(forward(m, 65, many, hidden, &e), -GS_EUSAGE);
    assert_non_null(strstr(e.msg, "65 tokens is too long"));
    assert_int_equal(forward(m, 1, outside, hidden, &e), -GS_EINTERNAL);
    assert_int_equal(forward(m, 0, many, hidden, &e), -GS_EUSAGE);
    static const gs_read wrong[] = {{.seq = 1, .end = 1, .want = GS_WANT_LOGITS},
                                    {.beg = 1, .end = 2, .want = GS_WANT_LOGITS},
                                    {.beg = -1, .end = 1, .want = GS_WANT_HIDDEN},
                                    {.seq = -1, .end = 1, .want = GS_WANT_HIDDEN},
                                    {.beg = 1, .end = 1, .want = GS_WANT_HIDDEN}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(forward(m, 1, many, wrong[i], &e), -GS_EINTERNAL);
    assert_int_equal(forward(m, 1, many, logits, &e), 0);
    gs_worker *wk = gs_worker_new();
    assert_int_equal(gs_forward(wk, m, &(gs_batch){0}, NULL, 0, &e), 0);
    gs_worker_free(wk);
    gs_model_close(m);
}

static void test_not_finite(void **state)
{
    (void)state;
    gs_err e;
    gs_bundle b = tiny_bundle(TINY_CONFIG, NULL);
    memcpy((void *)gs_tensors_find(&b.tensors, "layers.0.up.weight")->data, &(float){NAN}, sizeof(float));
    gs_model *m = gs_model_build(&b, &e);
    assert_non_null(m);
    gs_worker *wk = gs_worker_new();
    gs_read read[2] = {{.beg = 3, .end = 4, .want = GS_WANT_LOGITS}, {.beg = 3, .end = 4, .want = GS_WANT_HIDDEN}};
    gs_batch batch = {.B = 1, .rows = 12, .beg = (int[]){0}, .len = (int[]){12}, .ids = ids};
    e = (gs_err){0};
    assert_int_equal(gs_forward(wk, m, &batch, read, 2, &e), 0);
    for (int i = 0; i < 2; i++) {
        e = (gs_err){0};
        assert_int_equal(gs_reads_check(m, read + i, 1, &e), -GS_EMODEL);
        assert_non_null(strstr(e.msg, "not finite"));
    }
    gs_worker_free(wk);
    gs_model_close(m);
}

/* Half precision and odd addresses give what float32 gives, up to the rounding of the weights (which is none here). */
static void test_half_weights(void **state)
{
    (void)state;
    const gs_batch batch = {.B = 1, .rows = 12, .beg = (int[]){0}, .len = (int[]){12}, .ids = ids};
    gs_model *m[2];
    gs_worker *wk = gs_worker_new();
    gs_read out[2];
    for (int i = 0; i < 2; i++) {
        gs_bundle b = tiny_bundle(TINY_CONFIG, NULL);
        gs_tensor *t = gs_tensors_find(&b.tensors, "layers.0.up.weight");
        float *x = (float *)(uintptr_t)t->data;
        unsigned char *half = malloc(1 + t->bytes / 2);
        assert_non_null(half);
        for (size_t j = 0; j < t->bytes / 4; j++) {
            x[j] = (float)((int)(j % 15) - 7) / 8;
            memcpy(half + 1 + 2 * j, (char *)&x[j] + 2, 2); /* the upper half of a float32 is its bfloat16 */
        }
        gs_tensors_keep(&b.tensors, (gs_region){half, 1, 0}, NULL);
        if (i) {
            t->dtype = GS_BF16;
            t->data = half + 1;
            t->bytes /= 2;
        }
        m[i] = gs_model_build(&b, NULL);
        assert_non_null(m[i]);
        out[i] = (gs_read){.end = 12, .want = GS_WANT_LOGITS};
        run(wk, m[i], &batch, &out[i], 1);
    }
    same_rows(out[0].logits, out[1].logits, 0, 12);
    assert_int_equal(m[0]->memory, 0);
    assert_int_equal(m[1]->memory, 128);
    gs_worker_free(wk);
    gs_model_close(m[0]);
    gs_model_close(m[1]);
}

/* A batch beyond all memory: an error, and the arena works afterwards. */
static void test_out_of_memory(void **state)
{
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* the sanitizer's own address space breaks the limit */
#endif
    enum { T = 40000000 };
    struct rlimit old, low = {1u << 30, RLIM_INFINITY};
    gs_err e = {0};
    gs_model *m = tiny(TINY_CONFIG);
    m->tok->max_tokens = 0;
    int32_t *many = calloc(T, sizeof *many);
    assert_non_null(many);
    const int beg = 0, len = T, few = 12;
    gs_worker *wk = gs_worker_new();
    gs_read read = {.end = 1, .want = GS_WANT_LOGITS};
    getrlimit(RLIMIT_AS, &old);
    low.rlim_max = old.rlim_max;
    setrlimit(RLIMIT_AS, &low);
    int ret = gs_forward(wk, m, &(gs_batch){.B = 1, .rows = T, .beg = &beg, .len = &len, .ids = many}, &read, 1, &e);
    setrlimit(RLIMIT_AS, &old);
    assert_int_equal(ret, -GS_ENOMEM);
    assert_non_null(strstr(e.msg, "40000000 tokens"));
    run(wk, m, &(gs_batch){.B = 1, .rows = few, .beg = &beg, .len = &few, .ids = ids}, &read, 1);
    free(many);
    gs_worker_free(wk);
    gs_model_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_neighbours), cmocka_unit_test(test_ranges),
                                       cmocka_unit_test(test_refused),
                                       cmocka_unit_test(test_not_finite), cmocka_unit_test(test_half_weights),
                                       cmocka_unit_test(test_out_of_memory)};
    if (gs_gemm_open(1, NULL))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
