/* Llama: GENERator and Carbon (six-mers), METAGENE-1 and OmniNA (byte-pair encoding). Source: transformers
 * modeling_llama.py. */
#include <math.h>
#include <string.h>
#include "import/family/decoder_common.h"

static const gs_config_map map[] = {
    GS_DECODER_MAP(2048, 0), GS_MAP_NAME("hidden_act", "act", gs_decoder_act_words), {.theirs = NULL}};
static const gs_name_map names[] = {GS_DECODER_NAMES, GS_DECODER_DENSE, {.theirs = NULL}};
static const gs_form forms[] = {
    {.tensor = "model.layers.0.mlp.gate_proj.weight", .map = map, .names = names}, {.tensor = NULL}};

/* The models differ in their tokens. */
static const char *citation(const gs_bundle *b)
{
    const char *kind = gs_json_text(b->tokenizer, "kind", "");
    if (!strcmp(kind, "hybrid"))
        return "Hugging Face Bio 2026, Carbon";
    if (strcmp(kind, "bpe"))
        return "Wu et al. 2025, GENERator";
    return gs_family_int(b->config, "vocab") <= 1024 ? "Liu et al. 2025, METAGENE-1" : "Shen and Li 2024, OmniNA";
}

static int finish(gs_bundle *b, const gs_checkpoint *c, gs_err *e)
{
    int ret = gs_decoder_finish(b, c, e);
    return ret ? ret : gs_family_set(b->card, e, "{s:s}", "citation", citation(b));
}

const gs_family gs_family_llama = {
    .name = "llama",
    .what = "GENERator, Carbon, METAGENE-1, OmniNA (Llama)",
    .known_as = {"llama", "GENERator"},
    .forms = forms,
    .architecture = "decoder",
    .config = GS_JSON_TEXT_OF({"norm": "rms", "position": "rotary", "gated": true}),
    .tokenizer_files = {"dna_config.json", "tokenizer.json", "vocab.txt"},
    .recipe = GS_JSON_TEXT_OF({"mode": "causal", "window": 512, "strands": "both"}),
    .citation = "Wu et al. 2025, GENERator",
    .finish = finish};
