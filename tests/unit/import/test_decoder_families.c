/* What the importers of causal decoders make of config.json and of the tensors: what changes numbers silently. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "import/family/family.h"

/* ---- a checkpoint of small tensors, all of the numbers 0, 1, 2, ... ---- */

enum { MOST = 8192 };

/* "name rows columns"; columns 0: a vector. */
static void add_tensor(gs_tensors *s, const char *text)
{
    char name[100];
    int rows, columns, experts = 0;
    assert_true(sscanf(text, "%99s %d %d %d", name, &rows, &columns, &experts) >= 3);
    gs_tensor t = {.name = name, .ndim = experts ? 3 : columns ? 2 : 1, .shape = {rows, columns, experts},
                   .data = s->regions[0].addr,
                   .bytes = sizeof(float) * (size_t)(rows * (columns ? columns : 1) * (experts ? experts : 1))};
    assert_true(t.bytes <= sizeof(float) * MOST);
    assert_int_equal(gs_tensors_add(s, &t, NULL), 0);
}

static gs_checkpoint checkpoint(const char *config, const char *const *tensors)
{
    gs_checkpoint c = {.dir = "dir", .config = config ? json_loads(config, 0, NULL) : NULL};
    assert_true(!config || c.config);
    float *x = malloc(MOST * sizeof *x);
    assert_non_null(x);
    for (int i = 0; i < MOST; i++)
        x[i] = (float)i;
    assert_int_equal(gs_tensors_keep(&c.tensors, (gs_region){x, MOST * sizeof *x, 0}, NULL), 0);
    for (; *tensors; tensors++)
        add_tensor(&c.tensors, *tensors);
    return c;
}

static void release(gs_bundle *b, gs_checkpoint *c)
{
    gs_bundle_free(b);
    json_decref(c->config);
    gs_tensors_free(&c->tensors);
}

/* The bundle as an importer makes it, with tokens of this kind. */
static gs_bundle made(gs_checkpoint *c, const char *tokenizer)
{
    gs_err e = {0};
    gs_bundle b = {0};
    const gs_family *f = gs_family_find(gs_families, c, &e);
    if (!f || gs_family_apply(&b, f, c, &e))
        fail_msg("%s", e.msg);
    json_t *tok = json_loads(tokenizer, 0, NULL);
    assert_int_equal(json_object_update_missing(b.tokenizer, tok), 0);
    json_decref(tok);
    b.card = json_object();
    if (f->finish(&b, c, &e))
        fail_msg("%s", e.msg);
    return b;
}

/* Every key of `want` has its value in the object; a null: is not there. */
static void holds(const json_t *object, const char *want)
{
    const char *key;
    json_t *v, *all = json_loads(want, 0, NULL);
    assert_non_null(all);
    json_object_foreach(all, key, v) {
        json_t *has = json_object_get(object, key);
        int same = json_is_number(v) && json_is_number(has)
                       ? fabs(json_number_value(v) - json_number_value(has)) <= 1e-6 * fabs(json_number_value(v))
                       : json_is_null(v) ? !has : json_equal(v, has);
        char *text = json_dumps(object, 0);
        if (!same)
            fail_msg("\"%s\" of %s is not that of %s", key, text, want);
        free(text);
    }
    json_decref(all);
}

#define BASES "{\"kind\": \"bpe\", \"k\": 1, \"cls\": 1, \"sep\": -1}"

static void configured(const char *config, const char *const *tensors, const char *want)
{
    gs_checkpoint c = checkpoint(config, tensors);
    gs_bundle b = made(&c, BASES);
    holds(b.config, want);
    release(&b, &c);
}

static void refused(const char *config, const char *const *tensors, const char *says)
{
    gs_err e = {0};
    gs_bundle b = {0};
    gs_checkpoint c = checkpoint(config, tensors);
    const gs_family *f = gs_family_find(gs_families, &c, &e);
    int ret = f ? gs_family_apply(&b, f, &c, &e) : -1;
    b.card = json_object();
    ret = ret ? ret : f->finish(&b, &c, &e);
    if (ret >= 0 || !strstr(e.msg, says))
        fail_msg("\"%s\" lacks \"%s\"", e.msg, says);
    release(&b, &c);
}

/* ---- Llama and its descendants ---- */

