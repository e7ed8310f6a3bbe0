/* Qwen3: MarinDNA. Queries and keys of every head are normalised before they turn. Source: transformers
 * modeling_qwen3.py; the recipe is that of Open-Athena/marin-dna, src/marin_dna/model/scoring.py. */
#include <math.h>
#include "import/family/decoder_common.h"

static const gs_config_map map[] = {
    GS_DECODER_MAP(32768, 0), GS_MAP_NAME("hidden_act", "act", gs_decoder_act_words),
    GS_MAP_REFUSE("use_sliding_window"), {.theirs = NULL}};
static const gs_name_map names[] = {GS_DECODER_NAMES, GS_DECODER_DENSE, {.theirs = NULL}};
static const gs_form forms[] = {
    {.tensor = "model.layers.0.self_attn.q_norm.weight", .map = map, .names = names}, {.tensor = NULL}};

/* The mass of four bases is MarinDNA's recipe, whose tokens are bases. */
static int finish(gs_bundle *b, const gs_checkpoint *c, gs_err *e)
{
    if (json_array_size(json_object_get(b->tokenizer, "merges"))
        && gs_family_set(b->recipe, e, "{s:s, s:i}", "readout", "token", "window", 512))
        return -GS_ENOMEM;
    return gs_decoder_finish(b, c, e);
}

const gs_family gs_family_qwen3 = {
    .name = "qwen3",
    .what = "MarinDNA (Qwen3)",
    .known_as = {"qwen3"},
    .forms = forms,
    .architecture = "decoder",
    .config = GS_JSON_TEXT_OF({"norm": "rms", "position": "rotary", "gated": true}),
    .tokenizer_files = {"tokenizer.json"},
    .recipe = GS_JSON_TEXT_OF({"mode": "causal", "window": 255, "strands": "both", "readout": "marginal"}),
    .citation = "Open Athena 2026, MarinDNA",
    .finish = finish};
