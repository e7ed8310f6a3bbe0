/* Outputs: forms, names, indexes, failures. Nothing half-done ever has the final name. */
#include "vcf_scratch.h"
#include <errno.h>

#define BODY "1\t5\t.\tA\tC\t.\tPASS\t.\n1\t9\t.\tA\tC,G\t.\t.\tEND=12\n2\t1\t.\tA\t.\t.\tq10\t.\n"

static const char *input;

static int make_input(void **state)
{
    if (make_scratch(state))
        return -1;
    input = put_text("in.vcf", HEAD BODY);
    return 0;
}

static int write_as(const char *path, char type, int level, int index, gs_err *e)
{
    gs_vcf_opt in = all_of(input);
    gs_vcf_out_opt out = {.path = path, .type = type, .level = level, .index = index, .input = input};
    return copy(&in, &out, NULL, e);
}

/* First bytes: plain text, BGZF or raw BCF. */
static char kind_of(const char *path)
{
    size_t n;
    char *b = get_bytes(path, &n), kind = b[0] == '#' ? 'v' : b[0] == 'B' ? 'u' : b[0] == '\x1f' ? 'z' : '?';
    free(b);
    return kind;
}

static void forms(void **state)
{
    (void)state;
    static const struct { const char *name; char type, kind; } cases[] = {
        {"a", 0, 'v'}, {"a.vcf", 0, 'v'}, {"a.vcf.gz", 0, 'z'}, {"a.VCF.bgz", 0, 'z'}, {"a.bcf", 0, 'z'},
        {"b", 'z', 'z'}, {"c", 'b', 'z'}, {"d", 'u', 'u'}, {"e.vcf", 'b', 'v'}, {"f.bcf", 'u', 'z'},
        {"g.vcf.gz", 'v', 'z'},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gs_err e = {0};
        listen();
        if (write_as(in_scratch(cases[i].name), cases[i].type, -1, 0, &e))
            fail_msg("%s: %s", cases[i].name, e.msg);
        assert_int_equal(kind_of(in_scratch(cases[i].name)), cases[i].kind);
        gs_vcf_opt again = all_of(in_scratch(cases[i].name));
        expect_body(&again, NULL, BODY);
        assert_int_equal(count_files(".tmp-", 0), 0);
    }
    assert_warned("overrides -O v");
    gs_err e = {0};
    assert_int_equal(write_as(in_scratch("x"), 'v', 3, 0, &e), GS_EUSAGE);
    assert_int_equal(count_files("x", 0), 0);
}

static void same_bytes(void **state)
{
    (void)state;
    size_t n[3];
    char *bytes[3];
    for (int i = 0; i < 3; i++) {
        gs_err e = {0};
        gs_vcf_opt in = all_of(input);
        gs_vcf_out_opt out = {.path = in_scratch("t.vcf.gz"), .level = i, .n_threads = i};
        out.level = 6;
        assert_int_equal(copy(&in, &out, NULL, &e), 0);
        bytes[i] = get_bytes(out.path, &n[i]);
        assert_int_equal(n[i], n[0]);
        assert_memory_equal(bytes[i], bytes[0], n[0]);
    }
    for (int i = 0; i < 3; i++)
        free(bytes[i]);
}