#define LAYER "model.layers.0."
static const char *const llama[] = {
    "model.embed_tokens.weight 9 8", "lm_head.weight 9 8", "model.norm.weight 8 0",
            LAYER "input_layernorm.weight 8 0",
    LAYER "post_attention_layernorm.weight 8 0", LAYER "self_attn.q_proj.weight 24 8",
    LAYER "self_attn.k_proj.weight 12 8", LAYER "self_attn.v_proj.weight 12 8", LAYER "self_attn.o_proj.weight 8 24",
    LAYER "self_attn.rotary_emb.inv_freq 3 0", LAYER "mlp.gate_proj.weight 16 8", LAYER "mlp.up_proj.weight 16 8",
    LAYER "mlp.down_proj.weight 8 16", NULL};
#define SIZES "\"vocab_size\": 9, \"hidden_size\": 8, \"num_hidden_layers\": 1, \"num_attention_heads\": 4, " \
              "\"intermediate_size\": 16"
#define LLAMA(MORE) "{\"model_type\": \"llama\", " SIZES MORE "}"

/* A head's width shows in the rows of q; heads of keys are those of queries where nothing is said. */
static void test_sizes(void **state)
{
    (void)state;
    configured(LLAMA(), llama,
               "{\"vocab\": 9, \"dim\": 8, \"layers\": 1, \"heads\": 4, \"kv_heads\": null, \"head_dim\": 6, "
               "\"ffn\": 16, \"norm\": \"rms\", \"norm_eps\": 1e-6, \"act\": \"silu\", \"gated\": true, "
               "\"position\": \"rotary\", \"rotary_base\": 10000, \"rotary_scaling\": \"none\", \"window\": null, "
               "\"attn_bias\": false, \"out_bias\": false, \"up_bias\": false, \"qk_norm\": false, "
            "\"head_tied\": false}");
    configured(LLAMA(", \"num_key_value_heads\": 2, \"head_dim\": 99, \"hidden_act\": \"gelu\", "
            "\"rms_norm_eps\": 1e-5"),
               llama, "{\"kv_heads\": 2, \"head_dim\": 6, \"act\": \"gelu\", \"norm_eps\": 1e-5}");
    configured(LLAMA(", \"num_key_value_heads\": null, \"pretraining_tp\": 2, \"hidden_act\": null"), llama,
               "{\"kv_heads\": null, \"act\": \"silu\"}");
    refused("{\"model_type\": \"llama\", \"hidden_size\": 8}", llama, "\"num_hidden_layers\" is missing");
}

/* transformers 5 has another name for it; an older one for the kind. */
static void test_rope(void **state)
{
    (void)state;
#define LLAMA3 "{\"rotary_base\": 500000, \"rotary_scaling\": \"llama3\", \"rotary_factor\": 8, \"rotary_low\": 1, " \
               "\"rotary_high\": 5, \"rotary_original\": 4096}"
#define SCALING "\"factor\": 8.0, \"low_freq_factor\": 1.0, \"high_freq_factor\": 5.0, " \
                "\"original_max_position_embeddings\": 4096, \"rope_type\": \"llama3\""
    configured(LLAMA(", \"rope_theta\": 500000, \"rope_scaling\": {" SCALING "}"), llama, LLAMA3);
    configured(LLAMA(", \"rope_parameters\": {\"rope_theta\": 500000, " SCALING "}"), llama, LLAMA3);
    configured(LLAMA(", \"rope_parameters\": {\"rope_theta\": 500000, " SCALING "}, \"rope_theta\": 10000"), llama,
               LLAMA3);
    configured(LLAMA(", \"rope_theta\": 5e5, \"rope_scaling\": null"), llama,
               "{\"rotary_base\": 500000, \"rotary_scaling\": \"none\"}");
    configured(LLAMA(", \"rope_parameters\": {\"rope_theta\": 7, \"rope_type\": \"default\"}"), llama,
               "{\"rotary_base\": 7, \"rotary_scaling\": \"none\"}");
    configured(LLAMA(", \"rope_scaling\": {\"type\": \"linear\", \"factor\": 4}"), llama,
               "{\"rotary_scaling\": \"linear\", \"rotary_factor\": 4}");
    refused(LLAMA(", \"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4}"), llama,
            "\"rope_scaling.type\" \"yarn\" is not supported");
    refused(LLAMA(", \"rope_parameters\": {\"rope_type\": \"dynamic\"}"), llama,
            "\"rope_parameters.rope_type\" \"dynamic\" is not supported");
}

/* A window that slides: 4096 where Mistral's configuration has no word of it, none where it says null. */
static void test_sliding(void **state)
{
    (void)state;
#define MISTRAL(MORE) "{\"model_type\": \"mistral\", " SIZES MORE "}"
    configured(MISTRAL(), llama, "{\"window\": 4096}");
    configured(MISTRAL(", \"sliding_window\": null"), llama, "{\"window\": null}");
    configured(MISTRAL(", \"sliding_window\": 100"), llama, "{\"window\": 100}");
    configured(LLAMA(", \"sliding_window\": 100"), llama, "{\"window\": null}");
}

