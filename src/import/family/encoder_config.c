/* What the config.json files of transformers have in common. */
#include <stddef.h>
#include <string.h>
#include "import/import.h"
#include "model/json.h"

int gs_import_sizes(gs_sizes *s, const json_t *config, const char *dir, gs_err *e)
{
#define AT(f) offsetof(gs_sizes, f)
    static const gs_fact_row rows[] = {{"vocab_size", AT(vocab), -1, 1, 1 << 20},
                                       {"hidden_size", AT(dim), 768, 1, 1 << 20},
                                       {"intermediate_size", AT(ffn), 3072, 1, 1 << 20},
                                       {"num_hidden_layers", AT(layers), 12, 1, 1 << 20},
                                       {"num_attention_heads", AT(heads), 12, 1, 1 << 20},
                                       {NULL, 0, 0, 0, 0}};
#undef AT
    return gs_import_facts(s, rows, config, dir, e);
}

const char *gs_import_act(const json_t *config, const char *dir, gs_err *e)
{
    static const char *const acts[][2] = {{"gelu", "gelu"},           {"gelu_python", "gelu"},
                                          {"gelu_new", "gelu_tanh"},  {"gelu_fast", "gelu_tanh"},
                                          {"gelu_pytorch_tanh", "gelu_tanh"}, {"relu", "relu"},
                                          {"silu", "silu"},           {"swish", "silu"}};
    const char *name = gs_json_text(config, "hidden_act", "gelu");
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (!strcmp(acts[i][0], name))
            return acts[i][1];
    gs_fail(e, GS_EMODEL, "%s/config.json: hidden_act \"%.40s\" is not supported", dir, name);
    return NULL;
}
