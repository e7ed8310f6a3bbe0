/* Looking at what a pickle holds. */
#include <stdlib.h>
#include <string.h>
#include "import/torch/pickle.h"

void gs_pickle_free(gs_pickle *p)
{
    free(p->value);
    free(p->cell);
    *p = (gs_pickle){0};
}

const gs_pickle_value *gs_pickle_at(const gs_pickle *p, int32_t i)
{
    return &p->value[i];
}

const gs_pickle_value *gs_pickle_item(const gs_pickle *p, const gs_pickle_value *v, int i)
{
    int32_t c = v->head;
    while (i-- > 0 && c >= 0)
        c = p->cell[c].next;
    return c < 0 ? NULL : &p->value[p->cell[c].value];
}

int gs_pickle_is_text(const gs_pickle_value *v, const char *text)
{
    return v && v->kind == GS_PV_TEXT && strlen(text) == (size_t)v->n && !memcmp(v->of.s, text, strlen(text));
}

const gs_pickle_value *gs_pickle_key(const gs_pickle *p, const gs_pickle_value *dict, const char *key)
{
    const gs_pickle_value *found = NULL;
    for (int32_t c = dict->head; c >= 0; c = p->cell[p->cell[c].next].next)
        if (gs_pickle_is_text(&p->value[p->cell[c].value], key))
            found = &p->value[p->cell[p->cell[c].next].value];
    return found;
}
