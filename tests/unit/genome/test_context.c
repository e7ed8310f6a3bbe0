/* Alleles against the reference, and what a model is shown of them. */
#include "fasta_scratch.h"
#include "genome/context.h"

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
    static const struct { const char *ref, *alt; int swapped; } cases[] = {
        {"A", "C", 1}, {"A", "cccg", 1}, {"TTTT", "CCCG", 1}, {"A", "T", 0}, {"A", "CT", 0},
        {"CCCTTTT", "C", 0}, {"CT", "C", 0},   /* an anchor fits anyway */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        a = gs_allele_parse(0, 14, cases[i].ref, cases[i].alt);
        assert_int_equal(gs_allele_swapped(&a, r, &e), cases[i].swapped);
    }
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

/* What a context shows: ref, alt, and where they start on the contig and the change in them. */
typedef struct { const char *ref, *alt; int64_t start; int beg; } shown;

static void expect_context(const gs_context_kind *kind, const gs_grid *g, gs_ref *r, gs_allele a, const shown *want)
{
    gs_err e = {0};
    gs_context c = {0};
    assert_int_equal(gs_allele_check(&a, r, NULL, 0, &e), 0);
    if (kind->make(&c, g, r, &a, &e))
        fail_msg("%s", e.msg);
    assert_true(a.flag == GS_FLAG_OK || a.flag == GS_FLAG_SAME);
    assert_string_equal(c.seq[GS_REF], want->ref);
    assert_string_equal(c.seq[GS_ALT], want->alt);
    assert_int_equal(c.len[GS_REF], strlen(want->ref));
    assert_int_equal(c.len[GS_ALT], strlen(want->alt));
    assert_int_equal(c.rid, a.rid);
    assert_int_equal(c.start, want->start);
    for (int side = GS_REF; side <= GS_ALT; side++)
        assert_int_equal(c.beg[side], want->beg);
    assert_int_equal(c.end[GS_REF], want->beg + a.del);
    assert_int_equal(c.end[GS_ALT], want->beg + a.ins);
    gs_context_free(&c);
}

static void expect_centred(gs_ref *r, gs_allele a, const char *ref, const char *alt, int beg)
{
    gs_grid g = {.window = (int)strlen(ref)};
    expect_context(&gs_context_centred, &g, r, a, &(shown){ref, alt, a.pos - g.window / 2, beg});
}

#define ALLELE(rid, pos, ref, alt) gs_allele_parse(rid, pos, ref, alt)

static void centred(void **state)
{
    (void)state;
    gs_ref *r = open_ref();
    expect_centred(r, ALLELE(0, 10, "T", "g"), "AGATTACA", "AGATGACA", 4);
    expect_centred(r, ALLELE(0, 10, "T", "g"), "AGATTACAC", "AGATGACAC", 4);
    expect_centred(r, ALLELE(0, 9, "TTA", "T"), "CAGATTAC", "CAGATCAC", 5);
    expect_centred(r, ALLELE(0, 10, "T", "TCCC"), "AGATTACA", "AGATTCCC", 5);
    expect_centred(r, ALLELE(0, 14, "ccc", "CTC"), "TTACACCCGG", "TTACACTCGG", 6);
    expect_centred(r, ALLELE(0, 1, "A", "C"), "NNNGATTA", "NNNGCTTA", 4);
    expect_centred(r, ALLELE(0, 48, "C", "A"), "GTAGCNNN", "GTAGANNN", 4);
    expect_centred(r, ALLELE(0, 20, "TTT", "AG"), "CCCGGGTTTAAA", "CCCGGGAGAAAN", 6);
    expect_centred(r, ALLELE(0, 0, "G", "G"), "NNNGAT", "NNNGAT", 4);
    expect_centred(r, ALLELE(0, 29, "TA", "TC"), "ANNNNACG", "ANNNNCCG", 5);
    expect_centred(r, ALLELE(1, 0, "A", "C"), "GCAACG", "GCACCG", 3);
    expect_centred(r, ALLELE(1, 7, "A", "AGG"), "TGCAAC", "TGCAGG", 4);
    expect_centred(r, ALLELE(1, 7, "AAC", "A"), "TTGCAACG", "TTGCAGTT", 5);
    expect_centred(r, ALLELE(1, 0, "A", "T"), "CGTTGCAACGTTGCAACGTTGCAACGTTGC", "CGTTGCAACGTTGCATCGTTGCAACGTTGC", 15);
    gs_ref_close(r);
}

/* No base beyond a contig's end; a circle has none. An indel keeps its length of window as far as the contig goes. */
static void clipped(void **state)
{
    (void)state;
    gs_ref *r = open_ref();
    gs_grid g = {.window = 8};
    const gs_context_kind *k = &gs_context_clipped;
    expect_context(k, &g, r, ALLELE(0, 10, "T", "g"), &(shown){"AGATTACA", "AGATGACA", 6, 4});
    expect_context(k, &g, r, ALLELE(0, 1, "A", "C"), &(shown){"GATTA", "GCTTA", 0, 1});
    expect_context(k, &g, r, ALLELE(0, 0, "G", "GCC"), &(shown){"GATT", "GCCA", 0, 1});
    expect_context(k, &g, r, ALLELE(0, 48, "C", "A"), &(shown){"GTAGC", "GTAGA", 44, 4});
    expect_context(k, &g, r, ALLELE(0, 47, "GC", "G"), &(shown){"CGTAGC", "CGTAG", 43, 5});
    expect_context(k, &g, r, ALLELE(0, 47, "G", "GTT"), &(shown){"CGTAGC", "CGTAGTTC", 43, 5});
    expect_context(k, &g, r, ALLELE(0, 47, "G", "GTTT"), &(shown){"CGTAGC", "CGTAGTTT", 43, 5});
    expect_context(k, &g, r, ALLELE(0, 44, "GT", "G"), &(shown){"GTACGTAG", "GTACGAGC", 40, 5});
    expect_context(k, &g, r, ALLELE(1, 7, "A", "C"), &(shown){"TTGCAACG", "TTGCCACG", 3, 4});
    gs_ref_close(r);
}

