/* Each mode against its definition, written out with one forward pass per masked sequence. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "model/tiny_model.h"
#include "score/evaluate.h"
#include "score/mode.h"

static const char REF[] = "ACGTTGCATTGACCATGACTTGACATTGACGA";   /* 32 bases, the variant at 16 */
enum { LEN = 32, AT = 16 };

static gs_model *open_model(int visible)
{
    gs_err e = {0};
    gs_bundle b = tiny_bundle(TINY_CONFIG, NULL);
    json_object_set_new(b.recipe, "mask_rate", json_real(0.25));
    json_object_set_new(b.recipe, "visible", json_boolean(visible));
    gs_model *m = gs_model_build(&b, &e);
    if (!m)
        fail_msg("%s", e.msg);
    return m;
}

/* log p of base `b` at `pos` of seq with the bases `masked` (a string of LEN, x = masked) hidden. */
static double log_p(const gs_model *m, const char *seq, const char *masked, int pos, char b)
{
    gs_err e = {0};
    gs_worker *wk = gs_worker_new();
    int32_t ids[LEN];
    for (int i = 0; i < LEN; i++)
        ids[i] = masked && masked[i] == 'x' ? m->tok->mask : gs_token_id(m->tok, seq + i, 1);
    gs_batch batch = {.B = 1, .rows = LEN, .beg = (int[]){0}, .len = (int[]){LEN}, .ids = ids};
    gs_read out = {.beg = pos, .end = pos + 1, .want = GS_WANT_LOGITS};
    if (gs_forward(wk, m, &batch, &out, 1, &e))
        fail_msg("%s", e.msg);
    double v = out.logits.d[gs_token_id(m->tok, &b, 1)] - wk->k->logsumexp(out.logits.d, (size_t)out.logits.cols);
    gs_worker_free(wk);
    return v;
}

/* What gscore makes of the change of `del` bases at AT into `alt`; */
static double score(const gs_model *m, const gs_score_opt *opt, const char *seq, const char *alt_seq, gs_allele a)
{
    gs_err e = {0};
    gs_scorer s;
    gs_plan plan = {0};
    gs_planner pl = {0};
    gs_worker *wk = gs_worker_new();
    if (gs_scorer_init(&s, m, opt, &e))
        fail_msg("%s", e.msg);
    assert_int_equal(gs_context_reserve(&pl.fwd, (int[]){LEN, LEN}, &e), 0);
    memcpy(pl.fwd.seq[GS_REF], seq, LEN);
    memcpy(pl.fwd.seq[GS_ALT], alt_seq, LEN);
    pl.fwd.beg[GS_REF] = pl.fwd.beg[GS_ALT] = AT;
    pl.fwd.end[GS_REF] = AT + a.del;
    pl.fwd.end[GS_ALT] = AT + a.ins;
    const gs_mode *mode = gs_mode_for(s.modes[0], &s,
                                      a.kind == GS_INDEL ? GS_TAKES_INDEL : GS_TAKES_SNV | GS_TAKES_MNV);
    assert_int_equal(gs_plan_context(&s, mode, &pl, &plan, &a, &e), 0);
    assert_int_equal(a.flag, GS_FLAG_OK);
    assert_int_equal(gs_plan_cut(&plan, m, LEN, &e), 0);
    for (int i = 0; i < plan.n_batch; i++)
        assert_int_equal(gs_evaluate(wk, m, &plan, i, &e), 0);
    float sum = 0;
    gs_plan_sum(&plan, m, &sum);
    gs_worker_free(wk);
    gs_plan_free(&plan);
    gs_planner_free(&pl);
    return sum;
}

static void change(char *alt, int del, const char *ins)
{
    int n = (int)strlen(ins);
    memcpy(alt, REF, LEN + 1);
    memcpy(alt + AT, ins, (size_t)n);
    for (int i = AT + n; i < LEN; i++)
        alt[i] = i - n + del < LEN ? REF[i - n + del] : 'A';
}

static const gs_allele SNV = {.del = 1, .ins = 1, .kind = GS_SNV}, MNV = {.del = 2, .ins = 2, .kind = GS_MNV},
                       DELETION = {.del = 3, .ins = 0, .kind = GS_INDEL};

static void mask_at(char *mask, int from, int n)
{
    memset(mask, '.', LEN);
    mask[LEN] = 0;
    memset(mask + from, 'x', (size_t)n);
}

