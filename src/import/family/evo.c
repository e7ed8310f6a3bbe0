/* Evo 1 and Evo 2: StripedHyena in two generations, whose configurations share most of their keys. Sources:
 * togethercomputer/stripedhyena and evo-design/evo (Evo 1), Zymrael/vortex and ArcInstitute/evo2 (Evo 2). */
#include <dirent.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "import/family/family.h"
#include "import/files.h"
#include "import/yaml.h"
#include "model/narrow.h"

enum { MOST_LAYERS = 1 << 10, MAX_CONFIG = 1 << 20 };

static const gs_word gelu[] = {{"gelu", "gelu"}, {NULL, NULL}};

#define SHARED \
    GS_MAP_INT("vocab_size", "vocab", 512, 1, 1 << 20), GS_MAP_INT("hidden_size", "dim", NAN, 1, 1 << 15), \
    GS_MAP_INT("num_layers", "layers", NAN, 1, MOST_LAYERS), \
    GS_MAP_INT("num_attention_heads", "heads", NAN, 1, 1 << 12), \
    GS_MAP_OPTIONAL("inner_mlp_size", "ffn", NAN, 1, 1 << 20), GS_MAP_REAL("eps", "norm_eps", 1e-6, 0, 1), \
    GS_MAP_REAL("rotary_emb_base", "rotary_base", 10000, 1, 1e12), \
    GS_MAP_INT("short_filter_length", "conv_taps", 3, 1, 1 << 10), GS_MAP_INT("proj_groups", NULL, 1, 1, 1), \
    GS_MAP_NAME("mlp_activation", NULL, gelu), GS_MAP_REFUSE("smeared_gqa"), GS_MAP_REFUSE("long_fir_threshold")

static const gs_config_map evo1[] = {
    SHARED,
    GS_MAP_INT("state_size", "modes", 8, 1, 1 << 10),
    GS_MAP_BOOL("qkv_proj_bias", "qkv_bias", 1),
    GS_MAP_BOOL("qkv_proj_bias", "in_bias", 1),
    GS_MAP_BOOL("short_filter_bias", "conv_bias", 1),
    GS_MAP_INT("hyena_filter_groups", NULL, 1, 1, 1),
    {.theirs = NULL}};

static const gs_config_map evo2[] = {
    SHARED,
    GS_MAP_INT("state_size", "modes", 16, 1, 1 << 10),
    GS_MAP_BOOL("qkv_proj_bias", "qkv_bias", 0),
    GS_MAP_BOOL("short_filter_bias", "conv_bias", 0),
    GS_MAP_INT("hcs_filter_length", "short_taps", 7, 1, 127),
    GS_MAP_INT("hcs_filter_groups", "short_groups", NAN, 1, 1 << 15),
    GS_MAP_INT("hcm_filter_length", "medium_taps", 128, 128, 1 << 16),
    GS_MAP_INT("hcm_filter_groups", "medium_groups", NAN, 1, 1 << 15),
    GS_MAP_REFUSE("hyena_flip_x1x2"),
    GS_MAP_REFUSE("column_split_hyena"),
    {.theirs = NULL}};

/* ---- tensors ---- */

#define ROWS(THEIRS, OURS, PART) {.theirs = THEIRS, .ours = OURS, .how = GS_T_SPLIT, .part = PART, .parts = 3}
#define B "blocks.%d."
#define BLOCKS(P) \
    GS_NAME(P "embedding_layer.weight", "embed.weight"), GS_NAME(P "norm.scale", "norm.weight"), \
    GS_NAME(P B "pre_norm.scale", "layers.%d.norm1.weight"), \
    GS_NAME(P B "post_norm.scale", "layers.%d.norm2.weight"), \
    GS_NAME(P B "mlp.l1.weight", "layers.%d.gate.weight"), GS_NAME(P B "mlp.l2.weight", "layers.%d.up.weight"), \
    GS_NAME(P B "mlp.l3.weight", "layers.%d.down.weight"), \
    GS_WEIGHT_BIAS(P B "inner_mha_cls.out_proj", "layers.%d.o"), \
    GS_WEIGHT_BIAS(P B "projections", "layers.%d.in"), GS_WEIGHT_BIAS(P B "out_filter_dense", "layers.%d.out"), \
    {.theirs = P B "filter.short_filter_weight", .ours = "layers.%d.conv.weight", .how = GS_T_CONV}, \
    GS_NAME(P B "filter.short_filter_bias", "layers.%d.conv.bias"), \
    GS_NAME(P B "filter.D", "layers.%d.skip.weight"), GS_NAME(P B "filter.residues", "layers.%d.residues.weight"), \
    GS_DROP(P "unembed.weight") /* tied to the embedding */

