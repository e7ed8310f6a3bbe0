/* What every mode plans for an allele: passes with their masks, probes with their tokens and weights. */
#include <math.h>
#include "score/tiny_score.h"

/*                0         1         2         3         4     */
/*                012345678901234567890123456789012345678901234 */
#define CONTIG   "ACGTTGCATTGACCATGACTTGACATNGACGATCAGATTACAGGCA"

/* A run with the tiny model and what has been planned in it. */
typedef struct {
    gs_model *m;
    gs_ref *ref;
    gs_scorer s;
    gs_planner pl;
    gs_plan plan;
    float score[4];
    gs_flag flag;
} run;

static run start(const char *recipe, gs_score_opt opt)
{
    gs_err e = {0};
    run r = {.m = tiny_with(recipe)};
    if (access(at("c.fa"), R_OK))
        write_text(at("c.fa"), ">c\n" CONTIG "\n");
    if (!(r.ref = gs_ref_open(at("c.fa"), NULL, &e)) || gs_scorer_init(&r.s, r.m, &opt, &e))
        fail_msg("%s", e.msg);
    return r;
}

/* Plan one allele on top of the others, as number `first` of the scores; its flag. */
static gs_flag add(run *r, int first, int64_t pos, const char *ref, const char *alt)
{
    gs_err e = {0};
    gs_allele a = gs_allele_parse(0, pos, ref, alt);
    assert_int_equal(gs_allele_check(&a, r->ref, NULL, 0, &e), 0);
    assert_int_equal(a.flag, GS_FLAG_OK);
    for (int i = 0; i < 4; i++)
        r->score[i] = NAN;
    r->pl.owner = first;
    r->pl.score = r->score;
    assert_int_equal(gs_plan_allele(&r->s, &r->pl, &r->plan, r->ref, &a, &e), 0);
    assert_false(r->plan.failed);
    assert_int_equal(r->pl.owner, first);
    return a.flag;
}

static void finish(run *r)
{
    gs_planner_free(&r->pl);
    gs_plan_free(&r->plan);
    gs_ref_close(r->ref);
    gs_model_close(r->m);
}

/* One allele of a fresh run must be planned as `want` says, or flagged. */
static void expect(const char *recipe, gs_score_opt opt, gs_allele a, gs_flag flag, const char *want)
{
    run r = start(recipe, opt);
    assert_int_equal(add(&r, 0, a.pos, a.ref, a.alt), flag);
    assert_string_equal(show_plan(r.m, &r.plan), want);
    assert_true(flag == GS_FLAG_OK ? r.score[0] == 0 : isnan(r.score[0]));
    finish(&r);
}

#pragma GCC diagnostic ignored "-Woverride-init"   /* a later field stands for the default */
#define OPT(...) (gs_score_opt){.readout = -1, .pool = -1, .indels = 1, .indel_flank = 8, .window = 8, __VA_ARGS__}
#define ALLELE(POS, REF, ALT) (gs_allele){.pos = POS, .ref = REF, .alt = ALT}

static void test_mlm(void **state)
{
    (void)state;
    expect("{}", OPT(.strands = 1), ALLELE(16, "G", "C"), GS_FLAG_OK, "0 token CCAT.ACT 4-5 C +1\n"
                                                                       "0 token CCAT.ACT 4-5 G -1\n");
    expect("{}", OPT(.strands = 2), ALLELE(16, "G", "C"), GS_FLAG_OK, "0 token AGT.ATGG 3-4 G +1\n"
                                                                       "0 token AGT.ATGG 3-4 C -1\n");
    expect("{}", OPT(.strands = 3), ALLELE(16, "G", "C"), GS_FLAG_OK, "0 token CCAT.ACT 4-5 C +0.5\n"
                                                                       "0 token CCAT.ACT 4-5 G -0.5\n"
                                                                       "0 token AGT.ATGG 3-4 G +0.5\n"
                                                                       "0 token AGT.ATGG 3-4 C -0.5\n");
    expect("{}", OPT(.strands = 1), ALLELE(16, "GA", "CT"), GS_FLAG_OK, "0 token CCAT..CT 4-5 C +1\n"
                                                                        "0 token CCAT..CT 4-5 G -1\n"
                                                                        "0 token CCAT..CT 5-6 T +1\n"
                                                                        "0 token CCAT..CT 5-6 A -1\n");
    expect("{\"clipped\": true}", OPT(.strands = 1), ALLELE(1, "C", "A"), GS_FLAG_OK, "0 token A.GTT 1-2 A +1\n"
                                                                                      "0 token A.GTT 1-2 C -1\n");
    expect("{}", OPT(.strands = 1), ALLELE(1, "C", "A"), GS_FLAG_OK, "0 token NNNA.GTT 4-5 A +1\n"
                                                                     "0 token NNNA.GTT 4-5 C -1\n");
    expect("{}", OPT(.strands = 1), ALLELE(16, "GACTT", "CTTAA"), GS_FLAG_TOO_LONG, "");
}

