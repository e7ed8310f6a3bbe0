/* How wide the windows of a run are, and where shared ones lie. */
#include <stdio.h>
#include "base/log.h"
#include "score/scorer.h"

/* Tokens of a window, special ones left out; 0: depends on the sequence. */
static int window_tokens(const gs_tokenizer *t, int window)
{
    return t->step == t->k ? window / t->k + window % t->k : t->step ? (window - t->k) / t->step + 1 : 0;
}

/* A window that the model does not take; from its own recipe if none is wanted by the user. */
static int bad_window(const gs_scorer *s, int wanted, const char *how, int tokens, gs_err *e)
{
    char what[1100] = "--window";
    if (!wanted)
        snprintf(what, sizeof what, "%.1000s: the recipe's window", s->m->bundle.path);
    return gs_fail(e, wanted ? GS_EUSAGE : GS_EMODEL, "%s %d is too %s %d%s", what, s->grid.window, how, tokens,
                   wanted ? "" : "; choose one with --window");
}

/* A core of two thirds of a window between equal flanks, in whole tokens; a window for every site where none is
 * shared. */
static void choose_grid(gs_grid *g, int k, int shared)
{
    int tokens = g->window / k, core = tokens >= 3 ? 2 * tokens / 3 : tokens;
    g->core = shared ? core * k : 1;
    g->flank = shared ? (tokens - core) / 2 * k : g->window / 2;
    g->shared = shared ? tokens * k : g->window;
}

/* Few enough masks at a time to stay at or below the mask rate of the training. */
static int choose_phases(const gs_grid *g, int k, double mask_rate)
{
    double masks = mask_rate * (g->window / k);
    int core = g->core / k, phases = masks >= 1 ? (int)((core + masks - 1) / masks) : core;
    return phases < 4 ? 4 : phases;
}

static int tokens_about(const gs_tokenizer *t, int window)
{
    int n = window_tokens(t, window);
    return n ? n : window;
}

/* Far from what the model was trained on, in the work of one pass, in which longer windows cost more. */
static void warn_of_window(const gs_scorer *s)
{
    const gs_model *m = s->m;
    int own = m->recipe.window, now = s->grid.window;
    if (now <= 2 * own && 2 * now >= own)
        return;
    double cost = m->arch->flops(m, tokens_about(m->tok, now), 1) / m->arch->flops(m, tokens_about(m->tok, own), 1);
    gs_warn_once("window", "--window %d is far from the %d bases that the model is made for: what its scores are "
                 "worth there is not known; each pass takes about %.2g times the work", now, own, cost);
}

int gs_scorer_choose_window(gs_scorer *s, int wanted, gs_err *e)
{
    const gs_tokenizer *t = s->m->tok;
    const gs_recipe *r = &s->m->recipe;
    int special = (t->cls >= 0) + (t->sep >= 0) + (t->lead >= 0);
    int least = 2 * (t->k > s->m->margin ? t->k : s->m->margin) + 1;
    s->grid.window = wanted ? wanted : r->window;
    if (s->grid.window < least)
        return bad_window(s, wanted, "small: the model takes at least", least, e);
    if (t->max_tokens && window_tokens(t, s->grid.window) + special > t->max_tokens)
        return bad_window(s, wanted, "large: the number of tokens that the model takes is at most",
                          t->max_tokens - special, e);
    warn_of_window(s);
    s->around = r->clipped ? &gs_context_clipped : &gs_context_centred;
    choose_grid(&s->grid, t->k, r->shared_windows);
    s->phases = choose_phases(&s->grid, t->k, r->mask_rate);
    return 0;
}
