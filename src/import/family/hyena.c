/* HyenaDNA: the port on the hub, and the original Lightning checkpoints (weights.ckpt). Sources: HazyResearch/hyena-dna
 * standalone_hyenadna.py, huggingface.py; LongSafari/hyenadna-*-hf modeling_hyena.py. */
#include <math.h>
#include <stdlib.h>
#include "import/family/family.h"

enum { SPECIAL = 2 /* tokens that max_seq_len leaves room for beside the bases */ };

/* What both forms of config.json say; L: where the original keeps the settings of its layers. */
#define SHARED(L) \
    GS_MAP_INT("d_model", "dim", 256, 1, 1 << 15), GS_MAP_INT("n_layer", "layers", 8, 1, 1 << 12), \
    GS_MAP_OPTIONAL("d_inner", "ffn", NAN, 1, 1 << 17), \
    GS_MAP_INT(L "emb_dim", "features", 5, 1, 1 << 10), GS_MAP_INT(L "filter_order", "filter_dim", 64, 1, 1 << 15), \
    GS_MAP_INT(L "short_filter_order", "short_taps", 3, 1, 1 << 10), \
    GS_MAP_INT(L "num_inner_mlps", NULL, 2, 2, 2), \
    GS_MAP_REAL(L "shift", "shift", 0.05, 0, 1), \
    GS_MAP_REAL("layer_norm_epsilon", "final_norm_eps", 1e-5, 0, 1), \
    GS_MAP_REFUSE(L "bidirectional"), GS_MAP_REFUSE(L "normalized")

static const gs_config_map hub[] = {
    SHARED(""),
    GS_MAP_INT("max_seq_len", "positions", 1024, SPECIAL + 1, 1 << 27),
    GS_MAP_INT("hyena_order", NULL, 2, 2, 2),
    {.theirs = NULL}};

/* layer.local_order is not what it seems: the class never reads it. */
static const gs_config_map original[] = {
    SHARED("layer."),
    GS_MAP_INT("layer.l_max", "positions", NAN, SPECIAL + 1, 1 << 27),
    GS_MAP_INT("layer.order", NULL, 2, 2, 2),
    {.theirs = NULL}};

/* Training may wrap mixers and feed-forwards one by one ("checkpoint_mixer", "checkpoint_mlp"). */
#define MIXER(M) \
    GS_WEIGHT_BIAS(M "in_proj", "layers.%d.in"), GS_WEIGHT_BIAS(M "out_proj", "layers.%d.out"), \
    {.theirs = M "short_filter.weight", .ours = "layers.%d.short.weight", .how = GS_T_CONV}, \
    GS_NAME(M "short_filter.bias", "layers.%d.short.bias"), \
    GS_NAME(M "filter_fn.bias", "layers.%d.filter.skip.weight"), \
    GS_NAME(M "filter_fn.pos_emb.z", "layers.%d.filter.z.weight"), \
    GS_NAME(M "filter_fn.pos_emb.t", "layers.%d.filter.t.weight"), \
    GS_NAME(M "filter_fn.modulation.deltas", "layers.%d.filter.decay.weight"), \
    GS_WEIGHT_BIAS(M "filter_fn.implicit_filter.0", "layers.%d.filter.1"), \
    GS_WEIGHT_BIAS(M "filter_fn.implicit_filter.2", "layers.%d.filter.2"), \
    GS_WEIGHT_BIAS(M "filter_fn.implicit_filter.4", "layers.%d.filter.3"), \
    GS_NAME(M "filter_fn.implicit_filter.6.weight", "layers.%d.filter.out.weight"), \
    GS_NAME(M "filter_fn.implicit_filter.1.freq", "layers.%d.filter.freq.weight"), \
    SPARE(M "filter_fn.implicit_filter.3.freq", "layers.%d.filter.freq.weight"), \
    SPARE(M "filter_fn.implicit_filter.5.freq", "layers.%d.filter.freq.weight")
#define SPARE(THEIRS, OURS) {.theirs = THEIRS, .ours = OURS, .how = GS_T_SPARE}
#define MLP(M) GS_WEIGHT_BIAS(M "fc1", "layers.%d.up"), GS_WEIGHT_BIAS(M "fc2", "layers.%d.down")
/* P: what stands before all; HEAD: the name of the head. */
#define NAMES(P, HEAD) { \
    GS_NAME(P "embeddings.word_embeddings.weight", "embed.weight"), \
    GS_WEIGHT_BIAS(P "layers.%d.norm1", "layers.%d.norm1"), GS_WEIGHT_BIAS(P "layers.%d.norm2", "layers.%d.norm2"), \
    MIXER(P "layers.%d.mixer."), MIXER(P "layers.%d.mixer.layer."), \
    MLP(P "layers.%d.mlp."), MLP(P "layers.%d.mlp.layer."), \
    GS_WEIGHT_BIAS(P "ln_f", "norm"), GS_NAME(HEAD, "head.weight"), \
    GS_DROP("train_torchmetrics.*"), GS_DROP("val_torchmetrics.*"), GS_DROP("test_torchmetrics.*"), \
    {.theirs = NULL}}
static const gs_name_map hub_names[] = NAMES("hyena.backbone.", "lm_head.weight");
static const gs_name_map lightning[] = NAMES("model.backbone.", "model.lm_head.weight");
static const gs_name_map plain[] = NAMES("backbone.", "lm_head.weight");