/* The change of 4 bases has an N among them, as it may where the FASTA has one. */
static void test_unknown_bases(void **state)
{
    (void)state;
    run r = start("{}", OPT(.strands = 1));
    gs_err e = {0};
    for (int side = GS_REF; side <= GS_ALT; side++) {
        gs_allele a = {.kind = GS_MNV, .ref_len = 4, .alt_len = 4, .del = 4, .ins = 4};
        assert_int_equal(gs_context_reserve(&r.pl.fwd, (int[]){8, 8}, &e), 0);
        memcpy(r.pl.fwd.seq[GS_REF], "ACGTACGT", 8);
        memcpy(r.pl.fwd.seq[GS_ALT], "ACCATGGT", 8);
        r.pl.fwd.seq[side][5] = 'N';
        r.pl.fwd.beg[0] = r.pl.fwd.beg[1] = 2;
        r.pl.fwd.end[0] = r.pl.fwd.end[1] = 6;
        assert_int_equal(gs_plan_context(&r.s, &gs_mode_mlm, &r.pl, &r.plan, &a, &e), 0);
        assert_int_equal(a.flag, GS_FLAG_N_CONTEXT);
        a.flag = GS_FLAG_OK;
        assert_int_equal(gs_plan_context(&r.s, &gs_mode_pll, &r.pl, &r.plan, &a, &e), 0);
        assert_int_equal(a.flag, GS_FLAG_TOO_LONG);   /* eight bases beside the change */
        a.flag = GS_FLAG_OK;
        r.s.indel_flank = 2;
        assert_int_equal(gs_plan_context(&r.s, &gs_mode_pll, &r.pl, &r.plan, &a, &e), 0);
        assert_int_equal(a.flag, GS_FLAG_N_CONTEXT);
        r.s.indel_flank = 8;
        assert_int_equal(r.plan.n_probe, 0);
    }
    finish(&r);
}

static void test_pll(void **state)
{
    (void)state;
    expect("{}", OPT(.strands = 1, .window = 10, .indel_flank = 1), ALLELE(16, "GA", "G"), GS_FLAG_OK,
           "0 token ACCAT.ACTT 5-6 G -1\n0 token ACCATG.CTT 6-7 A -1\n0 token ACCATGA.TT 7-8 C -1\n"
           "0 token ACCAT.CTTG 5-6 G +1\n0 token ACCATG.TTG 6-7 C +1\n");
    expect("{}", OPT(.strands = 2, .window = 10, .indel_flank = 1), ALLELE(16, "G", "GT"), GS_FLAG_OK,
           "0 token AAG.CATGGT 3-4 T -1\n0 token AAGT.ATGGT 4-5 C -1\n"
           "0 token AG.ACATGGT 2-3 T +1\n0 token AGT.CATGGT 3-4 A +1\n0 token AGTA.ATGGT 4-5 C +1\n");
    /* an N beside the change (base 26) is left out */
    expect("{}", OPT(.strands = 1, .indel_flank = 2), ALLELE(23, "CA", "C"), GS_FLAG_OK,
           "0 token TTG.CATN 3-4 A -1\n0 token TTGA.ATN 4-5 C -1\n0 token TTGAC.TN 5-6 A -1\n"
           "0 token TTGACA.N 6-7 T -1\n"
           "0 token TTG.CTNG 3-4 A +1\n0 token TTGA.TNG 4-5 C +1\n0 token TTGAC.NG 5-6 T +1\n");
    /* of the window's 8 bases, 4 are before POS */
    expect("{}", OPT(.indel_flank = 3), ALLELE(16, "GA", "G"), GS_FLAG_TOO_LONG, ""); /* ref: 5-6 and 3 more */
    expect("{}", OPT(.indel_flank = 3, .strands = 2), ALLELE(16, "GA", "G"), GS_FLAG_TOO_LONG, ""); /* mirror: 2-3 */
    expect("{}", OPT(.indel_flank = 2, .strands = 2), ALLELE(16, "G", "GTT"), GS_FLAG_TOO_LONG, ""); /* alt: 1-3 */
    expect("{}", OPT(.indel_flank = 2, .strands = 1), ALLELE(16, "G", "GTT"), GS_FLAG_TOO_LONG, ""); /* alt: 5-7 + 2 */
    expect("{}", OPT(.indel_flank = 6), ALLELE(16, "G", "GTT"), GS_FLAG_TOO_LONG, "");
    expect("{}", OPT(.indels = 0, .indel_flank = 1), ALLELE(16, "G", "GT"), GS_FLAG_UNSUPPORTED, "");
    expect("{}", OPT(.mode = "pll", .strands = 1, .indel_flank = 0), ALLELE(16, "G", "C"), GS_FLAG_OK,
           "0 token CCAT.ACT 4-5 G -1\n0 token CCAT.ACT 4-5 C +1\n");
}

