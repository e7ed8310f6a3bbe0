/* GPN: songlab's convolution models of one sequence. Class ConvNet (gpn-brassicales) and class GPN with the encoders
 * convnet and bytenet (gpn-animal-promoter). Source: songlab-cal/gpn, gpn/legacy.py, gpn/model.py. */
#include <string.h>
#include "import/family/family.h"

/* Of the GPN models those of one sequence are supported, with the tokens [PAD] [MASK] [UNK] a c g t. */
#define SHARED \
    GS_MAP_INT("vocab_size", "vocab", 7, 7, 7), GS_MAP_INT("n_aux_features", NULL, 0, 0, 0), \
    GS_MAP_INT("hidden_size", "dim", 512, 1, 1 << 15), GS_MAP_INT("dilation_base", "dilation_base", 2, 1, 1 << 10), \
    GS_MAP_INT("dilation_double_every", "dilation_double_every", 1, 1, 1 << 20), \
    GS_MAP_BOOL("depthwise", "depthwise", 0)

static const gs_config_map convnet_class[] = {
    SHARED,
    GS_MAP_INT("n_layers", "layers", 25, 1, 1 << 12),
    GS_MAP_INT("hidden_size", "inner", 512, 1, 1 << 15),
    GS_MAP_INT("kernel_size", "first_kernel", 9, 1, 255),
    GS_MAP_INT("kernel_size", "kernel", 9, 1, 255),
    GS_MAP_INT("dilation_cycle", "dilation_cycle", 6, 1, 1 << 20),
    GS_MAP_INT("dilation_max", "dilation_max", 32, 1, 1 << 20),
    {.theirs = NULL}};

static const gs_config_map gpn_class[] = {
    SHARED,
    GS_MAP_INT("num_hidden_layers", "layers", 25, 1, 1 << 12),
    GS_MAP_INT("intermediate_size", "inner", 2048, 1, 1 << 15),
    GS_MAP_INT("first_kernel_size", "first_kernel", 9, 1, 255),
    GS_MAP_INT("rest_kernel_size", "kernel", 5, 1, 255),
    GS_MAP_INT("dilation_cycle", "dilation_cycle", 8, 1, 1 << 20),
    GS_MAP_INT("dilation_max", "dilation_max", 9999, 1, 1 << 20),
    {.theirs = NULL}};

#define CONV(THEIRS) \
    {.theirs = THEIRS ".weight", .ours = "layers.%d.conv.weight", .how = GS_T_CONV}, \
    GS_NAME(THEIRS ".bias", "layers.%d.conv.bias")

#define OLD "model.encoder.%d."
static const gs_name_map gpn_names[] = {
    CONV(OLD "conv.1"),
    GS_WEIGHT_BIAS(OLD "conv.4", "layers.%d.norm1"),
    GS_WEIGHT_BIAS(OLD "ffn.0", "layers.%d.lin1"),
    GS_WEIGHT_BIAS(OLD "ffn.2", "layers.%d.norm2"),
    GS_WEIGHT_BIAS("cls.decoder.0", "head.dense"),
    GS_WEIGHT_BIAS("cls.decoder.2", "head.norm"),
    GS_WEIGHT_BIAS("cls.decoder.3", "head"),
    {.theirs = NULL}};

#define LAYER "model.encoder.layer.%d."
#define AROUND \
    GS_NAME("model.embeddings.word_embeddings.weight", "embed.weight"), GS_WEIGHT_BIAS("model.ln_f", "norm"), \
    GS_WEIGHT_BIAS("cls.transform.0", "head.dense"), GS_WEIGHT_BIAS("cls.transform.2", "head.norm"), \
    GS_WEIGHT_BIAS("cls.decoder", "head"), {.theirs = NULL}

