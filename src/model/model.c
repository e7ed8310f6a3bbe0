#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "model/json.h"
#include "kernel/gemm.h"
#include "model/model.h"

enum { WHAT = 1200, MAX_WINDOW = 1 << 18 /* bases: no encoder was trained on more */ };

static const char *what_of(const gs_bundle *b, const char *part, char *out)
{
    snprintf(out, WHAT, "%.1000s: %s", b->path, part);
    return out;
}

#define AT(f) offsetof(gs_recipe, f)
static const char *const strand_names[] = {"fwd", "rev", "both", NULL};
static const char *const readouts[] = {[GS_READ_TOKEN] = "token", [GS_READ_MARGINAL] = "marginal", NULL};
static const gs_json_row recipe_rows[] = {
    {"mode", GS_JSON_TEXT, AT(mode), NAN, 0, sizeof((gs_recipe *)0)->mode, NULL},
    {"window", GS_JSON_INT, AT(window), NAN, 1, MAX_WINDOW, NULL},
    {"strands", GS_JSON_NAME, AT(strands), 2, 0, 0, strand_names},
    {"mask_rate", GS_JSON_REAL, AT(mask_rate), 0, 0, 1, NULL},
    {"visible", GS_JSON_BOOL, AT(visible), 0, 0, 0, NULL},
    {"readout", GS_JSON_NAME, AT(readout), GS_READ_TOKEN, 0, 0, readouts},
    {"species", GS_JSON_TEXT, AT(species), 0, 0, sizeof((gs_recipe *)0)->species, NULL},
    {"scope", GS_JSON_TEXT, AT(scope), 0, 0, sizeof((gs_recipe *)0)->scope, NULL},
    {"shared_windows", GS_JSON_BOOL, AT(shared_windows), 1, 0, 0, NULL},
    {"clipped", GS_JSON_BOOL, AT(clipped), 0, 0, 0, NULL},
    {"stride", GS_JSON_ANY, 0, 0, 0, 0, NULL}, /* what files of older versions say: 1 = no shared windows */
    {"msa", GS_JSON_INT, AT(msa), 0, 0, 1 << 16, NULL},
    {NULL, GS_JSON_ANY, 0, 0, 0, 0, NULL}};
#undef AT

static int build_recipe(gs_model *m, gs_err *e)
{
    char what[WHAT];
    if (gs_json_read(&m->recipe, recipe_rows, m->bundle.recipe, what_of(&m->bundle, "recipe", what), e))
        return -GS_EMODEL;
    m->recipe.strands++; /* place in strand_names -> bits */
    if (json_integer_value(json_object_get(m->bundle.recipe, "stride")) == 1)
        m->recipe.shared_windows = 0;
    return m->recipe.species[0] ? gs_model_species(m, m->recipe.species, e) : 0;
}

void *gs_model_memory(gs_model *m, size_t n, size_t size, gs_err *e)
{
    void *memory = calloc(n, size);
    if (!memory)
        gs_fail_mem(e, "the layers", n * size);
    return memory && !gs_tensors_keep(&m->bundle.tensors, (gs_region){memory, n * size, 0}, e) ? memory : NULL;
}

static int read_config(gs_model *m, gs_err *e)
{
    char what[WHAT];
    what_of(&m->bundle, "config", what);
    m->weights = gs_model_memory(m, 1, m->arch->weights, e);
    if (!m->weights)
        return -GS_ENOMEM;
    if (gs_json_read(m->weights, m->arch->config, m->bundle.config, what, e))
        return -GS_EMODEL;
    const char *fault = m->arch->config_fault(m);
    return fault ? gs_fail(e, GS_EMODEL, "%s: %s", what, fault) : 0;
}

static int build_weights(gs_model *m, gs_err *e)
{
    for (int i = 0; gs_archs[i] && !m->arch; i++)
        if (!strcmp(gs_archs[i]->name, m->bundle.architecture))
            m->arch = gs_archs[i];
    if (!m->arch)
        return gs_fail(e, GS_EMODEL, "%s: architecture \"%.60s\" is not supported by this version of gscore",
                       m->bundle.path, m->bundle.architecture);
    int ret = read_config(m, e);
    ret = ret ? ret : m->arch->init(m, e);
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
    if (gs_gemm_open(1, e) || gs_tokenizer_build(m, e) || build_recipe(m, e) || build_weights(m, e)) {
        gs_model_close(m);
        return NULL;
    }
    return m;
}

void gs_model_close(gs_model *m)
{
    if (!m)
        return;
    gs_tokenizer_free(m->tok);
    gs_bundle_free(&m->bundle);
    free(m);
}
