/* GPN-MSA: a RoFormer over one-hot symbols of the target genome and of the species aligned to it.
 * Source: songlab-cal/gpn, gpn/legacy.py; transformers, modeling_roformer.py. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "import/import.h"
#include "model/bind.h"
#include "model/json.h"

#define LAYER "model.encoder.layer.%d."
#define TABLE "model.encoder.embed_positions.weight"
static const gs_name_row names[] = {
    {LAYER "attention.self.query.weight", "layers.%d.q.weight", 0, 1},
    {LAYER "attention.self.query.bias", "layers.%d.q.bias", 0, 1},
    {LAYER "attention.self.key.weight", "layers.%d.k.weight", 0, 1},
    {LAYER "attention.self.key.bias", "layers.%d.k.bias", 0, 1},
    {LAYER "attention.self.value.weight", "layers.%d.v.weight", 0, 1},
    {LAYER "attention.self.value.bias", "layers.%d.v.bias", 0, 1},
    {LAYER "attention.output.dense.weight", "layers.%d.o.weight", 0, 1},
    {LAYER "attention.output.dense.bias", "layers.%d.o.bias", 0, 1},
    {LAYER "attention.output.LayerNorm.weight", "layers.%d.norm1.weight", 0, 1},
    {LAYER "attention.output.LayerNorm.bias", "layers.%d.norm1.bias", 0, 1},
    {LAYER "intermediate.dense.weight", "layers.%d.up.weight", 0, 1},
    {LAYER "intermediate.dense.bias", "layers.%d.up.bias", 0, 1},
    {LAYER "output.dense.weight", "layers.%d.down.weight", 0, 1},
    {LAYER "output.dense.bias", "layers.%d.down.bias", 0, 1},
    {LAYER "output.LayerNorm.weight", "layers.%d.norm2.weight", 0, 1},
    {LAYER "output.LayerNorm.bias", "layers.%d.norm2.bias", 0, 1},
    {"cls.predictions.transform.dense.weight", "head.dense.weight", 0, 1},
    {"cls.predictions.transform.dense.bias", "head.dense.bias", 0, 1},
    {"cls.predictions.transform.LayerNorm.weight", "head.norm.weight", 0, 1},
    {"cls.predictions.transform.LayerNorm.bias", "head.norm.bias", 0, 1},
    {"cls.predictions.decoder.weight", "head.weight", 0, 1},
    {"cls.predictions.decoder.bias", "head.bias", 0, 1},
    {TABLE, NULL, 0, 1}, /* the formula gives it: check_table */
    {NULL, NULL, 0, 0}};
/* The decoder's bias is stored under two names, or under either. */
static const gs_name_row second_bias[] = {{"cls.predictions.bias", NULL, 0, 1}, {NULL, NULL, 0, 0}};
static const gs_name_row only_bias[] = {{"cls.predictions.bias", "cls.predictions.decoder.bias", 0, 1}, {NULL, NULL, 0, 0}};

enum { VOCAB = 6, WINDOW = 128 };
typedef struct { int vocab, dim, embedding, layers, heads, ffn, positions, aux, aux_vocab; const char *table_dtype; } facts;

#define AT(f) offsetof(facts, f)
static const gs_fact_row fact_rows[] = {
    {"vocab_size", AT(vocab), VOCAB, 1, 1 << 20},
    {"hidden_size", AT(dim), 768, 1, 1 << 15},
    {"num_hidden_layers", AT(layers), 12, 1, 1 << 12},
    {"num_attention_heads", AT(heads), 12, 1, 1 << 12},
    {"intermediate_size", AT(ffn), 3072, 1, 1 << 20},
    {"max_position_embeddings", AT(positions), 1536, 1, 1 << 20},
    {"n_aux_features", AT(aux), -1, 1, 1 << 15},
    {"aux_features_vocab_size", AT(aux_vocab), 5, 1, 255},
    {NULL, 0, 0, 0, 0}};
#undef AT

static int match(const json_t *config, const gs_tensors *t)
{
    (void)t;
    const char *class = json_string_value(json_array_get(json_object_get(config, "architectures"), 0));
    return !strcmp(gs_json_text(config, "model_type", ""), "GPNRoFormer")
           || (class && !strcmp(class, "GPNRoFormerForMaskedLM"));
}