/* Frequencies in the file are rounded, and upstream makes them anew. */
#define EVO1(P) { \
    BLOCKS(P), \
    ROWS(P B "inner_mha_cls.Wqkv.weight", "layers.%d.q.weight", 0), \
    ROWS(P B "inner_mha_cls.Wqkv.weight", "layers.%d.k.weight", 1), \
    ROWS(P B "inner_mha_cls.Wqkv.weight", "layers.%d.v.weight", 2), \
    ROWS(P B "inner_mha_cls.Wqkv.bias", "layers.%d.q.bias", 0), \
    ROWS(P B "inner_mha_cls.Wqkv.bias", "layers.%d.k.bias", 1), \
    ROWS(P B "inner_mha_cls.Wqkv.bias", "layers.%d.v.bias", 2), \
    GS_NAME(P B "filter.poles", "layers.%d.poles.weight"), \
    GS_DROP(P B "inner_mha_cls.rotary_emb.inv_freq"), \
    {.theirs = NULL}}
static const gs_name_map evo1_hub[] = EVO1("backbone."), evo1_plain[] = EVO1("");

/* Here the stored frequencies count. What upstream does not know it ignores. */
static const gs_name_map evo2_names[] = {
    BLOCKS(""),
    GS_WEIGHT_BIAS(B "inner_mha_cls.Wqkv", "layers.%d.qkv"),
    GS_NAME(B "inner_mha_cls.rotary_emb.inv_freq", "layers.%d.inv_freq.weight"),
    GS_NAME(B "filter.h", "layers.%d.taps.weight"),
    GS_NAME(B "filter.log_poles", "layers.%d.poles.weight"),
    GS_DROP("*"),
    {.theirs = NULL}};

/* The first block may be of any kind. Evo 2's attention has no biases. */
#define QKV "inner_mha_cls.Wqkv."
static const gs_form evo1_forms[] = {
    {.tensor = "backbone.blocks.0.filter.poles", .map = evo1, .names = evo1_hub},
    {.tensor = "backbone.blocks.0." QKV "weight", .map = evo1, .names = evo1_hub},
    {.tensor = "blocks.0.filter.poles", .map = evo1, .names = evo1_plain},
    {.tensor = "blocks.0." QKV "bias", .map = evo1, .names = evo1_plain},
    {.tensor = NULL}};
static const gs_form evo2_forms[] = {
    {.tensor = "blocks.0.filter.h", .map = evo2, .names = evo2_names},
    {.tensor = "blocks.0.filter.log_poles", .map = evo2, .names = evo2_names},
    {.tensor = "blocks.0." QKV "weight", .map = evo2, .names = evo2_names},
    {.tensor = NULL}};

/* ---- what the configurations say in their own way ---- */

/* Layers of each kind are listed; ours is a letter for each layer. */
static int set_mixers(gs_bundle *b, const gs_checkpoint *c, gs_err *e)
{
    static const struct { const char *key; char letter; } kinds[] = {
        {"attn_layer_idxs", 'a'}, {"hyena_layer_idxs", 'l'}, {"hcs_layer_idxs", 's'}, {"hcm_layer_idxs", 'm'},
        {"hcl_layer_idxs", 'l'}};
    char mixers[MOST_LAYERS + 1] = {0};
    int layers = gs_family_int(b->config, "layers");
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        size_t i;
        const json_t *number, *list = json_object_get(c->config, kinds[k].key);
        json_array_foreach(list, i, number) {
            json_int_t at = json_is_integer(number) ? json_integer_value(number) : -1;
            if (at < 0 || at >= layers || mixers[at])
                return gs_fail(e, GS_EMODEL, "%s/%s: \"%s\" lists a layer that is not there, or twice", c->dir,
                               c->config_file, kinds[k].key);
            mixers[at] = kinds[k].letter;
        }
    }
    if (strlen(mixers) != (size_t)layers)
        return gs_fail(e, GS_EMODEL, "%s/%s does not say what kind layer %zu of %d is", c->dir, c->config_file,
                       strlen(mixers), layers);
    return gs_family_set(b->config, e, "{s:s}", "mixers", mixers);
}

