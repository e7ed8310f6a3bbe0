/* PhyloGPN. Its weights are stored raw and made reverse-complement equivariant by the class: here they are replaced by
 * what the class computes with. That is a projection: weights that are symmetric already stay as they are.
 * Sources: songlab-cal/phylogpn src/phylogpn.py (group norm), songlab-cal/gpn gpn/phylogpn.py (layer norm, since April
 * 2026). */
#include <stdlib.h>
#include <string.h>
#include "import/import.h"
#include "model/bind.h"
#include "model/json.h"

/* A parametrised tensor: raw, or as saved without the parametrisation. */
#define RAW(theirs, ours) \
    {theirs ".parametrizations.weight.original", ours ".weight", 0, 1}, {theirs ".weight", ours ".weight", 0, 1}, \
    {theirs ".parametrizations.bias.original", ours ".bias", 0, 1}, {theirs ".bias", ours ".bias", 0, 1}
#define PLAIN(theirs, ours) {theirs ".weight", ours ".weight", 0, 1}, {theirs ".bias", ours ".bias", 0, 1}

#define LAYER_FORM(p) { \
    RAW(p "embedding", "embed"), \
    PLAIN(p "blocks.%d.layer_norm1", "layers.%d.norm1"), \
    RAW(p "blocks.%d.conv1", "layers.%d.in"), \
    PLAIN(p "blocks.%d.layer_norm2", "layers.%d.norm2"), \
    RAW(p "blocks.%d.conv2", "layers.%d.conv"), \
    PLAIN(p "blocks.%d.layer_norm3", "layers.%d.norm3"), \
    RAW(p "blocks.%d.conv3", "layers.%d.out"), \
    PLAIN(p "output_layer_norm", "norm"), \
    RAW(p "output_conv", "head"), \
    {NULL, NULL, 0, 0}}
#define GROUP_FORM(p) { \
    RAW(p "embedding", "embed"), \
    PLAIN(p "blocks.%d.layers.0", "layers.%d.norm1"), \
    RAW(p "blocks.%d.layers.2", "layers.%d.in"), \
    PLAIN(p "blocks.%d.layers.3", "layers.%d.norm2"), \
    RAW(p "blocks.%d.layers.5", "layers.%d.conv"), \
    PLAIN(p "blocks.%d.layers.6", "layers.%d.norm3"), \
    RAW(p "blocks.%d.layers.8", "layers.%d.out"), \
    PLAIN(p "output_layers.0", "norm"), \
    RAW(p "output_layers.2", "head"), \
    {NULL, NULL, 0, 0}}
static const gs_name_row layer_form[] = LAYER_FORM(""), layer_form_hub[] = LAYER_FORM("_model.");
static const gs_name_row group_form[] = GROUP_FORM(""), group_form_hub[] = GROUP_FORM("_model.");

/* The forms, told apart by a tensor that only they have. */
static const struct { const char *tensor, *norm; const gs_name_row *names; } forms[] = {
    {"_model.blocks.0.layer_norm1.weight", "layer", layer_form_hub},
    {"blocks.0.layer_norm1.weight", "layer", layer_form},
    {"_model.blocks.0.layers.0.weight", "group", group_form_hub},
    {"blocks.0.layers.0.weight", "group", group_form}};
enum { FORMS = sizeof forms / sizeof *forms, VOCAB = 6 };

static int form_of(const gs_tensors *t)
{
    int i = 0;
    while (i < FORMS && !gs_tensors_find(t, forms[i].tensor))
        i++;
    return i;
}

typedef struct { int dim, inner, kernel, stack, stacks; } facts;
#define AT(f) offsetof(facts, f)
static const gs_fact_row fact_rows[] = {
    {"outer_dim", AT(dim), 960, 1, 1 << 15},   {"inner_dim", AT(inner), 480, 1, 1 << 15},
    {"kernel_size", AT(kernel), 5, 1, 255},    {"stack_size", AT(stack), 2, 1, 8},
    {"num_stacks", AT(stacks), 20, 1, 1 << 9}, {NULL, 0, 0, 0, 0}};
#undef AT

static int match(const json_t *config, const gs_tensors *t)
{
    return !strcmp(gs_json_text(config, "model_type", ""), "phylogpn") || form_of(t) < FORMS;
}

/* ---- the two strands ---- */

/* Which token stands for a base on the other strand: A C G T are paired, N and - are themselves. */
static const int other_strand[VOCAB] = {3, 2, 1, 0, 4, 5};

/* x: [V, D] */
static void symmetrise_embedding(float *to, const float *x, int64_t D)
{
    for (int v = 0; v < VOCAB; v++)
        for (int64_t d = 0; d < D; d++)
            to[v * D + d] = (x[v * D + d] + x[other_strand[v] * D + D - 1 - d]) / 2;
}

