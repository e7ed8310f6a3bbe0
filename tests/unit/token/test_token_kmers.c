/* Tokenizers that cut k-mers in a frame, and what is listed of vocabularies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "token/token.h"

/* k = 2; AC is a word of text (5), too, and k-mers begin at <dna>. */
static const char *const vocab[] = {"<oov>", "<s>",   "A",      "C",  "G",  "AC", "T",  "a",  "<x>", "<0x4E>",
                                    "<dna>", "</dna>", "AA", "AC", "AG", "CA", "CC", "GT", "TT"};
enum { OOV, START, A, C, G, AC_TEXT, T, LOWER_A, X, BYTE_N, OPEN, CLOSE, AA, AC, AG, CA, CC, GT, TT, N };

static gs_tokenizer *make(const char *kind, int k, int unk, int window_cls)
{
    static const int32_t merges[] = {A, C}, added[] = {START, X};
    const gs_bpe_spec bpe = {.n_merges = 1, .merges = merges, .words = GS_WORDS_GPT2};
    gs_err e = {0};
    gs_tokenizer *t = gs_tokenizer_new(&(gs_tokenizer_spec){.kind = kind, .n = N, .vocab = vocab, .unk = unk,
            .mask = -1,
                                                            .cls = -1, .sep = -1, .pad = -1, .k = k, .bpe = &bpe,
                                                            .window_cls = &window_cls, .added = {added, 2}}, &e);
    if (!t)
        fail_msg("%s", e.msg);
    return t;
}

/* "id:beg-end ..."; window: as a scoring window. */
static void check(const gs_tokenizer *t, int window, const char *seq, const char *want)
{
    char got[400] = "";
    gs_tokens out = {0};
    gs_err e = {0};
    if ((window ? gs_encode_window : gs_encode)(t, seq, (int64_t)strlen(seq), &out, &e))
        fail_msg("%s", e.msg);
    for (int i = 0; i < out.n; i++) {
        sprintf(got + strlen(got), "%s%d", i ? " " : "", out.ids[i]);
        if (out.beg[i] >= 0)
            sprintf(got + strlen(got), ":%d-%d", out.beg[i], out.end[i]);
    }
    assert_string_equal(got, want);
    gs_tokens_free(&out);
}

static void refused(const gs_tokenizer *t, const char *seq, const char *says)
{
    gs_tokens out = {0};
    gs_err e = {0};
    assert_true(gs_encode(t, seq, (int64_t)strlen(seq), &out, &e) < 0);
    assert_non_null(strstr(e.msg, says));
    gs_tokens_free(&out);
}

/* What is left of a run is one unknown token; windows are cut to whole k-mers behind their first token. */
static void test_runs(void **state)
{
    (void)state;
    gs_tokenizer *t = make("kmer_run", 2, OOV, START);
    check(t, 0, "AACAG", "12:0-2 15:2-4 4:4-5");
    check(t, 0, "AANAaCCx", "12:0-2 0:2-4 7:4-5 16:5-7 0:7-8");
    check(t, 0, "<s>AC<x>A", "1 5:3-5 8 2:8-9");
    check(t, 0, "<y>AC", "0:0-1 0:1-2 0:2-3 5:3-5");
    check(t, 0, "", "");
    check(t, 1, "AACAG", "1 12:0-2 15:2-4");
    check(t, 1, "NACAA", "1 0:0-2 15:2-4");
    check(t, 1, "A", "1");
    assert_int_equal(t->step, 2);
    gs_tokenizer_free(t);
    t = make("kmer_run", 2, -1, -1);
    check(t, 1, "AACA", "12:0-2 15:2-4");
    refused(t, "AATA", "base T at position 3");
    gs_tokenizer_free(t);
}

/* Any letters, and what is left of them; capitals and words within a codon. */
static void test_frames(void **state)
{
    (void)state;
    gs_tokenizer *t = make("kmer_cut", 2, OOV, -1);
    check(t, 0, "AaACA", "0:0-2 5:2-4 2:4-5");
    check(t, 1, "AANCC", "12:0-2 0:2-4 3:4-5");
    gs_tokenizer_free(t);
    t = make("codon", 2, OOV, -1);
    check(t, 0, "aacAg", "12:0-2 15:2-4 4:4-5");
    check(t, 0, "A-A CC", "2:0-1 0:1-2 2:2-3 16:4-6");
    check(t, 0, "--A*", "0:0-2 2:2-3 0:3-4");
    check(t, 0, "  ", "");
    check(t, 1, "AACAG", "12:0-2 15:2-4 4:4-5");
    gs_tokenizer_free(t);
}

/* Text is text, and a k-mer is never a word of it that is spelled alike. */
static void test_hybrid(void **state)
{
    (void)state;
    gs_tokenizer *t = make("hybrid", 2, OOV, OPEN);
    check(t, 0, "ACA", "5:0-2 2:2-3");
    check(t, 0, "<dna>ACA", "10 13:5-7 12:7-8");
    check(t, 0, "<dna>acnAT", "10 13:5-7 0:7-9 0:9-10");
    check(t, 0, "A <dna> CC </dna> AC", "2:0-1 10 16:8-10 11 5:18-20");
    check(t, 0, "<dna></dna>", "10 11");
    check(t, 0, "<dna>AC</dna><dna>AA", "10 13:5-7 11 10 12:18-20");
    check(t, 0, "AC</dna>AC", "13:0-2 11 5:8-10");
    check(t, 0, "AC<x>A<dna>CA", "5:0-2 8 2:5-6 10 15:11-13");
    check(t, 1, "ACCAA", "10 13:0-2 15:2-4 12:4-5");
    check(t, 1, "NNTT", "10 0:0-2 18:2-4");
    gs_tokenizer_free(t);
}