/* What is not done here unless it is so. */
static int check_true(const gs_checkpoint *c, const char *const *keys, gs_err *e)
{
    for (; *keys; keys++)
        if (json_is_false(json_object_get(c->config, *keys)))
            return gs_fail(e, GS_EMODEL, "%s/%s: \"%s\" false is not supported", c->dir, c->config_file, *keys);
    return 0;
}

/* 2/3 of four times the width, rounded up. Source: vortex/model/layers.py, ParallelGatedMLP. */
static int inner_size(const json_t *config, int dim)
{
    int multiple = (int)gs_json_number(config, "inner_size_multiple_of", 64)
                   * (int)gs_json_number(config, "model_parallel_size", 1);
    int n = (int)(2.0 * dim * 4 / 3);
    return multiple < 1 || multiple > 1 << 20 ? n : (n + multiple - 1) / multiple * multiple;
}

/* Upstream rounds all other tensors to bfloat16 when it loads a model. */
static int is_exact(const char *name)
{
    int number[GS_NAME_NUMBERS];
    for (const char *const *pattern = gs_arch_stripedhyena.exact; *pattern; pattern++)
        if (gs_name_match(*pattern, name, number))
            return 1;
    return 0;
}

static int round_tensor(gs_tensors *set, gs_tensor *t, gs_err *e)
{
    size_t n = (size_t)gs_tensor_count(t);
    uint16_t *to = malloc(n * sizeof *to + 1);
    float *from = malloc(t->bytes + 1); /* a file of another's making may have it at an odd address */
    if (!to || !from) {
        free(to);
        free(from);
        return gs_fail_mem(e, "weights as bfloat16", t->bytes);
    }
    memcpy(from, t->data, t->bytes);
    gs_to_bf16(to, from, n);
    free(from);
    t->data = to;
    t->dtype = GS_BF16;
    t->bytes = n * sizeof *to;
    return gs_tensors_keep(set, (gs_region){to, t->bytes, 0}, e);
}

static int finish_shared(gs_bundle *b, const gs_checkpoint *c, gs_err *e)
{
    static const char *const needed[] = {"tie_embeddings", "final_norm", "mha_out_proj_bias", "hyena_out_proj_bias",
                                         NULL};
    int dim = gs_family_int(b->config, "dim"), ffn = gs_family_int(b->config, "ffn");
    int stretched = gs_json_true(c->config, "use_interpolated_rotary_pos_emb", 0);
    double stretch = stretched ? gs_json_number(c->config, "rotary_emb_scaling_factor", 1) : 1;
    int ret = check_true(c, needed, e);
    ret = ret ? ret : set_mixers(b, c, e);
    ret = ret ? ret : gs_family_set(b->config, e, "{s:i, s:f}", "ffn", ffn ? ffn : inner_size(c->config, dim),
                                    "rotary_stretch", stretch);
    for (size_t i = 0; i < b->tensors.n && !ret; i++)
        if (b->tensors.t[i].dtype == GS_F32 && !is_exact(b->tensors.t[i].name))
            ret = round_tensor(&b->tensors, &b->tensors.t[i], e);
    return ret;
}

