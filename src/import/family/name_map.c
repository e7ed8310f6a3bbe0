/* Upstream's tensors by our names. */
#include <stdio.h>
#include <string.h>
#include "import/family/family.h"

/* Does our configuration say so? */
static int holds(const char *when, const json_t *config)
{
    char key[40];
    const char *equals = when ? strchr(when, '=') : NULL;
    if (!equals)
        return !when || json_is_true(json_object_get(config, when));
    snprintf(key, sizeof key, "%.*s", (int)(equals - when), when);
    return !strcmp(gs_json_text(config, key, ""), equals + 1);
}

static int add(gs_bundle *b, gs_tensor t, const gs_name_map *row, const int *number, gs_err *e)
{
    char name[300];
    int ret = gs_transform_tensor(&t, row, b, e);
    t.name = name;
    gs_name_format(row->ours, number, name, sizeof name);
    return ret ? ret : gs_tensors_add(&b->tensors, &t, e);
}

/* The slices of its first axis. */
static int add_each(gs_bundle *b, const gs_tensor *theirs, const gs_name_map *row, const int *number, gs_err *e)
{
    int64_t n = theirs->ndim > 1 ? theirs->shape[0] : 0;
    int ret = 0;
    for (int i = 0; i < n && !ret; i++) {
        gs_tensor t = *theirs;
        t.ndim--;
        memmove(t.shape, t.shape + 1, sizeof *t.shape * (size_t)t.ndim);
        t.bytes /= (size_t)n;
        t.data = (const char *)t.data + t.bytes * (size_t)i;
        ret = add(b, t, row, (int[]){number[0], i}, e);
    }
    return ret;
}

/* All that the rows make of one tensor, but what is only spare. */
static int add_tensor(gs_bundle *b, const gs_tensor *t, const gs_name_map *row, gs_err *e)
{
    int number[GS_NAME_NUMBERS] = {0}, known = 0, ret = 0;
    for (; row->theirs && !ret; row++) {
        if (!gs_name_match(row->theirs, t->name, number) || !holds(row->when, b->config))
            continue;
        known = 1;
        if (row->how == GS_T_DROP)
            return 0;
        if (row->how == GS_T_EACH)
            ret = add_each(b, t, row, number, e);
        else if (row->how != GS_T_SPARE)
            ret = add(b, *t, row, number, e);
    }
    return ret || known ? ret : gs_tensors_add(&b->tensors, t, e);
}

static int add_spare(gs_bundle *b, const gs_tensors *theirs, const gs_name_map *row, gs_err *e)
{
    char ours[300];
    int number[GS_NAME_NUMBERS] = {0}, ret = 0;
    for (; row->theirs; row++)
        for (size_t i = 0; i < theirs->n && row->how == GS_T_SPARE && !ret; i++)
            if (gs_name_match(row->theirs, theirs->t[i].name, number) && holds(row->when, b->config)
                && !gs_tensors_find(&b->tensors, gs_name_format(row->ours, number, ours, sizeof ours)))
                ret = add(b, theirs->t[i], row, number, e);
    return ret;
}

/* The memory that tensors point into, to another set, which has none yet. */
static void hand_over(gs_tensors *to, gs_tensors *from)
{
    to->regions = from->regions;
    to->n_regions = from->n_regions;
    to->cap_regions = from->cap_regions;
    from->regions = NULL;
    from->n_regions = from->cap_regions = 0;
}

int gs_family_names(gs_bundle *b, gs_tensors *theirs, const gs_name_map *names, gs_err *e)
{
    int ret = 0;
    b->names = names;
    hand_over(&b->tensors, theirs);
    for (size_t i = 0; i < theirs->n && !ret; i++)
        ret = add_tensor(b, &theirs->t[i], names, e);
    return ret ? ret : add_spare(b, theirs, names, e);
}

/* ---- what training puts before every name ---- */

static size_t count_begin(const gs_tensors *s, const char *prefix)
{
    size_t n = strlen(prefix), count = 0;
    for (size_t i = 0; i < s->n; i++)
        count += !strncmp(s->t[i].name, prefix, n) && s->t[i].name[n];
    return count;
}

/* NULL: none. The names of GPN and of Llama begin with "model." themselves. */
static const char *wrapper_of(const gs_tensors *s)
{
    static const char *const prefixes[] = {"module." /* DataParallel */, "_orig_mod." /* torch.compile */,
                                           "model." /* Lightning */};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (s->n && count_begin(s, prefixes[i]) == s->n && !count_begin(s, "model.encoder.")
            && !count_begin(s, "model.layers."))
            return prefixes[i];
    return NULL;
}

int gs_names_unwrap(gs_tensors *s, gs_err *e)
{
    int ret = 0;
    for (const char *prefix; !ret && (prefix = wrapper_of(s));) {
        gs_tensors to = {0};
        for (size_t i = 0; i < s->n && !ret; i++) {
            gs_tensor t = s->t[i];
            t.name += strlen(prefix);
            ret = gs_tensors_add(&to, &t, e);
        }
        if (!ret)
            hand_over(&to, s);
        gs_tensors_free(ret ? &to : s);
        if (!ret)
            *s = to;
    }
    return ret;
}
