/* MosaicBERT: DNABERT-2 and DNABERT-S. ALiBi instead of positions, gated feed-forward, one matrix for q, k and v.
 * Source: bert_layers.py beside the checkpoints, from mosaicml/examples. */
#include <math.h>
#include <string.h>
#include "import/family/bert_common.h"

static const gs_config_map map[] = {GS_BERT_MAP, {.theirs = NULL}};

#define PART(THEIRS, OURS, PART) {.theirs = THEIRS, .ours = OURS, .how = GS_T_SPLIT, .part = PART, .parts = 3}
#define QKV(THEIRS, KIND) \
    PART(THEIRS KIND, "layers.%d.q" KIND, 0), PART(THEIRS KIND, "layers.%d.k" KIND, 1), \
    PART(THEIRS KIND, "layers.%d.v" KIND, 2)
#define LAYER(P) P "encoder.layer.%d."
#define MOSAIC(P) { \
    GS_BERT_NAMES(P), \
    QKV(LAYER(P) "attention.self.Wqkv", ".weight"), \
    QKV(LAYER(P) "attention.self.Wqkv", ".bias"), \
    GS_WEIGHT_BIAS(LAYER(P) "attention.output.dense", "layers.%d.o"), \
    GS_WEIGHT_BIAS(LAYER(P) "attention.output.LayerNorm", "layers.%d.norm1"), \
    GS_NAME(LAYER(P) "mlp.gated_layers.weight", "layers.%d.up.weight"), \
    GS_WEIGHT_BIAS(LAYER(P) "mlp.wo", "layers.%d.down"), \
    GS_WEIGHT_BIAS(LAYER(P) "mlp.layernorm", "layers.%d.norm2"), \
    {.theirs = NULL}}
static const gs_name_map with_bert[] = MOSAIC("bert."), plain[] = MOSAIC("");

/* By the tensors: DNABERT-2's config.json has neither model_type nor architectures. */
static const gs_form forms[] = {
    {.tensor = "bert.encoder.layer.0.attention.self.Wqkv.weight", .map = map, .names = with_bert},
    {.tensor = "encoder.layer.0.attention.self.Wqkv.weight", .map = map, .names = plain},
    {.tensor = NULL}};

/* MosaicML's training code rounds the table up to a multiple of 8, the class beside the checkpoints does not. */
static int rows_of_embedding(const gs_bundle *b)
{
    const gs_tensor *t = gs_tensors_find(&b->tensors, "embed.weight");
    int vocab = gs_family_int(b->config, "vocab"), rounded = (vocab + 7) / 8 * 8;
    return t && t->ndim && t->shape[0] == rounded ? rounded : vocab;
}

static int finish(gs_bundle *b, const gs_checkpoint *c, gs_err *e)
{
    (void)c;
    const char *head = gs_family_head(b);
    int ret = gs_family_set(b->config, e, "{s:i, s:s}", "vocab", rows_of_embedding(b), "head", head);
    ret = ret ? ret : gs_bert_recipe(b, e);
    if (ret || strcmp(head, "none"))
        return ret;
    return gs_family_set(b->card, e, "{s:s}", "citation", "Zhou et al. 2024, DNABERT-S");
}

/* The head's norm does not heed layer_norm_eps. */
const gs_family gs_family_mosaic = {
    .name = "mosaic",
    .what = "DNABERT-2, DNABERT-S",
    .known_as = {"bert"},
    .forms = forms,
    .architecture = "transformer",
    .config = GS_JSON_TEXT_OF({"norm": "layer", "norm_place": "post", "attn_bias": true, "embed_norm": true,
                               "position": "alibi", "act": "gelu", "gated": true, "ffn_bias": false, "down_bias": true,
                               "final_norm": false, "head_norm_eps": 1e-12}),
    .tokenizer_files = {"tokenizer.json"},
    .citation = "Zhou et al. 2024, ICLR, DNABERT-2",
    .finish = finish};