static int finish_evo1(gs_bundle *b, const gs_checkpoint *c, gs_err *e)
{
    static const char *const needed[] = {"column_split_hyena", NULL};
    int ret = finish_shared(b, c, e);
    ret = ret ? ret : check_true(c, needed, e);
    ret = ret ? ret : gs_family_set(b->tokenizer, e, "{s:i}", "window_cls", 0); /* stands before what is scored */
    ret = ret ? ret : gs_family_set(b->card, e, "{s:s}", "training_data", "genomes of prokaryotes and phages only");
    return ret ? ret : gs_family_set(b->config, e, "{s:i}", "act_layers", gs_family_int(b->config, "layers"));
}

/* ---- Evo 2: models by their names ---- */

/* Source: evo2/configs/(*).yml. fp8: trained so that its projections need 8-bit products. */
typedef struct { const char *name; int dim, layers, heads, ffn, groups, fp8; double base, stretch; } published;
static const published models[] = {
    {"evo2_1b_base", 1920, 25, 15, 5120, 128, 1, 1e4, 1},      {"evo2_7b_base", 4096, 32, 32, 11008, 256, 0, 1e4, 1},
    {"evo2_7b_262k", 4096, 32, 32, 11008, 256, 0, 1e4, 32},    {"evo2_7b", 4096, 32, 32, 11264, 256, 0, 1e4, 128},
    {"evo2_7b_microviridae", 4096, 32, 32, 11008, 256, 0, 1e4, 1},
    {"evo2_20b", 8192, 24, 64, 22528, 512, 1, 1e6, 128},       {"evo2_40b_base", 8192, 50, 64, 21888, 512, 1, 1e6, 1},
    {"evo2_40b", 8192, 50, 64, 22528, 512, 1, 1e6, 128}};
enum { MODELS = sizeof models / sizeof *models };

/* Kinds of the layers of all of them, as far as they have so many. */
static const char kinds[] = "smlasmlsmlasmlsmlasmlsmlasmlsmlasmlasmlsmlasmlsmla";

static int needs_fp8(const json_t *config)
{
    int dim = gs_family_int(config, "hidden_size"), layers = gs_family_int(config, "num_layers");
    for (int i = 0; i < MODELS && gs_json_true(config, "use_fp8_input_projections", 0); i++)
        if (models[i].fp8 && models[i].dim == dim && models[i].layers == layers)
            return 1;
    return 0;
}

/* The layers of one kind among the first n. */
static json_t *layers_of(char kind, int n)
{
    json_t *list = json_array();
    for (int i = 0; i < n; i++)
        if (kinds[i] == kind)
            json_array_append_new(list, json_integer(i));
    return list;
}

/* As the model's .yml has it. */
static int describe(gs_checkpoint *c, const published *p, gs_err *e)
{
    json_t *j = json_pack(
        "{s:i, s:i, s:i, s:i, s:i, s:i, s:f, s:b, s:f, s:b, s:b, s:o, s:o, s:o, s:o}", "hidden_size", p->dim,
        "num_layers", p->layers, "num_attention_heads", p->heads, "inner_mlp_size", p->ffn, "hcs_filter_groups",
        p->groups, "hcm_filter_groups", p->groups, "rotary_emb_base",
        p->base, "use_interpolated_rotary_pos_emb", p->stretch > 1, "rotary_emb_scaling_factor", p->stretch,
        "evo2_style_activations", 1, "use_fp8_input_projections", p->fp8, "attn_layer_idxs", layers_of('a', p->layers),
        "hcs_layer_idxs", layers_of('s', p->layers), "hcm_layer_idxs", layers_of('m', p->layers), "hcl_layer_idxs",
        layers_of('l', p->layers));
    if (!j)
        return gs_fail_mem(e, "a model's configuration", 1);
    json_decref(c->config);
    c->config = j;
    return 0;
}

/* NAME.pt or its first piece, in the directory or the file that was named. */
static const published *by_name(const gs_checkpoint *c)
{
    static const char *const endings[] = {".pt", ".pt.part0"};
    char name[100], path[PATH_MAX];
    for (int i = 0; i < 2 * MODELS; i++) {
        snprintf(name, sizeof name, "%s%s", models[i / 2].name, endings[i % 2]);
        if (c->file ? !strcmp(gs_base_name(c->file), name) : gs_import_exists(gs_import_path(c->dir, name, path)))
            return &models[i / 2];
    }
    return NULL;
}