static void test_head(void **state)
{
    (void)state;
    const char *tied[sizeof llama / sizeof *llama];
    memcpy(tied, llama, sizeof llama);
    configured(LLAMA(", \"tie_word_embeddings\": true"), llama, "{\"head_tied\": true}");
    tied[1] = "model.layers.0.self_attn.q_proj.bias 24 0";
    configured(LLAMA(), tied, "{\"head_tied\": true, \"attn_bias\": true}");
    gs_checkpoint c = checkpoint(LLAMA(", \"tie_word_embeddings\": true"), llama);
    gs_bundle b = made(&c, BASES);
    assert_null(gs_tensors_find(&b.tensors, "head.weight"));
    assert_int_equal(b.tensors.n, 11); /* nor is inv_freq there */
    release(&b, &c);
}

/* Queries and keys are normalised; a window that slides is refused. */
static void test_qwen3(void **state)
{
    (void)state;
    const char *qwen[20];
    memcpy(qwen, llama, sizeof llama);
    size_t n = sizeof llama / sizeof *llama - 1;
    qwen[n++] = LAYER "self_attn.q_norm.weight 6 0";
    qwen[n++] = LAYER "self_attn.k_norm.weight 6 0";
    qwen[n] = NULL;
#define QWEN(MORE) "{\"model_type\": \"qwen3\", " SIZES MORE "}"
    configured(QWEN(", \"use_sliding_window\": false, \"sliding_window\": 4096"), qwen,
               "{\"qk_norm\": true, \"window\": null, \"head_dim\": 6}");
    refused(QWEN(", \"use_sliding_window\": true"), qwen, "\"use_sliding_window\" is not supported");
}

/* Norms less 1, scaled embeddings, gelu's tanh form whatever hidden_act says, a tied head. */
static void test_gemma(void **state)
{
    (void)state;
    const char *gemma[sizeof llama / sizeof *llama];
    memcpy(gemma, llama, sizeof llama);
    gemma[1] = LAYER "self_attn.rotary_emb.inv_freq 3 0";
    gemma[9] = "model.rotary_emb.inv_freq 3 0";
#define GEMMA(MORE) "{\"model_type\": \"gemma\", " SIZES MORE "}"
#define SCALED "\"norm_plus_one\": true, \"embed_scale\": 2.828427, \"head_tied\": true"
    configured(GEMMA(", \"hidden_act\": \"gelu\", \"hidden_activation\": null"), gemma,
               "{\"act\": \"gelu_tanh\", \"rotary_base\": 10000, " SCALED "}");
    configured(GEMMA(", \"hidden_act\": \"gelu\""), gemma, "{\"act\": \"gelu_tanh\", " SCALED "}");
    configured(GEMMA(", \"hidden_activation\": \"gelu\""), gemma, "{\"act\": \"gelu\"}");
}

/* The tensor of our name begins with this number, in this shape. */
static void begins(const gs_bundle *b, const char *name, const char *shape, float first)
{
    char text[80];
    const gs_tensor *t = gs_tensors_find(&b->tensors, name);
    if (!t)
        fail_msg("there is no %s", name);
    assert_string_equal(gs_tensor_shape(t, text, sizeof text), shape);
    assert_true(((const float *)t->data)[0] == first);
}

/* w1 is the gate, w3 goes up, w2 down; newer files have a layer's experts in one tensor, gates before ups. */
static void test_mixtral(void **state)
{
    (void)state;
    const char *apart[24], *fused[24];
    memcpy(apart, llama, sizeof llama);
    memcpy(fused, llama, sizeof llama);
    size_t n = sizeof llama / sizeof *llama - 4;
    apart[n] = LAYER "block_sparse_moe.gate.weight 2 8";
    apart[n + 1] = LAYER "block_sparse_moe.experts.1.w1.weight 3 8";
    apart[n + 2] = LAYER "block_sparse_moe.experts.1.w2.weight 8 5";
    apart[n + 3] = LAYER "block_sparse_moe.experts.1.w3.weight 4 8";
    apart[n + 4] = NULL;
    fused[n] = LAYER "mlp.gate.weight 2 8";
    fused[n + 1] = LAYER "mlp.experts.gate_up_proj 2 6 8";
    fused[n + 2] = LAYER "mlp.experts.down_proj 2 8 3";
    fused[n + 3] = NULL;
#define MIXTRAL "{\"model_type\": \"mixtral\", " SIZES ", \"num_local_experts\": 2, \"num_experts_per_tok\": 1}"
    configured(MIXTRAL, apart, "{\"experts\": 2, \"experts_used\": 1, \"window\": null}");
    gs_checkpoint c = checkpoint(MIXTRAL, apart);
    gs_bundle b = made(&c, BASES);
    begins(&b, "layers.0.router.weight", "[2, 8]", 0);
    begins(&b, "layers.0.experts.1.gate.weight", "[3, 8]", 0);
    begins(&b, "layers.0.experts.1.up.weight", "[4, 8]", 0);
    begins(&b, "layers.0.experts.1.down.weight", "[8, 5]", 0);
    release(&b, &c);
    c = checkpoint(MIXTRAL, fused);
    b = made(&c, BASES);
    begins(&b, "layers.0.experts.0.up.weight", "[3, 8]", 24);
    begins(&b, "layers.0.experts.1.gate.weight", "[3, 8]", 48);
    begins(&b, "layers.0.experts.1.up.weight", "[3, 8]", 72);
    begins(&b, "layers.0.experts.1.down.weight", "[8, 3]", 24);
    release(&b, &c);
}

