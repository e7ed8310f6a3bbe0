/* Tokenizers on small vocabularies; published ones are tested with the goldens. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "token/token.h"

static const char *const base_vocab[] = {"A", "C", "G", "T", "N", "[MASK]"};
static const char *const pair_vocab[] = {"<unk>", "<pad>", "<mask>", "<cls>", "AA", "AC", "AG", "AT", "CA", "CC", "CG",
                                         "CT", "GA", "GC", "GG", "GT", "TA", "TC", "TG", "TT", "A", "C", "G", "T", "N"};

static gs_tokenizer *base(int cls, int sep, int unk)
{
    gs_err e = {0};
    gs_tokenizer_spec s = {"base", 6, base_vocab, unk, 5, cls, sep, -1, 1, 0, NULL, NULL, {0}};
    gs_tokenizer *t = gs_tokenizer_new(&s, &e);
    assert_non_null(t);
    return t;
}

static gs_tokenizer *pairs(void)
{
    gs_err e = {0};
    gs_tokenizer_spec s = {"kmer", 25, pair_vocab, 0, 2, 3, -1, 1, 2, 0, NULL, NULL, {0}};
    gs_tokenizer *t = gs_tokenizer_new(&s, &e);
    assert_non_null(t);
    return t;
}

/* "id:beg-end ..." */
static const char *shown(const gs_tokens *t)
{
    static char out[1000];
    size_t at = 0;
    out[0] = 0;
    for (int i = 0; i < t->n; i++)
        at += (size_t)snprintf(out + at, sizeof out - at, "%s%d:%d-%d", i ? " " : "", t->ids[i], t->beg[i], t->end[i]);
    return out;
}

static const char *encoded(const gs_tokenizer *t, const char *seq, int window)
{
    gs_err e = {0};
    gs_tokens out = {0};
    assert_int_equal((window ? gs_encode_window : gs_encode)(t, seq, (int64_t)strlen(seq), &out, &e), 0);
    const char *s = shown(&out);
    gs_tokens_free(&out);
    return s;
}

static void test_base(void **state)
{
    (void)state;
    gs_tokenizer *t = base(-1, -1, 4);
    assert_string_equal(encoded(t, "AcgTNR", 0), "0:0-1 1:1-2 2:2-3 3:3-4 4:4-5 4:5-6");
    assert_string_equal(encoded(t, "AcgTNR", 1), "0:0-1 1:1-2 2:2-3 3:3-4 4:4-5 4:5-6");
    assert_string_equal(encoded(t, "", 0), "");
    gs_tokenizer_free(t);
    t = base(5, 4, 4);
    assert_string_equal(encoded(t, "G", 0), "5:-1--1 2:0-1 4:-1--1");
    gs_tokenizer_free(t);
}

static void test_base_without_unknown(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_tokens out = {0};
    gs_tokenizer *t = base(-1, -1, -1);
    assert_int_equal(gs_encode(t, "ACR", 3, &out, &e), -GS_EUSAGE);
    assert_non_null(strstr(e.msg, "base R at position 3"));
    gs_tokens_free(&out);
    gs_tokenizer_free(t);
}

static void test_kmer(void **state)
{
    (void)state;
    gs_tokenizer *t = pairs();
    assert_string_equal(encoded(t, "ACGTA", 0), "3:-1--1 5:0-2 15:2-4 20:4-5");
    assert_string_equal(encoded(t, "ANAC", 0), "3:-1--1 20:0-1 24:1-2 5:2-4");       /* N restarts the frame */
    assert_string_equal(encoded(t, "ACacrGT", 0), "3:-1--1 5:0-2 0:2-5 15:5-7");     /* a run is one unknown */
    assert_string_equal(encoded(t, "xx", 0), "3:-1--1 0:0-2");
    assert_string_equal(encoded(t, "", 0), "3:-1--1");
    gs_tokenizer_free(t);
}

static void test_kmer_window(void **state)
{
    (void)state;
    gs_tokenizer *t = pairs();
    assert_string_equal(encoded(t, "ACNTACG", 1), "3:-1--1 5:0-2 24:2-4 5:4-6 22:6-7"); /* N does not move the frame */
    assert_string_equal(encoded(t, "N", 1), "3:-1--1 24:0-1");
    gs_tokenizer_free(t);
}