static const gs_name_map convnet_names[] = {
    GS_WEIGHT_BIAS(LAYER "conv.0", "layers.%d.norm1"),
    CONV(LAYER "conv.2"),
    GS_WEIGHT_BIAS(LAYER "conv.5", "layers.%d.lin1"),
    GS_WEIGHT_BIAS(LAYER "ffn.0", "layers.%d.norm2"),
    GS_WEIGHT_BIAS(LAYER "ffn.1", "layers.%d.lin2"),
    GS_WEIGHT_BIAS(LAYER "ffn.3", "layers.%d.lin3"),
    AROUND};

static const gs_name_map bytenet_names[] = {
    GS_WEIGHT_BIAS(LAYER "layer.0", "layers.%d.norm1"),
    GS_WEIGHT_BIAS(LAYER "layer.2", "layers.%d.lin1"),
    GS_WEIGHT_BIAS(LAYER "layer.3", "layers.%d.norm2"),
    CONV(LAYER "layer.6"),
    GS_WEIGHT_BIAS(LAYER "layer.8", "layers.%d.norm3"),
    GS_WEIGHT_BIAS(LAYER "layer.10", "layers.%d.lin2"),
    AROUND};

static const gs_form forms[] = {
    {.tensor = "model.encoder.0.conv.1.weight", .map = convnet_class, .names = gpn_names,
     .config = GS_JSON_TEXT_OF({"block": "gpn", "final_norm": false})},
    {.tensor = "model.encoder.layer.0.conv.2.weight", .map = gpn_class, .names = convnet_names,
     .config = GS_JSON_TEXT_OF({"block": "convnet", "final_norm": true})},
    {.tensor = "model.encoder.layer.0.layer.6.weight", .map = gpn_class, .names = bytenet_names,
     .config = GS_JSON_TEXT_OF({"block": "bytenet", "final_norm": true})},
    {.tensor = NULL}};

/* ByteNet's inner width is that of the model, or half of it. */
static int set_inner(gs_bundle *b, const gs_checkpoint *c, gs_err *e)
{
    int dim = gs_family_int(b->config, "dim");
    if (strcmp(gs_json_text(b->config, "block", ""), "bytenet"))
        return 0;
    return gs_family_set(b->config, e, "{s:i}", "inner", gs_json_true(c->config, "slim", 0) ? dim / 2 : dim);
}

/* What config.json does not say, or says for some versions only, shows in the tensors. */
static int finish(gs_bundle *b, const gs_checkpoint *c, gs_err *e)
{
    int dense = gs_family_has(b, "head.dense.weight"), own = gs_family_has(b, "head.weight");
    int headed = dense || own || gs_family_has(b, "head.bias") || gs_json_true(c->config, "tie_word_embeddings", 0);
    int ret = gs_family_set(b->config, e, "{s:b, s:b, s:s, s:b, s:b, s:b}",
                            "bias", gs_family_has(b, "layers.0.conv.bias"),
                            "one_hot", !gs_family_has(b, "embed.weight"),
                            "head", dense ? "mlm" : headed ? "linear" : "none",
                            "head_bias", gs_family_has(b, "head.bias"),
                            "head_dense_bias", gs_family_has(b, "head.dense.bias"),
                            "head_tied", headed && !own);
    return ret ? ret : set_inner(b, c, e);
}

const gs_family gs_family_gpn = {
    .name = "gpn",
    .what = "GPN (class ConvNet, class GPN with the encoders convnet and bytenet)",
    .known_as = {"ConvNet", "GPN"},
    .forms = forms,
    .architecture = "convnet",
    .config = GS_JSON_TEXT_OF({"norm_eps": 1e-5}),
    .tokenizer = GS_JSON_TEXT_OF({"kind": "base", "vocab": ["[PAD]", "[MASK]", "[UNK]", "a", "c", "g", "t"], "unk": 2,
                                  "mask": 1, "pad": 0}),
    .recipe = GS_JSON_TEXT_OF({"mode": "mlm", "window": 512, "strands": "both", "mask_rate": 0.15, "visible": false}),
    .citation = "Benegas, Batra and Song 2023, PNAS, GPN",
    .finish = finish};
