/* BERT with learned positions: DNABERT, GROVER and SpeciesLM (normalised after each block), GENA-LM (before it, with
 * or without a norm after the last one). Sources: transformers modeling_bert.py; AIRI-Institute/GENA_LM
 * src/gena_lm/modeling_bert.py. */
#include <limits.h>
#include <string.h>
#include "import/family/bert_common.h"
#include "model/json.h"

/* P: "bert." or ""; NORM1, NORM2: what upstream calls the norms of attention and feed-forward. */
#define BERT(P, NORM1, NORM2) \
    GS_BERT_FRAME(P), \
    {P "embeddings.position_embeddings.weight", "position.weight", 0, 1}, \
    {P "encoder.layer.%d." NORM1 ".weight", "layers.%d.norm1.weight", 0, 1}, \
    {P "encoder.layer.%d." NORM1 ".bias", "layers.%d.norm1.bias", 0, 1}, \
    {P "encoder.layer.%d." NORM2 ".weight", "layers.%d.norm2.weight", 0, 1}, \
    {P "encoder.layer.%d." NORM2 ".bias", "layers.%d.norm2.bias", 0, 1}, \
    {P "encoder.layer.%d.attention.self.query.weight", "layers.%d.q.weight", 0, 1}, \
    {P "encoder.layer.%d.attention.self.query.bias", "layers.%d.q.bias", 0, 1}, \
    {P "encoder.layer.%d.attention.self.key.weight", "layers.%d.k.weight", 0, 1}, \
    {P "encoder.layer.%d.attention.self.key.bias", "layers.%d.k.bias", 0, 1}, \
    {P "encoder.layer.%d.attention.self.value.weight", "layers.%d.v.weight", 0, 1}, \
    {P "encoder.layer.%d.attention.self.value.bias", "layers.%d.v.bias", 0, 1}, \
    {P "encoder.layer.%d.attention.output.dense.weight", "layers.%d.o.weight", 0, 1}, \
    {P "encoder.layer.%d.attention.output.dense.bias", "layers.%d.o.bias", 0, 1}, \
    {P "encoder.layer.%d.intermediate.dense.weight", "layers.%d.up.weight", 0, 1}, \
    {P "encoder.layer.%d.intermediate.dense.bias", "layers.%d.up.bias", 0, 1}, \
    {P "encoder.layer.%d.output.dense.weight", "layers.%d.down.weight", 0, 1}, \
    {P "encoder.layer.%d.output.dense.bias", "layers.%d.down.bias", 0, 1}, \
    {P "encoder.last_layer_ln.weight", "norm.weight", 0, 1}, \
    {P "encoder.last_layer_ln.bias", "norm.bias", 0, 1}, \
    GS_BERT_HEAD, \
    {NULL, NULL, 0, 0}

#define POST(P) {BERT(P, "attention.output.LayerNorm", "output.LayerNorm")}
#define PRE(P) {BERT(P, "pre_attention_ln", "post_attention_ln")}
static const gs_name_row post_bert[] = POST("bert."), post_plain[] = POST("");
static const gs_name_row pre_bert[] = PRE("bert."), pre_plain[] = PRE("");

#define FIRST "encoder.layer.0."

/* Some checkpoints have no model_type. Other models have tensors of the same names. */
static int match(const json_t *config, const gs_tensors *t)
{
    const char *type = gs_json_text(config, "model_type", "bert");
    return !strcmp(type, "bert") && gs_bert_prefix(t, FIRST "attention.self.query.weight");
}

/* What changes the forward pass and is not done here. */
static int check(const json_t *config, const char *dir, gs_err *e)
{
    const char *position = gs_json_text(config, "position_embedding_type", "absolute");
    if (strcmp(position, "absolute"))
        return gs_fail(e, GS_EMODEL, "%s/config.json: position_embedding_type \"%.40s\" is not supported", dir, position);
    if (gs_json_true(config, "is_decoder", 0) || json_is_object(json_object_get(config, "sparse_attention")))
        return gs_fail(e, GS_EMODEL, "%s/config.json: %s is not supported", dir,
                       gs_json_true(config, "is_decoder", 0) ? "a decoder" : "sparse attention");
    return 0;
}

static const char *citation(const json_t *tok, int pre)
{
    if (!strcmp(gs_json_text(tok, "kind", ""), "kmers"))
        return gs_bert_species(tok)[0] ? "Karollus et al. 2024, Genome Biology, SpeciesLM"
                                       : "Ji et al. 2021, Bioinformatics, DNABERT";
    return pre ? "Fishman et al. 2025, Nucleic Acids Research, GENA-LM"
               : "Sanabria et al. 2024, Nature Machine Intelligence, GROVER";
}

static json_t *make_config(const gs_bundle *b, const gs_bert *f, int pre, int positions)
{
    json_t *c = gs_bert_config(f);
    json_object_update_new(c, json_pack("{s:s, s:s, s:b, s:s, s:i}", "norm_place", pre ? "pre" : "post", "act", f->act,
                                        "final_norm", gs_import_has(b, "norm.weight"), "position", "learned", "positions",
                                        positions));
    return c;
}

static int describe(gs_bundle *b, const gs_bert *f, const char *dir, const json_t *config, int pre, gs_err *e)
{
    double positions = gs_json_number(config, "max_position_embeddings", 512);
    if (!(positions >= 1 && positions <= 1 << 24))
        return gs_fail(e, GS_EMODEL, "%s/config.json: \"max_position_embeddings\" is out of range", dir);
    b->tokenizer = gs_import_tokenizer(dir, f->size.vocab, (int)positions, e);
    if (!b->tokenizer)
        return -GS_EMODEL;
    b->architecture = strdup("transformer");
    b->config = make_config(b, f, pre, (int)positions);
    b->recipe = gs_bert_recipe(f, b->tokenizer, (int)positions);
    b->card = gs_import_card(dir, citation(b->tokenizer, pre));
    return 0;
}

static int import(gs_bundle *b, const char *dir, const json_t *config, gs_err *e)
{
    gs_bert f = {0};
    int ret = check(config, dir, e);
    ret = ret ? ret : gs_bert_read(&f, b, dir, config, e);
    if (ret)
        return ret;
    int bert = gs_bert_prefix(&b->tensors, FIRST "attention.self.query.weight")[0] != 0;
    int pre = gs_bert_prefix(&b->tensors, FIRST "pre_attention_ln.weight") != NULL;
    ret = gs_import_names(b, pre ? bert ? pre_bert : pre_plain : bert ? post_bert : post_plain, e);
    return ret ? ret : describe(b, &f, dir, config, pre, e);
}

const gs_family gs_family_bert = {"bert", "DNABERT, GROVER, GENA-LM, SpeciesLM", match, import};