/* One token per base, k - 1 fewer at the end. */
static void test_kmer_overlap(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_tokenizer_spec s = {"kmers", 25, pair_vocab, 0, 2, 3, 1, 1, 2, 0, NULL, NULL, {0}};
    gs_tokenizer *t = gs_tokenizer_new(&s, &e);
    assert_non_null(t);
    assert_int_equal(t->step, 1);
    assert_string_equal(encoded(t, "ACGN", 0), "3:-1--1 5:0-2 10:1-3 0:2-4 1:-1--1");
    assert_string_equal(encoded(t, "AcG", 1), "3:-1--1 0:0-2 0:1-3 1:-1--1");
    assert_string_equal(encoded(t, "A", 0), "3:-1--1 1:-1--1");
    t->lead = 24; /* as a species */
    assert_string_equal(encoded(t, "AA", 0), "3:-1--1 24:-1--1 4:0-2 1:-1--1");
    gs_tokenizer_free(t);
    s.k = 3;
    assert_null(gs_tokenizer_new(&s, &e));
    assert_non_null(strstr(e.msg, "no 3-mers"));
}

static void ids_are(const gs_tokenizer *t, int offset, char base, const char *want)
{
    char got[200] = "";
    gs_id_list list = gs_kmer_ids(t, offset, base);
    for (int i = 0; i < list.n; i++)
        sprintf(got + strlen(got), "%s%d", i ? " " : "", list.ids[i]);
    assert_string_equal(got, want);
}

/* Whole and cut: only what is there is listed, in the order of ids. */
static void test_kmer_ids(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_tokenizer_spec s = {"kmers", 25, pair_vocab, 0, 2, 3, 1, 1, 2, 0, NULL, NULL, {0}};
    gs_tokenizer *t = gs_tokenizer_new(&s, &e);
    ids_are(t, 0, 0, "4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19");
    ids_are(t, 0, 'C', "8 9 10 11");
    ids_are(t, 1, 'C', "5 9 13 17");
    ids_are(t, 1, 'T', "7 11 15 19");
    ids_are(t, 1, 'N', "");
    ids_are(t, 2, 'A', "");
    ids_are(t, -1, 'A', "");
    gs_tokenizer_free(t);
    s.n = 10;
    t = gs_tokenizer_new(&s, &e);
    ids_are(t, 0, 0, "4 5 6 7 8 9");
    ids_are(t, 1, 'C', "5 9");
    ids_are(t, 0, 'G', "");
    gs_tokenizer_free(t);
    t = pairs();
    ids_are(t, 0, 'A', "4 5 6 7");
    gs_tokenizer_free(t);
}

/* k is what the kind says where there is one token a base. */
static void test_k_of_single_bases(void **state)
{
    (void)state;
    static const char *const kinds[] = {"base", "base_exact", "bpe"};
    gs_bpe_spec bpe = {0};
    for (int i = 0; i < 3; i++)
        for (int k = 1; k <= 2; k++) {
            gs_err e = {0};
            gs_tokenizer_spec s = {kinds[i], 25, pair_vocab, 0, 2, 3, 1, 1, k, 0, &bpe, NULL, {0}};
            gs_tokenizer *t = gs_tokenizer_new(&s, &e);
            assert_true((t != NULL) == (k == 1));
            assert_int_equal(e.code, t ? GS_OK : GS_EMODEL);
            gs_tokenizer_free(t);
        }
}

static const char *const bpe_vocab[] = {"?", "A", "C", "AA", "AAA", "AC", "AAAC", "AAAA"};
static const int32_t bpe_merges[] = {1, 1, 3, 1, 4, 2, 3, 3}; /* A A, AA A, AAA C, AA AA */

/* The best rank first, the leftmost of the same rank first; candidates that others overtook do not count. */
static void test_bpe(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_bpe_spec bpe = {.n_merges = 4, .merges = bpe_merges};
    gs_tokenizer_spec s = {"bpe", 8, bpe_vocab, 0, -1, -1, -1, -1, 1, 0, &bpe, NULL, {0}};
    gs_tokenizer *t = gs_tokenizer_new(&s, &e);
    assert_non_null(t);
    assert_string_equal(encoded(t, "AAA", 0), "4:0-3");
    assert_string_equal(encoded(t, "AAAA", 0), "7:0-4");
    assert_string_equal(encoded(t, "AAAAAC", 0), "3:0-2 6:2-6");
    assert_string_equal(encoded(t, "AAACGAA", 0), "6:0-4 0:4-5 3:5-7");
    gs_tokenizer_free(t);
    s.unk = -1; /* what has no token is left out */
    t = gs_tokenizer_new(&s, &e);
    assert_string_equal(encoded(t, "GAGA", 0), "3:1-4");
    gs_tokenizer_free(t);
}

