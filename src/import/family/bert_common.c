#include "import/family/bert_common.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "model/json.h"

enum { BPE_WINDOW = 513 /* BEND's: 256 bases on either side */, SPECIES_WINDOW = 2000 /* songlab's */,
       MAX_TYPES = 1 << 10 };

const char *gs_bert_prefix(const gs_tensors *t, const char *name)
{
    static const char *const prefixes[] = {"bert.", ""};
    char full[200];
    for (int i = 0; i < 2; i++) {
        snprintf(full, sizeof full, "%s%s", prefixes[i], name);
        if (gs_tensors_find(t, full))
            return prefixes[i];
    }
    return NULL;
}

/* Upstream ties the head's matrix to the embedding, whatever the file holds, and its bias has two names. Either name
 * of either may be missing. */
static int tie_head(gs_bundle *b, int tied, gs_err *e)
{
    const int has_embed = gs_bert_prefix(&b->tensors, "embeddings.word_embeddings.weight") != NULL;
    const int has_bias = gs_import_has(b, "cls.predictions.bias");
    const gs_name_row rows[] = {
        {tied ? "cls.predictions.decoder.weight" : "-", has_embed ? NULL : "bert.embeddings.word_embeddings.weight", 0, 1},
        {"cls.predictions.decoder.bias", has_bias ? NULL : "cls.predictions.bias", 0, 1},
        {NULL, NULL, 0, 0}};
    int ret = gs_import_names(b, rows, e);
    b->names = NULL; /* they were only for this */
    return ret;
}

int gs_bert_read(gs_bert *f, gs_bundle *b, const char *dir, const json_t *config, gs_err *e)
{
    int ret = gs_import_sizes(&f->size, config, dir, e);
    if (ret)
        return ret;
    f->act = gs_import_act(config, dir, e);
    if (!f->act)
        return -GS_EMODEL;
    double types = gs_json_number(config, "type_vocab_size", 2);
    if (!(types >= 0 && types <= MAX_TYPES))
        return gs_fail(e, GS_EMODEL, "%s/config.json: \"type_vocab_size\" is out of range", dir);
    f->types = (int)types;
    f->eps = gs_json_number(config, "layer_norm_eps", 1e-12);
    f->tied = gs_json_true(config, "tie_word_embeddings", 1);
    ret = tie_head(b, f->tied, e);
    f->headed = gs_import_has(b, "cls.predictions.bias") || gs_import_has(b, "cls.predictions.transform.dense.weight");
    return ret;
}

json_t *gs_bert_config(const gs_bert *f)
{
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:s, s:f, s:b, s:i, s:b, s:s, s:s, s:b}", "vocab", f->size.vocab, "dim",
                     f->size.dim, "layers", f->size.layers, "heads", f->size.heads, "ffn", f->size.ffn, "norm", "layer",
                     "norm_eps", f->eps, "attn_bias", 1, "token_types",
                     f->types, "embed_norm", 1, "head", f->headed ? "mlm" : "none", "head_act", f->act, "head_tied", f->tied);
}

/* Words such as homo_sapiens. */
const char *gs_bert_species(const json_t *tok)
{
    const json_t *vocab = json_object_get(tok, "vocab");
    if (strcmp(gs_json_text(tok, "kind", ""), "kmers"))
        return "";
    if (gs_vocab_find(vocab, "homo_sapiens") >= 0)
        return "homo_sapiens";
    for (size_t i = 0; i < json_array_size(vocab); i++) {
        const char *s = json_string_value(json_array_get(vocab, i));
        if (s[0] >= 'a' && s[0] <= 'z' && strchr(s, '_'))
            return s;
    }
    return "";
}

/* k-mers fill the model: those of a window are window - k + 1. */
static int kmer_window(const json_t *tok, int tokens, int has_species)
{
    int k = (int)gs_json_number(tok, "k", 1), around = has_species;
    around += gs_json_number(tok, "cls", -1) >= 0;
    around += gs_json_number(tok, "sep", -1) >= 0;
    int most = tokens - around + k - 1;
    return has_species && (!tokens || most > SPECIES_WINDOW) ? SPECIES_WINDOW : most > 1 ? most : 1;
}

json_t *gs_bert_recipe(const gs_bert *f, const json_t *tok, int tokens)
{
    const char *species = gs_bert_species(tok);
    int merges = json_array_size(json_object_get(tok, "merges")) > 0;
    if (!f->headed || merges || (!tokens && !species[0]))
        return json_pack("{s:s, s:i, s:s, s:b}", "mode", "cosine", "window", BPE_WINDOW, "strands", "fwd", "visible", 0);
    json_t *j = json_pack("{s:s, s:i, s:s, s:b}", "mode", "mlm", "window", kmer_window(tok, tokens, species[0] != 0),
                          "strands", "both", "visible", 0);
    if (gs_json_number(tok, "k", 1) > 1)
        json_object_set_new(j, "readout", json_string("marginal"));
    if (species[0])
        json_object_set_new(j, "species", json_string(species));
    return j;
}
