/* Choosing modes, windows and the sentence in the header. */
#include "score/tiny_score.h"

static gs_scorer scorer(const gs_model *m, gs_score_opt opt)
{
    gs_scorer s;
    gs_err e = {0};
    if (gs_scorer_init(&s, m, &opt, &e))
        fail_msg("%s", e.msg);
    return s;
}

static void refused(const gs_model *m, gs_score_opt opt, gs_code code, const char *says)
{
    gs_scorer s;
    gs_err e = {0};
    assert_int_equal(gs_scorer_init(&s, m, &opt, &e), -(int)code);
    assert_int_equal(e.code, code);
    if (!strstr(e.msg, says))
        fail_msg("\"%s\" lacks \"%s\"", e.msg, says);
}

#pragma GCC diagnostic ignored "-Woverride-init"   /* a later field stands for the default */
#define OPT(...) (gs_score_opt){.readout = -1, .pool = -1, .indels = 1, .indel_flank = 8, __VA_ARGS__}

static void test_names(void **state)
{
    (void)state;
    char names[100], few[9];
    gs_model *m = tiny_with("{}");
    gs_mode_names(NULL, names, sizeof names);
    assert_string_equal(names, "mlm, dense, pll, wt, cosine, l2, l1, dot, causal, next, jsd or maxlogit");
    gs_mode_names(m, names, sizeof names);
    assert_string_equal(names, "mlm, pll, cosine, l2, l1 or dot");
    gs_mode_names(m, few, sizeof few);
    assert_string_equal(few, "mlm, pll");
    assert_null(gs_mode_find("mlmx", 4));
    assert_null(gs_mode_find("mlm", 2));
    assert_ptr_equal(gs_mode_find("l2,cosine", 2), &gs_mode_l2);
    refused(m, OPT(.mode = "best"), GS_EUSAGE, "unknown mode 'best': mlm");
    refused(m, OPT(.mode = "cosine,"), GS_EUSAGE, "unknown mode ''");
    refused(m, OPT(.mode = "pll,cosine,pll"), GS_EUSAGE, "pll is named twice");
    refused(m, OPT(.mode = "wt"), GS_EMODEL, "visible = false");
    refused(m, OPT(.mode = "wt"), GS_EMODEL, "use --mode mlm, pll, cosine");
    refused(m, OPT(.dense = 1), GS_EMODEL, "mask rate");
    refused(m, OPT(.dense = 1, .mode = "pll"), GS_EUSAGE, "--dense: mode pll");
    gs_scorer s = scorer(m, OPT(.mode = "l2,mlm"));
    assert_int_equal(s.n_modes, 2);
    assert_string_equal(s.modes[0]->tag, "GS_L2");
    assert_string_equal(s.modes[1]->tag, "GS_LLR");
    strcpy(m->recipe.mode, "odd");
    refused(m, OPT(.window = 0), GS_EMODEL, "its recipe has the unknown mode \"odd\"");
    refused(m, OPT(.mode = "od"), GS_EUSAGE, "unknown mode 'od'");
    gs_model_close(m);
}

