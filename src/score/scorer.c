#include "score/scorer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/vec.h"
#include "score/mode.h"

const gs_score_opt gs_score_defaults = {.indels = 1, .indel_flank = 8};

static const gs_mode *find_mode(const char *name)
{
    for (int i = 0; gs_modes[i]; i++)
        if (!strcmp(gs_modes[i]->name, name))
            return gs_modes[i];
    return NULL;
}

static int choose_mode(gs_scorer *s, const char *name, gs_err *e)
{
    s->mode = find_mode(name);
    if (!s->mode)
        return gs_fail(e, GS_EUSAGE, "unknown mode '%s': mlm, pll or wt", name);
    if (s->dense) {
        if (s->mode != &gs_mode_mlm)
            return gs_fail(e, GS_EUSAGE, "--dense goes with --mode mlm only");
        if (s->m->recipe.mask_rate <= 0)
            return gs_fail(e, GS_EMODEL, "--dense: the model does not say at what mask rate it was trained");
    }
    return s->mode->check ? s->mode->check(s, e) : 0;
}

static int choose_window(gs_scorer *s, int wanted, gs_err *e)
{
    const gs_tokenizer *t = s->m->tok;
    int special = (t->cls >= 0) + (t->sep >= 0);
    s->window = wanted ? wanted : s->m->recipe.window;
    if (s->window < 2 * t->k)
        return gs_fail(e, GS_EUSAGE, "--window %d is too small: at least %d for this model", s->window, 2 * t->k);
    if (t->max_tokens && s->window / t->k + s->window % t->k + special > t->max_tokens)
        return gs_fail(e, GS_EUSAGE, "--window %d is too large: the model takes %d tokens of %d bases at most", s->window,
                       t->max_tokens - special, t->k);
    return 0;
}

/* Core of two thirds of a window between equal margins, in whole tokens; few enough masks at a time to stay at or
 * below the mask rate of the training. */
static void choose_grid(gs_scorer *s)
{
    int k = s->m->tok->k, tokens = s->window / k;
    int core = tokens >= 3 ? 2 * tokens / 3 : tokens;
    s->margin = (tokens - core) / 2 * k;
    s->stride = core * k;
    if (s->m->recipe.stride == 1) {
        s->stride = 1;
        s->margin = s->window / 2;
    }
    double masks = s->m->recipe.mask_rate * tokens;
    s->phases = masks >= 1 ? (int)((core + masks - 1) / masks) : core;
    if (s->phases < 4)
        s->phases = 4;
}

int gs_scorer_init(gs_scorer *s, const gs_model *m, const gs_score_opt *opt, gs_err *e)
{
    *s = (gs_scorer){.m = m, .indels = opt->indels, .indel_flank = opt->indel_flank, .dense = opt->dense};
    s->strands = opt->strands ? opt->strands : m->recipe.strands;
    if (m->head_rows == 0)
        return gs_fail(e, GS_EMODEL, "the model has no language-model head: it gives embeddings only");
    if (choose_window(s, opt->window, e))
        return -(int)GS_EUSAGE;
    int rc = choose_mode(s, opt->mode ? opt->mode : m->recipe.mode, e);
    if (rc)
        return rc;
    choose_grid(s);
    return 0;
}

static const char *strand_words(int strands)
{
    return strands == 1 ? "forward strand" : strands == 2 ? "reverse strand" : "mean of both strands";
}

static void describe_indels(const gs_scorer *s, char *out, size_t n)
{
    if (!s->indels)
        snprintf(out, n, "indels not scored");
    else if (s->indel_flank < 0)
        snprintf(out, n, "indels: pseudo-log-likelihood difference over the whole window");
    else
        snprintf(out, n, "indels: pseudo-log-likelihood difference over the changed bases and %d on either side",
                 s->indel_flank);
}

void gs_scorer_describe(const gs_scorer *s, char *out, size_t n)
{
    char indels[160], dense[80] = "";
    describe_indels(s, indels, sizeof indels);
    if (s->dense)
        snprintf(dense, sizeof dense, " (--dense: every %dth token of shared windows)", s->phases);
    snprintf(out, n, "gscore log P(ALT)/P(REF), natural log; negative = ALT less likely than REF; mode %s: %s%s; %d bp window; %s; %s",
             s->mode->name, s->dense ? gs_mode_dense.what : s->mode->what, dense, s->window, strand_words(s->strands), indels);
}

