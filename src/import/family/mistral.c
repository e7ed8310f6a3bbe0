/* Mistral: GenomeOcean, BioFM. Source: transformers modeling_mistral.py. */
#include <math.h>
#include "import/family/decoder_common.h"

/* Without the key attention slides: the class has 4096; null switches that off. */
static const gs_config_map map[] = {
    GS_DECODER_MAP(131072, 0), GS_MAP_NAME("hidden_act", "act", gs_decoder_act_words),
    GS_MAP_OPTIONAL("sliding_window", "window", 4096, 1, 1 << 27), {.theirs = NULL}};
static const gs_name_map names[] = {GS_DECODER_NAMES, GS_DECODER_DENSE, {.theirs = NULL}};
static const gs_form forms[] = {
    {.tensor = "model.layers.0.mlp.gate_proj.weight", .map = map, .names = names}, {.tensor = NULL}};

/* The window: 1,024 tokens of about four bases, of GenomeOcean's training. */
const gs_family gs_family_mistral = {
    .name = "mistral",
    .what = "GenomeOcean, BioFM (Mistral)",
    .known_as = {"mistral"},
    .forms = forms,
    .architecture = "decoder",
    .config = GS_JSON_TEXT_OF({"norm": "rms", "position": "rotary", "gated": true}),
    .tokenizer_files = {"tokenizer.json"},
    .recipe = GS_JSON_TEXT_OF({"mode": "causal", "window": 4096, "strands": "both"}),
    .citation = "Zhou et al. 2025, GenomeOcean",
    .finish = gs_decoder_finish};
