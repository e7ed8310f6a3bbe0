/* Mixtral: Mistral-DNA. A router sends every token through the best of several feed-forwards; w1 is the gate, w3 goes
 * up, w2 down. Source: transformers modeling_mixtral.py, whose version 5 may keep a layer's experts in one tensor. */
#include <math.h>
#include "import/family/decoder_common.h"

static const gs_config_map map[] = {
    GS_DECODER_MAP(131072, 0), GS_MAP_NAME("hidden_act", "act", gs_decoder_act_words),
    GS_MAP_OPTIONAL("sliding_window", "window", NAN, 1, 1 << 27),
    GS_MAP_INT("num_local_experts", "experts", 8, 1, 1 << 10),
    GS_MAP_INT("num_experts_per_tok", "experts_used", 2, 1, 1 << 10),
    {.theirs = NULL}};

#define OLD GS_DECODER_LAYER "block_sparse_moe."
#define NEW GS_DECODER_LAYER "mlp."
#define FUSED(THEIRS, OURS, PART, PARTS) \
    {.theirs = NEW "experts." THEIRS, .ours = "layers.%d.experts.%d." OURS ".weight", .how = GS_T_EACH, .part = PART, \
     .parts = PARTS}
static const gs_name_map names[] = {
    GS_DECODER_NAMES,
    GS_NAME(OLD "gate.weight", "layers.%d.router.weight"),
    GS_NAME(OLD "experts.%d.w1.weight", "layers.%d.experts.%d.gate.weight"),
    GS_NAME(OLD "experts.%d.w3.weight", "layers.%d.experts.%d.up.weight"),
    GS_NAME(OLD "experts.%d.w2.weight", "layers.%d.experts.%d.down.weight"),
    GS_NAME(NEW "gate.weight", "layers.%d.router.weight"),
    FUSED("gate_up_proj", "gate", 0, 2),
    FUSED("gate_up_proj", "up", 1, 2),
    FUSED("down_proj", "down", 0, 1),
    {.theirs = NULL}};
static const gs_form forms[] = {
    {.tensor = "model.layers.0.block_sparse_moe.gate.weight", .map = map, .names = names},
    {.tensor = "model.layers.0.mlp.gate.weight", .map = map, .names = names},
    {.tensor = NULL}};

/* The window of the author's tutorial. */
const gs_family gs_family_mixtral = {
    .name = "mixtral",
    .what = "Mistral-DNA (Mixtral)",
    .known_as = {"mixtral"},
    .forms = forms,
    .architecture = "decoder",
    .config = GS_JSON_TEXT_OF({"norm": "rms", "position": "rotary", "gated": true}),
    .tokenizer_files = {"tokenizer.json"},
    .recipe = GS_JSON_TEXT_OF({"mode": "causal", "window": 201, "strands": "both"}),
    .citation = "Mourad 2023, Mistral-DNA",
    .finish = gs_decoder_finish};
