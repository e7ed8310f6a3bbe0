/* How wide the windows of a run are. */
#include <stdio.h>
#include "base/log.h"
#include "model/model.h"

/* Tokens of a window, special ones left out; 0: depends on the sequence. */
static int window_tokens(const gs_tokenizer *t, int window)
{
    return t->step == t->k ? window / t->k + window % t->k : t->step ? (window - t->k) / t->step + 1 : 0;
}

/* A window that the model does not take; from its own recipe if none is wanted by the user. */
static int bad_window(const gs_model *m, int wanted, const char *how, int tokens, gs_err *e)
{
    char what[1100] = "--window";
    if (!wanted)
        snprintf(what, sizeof what, "%.1000s: the recipe's window", m->bundle.path);
    return gs_fail(e, wanted ? GS_EUSAGE : GS_EMODEL, "%s %d is too %s %d%s", what, wanted ? wanted : m->recipe.window,
                   how, tokens, wanted ? "" : "; choose one with --window");
}

int gs_model_tokens(const gs_model *m, int window)
{
    int n = window_tokens(m->tok, window);
    return n ? n : window;
}

/* Far from what the model was trained on, in the work of one pass, in which longer windows cost more. */
static void warn_of_window(const gs_model *m, int now)
{
    int own = m->recipe.window;
    if (now <= 2 * own && 2 * now >= own)
        return;
    double cost = m->arch->flops(m, gs_model_tokens(m, now), 1) / m->arch->flops(m, gs_model_tokens(m, own), 1);
    gs_warn_once("window", "--window %d is far from the %d bases that the model is made for: what its results are "
                 "worth there is not known; each pass takes about %.2g times the work", now, own, cost);
}

int gs_model_choose_window(const gs_model *m, int wanted, gs_err *e)
{
    const gs_tokenizer *t = m->tok;
    int special = (t->window_cls >= 0) + (t->sep >= 0) + (t->lead >= 0);
    int least = 2 * (t->k > m->margin ? t->k : m->margin) + 1;
    int window = wanted ? wanted : m->recipe.window;
    if (window < least)
        return bad_window(m, wanted, "small: the model takes at least", least, e);
    if (t->max_tokens && window_tokens(t, window) + special > t->max_tokens)
        return bad_window(m, wanted, "large: the number of tokens that the model takes is at most",
                          t->max_tokens - special, e);
    warn_of_window(m, window);
    return window;
}
