/* What training puts before the names of tensors, and what only looks like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "import/family/family.h"

/* Two tensors by these names are afterwards called so. */
static void unwrapped(const char *a, const char *b, const char *want_a, const char *want_b)
{
    gs_err e = {0};
    gs_bundle bundle = {0};
    char *data = calloc(1, 8);
    assert_int_equal(gs_tensors_keep(&bundle.tensors, (gs_region){data, 8, 0}, &e), 0);
    const char *const names[] = {a, b};
    for (int i = 0; i < 2; i++) {
        gs_tensor t = {.name = (char *)names[i], .ndim = 1, .shape = {1}, .data = data + 4 * i, .bytes = 4};
        assert_int_equal(gs_tensors_add(&bundle.tensors, &t, &e), 0);
    }
    assert_int_equal(gs_names_unwrap(&bundle.tensors, &e), 0);
    assert_int_equal(bundle.tensors.n, 2);
    const gs_tensor *first = gs_tensors_find(&bundle.tensors, want_a);
    const gs_tensor *second = gs_tensors_find(&bundle.tensors, want_b);
    if (!first || !second)
        fail_msg("%s and %s became %s and %s", a, b, bundle.tensors.t[0].name, bundle.tensors.t[1].name);
    assert_ptr_equal(second->data, data + 4);
    gs_bundle_free(&bundle);
}

static void test_unwrap(void **state)
{
    (void)state;
    unwrapped("module.bert.x", "module.cls.y", "bert.x", "cls.y");
    unwrapped("model.esm.x", "model.lm_head.y", "esm.x", "lm_head.y");
    unwrapped("module._orig_mod.bert.x", "module._orig_mod.cls.y", "bert.x", "cls.y");
    unwrapped("model.model.layers.0.x", "model.lm_head.y", "model.layers.0.x", "lm_head.y");
    unwrapped("model.model.layers.0.x", "model.model.norm.y", "model.layers.0.x", "model.norm.y");
    unwrapped("model.model.encoder.x", "model.cls.y", "model.encoder.x", "cls.y");
    unwrapped("model.model.encoder.x", "model.model.ln_f.y", "model.encoder.x", "model.ln_f.y");
}

static void test_untouched(void **state)
{
    (void)state;
    unwrapped("bert.x", "cls.y", "bert.x", "cls.y");
    unwrapped("model.encoder.x", "cls.y", "model.encoder.x", "cls.y");
    unwrapped("model.encoder.x", "model.ln_f.y", "model.encoder.x", "model.ln_f.y");
    unwrapped("model.layers.0.x", "model.norm.y", "model.layers.0.x", "model.norm.y");
    unwrapped("model.", "model.x", "model.", "model.x");
    unwrapped("module.x", "epoch", "module.x", "epoch");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_unwrap), cmocka_unit_test(test_untouched)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