/* ---- GPT-2 ---- */

/* Stored [in, out]; the masks that old files hold are left out. */
static void test_gpt2(void **state)
{
    (void)state;
    static const char *const gpt2[] = {
        "transformer.wte.weight 9 4", "transformer.wpe.weight 20 4", "transformer.ln_f.weight 4 0",
        "transformer.h.0.attn.c_attn.weight 4 12", "transformer.h.0.attn.c_attn.bias 12 0",
        "transformer.h.0.attn.c_proj.weight 4 4", "transformer.h.0.attn.c_proj.bias 4 0",
        "transformer.h.0.mlp.c_fc.weight 4 16", "transformer.h.0.mlp.c_fc.bias 16 0",
        "transformer.h.0.mlp.c_proj.weight 16 4", "transformer.h.0.attn.bias 1 0",
            "transformer.h.0.attn.masked_bias 1 0",
        NULL};
#define GPT2(MORE) "{\"model_type\": \"gpt2\", \"vocab_size\": 9, \"n_embd\": 4, \"n_layer\": 1, \"n_head\": 2, " \
                   "\"n_positions\": 20" MORE "}"
    gs_checkpoint c = checkpoint(GPT2(", \"n_inner\": null"), gpt2);
    gs_bundle b = made(&c, BASES);
    holds(b.config, "{\"ffn\": 16, \"act\": \"gelu_tanh\", \"norm\": \"layer\", \"norm_eps\": 1e-5, \"head_dim\": 2, "
                    "\"position\": \"learned\", \"positions\": 20, \"attn_bias\": true, \"out_bias\": true, "
                    "\"up_bias\": true, \"down_bias\": false, \"head_tied\": true, \"score_by_layer\": false}");
    holds(b.tokenizer, "{\"max_tokens\": 20}");
    holds(b.recipe, "{\"window\": 19}"); /* and the token before it */
    begins(&b, "layers.0.k.weight", "[4, 4]", 4);
    assert_true(((const float *)gs_tensors_find(&b.tensors, "layers.0.k.weight")->data)[1] == 16);
    begins(&b, "layers.0.v.bias", "[4]", 8);
    begins(&b, "layers.0.up.weight", "[16, 4]", 0);
    assert_true(((const float *)gs_tensors_find(&b.tensors, "layers.0.up.weight")->data)[1] == 16);
    assert_null(gs_tensors_find(&b.tensors, "transformer.h.0.attn.bias"));
    release(&b, &c);
    configured(GPT2(", \"n_inner\": 16, \"scale_attn_by_inverse_layer_idx\": true"), gpt2,
               "{\"ffn\": 16, \"score_by_layer\": true}");
    refused(GPT2(", \"scale_attn_weights\": false"), gpt2, "\"scale_attn_weights\" is false");
}

/* ---- GPT-NeoX ---- */

#define NEOX "gpt_neox.layers.0."
static const char *const neox[] = {
    "gpt_neox.embed_in.weight 69 38", "embed_out.weight 69 38", NEOX "attention.query_key_value.weight 114 38",
    NEOX "attention.query_key_value.bias 114 0", NEOX "attention.dense.weight 38 38",
    NEOX "mlp.dense_h_to_4h.weight 50 38", NEOX "attention.rotary_emb.inv_freq 2 0", NEOX "attention.bias 1 0", NULL};

