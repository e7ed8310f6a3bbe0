#include "score/scorer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/vec.h"
#include "score/mode.h"

const gs_score_opt gs_score_defaults = {.indels = 1, .indel_flank = 8, .readout = -1, .pool = -1};

static const gs_mode *find_mode(const char *name, size_t n)
{
    for (int i = 0; gs_modes[i]; i++)
        if (strlen(gs_modes[i]->name) == n && !strncmp(gs_modes[i]->name, name, n))
            return gs_modes[i];
    return NULL;
}

/* "cosine,l2": each once, and no two with the same tag. */
static int add_mode(gs_scorer *s, const char *name, size_t n, gs_err *e)
{
    const gs_mode *mode = find_mode(name, n);
    if (!mode && strncmp(name, s->m->recipe.mode, n + 1))
        return gs_fail(e, GS_EUSAGE, "unknown mode '%.*s': mlm, pll, wt, cosine, l2, l1 or dot", (int)n, name);
    if (!mode)
        return gs_fail(e, GS_EMODEL, "%s: its recipe has the unknown mode \"%s\"; choose one with --mode", s->m->bundle.path, name);
    for (int i = 0; i < s->n_modes; i++)
        if (!strcmp(s->modes[i]->tag, mode->tag))
            return gs_fail(e, GS_EUSAGE, "--mode: %s and %s write the same tag %s", s->modes[i]->name, mode->name, mode->tag);
    s->modes[s->n_modes++] = mode;
    return mode->check ? mode->check(s, e) : 0;
}

static int choose_modes(gs_scorer *s, const char *names, gs_err *e)
{
    int rc = 0;
    for (const char *p = names; p && !rc; p = strchr(p, ','), p = p ? p + 1 : NULL)
        rc = add_mode(s, p, strcspn(p, ","), e);
    if (rc || !s->dense)
        return rc;
    if (s->modes[0] != &gs_mode_mlm || s->n_modes > 1 || s->m->tok->step != s->m->tok->k)
        return gs_fail(e, GS_EUSAGE, "--dense goes with --mode mlm only, and with tokens that do not overlap");
    if (s->m->recipe.mask_rate <= 0)
        return gs_fail(e, GS_EMODEL, "--dense: the model does not say at what mask rate it was trained");
    return 0;
}

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
    return gs_fail(e, wanted ? GS_EUSAGE : GS_EMODEL, "%s %d is too %s %d%s", what, s->window, how, tokens,
                   wanted ? "" : "; choose one with --window");
}

static int choose_window(gs_scorer *s, int wanted, gs_err *e)
{
    const gs_tokenizer *t = s->m->tok;
    int special = (t->cls >= 0) + (t->sep >= 0) + (t->lead >= 0), least = 2 * (t->k > s->m->margin ? t->k : s->m->margin) + 1;
    s->window = wanted ? wanted : s->m->recipe.window;
    if (s->window < least)
        return bad_window(s, wanted, "small: the model takes at least", least, e);
    if (t->max_tokens && window_tokens(t, s->window) + special > t->max_tokens)
        return bad_window(s, wanted, "large: the number of tokens that the model takes is at most", t->max_tokens - special, e);
    return 0;
}

/* Core of two thirds of a window between equal flanks, in whole tokens; few enough masks at a time to stay at or
 * below the mask rate of the training. */
static void choose_grid(gs_scorer *s)
{
    int k = s->m->tok->k, tokens = s->window / k;
    if (!s->m->recipe.shared_windows) {   /* every window is centred on its variant */
        s->core = 1;
        s->flank = s->window / 2;
        return;
    }
    int core = tokens >= 3 ? 2 * tokens / 3 : tokens;
    s->flank = (tokens - core) / 2 * k;
    s->core = core * k;
    double masks = s->m->recipe.mask_rate * tokens;
    s->phases = masks >= 1 ? (int)((core + masks - 1) / masks) : core;
    if (s->phases < 4)
        s->phases = 4;
}

int gs_scorer_init(gs_scorer *s, const gs_model *m, const gs_score_opt *opt, gs_err *e)
{
    *s = (gs_scorer){.m = m, .indels = opt->indels, .indel_flank = opt->indel_flank, .dense = opt->dense,
                     .readout = opt->readout < 0 ? m->recipe.readout : (gs_readout)opt->readout};
    s->pool = opt->pool >= 0 ? (gs_pool)opt->pool : m->tok->step ? GS_POOL_FLAT : GS_POOL_TOKEN;
    s->strands = opt->strands ? opt->strands : m->recipe.strands;
    int rc = choose_window(s, opt->window, e);
    if (!rc)
        rc = choose_modes(s, opt->mode ? opt->mode : m->recipe.mode, e);
    if (!rc)
        choose_grid(s);
    return rc;
}

