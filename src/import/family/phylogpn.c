/* PhyloGPN. Its weights are stored raw and made reverse-complement equivariant by the class: here they are replaced by
 * what the class computes with. That is a projection: weights that are symmetric already stay as they are.
 * Sources: songlab-cal/phylogpn src/phylogpn.py (group norm), songlab-cal/gpn gpn/phylogpn.py (layer norm, since April
 * 2026). */
#include <stdlib.h>
#include <string.h>
#include "import/family/family.h"
#include "model/bind.h"

static const gs_config_map map[] = {
    GS_MAP_INT("outer_dim", "dim", 960, 1, 1 << 15),
    GS_MAP_INT("inner_dim", "inner", 480, 1, 1 << 15),
    GS_MAP_INT("kernel_size", "kernel", 5, 1, 255),
    GS_MAP_INT("stack_size", "stack", 2, 1, 8),
    GS_MAP_INT("num_stacks", "layers", 20, 1, 1 << 9), /* finish() makes layers of it */
    {.theirs = NULL}};

/* A parametrised tensor: raw, or as saved without the parametrisation. */
#define RAW(THEIRS, OURS, HOW) \
    {.theirs = THEIRS ".parametrizations.weight.original", .ours = OURS ".weight", .how = HOW}, \
    {.theirs = THEIRS ".weight", .ours = OURS ".weight", .how = HOW}, \
    GS_NAME(THEIRS ".parametrizations.bias.original", OURS ".bias"), GS_NAME(THEIRS ".bias", OURS ".bias")

#define LAYER_FORM(P) { \
    RAW(P "embedding", "embed", GS_T_NONE), \
    GS_WEIGHT_BIAS(P "blocks.%d.layer_norm1", "layers.%d.norm1"), \
    RAW(P "blocks.%d.conv1", "layers.%d.in", GS_T_MATRIX), \
    GS_WEIGHT_BIAS(P "blocks.%d.layer_norm2", "layers.%d.norm2"), \
    RAW(P "blocks.%d.conv2", "layers.%d.conv", GS_T_CONV), \
    GS_WEIGHT_BIAS(P "blocks.%d.layer_norm3", "layers.%d.norm3"), \
    RAW(P "blocks.%d.conv3", "layers.%d.out", GS_T_MATRIX), \
    GS_WEIGHT_BIAS(P "output_layer_norm", "norm"), \
    RAW(P "output_conv", "head", GS_T_MATRIX), \
    {.theirs = NULL}}
#define GROUP_FORM(P) { \
    RAW(P "embedding", "embed", GS_T_NONE), \
    GS_WEIGHT_BIAS(P "blocks.%d.layers.0", "layers.%d.norm1"), \
    RAW(P "blocks.%d.layers.2", "layers.%d.in", GS_T_MATRIX), \
    GS_WEIGHT_BIAS(P "blocks.%d.layers.3", "layers.%d.norm2"), \
    RAW(P "blocks.%d.layers.5", "layers.%d.conv", GS_T_CONV), \
    GS_WEIGHT_BIAS(P "blocks.%d.layers.6", "layers.%d.norm3"), \
    RAW(P "blocks.%d.layers.8", "layers.%d.out", GS_T_MATRIX), \
    GS_WEIGHT_BIAS(P "output_layers.0", "norm"), \
    RAW(P "output_layers.2", "head", GS_T_MATRIX), \
    {.theirs = NULL}}
static const gs_name_map layer_form[] = LAYER_FORM(""), layer_form_hub[] = LAYER_FORM("_model.");
static const gs_name_map group_form[] = GROUP_FORM(""), group_form_hub[] = GROUP_FORM("_model.");

#define NORM(KIND) GS_JSON_TEXT_OF({"norm": KIND})
static const gs_form forms[] = {
    {.tensor = "_model.blocks.0.layer_norm1.weight", .config = NORM("layer"), .map = map, .names = layer_form_hub},
    {.tensor = "blocks.0.layer_norm1.weight", .config = NORM("layer"), .map = map, .names = layer_form},
    {.tensor = "_model.blocks.0.layers.0.weight", .config = NORM("group"), .map = map, .names = group_form_hub},
    {.tensor = "blocks.0.layers.0.weight", .config = NORM("group"), .map = map, .names = group_form},
    {.tensor = NULL}};

