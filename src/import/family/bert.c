/* BERT with learned positions: DNABERT, GROVER and SpeciesLM (normalised after each block), GENA-LM (before it, with
 * or without a norm after the last one). Sources: transformers modeling_bert.py; AIRI-Institute/GENA_LM
 * src/gena_lm/modeling_bert.py. */
#include <math.h>
#include <string.h>
#include "import/family/bert_common.h"

static const gs_word positions[] = {{"absolute", "learned"}, {NULL, NULL}};

static const gs_config_map map[] = {
    GS_BERT_MAP,
    GS_MAP_NAME("hidden_act", "act", gs_activation_words),
    GS_MAP_NAME("position_embedding_type", "position", positions),
    GS_MAP_INT("max_position_embeddings", "positions", 512, 1, 1 << 24),
    GS_MAP_INT("max_position_embeddings", "tokenizer.max_tokens", 512, 1, 1 << 24),
    GS_MAP_REFUSE("is_decoder"),
    GS_MAP_REFUSE("sparse_attention"),
    {.theirs = NULL}};

/* P: "bert." or ""; NORM1, NORM2: what upstream calls the norms of attention and feed-forward. */
#define LAYER(P) P "encoder.layer.%d."
#define BERT(P, NORM1, NORM2) { \
    GS_BERT_NAMES(P), \
    GS_NAME(P "embeddings.position_embeddings.weight", "position.weight"), \
    GS_WEIGHT_BIAS(LAYER(P) NORM1, "layers.%d.norm1"), \
    GS_WEIGHT_BIAS(LAYER(P) NORM2, "layers.%d.norm2"), \
    GS_WEIGHT_BIAS(LAYER(P) "attention.self.query", "layers.%d.q"), \
    GS_WEIGHT_BIAS(LAYER(P) "attention.self.key", "layers.%d.k"), \
    GS_WEIGHT_BIAS(LAYER(P) "attention.self.value", "layers.%d.v"), \
    GS_WEIGHT_BIAS(LAYER(P) "attention.output.dense", "layers.%d.o"), \
    GS_WEIGHT_BIAS(LAYER(P) "intermediate.dense", "layers.%d.up"), \
    GS_WEIGHT_BIAS(LAYER(P) "output.dense", "layers.%d.down"), \
    GS_WEIGHT_BIAS(P "encoder.last_layer_ln", "norm"), \
    {.theirs = NULL}}
#define PRE(P) BERT(P, "pre_attention_ln", "post_attention_ln")
#define POST(P) BERT(P, "attention.output.LayerNorm", "output.LayerNorm")
static const gs_name_map pre_bert[] = PRE("bert."), pre_plain[] = PRE("");
static const gs_name_map post_bert[] = POST("bert."), post_plain[] = POST("");

#define FIRST_PRE "encoder.layer.0.pre_attention_ln.weight"
#define FIRST "encoder.layer.0.attention.self.query.weight"
#define PLACE(WHERE) GS_JSON_TEXT_OF({"norm_place": WHERE})
static const gs_form forms[] = {
    {.tensor = "bert." FIRST_PRE, .config = PLACE("pre"), .map = map, .names = pre_bert},
    {.tensor = FIRST_PRE, .config = PLACE("pre"), .map = map, .names = pre_plain},
    {.tensor = "bert." FIRST, .config = PLACE("post"), .map = map, .names = post_bert},
    {.tensor = FIRST, .config = PLACE("post"), .map = map, .names = post_plain},
    {.tensor = NULL}};

static const char *citation(const gs_bundle *b)
{
    if (!strcmp(gs_json_text(b->tokenizer, "kind", ""), "kmers"))
        return gs_bert_species(b->tokenizer)[0] ? "Karollus et al. 2024, Genome Biology, SpeciesLM"
                                                : "Ji et al. 2021, Bioinformatics, DNABERT";
    return strcmp(gs_json_text(b->config, "norm_place", ""), "pre")
               ? "Sanabria et al. 2024, Nature Machine Intelligence, GROVER"
               : "Fishman et al. 2025, Nucleic Acids Research, GENA-LM";
}

static int finish(gs_bundle *b, const gs_checkpoint *c, gs_err *e)
{
    (void)c;
    int ret = gs_family_set(b->config, e, "{s:b, s:s}", "final_norm", gs_family_has(b, "norm.weight"), "head",
                            gs_family_head(b));
    ret = ret ? ret : gs_bert_recipe(b, e);
    return ret ? ret : gs_family_set(b->card, e, "{s:s}", "citation", citation(b));
}

const gs_family gs_family_bert = {
    .name = "bert",
    .what = "DNABERT, GROVER, GENA-LM, SpeciesLM",
    .known_as = {"bert"},
    .forms = forms,
    .architecture = "transformer",
    .config = GS_JSON_TEXT_OF({"norm": "layer", "attn_bias": true, "embed_norm": true}),
    .tokenizer_files = {"tokenizer.json", "vocab.txt"},
    .citation = "Devlin et al. 2019, NAACL, BERT",
    .finish = finish};
