/* GPN: songlab's convolution models of one sequence. Class ConvNet (gpn-brassicales) and class GPN with the encoders
 * convnet and bytenet (gpn-animal-promoter). Source: songlab-cal/gpn, gpn/legacy.py, gpn/model.py. */
#include <string.h>
#include "import/import.h"
#include "model/json.h"

#define OLD "model.encoder.%d."
static const gs_name_row gpn_names[] = {
    {OLD "conv.1.weight", "layers.%d.conv.weight", 0, 1},
    {OLD "conv.1.bias", "layers.%d.conv.bias", 0, 1},
    {OLD "conv.4.weight", "layers.%d.norm1.weight", 0, 1},
    {OLD "conv.4.bias", "layers.%d.norm1.bias", 0, 1},
    {OLD "ffn.0.weight", "layers.%d.lin1.weight", 0, 1},
    {OLD "ffn.0.bias", "layers.%d.lin1.bias", 0, 1},
    {OLD "ffn.2.weight", "layers.%d.norm2.weight", 0, 1},
    {OLD "ffn.2.bias", "layers.%d.norm2.bias", 0, 1},
    {"cls.decoder.0.weight", "head.dense.weight", 0, 1},
    {"cls.decoder.0.bias", "head.dense.bias", 0, 1},
    {"cls.decoder.2.weight", "head.norm.weight", 0, 1},
    {"cls.decoder.2.bias", "head.norm.bias", 0, 1},
    {"cls.decoder.3.weight", "head.weight", 0, 1},
    {"cls.decoder.3.bias", "head.bias", 0, 1},
    {NULL, NULL, 0, 0}};

#define LAYER "model.encoder.layer.%d."
#define AROUND \
    {"model.embeddings.word_embeddings.weight", "embed.weight", 0, 1}, {"model.ln_f.weight", "norm.weight", 0, 1}, \
    {"model.ln_f.bias", "norm.bias", 0, 1}, {"cls.transform.0.weight", "head.dense.weight", 0, 1}, \
    {"cls.transform.0.bias", "head.dense.bias", 0, 1}, {"cls.transform.2.weight", "head.norm.weight", 0, 1}, \
    {"cls.transform.2.bias", "head.norm.bias", 0, 1}, {"cls.decoder.weight", "head.weight", 0, 1}, \
    {"cls.decoder.bias", "head.bias", 0, 1}, {NULL, NULL, 0, 0}

static const gs_name_row convnet_names[] = {
    {LAYER "conv.0.weight", "layers.%d.norm1.weight", 0, 1},
    {LAYER "conv.0.bias", "layers.%d.norm1.bias", 0, 1},
    {LAYER "conv.2.weight", "layers.%d.conv.weight", 0, 1},
    {LAYER "conv.2.bias", "layers.%d.conv.bias", 0, 1},
    {LAYER "conv.5.weight", "layers.%d.lin1.weight", 0, 1},
    {LAYER "conv.5.bias", "layers.%d.lin1.bias", 0, 1},
    {LAYER "ffn.0.weight", "layers.%d.norm2.weight", 0, 1},
    {LAYER "ffn.0.bias", "layers.%d.norm2.bias", 0, 1},
    {LAYER "ffn.1.weight", "layers.%d.lin2.weight", 0, 1},
    {LAYER "ffn.1.bias", "layers.%d.lin2.bias", 0, 1},
    {LAYER "ffn.3.weight", "layers.%d.lin3.weight", 0, 1},
    {LAYER "ffn.3.bias", "layers.%d.lin3.bias", 0, 1},
    AROUND};

static const gs_name_row bytenet_names[] = {
    {LAYER "layer.0.weight", "layers.%d.norm1.weight", 0, 1},
    {LAYER "layer.0.bias", "layers.%d.norm1.bias", 0, 1},
    {LAYER "layer.2.weight", "layers.%d.lin1.weight", 0, 1},
    {LAYER "layer.2.bias", "layers.%d.lin1.bias", 0, 1},
    {LAYER "layer.3.weight", "layers.%d.norm2.weight", 0, 1},
    {LAYER "layer.3.bias", "layers.%d.norm2.bias", 0, 1},
    {LAYER "layer.6.weight", "layers.%d.conv.weight", 0, 1},
    {LAYER "layer.6.bias", "layers.%d.conv.bias", 0, 1},
    {LAYER "layer.8.weight", "layers.%d.norm3.weight", 0, 1},
    {LAYER "layer.8.bias", "layers.%d.norm3.bias", 0, 1},
    {LAYER "layer.10.weight", "layers.%d.lin2.weight", 0, 1},
    {LAYER "layer.10.bias", "layers.%d.lin2.bias", 0, 1},
    AROUND};

enum { WINDOW = 512, VOCAB = 7 };

/* What config.json says, by the names of class GPN. */
typedef struct {
    int vocab, dim, inner, layers, first_kernel, kernel, aux;
    int dilation_base, dilation_cycle, dilation_every, dilation_max;
} facts;

#define AT(f) offsetof(facts, f)
#define SHARED \
    {"vocab_size", AT(vocab), VOCAB, 1, 1 << 20}, {"hidden_size", AT(dim), 512, 1, 1 << 15}, \
    {"n_aux_features", AT(aux), 0, 0, 1 << 20}, {"dilation_base", AT(dilation_base), 2, 1, 1 << 10}, \
    {"dilation_double_every", AT(dilation_every), 1, 1, 1 << 20}