#define FIRST "layers.0.norm1.weight"
static const gs_form forms[] = {
    {.tensor = "hyena.backbone." FIRST, .map = hub, .names = hub_names},
    {.tensor = "model.backbone." FIRST, .map = original, .names = lightning},
    {.tensor = "backbone." FIRST, .map = original, .names = plain},
    {.tensor = NULL}};

/* What the files do not say: rows of the embedding, to which "pad_vocab_size_multiple" adds, and the inner width. */
static int complete(gs_bundle *b, gs_err *e)
{
    const gs_tensor *t = gs_tensors_find(&b->tensors, "embed.weight");
    int dim = gs_family_int(b->config, "dim"), ffn = gs_family_int(b->config, "ffn");
    return gs_family_set(b->config, e, "{s:i, s:i}", "vocab", t && t->ndim ? (int)t->shape[0] : 16, "ffn",
                         ffn ? ffn : 4 * dim);
}

/* ---- tables that a file may lack, as upstream's class makes them ---- */

/* t = i / (L - 1) */
static void make_t(float *to, int L, int n)
{
    (void)n;
    for (int i = 0; i < L; i++)
        to[i] = (float)((double)i / (L - 1));
}

/* t, and cos and -sin of 2 pi i / L times each of (n - 1) / 2 frequencies from 0.0001 up in equal steps: [L, n] */
static void make_z(float *to, int L, int n)
{
    int bands = (n - 1) / 2;
    for (int i = 0; i < L; i++, to += n) {
        to[0] = (float)((double)i / (L - 1));
        for (int k = 0; k < bands; k++) {
            double f = bands > 1 ? 1e-4 + (bands - 1 - 1e-4) * k / (bands - 1) : 1e-4, angle = f * 2 * M_PI * i / L;
            to[1 + k] = (float)cos(angle);
            to[1 + bands + k] = (float)-sin(angle);
        }
    }
}

/* From ln(0.01) / 1.5 to ln(0.01) / 0.3 in equal steps: [n] */
static void make_decay(float *to, int L, int n)
{
    (void)L;
    for (int i = 0; i < n; i++)
        to[i] = (float)(log(0.01) * (1 / 1.5 + (1 / 0.3 - 1 / 1.5) * i / (n > 1 ? n - 1 : 1)));
}

/* One table for all layers that lack it: [1, rows, n]. */
static int add_table(gs_bundle *b, const char *name, int rows, int n, void (*make)(float *to, int L, int n), gs_err *e)
{
    char ours[60];
    float *table = NULL;
    size_t bytes = sizeof *table * (size_t)rows * (size_t)n;
    int ret = 0, layers = gs_family_int(b->config, "layers"), L = gs_family_int(b->config, "positions");
    for (int i = 0; i < layers && !ret; i++) {
        if (gs_family_has(b, gs_name_format(name, &i, ours, sizeof ours)))
            continue;
        if (!table) {
            table = malloc(bytes);
            ret = table ? gs_tensors_keep(&b->tensors, (gs_region){table, bytes, 0}, e) : gs_fail_mem(e, ours, bytes);
            if (!ret)
                make(table, L, n);
        }
        gs_tensor t = {.name = ours, .ndim = 3, .shape = {1, rows, n}, .data = table, .bytes = bytes};
        ret = ret ? ret : gs_tensors_add(&b->tensors, &t, e);
    }
    return ret;
}

static int add_tables(gs_bundle *b, gs_err *e)
{
    int L = gs_family_int(b->config, "positions"), E = gs_family_int(b->config, "features");
    int ret = add_table(b, "layers.%d.filter.t.weight", L, 1, make_t, e);
    ret = ret ? ret : add_table(b, "layers.%d.filter.z.weight", L, E, make_z, e);
    return ret ? ret : add_table(b, "layers.%d.filter.decay.weight", 1, gs_family_int(b->config, "dim"), make_decay, e);
}

/* The original's tokenizer begins sequences with [CLS], the hub's does not, and windows are scored as there. */
static int finish(gs_bundle *b, const gs_checkpoint *c, gs_err *e)
{
    int positions = gs_family_int(b->config, "positions"), is_original = c->form->map == original;
    int ret = complete(b, e);
    ret = ret ? ret : add_tables(b, e);
    if (!ret && json_is_false(json_object_get(json_object_get(c->config, "layer"), "modulate")))
        ret = gs_fail(e, GS_EMODEL, "%s/config.json: \"modulate\" false is not supported", c->dir);
    ret = ret ? ret : gs_family_set(b->tokenizer, e, "{s:i, s:i}", "cls", is_original ? 0 : -1, "window_cls", -1);
    ret = ret ? ret : gs_family_set(b->card, e, "{s:s}", "training_data", "human reference genome");
    return ret ? ret : gs_family_set(b->recipe, e, "{s:i}", "window", positions - SPECIAL);
}

const gs_family gs_family_hyena = {
    .name = "hyena",
    .what = "HyenaDNA",
    .known_as = {"hyenadna", "HyenaDNA"},
    .forms = forms,
    .architecture = "hyena",
    .config = GS_JSON_TEXT_OF({"norm_eps": 1e-5}),
    .tokenizer = GS_JSON_TEXT_OF({"kind": "base_exact", "vocab": ["[CLS]", "[SEP]", "[BOS]", "[MASK]", "[PAD]",
                                  "[RESERVED]", "[UNK]", "A", "C", "G", "T", "N"], "unk": 6, "mask": 3, "sep": 1,
                                  "pad": 4}),
    .recipe = GS_JSON_TEXT_OF({"mode": "causal", "strands": "both", "reduce": "sum"}),
    .citation = "Nguyen et al. 2023, NeurIPS, HyenaDNA",
    .finish = finish};