void gs_scorer_options(const gs_scorer *s, char *out, size_t n)
{
    char flank[20] = "all";
    if (s->indel_flank >= 0)
        snprintf(flank, sizeof flank, "%d", s->indel_flank);
    snprintf(out, n, "--mode %s --window %d --strand %s --indels %s --indel-flank %s%s", s->mode->name, s->window,
             s->strands == 1 ? "fwd" : s->strands == 2 ? "rev" : "both", s->indels ? "pll" : "skip", flank,
             s->dense ? " --dense" : "");
}

const char *gs_scorer_tag(const gs_scorer *s)
{
    return s->mode->tag;
}

void gs_planner_free(gs_planner *pl)
{
    gs_window_free(&pl->win);
    gs_window_free(&pl->rc);
    gs_tokens_free(&pl->ref);
    gs_tokens_free(&pl->alt);
    free(pl->mask);
    memset(pl, 0, sizeof *pl);
}

/* The mode that scores this allele: indels go to pll; what is no change within one token goes past `dense`. */
static const gs_mode *mode_for(const gs_scorer *s, const gs_allele *a)
{
    if (a->kind == GS_INDEL)
        return s->indels && s->m->tok->mask >= 0 ? &gs_mode_pll : NULL;
    if (!s->dense)
        return s->mode;
    int64_t at = a->pos + a->skip, k = s->m->tok->k;
    return at / k == (at + a->del - 1) / k ? &gs_mode_dense : s->mode;
}

static int copy_revcomp(gs_planner *pl, gs_err *e)
{
    size_t n = (size_t)pl->win.len + 1;
    if (pl->rc.cap < (int)n) {
        gs_window_free(&pl->rc);
        pl->rc.ref = malloc(n);
        pl->rc.alt = malloc(n);
        if (!pl->rc.ref || !pl->rc.alt)
            return gs_fail_mem(e, "a window", 2 * n);
        pl->rc.cap = (int)n;
    }
    memcpy(pl->rc.ref, pl->win.ref, n);
    memcpy(pl->rc.alt, pl->win.alt, n);
    gs_revcomp(pl->rc.ref, pl->win.len);
    gs_revcomp(pl->rc.alt, pl->win.len);
    return 0;
}

/* One strand of the windows in pl->win, tokenized. */
static int make_view(const gs_scorer *s, gs_planner *pl, const gs_allele *a, gs_view *v, gs_err *e)
{
    int len = pl->win.len, f = pl->win.focus;
    const gs_window *w = v->reverse ? &pl->rc : &pl->win;
    if (v->reverse && copy_revcomp(pl, e))
        return -(int)GS_ENOMEM;
    v->ref_seq = w->ref;
    v->alt_seq = w->alt;
    v->ref_beg = v->reverse ? len - f - a->del : f;
    v->alt_beg = v->reverse ? len - f - a->ins : f;
    v->ref_end = v->ref_beg + a->del;
    v->alt_end = v->alt_beg + a->ins;
    v->ref = &pl->ref;
    v->alt = &pl->alt;
    int rc = gs_encode_window(s->m->tok, w->ref, len, &pl->ref, e);
    return rc ? rc : gs_encode_window(s->m->tok, w->alt, len, &pl->alt, e);
}

int gs_plan_windows(const gs_scorer *s, const gs_mode *mode, gs_planner *pl, gs_plan *plan, gs_allele *a, gs_err *e)
{
    int n_strands = (s->strands & 1) + (s->strands >> 1 & 1);
    for (int strand = 0; strand < 2 && a->flag == GS_FLAG_OK; strand++) {
        if (!(s->strands >> strand & 1))
            continue;
        gs_view v = {.reverse = strand, .weight = 1.0f / (float)n_strands};
        int rc = make_view(s, pl, a, &v, e);
        if (rc)
            return rc;
        mode->plan(s, pl, plan, &v, a);
    }
    return 0;
}

int gs_plan_allele(const gs_scorer *s, gs_planner *pl, gs_plan *plan, gs_ref *ref, gs_allele *a, gs_err *e)
{
    const gs_mode *mode = mode_for(s, a);
    if (!mode) {
        a->flag = GS_FLAG_UNSUPPORTED;
        return 0;
    }
    int64_t beg = mode->place(s, a);
    int longest = a->ref_len > a->alt_len ? a->ref_len : a->alt_len;
    if (longest > s->window / 2 || a->pos + longest > beg + s->window) {
        a->flag = GS_FLAG_TOO_LONG;
        return 0;
    }
    int rc = gs_window_make(&pl->win, ref, a, beg, s->window, e);
    return rc ? rc : gs_plan_windows(s, mode, pl, plan, a, e);
}
