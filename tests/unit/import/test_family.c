/* Families by their tables: a made-up one, of which every kind of row is tried. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "import/family/family.h"

static const gs_word words[] = {{"absolute", "learned"}, {"rope", "rotary"}, {NULL, NULL}};
static const gs_config_map map[] = {
    GS_MAP_INT("n_layer", "layers", NAN, 1, 40), GS_MAP_INT("n_embd", "dim", 768, 1, 1 << 15),
    GS_MAP_INT("n_ctx", "tokenizer.max_tokens", 512, 1, 1 << 20), GS_MAP_INT("n_sets", NULL, 1, 1, 1),
    GS_MAP_REAL("eps", "norm_eps", 1e-5, 0, 1), GS_MAP_BOOL("tied", "head_tied", 1),
    GS_MAP_NAME("position|rope.type|rope.kind", "position", words), GS_MAP_REFUSE("sparse"),
    GS_MAP_REAL("rope.theta|theta", NULL, 1e4, 1, 1e9), GS_MAP_OPTIONAL("window", "window", 4096, 1, 1 << 20),
    GS_MAP_OPTIONAL("n_kv", "kv_heads", NAN, 1, 64), {.theirs = NULL}};

static const gs_name_map names[] = {
    {.theirs = "h.%d.qk", .ours = "layers.%d.q.weight", .how = GS_T_SPLIT, .part = 0, .parts = 2},
    {.theirs = "h.%d.qk", .ours = "layers.%d.k.weight", .how = GS_T_SPLIT, .part = 1, .parts = 2},
    {.theirs = "h.%d.conv", .ours = "layers.%d.conv.weight", .how = GS_T_CONV},
    {.theirs = "h.%d.out", .ours = "layers.%d.out.weight", .how = GS_T_MATRIX},
    {.theirs = "h.%d.w2.%d", .ours = "layers.%d.experts.%d.down.weight"},
    {.theirs = "h.%d.up", .ours = "layers.%d.experts.%d.up.weight", .how = GS_T_EACH, .part = 1, .parts = 3},
    GS_NAME("wte", "embed.weight"),
    {.theirs = "head", .ours = "embed.weight", .how = GS_T_SPARE, .when = "head_tied"},
    {.theirs = "head", .how = GS_T_DROP, .when = "head_tied"},
    GS_NAME("head", "head.weight"),
    {.theirs = "wpe", .how = GS_T_DROP, .when = "position=rotary"},
    GS_NAME("wpe", "position.weight"), {.theirs = NULL}};

static const gs_form forms[] = {
    {.tensor = "h.0.qk", .config = GS_JSON_TEXT_OF({"form": "new"}), .map = map, .names = names},
    {.tensor = "h.0.conv", .config = GS_JSON_TEXT_OF({"form": "old"}), .map = map, .names = names}, {.tensor = NULL}};
static const gs_form other_forms[] = {{.tensor = "wte", .map = map, .names = names}, {.tensor = NULL}};

/* A family that has its facts from elsewhere than config.json. */
static int facts(gs_checkpoint *c, gs_err *e)
{
    (void)e;
    c->config = json_pack("{s:i}", "n_layer", 7);
    return 0;
}

static const gs_family with_config = {.name = "gpt", .what = "GPT of old", .known_as = {"gpt0", "GPTZero"},
                                      .forms = forms, .architecture = "transformer",
                                      .config = GS_JSON_TEXT_OF({"norm": "layer"})};
static const gs_family without_config = {.name = "evo", .what = "Evo", .known_as = {"evo"}, .forms = other_forms,
                                         .architecture = "hyena", .facts = facts};
static const gs_family *const families[] = {&with_config, &without_config, NULL};

/* A checkpoint of tensors 0, 1, 2, ... of these names, of shape [2, 3, 2] but for h.1.conv and h.1.out. */
static gs_checkpoint checkpoint(const char *config, const char *const *tensors)
{
    gs_checkpoint c = {.dir = "dir", .config_file = "config.json",
                       .config = config ? json_loads(config, 0, NULL) : NULL};
    float *x = calloc(12, sizeof *x);
    assert_non_null(x);
    for (int i = 0; i < 12; i++)
        x[i] = (float)i;
    assert_int_equal(gs_tensors_keep(&c.tensors, (gs_region){x, 12 * sizeof *x, 0}, NULL), 0);
    for (; *tensors; tensors++) {
        gs_tensor t = {.name = (char *)(uintptr_t)*tensors, .ndim = 3, .shape = {2, 3, 2}, .data = x,
                       .bytes = 12 * sizeof *x};
        if (!strcmp(*tensors, "h.1.conv"))
            t = (gs_tensor){.name = t.name, .ndim = 3, .shape = {3, 1, 2}, .data = x, .bytes = 6 * sizeof *x};
        if (!strcmp(*tensors, "h.1.out"))
            t = (gs_tensor){.name = t.name, .ndim = 3, .shape = {2, 3, 1}, .data = x, .bytes = 6 * sizeof *x};
        assert_int_equal(gs_tensors_add(&c.tensors, &t, NULL), 0);
    }
    return c;
}

