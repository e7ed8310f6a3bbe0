/* MosaicBERT: DNABERT-2 and DNABERT-S. ALiBi instead of positions, gated feed-forward, one matrix for q, k and v.
 * Source: bert_layers.py beside the checkpoints, from mosaicml/examples. */
#include <string.h>
#include "import/family/bert_common.h"
#include "model/json.h"

#define LAYER(P) P "encoder.layer.%d."
#define MOSAIC(P) \
    GS_BERT_FRAME(P), \
    {LAYER(P) "attention.self.Wqkv.weight", "layers.%d.q.weight", 0, 3}, \
    {LAYER(P) "attention.self.Wqkv.weight", "layers.%d.k.weight", 1, 3}, \
    {LAYER(P) "attention.self.Wqkv.weight", "layers.%d.v.weight", 2, 3}, \
    {LAYER(P) "attention.self.Wqkv.bias", "layers.%d.q.bias", 0, 3}, \
    {LAYER(P) "attention.self.Wqkv.bias", "layers.%d.k.bias", 1, 3}, \
    {LAYER(P) "attention.self.Wqkv.bias", "layers.%d.v.bias", 2, 3}, \
    {LAYER(P) "attention.output.dense.weight", "layers.%d.o.weight", 0, 1}, \
    {LAYER(P) "attention.output.dense.bias", "layers.%d.o.bias", 0, 1}, \
    {LAYER(P) "attention.output.LayerNorm.weight", "layers.%d.norm1.weight", 0, 1}, \
    {LAYER(P) "attention.output.LayerNorm.bias", "layers.%d.norm1.bias", 0, 1}, \
    {LAYER(P) "mlp.gated_layers.weight", "layers.%d.up.weight", 0, 1}, \
    {LAYER(P) "mlp.wo.weight", "layers.%d.down.weight", 0, 1}, \
    {LAYER(P) "mlp.wo.bias", "layers.%d.down.bias", 0, 1}, \
    {LAYER(P) "mlp.layernorm.weight", "layers.%d.norm2.weight", 0, 1}, \
    {LAYER(P) "mlp.layernorm.bias", "layers.%d.norm2.bias", 0, 1}, \
    GS_BERT_HEAD, \
    {NULL, NULL, 0, 0}

static const gs_name_row with_bert[] = {MOSAIC("bert.")}, plain[] = {MOSAIC("")};

#define FIRST "encoder.layer.0.attention.self.Wqkv.weight"

/* By the tensors: DNABERT-2's config.json has neither model_type nor architectures. */
static int match(const json_t *config, const gs_tensors *t)
{
    (void)config;
    return gs_bert_prefix(t, FIRST) != NULL;
}

/* The head's norm does not heed layer_norm_eps. */
static json_t *make_config(const gs_bert *f)
{
    json_t *c = gs_bert_config(f);
    json_object_update_new(c, json_pack("{s:s, s:s, s:s, s:b, s:b, s:b, s:b, s:f}", "norm_place", "post", "position",
                                        "alibi", "act", "gelu", "gated", 1, "ffn_bias", 0, "down_bias", 1, "final_norm",
                                        0, "head_norm_eps", 1e-12));
    return c;
}

/* MosaicML's training code rounds the table up to a multiple of 8, the class beside the checkpoints does not. */
static int rows_of_embedding(const gs_bundle *b, int vocab)
{
    const gs_tensor *t = gs_tensors_find(&b->tensors, "embed.weight");
    int rounded = (vocab + 7) / 8 * 8;
    return t && t->ndim && t->shape[0] == rounded ? rounded : vocab;
}

static int import(gs_bundle *b, const char *dir, const json_t *config, gs_err *e)
{
    gs_bert f = {0};
    int ret = gs_bert_read(&f, b, dir, config, e);
    ret = ret ? ret : gs_import_names(b, gs_bert_prefix(&b->tensors, FIRST)[0] ? with_bert : plain, e);
    if (ret)
        return ret;
    f.size.vocab = rows_of_embedding(b, f.size.vocab);
    b->tokenizer = gs_import_tokenizer(dir, f.size.vocab, 0, e);
    if (!b->tokenizer)
        return -GS_EMODEL;
    b->architecture = strdup("transformer");
    b->config = make_config(&f);
    b->recipe = gs_bert_recipe(&f, b->tokenizer, 0);
    b->card = gs_import_card(dir, f.headed ? "Zhou et al. 2024, ICLR, DNABERT-2" : "Zhou et al. 2024, DNABERT-S");
    return 0;
}

const gs_family gs_family_mosaic = {"mosaic", "DNABERT-2, DNABERT-S", match, import};
