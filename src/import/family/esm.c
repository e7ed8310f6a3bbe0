/* Nucleotide Transformers: ESM's classes of transformers with k-mer tokens.
 * v1 and AgroNT: learned positions, gelu; v2: rotary, gated silu without biases. */
#include <limits.h>
#include <string.h>
#include <unistd.h>
#include "import/import.h"
#include "model/json.h"

#define LAYER "esm.encoder.layer.%d."
static const gs_name_row names[] = {
    {"esm.embeddings.word_embeddings.weight", "embed.weight", 0, 1},
    {"esm.embeddings.position_embeddings.weight", "position.weight", 0, 1},
    {"esm.embeddings.layer_norm.weight", "embed_norm.weight", 0, 1},
    {"esm.embeddings.layer_norm.bias", "embed_norm.bias", 0, 1},
    {LAYER "attention.LayerNorm.weight", "layers.%d.norm1.weight", 0, 1},
    {LAYER "attention.LayerNorm.bias", "layers.%d.norm1.bias", 0, 1},
    {LAYER "attention.self.query.weight", "layers.%d.q.weight", 0, 1},
    {LAYER "attention.self.query.bias", "layers.%d.q.bias", 0, 1},
    {LAYER "attention.self.key.weight", "layers.%d.k.weight", 0, 1},
    {LAYER "attention.self.key.bias", "layers.%d.k.bias", 0, 1},
    {LAYER "attention.self.value.weight", "layers.%d.v.weight", 0, 1},
    {LAYER "attention.self.value.bias", "layers.%d.v.bias", 0, 1},
    {LAYER "attention.output.dense.weight", "layers.%d.o.weight", 0, 1},
    {LAYER "attention.output.dense.bias", "layers.%d.o.bias", 0, 1},
    {LAYER "LayerNorm.weight", "layers.%d.norm2.weight", 0, 1},
    {LAYER "LayerNorm.bias", "layers.%d.norm2.bias", 0, 1},
    {LAYER "intermediate.dense.weight", "layers.%d.up.weight", 0, 1},
    {LAYER "intermediate.dense.bias", "layers.%d.up.bias", 0, 1},
    {LAYER "output.dense.weight", "layers.%d.down.weight", 0, 1},
    {LAYER "output.dense.bias", "layers.%d.down.bias", 0, 1},
    {"esm.encoder.emb_layer_norm_after.weight", "norm.weight", 0, 1},
    {"esm.encoder.emb_layer_norm_after.bias", "norm.bias", 0, 1},
    {"lm_head.dense.weight", "head.dense.weight", 0, 1},
    {"lm_head.dense.bias", "head.dense.bias", 0, 1},
    {"lm_head.layer_norm.weight", "head.norm.weight", 0, 1},
    {"lm_head.layer_norm.bias", "head.norm.bias", 0, 1},
    {"lm_head.decoder.weight", "head.weight", 0, 1},
    {"lm_head.bias", "head.bias", 0, 1},
    /* Stored, but not used by the forward pass. */
    {"esm.embeddings.position_ids", NULL, 0, 1},
    {"esm.contact_head.regression.weight", NULL, 0, 1},
    {"esm.contact_head.regression.bias", NULL, 0, 1},
    {LAYER "attention.self.rotary_embeddings.inv_freq", NULL, 0, 1},
    {NULL, NULL, 0, 0}};

enum { WINDOW_TOKENS = 999 /* as songlab's recipe scores these models: 5994 bases of six-mers */, MAX_CONFIG = 4 << 20 };

/* What config.json and the vocabulary say. */
typedef struct {
    gs_sizes size;
    int positions, pad, k, max_tokens, eos, tied;
    const char *position, *rotary_dtype;
    double eps;
} facts;

static int is_rotary(const facts *f)
{
    return !strcmp(f->position, "rotary");
}

/* Not by model_type: the config.json of NT v2 has none. */
static int match(const json_t *config, const gs_tensors *t)
{
    (void)config;
    return gs_tensors_find(t, "esm.embeddings.word_embeddings.weight") != NULL;
}

static int read_facts(facts *f, const json_t *config, const char *dir, gs_err *e)
{
    int ret = gs_import_sizes(&f->size, config, dir, e);
    if (ret)
        return ret;
    double positions = gs_json_number(config, "max_position_embeddings", 1026); /* EsmConfig's default */
    double pad = gs_json_number(config, "pad_token_id", 1);
    if (!(pad >= 0 && pad < f->size.vocab && positions >= pad + 3 && positions <= 1 << 24))
        return gs_fail(e, GS_EMODEL, "%s/config.json: \"max_position_embeddings\" or \"pad_token_id\" is out of range",
                       dir);
    f->positions = (int)positions;
    f->pad = (int)pad;
    f->max_tokens = f->positions - f->pad - 1; /* the first position is pad + 1 */
    f->eps = gs_json_number(config, "layer_norm_eps", 1e-12);
    f->tied = gs_json_true(config, "tie_word_embeddings", 1);
    f->position = gs_json_text(config, "position_embedding_type", "absolute");
    if (strcmp(f->position, "absolute") && !is_rotary(f))
        return gs_fail(e, GS_EMODEL, "%s/config.json: position_embedding_type \"%.40s\" is not supported", dir,
                       f->position);
    return 0;
}