static void release(gs_bundle *b, gs_checkpoint *c)
{
    gs_bundle_free(b);
    json_decref(c->config);
    gs_tensors_free(&c->tensors);
}

/* Our configuration, as text, of a config.json. */
static void configured(const char *config, const char *ours)
{
    gs_err e = {0};
    gs_bundle b = {0};
    gs_checkpoint c = checkpoint(config, (const char *const[]){"h.0.qk", NULL});
    if (gs_family_apply(&b, &with_config, &c, &e))
        fail_msg("%s: %s", config, e.msg);
    assert_int_equal(json_object_set(b.config, "max_tokens", json_object_get(b.tokenizer, "max_tokens")), 0);
    json_t *want = json_loads(ours, 0, NULL);
    char *got = json_dumps(b.config, 0);
    if (!want || !json_equal(b.config, want))
        fail_msg("%s became %s instead of %s", config, got, ours);
    free(got);
    json_decref(want);
    release(&b, &c);
}

static void refused(const char *config, const char *says)
{
    gs_err e = {0};
    gs_bundle b = {0};
    gs_checkpoint c = checkpoint(config, (const char *const[]){"h.0.qk", NULL});
    int ret = gs_family_apply(&b, &with_config, &c, &e);
    if (ret != -GS_EMODEL || !strstr(e.msg, says))
        fail_msg("%s gives \"%s\", which lacks \"%s\"", config, e.msg, says);
    release(&b, &c);
}

static void test_config(void **state)
{
    (void)state;
    configured("{\"n_layer\": 3}", "{\"norm\": \"layer\", \"form\": \"new\", \"layers\": 3, \"dim\": 768, "
               "\"max_tokens\": 512, \"norm_eps\": 1e-5, \"head_tied\": true, \"position\": \"learned\", "
               "\"window\": 4096}");
    configured("{\"n_layer\": 40, \"n_embd\": 8.0, \"n_ctx\": 9, \"n_sets\": 1, \"eps\": 0, \"tied\": false, "
               "\"position\": \"rope\", \"sparse\": false, \"more\": 5, \"window\": 7, \"n_kv\": 2, "
               "\"rope\": {\"theta\": 5}}",
               "{\"norm\": \"layer\", \"form\": \"new\", \"layers\": 40, \"dim\": 8, "
               "\"max_tokens\": 9, \"norm_eps\": 0.0, \"head_tied\": false, \"position\": \"rotary\", \"window\": 7, "
               "\"kv_heads\": 2}");
    configured("{\"n_layer\": 3, \"tied\": null, \"position\": null, \"sparse\": null, "
               "\"window\": null, \"n_kv\": null}",
               "{\"norm\": \"layer\", \"form\": \"new\", \"layers\": 3, \"dim\": 768, \"max_tokens\": 512, "
               "\"norm_eps\": 1e-5, \"head_tied\": false, "
               "\"position\": \"learned\"}");
    configured("{\"n_layer\": 3, \"rope\": {\"kind\": \"rope\"}, \"window\": null}",
               "{\"norm\": \"layer\", \"form\": \"new\", \"layers\": 3, \"dim\": 768, \"max_tokens\": 512, "
               "\"norm_eps\": 1e-5, \"head_tied\": true, \"position\": \"rotary\"}");
    refused("{\"n_layer\": 3, \"window\": 0}", "\"window\" is 0, out of range");
    refused("{\"n_layer\": 3, \"rope\": {\"theta\": 0}}", "\"rope.theta\" is 0, out of range");
    refused("{\"n_layer\": 3, \"theta\": 0}", "\"theta\" is 0, out of range");
    refused("{\"n_layer\": 3, \"rope\": {\"kind\": \"yarn\"}}", "\"rope.kind\" \"yarn\" is not supported");
    refused("{}", "dir/config.json: \"n_layer\" is missing");
    refused("{\"n_layer\": null}", "\"n_layer\" is missing");
    refused("{\"n_layer\": \"3\"}", "\"n_layer\" must be a number");
    refused("{\"n_layer\": 2.5}", "\"n_layer\" must be a whole number");
    refused("{\"n_layer\": 41}", "\"n_layer\" is 41, out of range (1 to 40)");
    refused("{\"n_layer\": 3, \"n_sets\": 2}", "\"n_sets\" is 2; supported is 1");
    refused("{\"n_layer\": 3, \"eps\": -1}", "\"eps\" is -1, out of range (0 to 1)");
    refused("{\"n_layer\": 3, \"tied\": \"yes\"}", "\"tied\" must be true or false");
    refused("{\"n_layer\": 3, \"position\": \"alibi\"}", "\"position\" \"alibi\" is not supported");
    refused("{\"n_layer\": 3, \"position\": 1}", "\"position\" \"(not a text)\" is not supported");
    refused("{\"n_layer\": 3, \"sparse\": {\"block\": 64}}", "\"sparse\" is not supported");
    refused(NULL, "dir has no config.json");
}

