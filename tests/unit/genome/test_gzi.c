/* bgzip FASTA files: plain gzip, cut files, damaged blocks, bad .gzi. */
#include "fasta_scratch.h"
#include <zlib.h>
#include "genome/ref.h"

enum { N = 1500 };
static char seq[N + 1];

/* A bgzip FASTA of one contig on 50-base lines; blocks of 350 bytes. */
static const char *make(const char *name)
{
    char text[2 * N], *p = text;
    random_bases(seq, N, 11);
    p += sprintf(p, ">chrX\n");
    for (int i = 0; i < N; i += 50)
        p += sprintf(p, "%.50s\n", seq + i);
    return put_bgzip(name, text, (size_t)(p - text), 350);
}

/* 0: right bases; else the error's code. Wrong bases fail the test. */
static int outcome(const char *path, gs_err *e)
{
    char got[N];
    *e = (gs_err){0};
    gs_ref *r = gs_ref_open(path, NULL, e);
    int rc = r ? gs_ref_fetch(r, 0, 0, N, got, e) : -(int)e->code;
    if (rc == 0 && gs_ref_len(r, 0) == N)
        assert_memory_equal(got, seq, N);
    gs_ref_close(r);
    return -rc;
}

static void plain_gzip(void **state)
{
    (void)state;
    gzFile f = gzopen(in_scratch("plain.fa.gz"), "wb");
    gzputs(f, ">a\nACGT\n");
    gzclose(f);
    gs_err e;
    assert_int_equal(outcome(in_scratch("plain.fa.gz"), &e), GS_EINPUT);
    assert_says(&e, GS_EINPUT, "| bgzip >");
}

static void bad_index(void **state)
{
    (void)state;
    const char *path = make("b.fa.gz");
    gs_err e;
    size_t n;
    assert_int_equal(outcome(path, &e), 0);
    char *gzi = get_bytes(in_scratch("b.fa.gz.gzi"), &n);
    assert_int_equal(n, 8 + 16 * 4);
    for (size_t i = 0; i < n; i++) {
        static const char values[] = {0, 1, 0x7f, (char)0x80, (char)0xff};
        for (size_t k = 0; k < sizeof values; k++) {
            char keep = gzi[i];
            gzi[i] = values[k];
            put_bytes("b.fa.gz.gzi", gzi, n);
            int code = outcome(path, &e);
            assert_true(code == 0 || code == GS_EINPUT || code == GS_ETRUNC);
            assert_true(i >= 8 || gzi[i] == keep || code == GS_EINPUT);  /* any other count is seen */
            gzi[i] = keep;
        }
        put_bytes("b.fa.gz.gzi", gzi, i);
        assert_int_equal(outcome(path, &e), GS_EINPUT);
    }
    free(gzi);
    put_bytes("b.fa.gz.gzi", "\xff\xff\xff\xff\xff\xff\xff\x0f", 8);
    assert_int_equal(outcome(path, &e), GS_EINPUT);
    assert_says(&e, GS_EINPUT, "count does not fit");
    unlink(in_scratch("b.fa.gz.gzi"));
    assert_int_equal(outcome(path, &e), 0);
    assert_int_equal(count_files("b.fa.gz.gzi", 0), 1);
    put_bytes("b.fa.gz.gzi", "\xff\xff\xff\xff\xff\xff\xff\x0f", 8);   /* older: not looked at, and replaced */
    shift_date(in_scratch("b.fa.gz.gzi"), -5);
    assert_int_equal(outcome(path, &e), 0);
    assert_int_equal(outcome(path, &e), 0);
}

/* Cut at every byte, with the indexes of the whole file, of none: never a success. */
static void cut(void **state)
{
    (void)state;
    gs_err e;
    size_t n;
    assert_int_equal(outcome(make("c.fa.gz"), &e), 0);
    char *whole = get_bytes(in_scratch("c.fa.gz"), &n);
    for (size_t i = 0; i < n; i++) {
        const char *path = put_bytes("c.fa.gz", whole, i);
        int code = outcome(path, &e);
        assert_true(code == GS_ETRUNC || code == GS_EINPUT);
        path = put_bytes("alone.fa.gz", whole, i);
        code = outcome(path, &e);
        assert_true(code == GS_ETRUNC || (code == GS_EINPUT && i < 18));
        assert_int_equal(count_files("alone.fa.gz", 1), 1);
    }
    free(whole);
}

static void damaged(void **state)
{
    (void)state;
    gs_err e;
    size_t n;
    assert_int_equal(outcome(make("x.fa.gz"), &e), 0);
    char *bytes = get_bytes(in_scratch("x.fa.gz"), &n);
    for (size_t i = 0; i < n; i += 3) {
        bytes[i] ^= 0x55;
        outcome(put_bytes("x.fa.gz", bytes, n), &e);
        bytes[i] ^= 0x55;
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_gzip), cmocka_unit_test(bad_index), cmocka_unit_test(cut), cmocka_unit_test(damaged),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
