/* The tiny model, a contig for it, and plans as text. */
#ifndef TINY_SCORE_H
#define TINY_SCORE_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "model/tiny_model.h"
#include "score/mode.h"

/* The tiny model with more in its recipe: a JSON object. */
static gs_model *tiny_with(const char *recipe)
{
    gs_err e = {0};
    gs_bundle b = tiny_bundle(TINY_CONFIG, NULL);
    json_t *more = json_loads(recipe, 0, NULL);
    assert_non_null(more);
    json_object_update(b.recipe, more);
    json_decref(more);
    gs_model *m = gs_model_build(&b, &e);
    if (!m)
        fail_msg("%s", e.msg);
    return m;
}

/* A pass as its tokens' text, masked ones as '.'. */
__attribute__((unused)) static char *show_pass(const gs_model *m, const gs_plan *p, int pass, char *to)
{
    const gs_pass *q = &p->pass[pass];
    const gs_seq *s = &p->seq[q->seq];
    for (int i = 0; i < s->n; i++)
        to[i] = *m->tok->vocab[p->pool[s->ids + (size_t)i]];
    for (int i = 0; i < q->n_mask; i++)
        to[p->pool[q->mask + (size_t)i]] = '.';
    to[s->n] = 0;
    return to + s->n;
}

/* The probes, a line each: "OWNER KIND PASS BEG-END [PASS BEG-END] ARG WEIGHT", of tokens the text for ARG. */
__attribute__((unused)) static const char *show_plan(const gs_model *m, const gs_plan *p)
{
    static char text[20000];
    char *to = text;
    *to = 0;
    for (size_t i = 0; i < p->n_probe; i++) {
        const gs_probe *q = &p->probe[i];
        to += sprintf(to, "%d %s", q->owner, q->kind->name);
        for (int s = 0; s < (q->kind->compare ? 2 : 1); s++) {
            *to++ = ' ';
            to = show_pass(m, p, q->pass[s], to);
            to += sprintf(to, " %d-%d", q->beg[s], q->end[s]);
        }
        if (q->kind == &gs_probe_token)
            to += sprintf(to, " %s", m->tok->vocab[q->arg]);
        else
            to += sprintf(to, " %d", q->arg);
        if (q->base[0])
            to += sprintf(to, " %c>%c", q->base[0], q->base[1]);
        to += sprintf(to, " %+g\n", (double)q->weight);
    }
    return text;
}
#endif