static void test_mlm(void **state)
{
    (void)state;
    gs_model *m = open_model(0);
    gs_score_opt fwd = gs_score_defaults(), both = gs_score_defaults();
    char alt[LEN + 1], mask[LEN + 1], rc[LEN + 1], rc_alt[LEN + 1];
    fwd.strands = 1;
    change(alt, 1, "C");
    mask_at(mask, AT, 1);
    double f = log_p(m, REF, mask, AT, 'C') - log_p(m, REF, mask, AT, REF[AT]);
    assert_true(fabs(score(m, &fwd, REF, alt, SNV) - f) < 1e-6);
    memcpy(rc, REF, sizeof rc);
    memcpy(rc_alt, alt, sizeof rc);
    gs_revcomp(rc, LEN);
    gs_revcomp(rc_alt, LEN);
    int at = LEN - 1 - AT;
    mask_at(mask, at, 1);
    double b = log_p(m, rc, mask, at, rc_alt[at]) - log_p(m, rc, mask, at, rc[at]);
    assert_true(fabs(score(m, &both, REF, alt, SNV) - (f + b) / 2) < 1e-6);
    change(alt, 2, "TT");
    mask_at(mask, AT, 2);
    f = 0;
    for (int i = 0; i < 2; i++)
        f += log_p(m, REF, mask, AT + i, alt[AT + i]) - log_p(m, REF, mask, AT + i, REF[AT + i]);
    assert_true(fabs(score(m, &fwd, REF, alt, MNV) - f) < 1e-6);
    gs_model_close(m);
}

static double pll(const gs_model *m, const char *seq, int beg, int end)
{
    double sum = 0;
    char mask[LEN + 1];
    for (int i = beg; i < end; i++) {
        mask_at(mask, i, 1);
        sum += log_p(m, seq, mask, i, seq[i]);
    }
    return sum;
}

static void test_pll(void **state)
{
    (void)state;
    gs_model *m = open_model(0);
    gs_score_opt opt = gs_score_defaults();
    char alt[LEN + 1];
    opt.strands = 1;
    opt.indel_flank = 5;
    change(alt, 3, "");
    double want = pll(m, alt, AT - 5, AT + 5) - pll(m, REF, AT - 5, AT + 3 + 5);
    assert_true(fabs(score(m, &opt, REF, alt, DELETION) - want) < 1e-5);
    opt.indel_flank = -1;
    want = pll(m, alt, 0, LEN) - pll(m, REF, 0, LEN);
    assert_true(fabs(score(m, &opt, REF, alt, DELETION) - want) < 2e-5);
    opt.mode = "pll";
    change(alt, 1, "C");
    want = pll(m, alt, 0, LEN) - pll(m, REF, 0, LEN);
    assert_true(fabs(score(m, &opt, REF, alt, SNV) - want) < 2e-5);
    gs_model_close(m);
}

static void test_wt(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_scorer s;
    gs_model *m = open_model(0);
    gs_score_opt opt = gs_score_defaults();
    opt.mode = "wt";
    opt.strands = 1;
    assert_int_equal(gs_scorer_init(&s, m, &opt, &e), -GS_EMODEL);
    gs_model_close(m);
    m = open_model(1);
    char alt[LEN + 1];
    change(alt, 1, "C");
    double want = log_p(m, REF, NULL, AT, 'C') - log_p(m, REF, NULL, AT, REF[AT]);
    assert_true(fabs(score(m, &opt, REF, alt, SNV) - want) < 1e-6);
    gs_model_close(m);
}

/* The masks of a dense pass: every phases-th base of the core, and never more than the mask rate allows. */
static void test_dense(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_scorer s;
    gs_model *m = open_model(0);
    gs_score_opt opt = gs_score_defaults();
    opt.strands = 1;
    opt.dense = 1;
    assert_int_equal(gs_scorer_init(&s, m, &opt, &e), 0);
    char alt[LEN + 1], mask[LEN + 1];
    int n = 0;
    mask_at(mask, 0, 0);
    for (int i = s.grid.flank; i < s.grid.flank + s.grid.core; i++)
        if (i % s.phases == AT % s.phases)
            mask[i] = 'x', n++;
    assert_true(n <= 0.25 * LEN && n > 1);
    change(alt, 1, "C");
    double want = log_p(m, REF, mask, AT, 'C') - log_p(m, REF, mask, AT, REF[AT]);
    assert_true(fabs(score(m, &opt, REF, alt, SNV) - want) < 1e-6);
    gs_model_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_mlm), cmocka_unit_test(test_pll),
                                       cmocka_unit_test(test_wt), cmocka_unit_test(test_dense)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