static void names(void **state)
{
    (void)state;
    gs_err e = {0};
    struct stat st;
    mode_t old = umask(027);
    assert_int_equal(write_as(in_scratch("mode.vcf"), 0, -1, 0, &e), 0);
    umask(old);
    stat(in_scratch("mode.vcf"), &st);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(symlink("mode.vcf", in_scratch("link.vcf")), 0);
    assert_int_equal(write_as(in_scratch("link.vcf"), 0, -1, 0, &e), 0);
    assert_int_equal(lstat(in_scratch("link.vcf"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(write_as("/dev/null", 0, -1, 0, &e), 0);
    assert_int_equal(stat("/dev/null", &st), 0);
    assert_true(S_ISCHR(st.st_mode));
    assert_int_equal(symlink("in.vcf", in_scratch("in2.vcf")), 0);
    assert_int_equal(write_as(in_scratch("in2.vcf"), 0, -1, 0, &e), GS_EUSAGE);
    assert_says(&e, GS_EUSAGE, "same file");
    gs_vcf_opt in = all_of(input);
    expect_body(&in, NULL, BODY);
}

static void failures(void **state)
{
    (void)state;
    gs_err e = {0};
    for (const char *type = "vzbu"; *type; type++) {
        e = (gs_err){0};
        write_as("/dev/full", *type, -1, 0, &e);
        assert_says(&e, GS_EOUTPUT, strerror(ENOSPC));
    }
    e = (gs_err){0};
    write_as(in_scratch("no/where.vcf"), 0, -1, 0, &e);
    assert_says(&e, GS_EOUTPUT, strerror(ENOENT));
}

/* Aborting leaves what was there before, and no end marker on a stream that others read. */
static void aborted(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_vcf_opt in = all_of(input);
    put_text("keep.vcf.gz", "old");
    for (int i = 0; i < 2; i++) {
        gs_vcf *v = gs_vcf_open(&in, &e);
        if (i)
            mkfifo(in_scratch("fifo"), 0600);
        int reader = i ? open(in_scratch("fifo"), O_RDONLY | O_NONBLOCK) : -1;
        gs_vcf_out_opt out = {.path = in_scratch(i ? "fifo" : "keep.vcf.gz"), .type = 'z', .level = -1};
        gs_vcf_out *o = gs_vcf_create(v, &out, &e);
        assert_non_null(o);
        copy_records(v, o, NULL, &e);
        gs_vcf_free(o);
        gs_vcf_close(v, NULL);
        if (i) {
            unsigned char b[4096];
            ssize_t n = read(reader, b, sizeof b);
            assert_true(n < 28 || memcmp(b + n - 28, "\x1f\x8b\x08\x04\0\0\0\0\0\xff\6\0BC\2\0\x1b\0\3", 19));
            close(reader);
        }
    }
    size_t n;
    char *s = get_bytes(in_scratch("keep.vcf.gz"), &n);
    assert_string_equal(s, "old");
    free(s);
    assert_int_equal(count_files(".tmp-", 0), 0);
}

static void indexes(void **state)
{
    (void)state;
    gs_err e = {0};
    assert_int_equal(write_as(in_scratch("i.vcf.gz"), 0, -1, 2, &e), 0);
    assert_int_equal(access(in_scratch("i.vcf.gz.tbi"), F_OK), 0);
    assert_int_equal(write_as(in_scratch("i.bcf"), 0, -1, 1, &e), 0);
    assert_int_equal(access(in_scratch("i.bcf.csi"), F_OK), 0);
    static const char *const made[] = {"i.vcf.gz", "i.bcf"};
    for (int i = 0; i < 2; i++) {
        gs_vcf_opt o = all_of(in_scratch(made[i]));
        o.regions = "1:10-11";
        expect_body(&o, NULL, "1\t9\t.\tA\tC,G\t.\t.\tEND=12\n");
    }
    static const struct { const char *name; char type; int index; } bad[] = {
        {"j.bcf", 'b', 2}, {"j.vcf", 'v', 1}, {"-", 'z', 1}, {"/dev/null", 'z', 1},
    };
    for (int i = 0; i < 4; i++) {
        e = (gs_err){0};
        const char *path = bad[i].name[0] == 'j' ? in_scratch(bad[i].name) : bad[i].name;
        assert_int_equal(write_as(path, bad[i].type, -1, bad[i].index, &e), GS_EUSAGE);
    }
    assert_int_equal(count_files("j.", 0), 0);
}

static void not_indexable(void **state)
{
    (void)state;
    static const struct { const char *body, *says; int index; } bad[] = {
        {"1\t9\t.\tA\tC\t.\t.\t.\n1\t5\t.\tA\tC\t.\t.\t.\n", "record 2 (1:5) is not in order", 1},
        {"1\t9\t.\tA\tC\t.\t.\t.\n2\t5\t.\tA\tC\t.\t.\t.\n1\t10\t.\tA\tC\t.\t.\t.\n", "record 3 (1:10) is not in "
         "order", 1},
        {"1\t600000000\t.\tA\tC\t.\t.\t.\n", "--write-index=csi", 2},
        {"1\tabc\t.\tA\tC\t.\t.\t.\n", "record 1 cannot be indexed: POS is no number", 1},
        {"1\t5\t.\tA\t<DEL>\t.\t.\tEND=700000000\n", "csi holds more", 2},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[1000];
        gs_err e = {0};
        snprintf(text, sizeof text, "%s%s", HEAD, bad[i].body);
        gs_vcf_opt in = all_of(put_text("u.vcf", text));
        gs_vcf_out_opt out = {.path = in_scratch("unborn.vcf.gz"), .level = -1, .index = bad[i].index};
        copy(&in, &out, NULL, &e);
        assert_says(&e, GS_EINPUT, bad[i].says);
        assert_int_equal(count_files("unborn", 0), 0);
    }
}

static void not_for_bcf(void **state)
{
    (void)state;
    static const struct { const char *body, *says; } bad[] = {
        {"9\t5\t.\tA\tC\t.\t.\t.\n", "record 1 (9:5) uses names that the header does not declare, and BCF cannot hold "
         "them (contig 9): write text (-O z), or declare them: cat /tmp"},
        {"1\t5\t.\tA\tC\t.\t.\tDP=3\n", "(INFO DP): write text"},
        {"1\t5\t.\tA\tC\t.\tbad\t.\n", "(FILTER bad): write text"},
        {"1\t5\t.\tA\tC\t.\tbad\tDP=1;AF=2\n2\t5\t.\tA\tC\t.\tworse\tX\n9\t1\t.\tA\tC\t.\t.\t.\n",
         "(contig 9, FILTER bad, INFO DP, INFO AF, FILTER worse, INFO X): write text (-O z), or"},
        {"1\t5\t.\tA\tC\t.\t.\tDP=1;AF=2\n1\t6\t.\tA\n", "(INFO DP, INFO AF): write text (-O z)"},
        {"1\tabc\t.\tA\tC\t.\t.\t.\n", "record 1 cannot be stored as BCF: POS is no number"},
        {"1\t5\t.\tA\n", "fewer than 8 columns"},
        {"1\t3000000000\t.\tA\tC\t.\t.\t.\n", "too large"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[1000];
        gs_err e = {0};
        snprintf(text, sizeof text, "%s%s", HEAD, bad[i].body);
        gs_vcf_opt in = all_of(put_text("u.vcf", text));
        gs_vcf_out_opt out = {.path = in_scratch("unborn.bcf"), .level = -1};
        copy(&in, &out, NULL, &e);
        assert_says(&e, GS_EINPUT, bad[i].says);
        assert_int_equal(count_files("unborn", 0), 0);
    }
    gs_err e = {0}; /* a record that is left out may use what it likes */
    gs_vcf_opt in = all_of(put_text("u.vcf", HEAD "9\t5\t.\tA\tC\t.\t.\tDP=1\n1\t5\t.\tA\tC\t.\t.\t.\n"));
    in.targets = "1";
    gs_vcf_out_opt out = {.path = in_scratch("unborn.bcf"), .level = -1};
    assert_int_equal(copy(&in, &out, NULL, &e), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms), cmocka_unit_test(same_bytes), cmocka_unit_test(names), cmocka_unit_test(failures),
        cmocka_unit_test(aborted), cmocka_unit_test(indexes), cmocka_unit_test(not_indexable),
        cmocka_unit_test(not_for_bcf),
    };
    return cmocka_run_group_tests(tests, make_input, remove_scratch);
}