/* Windows of 8 bases that serve 4 sites each, with 2 on either side: at -2, 2, 6, ... */
static void shared(void **state)
{
    (void)state;
    gs_ref *r = open_ref();
    gs_grid g = {.window = 9, .core = 4, .flank = 2, .shared = 8};
    const gs_context_kind *k = &gs_context_shared;
    expect_context(k, &g, r, ALLELE(0, 0, "G", "C"), &(shown){"NNGATTAC", "NNCATTAC", -2, 2});
    expect_context(k, &g, r, ALLELE(0, 3, "T", "C"), &(shown){"NNGATTAC", "NNGATCAC", -2, 5});
    expect_context(k, &g, r, ALLELE(0, 4, "A", "C"), &(shown){"TTACAGAT", "TTCCAGAT", 2, 2});
    expect_context(k, &g, r, ALLELE(0, 3, "TA", "TC"), &(shown){"TTACAGAT", "TTCCAGAT", 2, 2});
    gs_ref_close(r);
}

static gs_flag flag_of(const gs_context_kind *kind, gs_ref *r, gs_allele a)
{
    gs_err e = {0};
    gs_context c = {0};
    assert_int_equal(kind->make(&c, &(gs_grid){.window = 10, .core = 6, .flank = 2, .shared = 10}, r, &a, &e), 0);
    gs_context_free(&c);
    return a.flag;
}

static void too_long(void **state)
{
    (void)state;
    gs_ref *r = open_ref();
    const gs_context_kind *kinds[] = {&gs_context_centred, &gs_context_clipped, &gs_context_shared};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(flag_of(kinds[i], r, ALLELE(0, 7, "GATTA", "G")), GS_FLAG_OK);
        assert_int_equal(flag_of(kinds[i], r, ALLELE(0, 7, "GATTAC", "G")), GS_FLAG_TOO_LONG);
        assert_int_equal(flag_of(kinds[i], r, ALLELE(0, 7, "G", "GATTA")), GS_FLAG_OK);
        assert_int_equal(flag_of(kinds[i], r, ALLELE(0, 7, "G", "GATTAC")), GS_FLAG_TOO_LONG);
    }
    /* 11 is the last site of the shared window 4 .. 14 */
    assert_int_equal(flag_of(&gs_context_shared, r, ALLELE(0, 11, "ACA", "TTT")), GS_FLAG_OK);
    assert_int_equal(flag_of(&gs_context_shared, r, ALLELE(0, 11, "ACAC", "TTTT")), GS_FLAG_TOO_LONG);
    gs_ref_close(r);
}

static void refused(void **state)
{
    (void)state;
    gs_ref *r = open_ref();
    gs_context c = {0};
    gs_err e = {0};
    gs_allele a = gs_allele_parse(0, 0, "G", "<DEL>");
    assert_int_equal(gs_context_centred.make(&c, &(gs_grid){.window = 10}, r, &a, &e), -GS_EINTERNAL);
    gs_context_free(&c);
    gs_ref_close(r);
}

static void other_strand(void **state)
{
    (void)state;
    gs_ref *r = open_ref();
    gs_context c = {0}, rc = {0};
    gs_err e = {0};
    gs_allele a = gs_allele_parse(0, 10, "T", "TCCC");
    assert_int_equal(gs_context_centred.make(&c, &(gs_grid){.window = 8}, r, &a, &e), 0);
    assert_int_equal(gs_context_revcomp(&rc, &c, &e), 0);
    assert_string_equal(rc.seq[GS_REF], "TGTAATCT");
    assert_string_equal(rc.seq[GS_ALT], "GGGAATCT");
    assert_int_equal(rc.beg[GS_REF], 3);
    assert_int_equal(rc.end[GS_REF], 3);
    assert_int_equal(rc.beg[GS_ALT], 0);
    assert_int_equal(rc.end[GS_ALT], 3);
    gs_context_free(&c);
    gs_context_free(&rc);
    gs_ref_close(r);
}

static void reverse(void **state)
{
    (void)state;
    char even[] = "ACGTNN", odd[] = "AACNG", one[] = "C", none[] = "", letters[] = "acgtRYKMBDHVSWnU*x";
    gs_revcomp(even, 6);
    assert_string_equal(even, "NNACGT");
    gs_revcomp(odd, 5);
    assert_string_equal(odd, "CNGTT");
    gs_revcomp(one, 1);
    assert_string_equal(one, "G");
    gs_revcomp(none, 0);
    gs_revcomp(letters, (int64_t)strlen(letters));
    assert_string_equal(letters, "x*AnWSBDHVKMRYacgt");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places), cmocka_unit_test(bases), cmocka_unit_test(long_deletion), cmocka_unit_test(centred),
        cmocka_unit_test(clipped), cmocka_unit_test(shared), cmocka_unit_test(too_long), cmocka_unit_test(refused),
        cmocka_unit_test(other_strand), cmocka_unit_test(reverse),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
