/* GPT-NeoX: GenSLM, whose tokens are codons. Queries, keys and values of a head lie side by side in one matrix;
 * attention and feed-forward read the same sum. Sources: transformers modeling_gpt_neox.py; ramanathanlab/genslm
 * genslm/inference.py. */
#include <math.h>
#include <stdio.h>
#include "import/family/decoder_common.h"

enum { MOST_CODONS = 10240 /* of the published models, that of coronaviruses */ };

static const gs_config_map map[] = {
    GS_MAP_INT("vocab_size", "vocab", 50432, 1, 1 << 20),
    GS_MAP_INT("hidden_size", "dim", 6144, 1, 1 << 15),
    GS_MAP_INT("num_hidden_layers", "layers", 44, 1, 1 << 12),
    GS_MAP_INT("num_attention_heads", "heads", 64, 1, 1 << 12),
    GS_MAP_INT("intermediate_size", "ffn", 24576, 1, 1 << 20),
    GS_MAP_REAL("layer_norm_eps", "norm_eps", 1e-5, 0, 1),
    GS_MAP_NAME("hidden_act", "act", gs_activation_words),
    GS_MAP_INT("max_position_embeddings", "tokenizer.max_tokens", 2048, 1, 1 << 27),
    GS_MAP_REAL("rope_parameters.rope_theta|rope_theta|rotary_emb_base", "rotary_base", 10000, 1, 1e12),
    GS_MAP_REAL("rope_parameters.partial_rotary_factor|partial_rotary_factor|rotary_pct", "rotary_share", 0.25, 0, 1),
    GS_MAP_BOOL("use_parallel_residual", "parallel", 1),
    GS_MAP_BOOL("tie_word_embeddings", "head_tied", 0),
    GS_MAP_REFUSE("rope_scaling"),
    {.theirs = NULL}};

#define LAYER "gpt_neox.layers.%d."
#define INV_FREQ "attention.rotary_emb.inv_freq"
static const gs_name_map names[] = {
    GS_NAME("gpt_neox.embed_in.weight", "embed.weight"),
    GS_WEIGHT_BIAS("gpt_neox.final_layer_norm", "norm"),
    GS_WEIGHT_BIAS(LAYER "input_layernorm", "layers.%d.norm1"),
    GS_WEIGHT_BIAS(LAYER "post_attention_layernorm", "layers.%d.norm2"),
    GS_WEIGHT_BIAS(LAYER "attention.query_key_value", "layers.%d.qkv"),
    GS_WEIGHT_BIAS(LAYER "attention.dense", "layers.%d.o"),
    GS_WEIGHT_BIAS(LAYER "mlp.dense_h_to_4h", "layers.%d.up"),
    GS_WEIGHT_BIAS(LAYER "mlp.dense_4h_to_h", "layers.%d.down"),
    GS_DROP(LAYER "attention.bias"), /* the mask */
    GS_DROP(LAYER "attention.masked_bias"),
    GS_DROP(LAYER INV_FREQ),         /* the formula gives it */
    GS_DECODER_HEAD("embed_out.weight"),
    {.theirs = NULL}};

#define FIRST "gpt_neox.layers.0."
static const gs_form forms[] = {
    {.tensor = FIRST "attention.query_key_value.weight", .map = map, .names = names}, {.tensor = NULL}};

/* ---- GenSLM's weights come without a config.json ---- */

static int64_t size_of(const gs_checkpoint *c, const char *tensor, int axis)
{
    const gs_tensor *t = gs_tensors_find(&c->tensors, tensor);
    return t && axis < t->ndim ? t->shape[axis] : 0;
}

static int count_layers(const gs_checkpoint *c)
{
    char name[80];
    int n = 0;
    while (gs_tensors_find(&c->tensors, gs_name_format(LAYER "attention.dense.weight", &n, name, sizeof name)))
        n++;
    return n;
}

/* The stored frequencies are those of a quarter of a head, rounded down; without them, the published sizes. */
static int count_heads(const gs_checkpoint *c, int64_t dim)
{
    static const struct { int dim, heads; } published[] = {{512, 8}, {1840, 16}, {3840, 32}, {8196, 64}};
    int64_t quarter = 2 * size_of(c, FIRST INV_FREQ, 0);
    for (int64_t width = 4 * quarter; quarter && width < 4 * quarter + 4; width++)
        if (dim % width == 0)
            return (int)(dim / width);
    for (size_t i = 0; i < sizeof published / sizeof *published; i++)
        if (published[i].dim == dim)
            return published[i].heads;
    return 0;
}

static int facts(gs_checkpoint *c, gs_err *e)
{
    if (c->config)
        return 0;
    int64_t vocab = size_of(c, "gpt_neox.embed_in.weight", 0), dim = size_of(c, "gpt_neox.embed_in.weight", 1);
    int64_t ffn = size_of(c, FIRST "mlp.dense_h_to_4h.weight", 0);
    int heads = count_heads(c, dim);
    if (!heads)
        return gs_fail(e, GS_EMODEL, "%s has no config.json, and its tensors do not tell how many attention heads "
                       "there are: put the JSON of genslm/architectures/neox that describes them there by that name",
                       c->dir);
    c->config = json_pack("{s:I, s:I, s:i, s:i, s:I, s:s}", "vocab_size", (json_int_t)vocab, "hidden_size",
                          (json_int_t)dim, "num_hidden_layers", count_layers(c), "num_attention_heads", heads,
                          "intermediate_size", (json_int_t)ffn, "hidden_act", "gelu_fast");
    return c->config ? 0 : gs_fail_mem(e, "a model's configuration", 1);
}

/* Codons are read in frame: in whole coding sequences, where the model takes as many tokens. */
static int set_coding(gs_bundle *b, gs_err *e)
{
    int codons = gs_family_int(b->tokenizer, "k") == 3, most = gs_family_int(b->tokenizer, "max_tokens");
    return codons ? gs_family_set(b->recipe, e, "{s:s, s:s, s:i}", "scope", "coding", "strands", "fwd", "window",
                                  3 * (most < MOST_CODONS ? most : MOST_CODONS)) : 0;
}

static int finish(gs_bundle *b, const gs_checkpoint *c, gs_err *e)
{
    int dim = gs_family_int(b->config, "dim"), heads = gs_family_int(b->config, "heads");
    int turned = (int)(gs_json_number(b->config, "rotary_share", 0) * (dim / heads));
    json_object_del(b->config, "rotary_share");
    int ret = turned ? gs_family_set(b->config, e, "{s:s, s:i}", "position", "rotary", "rotary_dim", turned)
                     : gs_family_set(b->config, e, "{s:s}", "position", "none");
    ret = ret ? ret : set_coding(b, e);
    return ret ? ret : gs_decoder_finish(b, c, e);
}

const gs_family gs_family_neox = {
    .name = "neox",
    .what = "GenSLM (GPT-NeoX)",
    .known_as = {"gpt_neox", "GPTNeoX"},
    .forms = forms,
    .architecture = "decoder",
    .config = GS_JSON_TEXT_OF({"norm": "layer", "fused_qkv": true}),
    .tokenizer_files = {"codon_wordlevel_69vocab.json", "codon_wordlevel_71vocab.json", "tokenizer.json"},
    .recipe = GS_JSON_TEXT_OF({"mode": "causal", "window": 3072, "strands": "both"}),
    .citation = "Zvyagin et al. 2023, GenSLMs",
    .facts = facts,
    .finish = finish};
