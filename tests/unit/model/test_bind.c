/* Tables of weights: what a row binds, and in which form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "kernel/gemm.h"
#include "model/bind.h"

enum { OFF = 1, ON = 2 };
typedef struct { gs_weight table; gs_linear_w up, tied, off; gs_norm_w norm; gs_conv_w conv, deep; } layers;
static const gs_bind_row rows[] = {
    GS_TABLE(layers, table, .name = "embed", .shape = "VD"),
    GS_LINEAR(layers, up, .name = "layers.%d.up", .shape = "FD", .bias = OFF),
    GS_LINEAR(layers, tied, .name = "head", .shape = "VD", .when = ON, .tied = "embed", .bias = OFF),
    GS_LINEAR(layers, off, .name = "nowhere", .shape = "VD", .when = OFF | ON),
    GS_NORM(layers, norm, .name = "norm", .shape = "D"),
    GS_CONV(layers, conv, .name = "conv", .shape = "RKD", .bias = OFF),
    GS_CONV(layers, deep, .name = "deep", .shape = "KD"),
    {.name = NULL}};

/* The tensors that the table is about, two of them as 16-bit numbers from byte `odd` of their memory on. */
static void make(gs_model *m, gs_dtype dtype, int odd)
{
    static const struct { const char *name; int ndim; int64_t shape[3]; } all[] = {
        {"embed.weight", 2, {6, 4}},   {"layers.3.up.weight", 2, {8, 4}}, {"norm.weight", 1, {4}},
        {"norm.bias", 1, {4}},          {"conv.weight", 3, {5, 3, 4}}, {"deep.weight", 2, {3, 4}},
        {"deep.bias", 1, {4}}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        gs_tensor t = {.name = (char *)(uintptr_t)all[i].name, .ndim = all[i].ndim, .dtype = i < 2 ? dtype : GS_F32};
        size_t n = 1;
        for (int d = 0; d < t.ndim; d++)
            n *= (size_t)(t.shape[d] = all[i].shape[d]);
        unsigned char *data = calloc(1, 4 * n + 2);
        t.data = data + (i < 2 ? odd : 0);
        t.bytes = n * gs_dtype_size(t.dtype);
        for (size_t j = 0; j < n; j++) { /* the upper half of a float32 is its bfloat16 */
            float x = (float)(i + 1) + (float)j / 64;
            memcpy(data + (i < 2 ? odd : 0) + gs_dtype_size(t.dtype) * j,
                   (char *)&x + (t.dtype == GS_F32 ? 0 : 2), gs_dtype_size(t.dtype));
        }
        assert_int_equal(gs_tensors_keep(&m->bundle.tensors, (gs_region){data, 1, 0}, NULL), 0);
        assert_int_equal(gs_tensors_add(&m->bundle.tensors, &t, NULL), 0);
    }
}

static int bind(gs_model *m, layers *l, int pack, gs_err *e)
{
    gs_binder b = {.features = ON, .norm = {.eps = 0.5f, .kind = GS_NORM_RMS},
                   .dims = {['D'] = 4, ['V'] = 6, ['F'] = 8, ['R'] = 5, ['K'] = 3}};
    m->bundle.path = (char *)(uintptr_t)"tiny";
    assert_int_equal(gs_bind_begin(&b, m, e), 0);
    assert_int_equal(b.pack, 1);
    b.pack = pack;
    gs_bind(&b, l, rows, 3);
    return gs_bind_finish(&b, e);
}

static float first(const float *x) { return x[0]; }

static void test_layers(void **state)
{
    (void)state;
    gs_model m = {0};
    layers l = {0};
    make(&m, GS_F32, 0);
    assert_int_equal(bind(&m, &l, 1, NULL), 0);
    assert_true(l.table.in == 4 && l.table.out == 6 && first(l.table.data) == 1);
    assert_true(l.up.w.in == 4 && l.up.w.out == 8 && first(l.up.w.data) == 2 && !l.up.b && !l.up.w.packed);
    assert_true(l.tied.w.data == l.table.data && l.tied.w.out == 6 && !l.off.w.data);
    assert_true(first(l.norm.g) == 3 && first(l.norm.b) == 4 && l.norm.eps == 0.5f && l.norm.kind == GS_NORM_RMS);
    assert_true(l.conv.in == 4 && l.conv.out == 5 && l.conv.taps == 3 && l.conv.dilation == 1 && !l.conv.depthwise);
    assert_true(l.conv.w.in == 12 && l.conv.w.out == 5 && !l.conv.b);
    assert_true(l.deep.in == 4 && l.deep.out == 4 && l.deep.taps == 3 && l.deep.depthwise && first(l.deep.b) == 7);
    assert_int_equal(m.memory, 0);
    gs_tensors_free(&m.bundle.tensors);
}

/* 16-bit weights stay as they lie; matrices have a packed form beside them unless the model is too large for it. */
static void test_narrow(void **state)
{
    (void)state;
    for (int pack = 0; pack < 2; pack++) {
        gs_model m = {0};
        layers l = {0};
        make(&m, GS_BF16, 0);
        assert_int_equal(bind(&m, &l, pack, NULL), 0);
        assert_true(l.table.dtype == GS_BF16 && !l.table.packed && l.up.w.dtype == GS_BF16);
        assert_true(!l.up.w.packed == !pack && !l.tied.w.packed == !pack);
        assert_true(!pack || (first(l.up.w.packed) == 2 && first(l.tied.w.packed) == 1));
        assert_int_equal(m.memory, pack ? 128 + 128 : 0);
        gs_tensors_free(&m.bundle.tensors);
    }
}

/* Odd addresses: copied, and as 32-bit numbers. */
static void test_unaligned(void **state)
{
    (void)state;
    for (int narrow = 0; narrow < 2; narrow++) {
        gs_model m = {0};
        layers l = {0};
        make(&m, narrow ? GS_BF16 : GS_F32, 1);
        assert_int_equal(bind(&m, &l, 1, NULL), 0);
        assert_true(l.up.w.dtype == GS_F32 && (uintptr_t)l.up.w.data % 4 == 0 && first(l.up.w.data) == 2);
        assert_true(l.table.dtype == GS_F32 && first(l.table.data) == 1 && !l.up.w.packed);
        gs_tensors_free(&m.bundle.tensors);
    }
}

static void test_complaints(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_model m = {0};
    layers l = {0};
    make(&m, GS_F32, 0);
    gs_tensors_find(&m.bundle.tensors, "conv.weight")->shape[1] = 1;
    gs_tensors_find(&m.bundle.tensors, "deep.bias")->dtype = GS_I32;
    assert_int_equal(gs_tensors_add(&m.bundle.tensors, &(gs_tensor){.name = "more"}, NULL), 0);
    assert_int_equal(bind(&m, &l, 1, &e), -GS_EMODEL);
    assert_non_null(strstr(e.msg, "conv.weight is F32 [5, 1, 4] instead of [5, 3, 4]"));
    assert_non_null(strstr(e.msg, "deep.bias is I32 [4] instead of F32, F16 or BF16"));
    assert_non_null(strstr(e.msg, "does not account for (more)"));
    gs_tensors_free(&m.bundle.tensors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_layers), cmocka_unit_test(test_narrow),
                                       cmocka_unit_test(test_unaligned), cmocka_unit_test(test_complaints)};
    if (gs_gemm_open(1, NULL))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