/* The gate is not in config.json: it shows in the rows of the tensor. */
static json_t *make_config(const gs_bundle *b, const facts *f, const json_t *up)
{
    const gs_tensor *inner = gs_tensors_find(&b->tensors, "layers.0.up.weight");
    int gated = inner && inner->ndim && inner->shape[0] == 2 * f->size.ffn;
    int headed = gs_import_has(b, "head.dense.weight") || gs_import_has(b, "head.weight") || gs_import_has(b, "head.bias");
    json_t *c = json_pack(
        "{s:i, s:i, s:i, s:i, s:i, s:s, s:s, s:f, s:s, s:b, s:b, s:b, s:b, s:b, s:s, s:b}", "vocab", f->size.vocab, "dim",
        f->size.dim, "layers", f->size.layers, "heads", f->size.heads, "ffn", f->size.ffn, "norm", "layer", "norm_place", "pre", "norm_eps",
        f->eps, "act", gated ? "silu" : "gelu", "gated", gated, "attn_bias", 1, "ffn_bias",
        gs_json_true(up, "add_bias_fnn", 1), "embed_norm", gs_json_true(up, "emb_layer_norm_before", 0),
        "token_dropout", gs_json_true(up, "token_dropout", 0), "head", headed ? "mlm" : "none", "head_tied",
        f->tied);
    json_t *position = is_rotary(f) ? json_pack("{s:s, s:s, s:i, s:s}", "position", "rotary", "rotary", "half",
                                                "rotary_base", 10000, "rotary_dtype", f->rotary_dtype)
                                    : json_pack("{s:s, s:i, s:i}", "position", "learned", "positions", f->positions,
                                                "position_offset", f->pad + 1);
    json_object_update(c, position);
    json_decref(position);
    return c;
}

/* EsmTokenizer ends a sequence with the eos_token of tokenizer_config.json, which is null in the published files. */
static int read_eos(facts *f, const char *dir, const json_t *vocab, gs_err *e)
{
    char path[PATH_MAX];
    f->eos = -1;
    if (access(gs_import_path(dir, "tokenizer_config.json", path), F_OK))
        return 0;
    json_t *config = gs_import_json(path, MAX_CONFIG, e), *eos = json_object_get(config, "eos_token");
    const char *text = json_string_value(json_is_object(eos) ? json_object_get(eos, "content") : eos);
    f->eos = text ? gs_vocab_find(vocab, text) : -1;
    json_decref(config);
    return config ? 0 : -GS_EMODEL;
}

static json_t *make_tokenizer(const facts *f, json_t *vocab)
{
    return json_pack("{s:s, s:O, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "kind", "kmer", "vocab", vocab, "unk",
                     gs_vocab_find(vocab, "<unk>"), "mask", gs_vocab_find(vocab, "<mask>"), "cls",
                     gs_vocab_find(vocab, "<cls>"), "sep", f->eos, "pad", gs_vocab_find(vocab, "<pad>"), "k", f->k, "max_tokens",
                     f->max_tokens);
}

static json_t *make_recipe(const facts *f)
{
    int most = f->max_tokens - 1 - (f->eos >= 0), tokens = most < WINDOW_TOKENS ? most : WINDOW_TOKENS;
    return json_pack("{s:s, s:i, s:s, s:f, s:b}", "mode", "mlm", "window", tokens * f->k, "strands", "both",
                     "mask_rate", 0.15, "visible", 0);
}

/* AgroNT counts as v1 here; it has 40 layers and a citation of its own. */
static const char *citation(const facts *f)
{
    return f->size.layers == 40 ? "Mendoza-Revilla et al. 2024, Communications Biology, AgroNT"
                           : "Dalla-Torre et al. 2025, Nature Methods, Nucleotide Transformer";
}

/* A table of positions is stored with rotary positions too. A tied decoder may be stored; upstream reads the embedding. */
static int drop_unread(gs_bundle *b, const facts *f, gs_err *e)
{
    const gs_name_row unread[] = {
        {is_rotary(f) ? "esm.embeddings.position_embeddings.weight" : "-", NULL, 0, 1},
        {f->tied ? "lm_head.decoder.weight" : "-", NULL, 0, 1},
        {NULL, NULL, 0, 0}};
    return gs_import_names(b, unread, e);
}

static int import(gs_bundle *b, const char *dir, const json_t *config, gs_err *e)
{
    facts f = {0};
    int ret = read_facts(&f, config, dir, e);
    if (ret)
        return ret;
    json_t *vocab = gs_import_vocab(dir, f.size.vocab, e);
    if (!vocab)
        return -GS_EMODEL;
    f.k = gs_kmer_length(vocab);
    if (f.k < 2)
        ret = gs_fail(e, GS_EMODEL, "%s/vocab.txt holds no k-mers over A, C, G, T: of the ESM models the Nucleotide "
                      "Transformers are supported", dir);
    ret = ret ? ret : read_eos(&f, dir, vocab, e);
    f.rotary_dtype = gs_import_half(b, "esm.encoder.layer.0.attention.self.rotary_embeddings.inv_freq");
    ret = ret ? ret : drop_unread(b, &f, e);
    ret = ret ? ret : gs_import_names(b, names, e);
    if (!ret) {
        b->architecture = strdup("transformer");
        b->config = make_config(b, &f, config);
        b->tokenizer = make_tokenizer(&f, vocab);
        b->recipe = make_recipe(&f);
        b->card = gs_import_card(dir, citation(&f));
    }
    json_decref(vocab);
    return ret;
}

const gs_family gs_family_esm = {"esm", "Nucleotide Transformer v1, v2 and AgroNT", match, import};
