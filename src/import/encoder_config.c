/* What the config.json files of transformers have in common. */
#include <string.h>
#include "import/import.h"
#include "model/json.h"

int gs_import_sizes(gs_sizes *s, const json_t *config, const char *dir, gs_err *e)
{
    const struct { const char *key; int *to; } needed[] = {{"vocab_size", &s->vocab},
                                                           {"hidden_size", &s->dim},
                                                           {"intermediate_size", &s->ffn},
                                                           {"num_hidden_layers", &s->layers},
                                                           {"num_attention_heads", &s->heads}};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        double x = gs_json_number(config, needed[i].key, 0);
        if (!(x >= 1 && x <= 1 << 20))
            return gs_fail(e, GS_EMODEL, "%s/config.json: \"%s\" is missing or out of range", dir, needed[i].key);
        *needed[i].to = (int)x;
    }
    return 0;
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
