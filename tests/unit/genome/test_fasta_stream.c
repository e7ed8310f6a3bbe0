/* Sequences of a FASTA file and intervals of a BED file, one after the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <pthread.h>
#include "genome/bed.h"
#include "genome/fasta_stream.h"

/* Writes the text to a file and returns its name. */
static const char *file(const char *text)
{
    static char path[] = "/tmp/gscore-fasta-stream-XXXXXX";
    memcpy(path + sizeof path - 7, "XXXXXX", 6);
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    return path;
}

/* "name=sequence;" of every record, then "!" and the error's code if there is one. */
static const char *sequences(const char *text)
{
    static char all[1000];
    gs_err e = {0};
    gs_fasta_record r;
    const char *path = file(text);
    gs_fasta_stream *s = gs_fasta_stream_open(path, &e);
    assert_non_null(s);
    all[0] = 0;
    size_t n = 0;
    while (gs_fasta_stream_next(s, &r, &e) > 0) {
        assert_int_equal(r.len, strlen(r.seq));
        n += (size_t)snprintf(all + n, sizeof all - n, "%s=%s;", r.name, r.seq);
    }
    if (e.code)
        snprintf(all + n, sizeof all - n, "!%d", (int)e.code);
    gs_fasta_stream_close(s);
    unlink(path);
    return all;
}

static void test_sequences(void **state)
{
    (void)state;
    assert_string_equal(sequences(">a\nACGT\n"), "a=ACGT;");
    assert_string_equal(sequences(">a\nACGT"), "a=ACGT;");
    assert_string_equal(sequences("\n\n>a b c\nAC\n\nGT\n>b\tx\nnn\n"), "a=ACGT;b=nn;");
    assert_string_equal(sequences("> a\r\nA C\r\nG\tT\r\n>b\r\n>c\r\n*-\r\n"), "a=ACGT;b=;c=*-;");
    assert_string_equal(sequences(">\nA\n"), "=A;");
}

static void test_what_is_none(void **state)
{
    (void)state;
    assert_string_equal(sequences(""), "!3");
    assert_string_equal(sequences("\n \n"), "!3");
    assert_string_equal(sequences("ACGT\n>a\nA\n"), "!3");
    assert_string_equal(sequences("##fileformat=VCFv4.2\n"), "!3");
    assert_string_equal(sequences(">a\nAC\1GT\n"), "!3");
    assert_string_equal(sequences(">a\nA\n>b\n\302\240\n"), "a=A;!3");
}

static const char *intervals(const char *text)
{
    static char all[1000];
    gs_err e = {0};
    gs_bed_record r;
    const char *path = file(text);
    gs_bed *b = gs_bed_open(path, &e);
    assert_non_null(b);
    all[0] = 0;
    size_t n = 0;
    while (gs_bed_next(b, &r, &e) > 0)
        n += (size_t)snprintf(all + n, sizeof all - n, "%s:%lld-%lld %s;", r.contig, (long long)r.beg, (long long)r.end,
                              r.name ? r.name : "none");
    if (e.code)
        snprintf(all + n, sizeof all - n, "!%s", strstr(e.msg, "line"));
    gs_bed_close(b);
    unlink(path);
    return all;
}

static void test_bed(void **state)
{
    (void)state;
    assert_string_equal(intervals("chr1\t1\t2\nchr2\t0\t0\tx\t5\t+\r\n"), "chr1:1-2 none;chr2:0-0 x;");
    assert_string_equal(intervals("# c\ntrack name=x\nbrowser hide\n\nM\t5\t9\n"), "M:5-9 none;");
    assert_string_equal(intervals(""), "");
    assert_string_equal(intervals("a\t1\t2\nb\t2\t1\n"),
                        "a:1-2 none;!line 2 is no interval: expected CHROM, BEG, END, with tabs");
    static const char *const bad[] = {"a\n", "a\t1\n", "a\tx\t2\n", "a\t-1\t2\n", "a\t1\t2x\n", "a 1 2\n",
                                      "a\t1\t99999999999999999999\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_string_equal(intervals(bad[i]), "!line 1 is no interval: expected CHROM, BEG, END, with tabs");
}

static void test_named(void **state)
{
    (void)state;
    assert_true(gs_bed_named("a.bed") && gs_bed_named("a.BED.gz") && gs_bed_named("x/a.bed.bgz"));
    assert_false(gs_bed_named("a.vcf") || gs_bed_named(".bed") || gs_bed_named("bed"));
}

static void *stop_later(void *stream)
{
    usleep(100000);
    gs_fasta_stream_stop(stream);
    return NULL;
}

/* A pipe that keeps silent: the read that waits can be ended from another thread. */
static void test_silent(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_fasta_record r;
    pthread_t thread;
    char path[32];
    int end[2];
    assert_int_equal(pipe(end), 0);
    snprintf(path, sizeof path, "/dev/fd/%d", end[0]);
    assert_int_equal(write(end[1], ">a\nACGTACGTACGT\n>b\nG", 20), 20);
    gs_fasta_stream *s = gs_fasta_stream_open(path, &e);
    assert_non_null(s);
    assert_int_equal(pthread_create(&thread, NULL, stop_later, s), 0);
    while (gs_fasta_stream_next(s, &r, &e) > 0)
        ;
    pthread_join(thread, NULL);
    gs_fasta_stream_close(s);
    close(end[0]);
    close(end[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sequences), cmocka_unit_test(test_what_is_none),
                                       cmocka_unit_test(test_bed), cmocka_unit_test(test_named),
                                       cmocka_unit_test(test_silent)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
