/* Building a model: whatever does not fit together is named, and no configuration crashes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "model/tiny_model.h"

static void refused(gs_bundle b, const char *says)
{
    gs_err e = {0};
    assert_null(gs_model_build(&b, &e));
    assert_int_equal(e.code, GS_EMODEL);
    if (!strstr(e.msg, says))
        fail_msg("\"%s\" lacks \"%s\"", e.msg, says);
}

/* The configuration with other values behind it, of which the last wins. */
#define WITH(more) tiny_bundle(TINY_CONFIG "," more, NULL)

static void test_config(void **state)
{
    (void)state;
    refused(WITH("\"heads\":3"), "does not divide");
    refused(WITH("\"heads\":4"), "even width");
    refused(WITH("\"layers\":2"), "layers.1.norm1.weight");
    refused(WITH("\"layers\":4000"), "fewer tensors");
    refused(WITH("\"layers\":2000000000"), "outside");
    refused(WITH("\"layers\":-1"), "outside");
    refused(WITH("\"layers\":1e3"), "whole number");
    refused(WITH("\"dim\":\"4\""), "whole number");
    refused(WITH("\"dim\":8"), "embed.weight is F32 [6, 4] instead of [6, 8]");
    refused(WITH("\"vocab\":1048576"), "[1048576, 4]");
    refused(WITH("\"act\":\"tanhshrink\""), "tanhshrink");
    refused(WITH("\"gated\":1"), "true or false");
    refused(WITH("\"gated\":true"), "layers.0.up.weight");
    refused(WITH("\"glue\":1"), "glue");
    refused(WITH("\"norm_eps\":-1"), "outside");
    refused(WITH("\"position\":\"learned\",\"positions\":2,\"position_offset\":2"), "larger");
    refused(WITH("\"position\":\"learned\",\"positions\":99"), "position.weight");
    refused(WITH("\"stem_kernel\":4"), "odd kernel");
    refused(WITH("\"stem_pad\":6"), "stem_pad");
    refused(WITH("\"head_vocab\":7"), "larger");
    refused(tiny_bundle("\"dim\":4", NULL), "\"vocab\" is missing");
}

static void test_tensors(void **state)
{
    (void)state;
    refused(tiny_bundle(TINY_CONFIG, "layers.0.q.weight"), "1 missing (layers.0.q.weight)");
    refused(WITH("\"final_norm\":false"), "does not account for (norm.weight, norm.bias)");
    refused(WITH("\"attn_bias\":true"), "4 missing");
    gs_bundle b = tiny_bundle(TINY_CONFIG, NULL);
    gs_tensors_find(&b.tensors, "head.bias")->dtype = GS_I32;
    refused(b, "head.bias is I32 [4] instead of F32, F16 or BF16");
}

static void with_part(json_t **part, const char *key, json_t *value)
{
    json_object_set_new(*part, key, value);
}

static void test_tokenizer_and_recipe(void **state)
{
    (void)state;
    gs_bundle b = tiny_bundle(TINY_CONFIG, NULL);
    with_part(&b.tokenizer, "vocab", json_integer(3));
    refused(b, "\"vocab\" must be a list");
    b = tiny_bundle(TINY_CONFIG, NULL);
    with_part(&b.tokenizer, "vocab", json_pack("[s,i]", "A", 1));
    refused(b, "entry 1 of \"vocab\"");
    b = tiny_bundle(TINY_CONFIG, NULL);
    json_array_append_new(json_object_get(b.tokenizer, "vocab"), json_string("X"));
    refused(b, "7 tokens, the embedding 6");
    b = tiny_bundle(TINY_CONFIG, NULL);
    with_part(&b.recipe, "strands", json_string("three"));
    refused(b, "three");
    b = tiny_bundle(TINY_CONFIG, NULL);
    with_part(&b.recipe, "window", json_integer(0));
    refused(b, "\"window\" is 0");
    b = tiny_bundle(TINY_CONFIG, NULL);
    with_part(&b.recipe, "mode", json_string("a name that is too long"));
    refused(b, "less than 16");
    b = tiny_bundle(TINY_CONFIG, NULL);
    free(b.architecture);
    b.architecture = strdup("perceptron");
    refused(b, "perceptron");
}

static int shared_windows(const char *key, json_t *value)
{
    gs_err e = {0};
    gs_bundle b = tiny_bundle(TINY_CONFIG, NULL);
    with_part(&b.recipe, key, value);
    gs_model *m = gs_model_build(&b, &e);
    if (!m)
        fail_msg("%s", e.msg);
    int shared = m->recipe.shared_windows;
    gs_model_close(m);
    return shared;
}

/* Files of earlier versions say "stride": 1 where windows are not shared. */
static void test_shared_windows(void **state)
{
    (void)state;
    assert_int_equal(shared_windows("visible", json_true()), 1);
    assert_int_equal(shared_windows("shared_windows", json_false()), 0);
    assert_int_equal(shared_windows("stride", json_integer(1)), 0);
    assert_int_equal(shared_windows("stride", json_integer(0)), 1);
}

static void test_names(void **state)
{
    (void)state;
    static const gs_name_map rows[] = {{.theirs = "enc.%d.key.w", .ours = "layers.%d.k.weight"},
                                       {.theirs = "enc.%d.%d.w", .ours = "layers.%d.experts.%d.up.weight"},
                                       {.theirs = "buffer", .how = GS_T_DROP}, {.theirs = NULL}};
    int n[GS_NAME_NUMBERS] = {-1, -1};
    char out[60];
    assert_true(gs_name_match("enc.%d.key.w", "enc.12.key.w", n));
    assert_int_equal(n[0], 12);
    assert_false(gs_name_match("enc.%d.key.w", "enc..key.w", n));
    assert_false(gs_name_match("enc.%d.key.w", "enc.01.key.w", n));
    assert_false(gs_name_match("enc.%d.key.w", "enc.1.key.wx", n));
    assert_false(gs_name_match("enc.%d.key.w", "enc.9999999999999.key.w", n));
    assert_true(gs_name_match("enc.%d.%d.w", "enc.3.14.w", n));
    assert_int_equal(n[0], 3);
    assert_int_equal(n[1], 14);
    assert_false(gs_name_match("enc.%d.%d.w", "enc.3.w", n));
    assert_false(gs_name_match("enc.%d.%d.w", "enc.3.04.w", n));
    assert_false(gs_name_match("enc.%d.%d.w", "enc.3.4.w.", n));
    assert_string_equal(gs_name_upstream(rows, "layers.3.experts.14.up.weight", out, sizeof out), "enc.3.14.w");
    assert_string_equal(gs_name_format("%d.%d", (int[]){123, 456}, out, 5), "123.");
    assert_string_equal(gs_name_upstream(rows, "layers.3.k.weight", out, sizeof out), "enc.3.key.w");
    assert_string_equal(gs_name_upstream(rows, "head.bias", out, sizeof out), "head.bias");
    assert_string_equal(gs_name_upstream(NULL, "head.bias", out, sizeof out), "head.bias");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_config), cmocka_unit_test(test_tensors),
                                       cmocka_unit_test(test_tokenizer_and_recipe),
                                       cmocka_unit_test(test_shared_windows), cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