/* With --indel-flank all every known token of the window counts. */
static void test_pll_whole(void **state)
{
    (void)state;
    run r = start("{}", OPT(.strands = 3, .indel_flank = -1));
    assert_int_equal(add(&r, 0, 23, "CA", "C"), GS_FLAG_OK);
    assert_int_equal(r.plan.n_probe, 2 * (7 + 7));
    finish(&r);
}

/* Windows of 12 bases serve 8 sites between flanks of 2: they start at -2, 6, 14, ... */
static void test_wt(void **state)
{
    (void)state;
    run r = start("{\"visible\": true}", OPT(.mode = "wt", .window = 12, .strands = 1));
    assert_int_equal(add(&r, 0, 16, "G", "C"), GS_FLAG_OK);
    assert_int_equal(add(&r, 1, 17, "AC", "TT"), GS_FLAG_OK);
    assert_int_equal(r.plan.n_pass, 1);
    assert_string_equal(show_plan(r.m, &r.plan), "0 token ATGACTTGACAT 2-3 C +1\n0 token ATGACTTGACAT 2-3 G -1\n"
                        "1 token ATGACTTGACAT 3-4 T +1\n1 token ATGACTTGACAT 3-4 A -1\n"
                        "1 token ATGACTTGACAT 4-5 T +1\n1 token ATGACTTGACAT 4-5 C -1\n");
    finish(&r);
}

/* Without shared windows every variant has its own, and nothing is read in the model's margins. */
static void test_wt_margin(void **state)
{
    (void)state;
    run r = start("{\"visible\": true, \"shared_windows\": false}", OPT(.mode = "wt", .window = 9, .strands = 1));
    r.m->margin = 4;
    assert_int_equal(add(&r, 0, 16, "G", "C"), GS_FLAG_OK);
    assert_string_equal(show_plan(r.m, &r.plan), "0 token CCATGACTT 4-5 C +1\n0 token CCATGACTT 4-5 G -1\n");
    assert_int_equal(add(&r, 1, 16, "GA", "CT"), GS_FLAG_UNSUPPORTED);
    r.m->margin = 3;
    assert_int_equal(add(&r, 1, 16, "GA", "CT"), GS_FLAG_OK);
    assert_int_equal(add(&r, 2, 16, "GAC", "CTT"), GS_FLAG_UNSUPPORTED);
    r.s.grid.flank = 2;
    assert_int_equal(add(&r, 3, 16, "G", "C"), GS_FLAG_UNSUPPORTED);
    finish(&r);
}

/* A quarter masked of 12 bases: 3 of the core of 8 at a time, in 4 phases at least: 2. The strands mask the same
 * bases. */
