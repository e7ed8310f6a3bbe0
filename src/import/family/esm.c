/* Nucleotide Transformers: ESM's classes of transformers with k-mer tokens.
 * v1 and AgroNT: learned positions, gelu; v2: rotary, gated silu without biases. */
#include <math.h>
#include <string.h>
#include "import/family/family.h"

enum { WINDOW_TOKENS = 999 /* songlab's recipe: 5994 bases of six-mers */, AGRO_NT_LAYERS = 40 };

static const gs_word positions[] = {{"absolute", "learned"}, {"rotary", "rotary"}, {NULL, NULL}};

static const gs_config_map map[] = {
    GS_MAP_TRANSFORMER(NAN),
    GS_MAP_BOOL("add_bias_fnn", "ffn_bias", 1),
    GS_MAP_BOOL("emb_layer_norm_before", "embed_norm", 0),
    GS_MAP_BOOL("token_dropout", "token_dropout", 0),
    GS_MAP_BOOL("tie_word_embeddings", "head_tied", 1),
    GS_MAP_NAME("position_embedding_type", "position", positions),
    GS_MAP_INT("max_position_embeddings", "positions", 1026, 1, 1 << 24),
    GS_MAP_INT("pad_token_id", "position_offset", 1, 0, 1 << 20), /* the first position is behind it */
    {.theirs = NULL}};

#define LAYER "esm.encoder.layer.%d."
static const gs_name_map names[] = {
    GS_NAME("esm.embeddings.word_embeddings.weight", "embed.weight"),
    GS_WEIGHT_BIAS("esm.embeddings.layer_norm", "embed_norm"),
    GS_WEIGHT_BIAS(LAYER "attention.LayerNorm", "layers.%d.norm1"),
    GS_WEIGHT_BIAS(LAYER "attention.self.query", "layers.%d.q"),
    GS_WEIGHT_BIAS(LAYER "attention.self.key", "layers.%d.k"),
    GS_WEIGHT_BIAS(LAYER "attention.self.value", "layers.%d.v"),
    GS_WEIGHT_BIAS(LAYER "attention.output.dense", "layers.%d.o"),
    GS_WEIGHT_BIAS(LAYER "LayerNorm", "layers.%d.norm2"),
    GS_WEIGHT_BIAS(LAYER "intermediate.dense", "layers.%d.up"),
    GS_WEIGHT_BIAS(LAYER "output.dense", "layers.%d.down"),
    GS_WEIGHT_BIAS("esm.encoder.emb_layer_norm_after", "norm"),
    GS_WEIGHT_BIAS("lm_head.dense", "head.dense"),
    GS_WEIGHT_BIAS("lm_head.layer_norm", "head.norm"),
    GS_NAME("lm_head.bias", "head.bias"),
    /* A tied decoder may be stored, upstream reads the embedding; so may a table of positions with rotary ones. */
    {.theirs = "lm_head.decoder.weight", .how = GS_T_DROP, .when = "head_tied"},
    GS_NAME("lm_head.decoder.weight", "head.weight"),
    {.theirs = "esm.embeddings.position_embeddings.weight", .how = GS_T_DROP, .when = "position=rotary"},
    GS_NAME("esm.embeddings.position_embeddings.weight", "position.weight"),
    GS_DROP("esm.embeddings.position_ids"),
    GS_DROP("esm.contact_head.regression.weight"),
    GS_DROP("esm.contact_head.regression.bias"),
    GS_DROP(LAYER "attention.self.rotary_embeddings.inv_freq"),
    {.theirs = NULL}};

static const gs_form forms[] = {
    {.tensor = "esm.embeddings.word_embeddings.weight", .map = map, .names = names},
    {.tensor = NULL}};

/* The gate is not in config.json: it shows in the rows of the tensor. */
static int set_feed_forward(gs_bundle *b, gs_err *e)
{
    const gs_tensor *up = gs_tensors_find(&b->tensors, "layers.0.up.weight");
    int gated = up && up->ndim && up->shape[0] == 2 * (int64_t)gs_family_int(b->config, "ffn");
    return gs_family_set(b->config, e, "{s:s, s:b}", "act", gated ? "silu" : "gelu", "gated", gated);
}

/* Returns how many tokens there may be. */
static int set_positions(gs_bundle *b, const gs_checkpoint *c, gs_err *e)
{
    int table = gs_family_int(b->config, "positions"), first = gs_family_int(b->config, "position_offset") + 1;
    int rotary = !strcmp(gs_json_text(b->config, "position", ""), "rotary");
    const char *dtype = gs_family_half(&c->tensors, "esm.encoder.layer.0.attention.self.rotary_embeddings.inv_freq");
    if (first > gs_family_int(b->config, "vocab") || table - first < 2)
        return gs_fail(e, GS_EMODEL, "%s/config.json: \"max_position_embeddings\" or \"pad_token_id\" is out of range",
                       c->dir);
    json_object_del(b->config, "position_offset");
    if (rotary)
        json_object_del(b->config, "positions");
    int ret = rotary ? gs_family_set(b->config, e, "{s:s, s:i, s:s}", "rotary", "half", "rotary_base", 10000,
                                     "rotary_dtype", dtype)
                     : gs_family_set(b->config, e, "{s:i}", "position_offset", first);
    return ret ? ret : table - first;
}

static int finish(gs_bundle *b, const gs_checkpoint *c, gs_err *e)
{
    int ret = set_feed_forward(b, e), most = ret ? ret : set_positions(b, c, e);
    if (most < 0)
        return most;
    int window = most - 1 - (gs_json_number(b->tokenizer, "sep", -1) >= 0);
    window = window < WINDOW_TOKENS ? window : WINDOW_TOKENS;
    int headed = gs_family_has(b, "head.weight") || strcmp(gs_family_head(b), "none");
    ret = gs_family_set(b->config, e, "{s:s}", "head", headed ? "mlm" : "none");
    ret = ret ? ret : gs_family_set(b->tokenizer, e, "{s:i}", "max_tokens", most);
    ret = ret ? ret : gs_family_set(b->recipe, e, "{s:i}", "window", window * gs_family_int(b->tokenizer, "k"));
    if (ret || gs_family_int(b->config, "layers") != AGRO_NT_LAYERS)
        return ret;
    return gs_family_set(b->card, e, "{s:s}", "citation",
                         "Mendoza-Revilla et al. 2024, Communications Biology, AgroNT");
}

const gs_family gs_family_esm = {
    .name = "esm",
    .what = "Nucleotide Transformer v1, v2 and AgroNT",
    .known_as = {"esm"},
    .forms = forms,
    .architecture = "transformer",
    .config = GS_JSON_TEXT_OF({"norm": "layer", "norm_place": "pre", "attn_bias": true}),
    .tokenizer = GS_JSON_TEXT_OF({"kind": "kmer"}),
    .tokenizer_files = {"vocab.txt"},
    .recipe = GS_JSON_TEXT_OF({"mode": "mlm", "window": 5994, "strands": "both", "mask_rate": 0.15, "visible": false}),
    .citation = "Dalla-Torre et al. 2025, Nature Methods, Nucleotide Transformer",
    .finish = finish};
