/* Bad FASTA files and bad indexes: one clear sentence each, never a crash, never a wrong base. */
#include "fasta_scratch.h"
#include <sys/wait.h>
#include "genome/ref.h"

static void refuse(const char *path, gs_code code, const char *says)
{
    gs_err e = {0};
    gs_ref *r = gs_ref_open(path, NULL, &e);
    if (r)
        fail_msg("%s was opened, expected: %s", path, says);
    assert_says(&e, code, says);
}

static void not_fasta(void **state)
{
    (void)state;
    refuse(in_scratch("absent.fa"), GS_EINPUT, "No such file");
    refuse(scratch, GS_EINPUT, "a folder");
    assert_int_equal(mkfifo(in_scratch("pipe.fa"), 0600), 0);
    refuse(in_scratch("pipe.fa"), GS_EINPUT, "a pipe or device");
    refuse(put_text("empty.fa", ""), GS_EINPUT, "is empty");
    refuse(put_text("blank.fa", "\n \r\n"), GS_EINPUT, "nothing but blanks");
    refuse(put_text("x.fa", "ACGT\n"), GS_EINPUT, "does not begin with '>'");
    refuse(put_text("x.fa", "##fileformat=VCFv4.2\n"), GS_EINPUT, "right order");
    refuse(put_text("x.fa", "@r1\nACGT\n+\nIIII\n"), GS_EINPUT, "FASTQ");
    refuse(put_text("x.fa", "\xef\xbb\xbf>a\nACGT\n"), GS_EINPUT, "byte order mark");
    refuse(put_bytes("x.fa", "\0\0\0\0", 4), GS_EINPUT, "does not begin");
    refuse(put_text("x.fa", ">a\n>b\n"), GS_EINPUT, "no sequence");
    refuse(put_text("x.fa", ">a"), GS_EINPUT, "no sequence");
    refuse(put_text("x.fa", ">a\nAC\n>\nAC\n"), GS_EINPUT, "line 3 of ");
    refuse(put_text("x.fa", ">a\nACGT\nAC\nACGT\n"), GS_EINPUT, "(line 4, contig 'a')");
    refuse(put_text("x.fa", ">a\nACGT\nACGTA\n"), GS_EINPUT, "differ in length");
    refuse(put_text("x.fa", ">a\nACGT\n\nACGT\n"), GS_EINPUT, "differ in length");
    refuse(put_text("x.fa", ">a\nACGT\nACGT\r\nACGT\n"), GS_EINPUT, "differ in length");
    assert_int_equal(count_files(".fai", 0), 0);
}

/* What must hold of any index: an error, or bases of FASTA "seq", or N. */
static void never_wrong(const char *path, const char *seq)
{
    gs_err e = {0};
    gs_ref *r = gs_ref_open(path, NULL, &e);
    if (!r) {
        assert_true(e.code == GS_EINPUT || e.code == GS_ETRUNC);
        return;
    }
    int64_t n = (int64_t)strlen(seq);
    char *got = malloc((size_t)n);
    int rid = gs_ref_find(r, "chrX", 0);
    if (rid >= 0 && gs_ref_fetch(r, rid, 0, n, got, &e) == 0)
        for (int64_t i = 0; i < n; i++)
            if (got[i] != seq[i] && got[i] != 'N')
                fail_msg("wrong base %d", (int)i);
    free(got);
    gs_ref_close(r);
}

#define FASTA ">one\nACGTACGTAC\nACGTACGTAC\nACG\n>chrX text\nTTGACCATGA\nGGATC\n"
#define GOOD "one\t23\t5\t10\t11\nchrX\t15\t42\t10\t11\n"
#define SEQ "TTGACCATGAGGATC"

