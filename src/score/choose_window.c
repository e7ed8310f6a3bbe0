/* Where the windows of a run lie. */
#include "score/scorer.h"

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

int gs_scorer_choose_window(gs_scorer *s, int wanted, gs_err *e)
{
    const gs_recipe *r = &s->m->recipe;
    int k = s->m->tok->k, window = gs_model_choose_window(s->m, wanted, e);
    if (window < 0)
        return window;
    s->grid.window = window;
    s->grid.iupac = s->m->causal;   /* as their scripts show them */
    s->around = r->clipped ? &gs_context_clipped : &gs_context_centred;
    choose_grid(&s->grid, k, r->shared_windows);
    s->phases = choose_phases(&s->grid, k, r->mask_rate);
    return 0;
}
