/* Families by their tables. */
#include "import/family/family.h"
#include <string.h>
#include <strings.h>
#include "base/str.h"
#include "import/files.h"

/* ---- whose is it ---- */

/* What stands before the purpose in the name of a class: "Esm" of EsmForMaskedLM, "PhyloGPN" of PhyloGPNModel. */
static size_t stem(const char *class)
{
    static const char *const purposes[] = {"For", "Model"};
    size_t n = strlen(class);
    for (size_t i = 0; i < sizeof purposes / sizeof *purposes; i++) {
        const char *p = strstr(class, purposes[i]);
        n = p && p > class && (size_t)(p - class) < n ? (size_t)(p - class) : n;
    }
    return n;
}

/* NULL: config.json does not say. */
static const char *class_of(const json_t *config)
{
    return json_string_value(json_array_get(json_object_get(config, "architectures"), 0));
}

/* The first n letters of text. */
static int is_word(const char *word, const char *text, size_t n)
{
    return strlen(word) == n && !strncasecmp(word, text, n);
}

static int is_named(const gs_family *f, const json_t *config)
{
    const char *type = gs_json_text(config, "model_type", ""), *class = class_of(config);
    for (int i = 0; f->known_as[i]; i++)
        if (is_word(f->known_as[i], type, strlen(type)) || (class && is_word(f->known_as[i], class, stem(class))))
            return 1;
    return 0;
}

static const gs_form *form_of(const gs_family *f, const gs_tensors *t)
{
    for (const gs_form *form = f->forms; form->tensor; form++)
        if (gs_tensors_find(t, form->tensor))
            return form;
    return NULL;
}

int gs_family_fits(const gs_family *const *families, const gs_tensors *t)
{
    for (; *families; families++)
        if (form_of(*families, t))
            return 1;
    return 0;
}

static int unknown(const gs_family *const *families, const gs_checkpoint *c, gs_err *e)
{
    gs_str known = {0};
    const char *class = class_of(c->config);
    for (; *families; families++)
        gs_str_printf(&known, "%s%s", known.len ? "; " : "", (*families)->what);
    gs_fail(e, GS_EMODEL, "%s is of a family that is not supported (model_type \"%.60s\", class \"%.60s\"%s%.60s); "
            "supported: %s", c->dir, gs_json_text(c->config, "model_type", "none"), class ? class : "none",
            c->tensors.n ? ", first tensor " : "", c->tensors.n ? c->tensors.t[0].name : "", known.s ? known.s : "");
    gs_str_free(&known);
    return -GS_EMODEL;
}

/* Tensors of what calls itself something else may only be called alike: it is not guessed at. */
int gs_family_known(const gs_family *const *families, const gs_checkpoint *c, gs_err *e)
{
    int anonymous = !gs_json_text(c->config, "model_type", NULL) && !class_of(c->config);
    for (int i = 0; families[i]; i++)
        if (anonymous || is_named(families[i], c->config))
            return 0;
    return unknown(families, c, e);
}

const gs_family *gs_family_find(const gs_family *const *families, const gs_checkpoint *c, gs_err *e)
{
    const gs_family *named = NULL, *fits = NULL;
    for (int i = 0; families[i]; i++) {
        int is = is_named(families[i], c->config), has = form_of(families[i], &c->tensors) != NULL;
        if (is && has)
            return families[i];
        named = named || !is ? named : families[i];
        fits = fits || !has ? fits : families[i];
    }
    if (!fits && !named)
        unknown(families, c, e);
    return fits ? fits : named;
}

/* ---- what it says ---- */

/* texts: JSON objects, NULL: none; the later ones add to the earlier. */
static json_t *merged(const char *a, const char *b)
{
    json_t *to = json_loads(a ? a : "{}", 0, NULL), *more = json_loads(b ? b : "{}", 0, NULL);
    if (!to || json_object_update_new(to, more)) {
        json_decref(to);
        return NULL;
    }
    return to;
}

static int find_facts(gs_checkpoint *c, const gs_family *f, gs_err *e)
{
    return f->facts ? f->facts(c, e) : c->config ? 0 : gs_import_lacks(c->dir, "config.json", e);
}

int gs_family_apply(gs_bundle *b, const gs_family *f, gs_checkpoint *c, gs_err *e)
{
    c->form = form_of(f, &c->tensors);
    if (!c->form)
        return gs_fail(e, GS_EMODEL, "%s: its tensors are not those of %s (there is no %s)", c->dir, f->what,
                       f->forms[0].tensor);
    b->family = f->name;
    b->architecture = strdup(f->architecture);
    b->config = merged(f->config, c->form->config);
    b->tokenizer = merged(f->tokenizer, NULL);
    b->recipe = merged(f->recipe, NULL);
    if (!b->architecture || !b->config || !b->tokenizer || !b->recipe)
        return gs_fail_mem(e, "a model's description", 1);
    int ret = find_facts(c, f, e);
    ret = ret ? ret : gs_family_config(b, c->form->map, c, e);
    return ret ? ret : gs_family_names(b, &c->tensors, c->form->names, e);
}

/* ---- for finish() ---- */

int gs_family_has(const gs_bundle *b, const char *tensor)
{
    return gs_tensors_find(&b->tensors, tensor) != NULL;
}

const char *gs_family_head(const gs_bundle *b)
{
    return gs_family_has(b, "head.dense.weight") || gs_family_has(b, "head.bias") ? "mlm" : "none";
}

const char *gs_family_half(const gs_tensors *s, const char *tensor)
{
    const gs_tensor *t = gs_tensors_find(s, tensor);
    return !t ? "f32" : t->dtype == GS_F16 ? "f16" : t->dtype == GS_BF16 ? "bf16" : "f32";
}
