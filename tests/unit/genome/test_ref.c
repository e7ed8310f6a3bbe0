/* Bases out of a FASTA: every layout, padding, circles, the cached stretch, names. */
#include "fasta_scratch.h"
#include <htslib/faidx.h>
#include "base/log.h"
#include "genome/ref.h"

static gs_ref *must_open(const char *path, const gs_ref_opt *opt)
{
    gs_err e = {0};
    gs_ref *r = gs_ref_open(path, opt, &e);
    if (!r)
        fail_msg("%s", e.msg);
    return r;
}

static void expect(gs_ref *r, const char *name, int64_t beg, const char *want)
{
    char got[300] = {0};
    gs_err e = {0};
    int rid = gs_ref_find(r, name, 0);
    assert_true(rid >= 0);
    if (gs_ref_fetch(r, rid, beg, (int64_t)strlen(want), got, &e))
        fail_msg("%s", e.msg);
    assert_string_equal(got, want);
}

static void expect_md5(gs_ref *r, int rid, const char *want)
{
    char hex[33];
    gs_err e = {0};
    assert_int_equal(gs_ref_md5(r, rid, hex, &e), 0);
    assert_string_equal(hex, want);
}

static void layouts(void **state)
{
    (void)state;
    static const char *const same[] = {  /* the same two contigs */
        ">a text\nACGTACGT\nTTGG\n>b\nGGGGC\n", ">a\r\nACGTACGT\r\nTTGG\r\n>b\r\nGGGGC\r\n",
        ">a\nACGT\nACGT\nTTGG\n>b\nGG\nGG\nC", ">a\nacgtACGTttgg\n>b\nggggc",
        "\n\n> a\n\nACGTA\nCGTTT\nGG\n\n>b\tx\nGGGGC\n\n",
        ">a\nACGTACGT  \nTTGG\n>b\nGGGGC \n", ">a\nA\nC\nG\nT\nA\nC\nG\nT\nT\nT\nG\nG\n>e\n>b\nG\nG\nG\nG\nC\n",
        ">a\nACGUACGT\nUUGG\n>b\nGGGGC\n",
    };
    for (size_t i = 0; i < 2 * (sizeof same / sizeof *same); i++) {
        const char *text = same[i / 2];
        const char *path = i % 2 ? put_bgzip("l.fa.gz", text, strlen(text), 5) : put_text("l.fa", text);
        for (int again = 0; again < 2; again++) {  /* index built, index read */
            gs_ref *r = must_open(path, NULL);
            assert_int_equal(gs_ref_count(r), 2);
            assert_int_equal(gs_ref_len(r, 0), 12);
            assert_string_equal(gs_ref_name(r, 1), "b");
            expect(r, "a", 0, "ACGTACGTTTGG");
            expect(r, "b", 1, "GGGC");
            expect(r, "a", 7, "T");
            expect(r, "a", -3, "NNNACGTACGTTTGGNNN");
            expect(r, "b", 5, "NN");
            expect(r, "b", -9, "NNNN");
            expect_md5(r, 0, "82f8ff48bb7b6beb2e5578412398fe87");   /* md5sum of its letters */
            expect(r, "b", 1000, "NNNN");
            gs_ref_close(r);
        }
        count_files("l.fa", 1);
    }
}

static void letters(void **state)
{
    (void)state;
    gs_ref *r = must_open(put_text("iupac.fa", ">a\nacgtnryswkmbdhvxACGTNRYSWKMBDHVX-\n"), NULL);
    expect(r, "a", 0, "ACGTNRYSWKMBDHVNACGTNRYSWKMBDHVNN");
    gs_ref_close(r);
}

static void circles(void **state)
{
    (void)state;
    const char *text = ">chrM\nACGTT\n>plasmid\nGGCA\n>c\nTTT\n";
    const char *const names[] = {"plasmid"};
    gs_ref *r = must_open(put_text("circle.fa", text), &(gs_ref_opt){names, 1});
    expect(r, "chrM", -2, "TTACGTTACG");
    expect(r, "chrM", 4, "TA");
    expect(r, "chrM", -13, "GTTACGTTACGTTACGTTAC");
    expect(r, "chrM", 1002, "GTTA");
    expect(r, "plasmid", -1, "AGGCAG");
    expect(r, "c", -1, "NTTTN");
    assert_int_equal(gs_ref_circular(r, 0), 1);
    assert_int_equal(gs_ref_circular(r, 1), 1);
    assert_int_equal(gs_ref_circular(r, 2), 0);
    gs_ref_close(r);
}

enum { BIG = 700000, SMALL = 4000 };

/* Two random contigs, wrapped at 61; seq gets the first one. The caller frees. */
static char *big_fasta(char *seq, size_t *size)
{
    char *text = malloc(2 * BIG), *p = text, other[SMALL];
    random_bases(seq, BIG, 7);
    random_bases(other, SMALL, 8);
    p += sprintf(p, ">small\n");
    for (int i = 0; i < SMALL; i += 61)
        p += sprintf(p, "%.*s\n", SMALL - i < 61 ? SMALL - i : 61, other + i);
    p += sprintf(p, ">big one\n");
    for (int i = 0; i < BIG; i += 61)
        p += sprintf(p, "%.*s\n", BIG - i < 61 ? BIG - i : 61, seq + i);
    *size = (size_t)(p - text);
    return text;
}