static void test_bad_bpe(void **state)
{
    (void)state;
    gs_err e = {0};
    const int32_t none[] = {2, 2}, beyond[] = {1, 8};
    gs_bpe_spec bpe = {.n_merges = 1, .merges = none};
    gs_tokenizer_spec s = {"bpe", 8, bpe_vocab, 0, -1, -1, -1, -1, 1, 0, &bpe, NULL, {0}};
    assert_null(gs_tokenizer_new(&s, &e));
    assert_non_null(strstr(e.msg, "merges C and C to what is not in its vocabulary"));
    e = (gs_err){0};
    bpe.merges = beyond;
    assert_null(gs_tokenizer_new(&s, &e));
    assert_non_null(strstr(e.msg, "merge 0"));
    bpe = (gs_bpe_spec){.run = 'N', .run_least = 3, .run_as = 8};
    assert_null(gs_tokenizer_new(&s, NULL));
    s.bpe = NULL;
    assert_null(gs_tokenizer_new(&s, NULL));
}

/* A long word: n log n, not n squared. */
static void test_long_bpe(void **state)
{
    (void)state;
    enum { LONG = 2000000 };
    gs_err e = {0};
    gs_tokens out = {0};
    gs_bpe_spec bpe = {.n_merges = 4, .merges = bpe_merges};
    gs_tokenizer_spec s = {"bpe", 8, bpe_vocab, 0, -1, -1, -1, -1, 1, 0, &bpe, NULL, {0}};
    gs_tokenizer *t = gs_tokenizer_new(&s, &e);
    char *seq = malloc(LONG);
    assert_non_null(seq);
    memset(seq, 'A', LONG);
    assert_int_equal(gs_encode(t, seq, LONG, &out, &e), 0);
    assert_int_equal(out.n, LONG / 4);
    free(seq);
    gs_tokens_free(&out);
    gs_tokenizer_free(t);
}

static void test_bad_specs(void **state)
{
    (void)state;
    const gs_tokenizer_spec good = {"base", 6, base_vocab, 4, 5, -1, -1, -1, 1, 0, NULL, NULL, {0}};
    gs_tokenizer_spec s = good;
    gs_err e = {0};
    s.kind = "syllables";
    assert_null(gs_tokenizer_new(&s, &e));
    assert_non_null(strstr(e.msg, "syllables"));
    s = good, s.mask = 6;
    assert_null(gs_tokenizer_new(&s, NULL));
    s = good, s.unk = -2;
    assert_null(gs_tokenizer_new(&s, NULL));
    s = good, s.n = 0;
    assert_null(gs_tokenizer_new(&s, NULL));
    s = good, s.k = 0;
    assert_null(gs_tokenizer_new(&s, NULL));
    s = good, s.kind = "kmer", s.n = 3; /* no T */
    s.unk = s.mask = -1;
    e = (gs_err){0};
    assert_null(gs_tokenizer_new(&s, &e));
    assert_non_null(strstr(e.msg, "no token for the base T"));
}

static void test_length_overflow(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_tokens out = {0};
    gs_tokenizer *t = pairs();
    assert_int_equal(gs_encode(t, "A", (int64_t)INT_MAX, &out, &e), -GS_EUSAGE);
    assert_int_equal(gs_encode(t, "A", INT64_MAX, &out, NULL), -GS_EUSAGE);
    assert_int_equal(gs_encode_window(t, "A", -1, &out, NULL), -GS_EUSAGE);
    gs_tokens_free(&out);
    gs_tokenizer_free(t);
}

static void test_lookup(void **state)
{
    (void)state;
    gs_tokenizer *t = pairs();
    for (int i = 0; i < 25; i++)
        assert_int_equal(gs_token_id(t, pair_vocab[i], (int)strlen(pair_vocab[i])), i);
    assert_int_equal(gs_token_id(t, "AAA", 3), -1);
    assert_int_equal(gs_token_id(t, "AAA", 2), 4);
    gs_tokenizer_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base), cmocka_unit_test(test_base_without_unknown), cmocka_unit_test(test_kmer),
        cmocka_unit_test(test_kmer_window), cmocka_unit_test(test_kmer_overlap), cmocka_unit_test(test_kmer_ids),
        cmocka_unit_test(test_k_of_single_bases), cmocka_unit_test(test_bpe), cmocka_unit_test(test_bad_bpe),
        cmocka_unit_test(test_long_bpe), cmocka_unit_test(test_bad_specs), cmocka_unit_test(test_length_overflow),
        cmocka_unit_test(test_lookup)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
