#include "import/family/decoder_common.h"
#include <string.h>

enum { NEXT_WINDOW = 8192 /* GENERator's variant_effect_prediction.py */ };

const gs_word gs_rope_words[] = {{"default", "none"}, {"linear", "linear"}, {"llama3", "llama3"}, {NULL, NULL}};
const gs_word gs_decoder_act_words[] = {
    {"silu", "silu"},          {"swish", "silu"},          {"gelu", "gelu"},
    {"gelu_new", "gelu_tanh"}, {"gelu_fast", "gelu_tanh"}, {"gelu_pytorch_tanh", "gelu_tanh"},
    {"relu", "relu"},          {NULL, NULL}};

static int64_t rows_of(const gs_bundle *b, const char *tensor)
{
    const gs_tensor *t = gs_tensors_find(&b->tensors, tensor);
    return t && t->ndim ? t->shape[0] : 0;
}

/* Of GPT-2's and Llama's form alike; head_dim is not always dim / heads. */
static int set_shapes(gs_bundle *b, gs_err *e)
{
    int heads = gs_family_int(b->config, "heads");
    int64_t q = rows_of(b, "layers.0.q.weight");
    if (q && q % heads == 0 && gs_family_set(b->config, e, "{s:i}", "head_dim", (int)(q / heads)))
        return -GS_ENOMEM;
    return gs_family_set(b->config, e, "{s:b, s:b, s:b, s:b, s:b, s:b}",
                         "attn_bias", gs_family_has(b, "layers.0.q.bias") || gs_family_has(b, "layers.0.qkv.bias"),
                         "out_bias", gs_family_has(b, "layers.0.o.bias"),
                         "up_bias", gs_family_has(b, "layers.0.up.bias"),
                         "down_bias", gs_family_has(b, "layers.0.down.bias"),
                         "qk_norm", gs_family_has(b, "layers.0.q_norm.weight"),
                         "head_tied", !gs_family_has(b, "head.weight"));
}

static int is_kind(const gs_bundle *b, const char *kind)
{
    return !strcmp(gs_json_text(b->tokenizer, "kind", ""), kind);
}

/* The window of the recipe, or what the model takes of it. */
static int set_window(gs_bundle *b, gs_err *e)
{
    int window = gs_family_int(b->recipe, "window"), most = gs_family_int(b->tokenizer, "max_tokens");
    most -= gs_json_number(b->tokenizer, "window_cls", gs_json_number(b->tokenizer, "cls", -1)) >= 0;
    most -= gs_json_number(b->tokenizer, "sep", -1) >= 0;
    most = most < 1 << 20 ? most * gs_family_int(b->tokenizer, "k") : window;
    return gs_family_set(b->recipe, e, "{s:i}", "window", window < most ? window : most > 1 ? most : 1);
}

int gs_decoder_finish(gs_bundle *b, const gs_checkpoint *c, gs_err *e)
{
    (void)c;
    int ret = set_shapes(b, e);
    if (!ret && (is_kind(b, "kmer_run") || is_kind(b, "hybrid")))
        ret = gs_family_set(b->recipe, e, "{s:s, s:i, s:s}", "mode", "next", "window", NEXT_WINDOW, "strands", "fwd");
    return ret ? ret : set_window(b, e);
}