static void compare_fetches(const char *path, const char *seq)
{
    gs_ref *r = must_open(path, NULL);
    gs_err e = {0};
    char *got = malloc(BIG), small[10];
    uint32_t x = 3;
    for (int i = 0; i < 400; i++) {
        x = x * 1664525u + 1013904223u;
        int64_t beg = i % 2 ? (int64_t)(x % (BIG - 3000)) : 1000 * i, len = 1 + x % 3000;
        assert_int_equal(gs_ref_fetch(r, 1, beg, len, got, &e), 0);
        assert_memory_equal(got, seq + beg, (size_t)len);
        if (i % 50 == 0)
            assert_int_equal(gs_ref_fetch(r, 0, 5, 10, small, &e), 0);
    }
    assert_int_equal(gs_ref_fetch(r, 1, 0, BIG, got, &e), 0);  /* longer than the stretch */
    assert_memory_equal(got, seq, BIG);
    free(got);
    gs_ref_close(r);
}

static void stretches(void **state)
{
    (void)state;
    char *seq = malloc(BIG);
    size_t n;
    char *text = big_fasta(seq, &n);
    compare_fetches(put_bytes("big.fa", text, n), seq);
    compare_fetches(put_bgzip("big.fa.gz", text, n, 0xff00), seq);
    compare_fetches(put_bgzip("tiny_blocks.fa.gz", text, n, 997), seq);
    free(text);
    free(seq);
}

static void as_htslib(void **state)
{
    (void)state;
    char *seq = malloc(BIG);
    size_t n, n_ours, n_theirs;
    char *text = big_fasta(seq, &n);
    const char *path = put_bgzip("same.fa.gz", text, n, 0xff00);
    static const char *const suffix[] = {"fai", "gzi"};
    gs_ref_close(must_open(path, NULL));
    assert_int_equal(fai_build3(path, in_scratch("theirs.fai"), in_scratch("theirs.gzi")), 0);
    for (int i = 0; i < 2; i++) {
        char ours[64], theirs[64];
        snprintf(ours, sizeof ours, "same.fa.gz.%s", suffix[i]);
        snprintf(theirs, sizeof theirs, "theirs.%s", suffix[i]);
        char *a = get_bytes(in_scratch(ours), &n_ours), *b = get_bytes(in_scratch(theirs), &n_theirs);
        assert_int_equal(n_ours, n_theirs);
        assert_memory_equal(a, b, n_ours);
        free(a);
        free(b);
    }
    free(text);
    free(seq);
}

static void repeated_names(void **state)
{
    (void)state;
    const char *path = put_text("twice.fa", ">a\nAC\n>b\nGG\n>a\nTT\n");
    for (int how = 0; how < 3; how++) {  /* our index built, read, and one that leaves the second out */
        if (how == 2)
            put_text("twice.fa.fai", "a\t2\t3\t2\t3\nb\t2\t9\t2\t3\n");
        gs_ref *r = must_open(path, NULL);
        gs_err e = {0};
        char c[2];
        expect(r, "b", 0, "GG");
        assert_int_equal(gs_ref_fetch(r, gs_ref_find(r, "a", 0), 0, 1, c, &e), -GS_EINPUT);
        assert_says(&e, GS_EINPUT, "more than one contig 'a'");
        gs_ref_close(r);
    }
}

static int n_warnings;
static char last_warning[500];

static void sink(gs_log_level level, const char *msg, void *arg)
{
    (void)arg;
    if (level != GS_LOG_WARN)
        return;
    n_warnings++;
    snprintf(last_warning, sizeof last_warning, "%s", msg);
}

static void names(void **state)
{
    (void)state;
    gs_log_set(sink, NULL, GS_LOG_WARN);
    gs_warn_flush();
    gs_ref *r = must_open(put_text("n.fa", ">chr1\nAC\n>2\nACG\n>chr3\nA\n>3\nAC\n>MT\nACGT\n"), NULL);
    assert_int_equal(gs_ref_find(r, "chr1", 0), 0);
    assert_int_equal(n_warnings, 0);
    assert_int_equal(gs_ref_find(r, "1", 0), 0);
    assert_int_equal(n_warnings, 1);
    assert_non_null(strstr(last_warning, "'1' is taken to be 'chr1'"));
    assert_int_equal(gs_ref_find(r, "1", 2), 0);
    assert_int_equal(gs_ref_find(r, "chr2", 3), 1);
    assert_int_equal(gs_ref_find(r, "chr3", 2), 2);      /* the exact name wins; said below */
    assert_int_equal(gs_ref_find(r, "chrM", 4), 4);
    assert_int_equal(gs_ref_find(r, "M", 0), 4);
    assert_int_equal(gs_ref_find(r, "chrMT", 0), 4);
    assert_int_equal(n_warnings, 2);
    assert_non_null(strstr(last_warning, "right reference?"));
    assert_int_equal(gs_ref_find(r, "1", 3), -1);
    assert_int_equal(gs_ref_find(r, "chrM", 16569), -1);
    assert_int_equal(gs_ref_find(r, "chr", 0), -1);
    assert_int_equal(gs_ref_find(r, "chr9", 0), -1);
    assert_int_equal(gs_ref_find(r, "", 0), -1);
    assert_int_equal(n_warnings, 2);
    gs_ref_close(r);
    r = must_open(put_text("m.fa", ">chrM\nACGTA\n>MT\nACGT\n"), NULL);
    assert_int_equal(gs_ref_find(r, "M", 0), -1);        /* which of the two? */
    assert_int_equal(gs_ref_find(r, "M", 4), 1);
    gs_ref_close(r);
    gs_log_set(NULL, NULL, GS_LOG_WARN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layouts), cmocka_unit_test(letters), cmocka_unit_test(circles), cmocka_unit_test(stretches),
        cmocka_unit_test(as_htslib), cmocka_unit_test(repeated_names), cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
