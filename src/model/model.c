#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "model/json.h"
#include "kernel/gemm.h"
#include "model/model.h"

enum { WHAT = 1200, MAX_VOCAB = 1 << 20 };

static const char *what_of(const gs_bundle *b, const char *part, char *out)
{
    snprintf(out, WHAT, "%.1000s: %s", b->path, part);
    return out;
}

typedef struct { char kind[32]; int unk, mask, cls, sep, pad, k, max_tokens; } tok_conf;
#define AT(f) offsetof(tok_conf, f)
static const gs_json_row tok_rows[] = {
    {"kind", GS_JSON_TEXT, AT(kind), NAN, 0, sizeof((tok_conf *)0)->kind, NULL},
    {"vocab", GS_JSON_ANY, 0, NAN, 0, 0, NULL},
    {"unk", GS_JSON_INT, AT(unk), -1, -1, MAX_VOCAB, NULL},
    {"mask", GS_JSON_INT, AT(mask), -1, -1, MAX_VOCAB, NULL},
    {"cls", GS_JSON_INT, AT(cls), -1, -1, MAX_VOCAB, NULL},
    {"sep", GS_JSON_INT, AT(sep), -1, -1, MAX_VOCAB, NULL},
    {"pad", GS_JSON_INT, AT(pad), -1, -1, MAX_VOCAB, NULL},
    {"k", GS_JSON_INT, AT(k), 1, 1, 64, NULL},
    {"max_tokens", GS_JSON_INT, AT(max_tokens), 0, 0, 1e9, NULL},
    {NULL, GS_JSON_ANY, 0, 0, 0, 0, NULL}};
#undef AT

/* The vocabulary as an array of strings that belong to the JSON; NULL on failure. */
static const char **vocab_of(const json_t *list, const char *what, gs_err *e)
{
    size_t n = json_array_size(list);
    const char **vocab = n && n <= MAX_VOCAB ? calloc(n, sizeof *vocab) : NULL;
    if (!vocab) {
        gs_fail(e, GS_EMODEL, "%s: \"vocab\" must be a list of 1 to %d strings", what, MAX_VOCAB);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        vocab[i] = json_string_value(json_array_get(list, i));
        if (!vocab[i]) {
            gs_fail(e, GS_EMODEL, "%s: entry %zu of \"vocab\" is not a string", what, i);
            free(vocab);
            return NULL;
        }
    }
    return vocab;
}

static int build_tokenizer(gs_model *m, gs_err *e)
{
    char what[WHAT];
    tok_conf c = {0};
    what_of(&m->bundle, "tokenizer", what);
    if (gs_json_read(&c, tok_rows, m->bundle.tokenizer, what, e))
        return -GS_EMODEL;
    const json_t *list = json_object_get(m->bundle.tokenizer, "vocab");
    const char **vocab = vocab_of(list, what, e);
    if (!vocab)
        return -GS_EMODEL;
    gs_tokenizer_spec s = {.kind = c.kind, .n = (int)json_array_size(list), .vocab = vocab, .unk = c.unk,
                           .mask = c.mask, .cls = c.cls, .sep = c.sep, .pad = c.pad, .k = c.k,
                           .max_tokens = c.max_tokens};
    m->tok = gs_tokenizer_new(&s, e);
    free(vocab);
    return m->tok ? 0 : -GS_EMODEL;
}

#define AT(f) offsetof(gs_recipe, f)
static const char *const strand_names[] = {"fwd", "rev", "both", NULL};
static const gs_json_row recipe_rows[] = {
    {"mode", GS_JSON_TEXT, AT(mode), NAN, 0, sizeof((gs_recipe *)0)->mode, NULL},
    {"window", GS_JSON_INT, AT(window), NAN, 1, 1e9, NULL},
    {"strands", GS_JSON_NAME, AT(strands), 2, 0, 0, strand_names},
    {"mask_rate", GS_JSON_REAL, AT(mask_rate), 0, 0, 1, NULL},
    {"visible", GS_JSON_BOOL, AT(visible), 0, 0, 0, NULL},
    {"scope", GS_JSON_TEXT, AT(scope), 0, 0, sizeof((gs_recipe *)0)->scope, NULL},
    {"stride", GS_JSON_INT, AT(stride), 0, 0, 1e9, NULL},
    {"msa", GS_JSON_INT, AT(msa), 0, 0, 1 << 16, NULL},
    {NULL, GS_JSON_ANY, 0, 0, 0, 0, NULL}};
#undef AT

static int build_recipe(gs_model *m, gs_err *e)
{
    char what[WHAT];
    if (gs_json_read(&m->recipe, recipe_rows, m->bundle.recipe, what_of(&m->bundle, "recipe", what), e))
        return -GS_EMODEL;
    m->recipe.strands++; /* place in strand_names -> bits */
    return 0;
}

static int build_weights(gs_model *m, gs_err *e)
{
    for (int i = 0; gs_archs[i] && !m->arch; i++)
        if (!strcmp(gs_archs[i]->name, m->bundle.architecture))
            m->arch = gs_archs[i];
    if (!m->arch)
        return gs_fail(e, GS_EMODEL, "%s: architecture \"%.60s\" is not supported by this version of gscore",
                       m->bundle.path, m->bundle.architecture);
    int ret = m->arch->init(m, e);
    if (ret)
        return ret;
    for (size_t i = 0; i < m->bundle.tensors.n; i++)
        m->parameters += gs_tensor_count(&m->bundle.tensors.t[i]);
    if (m->tok->n_vocab > m->vocab)
        return gs_fail(e, GS_EMODEL, "%s: the tokenizer has %d tokens, the embedding %d", m->bundle.path,
                       m->tok->n_vocab, m->vocab);
    return 0;
}

gs_model *gs_model_build(gs_bundle *b, gs_err *e)
{
    gs_model *m = calloc(1, sizeof *m);
    if (!m) {
        gs_fail_mem(e, "a model", sizeof *m);
        gs_bundle_free(b);
        return NULL;
    }
    m->bundle = *b;
    *b = (gs_bundle){0};
    if (gs_gemm_open(1, e) || build_tokenizer(m, e) || build_recipe(m, e) || build_weights(m, e)) {
        gs_model_close(m);
        return NULL;
    }
    return m;
}

void gs_model_close(gs_model *m)
{
    if (!m)
        return;
    if (m->arch)
        m->arch->free(m);
    gs_tokenizer_free(m->tok);
    gs_bundle_free(&m->bundle);
    free(m);
}
