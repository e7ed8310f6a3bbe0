/* A transformer of a few numbers, made in memory: base tokens, width 4, one layer. */
#ifndef TINY_MODEL_H
#define TINY_MODEL_H
#include "model/scratch_model.h"

/* All tensors of TINY_CONFIG; letters as in arch_transformer.c: D = 4, V = 6, F = 8, R = 4. */
static const struct { const char *name; int ndim; int64_t shape[2]; } tiny_tensors[] = {
    {"embed.weight", 2, {6, 4}},         {"norm.weight", 1, {4}},           {"norm.bias", 1, {4}},
    {"layers.0.norm1.weight", 1, {4}},   {"layers.0.norm1.bias", 1, {4}},   {"layers.0.norm2.weight", 1, {4}},
    {"layers.0.norm2.bias", 1, {4}},     {"layers.0.q.weight", 2, {4, 4}},  {"layers.0.k.weight", 2, {4, 4}},
    {"layers.0.v.weight", 2, {4, 4}},    {"layers.0.o.weight", 2, {4, 4}},  {"layers.0.up.weight", 2, {8, 4}},
    {"layers.0.down.weight", 2, {4, 8}}, {"head.weight", 2, {4, 4}},        {"head.bias", 1, {4}}};
enum { TINY_TENSORS = sizeof tiny_tensors / sizeof *tiny_tensors };

#define TINY_CONFIG \
    "\"vocab\":6,\"dim\":4,\"layers\":1,\"heads\":2,\"ffn\":8,\"position\":\"rotary\",\"act\":\"gelu\"," \
    "\"attn_bias\":false,\"ffn_bias\":false,\"head\":\"linear\",\"head_vocab\":4"
#define TINY_TOKENIZER \
    "{\"kind\":\"base\",\"vocab\":[\"A\",\"C\",\"G\",\"T\",\"N\",\"[MASK]\"],\"unk\":4,\"mask\":5,\"max_tokens\":64}"
#define TINY_RECIPE "{\"mode\":\"mlm\",\"window\":32,\"strands\":\"both\"}"

/* Tensors filled with small numbers; `skip` (or NULL) is left out. */
static void tiny_fill(gs_tensors *s, const char *skip)
{
    unsigned seed = 1;
    for (int i = 0; i < TINY_TENSORS; i++) {
        gs_tensor t = {.name = (char *)tiny_tensors[i].name, .dtype = GS_F32, .ndim = tiny_tensors[i].ndim};
        size_t n = 1;
        for (int d = 0; d < t.ndim; d++)
            n *= (size_t)(t.shape[d] = tiny_tensors[i].shape[d]);
        float *x = malloc(t.bytes = n * sizeof *x);
        assert(x);
        for (size_t j = 0; j < n; j++)
            x[j] = (float)((seed = seed * 1103515245 + 12345) >> 16 & 1023) / 512 - 1;
        t.data = x;
        assert(!gs_tensors_keep(s, (gs_region){x, t.bytes, 0}, NULL));
        if (!skip || strcmp(skip, t.name))
            assert(!gs_tensors_add(s, &t, NULL));
    }
}

/* config: the inner part of the object, such as TINY_CONFIG ",\"gated\":true"; the last of equal keys wins. */
static gs_bundle tiny_bundle(const char *config, const char *skip)
{
    char text[2000];
    snprintf(text, sizeof text, "{%s}", config);
    gs_bundle b = {.architecture = strdup("transformer"), .path = strdup("tiny"), .config = json_loads(text, 0, NULL),
                   .tokenizer = json_loads(TINY_TOKENIZER, 0, NULL), .recipe = json_loads(TINY_RECIPE, 0, NULL),
                   .card = json_loads("{\"name\":\"tiny\"}", 0, NULL)};
    assert(b.config && b.tokenizer && b.recipe && b.card);
    tiny_fill(&b.tensors, skip);
    return b;
}
#endif