static const gs_fact_row convnet_class[] = {
    SHARED,
    {"n_layers", AT(layers), 25, 1, 1 << 12},
    {"hidden_size", AT(inner), 512, 1, 1 << 15},
    {"kernel_size", AT(first_kernel), 9, 1, 255},
    {"kernel_size", AT(kernel), 9, 1, 255},
    {"dilation_cycle", AT(dilation_cycle), 6, 1, 1 << 20},
    {"dilation_max", AT(dilation_max), 32, 1, 1 << 20},
    {NULL, 0, 0, 0, 0}};
static const gs_fact_row gpn_class[] = {
    SHARED,
    {"num_hidden_layers", AT(layers), 25, 1, 1 << 12},
    {"intermediate_size", AT(inner), 2048, 1, 1 << 15},
    {"first_kernel_size", AT(first_kernel), 9, 1, 255},
    {"rest_kernel_size", AT(kernel), 5, 1, 255},
    {"dilation_cycle", AT(dilation_cycle), 8, 1, 1 << 20},
    {"dilation_max", AT(dilation_max), 9999, 1, 1 << 20},
    {NULL, 0, 0, 0, 0}};
#undef AT

/* The kinds, told apart by a tensor that only they have. */
static const struct {
    const char *tensor, *block;
    const gs_name_row *names;
    const gs_fact_row *facts;
} kinds[] = {{"model.encoder.0.conv.1.weight", "gpn", gpn_names, convnet_class},
             {"model.encoder.layer.0.conv.2.weight", "convnet", convnet_names, gpn_class},
             {"model.encoder.layer.0.layer.6.weight", "bytenet", bytenet_names, gpn_class}};
enum { KINDS = sizeof kinds / sizeof *kinds };

static int kind_of(const gs_tensors *t)
{
    int i = 0;
    while (i < KINDS && !gs_tensors_find(t, kinds[i].tensor))
        i++;
    return i;
}

static int match(const json_t *config, const gs_tensors *t)
{
    const char *type = gs_json_text(config, "model_type", "");
    return !strcmp(type, "ConvNet") || !strcmp(type, "GPN") || kind_of(t) < KINDS;
}

static int read_facts(facts *f, int kind, const json_t *config, const char *dir, gs_err *e)
{
    int ret = gs_import_facts(f, kinds[kind].facts, config, dir, e);
    if (ret)
        return ret;
    if (f->vocab != VOCAB || f->aux)
        return gs_fail(e, GS_EMODEL, "%s/config.json: of the GPN models those of one sequence are supported, with the %d "
                       "tokens [PAD] [MASK] [UNK] a c g t", dir, VOCAB);
    if (!strcmp(kinds[kind].block, "bytenet"))
        f->inner = gs_json_true(config, "slim", 0) ? f->dim / 2 : f->dim;
    return 0;
}

/* What config.json does not say, or says for some versions only, shows in the tensors. */
static json_t *make_config(const gs_bundle *b, const facts *f, const char *block, const json_t *up)
{
    int dense = gs_import_has(b, "head.dense.weight");
    int headed = dense || gs_import_has(b, "head.weight") || gs_import_has(b, "head.bias")
                 || gs_json_true(up, "tie_word_embeddings", 0);
    json_t *c = json_pack("{s:i, s:i, s:i, s:i, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:b}", "vocab", f->vocab, "dim", f->dim,
                          "inner", f->inner, "layers", f->layers, "block", block, "first_kernel", f->first_kernel, "kernel",
                          f->kernel, "dilation_base", f->dilation_base, "dilation_cycle", f->dilation_cycle,
                          "dilation_double_every", f->dilation_every, "dilation_max", f->dilation_max, "depthwise",
                          gs_json_true(up, "depthwise", 0));
    json_t *rest = json_pack("{s:b, s:b, s:f, s:b, s:s, s:b, s:b, s:b}", "bias", gs_import_has(b, "layers.0.conv.bias"),
                             "one_hot", !gs_import_has(b, "embed.weight"), "norm_eps", 1e-5, "final_norm",
                             strcmp(block, "gpn") != 0, "head", dense ? "mlm" : headed ? "linear" : "none", "head_bias",
                             gs_import_has(b, "head.bias"), "head_dense_bias", gs_import_has(b, "head.dense.bias"),
                             "head_tied", headed && !gs_import_has(b, "head.weight"));
    json_object_update(c, rest);
    json_decref(rest);
    return c;
}

static int import(gs_bundle *b, const char *dir, const json_t *config, gs_err *e)
{
    facts f = {0};
    int kind = kind_of(&b->tensors), depthwise = gs_json_true(config, "depthwise", 0);
    if (kind == KINDS)
        return gs_fail(e, GS_EMODEL, "%s: of class GPN the encoders convnet and bytenet are supported, not \"%.40s\"", dir,
                       gs_json_text(config, "encoder", "?"));
    int ret = read_facts(&f, kind, config, dir, e);
    ret = ret ? ret : gs_import_names(b, kinds[kind].names, e);
    ret = ret ? ret : gs_import_conv(b, "layers.%d.conv.weight", depthwise, e);
    if (ret)
        return ret;
    b->architecture = strdup("convnet");
    b->config = make_config(b, &f, kinds[kind].block, config);
    b->tokenizer = json_pack("{s:s, s:[sssssss], s:i, s:i, s:i}", "kind", "base", "vocab", "[PAD]", "[MASK]", "[UNK]", "a",
                             "c", "g", "t", "unk", 2, "mask", 1, "pad", 0);
    b->recipe = json_pack("{s:s, s:i, s:s, s:f, s:b}", "mode", "mlm", "window", WINDOW, "strands", "both", "mask_rate", 0.15,
                          "visible", 0);
    b->card = gs_import_card(dir, "Benegas, Batra and Song 2023, PNAS, GPN");
    return 0;
}

const gs_family gs_family_gpn = {"gpn", "GPN (convolution models)", match, import};
