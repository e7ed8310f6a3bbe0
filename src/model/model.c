#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "model/json.h"
#include "kernel/gemm.h"
#include "model/model.h"

/* Bases: no model, and no encoder, was trained on more. */
enum { WHAT = 1200, MAX_WINDOW = 1 << 21, MAX_ENCODER_WINDOW = 1 << 18 };

static const char *what_of(const gs_bundle *b, const char *part, char *out)
{
    snprintf(out, WHAT, "%.1000s: %s", b->path, part);
    return out;
}

static const char *const strand_names[] = {"fwd", "rev", "both", NULL};
static const char *const readouts[] = {[GS_READ_TOKEN] = "token", [GS_READ_MARGINAL] = "marginal", NULL};
static const char *const reductions[] = {[GS_REDUCE_SUM] = "sum", [GS_REDUCE_MEAN] = "mean", NULL};
static const gs_json_row recipe_rows[] = {
    GS_KEY_TEXT(gs_recipe, mode, .def = GS_NEEDED),
    GS_KEY_INT(gs_recipe, window, .def = GS_NEEDED, .min = 1, .max = MAX_WINDOW),
    GS_KEY_NAME(gs_recipe, strands, .names = strand_names, .def = 2),
    GS_KEY_REAL(gs_recipe, mask_rate, .max = 1),
    GS_KEY_BOOL(gs_recipe, visible, .def = 0),
    GS_KEY_NAME(gs_recipe, readout, .names = readouts, .def = GS_READ_TOKEN),
    GS_KEY_NAME(gs_recipe, reduce, .names = reductions, .def = GS_REDUCE_SUM),
    GS_KEY_TEXT(gs_recipe, species, .def = 0),
    GS_KEY_TEXT(gs_recipe, scope, .def = 0),
    GS_KEY_BOOL(gs_recipe, shared_windows, .def = 1),
    GS_KEY_BOOL(gs_recipe, clipped, .def = 0),
    GS_KEY_ANY("stride", .def = 0), /* what files of older versions say: 1 = no shared windows */
    GS_KEY_INT(gs_recipe, msa, .max = 1 << 16),
    {.key = NULL}};

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
    if (!m->causal && m->recipe.window > MAX_ENCODER_WINDOW)
        return gs_fail(e, GS_EMODEL, "%s: recipe: \"window\" is %d, outside 1 to %d", m->bundle.path, m->recipe.window,
                       MAX_ENCODER_WINDOW);
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
    if (m->arch && m->arch->release && m->weights)
        m->arch->release(m);
    gs_tokenizer_free(m->tok);
    gs_bundle_free(&m->bundle);
    free(m);
}