static int is_yml(const struct dirent *d)
{
    const char *dot = strrchr(d->d_name, '.');
    return dot && d->d_name[0] != '.' && (!strcmp(dot, ".yml") || !strcmp(dot, ".yaml"));
}

/* The configuration called as the file of weights, or the only one there is; its path to out. */
static int find_yml(const gs_checkpoint *c, char *out)
{
    struct dirent **entry = NULL;
    if (c->file && (gs_import_beside(c->file, ".yml", out) || gs_import_beside(c->file, ".yaml", out)))
        return 1;
    int n = scandir(c->dir, &entry, is_yml, alphasort);
    if (n == 1)
        gs_import_path(c->dir, entry[0]->d_name, out);
    for (int i = 0; i < n; i++)
        free(entry[i]);
    free(entry);
    return n == 1;
}

static int facts_evo2(gs_checkpoint *c, gs_err *e)
{
    char path[PATH_MAX];
    const published *p = by_name(c);
    if (find_yml(c, path)) {
        json_t *j = gs_import_yaml(path, MAX_CONFIG, e);
        json_decref(c->config);
        c->config = j;
        snprintf(c->config_file, sizeof c->config_file, "%s", gs_base_name(path));
        return j ? 0 : -GS_EMODEL;
    }
    if (p)
        return describe(c, p, e);
    return json_object_get(c->config, "hcl_layer_idxs")
               ? 0
               : gs_fail(e, GS_EMODEL, "%s does not say what its network is: an Evo 2 checkpoint needs its .yml beside "
                         "it (evo2/configs of the package evo2), called as the checkpoint, or a published name such "
                         "as evo2_7b.pt", c->dir);
}

static int finish_evo2(gs_bundle *b, const gs_checkpoint *c, gs_err *e)
{
    static const char *const needed[] = {"interleave", "column_split", NULL};
    int layers = gs_family_int(b->config, "layers"), stored = 0, ret = finish_shared(b, c, e);
    ret = ret ? ret : check_true(c, needed, e);
    for (int i = 0; i < layers && !stored; i++) {
        char name[60];
        stored = gs_family_has(b, gs_name_format("layers.%d.inv_freq.weight", &i, name, sizeof name));
    }
    ret = ret ? ret : gs_family_set(b->config, e, "{s:i, s:b}", "act_layers",
                                    gs_json_true(c->config, "evo2_style_activations", 0) ? 1 : layers,
                                    "rotary_stored", stored);
    if (ret || !needs_fp8(c->config))
        return ret;
    return gs_family_set(b->card, e, "{s:s}", "refused", "it was trained to multiply 8-bit numbers (FP8, on GPUs), and "
                         "gives near-random scores without; Evo 2 7B and the 1B in BF16 do not need that");
}

const gs_family gs_family_evo1 = {
    .name = "evo1",
    .what = "Evo 1 (8k, 131k, 1.5)",
    .known_as = {"stripedhyena", "StripedHyena"},
    .forms = evo1_forms,
    .architecture = "stripedhyena",
    .config = GS_JSON_TEXT_OF({"complex_modes": true}),
    .recipe = GS_JSON_TEXT_OF({"mode": "causal", "reduce": "mean", "window": 8192, "strands": "fwd",
                              "clipped": true}),
    .citation = "Nguyen et al. 2024, Science, Evo",
    .finish = finish_evo1};

const gs_family gs_family_evo2 = {
    .name = "evo2",
    .what = "Evo 2 (7B, 1B in BF16)",
    .known_as = {"evo2", "stripedhyena2", "StripedHyena2"},
    .forms = evo2_forms,
    .architecture = "stripedhyena",
    .config = GS_JSON_TEXT_OF({"fused_qkv": true, "interleaved": true}),
    .recipe = GS_JSON_TEXT_OF({"mode": "causal", "reduce": "mean", "window": 8192, "strands": "fwd",
                              "clipped": true}),
    .citation = "Brixi et al. 2025, Evo 2",
    .facts = facts_evo2,
    .finish = finish_evo2};