/* ---- the two strands ---- */

/* Which token stands for a base on the other strand: A C G T are paired, N and - are themselves. */
enum { TOKENS = 6 };
static const int other_strand[TOKENS] = {3, 2, 1, 0, 4, 5};

/* x: [V, D] */
static void symmetrise_embedding(float *to, const float *x, size_t D)
{
    for (size_t v = 0; v < TOKENS; v++)
        for (size_t d = 0; d < D; d++)
            to[v * D + d] = (x[v * D + d] + x[(size_t)other_strand[v] * D + D - 1 - d]) / 2;
}

/* x: n numbers, channels and taps in any order: those of the other strand run backwards. */
static void symmetrise_conv(float *to, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (x[i] + x[n - 1 - i]) / 2;
}

static int replace(gs_tensors *set, gs_tensor *t, gs_err *e)
{
    size_t n = (size_t)gs_tensor_count(t), bytes = sizeof(float) * n;
    float *raw = malloc(bytes + 1), *to = malloc(bytes + 1);
    if (!raw || !to || gs_tensor_floats(raw, t)) {
        free(raw);
        free(to);
        return gs_fail_mem(e, "the weights of both strands", 2 * bytes);
    }
    if (strcmp(t->name, "embed.weight"))
        symmetrise_conv(to, raw, n);
    else
        symmetrise_embedding(to, raw, n / TOKENS);
    free(raw);
    t->data = to;
    t->bytes = bytes;
    t->dtype = GS_F32;
    return gs_tensors_keep(set, (gs_region){to, bytes, 0}, e);
}

/* Weights and biases of the convolutions, and the embedding. The binder refuses other shapes and types. */
static int is_parametrised(const gs_tensor *t)
{
    static const char *const ours[] = {
        "layers.%d.in.weight", "layers.%d.conv.weight", "layers.%d.out.weight", "head.weight",
        "layers.%d.in.bias", "layers.%d.conv.bias", "layers.%d.out.bias", "head.bias"};
    int number[GS_NAME_NUMBERS];
    if (t->dtype != GS_F32 && t->dtype != GS_F16 && t->dtype != GS_BF16)
        return 0;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (gs_name_match(ours[i], t->name, number))
            return 1;
    return t->ndim == 2 && t->shape[0] == TOKENS && !strcmp(t->name, "embed.weight");
}

/* ---- the whole ---- */

/* The tokens that an output sees. */
static int64_t width(int kernel, int stack, int stacks)
{
    int64_t sum = 1, dilation = 1;
    for (int i = 0; i < stack; i++, dilation = dilation > 1 << 20 ? dilation : dilation * kernel)
        sum += stacks * dilation * (kernel - 1);
    return sum;
}

static int finish(gs_bundle *b, const gs_checkpoint *c, gs_err *e)
{
    (void)c;
    int stack = gs_family_int(b->config, "stack"), stacks = gs_family_int(b->config, "layers");
    int64_t window = width(gs_family_int(b->config, "kernel"), stack, stacks);
    int ret = gs_family_set(b->config, e, "{s:i}", "layers", stack * stacks);
    ret = ret ? ret : gs_family_set(b->recipe, e, "{s:I}", "window", (json_int_t)window);
    for (size_t i = 0; i < b->tensors.n && !ret; i++)
        if (is_parametrised(&b->tensors.t[i]))
            ret = replace(&b->tensors, &b->tensors.t[i], e);
    return ret;
}

const gs_family gs_family_phylogpn = {
    .name = "phylogpn",
    .what = "PhyloGPN",
    .known_as = {"phylogpn"},
    .forms = forms,
    .architecture = "phylogpn",
    .config = GS_JSON_TEXT_OF({"vocab": 6, "norm_eps": 1e-5, "outputs": 4}),
    .tokenizer = GS_JSON_TEXT_OF({"kind": "base_exact", "vocab": ["A", "C", "G", "T", "N", "-"], "unk": 4, "pad": 5}),
    .recipe = GS_JSON_TEXT_OF({"mode": "wt", "strands": "fwd", "visible": true, "shared_windows": false}),
    .citation = "Albors et al. 2025, RECOMB, PhyloGPN",
    .finish = finish};