static void test_dense(void **state)
{
    (void)state;
    const char *recipe = "{\"mask_rate\": 0.25}";
    expect(recipe, OPT(.mode = "dense", .window = 12, .strands = 3), ALLELE(16, "G", "C"), GS_FLAG_OK,
           "0 token AT.ACT.GACAT 2-3 C +0.5\n0 token AT.ACT.GACAT 2-3 G -0.5\n"
           "0 token ATGTC.AGT.AT 9-10 G +0.5\n0 token ATGTC.AGT.AT 9-10 C -0.5\n");
    expect(recipe, OPT(.dense = 1, .window = 12, .strands = 1), ALLELE(20, "T", "C"), GS_FLAG_OK,
           "0 token AT.ACT.GACAT 6-7 C +1\n0 token AT.ACT.GACAT 6-7 T -1\n");
    /* 13 bases have their core at 2 .. 10, seen from the other strand at 3 .. 11 */
    expect(recipe, OPT(.dense = 1, .window = 13, .strands = 3), ALLELE(16, "G", "C"), GS_FLAG_OK,
           "0 token AT.ACT.GACATN 2-3 C +0.5\n0 token AT.ACT.GACATN 2-3 G -0.5\n"
           "0 token NATGTC.AGT.AT 10-11 G +0.5\n0 token NATGTC.AGT.AT 10-11 C -0.5\n");
    /* 26 is N: not masked */
    expect(recipe, OPT(.dense = 1, .window = 12, .strands = 1), ALLELE(30, "G", "C"), GS_FLAG_OK,
           "0 token ACATNGAC.ATC 8-9 C +1\n0 token ACATNGAC.ATC 8-9 G -1\n");
    /* two tokens at once: a masked pair in a window of its own */
    expect(recipe, OPT(.dense = 1, .window = 12, .strands = 1), ALLELE(16, "GA", "CT"), GS_FLAG_OK,
           "0 token GACCAT..CTTG 6-7 C +1\n0 token GACCAT..CTTG 6-7 G -1\n"
           "0 token GACCAT..CTTG 7-8 T +1\n0 token GACCAT..CTTG 7-8 A -1\n");
    run r = start(recipe, OPT(.dense = 1, .window = 12, .strands = 1));
    for (int i = 16; i < 24; i++)
        assert_int_equal(add(&r, i, i, (char[]){CONTIG[i], 0}, CONTIG[i] == 'A' ? "C" : "A"), GS_FLAG_OK);
    assert_int_equal(r.plan.n_pass, 4);
    finish(&r);
}

/* Two bases a token, shown as its first. 13 bases are 6 tokens on either strand, the core is the 4 in the middle. */
static void test_dense_kmers(void **state)
{
    (void)state;
    enum { WORDS = 22 };
    static char text[16][3];
    const char *vocab[WORDS] = {[16] = "A", "C", "G", "T", "N", "[MASK]"};
    for (int i = 0; i < 16; i++) {
        snprintf(text[i], sizeof text[i], "%c%c", "ACGT"[i / 4], "ACGT"[i % 4]);
        vocab[i] = text[i];
    }
    gs_err e = {0};
    run r = start("{\"mask_rate\": 0.5}", OPT(.window = 13));
    gs_tokenizer_free(r.m->tok);
    r.m->tok = gs_tokenizer_new(&(gs_tokenizer_spec){.kind = "kmer", .n = WORDS, .vocab = vocab, .unk = 20, .mask = 21,
                                                     .cls = -1, .sep = -1, .pad = -1, .k = 2}, &e);
    assert_non_null(r.m->tok);
    r.m->head_rows = WORDS;
    assert_int_equal(gs_scorer_init(&r.s, r.m, &OPT(.dense = 1, .window = 13), &e), 0);
    assert_int_equal(add(&r, 0, 16, "GA", "CT"), GS_FLAG_OK);
    assert_string_equal(show_plan(r.m, &r.plan), "0 token A.CTAA 1-2 CT +0.5\n0 token A.CTAA 1-2 GA -0.5\n"
                        "0 token AGCA.A 4-5 AG +0.5\n0 token AGCA.A 4-5 TC -0.5\n");
    assert_int_equal(add(&r, 1, 23, "C", "A"), GS_FLAG_OK);
    assert_int_equal(r.plan.n_pass, 4);
    finish(&r);
}