/* What each mode lacks in a model from which one thing was taken, or to which one was added. */
static void test_needs(void **state)
{
    (void)state;
    gs_tokenizer tok = {.mask = 1, .k = 3, .step = 3};
    gs_model whole = {.tok = &tok, .head_rows = 4, .recipe = {.visible = 1, .mask_rate = 0.15}};
    for (int i = 0; gs_modes[i]; i++)
        assert_true(!gs_mode_lacks(gs_modes[i], &whole) == !(gs_modes[i]->needs & GS_NEEDS_CAUSAL));
    static const struct { const gs_mode *mode; const char *lacks; } cases[][4] = {
        {{&gs_mode_mlm, "no head"}, {&gs_mode_pll, "no head"}, {&gs_mode_wt, "no head"}, {&gs_mode_dense, "no head"}},
        {{&gs_mode_mlm, "no mask"}, {&gs_mode_pll, "no mask"}, {&gs_mode_wt, NULL}, {&gs_mode_dense, "no mask"}},
        {{&gs_mode_mlm, "no token in common"}, {&gs_mode_pll, NULL}, {&gs_mode_wt, "no token in"},
         {&gs_mode_dense, "no token in"}},
        {{&gs_mode_mlm, NULL}, {&gs_mode_pll, "overlap"}, {&gs_mode_wt, NULL}, {&gs_mode_dense, "overlap"}},
        {{&gs_mode_mlm, NULL}, {&gs_mode_pll, NULL}, {&gs_mode_wt, "visible"}, {&gs_mode_dense, NULL}},
        {{&gs_mode_mlm, NULL}, {&gs_mode_pll, "other species"}, {&gs_mode_wt, NULL}, {&gs_mode_dense, NULL}},
        {{&gs_mode_mlm, NULL}, {&gs_mode_pll, NULL}, {&gs_mode_wt, NULL}, {&gs_mode_dense, "mask rate"}},
        {{&gs_mode_mlm, "the next token"}, {&gs_mode_pll, "the next token"}, {&gs_mode_wt, "the next token"},
         {&gs_mode_dense, "the next token"}},
    };
    for (int i = 0; i < 8; i++) {
        gs_tokenizer t = tok;
        gs_model m = whole;
        m.tok = &t;
        m.head_rows = i == 0 ? 0 : 4;
        t.mask = i == 1 ? -1 : 1;
        t.step = i == 2 ? 0 : i == 3 ? 1 : 3;
        m.recipe.visible = i != 4;
        m.n_aux = i == 5;
        m.recipe.mask_rate = i == 6 ? 0 : 0.15;
        m.causal = i == 7;
        for (int j = 0; j < 4; j++) {
            const char *lacks = gs_mode_lacks(cases[i][j].mode, &m), *want = cases[i][j].lacks;
            assert_true(!lacks == !want && (!want || strstr(lacks, want)));
        }
        assert_null(gs_mode_lacks(&gs_mode_cosine, &m));
    }
}

static void test_who_scores(void **state)
{
    (void)state;
    gs_model *m = tiny_with("{\"mask_rate\": 0.2, \"visible\": true}");
    gs_scorer s = scorer(m, OPT(.window = 0));
    const gs_mode *modes[] = {&gs_mode_mlm, &gs_mode_wt, &gs_mode_dense};
    for (int i = 0; i < 3; i++) {
        assert_ptr_equal(gs_mode_for(modes[i], &s, GS_TAKES_SNV), modes[i]);
        assert_ptr_equal(gs_mode_for(modes[i], &s, GS_TAKES_MNV | GS_TAKES_MNV_IN_TOKEN), modes[i]);
        assert_ptr_equal(gs_mode_for(modes[i], &s, GS_TAKES_MNV), i == 2 ? &gs_mode_mlm : modes[i]);
        assert_ptr_equal(gs_mode_for(modes[i], &s, GS_TAKES_INDEL), &gs_mode_pll);
    }
    assert_ptr_equal(gs_mode_for(&gs_mode_l1, &s, GS_TAKES_INDEL), &gs_mode_l1);
    s.indels = 0;
    assert_null(gs_mode_for(&gs_mode_l1, &s, GS_TAKES_INDEL));
    assert_null(gs_mode_for(&gs_mode_mlm, &s, GS_TAKES_INDEL));
    assert_ptr_equal(gs_mode_for(&gs_mode_mlm, &s, GS_TAKES_MNV), &gs_mode_mlm);
    s.indels = 1;
    m->n_aux = 1;
    assert_null(gs_mode_for(&gs_mode_mlm, &s, GS_TAKES_INDEL));
    m->n_aux = 0;
    gs_model_close(m);
}

