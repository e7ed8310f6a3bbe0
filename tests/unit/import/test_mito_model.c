/* The shipped model against PyTorch's logits of the same weights (scripts that trained it wrote both). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "kernel/gemm.h"
#include "model/model.h"

static gs_model *open_mito(void)
{
    gs_err e = {0};
    assert_int_equal(gs_gemm_open(1, &e), 0);
    gs_model *m = gs_model_open(TEST_DIR "/../models/mito.bin", &e);
    if (!m)
        fail_msg("%s", e.msg);
    return m;
}

/* One window: the logits at its centre. Returns the largest difference. */
static double check_window(gs_worker *wk, const gs_model *m, json_t *window, int centre)
{
    gs_err e = {0};
    json_t *ids = json_object_get(window, "ids"), *want = json_object_get(window, "logits");
    int T = (int)json_array_size(ids);
    int32_t *id = calloc((size_t)T, sizeof *id);
    assert_non_null(id);
    for (int i = 0; i < T; i++)
        id[i] = (int32_t)json_integer_value(json_array_get(ids, (size_t)i));
    gs_batch b = {.B = 1, .rows = T, .beg = (int[]){0}, .len = &T, .ids = id};
    gs_read out = {.beg = centre, .end = centre + 1, .want = GS_WANT_LOGITS};
    gs_mark mark = gs_arena_mark(wk->arena);
    if (gs_forward(wk, m, &b, &out, 1, &e))
        fail_msg("%s", e.msg);
    assert_int_equal(json_array_size(want), out.logits.cols);
    double most = 0;
    for (int i = 0; i < out.logits.cols; i++)
        most = fmax(most, fabs(out.logits.d[i] - json_number_value(json_array_get(want, (size_t)i))));
    gs_arena_release(wk->arena, mark);
    free(id);
    return most;
}

static void test_logits(void **state)
{
    (void)state;
    json_t *ref = json_load_file(TEST_DIR "/golden/mito/ref_logits.json", 0, NULL), *window;
    size_t i;
    double most = 0;
    assert_non_null(ref);
    gs_model *m = open_mito();
    gs_worker *wk = gs_worker_new();
    int centre = (int)json_integer_value(json_object_get(ref, "centre"));
    json_array_foreach(json_object_get(ref, "windows"), i, window)
        most = fmax(most, check_window(wk, m, window, centre));
    print_message("mito: %zu windows, largest difference of logits %.2e (kernels %s)\n", i, most, wk->k->name);
    assert_true(i > 0 && most <= 8e-6);
    gs_worker_free(wk);
    gs_model_close(m);
    json_decref(ref);
}

static void test_description(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_model *m = open_mito();
    assert_string_equal(json_string_value(json_object_get(m->bundle.card, "licence")), "MIT");
    assert_string_equal(m->recipe.scope, "mitochondrial");
    assert_int_equal(m->recipe.strands, 1);
    assert_int_equal(m->head_rows, 4);
    assert_int_equal(gs_bundle_hash(&m->bundle, &e), 0);
    assert_int_equal(strlen(m->bundle.sha256), 64);
    assert_true(m->arch->flops(m, m->recipe.window, 1) > 1e6);
    gs_model_close(m);
}

/* The same model by its name, from the place that the build knows. */
static void test_by_name(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_model *m = gs_model_open("mito", &e);
    assert_non_null(m);
    gs_model_close(m);
    assert_null(gs_model_open("nosuch", &e));
    assert_int_equal(e.code, GS_EMODEL);
    assert_non_null(strstr(e.msg, "installed: "));
    assert_non_null(strstr(e.msg, "mito"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_logits), cmocka_unit_test(test_description),
                                       cmocka_unit_test(test_by_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