static int read_facts(facts *f, const json_t *config, const char *dir, gs_err *e)
{
    int ret = gs_import_facts(f, fact_rows, config, dir, e);
    if (ret)
        return ret;
    const char *odd = f->vocab != VOCAB ? "vocab_size" : f->aux_vocab != 5 || f->aux % 5 ? "n_aux_features"
                      : gs_json_number(config, "embedding_size", f->dim) != f->dim ? "embedding_size"
                      : gs_json_true(config, "rotary_value", 0) ? "rotary_value"
                      : f->dim % f->heads ? "num_attention_heads" : NULL;
    return odd ? gs_fail(e, GS_EMODEL, "%s/config.json: \"%s\" has a value that is not supported for GPN-MSA", dir, odd) : 0;
}

/* Half-precision files round the table, a trained one would be far off. */
static int differs(const gs_tensor *t, const float *x)
{
    double tolerance = t->dtype == GS_F32 ? 1e-5 : 1e-2;
    int pairs = (int)t->shape[1] / 2;
    for (int pos = 0; pos < t->shape[0]; pos++)
        for (int i = 0; i < pairs; i++) {
            double angle = pos / pow(10000, (double)i / pairs);
            const float *row = x + (size_t)pos * 2 * (size_t)pairs;
            if (!(fabs(row[i] - sin(angle)) <= tolerance && fabs(row[pairs + i] - cos(angle)) <= tolerance))
                return 1;
        }
    return 0;
}

/* The table of positions is a tensor of the checkpoint, [P, d]: sines, then cosines. Ours are computed: do they agree? */
static int check_table(const gs_bundle *b, gs_err *e)
{
    const gs_tensor *t = gs_tensors_find(&b->tensors, TABLE);
    if (!t)
        return 0;
    float *x = t->ndim == 2 ? malloc(sizeof *x * (size_t)gs_tensor_count(t) + 1) : NULL;
    int bad = !x || gs_tensor_floats(x, t) || differs(t, x);
    free(x);
    return bad ? gs_fail(e, GS_EMODEL, "%s: %s is not the table of sines and cosines that RoFormer has", b->path, TABLE) : 0;
}

static json_t *make_config(const gs_bundle *b, const facts *f, double eps, const char *act)
{
    int headed = gs_import_has(b, "head.weight");
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:b, s:i, s:i, s:s, s:f, s:s, s:s, s:f, s:s, s:s, s:s, s:b, s:s}", "vocab", f->vocab,
                     "dim", f->dim, "layers", f->layers, "heads", f->heads, "ffn", f->ffn, "one_hot", 1, "aux",
                     f->aux / f->aux_vocab, "aux_vocab", f->aux_vocab, "norm_place", "post", "norm_eps", eps, "position",
                     "rotary", "rotary", "pairs", "rotary_base", 10000.0, "rotary_dtype", f->table_dtype, "act", act,
                     "head_act", act, "final_norm", 0, "head", headed ? "mlm" : "none");
}

static int import(gs_bundle *b, const char *dir, const json_t *config, gs_err *e)
{
    facts f = {0};
    int ret = read_facts(&f, config, dir, e), both = gs_import_has(b, "cls.predictions.decoder.bias");
    const char *act = ret ? NULL : gs_import_act(config, dir, e);
    ret = ret ? ret : act ? check_table(b, e) : -GS_EMODEL;
    f.table_dtype = gs_import_half(b, TABLE);
    ret = ret ? ret : gs_import_names(b, both ? second_bias : only_bias, e);
    ret = ret ? ret : gs_import_names(b, names, e);
    if (ret)
        return ret;
    b->architecture = strdup("transformer");
    b->config = make_config(b, &f, gs_json_number(config, "layer_norm_eps", 1e-12), act);
    b->tokenizer = json_pack("{s:s, s:[ssssss], s:i, s:i, s:i, s:i}", "kind", "base", "vocab", "-", "A", "C", "G", "T", "?",
                             "unk", 0, "mask", 5, "pad", 0, "max_tokens", f.positions);
    b->recipe = json_pack("{s:s, s:i, s:s, s:f, s:b, s:i}", "mode", "mlm", "window", WINDOW, "strands", "both", "mask_rate",
                          0.15, "visible", 0, "msa", f.aux / f.aux_vocab);
    b->card = gs_import_card(dir, "Benegas et al. 2025, Nature Biotechnology, GPN-MSA");
    return 0;
}

const gs_family gs_family_gpn_msa = {"gpn-msa", "GPN-MSA", match, import};
