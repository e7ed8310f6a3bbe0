/* GPT-2: plant-dnagpt. Learned positions; its projections (Conv1D) are stored [in, out]. Source: transformers
 * modeling_gpt2.py. */
#include <math.h>
#include "import/family/decoder_common.h"

static const gs_word acts[] = {
    {"gelu_new", "gelu_tanh"}, {"gelu_pytorch_tanh", "gelu_tanh"}, {"gelu_fast", "gelu_tanh"},
    {"gelu", "gelu"},          {"relu", "relu"},                   {"silu", "silu"}, {NULL, NULL}};
static const gs_config_map map[] = {
    GS_MAP_INT("vocab_size", "vocab", 50257, 1, 1 << 20),
    GS_MAP_INT("n_embd|hidden_size", "dim", 768, 1, 1 << 15),
    GS_MAP_INT("n_layer|num_hidden_layers", "layers", 12, 1, 1 << 12),
    GS_MAP_INT("n_head|num_attention_heads", "heads", 12, 1, 1 << 12),
    GS_MAP_OPTIONAL("n_inner", "ffn", NAN, 1, 1 << 20),
    GS_MAP_REAL("layer_norm_epsilon", "norm_eps", 1e-5, 0, 1),
    GS_MAP_NAME("activation_function", "act", acts),
    GS_MAP_INT("n_positions|max_position_embeddings", "positions", 1024, 1, 1 << 24),
    GS_MAP_INT("n_positions|max_position_embeddings", "tokenizer.max_tokens", 1024, 1, 1 << 24),
    GS_MAP_BOOL("tie_word_embeddings", "head_tied", 1),
    GS_MAP_BOOL("scale_attn_by_inverse_layer_idx", "score_by_layer", 0),
    GS_MAP_REFUSE("add_cross_attention"),
    {.theirs = NULL}};

/* P: "transformer." or "". */
#define LAYER(P) P "h.%d."
#define COLUMNS(THEIRS, OURS, PART, PARTS) \
    {.theirs = THEIRS, .ours = OURS, .how = GS_T_COLUMNS, .part = PART, .parts = PARTS}
#define QKV_BIAS(P, OURS, PART) \
    {.theirs = LAYER(P) "attn.c_attn.bias", .ours = OURS, .how = GS_T_SPLIT, .part = PART, .parts = 3}
#define CONV1D(THEIRS, OURS) COLUMNS(THEIRS ".weight", OURS ".weight", 0, 1), GS_NAME(THEIRS ".bias", OURS ".bias")
#define GPT2(P) { \
    GS_NAME(P "wte.weight", "embed.weight"), \
    GS_NAME(P "wpe.weight", "position.weight"), \
    GS_WEIGHT_BIAS(P "ln_f", "norm"), \
    GS_WEIGHT_BIAS(LAYER(P) "ln_1", "layers.%d.norm1"), \
    GS_WEIGHT_BIAS(LAYER(P) "ln_2", "layers.%d.norm2"), \
    COLUMNS(LAYER(P) "attn.c_attn.weight", "layers.%d.q.weight", 0, 3), \
    COLUMNS(LAYER(P) "attn.c_attn.weight", "layers.%d.k.weight", 1, 3), \
    COLUMNS(LAYER(P) "attn.c_attn.weight", "layers.%d.v.weight", 2, 3), \
    QKV_BIAS(P, "layers.%d.q.bias", 0), \
    QKV_BIAS(P, "layers.%d.k.bias", 1), \
    QKV_BIAS(P, "layers.%d.v.bias", 2), \
    CONV1D(LAYER(P) "attn.c_proj", "layers.%d.o"), \
    CONV1D(LAYER(P) "mlp.c_fc", "layers.%d.up"), \
    CONV1D(LAYER(P) "mlp.c_proj", "layers.%d.down"), \
    GS_DROP(LAYER(P) "attn.bias"), /* the mask */ \
    GS_DROP(LAYER(P) "attn.masked_bias"), \
    GS_DECODER_HEAD("lm_head.weight"), \
    {.theirs = NULL}}
static const gs_name_map wrapped[] = GPT2("transformer."), plain[] = GPT2("");

static const gs_form forms[] = {
    {.tensor = "transformer.h.0.attn.c_attn.weight", .map = map, .names = wrapped},
    {.tensor = "h.0.attn.c_attn.weight", .map = map, .names = plain},
    {.tensor = NULL}};

/* scale_attn_weights is true by default, and so is nothing else here: REFUSE cannot say so. */
static int finish(gs_bundle *b, const gs_checkpoint *c, gs_err *e)
{
    if (!gs_json_true(c->config, "scale_attn_weights", 1))
        return gs_fail(e, GS_EMODEL, "%s/config.json: \"scale_attn_weights\" is false, which is not supported", c->dir);
    int ret = 0;
    if (!json_object_get(b->config, "ffn"))
        ret = gs_family_set(b->config, e, "{s:i}", "ffn", 4 * gs_family_int(b->config, "dim"));
    return ret ? ret : gs_decoder_finish(b, c, e);
}

const gs_family gs_family_gpt2 = {
    .name = "gpt2",
    .what = "plant-dnagpt (GPT-2)",
    .known_as = {"gpt2", "GPT2LMHead"},
    .forms = forms,
    .architecture = "decoder",
    .config = GS_JSON_TEXT_OF({"norm": "layer", "position": "learned"}),
    .tokenizer_files = {"tokenizer.json", "vocab.txt"},
    .recipe = GS_JSON_TEXT_OF({"mode": "causal", "window": 512, "strands": "both"}),
    .citation = "Liu et al. 2025, Plant DNA LLMs",
    .finish = finish};