/* Modes that mask read masked tokens only. */
static void test_nothing_unmasked(void **state)
{
    (void)state;
    run r = start("{}", OPT(.strands = 1));
    int pass = gs_plan_pass(&r.plan, gs_plan_seq(&r.plan, (int32_t[]){0, 1, 2, 3}, 4, NULL, 0), (int32_t[]){0, 2}, 2);
    for (int i = 0; i < 4; i++) {
        gs_allele a = {.flag = GS_FLAG_OK};
        gs_planning p = {.s = &r.s, .mode = &gs_mode_mlm, .pl = &r.pl, .plan = &r.plan, .a = &a};
        gs_planning_token(&p, pass, i, 0, 1);
        assert_int_equal(a.flag, i % 2 ? GS_FLAG_UNSUPPORTED : GS_FLAG_OK);
    }
    assert_int_equal(r.plan.n_probe, 2);
    /* a range of them, as of overlapping k-mers: one that shows spoils it, but not for modes without masks */
    gs_probe q = {.kind = &gs_probe_base_mass, .pass = {gs_plan_pass(&r.plan, 0, (int32_t[]){1, 2}, 2)}, .base = "AC"};
    for (q.end[0] = 3; q.end[0] <= 4; q.end[0]++)
        for (q.beg[0] = 0; q.beg[0] < 3; q.beg[0]++) {
            gs_allele a = {.flag = GS_FLAG_OK}, b = a;
            gs_planning_probe(&(gs_planning){.mode = &gs_mode_mlm, .plan = &r.plan, .a = &a}, &q);
            assert_int_equal(a.flag, q.beg[0] && q.end[0] == 3 ? GS_FLAG_OK : GS_FLAG_UNSUPPORTED);
            gs_planning_probe(&(gs_planning){.mode = &gs_mode_wt, .plan = &r.plan, .a = &b}, &q);
            assert_int_equal(b.flag, GS_FLAG_OK);
        }
    finish(&r);
}

static void test_distances(void **state)
{
    (void)state;
    expect("{}", OPT(.mode = "l2", .strands = 1, .pool = GS_POOL_TOKEN), ALLELE(16, "G", "C"), GS_FLAG_OK,
           "0 l2 CCATGACT 4-5 CCATCACT 4-5 0 +1\n");
    expect("{}", OPT(.mode = "l1", .strands = 2, .pool = GS_POOL_TOKEN), ALLELE(16, "GA", "G"), GS_FLAG_OK,
           "0 l1 AGTCATGG 2-3 AAGCATGG 2-4 0 +1\n");
    expect("{}", OPT(.mode = "dot", .strands = 3, .pool = GS_POOL_MEAN), ALLELE(16, "G", "GT"), GS_FLAG_OK,
           "0 dot CCATGACT 0-8 CCATGTAC 0-8 0 +0.5\n0 dot AGTCATGG 0-8 GTACATGG 0-8 0 +0.5\n");
    expect("{}", OPT(.mode = "cosine", .strands = 1), ALLELE(16, "G", "GT"), GS_FLAG_OK,
           "0 cosine CCATGACT 0-8 CCATGTAC 0-8 1 +1\n");
    expect("{}", OPT(.mode = "cosine", .indels = 0), ALLELE(16, "G", "GT"), GS_FLAG_UNSUPPORTED, "");
    run r = start("{}", OPT(.mode = "l2", .strands = 1));
    r.m->margin = 2;
    assert_int_equal(add(&r, 0, 16, "G", "C"), GS_FLAG_OK);
    r.s.pool = GS_POOL_MEAN;
    assert_int_equal(add(&r, 1, 16, "G", "A"), GS_FLAG_OK);
    assert_string_equal(show_plan(r.m, &r.plan), "0 l2 CCATGACT 2-6 CCATCACT 2-6 1 +1\n"
                                                 "1 l2 CCATGACT 2-6 CCATAACT 2-6 0 +1\n");
    finish(&r);
}

/* Every mode has a score of its own; where one fails, its reason is the allele's flag and the others stand. */
static void test_several_modes(void **state)
{
    (void)state;
    run r = start("{}", OPT(.mode = "mlm,l2,cosine", .strands = 1, .pool = GS_POOL_TOKEN, .indel_flank = 6));
    assert_int_equal(add(&r, 6, 16, "G", "C"), GS_FLAG_OK);
    assert_string_equal(show_plan(r.m, &r.plan), "6 token CCAT.ACT 4-5 C +1\n6 token CCAT.ACT 4-5 G -1\n"
                        "7 l2 CCATGACT 4-5 CCATCACT 4-5 0 +1\n8 cosine CCATGACT 4-5 CCATCACT 4-5 0 +1\n");
    assert_int_equal(r.plan.n_pass, 3);
    assert_true(r.score[0] == 0 && r.score[1] == 0 && r.score[2] == 0 && isnan(r.score[3]));
    assert_int_equal(add(&r, 9, 16, "G", "GC"), GS_FLAG_TOO_LONG);
    assert_true(isnan(r.score[0]) && r.score[1] == 0 && r.score[2] == 0);
    finish(&r);
}