/* DNA of a file is given to tokenizers of text as windows are, unless it says so itself. */
static void test_sequence(void **state)
{
    (void)state;
    static const struct { const char *kind, *seq; int window; } cases[] = {
        {"hybrid", "ACCAA", 1}, {"hybrid", "<dna>AC", 0}, {"kmer_run", "AACAG", 1}, {"kmer_run", "<s>AACAG", 0},
        {"codon", "AACAG", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gs_tokens a = {0}, b = {0};
        gs_tokenizer *t = make(cases[i].kind, 2, OOV, strcmp(cases[i].kind, "hybrid") ? START : OPEN);
        int64_t n = (int64_t)strlen(cases[i].seq);
        assert_int_equal(gs_encode_sequence(t, cases[i].seq, n, &a, NULL), 0);
        assert_int_equal((cases[i].window ? gs_encode_window : gs_encode)(t, cases[i].seq, n, &b, NULL), 0);
        assert_int_equal(a.n, b.n);
        assert_memory_equal(a.ids, b.ids, sizeof *a.ids * (size_t)a.n);
        gs_tokens_free(&a);
        gs_tokens_free(&b);
        gs_tokenizer_free(t);
    }
}

/* An entry may stand for a byte. */
static void test_byte(void **state)
{
    (void)state;
    gs_tokenizer *t = make("base_exact", 1, -1, START);
    check(t, 0, "ANa", "2:0-1 9:1-2 7:2-3");
    check(t, 1, "AC", "1 2:0-1 3:1-2");
    refused(t, "AR", "base R");
    gs_tokenizer_free(t);
}

static void ids_are(gs_id_list list, const char *want)
{
    char got[200] = "";
    for (int i = 0; i < list.n; i++)
        sprintf(got + strlen(got), "%s%d", i ? " " : "", list.ids[i]);
    assert_string_equal(got, want);
}

static void test_lists(void **state)
{
    (void)state;
    gs_tokenizer *t = make("hybrid", 2, OOV, OPEN);
    ids_are(gs_kmer_ids(t, 0, 0), "12 13 14 15 16 17 18");
    ids_are(gs_kmer_ids(t, 0, 'A'), "12 13 14");
    ids_are(gs_kmer_ids(t, 1, 'T'), "17 18");
    ids_are(gs_kmer_ids(t, 2, 'T'), "");
    ids_are(gs_word_ids(t, 'A'), "2 5 12 13 14");
    ids_are(gs_word_ids(t, 'T'), "6 18");
    ids_are(gs_word_ids(t, 0), "2 3 4 5 6 12 13 14 15 16 17 18");
    ids_are(gs_word_ids(t, 'N'), "");
    gs_tokenizer_free(t);
    t = make("base_exact", 1, -1, -1);
    ids_are(gs_kmer_ids(t, 0, 0), "2 3 4 6"); /* a is another letter here */
    ids_are(gs_kmer_ids(t, 0, 'G'), "4");
    gs_tokenizer_free(t);
}

/* One token a base in lower case, as MarinDNA has it. */
static void test_lists_lower(void **state)
{
    (void)state;
    static const char *const lower[] = {"[UNK]", "a", "c", "g", "t"};
    const gs_bpe_spec bpe = {.lowercase = 1};
    gs_err e = {0};
    gs_tokenizer *t = gs_tokenizer_new(&(gs_tokenizer_spec){.kind = "bpe", .n = 5, .vocab = lower, .mask = -1,
                                                            .cls = -1, .sep = -1, .pad = -1, .k = 1, .bpe = &bpe},
            &e);
    assert_non_null(t);
    ids_are(gs_kmer_ids(t, 0, 0), "1 2 3 4");
    ids_are(gs_kmer_ids(t, 0, 'C'), "2");
    ids_are(gs_word_ids(t, 'T'), "4");
    gs_tokenizer_free(t);
}

static void test_bad(void **state)
{
    (void)state;
    static const int32_t outside[] = {N};
    const gs_bpe_spec bpe = {0};
    const gs_tokenizer_spec good = {.kind = "hybrid", .n = N, .vocab = vocab, .unk = -1, .mask = -1, .cls = -1,
                                    .sep = -1, .pad = -1, .k = 2, .bpe = &bpe};
    gs_tokenizer_spec s = good;
    gs_err e = {0};
    s.n = CLOSE;
    assert_null(gs_tokenizer_new(&s, &e));
    assert_non_null(strstr(e.msg, "lacks <dna>, </dna> or <oov>"));
    s = good;
    e = (gs_err){0};
    s.added = (gs_id_list){outside, 1};
    assert_null(gs_tokenizer_new(&s, &e));
    assert_non_null(strstr(e.msg, "added token 19 is not in its vocabulary"));
    s = good;
    e = (gs_err){0};
    s.window_cls = &(const int){N};
    assert_null(gs_tokenizer_new(&s, &e));
    assert_non_null(strstr(e.msg, "special token 19 is not in its vocabulary"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_runs),   cmocka_unit_test(test_frames),
                                       cmocka_unit_test(test_hybrid), cmocka_unit_test(test_byte),
                                       cmocka_unit_test(test_sequence),
                                       cmocka_unit_test(test_lists),  cmocka_unit_test(test_lists_lower),
                                       cmocka_unit_test(test_bad)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
