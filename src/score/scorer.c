#include "score/scorer.h"
#include <stdio.h>
#include <string.h>
#include "score/mode.h"

const gs_score_opt gs_score_defaults = {.indels = 1, .indel_flank = 8, .readout = -1, .pool = -1};

static int unknown_mode(const gs_model *m, const char *name, size_t n, gs_err *e)
{
    char names[100];
    gs_mode_names(NULL, names, sizeof names);
    if (strncmp(name, m->recipe.mode, n + 1))
        return gs_fail(e, GS_EUSAGE, "unknown mode '%.*s': %s", (int)n, name, names);
    return gs_fail(e, GS_EMODEL, "%s: its recipe has the unknown mode \"%s\"; choose one with --mode (%s)", m->bundle.path,
                   name, names);
}

/* Each mode once, and no two with the same tag. */
static int add_mode(gs_scorer *s, const gs_mode *mode, gs_err *e)
{
    const char *lacks = gs_mode_lacks(mode, s->m);
    char names[100];
    if (lacks) {
        gs_mode_names(s->m, names, sizeof names);
        return gs_fail(e, GS_EMODEL, "mode %s: %s: use --mode %s", mode->name, lacks, names);
    }
    for (int i = 0; i < s->n_modes; i++)
        if (!strcmp(s->modes[i]->tag, mode->tag))
            return gs_fail(e, GS_EUSAGE, "--mode: %s and %s write the same tag %s", s->modes[i]->name, mode->name, mode->tag);
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

int gs_scorer_init(gs_scorer *s, const gs_model *m, const gs_score_opt *opt, gs_err *e)
{
    *s = (gs_scorer){.m = m, .indels = opt->indels, .indel_flank = opt->indel_flank,
                     .readout = opt->readout < 0 ? m->recipe.readout : (gs_readout)opt->readout};
    s->pool = opt->pool >= 0 ? (gs_pool)opt->pool : m->tok->step ? GS_POOL_FLAT : GS_POOL_TOKEN;
    s->strands = opt->strands ? opt->strands : m->recipe.strands;
    int rc = gs_scorer_choose_window(s, opt->window, e);
    return rc ? rc : choose_modes(s, opt->mode ? opt->mode : m->recipe.mode, opt->dense, e);
}

void gs_scorer_options(const gs_scorer *s, char *out, size_t n)
{
    static const char *const pools[] = {" --pool token", " --pool mean", " --pool flat"};
    char flank[20] = "all", modes[80] = "";
    unsigned settings = 0;
    if (s->indel_flank >= 0)
        snprintf(flank, sizeof flank, "%d", s->indel_flank);
    for (int i = 0; i < s->n_modes; i++) {
        settings |= s->modes[i]->settings;
        snprintf(modes + strlen(modes), sizeof modes - strlen(modes), "%s%s", i ? "," : "", s->modes[i]->name);
    }
    snprintf(out, n, "--mode %s --window %d --strand %s --indels %s --indel-flank %s%s%s", modes, s->grid.window,
             s->strands == 1 ? "fwd" : s->strands == 2 ? "rev" : "both", s->indels ? "pll" : "skip", flank,
             settings & GS_BY_POOL ? pools[s->pool] : "",
             s->m->tok->step >= s->m->tok->k || !s->m->tok->step ? "" : s->readout == GS_READ_MARGINAL ? " --readout marginal" : " --readout token");
}

const char *gs_scorer_tag(const gs_scorer *s, int mode)
{
    return s->modes[mode]->tag;
}