/* More tokens than the model takes, as BPE makes of a stretch of N. */
static void test_too_many_tokens(void **state)
{
    (void)state;
    run r = start("{}", OPT(.strands = 1));
    r.m->tok->max_tokens = 7;
    assert_int_equal(add(&r, 0, 16, "G", "C"), GS_FLAG_N_CONTEXT);
    assert_int_equal(r.plan.n_pass, 0);
    finish(&r);
}

/* Special, unknown, with an N, beyond the head: none has a truth to be scored. */
static void test_clean(void **state)
{
    (void)state;
    gs_tokenizer tok = {.unk = 5};
    gs_model m = {.tok = &tok, .head_rows = 8};
    gs_scorer s = {.m = &m};
    gs_context c = {.seq = {"ACGTNACGTACG", "ACGTACGTACGN"}, .len = {12, 12}};
    int32_t ids[] = {0, 1, 2, 5, 7, 8}, beg[] = {-1, 0, 3, 6, 8, 10}, end[] = {-1, 3, 6, 8, 10, 11};
    gs_tokens t[2] = {{6, 6, ids, beg, end}, {6, 6, ids, beg, end}};
    gs_planning p = {.s = &s, .c = &c, .tokens = t};
    for (int i = 0; i < 6; i++) {
        assert_int_equal(gs_planning_clean(&p, GS_REF, i), i == 1 || i == 4);
        assert_int_equal(gs_planning_clean(&p, GS_ALT, i), i == 1 || i == 2 || i == 4);
    }
}

/* Tokens that follow the sequence: n of ref, m of alt, the change in the second. */
static gs_flag plan_distance(gs_pool pool, int n, int m, int change, gs_allele_kind kind, const uint8_t *aux)
{
    char *vocab[] = {"a"};
    gs_tokenizer tok = {.vocab = vocab, .n_vocab = 1};
    gs_model model = {.tok = &tok};
    gs_scorer s = {.m = &model, .pool = pool};
    gs_planner pl = {0};
    gs_plan plan = {0};
    gs_allele a = {.kind = kind};
    gs_context c = {.len = {30, 30}, .beg = {change, change}, .end = {change + 1, change + 1}};
    int32_t ids[3] = {0}, beg[] = {0, 10, 20}, end[] = {10, 20, 30};
    gs_tokens t[2] = {{n, n, ids, beg, end}, {m, m, ids, beg, end}};
    gs_mode_l2.plan(&(gs_planning){.s = &s, .mode = &gs_mode_l2, .pl = &pl, .plan = &plan, .a = &a, .c = &c,
                                   .tokens = t, .aux = aux, .n_aux_bytes = aux ? 1 : 0, .weight = 1});
    assert_int_equal(plan.n_probe, a.flag == GS_FLAG_OK);
    if (plan.n_probe)
        assert_ptr_equal(plan.probe[0].kind, &gs_probe_l2);
    gs_plan_free(&plan);
    return a.flag;
}

static void test_moving_tokens(void **state)
{
    (void)state;
    assert_int_equal(plan_distance(GS_POOL_FLAT, 3, 3, 15, GS_SNV, NULL), GS_FLAG_OK);
    assert_int_equal(plan_distance(GS_POOL_FLAT, 3, 2, 15, GS_SNV, NULL), GS_FLAG_N_CONTEXT);
    assert_int_equal(plan_distance(GS_POOL_TOKEN, 3, 2, 15, GS_SNV, NULL), GS_FLAG_OK);
    assert_int_equal(plan_distance(GS_POOL_TOKEN, 3, 2, 25, GS_SNV, NULL), GS_FLAG_N_CONTEXT); /* no alt token */
    assert_int_equal(plan_distance(GS_POOL_TOKEN, 2, 3, 25, GS_SNV, NULL), GS_FLAG_N_CONTEXT);
    assert_int_equal(plan_distance(GS_POOL_MEAN, 3, 2, 25, GS_SNV, NULL), GS_FLAG_OK);
    assert_int_equal(plan_distance(GS_POOL_MEAN, 3, 2, 25, GS_INDEL, (const uint8_t[]){1}), GS_FLAG_UNSUPPORTED);
    assert_int_equal(plan_distance(GS_POOL_MEAN, 3, 2, 25, GS_SNV, (const uint8_t[]){1}), GS_FLAG_OK);
}