/* The tensor of b by this name has this shape and begins with these numbers. */
static void holds(const gs_bundle *b, const char *name, const char *shape, float first, float second)
{
    char text[80];
    const gs_tensor *t = gs_tensors_find(&b->tensors, name);
    if (!t)
        fail_msg("there is no %s", name);
    assert_string_equal(gs_tensor_shape(t, text, sizeof text), shape);
    assert_true(((const float *)t->data)[0] == first && ((const float *)t->data)[1] == second);
}

static const char *const all[] = {"h.0.qk", "h.0.conv", "h.1.conv", "h.0.out", "h.1.out", "wte", "head", "wpe",
                                  "extra", "h.1.w2.10", "h.1.up", NULL};

static void test_names(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_bundle b = {0};
    char name[40];
    gs_checkpoint c = checkpoint("{\"n_layer\": 2}", all);
    assert_int_equal(gs_family_apply(&b, &with_config, &c, &e), 0);
    holds(&b, "layers.0.q.weight", "[1, 3, 2]", 0, 1);
    holds(&b, "layers.0.k.weight", "[1, 3, 2]", 6, 7);
    holds(&b, "layers.0.conv.weight", "[2, 2, 3]", 0, 2);
    holds(&b, "layers.1.conv.weight", "[2, 3]", 0, 2);
    holds(&b, "layers.0.out.weight", "[2, 3, 2]", 0, 1); /* of two taps: left for the binder to refuse */
    holds(&b, "layers.1.out.weight", "[2, 3]", 0, 1);
    holds(&b, "embed.weight", "[2, 3, 2]", 0, 1);
    holds(&b, "position.weight", "[2, 3, 2]", 0, 1);
    holds(&b, "extra", "[2, 3, 2]", 0, 1);
    holds(&b, "layers.1.experts.10.down.weight", "[2, 3, 2]", 0, 1);
    holds(&b, "layers.1.experts.0.up.weight", "[1, 2]", 2, 3);
    holds(&b, "layers.1.experts.1.up.weight", "[1, 2]", 8, 9);
    assert_int_equal(b.tensors.n, 12);
    assert_int_equal(c.tensors.n, 11); /* upstream's are still there for finish() */
    assert_string_equal(gs_name_upstream(b.names, "layers.1.k.weight", name, sizeof name), "h.1.qk");
    release(&b, &c);
}

/* 0, 1, 2, ... in two dimensions become these numbers; want NULL: it cannot be cut. */
static void transformed(gs_transform how, int part, int parts, const int64_t from[2], const int64_t to[2],
                        const float *want)
{
    gs_err e = {0};
    gs_bundle b = {0};
    float x[12];
    for (int i = 0; i < 12; i++)
        x[i] = (float)i;
    gs_tensor t = {.name = (char *)(uintptr_t)"x", .ndim = 2, .shape = {from[0], from[1]}, .data = x,
                   .bytes = sizeof *x * (size_t)(from[0] * from[1])};
    gs_name_map row = {.theirs = "x", .ours = "x", .how = how, .part = part, .parts = parts};
    int ret = gs_transform_tensor(&t, &row, &b, &e);
    if (!want)
        assert_non_null(strstr(e.msg, "tensor x cannot be cut into"));
    assert_int_equal(ret, want ? 0 : -GS_EMODEL);
    for (int i = 0; want && i < 2; i++)
        assert_int_equal(t.shape[i], to[i]);
    if (want)
        assert_memory_equal(t.data, want, t.bytes);
    gs_bundle_free(&b);
}