static const char *strand_words(int strands)
{
    return strands == 1 ? "forward strand" : strands == 2 ? "reverse strand" : "mean of both strands";
}

static int scores_indels(const gs_scorer *s)
{
    return s->indels && gs_mode_pll.check(s, NULL) == 0;
}

static void describe_indels(const gs_scorer *s, const gs_mode *mode, char *out, size_t n)
{
    if (s->indels && mode->distance)
        snprintf(out, n, "indels in the same way");
    else if (!scores_indels(s))
        snprintf(out, n, "indels not scored");
    else if (s->indel_flank < 0)
        snprintf(out, n, "indels: pseudo-log-likelihood difference over the whole window");
    else
        snprintf(out, n, "indels: pseudo-log-likelihood difference over the changed bases and %d on either side",
                 s->indel_flank);
}

/* How a mode reads the model, in words. */
static void describe_reading(const gs_scorer *s, const gs_mode *mode, char *out, size_t n)
{
    static const char *const pools[] = {"at the variant's token", "mean over the window", "all tokens end to end"};
    const gs_tokenizer *t = s->m->tok;
    if (s->dense)
        snprintf(out, n, "%s (--dense: every %dth token of shared windows)", gs_mode_dense.what, s->phases);
    else if (mode->distance)
        snprintf(out, n, "%s, %s", mode->what, pools[s->pool]);
    else if (mode == &gs_mode_mlm && t->step < t->k)
        snprintf(out, n, "all %d-mers over the base masked, %s", t->k,
                 s->readout == GS_READ_MARGINAL ? "mass of all of them per base" : "read at the one with the base in its middle");
    else
        snprintf(out, n, "%s", mode->what);
}

void gs_scorer_describe(const gs_scorer *s, int i, char *out, size_t n)
{
    const gs_mode *mode = s->modes[i];
    char indels[160], reading[200];
    describe_indels(s, mode, indels, sizeof indels);
    describe_reading(s, mode, reading, sizeof reading);
    snprintf(out, n, "gscore %s; mode %s: %s; %d bp window; %s; %s",
             mode->distance ? "how much the variant moves the model's embedding, 0 = not at all (GS_DOT: its square length)"
                            : "log P(ALT)/P(REF), natural log; negative = ALT less likely than REF",
             mode->name, reading, s->window, strand_words(s->strands), indels);
}

void gs_scorer_options(const gs_scorer *s, char *out, size_t n)
{
    static const char *const pools[] = {" --pool token", " --pool mean", " --pool flat"};
    char flank[20] = "all", modes[80] = "";
    if (s->indel_flank >= 0)
        snprintf(flank, sizeof flank, "%d", s->indel_flank);
    for (int i = 0; i < s->n_modes; i++)
        snprintf(modes + strlen(modes), sizeof modes - strlen(modes), "%s%s", i ? "," : "", s->modes[i]->name);
    snprintf(out, n, "--mode %s --window %d --strand %s --indels %s --indel-flank %s%s%s%s", modes, s->window,
             s->strands == 1 ? "fwd" : s->strands == 2 ? "rev" : "both", s->indels ? "pll" : "skip", flank,
             s->dense ? " --dense" : "", s->modes[0]->distance ? pools[s->pool] : "",
             s->m->tok->step >= s->m->tok->k || !s->m->tok->step ? "" : s->readout == GS_READ_MARGINAL ? " --readout marginal" : " --readout token");
}

const char *gs_scorer_tag(const gs_scorer *s, int mode)
{
    return s->modes[mode]->tag;
}

void gs_planner_free(gs_planner *pl)
{
    gs_window_free(&pl->win);
    gs_window_free(&pl->rc);
    gs_tokens_free(&pl->ref);
    gs_tokens_free(&pl->alt);
    gs_msa_rows_free(&pl->rows);
    free(pl->mask);
    memset(pl, 0, sizeof *pl);
}

/* What scores this allele for mode i: indels go to pll unless the mode takes them as they are; what is no change within
 * one token goes past `dense`. NULL: nothing does. */
