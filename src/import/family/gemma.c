/* Gemma: plant-dnagemma. Norms are stored less 1, embeddings are multiplied by the root of their width, the activation
 * is gelu's tanh form unless hidden_activation says otherwise: hidden_act is not read. Source: transformers
 * modeling_gemma.py. */
#include <math.h>
#include "import/family/decoder_common.h"

static const gs_word acts[] = {
    {"gelu_pytorch_tanh", "gelu_tanh"}, {"gelu_new", "gelu_tanh"}, {"gelu_fast", "gelu_tanh"},
    {"gelu", "gelu"},                   {"silu", "silu"},          {NULL, NULL}};
static const gs_config_map map[] = {
    GS_DECODER_MAP(8192, 1), GS_MAP_NAME("hidden_activation", "act", acts), {.theirs = NULL}};
static const gs_name_map names[] = {GS_DECODER_NAMES, GS_DECODER_DENSE, {.theirs = NULL}};
static const gs_form forms[] = {
    {.tensor = "model.layers.0.mlp.gate_proj.weight", .map = map, .names = names}, {.tensor = NULL}};

static int finish(gs_bundle *b, const gs_checkpoint *c, gs_err *e)
{
    int ret = gs_family_set(b->config, e, "{s:f}", "embed_scale",
                            (double)sqrtf((float)gs_family_int(b->config, "dim")));
    return ret ? ret : gs_decoder_finish(b, c, e);
}

const gs_family gs_family_gemma = {
    .name = "gemma",
    .what = "plant-dnagemma (Gemma)",
    .known_as = {"gemma"},
    .forms = forms,
    .architecture = "decoder",
    .config = GS_JSON_TEXT_OF({"norm": "rms", "norm_plus_one": true, "position": "rotary", "gated": true}),
    .tokenizer_files = {"tokenizer.json", "vocab.txt"},
    .recipe = GS_JSON_TEXT_OF({"mode": "causal", "window": 512, "strands": "both"}),
    .citation = "Liu et al. 2025, Plant DNA LLMs",
    .finish = finish};
