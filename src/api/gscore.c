/* The public interface (include/gscore.h) on top of the floors. gs_model_open is in import/open.c. */
#include "gscore.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "score/evaluate.h"
#include "score/mode.h"

const char *gs_version(void)
{
    return GSCORE_VERSION;
}

int gs_model_window(const gs_model *m)
{
    return m->recipe.window;
}

int gs_model_dim(const gs_model *m)
{
    return m->dim;
}

/* Upper case, every letter but ACGT is N. */
static void copy_bases(char *to, const char *from, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = (char)(from[i] & ~0x20);
        to[i] = c == 'A' || c == 'C' || c == 'G' || c == 'T' ? c : 'N';
    }
    to[len] = 0;
}

static int fill_context(gs_context *c, const char *ref, const char *alt, size_t len, gs_err *e)
{
    if (gs_context_reserve(c, (int[]){(int)len, (int)len}, e))
        return -(int)GS_ENOMEM;
    copy_bases(c->seq[GS_REF], ref, len);
    copy_bases(c->seq[GS_ALT], alt, len);
    return 0;
}

/* The change between the two: an exchange of some bases from the first that differs to the last. */
static gs_allele change(gs_context *c)
{
    const char *ref = c->seq[GS_REF], *alt = c->seq[GS_ALT];
    int beg = 0, end = c->len[GS_REF];
    while (beg < end && ref[beg] == alt[beg])
        beg++;
    while (end > beg && ref[end - 1] == alt[end - 1])
        end--;
    c->beg[GS_REF] = c->beg[GS_ALT] = beg;
    c->end[GS_REF] = c->end[GS_ALT] = end;
    return (gs_allele){.ref = ref + beg, .alt = alt + beg, .ref_len = end - beg, .alt_len = end - beg, .del = end - beg,
                       .ins = end - beg, .kind = end - beg > 1 ? GS_MNV : GS_SNV,
                       .flag = end > beg ? GS_FLAG_OK : GS_FLAG_SAME};
}

static int evaluate_all(const gs_model *m, gs_plan *plan, gs_err *e)
{
    int rc = gs_plan_cut(plan, m, plan->tokens, e);
    gs_worker *worker = gs_worker_new();
    if (!worker)
        rc = rc ? rc : gs_fail_mem(e, "a worker", sizeof *worker);
    for (int i = 0; i < plan->n_batch && !rc; i++)
        rc = gs_evaluate(worker, m, plan, i, e);
    gs_worker_free(worker);
    return rc;
}

const char *gs_model_score(const gs_model *m)
{
    const gs_mode *mode = gs_mode_find(m->recipe.mode, strlen(m->recipe.mode));
    return mode ? mode->tag : "";
}

/* What the windows that pl holds come to; NAN: nothing of its own for two that are equal. */
static int score_windows(const gs_model *m, gs_planner *pl, gs_plan *plan, float *score, gs_err *e)
{
    gs_scorer s;
    gs_score_opt opt = gs_score_defaults();
    opt.window = pl->fwd.len[GS_REF];
    int rc = gs_scorer_init(&s, m, &opt, e);
    if (rc)
        return rc;
    gs_allele a = change(&pl->fwd);
    if (m->n_aux)
        return gs_fail(e, GS_EUSAGE, "this model reads an alignment beside the sequence: use gscore score --msa");
    if (a.flag == GS_FLAG_OK && (rc = gs_plan_context(&s, s.modes[0], pl, plan, &a, e)))
        return rc;
    if (a.flag != GS_FLAG_OK && a.flag != GS_FLAG_SAME)
        return gs_fail(e, GS_EINPUT, "this pair of windows has no score: %s", gs_flag_name(a.flag));
    if ((rc = evaluate_all(m, plan, e)))
        return rc;
    *score = a.flag == GS_FLAG_SAME ? s.modes[0]->same : 0;
    gs_plan_sum(plan, m, score);
    if (isfinite(*score))
        return 0;
    return a.flag == GS_FLAG_SAME ? gs_fail(e, GS_EINPUT, "both windows are equal: there is nothing to score")
                                  : gs_fail(e, GS_EMODEL, "%s: the score is not a finite number", m->bundle.path);
}

int gs_score_pair(const gs_model *m, const char *ref, const char *alt, size_t len, float *score, gs_err *err)
{
    gs_planner pl = {0};
    gs_plan plan = {0};
    gs_err_clear(err);
    if (len < 1 || len > 100000000)
        return gs_fail(err, GS_EUSAGE, "a window of %zu bases", len);
    int rc = fill_context(&pl.fwd, ref, alt, len, err);
    if (!rc)
        rc = score_windows(m, &pl, &plan, score, err);
    gs_plan_free(&plan);
    gs_planner_free(&pl);
    return rc;
}

/* Mean of the hidden states of tokens that cover bases, `margin` tokens without output at either end left out. */
static void mean_rows(float *out, gs_mat hidden, const gs_tokens *t, int margin)
{
    for (int j = 0; j < hidden.cols; j++) {
        double sum = 0;
        int n = 0;
        for (int i = margin; i < t->n - margin; i++)
            if (t->beg[i] >= 0 && ++n)
                sum += (double)gs_mat_row(hidden, i)[j];
        out[j] = n ? (float)(sum / n) : 0;
    }
}

int gs_embed(const gs_model *m, const char *seq, size_t len, float *out, gs_err *err)
{
    gs_tokens t = {0};
    gs_err_clear(err);
    gs_worker *worker = gs_worker_new();
    int rc = worker ? gs_encode_sequence(m->tok, seq, (int64_t)len, &t, err)
                    : gs_fail_mem(err, "a worker", sizeof *worker);
    if (!rc) {
        gs_batch b = {.B = 1, .rows = t.n, .beg = (int[]){0}, .len = &t.n, .ids = t.ids};
        gs_read all = {.end = t.n, .want = GS_WANT_HIDDEN};
        rc = gs_forward(worker, m, &b, &all, 1, err);
        rc = rc ? rc : gs_reads_check(m, &all, 1, err);
        if (!rc)
            mean_rows(out, all.hidden, &t, m->margin);
    }
    gs_tokens_free(&t);
    gs_worker_free(worker);
    return rc;
}
