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

static gs_worker new_run(void)
{
    return (gs_worker){gs_arena_new(), gs_kernels_best()};
}

static const int32_t ids[] = {0, 1, 2, 3, 5, 3, 2, 1, 0, 0, 4, 2};

/* Row 1 of a batch of two gives the bits that it gives alone. */
static void test_neighbours(void **state)
{
    (void)state;
    static const char *const configs[] = {TINY_CONFIG, TINY_CONFIG ",\"norm_place\":\"post\"",
                                          TINY_CONFIG ",\"position\":\"alibi\"",
                                          TINY_CONFIG ",\"position\":\"none\",\"token_dropout\":true,\"act\":\"relu2\""};
    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
        gs_model *m = tiny(configs[i]);
        gs_worker wk = new_run();
        const int beg[] = {0, 5, 12}, alone_beg[] = {0, 7}, read[] = {4, 6}, alone_read[] = {1};
        gs_batch both = {.B = 2, .T = 12, .beg = beg, .ids = ids}, alone = {.B = 1, .T = 7, .beg = alone_beg, .ids = ids + 5};
        gs_out x = {.n_read = 2, .read = read}, y = {.want_hidden = 1, .n_read = 1, .read = alone_read};
        assert_int_equal(gs_forward(&wk, m, &both, &x, NULL), 0);
        assert_int_equal(gs_forward(&wk, m, &alone, &y, NULL), 0);
        assert_int_equal(x.logits.rows, 2);
        assert_int_equal(y.hidden.rows, 7);
        assert_memory_equal(gs_mat_row(x.logits, 1), y.logits.d, 4 * sizeof(float));
        gs_arena_free(wk.arena);
        gs_model_close(m);
    }
}

static int forward(const gs_model *m, const gs_batch *b, gs_out out, gs_err *e)
{
    gs_worker wk = new_run();
    *e = (gs_err){0};
    int ret = gs_forward(&wk, m, b, &out, e);
    assert_true(ret == 0 || (!out.hidden.rows && !out.logits.rows));
    gs_arena_free(wk.arena);
    return ret;
}

static void test_refused(void **state)
{
    (void)state;
    gs_err e;
    int32_t many[65] = {0}, outside[] = {6};
    const int beg[] = {0, 65}, one[] = {0, 1}, none[] = {0, 0, 1}, first = 0, beyond = 1;
    gs_model *m = tiny(TINY_CONFIG);
    assert_int_equal(forward(m, &(gs_batch){.B = 1, .T = 65, .beg = beg, .ids = many},
                             (gs_out){.want_hidden = 1}, &e), -GS_EUSAGE);
    assert_non_null(strstr(e.msg, "65 tokens is too long"));
    assert_int_equal(forward(m, &(gs_batch){.B = 1, .T = 1, .beg = one, .ids = outside},
                             (gs_out){.want_hidden = 1}, &e), -GS_EINTERNAL);
    assert_int_equal(forward(m, &(gs_batch){.B = 2, .T = 1, .beg = none, .ids = many},
                             (gs_out){.want_hidden = 1}, &e), -GS_EUSAGE);
    assert_int_equal(forward(m, &(gs_batch){.B = 1, .T = 1, .beg = one, .ids = many},
                             (gs_out){.n_read = 1, .read = &beyond}, &e), -GS_EINTERNAL);
    assert_int_equal(forward(m, &(gs_batch){.B = 1, .T = 1, .beg = one, .ids = many},
                             (gs_out){.n_read = 1, .read = &first}, &e), 0);
    assert_int_equal(forward(m, &(gs_batch){.B = 0, .T = 0, .beg = one, .ids = many},
                             (gs_out){.want_hidden = 1}, &e), 0);
    gs_model_close(m);
}

static void test_not_finite(void **state)
{
    (void)state;
    gs_err e;
    const int beg[] = {0, 12}, read = 3;
    gs_bundle b = tiny_bundle(TINY_CONFIG, NULL);
    memcpy((void *)gs_tensors_find(&b.tensors, "layers.0.up.weight")->data, &(float){NAN}, sizeof(float));
    gs_model *m = gs_model_build(&b, &e);
    assert_non_null(m);
    assert_int_equal(forward(m, &(gs_batch){.B = 1, .T = 12, .beg = beg, .ids = ids},
                             (gs_out){.n_read = 1, .read = &read}, &e), -GS_EMODEL);
    assert_non_null(strstr(e.msg, "not finite"));
    gs_model_close(m);
}

/* Half precision and odd addresses give what float32 gives, up to the rounding of the weights (which is none here). */
static void test_half_weights(void **state)
{
    (void)state;
    const int beg[] = {0, 12}, read[] = {0, 4, 11};
    gs_model *m[2];
    gs_worker wk = new_run();
    gs_out out[2];
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
        out[i] = (gs_out){.n_read = 3, .read = read};
        assert_int_equal(gs_forward(&wk, m[i], &(gs_batch){.B = 1, .T = 12, .beg = beg, .ids = ids}, &out[i], NULL), 0);
    }
    assert_memory_equal(out[0].logits.d, out[1].logits.d, 12 * sizeof(float));
    assert_int_equal(m[0]->memory, 0);
    assert_int_equal(m[1]->memory, 128);
    gs_arena_free(wk.arena);
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
    const int beg[] = {0, T}, small[] = {0, 12}, read = 0;
    gs_worker wk = new_run();
    gs_out out = {.n_read = 1, .read = &read};
    getrlimit(RLIMIT_AS, &old);
    low.rlim_max = old.rlim_max;
    setrlimit(RLIMIT_AS, &low);
    int ret = gs_forward(&wk, m, &(gs_batch){.B = 1, .T = T, .beg = beg, .ids = many}, &out, &e);
    setrlimit(RLIMIT_AS, &old);
    assert_int_equal(ret, -GS_ENOMEM);
    assert_non_null(strstr(e.msg, "40000000 tokens"));
    assert_int_equal(gs_forward(&wk, m, &(gs_batch){.B = 1, .T = 12, .beg = small, .ids = ids}, &out, &e), 0);
    free(many);
    gs_arena_free(wk.arena);
    gs_model_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_neighbours), cmocka_unit_test(test_refused),
                                       cmocka_unit_test(test_not_finite), cmocka_unit_test(test_half_weights),
                                       cmocka_unit_test(test_out_of_memory)};
    if (gs_gemm_open(1, NULL))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
