#include "score/scorer.h"
#include <stdio.h>
#include <string.h>
#include "base/nearest.h"
#include "score/mode.h"

enum { MEAN_DIGITS = 6 /* significant ones: means over a window are small */ };

static int unknown_mode(const gs_model *m, const char *name, size_t n, gs_err *e)
{
    char names[100], word[64], hint[100];
    gs_mode_names(NULL, names, sizeof names);
    snprintf(word, sizeof word, "%.*s", (int)n, name);
    gs_nearest near = {.word = word};
    for (int i = 0; gs_modes[i]; i++)
        gs_nearest_add(&near, gs_modes[i]->name, strlen(gs_modes[i]->name));
    if (strncmp(name, m->recipe.mode, n + 1))
        return gs_fail(e, GS_EUSAGE, "unknown mode '%s': %s%s", word, names,
                       gs_nearest_hint(&near, "", hint, sizeof hint));
    return gs_fail(e, GS_EMODEL, "%s: its recipe has the unknown mode \"%s\"; choose one with --mode (%s)",
                   m->bundle.path, name, names);
}

/* Each mode once. */
static int add_mode(gs_scorer *s, const gs_mode *mode, gs_err *e)
{
    const char *lacks = gs_mode_lacks(mode, s->m);
    char names[100];
    if (lacks) {
        gs_mode_names(s->m, names, sizeof names);
        return gs_fail(e, GS_EMODEL, "mode %s: %s: use --mode %s", mode->name, lacks, names);
    }
    for (int i = 0; i < s->n_modes; i++)
        if (s->modes[i] == mode)
            return gs_fail(e, GS_EUSAGE, "--mode: %s is named twice", mode->name);
    s->modes[s->n_modes++] = mode;
    return 0;
}

/* "cosine,l2" */
static int choose_modes(gs_scorer *s, const char *names, int dense, gs_err *e)
{
    int rc = 0;
    for (const char *p = names; p && !rc; p = strchr(p, ','), p = p ? p + 1 : NULL) {
        size_t n = strcspn(p, ",");
        const gs_mode *mode = gs_mode_find(p, n);
        if (!mode)
            return unknown_mode(s->m, p, n, e);
        if (dense && !mode->dense)
            return gs_fail(e, GS_EUSAGE, "--dense: mode %s does not mask sites together", mode->name);
        rc = add_mode(s, dense ? mode->dense : mode, e);
    }
    return rc;
}

/* Coding sequences are read in their own direction, in one piece, for one tag of their transcripts. */
static int choose_coding(gs_scorer *s, const gs_score_opt *opt, gs_err *e)
{
    const gs_mode *mode = s->modes[0];
    s->coding = opt->gff != NULL;
    if (!s->coding)
        return 0;
    if (s->n_modes > 1)
        return gs_fail(e, GS_EUSAGE, "--gff: one mode at a time");
    if (mode->context || mode->settings & GS_BY_POOL || s->m->n_aux)
        return gs_fail(e, GS_EUSAGE, "--gff: mode %s%s compares windows of the genome, not coding sequences",
                       mode->name, s->m->n_aux ? " of a model that reads aligned species" : "");
    if (opt->strands & 2)
        return gs_fail(e, GS_EUSAGE, "--gff: coding sequences are read in their own direction; --strand has no say "
                                     "there");
    s->strands = 1;
    return 0;
}

int gs_scorer_init(gs_scorer *s, const gs_model *m, const gs_score_opt *opt, gs_err *e)
{
    *s = (gs_scorer){.m = m, .indels = opt->indels, .indel_flank = opt->indel_flank,
                     .readout = opt->readout < 0 ? m->recipe.readout : (gs_readout)opt->readout};
    s->reduce = opt->reduce < 0 ? m->recipe.reduce : (gs_reduce)opt->reduce;
    s->pool = opt->pool >= 0 ? (gs_pool)opt->pool : m->tok->step ? GS_POOL_FLAT : GS_POOL_TOKEN;
    s->strands = opt->strands ? opt->strands : m->recipe.strands;
    int rc = gs_scorer_choose_window(s, opt->window, e);
    rc = rc ? rc : choose_modes(s, opt->mode ? opt->mode : m->recipe.mode, opt->dense, e);
    return rc ? rc : choose_coding(s, opt, e);
}

int gs_scorer_digits(const gs_scorer *s, int mode)
{
    const gs_mode *m = s->modes[mode];
    if (m->settings & GS_BY_REDUCE && s->reduce == GS_REDUCE_MEAN)
        return -MEAN_DIGITS;
    return m->significant ? -m->digits : m->digits;
}
