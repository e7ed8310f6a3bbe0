/* GPN-MSA: a RoFormer over one-hot symbols of the target genome and of the species aligned to it.
 * Source: songlab-cal/gpn, gpn/legacy.py; transformers, modeling_roformer.py. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "import/family/family.h"
#include "model/bind.h"

enum { SYMBOLS = 5 /* of an aligned species: - A C G T */ };

static const gs_config_map map[] = {
    GS_MAP_TRANSFORMER(6),
    GS_MAP_INT("vocab_size", NULL, 6, 6, 6),
    GS_MAP_NAME("hidden_act", "act", gs_activation_words),
    GS_MAP_NAME("hidden_act", "head_act", gs_activation_words),
    GS_MAP_INT("max_position_embeddings", "tokenizer.max_tokens", 1536, 1, 1 << 20),
    GS_MAP_INT("n_aux_features", "aux", NAN, SYMBOLS, 1 << 15), /* finish() makes species of it */
    GS_MAP_INT("aux_features_vocab_size", "aux_vocab", SYMBOLS, SYMBOLS, SYMBOLS),
    GS_MAP_REFUSE("rotary_value"),
    {.theirs = NULL}};

#define LAYER "model.encoder.layer.%d."
#define TABLE "model.encoder.embed_positions.weight"
static const gs_name_map names[] = {
    GS_WEIGHT_BIAS(LAYER "attention.self.query", "layers.%d.q"),
    GS_WEIGHT_BIAS(LAYER "attention.self.key", "layers.%d.k"),
    GS_WEIGHT_BIAS(LAYER "attention.self.value", "layers.%d.v"),
    GS_WEIGHT_BIAS(LAYER "attention.output.dense", "layers.%d.o"),
    GS_WEIGHT_BIAS(LAYER "attention.output.LayerNorm", "layers.%d.norm1"),
    GS_WEIGHT_BIAS(LAYER "intermediate.dense", "layers.%d.up"),
    GS_WEIGHT_BIAS(LAYER "output.dense", "layers.%d.down"),
    GS_WEIGHT_BIAS(LAYER "output.LayerNorm", "layers.%d.norm2"),
    GS_WEIGHT_BIAS("cls.predictions.transform.dense", "head.dense"),
    GS_WEIGHT_BIAS("cls.predictions.transform.LayerNorm", "head.norm"),
    GS_WEIGHT_BIAS("cls.predictions.decoder", "head"),
    {.theirs = "cls.predictions.bias", .ours = "head.bias", .how = GS_T_SPARE},
    GS_DROP(TABLE), /* the formula gives it: check_table */
    {.theirs = NULL}};

static const gs_form forms[] = {
    {.tensor = "model.encoder.layer.0.attention.self.query.weight", .map = map, .names = names},
    {.tensor = NULL}};

/* Values of config.json that do not go together, or that the forward pass does not have. */
static int check_config(const gs_bundle *b, const gs_checkpoint *c, gs_err *e)
{
    int dim = gs_family_int(b->config, "dim");
    const char *odd = gs_family_int(b->config, "aux") % SYMBOLS ? "n_aux_features"
                      : gs_json_number(c->config, "embedding_size", dim) != dim ? "embedding_size"
                      : dim % gs_family_int(b->config, "heads") ? "num_attention_heads" : NULL;
    return !odd ? 0 : gs_fail(e, GS_EMODEL, "%s/config.json: \"%s\" has a value that is not supported for GPN-MSA",
                              c->dir, odd);
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

/* The table of positions is a tensor of the checkpoint, [P, d]: sines, then cosines. Do ours, computed, agree? */
static int check_table(const gs_checkpoint *c, gs_err *e)
{
    const gs_tensor *t = gs_tensors_find(&c->tensors, TABLE);
    if (!t)
        return 0;
    float *x = malloc(sizeof *x * (size_t)gs_tensor_count(t) + 1);
    if (!x)
        return gs_fail_mem(e, "the table of positions", sizeof *x * (size_t)gs_tensor_count(t));
    int bad = t->ndim != 2 || gs_tensor_floats(x, t) || differs(t, x);
    free(x);
    return !bad ? 0 : gs_fail(e, GS_EMODEL, "%s: %s is not the table of sines and cosines that RoFormer has", c->dir,
                              TABLE);
}

static int finish(gs_bundle *b, const gs_checkpoint *c, gs_err *e)
{
    int species = gs_family_int(b->config, "aux") / SYMBOLS;
    int ret = check_config(b, c, e);
    ret = ret ? ret : check_table(c, e);
    ret = ret ? ret : gs_family_set(b->recipe, e, "{s:i}", "msa", species);
    return ret ? ret
               : gs_family_set(b->config, e, "{s:i, s:s, s:s}", "aux", species, "rotary_dtype",
                               gs_family_half(&c->tensors, TABLE), "head",
                               gs_family_has(b, "head.weight") ? "mlm" : "none");
}

const gs_family gs_family_gpn_msa = {
    .name = "gpn-msa",
    .what = "GPN-MSA",
    .known_as = {"GPNRoFormer"},
    .forms = forms,
    .architecture = "transformer",
    .config = GS_JSON_TEXT_OF({"one_hot": true, "norm_place": "post", "position": "rotary", "rotary": "pairs",
                               "rotary_base": 10000.0, "final_norm": false}),
    .tokenizer = GS_JSON_TEXT_OF({"kind": "base", "vocab": ["-", "A", "C", "G", "T", "?"], "unk": 0, "mask": 5,
                                  "pad": 0}),
    .recipe = GS_JSON_TEXT_OF({"mode": "mlm", "window": 128, "strands": "both", "mask_rate": 0.15, "visible": false}),
    .citation = "Benegas et al. 2025, Nature Biotechnology, GPN-MSA",
    .finish = finish};