/* ---- overlapping k-mers: tokens i .. i + k of AACCGGTTA, ids as letters ---- */

static void plan_kmers(int k, gs_readout readout, int reverse, const char *alt, int del, gs_flag flag, const char *want)
{
    char *vocab[] = {"a", "b", "c", "d", "e", "f", "g", "h", "."};
    gs_tokenizer tok = {.vocab = vocab, .n_vocab = 9, .unk = -1, .mask = 8, .k = k, .step = 1};
    gs_model m = {.tok = &tok, .head_rows = 8};
    gs_scorer s = {.m = &m, .readout = readout};
    gs_planner pl = {.owner = 3};
    gs_plan plan = {0};
    gs_allele a = {.del = del, .ins = del, .kind = del > 1 ? GS_MNV : GS_SNV};
    gs_context c = {.seq = {"AACCGGTTA", (char *)alt}, .len = {9, 9}, .beg = {4, 4}, .end = {4 + del, 4 + del}};
    int32_t beg[8], end[8], ids[2][8] = {{0, 1, 2, 3, 4, 5, 6, 7}, {7, 6, 5, 4, 3, 2, 1, 0}};
    int n = 9 - k + 1;
    for (int i = 0; i < n; i++)
        end[i] = (beg[i] = i) + k;
    gs_tokens t[2] = {{n, n, ids[0], beg, end}, {n, n, ids[1], beg, end}};
    gs_planning p = {.s = &s, .mode = &gs_mode_mlm, .pl = &pl, .plan = &plan, .a = &a, .c = &c, .tokens = t,
                     .reverse = reverse, .weight = 0.5f};
    gs_mode_mlm.plan(&p);
    assert_int_equal(a.flag, flag);
    assert_string_equal(show_plan(&m, &plan), want);
    free(pl.mask);
    gs_plan_free(&plan);
}

static void test_kmers(void **state)
{
    (void)state;
    plan_kmers(3, GS_READ_MARGINAL, 0, "AACCTGTTA", 1, GS_FLAG_OK, "3 base mass ab...fg 2-5 2 G>T +0.5\n");
    plan_kmers(3, GS_READ_MARGINAL, 0, "AACCTGATA", 3, GS_FLAG_OK, "3 base mass ab..... 2-5 2 G>T +0.5\n"
                                                                   "3 base mass ab..... 4-7 2 T>A +0.5\n");
    plan_kmers(3, GS_READ_TOKEN, 0, "AACCTGTTA", 1, GS_FLAG_OK, "3 token ab...fg 3-4 e +0.5\n"
                                                                "3 token ab...fg 3-4 d -0.5\n");
    plan_kmers(4, GS_READ_TOKEN, 0, "AACCTGTTA", 1, GS_FLAG_OK, "3 token a....f 3-4 e +0.5\n"
                                                                "3 token a....f 3-4 d -0.5\n");
    plan_kmers(4, GS_READ_TOKEN, 1, "AACCTGTTA", 1, GS_FLAG_OK, "3 token a....f 2-3 f +0.5\n"
                                                                "3 token a....f 2-3 c -0.5\n");
    plan_kmers(3, GS_READ_TOKEN, 0, "AACCTCTTA", 2, GS_FLAG_UNSUPPORTED, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mlm), cmocka_unit_test(test_unknown_bases), cmocka_unit_test(test_pll),
        cmocka_unit_test(test_pll_whole), cmocka_unit_test(test_wt), cmocka_unit_test(test_wt_margin),
        cmocka_unit_test(test_dense), cmocka_unit_test(test_dense_kmers),
        cmocka_unit_test(test_nothing_unmasked), cmocka_unit_test(test_distances), cmocka_unit_test(test_several_modes),
        cmocka_unit_test(test_too_many_tokens), cmocka_unit_test(test_clean), cmocka_unit_test(test_moving_tokens),
        cmocka_unit_test(test_kmers),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    clean_scratch();
    return failed;
}