static void bad_rows(void **state)
{
    (void)state;
    const char *path = put_text("i.fa", FASTA);
    static const struct { const char *index, *says; } cases[] = {
        {"", "is empty"}, {"garbage\n", "line 1 of"}, {"\t1\t1\t1\t1\n", "line 1 of"},
        {"one\t23\t5\t0\t0\n" GOOD, "lines of 0 bases"}, {"one\t23\t5\t0\t11\n", "lines of 0 bases"},
        {GOOD "chrY\t5\t42\t10\t0\n", "line 3 of"}, {"one\t23\t5\t10\t10\n", "line length"},
        {"one\t23\t5\t10\t9\n", "line length"}, {"one\t23\t5\t10\t1000000\n", "line length"},
        {"one\t-23\t5\t10\t11\n", "no possible number"}, {"one\t23\t-5\t10\t11\n", "no possible number"},
        {"one\t99999999999999999999\t5\t10\t11\n", "no possible number"}, {"one\t23\t5\t10\t0x0b\n", "no possible"},
        {"one\t23\t\t10\t11\n", "no possible number"}, {"one\t23\t5\t10\n", "no possible number"},
        {"one\t23\t5\t10\t11\t7\n", "FASTQ"}, {"one\t9223372036854775807\t5\t1\t2\n", "longer than any file"},
        {"one\t9223372036854775807\t9223372036854775807\t9223372036854775806\t9223372036854775807\n", "longer than"},
        {"one\t9000000000000000000\t5\t9000000000000000000\t9000000000000000001\n", "beyond the end"},
        {"one\t23\t5000\t10\t11\n", "beyond the end"}, {"one\t99\t5\t10\t11\n", "beyond the end"},
        {"one\t23\t5\t10\t11\nchrX\t17\t42\t10\t11\n", "beyond the end"}, {"one\t0\t5000\t0\t0\n", "beyond the end"},
        {"one\t23\t5\t10\t11\n", "not the last one"}, {"one\t22\t5\t10\t11\n", "longer in the FASTA"},
        {"one\t23\t5\t10\t11\nchrX\t14\t42\t10\t11\n", "longer in the FASTA"},
        {"one\t23\t5\t10\t11\nchrX\t15\t4", "line 2 of"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_text("i.fa.fai", cases[i].index);
        refuse(path, GS_EINPUT, cases[i].says);
    }
    put_bytes("i.fa.fai", "one\0\t23", 7);
    refuse(path, GS_EINPUT, "is no text");
    char *large = calloc(1, 100000);
    put_bytes("i.fa.fai", large, 100000);
    refuse(path, GS_EINPUT, "too large");
    free(large);
}

static void wrong_place(void **state)
{
    (void)state;
    const char *path = put_text("i.fa", FASTA);
    static const struct { const char *index, *says; } cases[] = {
        {"one\t23\t5\t10\t11\nchrX\t14\t43\t10\t11\n", "begins elsewhere"},
        {"one\t23\t5\t10\t11\nchrX\t23\t33\t10\t11\n", "begins elsewhere"},
        {"one\t23\t5\t10\t11\nother\t15\t42\t10\t11\n", "begins elsewhere"},
        {"one\t23\t5\t10\t11\nchrX\t0\t42\t10\t11\none2\t15\t42\t10\t11\n", "is longer"},
        {"one2\t15\t42\t10\t11\nchrX\t9\t42\t10\t11\n", "is longer"},
        {"one\t23\t5\t10\t11\nchrX\t15\t42\t9\t11\n", "should be"},
        {"one\t23\t5\t10\t11\nchrX\t16\t42\t11\t12\n", "should be"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_text("i.fa.fai", cases[i].index);
        gs_err e = {0};
        char got[20];
        gs_ref *r = gs_ref_open(path, NULL, &e);
        if (r) {
            assert_int_equal(gs_ref_fetch(r, 1, 0, gs_ref_len(r, 1), got, &e), -GS_EINPUT);
            gs_ref_close(r);
        }
        assert_int_equal(e.code, GS_EINPUT);
        assert_non_null(strstr(e.msg, "samtools faidx"));
    }
}

/* Every byte of a good index changed, every prefix of it. */
static void mutations(void **state)
{
    (void)state;
    static const char bytes[] = "019-\t\n zX>\x80";
    const char *path = put_text("i.fa", FASTA);
    char index[] = GOOD;
    for (size_t i = 0; i < sizeof index - 1; i++) {
        for (const char *b = bytes; *b; b++) {
            char keep = index[i];
            index[i] = *b;
            put_text("i.fa.fai", index);
            never_wrong(path, SEQ);
            index[i] = keep;
        }
        put_bytes("i.fa.fai", index, i);
        never_wrong(path, SEQ);
    }
    put_text("i.fa.fai", GOOD);
    never_wrong(path, SEQ);
}

static void not_dna(void **state)
{
    (void)state;
    static const char *const texts[] = {">a\nMEEPQSDPSV\n", ">a\nACGT1ACGT\n", ">a\nAC GT\n", ">a\nACG\xff\n"};
    for (int i = 0; i < 4; i++) {
        gs_err e = {0};
        char c[4];
        gs_ref *r = gs_ref_open(put_text("p.fa", texts[i]), NULL, &e);
        assert_non_null(r);
        assert_int_equal(gs_ref_fetch(r, 0, 0, 1, c, &e), -GS_EINPUT);
        assert_says(&e, GS_EINPUT, "something else than DNA");
        gs_ref_close(r);
        unlink(in_scratch("p.fa.fai"));
    }
}

static void dates(void **state)
{
    (void)state;
    const char *path = put_text("d.fa", FASTA), *index = put_text("d.fa.fai", GOOD);
    never_wrong(path, SEQ);
    put_text("d.fa.fai", "a\t4\t3\t4\t5\n");    /* older and of another file: built anew and replaced */
    shift_date(index, -10);
    never_wrong(path, SEQ);
    size_t n;
    char *now = get_bytes(index, &n);
    assert_string_equal(now, GOOD);
    free(now);
    unlink(index);
    shift_date(path, 3600);  /* a FASTA from the future gets an index that is used the next time */
    for (int i = 0; i < 2; i++) {
        gs_err e = {0};
        gs_ref *r = gs_ref_open(path, NULL, &e);
        assert_non_null(r);
        gs_ref_close(r);
        assert_int_equal(count_files("d.fa.fai", 0), 1);
    }
}

static void saved(void **state)
{
    (void)state;
    size_t n;
    const char *path = put_text("s.fa", FASTA);
    chmod(path, 0640);
    never_wrong(path, SEQ);
    char *index = get_bytes(in_scratch("s.fa.fai"), &n);
    assert_string_equal(index, GOOD);
    struct stat st;
    assert_int_equal(stat(in_scratch("s.fa.fai"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(count_files("s.fa.fai", 0), 1);  /* no temporary left */
    free(index);
}

/* A name so long that no temporary name beside it fits: as in a folder that cannot be written, but also for root. */
static void not_saved(void **state)
{
    (void)state;
    char name[252], got[16] = {0};
    memset(name, 'x', 250);
    name[250] = 0;
    gs_err e = {0};
    gs_ref *r = gs_ref_open(put_text(name, FASTA), NULL, &e);
    if (!r)
        fail_msg("%s", e.msg);
    assert_int_equal(gs_ref_fetch(r, 1, 0, 15, got, &e), 0);
    assert_string_equal(got, SEQ);
    gs_ref_close(r);
    assert_int_equal(count_files("xxxx", 0), 1);
    if (geteuid() == 0)
        return;
    const char *path = put_text("ro.fa", FASTA);
    chmod(scratch, 0500);
    r = gs_ref_open(path, NULL, &e);
    chmod(scratch, 0700);
    assert_non_null(r);
    gs_ref_close(r);
    assert_int_equal(count_files("ro.fa", 0), 1);
}

static int one_job(const char *path, const char *want, int n)
{
    gs_err e = {0};
    char got[100];
    gs_ref *r = gs_ref_open(path, NULL, &e);
    int ok = r && gs_ref_fetch(r, gs_ref_count(r) - 1, 0, n, got, &e) == 0 && !memcmp(got, want, (size_t)n);
    gs_ref_close(r);
    return !ok;
}

/* Jobs side by side on a FASTA without an index: all get the right bases. */
static void side_by_side(void **state)
{
    (void)state;
    enum { CONTIGS = 3000, JOBS = 8, ROUNDS = 5 };
    char *text = malloc(CONTIGS * 64), *p = text;
    for (int i = 0; i < CONTIGS; i++)
        p += sprintf(p, ">c%d\nACGTACGTAC\nTT%s\n", i, i == CONTIGS - 1 ? "GATTACA" : "CC");
    size_t n = (size_t)(p - text);
    for (int round = 0; round < ROUNDS; round++) {
        const char *path = round % 2 ? put_bgzip("j.fa", text, n, 0xff00) : put_bytes("j.fa", text, n);
        pid_t pid[JOBS];
        for (int i = 0; i < JOBS; i++)
            if ((pid[i] = fork()) == 0)
                _exit(one_job(path, "ACGTACGTACTTGATTACA", 19));
        for (int i = 0; i < JOBS; i++) {
            int status;
            assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
            assert_int_equal(status, 0);
        }
        assert_int_equal(count_files("j.fa", 1), round % 2 ? 3 : 2);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(not_fasta), cmocka_unit_test(bad_rows), cmocka_unit_test(wrong_place),
        cmocka_unit_test(mutations), cmocka_unit_test(not_dna), cmocka_unit_test(dates), cmocka_unit_test(saved),
        cmocka_unit_test(not_saved), cmocka_unit_test(side_by_side),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