static const gs_mode *mode_for(const gs_scorer *s, int i, const gs_allele *a)
{
    if (a->kind == GS_INDEL && !s->modes[i]->distance)
        return scores_indels(s) ? &gs_mode_pll : NULL;
    if (a->kind == GS_INDEL)
        return s->indels ? s->modes[i] : NULL;
    if (!s->dense)
        return s->modes[i];
    int64_t at = a->pos + a->skip, k = s->m->tok->k;
    return at / k == (at + a->del - 1) / k ? &gs_mode_dense : s->modes[i];
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

/* Aligned species of the window into the view; a->flag = unsupported where the alignment has holes. */
static int add_alignment(gs_planner *pl, gs_view *v, gs_allele *a)
{
    if (!pl->msa)
        return 0;
    if (pl->rows.covered < pl->win.len || v->ref->n != pl->win.len)
        a->flag = GS_FLAG_UNSUPPORTED;
    if (v->reverse)
        gs_msa_revcomp(&pl->rows);
    v->aux = pl->rows.aux;
    v->n_aux_bytes = pl->rows.len * pl->rows.n_species;
    return 0;
}

int gs_plan_windows(const gs_scorer *s, const gs_mode *mode, gs_planner *pl, gs_plan *plan, gs_allele *a, gs_err *e)
{
    int n_strands = (s->strands & 1) + (s->strands >> 1 & 1), most = s->m->tok->max_tokens;
    for (int strand = 0; strand < 2 && a->flag == GS_FLAG_OK; strand++) {
        if (!(s->strands >> strand & 1))
            continue;
        gs_view v = {.mode = mode, .reverse = strand, .weight = 1.0f / (float)n_strands};
        int rc = make_view(s, pl, a, &v, e);
        if (rc)
            return rc;
        add_alignment(pl, &v, a);
        if (most && (v.ref->n > most || v.alt->n > most))   /* BPE, where a stretch of N gives a token a base */
            a->flag = GS_FLAG_N_CONTEXT;
        if (a->flag == GS_FLAG_OK)
            mode->plan(s, pl, plan, &v, a);
    }
    return 0;
}

/* The windows of an allele for one mode, and their alignment. */
static int make_windows(const gs_scorer *s, const gs_mode *mode, gs_planner *pl, gs_ref *ref, gs_allele *a, gs_err *e)
{
    int64_t beg = mode->place(s, a);
    int longest = a->ref_len > a->alt_len ? a->ref_len : a->alt_len;
    if (longest > s->window / 2 || a->pos + longest > beg + s->window) {
        a->flag = GS_FLAG_TOO_LONG;
        return 0;
    }
    int rc = gs_window_make(&pl->win, ref, a, beg, s->window, e);
    if (!rc && pl->msa)
        rc = gs_msa_fetch(pl->msa, gs_ref_name(ref, a->rid), beg, s->window, &pl->rows, e);
    return rc;
}

/* Passes of distances are shared within one window only: both sides must be in one batch. */
static void open_group(gs_planner *pl, gs_plan *plan, const gs_allele *a)
{
    if (plan->grouped && pl->group_rid == a->rid && pl->group_beg == pl->win.beg)
        return;
    pl->group_rid = a->rid;
    pl->group_beg = pl->win.beg;
    gs_plan_group(plan);
}

static int plan_mode(const gs_scorer *s, int i, gs_planner *pl, gs_plan *plan, gs_ref *ref, gs_allele *a, gs_err *e)
{
    const gs_mode *mode = mode_for(s, i, a);
    if (!mode) {
        a->flag = GS_FLAG_UNSUPPORTED;
        return 0;
    }
    int rc = make_windows(s, mode, pl, ref, a, e);
    if (rc || a->flag != GS_FLAG_OK)
        return rc;
    if (mode->distance)
        open_group(pl, plan, a);
    return gs_plan_windows(s, mode, pl, plan, a, e);
}

int gs_plan_allele(const gs_scorer *s, gs_planner *pl, gs_plan *plan, gs_ref *ref, gs_allele *a, gs_err *e)
{
    gs_flag worst = GS_FLAG_OK;
    int rc = 0, first = pl->owner;
    for (int i = 0; i < s->n_modes && !rc; i++, pl->owner++) {
        a->flag = GS_FLAG_OK;
        rc = plan_mode(s, i, pl, plan, ref, a, e);
        if (a->flag == GS_FLAG_OK)
            pl->score[i] = 0;
        else if (worst == GS_FLAG_OK)
            worst = a->flag;
    }
    pl->owner = first;
    a->flag = worst;
    return rc;
}