/* x: [O, I, K] -> [O, K, I]; channels and taps of the other strand run backwards. */
static void symmetrise_conv(float *to, const float *x, const int64_t shape[3])
{
    int64_t O = shape[0], I = shape[1], K = shape[2], all = O * I * K;
    for (int64_t o = 0; o < O; o++)
        for (int64_t k = 0; k < K; k++)
            for (int64_t i = 0; i < I; i++) {
                int64_t at = (o * I + i) * K + k;
                to[(o * K + k) * I + i] = (x[at] + x[all - 1 - at]) / 2;
            }
}

static void symmetrise(float *to, const float *x, gs_tensor *t)
{
    int64_t O = t->shape[0], I = t->ndim > 1 ? t->shape[1] : 1, K = t->ndim > 2 ? t->shape[2] : 1;
    if (t->ndim == 2) {
        symmetrise_embedding(to, x, I);
        return;
    }
    symmetrise_conv(to, x, (int64_t[]){O, I, K});
    if (t->ndim == 3) {
        t->shape[1] = K;
        t->shape[2] = I;
    }
}

/* One tap is a matrix. */
static void drop_taps(gs_tensor *t)
{
    int number;
    if (t->ndim == 3 && t->shape[1] == 1 && !gs_name_match("layers.%d.conv.weight", t->name, &number)) {
        t->shape[1] = t->shape[2];
        t->ndim = 2;
    }
}

static int replace(gs_tensors *set, gs_tensor *t, gs_err *e)
{
    size_t n = (size_t)gs_tensor_count(t), bytes = sizeof(float) * n;
    float *raw = malloc(bytes + 1), *to = malloc(bytes + 1);
    if (!raw || !to || gs_tensor_floats(raw, t)) {
        free(raw);
        free(to);
        return gs_fail(e, GS_EMODEL, "tensor %s is not of floating point, or there is not enough memory", t->name);
    }
    symmetrise(to, raw, t);
    drop_taps(t);
    free(raw);
    t->data = to;
    t->bytes = bytes;
    t->dtype = GS_F32;
    return gs_tensors_keep(set, (gs_region){to, bytes, 0}, e);
}

/* Weights and biases of the convolutions, and the embedding, if they have the shapes that are expected. */
static int is_parametrised(const gs_tensor *t)
{
    static const char *const three[] = {"layers.%d.in.weight", "layers.%d.conv.weight", "layers.%d.out.weight", "head.weight"};
    static const char *const one[] = {"layers.%d.in.bias", "layers.%d.conv.bias", "layers.%d.out.bias", "head.bias"};
    int number;
    for (int i = 0; i < 4; i++)
        if ((t->ndim == 3 && gs_name_match(three[i], t->name, &number))
            || (t->ndim == 1 && gs_name_match(one[i], t->name, &number)))
            return 1;
    return t->ndim == 2 && t->shape[0] == VOCAB && !strcmp(t->name, "embed.weight");
}

static int symmetrise_all(gs_bundle *b, gs_err *e)
{
    int ret = 0;
    for (size_t i = 0; i < b->tensors.n && !ret; i++)
        if (is_parametrised(&b->tensors.t[i]))
            ret = replace(&b->tensors, &b->tensors.t[i], e);
    return ret;
}

static int import(gs_bundle *b, const char *dir, const json_t *config, gs_err *e)
{
    facts f = {0};
    int form = form_of(&b->tensors);
    if (form == FORMS)
        return gs_fail(e, GS_EMODEL, "%s: its tensors are not those of PhyloGPN", dir);
    int ret = gs_import_facts(&f, fact_rows, config, dir, e);
    ret = ret ? ret : gs_import_names(b, forms[form].names, e);
    ret = ret ? ret : symmetrise_all(b, e);
    if (ret)
        return ret;
    int64_t width = 1, dilation = 1;
    for (int i = 0; i < f.stack; i++, dilation = dilation > 1 << 20 ? dilation : dilation * f.kernel)
        width += f.stacks * dilation * (f.kernel - 1);
    b->architecture = strdup("phylogpn");
    b->config = json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:s, s:f, s:i}", "vocab", VOCAB, "dim", f.dim, "inner", f.inner,
                          "layers", f.stack * f.stacks, "kernel", f.kernel, "stack", f.stack, "norm", forms[form].norm,
                          "norm_eps", 1e-5, "outputs", 4);
    b->tokenizer = json_pack("{s:s, s:[ssssss], s:i, s:i}", "kind", "base_exact", "vocab", "A", "C", "G", "T", "N", "-",
                             "unk", 4, "pad", 5);
    b->recipe = json_pack("{s:s, s:I, s:s, s:b, s:b}", "mode", "wt", "window", (json_int_t)width, "strands", "fwd", "visible",
                          1, "shared_windows", 0);
    b->card = gs_import_card(dir, "Albors et al. 2025, RECOMB, PhyloGPN");
    return 0;
}

const gs_family gs_family_phylogpn = {"phylogpn", "PhyloGPN", match, import};