/* Part of a head turns, rounded down; sizes show in the tensors where no config.json is. */
static void test_neox(void **state)
{
    (void)state;
#define OURS "{\"vocab\": 69, \"dim\": 38, \"layers\": 1, \"heads\": 2, \"ffn\": 50, \"rotary_dim\": 4, " \
             "\"act\": \"gelu_tanh\", \"parallel\": true, \"fused_qkv\": true, \"attn_bias\": true, " \
             "\"rotary_share\": null, \"head_tied\": false}"
#define SAID(MORE) "{\"model_type\": \"gpt_neox\", \"vocab_size\": 69, \"hidden_size\": 38, " \
            "\"num_hidden_layers\": 1, " \
                   "\"num_attention_heads\": 2, \"intermediate_size\": 50, \"hidden_act\": \"gelu_fast\"" MORE "}"
    configured(SAID(""), neox, OURS);
    configured(NULL, neox, OURS);
    configured(SAID(", \"rotary_pct\": 1.0, \"use_parallel_residual\": false"), neox,
               "{\"rotary_dim\": 19, \"parallel\": false}");
    refused(SAID(", \"rope_scaling\": {\"type\": \"linear\"}"), neox, "\"rope_scaling\" is not supported");
}

/* Without stored frequencies the published widths tell the number of heads. */
static void test_neox_published(void **state)
{
    (void)state;
    const char *small[] = {"gpt_neox.embed_in.weight 2 512", NEOX "attention.query_key_value.weight 3 512", NULL};
    gs_err e = {0};
    gs_checkpoint c = checkpoint(NULL, small);
    gs_bundle b = {0};
    const gs_family *f = gs_family_find(gs_families, &c, &e);
    assert_non_null(f);
    assert_int_equal(gs_family_apply(&b, f, &c, &e), -GS_EMODEL); /* it has no feed-forward */
    assert_int_equal(gs_json_number(c.config, "num_attention_heads", 0), 8);
    release(&b, &c);
    small[0] = "gpt_neox.embed_in.weight 2 500";
    refused(NULL, small, "do not tell how many attention heads");
}

/* ---- recipes: by what the tokens are ---- */

static void recipe(const char *config, const char *tokenizer, const char *want)
{
    const char *tensors[20];
    size_t n = sizeof llama / sizeof *llama - 1;
    memcpy(tensors, llama, sizeof llama);
    if (strstr(config, "qwen3"))
        tensors[n++] = LAYER "self_attn.q_norm.weight 6 0";
    tensors[n] = NULL;
    gs_checkpoint c = checkpoint(config, tensors);
    gs_bundle b = made(&c, tokenizer);
    holds(b.recipe, want);
    release(&b, &c);
}

static void test_recipes(void **state)
{
    (void)state;
#define NEXT "{\"mode\": \"next\", \"window\": 8192, \"strands\": \"fwd\"}"
    recipe(LLAMA(", \"max_position_embeddings\": 16384"), "{\"kind\": \"kmer_run\", \"k\": 6, \"window_cls\": 1}",
            NEXT);
    recipe(LLAMA(", \"max_position_embeddings\": 32768"), "{\"kind\": \"hybrid\", \"k\": 6, \"window_cls\": 1}",
            NEXT);
    recipe(LLAMA(", \"max_position_embeddings\": 1000"), "{\"kind\": \"kmer_run\", \"k\": 6, \"window_cls\": 1}",
           "{\"mode\": \"next\", \"window\": 5994}");
    recipe(LLAMA(""), "{\"kind\": \"bpe\", \"k\": 1, \"cls\": 1, \"sep\": 2}",
           "{\"mode\": \"causal\", \"window\": 512, \"strands\": \"both\"}");
    recipe(QWEN(", \"max_position_embeddings\": 256"), BASES,
           "{\"mode\": \"causal\", \"window\": 255, \"strands\": \"both\", \"readout\": \"marginal\"}");
    recipe(QWEN(""), "{\"kind\": \"bpe\", \"k\": 1, \"merges\": [1, 2]}",
           "{\"mode\": \"causal\", \"window\": 512, \"readout\": \"token\"}");
    recipe(MISTRAL(", \"max_position_embeddings\": 300"), "{\"kind\": \"bpe\", \"k\": 1, \"cls\": 1, \"sep\": 2}",
           "{\"mode\": \"causal\", \"window\": 298, \"strands\": \"both\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),  cmocka_unit_test(test_rope),    cmocka_unit_test(test_sliding),
        cmocka_unit_test(test_head),   cmocka_unit_test(test_qwen3),   cmocka_unit_test(test_gemma),
        cmocka_unit_test(test_mixtral), cmocka_unit_test(test_gpt2),   cmocka_unit_test(test_neox),
        cmocka_unit_test(test_neox_published), cmocka_unit_test(test_recipes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
