/* Alleles against the reference, and the windows around them. */
#include "fasta_scratch.h"
#include "genome/window.h"

/*                  0         1         2         3         4        */
/*                  0123456789012345678901234567890123456789012345678 */
#define CHR "GATTACAGATTACAcccgggtttaaaNNNNACGTRYKMACGTACGTAGC"
#define MITO "ACGTTGCA"

static gs_ref *open_ref(void)
{
    gs_err e = {0};
    gs_ref *r = gs_ref_open(put_text("w.fa", ">c\n" CHR "\n>chrM\n" MITO "\n"), NULL, &e);
    if (!r)
        fail_msg("%s", e.msg);
    return r;
}

static gs_flag check(gs_ref *r, const char *contig, int64_t pos, const char *ref, const char *alt)
{
    gs_err e = {0};
    gs_allele a = gs_allele_parse(gs_ref_find(r, contig, 0), pos, ref, alt);
    assert_int_equal(gs_allele_check(&a, r, NULL, 0, &e), 0);
    return a.flag;
}

static void places(void **state)
{
    (void)state;
    gs_ref *r = open_ref();
    int64_t n = (int64_t)strlen(CHR), m = (int64_t)strlen(MITO);
    assert_int_equal(check(r, "absent", 0, "A", "C"), GS_FLAG_NO_CONTIG);
    assert_int_equal(check(r, "c", -1, "N", "NA"), GS_FLAG_NONACGT);
    assert_int_equal(check(r, "c", -1, "A", "C"), GS_FLAG_EDGE);
    assert_int_equal(check(r, "c", n, "A", "C"), GS_FLAG_EDGE);
    assert_int_equal(check(r, "c", n + 1, "A", "C"), GS_FLAG_OUTSIDE);
    assert_int_equal(check(r, "c", INT64_MAX, "A", "C"), GS_FLAG_OUTSIDE);
    assert_int_equal(check(r, "c", -2, "A", "C"), GS_FLAG_MALFORMED);
    assert_int_equal(check(r, "c", n - 1, "C", "A"), GS_FLAG_OK);
    assert_int_equal(check(r, "c", n - 1, "CA", "C"), GS_FLAG_OUTSIDE);
    assert_int_equal(check(r, "c", n, "A", "A"), GS_FLAG_EDGE);
    assert_int_equal(check(r, "c", n, "A", "<DEL>"), GS_FLAG_SYMBOLIC);
    assert_int_equal(check(r, "chrM", m - 1, "AAC", "A"), GS_FLAG_OK);
    assert_int_equal(check(r, "chrM", m - 1, "AACGTTGC", "A"), GS_FLAG_OK);
    assert_int_equal(check(r, "chrM", m - 1, "AACGTTGCA", "A"), GS_FLAG_OUTSIDE);
    assert_int_equal(check(r, "chrM", m, "A", "C"), GS_FLAG_EDGE);
    gs_ref_close(r);
}

static void bases(void **state)
{
    (void)state;
    gs_ref *r = open_ref();
    assert_int_equal(check(r, "c", 0, "G", "A"), GS_FLAG_OK);
    assert_int_equal(check(r, "c", 14, "CCC", "c"), GS_FLAG_OK);
    assert_int_equal(check(r, "c", 0, "G", "g"), GS_FLAG_SAME);
    assert_int_equal(check(r, "c", 0, "A", "A"), GS_FLAG_REF_MISMATCH);
    assert_int_equal(check(r, "c", 26, "A", "C"), GS_FLAG_NONACGT);   /* over N */
    assert_int_equal(check(r, "c", 34, "A", "C"), GS_FLAG_NONACGT);   /* over R */
    assert_int_equal(check(r, "c", 34, "C", "A"), GS_FLAG_NONACGT);   /* also where R does not include it */
    assert_int_equal(check(r, "c", 34, "A", "AT"), GS_FLAG_OK);       /* R as an anchor only */
    assert_int_equal(check(r, "c", 34, "C", "CT"), GS_FLAG_REF_MISMATCH);
    assert_int_equal(check(r, "c", 25, "AT", "A"), GS_FLAG_NONACGT);
    assert_int_equal(check(r, "c", 24, "CAT", "CA"), GS_FLAG_NONACGT); /* before the mismatch */
    assert_int_equal(check(r, "c", 29, "TA", "TC"), GS_FLAG_OK);
    char where[6];
    gs_err e = {0};
    gs_allele a = gs_allele_parse(0, 14, "CCCTTTT", "C");
    assert_int_equal(gs_allele_check(&a, r, where, sizeof where, &e), 0);
    assert_int_equal(a.flag, GS_FLAG_REF_MISMATCH);
    assert_string_equal(where, "CCCGG");
    gs_ref_close(r);
}

