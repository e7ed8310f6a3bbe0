/* The alignment beside the reference: what is there, what is not, and files that are no alignment. */
#include "genome/fasta_scratch.h"
#include "genome/msa.h"
#include <htslib/tbx.h>

static const char text[] =
    "#species\thorse\tcow\tpig\n"
    "chr1\t3\tAac-\n" "chr1\t4\tgGGN\n" "chr1\t5\tT-TT\n" "chr1\t6\tCCCC\n" "chr1\t9\tAAAA\n"
    "chrM\t1\tG--T\n";

static const char *put_msa(const char *name, const char *lines)
{
    const char *path = put_bgzip(name, lines, strlen(lines), 40);
    tbx_conf_t conf = {0, 1, 2, 2, '#', 0};
    assert_int_equal(tbx_index_build(path, 0, &conf), 0);
    return path;
}

static void refused(const char *path, gs_code code, const char *says)
{
    gs_err e = {0};
    assert_null(gs_msa_open(path, &e));
    assert_says(&e, code, says);
}

static void test_fetch(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_msa_rows r = {0};
    gs_msa *m = gs_msa_open(put_msa("good.gz", text), &e);
    if (!m)
        fail_msg("%s", e.msg);
    assert_int_equal(gs_msa_species(m), 3);
    assert_int_equal(gs_msa_fetch(m, "chr1", 2, 4, &r, &e), 0);
    assert_int_equal(r.covered, 4);
    assert_string_equal(r.ref, "AGTC");
    static const uint8_t want[] = {1, 2, 0, 3, 3, 0, 0, 4, 4, 2, 2, 2};
    assert_memory_equal(r.aux, want, sizeof want);
    gs_msa_revcomp(&r);
    static const uint8_t other[] = {3, 3, 3, 0, 1, 1, 2, 2, 0, 4, 3, 0};
    assert_string_equal(r.ref, "GACT");
    assert_memory_equal(r.aux, other, sizeof other);
    assert_int_equal(gs_msa_fetch(m, "1", 2, 3, &r, &e), 0);
    gs_msa_revcomp(&r); /* the middle of three is its own partner */
    assert_string_equal(r.ref, "ACT");
    assert_memory_equal(r.aux, other + 3, 9);
    gs_msa_rows_free(&r);
    gs_msa_close(m);
}

static void covered(gs_msa *m, const char *contig, int64_t beg, int len, int want)
{
    gs_err e = {0};
    gs_msa_rows r = {0};
    assert_int_equal(gs_msa_fetch(m, contig, beg, len, &r, &e), 0);
    assert_int_equal(r.covered, want);
    assert_int_equal(r.len, len);
    gs_msa_rows_free(&r);
}

static void test_not_covered(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_msa *m = gs_msa_open(put_msa("good.gz", text), &e);
    assert_non_null(m);
    covered(m, "chr1", -5, 20, 5);
    covered(m, "chr1", 5, 4, 2);
    covered(m, "chr1", 100, 4, 0);
    covered(m, "chr1", -9, 4, 0);
    covered(m, "chr2", 0, 4, 0);
    covered(m, "MT", 0, 2, 1);
    covered(m, "M", 0, 1, 1);
    gs_msa_close(m);
}

static void test_refused(void **state)
{
    (void)state;
    refused(in_scratch("absent.gz"), GS_EINPUT, "cannot be opened");
    refused(put_text("plain.txt", text), GS_EINPUT, "not compressed with bgzip");
    refused(put_bgzip("noindex.gz", text, strlen(text), 100), GS_EINPUT, "missing or damaged");
    refused(put_msa("names.gz", "#species a b\nchr1\t1\tACGTA\n"), GS_EINPUT, "names 2 species");
    refused(put_msa("vcf.gz", "#x\nchr1\t1\n"), GS_EINPUT, "is not an alignment");
    refused(put_msa("empty.gz", "#species a\n"), GS_EINPUT, "is not an alignment");
    const char *old = put_msa("old.gz", text);
    char index[500];
    snprintf(index, sizeof index, "%s.tbi", old);
    shift_date(index, -100);
    refused(old, GS_EINPUT, "older than the file");
    size_t n;
    char *bytes = get_bytes(put_msa("whole.gz", text), &n);
    put_bytes("whole.gz", bytes, n - 28);
    free(bytes);
    refused(in_scratch("whole.gz"), GS_ETRUNC, "cut short");
}

static void bad_line(const char *lines, const char *says)
{
    gs_err e = {0};
    gs_msa_rows r = {0};
    gs_msa *m = gs_msa_open(put_msa("bad.gz", lines), &e);
    assert_non_null(m);
    assert_int_equal(gs_msa_fetch(m, "c", 0, 5, &r, &e), -GS_EINPUT);
    assert_says(&e, GS_EINPUT, says);
    gs_msa_rows_free(&r);
    gs_msa_close(m);
}

static void test_bad_lines(void **state)
{
    (void)state;
    bad_line("c\t1\tAAA\nc\t2\tAA\n", "3 letters");
    bad_line("c\t1\tAAA\nc\t1\tAAA\n", "c:1 twice");
}

/* Further than this kind of index can tell: no want of memory. */
static void test_beyond_index(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_msa_rows r = {0};
    gs_msa *m = gs_msa_open(put_msa("good.gz", text), &e);
    assert_non_null(m);
    assert_int_equal(gs_msa_fetch(m, "chr1", (int64_t)1 << 40, 4, &r, &e), 0);
    assert_int_equal(r.covered, 0);
    gs_msa_rows_free(&r);
    gs_msa_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_fetch), cmocka_unit_test(test_not_covered),
                                       cmocka_unit_test(test_refused), cmocka_unit_test(test_bad_lines),
                                       cmocka_unit_test(test_beyond_index)};
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
