/* Writes a model with random weights, too small to mean anything, for tests of everything around the model:
 *   tiny_model FILE [visible|huge]
 * visible: with a recipe that says it was trained on visible tokens too; huge: with logits beyond what float32 holds.
 * The numbers come from integers alone, so that the file is the same on every machine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "model/model.h"

enum { LAYERS = 1 };

static const char config[] =
    "{\"vocab\": 6, \"dim\": 16, \"layers\": 1, \"heads\": 2, \"ffn\": 32, \"norm\": \"layer\", "
    "\"norm_place\": \"pre\", \"position\": \"rotary\", \"rotary_base\": 100, \"act\": \"gelu\", \"attn_bias\": false, "
    "\"head\": \"linear\"}";
static const char tokenizer[] =
    "{\"kind\": \"base\", \"vocab\": [\"A\", \"C\", \"G\", \"T\", \"N\", \"[MASK]\"], \"unk\": 4, \"mask\": 5}";
static const char recipe[] =
    "{\"mode\": \"mlm\", \"window\": 32, \"strands\": \"both\", \"mask_rate\": 0.25, \"visible\": false}";
static const char recipe_visible[] =
    "{\"mode\": \"wt\", \"window\": 32, \"strands\": \"both\", \"mask_rate\": 0.25, \"visible\": true}";
static const char card[] =
    "{\"name\": \"tiny\", \"description\": \"Random weights, for tests.\", \"source\": \"tests/tiny_model.c\","
    " \"licence\": \"MIT\", \"citation\": \"none\", \"training_data\": \"none\"}";

/* Values are `offset` plus up to 1/2^shift either way. */
static const struct { const char *name; int shape[2]; int offset, shift; } rows[] = {
    {"embed.weight", {6, 16}, 0, 0},
    {"norm.weight", {16}, 1, 2},
    {"norm.bias", {16}, 0, 2},
    {"head.weight", {6, 16}, 0, 1},
    {"head.bias", {6}, 0, 1},
    {"layers.%d.norm1.weight", {16}, 1, 2},
    {"layers.%d.norm1.bias", {16}, 0, 2},
    {"layers.%d.norm2.weight", {16}, 1, 2},
    {"layers.%d.norm2.bias", {16}, 0, 2},
    {"layers.%d.q.weight", {16, 16}, 0, 0},
    {"layers.%d.k.weight", {16, 16}, 0, 0},
    {"layers.%d.v.weight", {16, 16}, 0, 0},
    {"layers.%d.o.weight", {16, 16}, 0, 0},
    {"layers.%d.up.weight", {32, 16}, 0, 1},
    {"layers.%d.up.bias", {32}, 0, 1},
    {"layers.%d.down.weight", {16, 32}, 0, 1},
    {"layers.%d.down.bias", {16}, 0, 1},
};

/* Knuth's MMIX generator; the high 12 bits make a number in [-1, 1). */
static float draw(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (float)((int)(*state >> 52) - 2048) / 2048;
}

static int add(gs_bundle *b, size_t row, int layer, uint64_t *state, gs_err *e)
{
    char name[64];
    snprintf(name, sizeof name, rows[row].name, layer);
    const int *shape = rows[row].shape;
    int n = shape[0] * (shape[1] ? shape[1] : 1);
    float *data = malloc((size_t)n * sizeof *data);
    if (!data)
        return gs_fail_mem(e, name, (size_t)n * sizeof *data);
    for (int i = 0; i < n; i++)
        data[i] = (float)rows[row].offset + draw(state) / (float)(1 << rows[row].shift);
    gs_tensor t = {.name = name, .dtype = GS_F32, .ndim = shape[1] ? 2 : 1, .shape = {shape[0], shape[1]}, .data = data,
                   .bytes = (size_t)n * sizeof *data};
    int ret = gs_tensors_keep(&b->tensors, (gs_region){.addr = data, .bytes = t.bytes}, e);
    return ret ? ret : gs_tensors_add(&b->tensors, &t, e);
}

static void make_huge(gs_tensors *s)
{
    gs_tensor *t = gs_tensors_find(s, "head.weight");
    for (size_t i = 0; t && i < t->bytes / sizeof(float); i++)
        ((float *)(uintptr_t)t->data)[i] *= 0x1p127f;
}

static int fill(gs_bundle *b, const char *kind, gs_err *e)
{
    uint64_t state = 1;
    b->architecture = strdup("transformer");
    b->path = strdup("tiny");
    b->config = json_loads(config, 0, NULL);
    b->tokenizer = json_loads(tokenizer, 0, NULL);
    b->recipe = json_loads(!strcmp(kind, "visible") ? recipe_visible : recipe, 0, NULL);
    b->card = json_loads(card, 0, NULL);
    if (!b->architecture || !b->path || !b->config || !b->tokenizer || !b->recipe || !b->card)
        return gs_fail_mem(e, "the tiny model", sizeof *b);
    for (int layer = -1; layer < LAYERS; layer++) /* -1: what is there once */
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            if ((layer < 0) == !strchr(rows[i].name, '%') && add(b, i, layer, &state, e))
                return -1;
    if (!strcmp(kind, "huge"))
        make_huge(&b->tensors);
    return 0;
}

int main(int argc, char **argv)
{
    gs_err e = {0};
    gs_bundle b = {0};
    const char *kind = argc == 3 ? argv[2] : "";
    if (argc < 2 || argc > 3 || (*kind && strcmp(kind, "visible") && strcmp(kind, "huge"))) {
        fprintf(stderr, "usage: tiny_model FILE [visible|huge]\n");
        return 1;
    }
    int bad = fill(&b, kind, &e) || gs_container_write(&b, argv[1], &e);
    gs_bundle_free(&b);
    if (bad)
        fprintf(stderr, "tiny_model: %s\n", e.msg);
    return bad;
}