static void long_deletion(void **state)
{
    (void)state;
    enum { N = 20000 };
    char *text = malloc(N + 4), *ref = calloc(N, 1);
    memcpy(text, ">c\n", 3);
    random_bases(text + 3, N, 1);
    text[N + 3] = 0;
    memcpy(ref, text + 3 + 100, 15000);
    gs_err e = {0};
    gs_ref *r = gs_ref_open(put_text("long.fa", text), NULL, &e);
    char anchor[2] = {ref[0]};
    assert_int_equal(check(r, "c", 100, ref, anchor), GS_FLAG_OK);
    ref[14000] = ref[14000] == 'A' ? 'C' : 'A';
    assert_int_equal(check(r, "c", 100, ref, anchor), GS_FLAG_REF_MISMATCH);
    gs_ref_close(r);
    free(text);
    free(ref);
}

static void expect_window(gs_window *w, gs_ref *r, int rid, int64_t pos, const char *ref, const char *alt, int len,
                          const char *want_ref, const char *want_alt, int focus)
{
    gs_err e = {0};
    gs_allele a = gs_allele_parse(rid, pos, ref, alt);
    assert_int_equal(gs_allele_check(&a, r, NULL, 0, &e), 0);
    if (gs_window_make(w, r, &a, pos - len / 2, len, &e))
        fail_msg("%s", e.msg);
    assert_string_equal(w->ref, want_ref);
    assert_string_equal(w->alt, want_alt);
    assert_int_equal(w->beg, pos - len / 2);
    assert_int_equal(w->len, len);
    assert_int_equal(w->focus, focus);
}

static void windows(void **state)
{
    (void)state;
    gs_ref *r = open_ref();
    gs_window w = {0};
    expect_window(&w, r, 0, 10, "T", "g", 8, "AGATTACA", "AGATGACA", 4);
    expect_window(&w, r, 0, 10, "T", "g", 9, "AGATTACAC", "AGATGACAC", 4);
    expect_window(&w, r, 0, 9, "TTA", "T", 8, "CAGATTAC", "CAGATCAC", 5);
    expect_window(&w, r, 0, 10, "T", "TCCC", 8, "AGATTACA", "AGATTCCC", 5);
    expect_window(&w, r, 0, 14, "ccc", "CTC", 10, "TTACACCCGG", "TTACACTCGG", 6);
    expect_window(&w, r, 0, 1, "A", "C", 8, "NNNGATTA", "NNNGCTTA", 4);
    expect_window(&w, r, 0, 48, "C", "A", 8, "GTAGCNNN", "GTAGANNN", 4);
    expect_window(&w, r, 0, 20, "TTT", "AG", 12, "CCCGGGTTTAAA", "CCCGGGAGAAAN", 6);
    expect_window(&w, r, 0, 0, "G", "G", 6, "NNNGAT", "NNNGAT", 4);
    expect_window(&w, r, 0, 29, "TA", "TC", 8, "ANNNNACG", "ANNNNCCG", 5);
    expect_window(&w, r, 1, 0, "A", "C", 6, "GCAACG", "GCACCG", 3);
    expect_window(&w, r, 1, 7, "A", "AGG", 6, "TGCAAC", "TGCAGG", 4);
    expect_window(&w, r, 1, 7, "AAC", "A", 8, "TTGCAACG", "TTGCAGTT", 5);
    expect_window(&w, r, 1, 0, "A", "T", 30, "CGTTGCAACGTTGCAACGTTGCAACGTTGC", "CGTTGCAACGTTGCATCGTTGCAACGTTGC", 15);
    gs_window_free(&w);
    gs_ref_close(r);
}

static void refused(void **state)
{
    (void)state;
    gs_ref *r = open_ref();
    gs_window w = {0};
    gs_err e = {0};
    gs_allele a = gs_allele_parse(0, 0, "GATTACAGA", "G");
    assert_int_equal(gs_window_make(&w, r, &a, a.pos - 3, 10, &e), -GS_EINTERNAL);
    e = (gs_err){0};
    a = gs_allele_parse(0, 0, "G", "<DEL>");
    assert_int_equal(gs_window_make(&w, r, &a, a.pos - 5, 10, &e), -GS_EINTERNAL);
    gs_window_free(&w);
    gs_ref_close(r);
}

static void reverse(void **state)
{
    (void)state;
    char even[] = "ACGTNN", odd[] = "AACNG", one[] = "C", none[] = "";
    gs_revcomp(even, 6);
    assert_string_equal(even, "NNACGT");
    gs_revcomp(odd, 5);
    assert_string_equal(odd, "CNGTT");
    gs_revcomp(one, 1);
    assert_string_equal(one, "G");
    gs_revcomp(none, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places), cmocka_unit_test(bases), cmocka_unit_test(long_deletion), cmocka_unit_test(windows),
        cmocka_unit_test(refused), cmocka_unit_test(reverse),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