/* Conv1D's matrix, and one of queries, keys and values side by side. */
static void test_transforms(void **state)
{
    (void)state;
    transformed(GS_T_COLUMNS, 0, 1, (int64_t[]){2, 3}, (int64_t[]){3, 2}, (float[]){0, 3, 1, 4, 2, 5});
    transformed(GS_T_COLUMNS, 1, 3, (int64_t[]){2, 6}, (int64_t[]){2, 2}, (float[]){2, 8, 3, 9});
    transformed(GS_T_COLUMNS, 1, 3, (int64_t[]){6, 2}, NULL, NULL);
}

static void test_conditions(void **state)
{
    (void)state;
    gs_bundle b = {0};
    gs_checkpoint c = checkpoint("{\"n_layer\": 2, \"tied\": false, \"position\": \"rope\"}", all);
    assert_int_equal(gs_family_apply(&b, &with_config, &c, NULL), 0);
    assert_true(gs_family_has(&b, "head.weight"));
    assert_false(gs_family_has(&b, "position.weight"));
    release(&b, &c);
    b = (gs_bundle){0};
    /* The embedding is stored as the head alone. */
    c = checkpoint("{\"n_layer\": 2}", (const char *const[]){"h.0.conv", "head", NULL});
    assert_int_equal(gs_family_apply(&b, &with_config, &c, NULL), 0);
    assert_true(gs_family_has(&b, "embed.weight"));
    assert_false(gs_family_has(&b, "head.weight"));
    assert_string_equal(gs_json_text(b.config, "form", ""), "old");
    release(&b, &c);
}

static void test_cannot_split(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_bundle b = {0};
    gs_checkpoint c = checkpoint("{\"n_layer\": 2}", (const char *const[]){"h.0.qk", NULL});
    c.tensors.t[0].shape[0] = 3;
    c.tensors.t[0].shape[1] = 2;
    assert_int_equal(gs_family_apply(&b, &with_config, &c, &e), -GS_EMODEL);
    assert_non_null(strstr(e.msg, "tensor h.0.qk cannot be cut into 2 equal parts"));
    release(&b, &c);
}

/* No config.json where a family has its facts from elsewhere. */
static void test_facts(void **state)
{
    (void)state;
    gs_bundle b = {0};
    gs_checkpoint c = checkpoint(NULL, (const char *const[]){"wte", NULL});
    assert_ptr_equal(gs_family_find(families, &c, NULL), &without_config);
    assert_int_equal(gs_family_apply(&b, &without_config, &c, NULL), 0);
    assert_int_equal(gs_family_int(b.config, "layers"), 7);
    assert_string_equal(b.architecture, "hyena");
    release(&b, &c);
}

/* want: NULL, refused. */
static void found(const char *config, const char *tensor, const gs_family *want)
{
    gs_err e = {0};
    gs_checkpoint c = checkpoint(config, (const char *const[]){tensor, NULL});
    const gs_family *f = gs_family_known(families, &c, &e) ? NULL : gs_family_find(families, &c, &e);
    if (f != want)
        fail_msg("%s with %s is of %s: %s", config, tensor, f ? f->name : "nobody", e.msg);
    if (!want)
        assert_non_null(strstr(e.msg, "not supported (model_type"));
    release(&(gs_bundle){0}, &c);
}

static void test_find(void **state)
{
    (void)state;
    found("{}", "h.0.qk", &with_config);
    found("{}", "wte", &without_config);
    found("{}", "other", NULL);
    found("{\"model_type\": \"GPT0\"}", "wte", &without_config);
    found("{\"model_type\": \"gpt0\"}", "other", &with_config); /* and then its tensors are not what they should be */
    found("{\"architectures\": [\"GPTZeroForCausalLM\"]}", "h.0.qk", &with_config);
    found("{\"architectures\": [\"EvoModel\"], \"model_type\": \"my-own\"}", "wte", &without_config);
    found("{\"architectures\": [\"MyEvo\"], \"model_type\": \"evo\"}", "wte", &without_config);
    found("{\"model_type\": \"llama\"}", "wte", NULL);
    found("{\"architectures\": [\"LlamaForCausalLM\"]}", "wte", NULL);
    found("{\"architectures\": [\"LlamaForCausalLM\"], \"model_type\": \"llama\"}", "h.0.qk", NULL);
    found("{\"architectures\": [\"GPTZeroOneForCausalLM\"]}", "h.0.qk", NULL);
    found("{\"architectures\": [\"ForEvo\"], \"model_type\": \"\"}", "wte", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_config), cmocka_unit_test(test_names),
                                       cmocka_unit_test(test_transforms), cmocka_unit_test(test_conditions),
                                       cmocka_unit_test(test_cannot_split),
                                       cmocka_unit_test(test_facts), cmocka_unit_test(test_find)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