static void test_windows(void **state)
{
    (void)state;
    gs_model *m = tiny_with("{\"mask_rate\": 0.25}");
    gs_scorer s = scorer(m, OPT(.window = 0));
    assert_int_equal(s.grid.window, 32);
    assert_int_equal(s.grid.core, 21);
    assert_int_equal(s.grid.flank, 5);
    assert_int_equal(s.grid.shared, 32);
    assert_int_equal(s.phases, 4);
    assert_ptr_equal(s.around, &gs_context_centred);
    m->recipe.mask_rate = 0.1;   /* 6.4 of 64 at a time: 42 in 7 turns */
    s = scorer(m, OPT(.window = 64));
    assert_int_equal(s.grid.window, 64);
    assert_int_equal(s.phases, 7);
    refused(m, OPT(.window = 65), GS_EUSAGE, "--window 65 is too large");
    assert_int_equal(scorer(m, OPT(.window = 3)).grid.window, 3);
    refused(m, OPT(.window = 2), GS_EUSAGE, "--window 2 is too small: the model takes at least 3");
    m->margin = 4;
    refused(m, OPT(.window = 8), GS_EUSAGE, "at least 9");
    m->recipe.window = 8;
    refused(m, OPT(.window = 0), GS_EMODEL,
            "the recipe's window 8 is too small: the model takes at least 9; choose one");
    m->margin = 0;
    m->recipe.shared_windows = 0;
    m->recipe.clipped = 1;
    s = scorer(m, OPT(.window = 21));
    assert_int_equal(s.grid.core, 1);
    assert_int_equal(s.grid.flank, 10);
    assert_int_equal(s.grid.shared, 21);
    assert_ptr_equal(s.around, &gs_context_clipped);
    m->recipe.shared_windows = 1;
    m->tok->k = m->tok->step = 3;   /* 20 bases: 6 tokens and 2 bases; core 4, flanks 1 */
    s = scorer(m, OPT(.window = 20, .mode = "l2"));
    assert_int_equal(s.grid.core, 12);
    assert_int_equal(s.grid.flank, 3);
    assert_int_equal(s.grid.shared, 18);
    m->tok->window_cls = m->tok->sep = 0;
    m->tok->max_tokens = 10;
    assert_int_equal(scorer(m, OPT(.window = 20, .mode = "l2")).grid.window, 20);
    refused(m, OPT(.window = 23), GS_EUSAGE, "at most 8");   /* 7 and 2 are 9 tokens */
    m->tok->step = 1;
    assert_int_equal(scorer(m, OPT(.window = 10)).grid.window, 10);
    refused(m, OPT(.window = 11), GS_EUSAGE, "at most 8");
    gs_model_close(m);
}

static const char *described(const gs_model *m, gs_score_opt opt, int mode)
{
    static char text[900];
    gs_scorer s = scorer(m, opt);
    gs_scorer_describe(&s, mode, text, sizeof text);
    return text;
}

#define RATIO "gscore log P(ALT)/P(REF), natural log; negative = ALT less likely than REF; mode "

static void test_descriptions(void **state)
{
    (void)state;
    gs_model *m = tiny_with("{\"mask_rate\": 0.25}");
    assert_string_equal(described(m, OPT(.window = 0), 0), RATIO "mlm: tokens of the variant masked; 32 bp window; "
                        "mean of both strands; indels: pseudo-log-likelihood difference over the changed bases and 8 "
                        "on either side");
    assert_string_equal(described(m, OPT(.indel_flank = -1, .strands = 1), 0), RATIO "mlm: tokens of the variant "
                        "masked; 32 bp window; forward strand; indels: pseudo-log-likelihood difference over the whole "
                        "window");
    assert_string_equal(described(m, OPT(.indels = 0, .strands = 2, .dense = 1), 0), RATIO "dense: sites of shared "
                        "windows masked together, every 4th token at a time; 32 bp window; reverse strand; indels not "
                        "scored");
    assert_string_equal(described(m, OPT(.mode = "mlm,l2", .pool = GS_POOL_MEAN, .strands = 1), 1),
                        "gscore how much the variant moves the model's embedding, 0 = not at all; mode l2: L2 distance "
                        "of the last hidden states of ref and alt, mean over the window; 32 bp window; forward strand; "
                        "indels in the same way");
    m->causal = 1;
    assert_string_equal(described(m, OPT(.mode = "next", .reduce = GS_REDUCE_MEAN, .strands = 1), 0), RATIO "next: the "
                        "base behind the left context, by the first base of the next token; 32 bp window; forward "
                        "strand; MNVs by mode causal: every token given those before it, difference of the means of "
                        "tokens, each among the whole vocabulary; alt window = the interval with REF replaced, from "
                        "the same left end; indels as those");
    m->causal = 0;
    m->recipe.clipped = 1;
    m->tok->k = 3;
    m->tok->step = 1;
    assert_string_equal(described(m, OPT(.readout = GS_READ_TOKEN, .strands = 1), 0), RATIO "mlm: all 3-mers over the "
                        "base masked, read at the one with the base in its middle; 32 bp window clipped at contig "
                        "ends; forward strand; indels not scored");
    assert_non_null(strstr(described(m, OPT(.readout = GS_READ_MARGINAL), 0), "masked, mass of all of them per base;"));
    gs_model_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_needs),
                                       cmocka_unit_test(test_who_scores), cmocka_unit_test(test_windows),
                                       cmocka_unit_test(test_descriptions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
