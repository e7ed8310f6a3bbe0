/* Chunks: those of any selection together are the whole of it, whoever counted the records. */
#include "vcf_scratch.h"
#include <htslib/tbx.h>
#include <limits.h>
#include <time.h>
#include <utime.h>

enum { ON_1 = 30, ON_2 = 20 };

static const char *file[4]; /* text; VCF.gz with tbi, with csi; BCF with csi */

/* Records 1:0, 1:2, 1:4 ... and 2:5, 2:6 ...; the caller frees. */
static char *rows(int on_1, int on_2)
{
    static const char *const filter[] = {"PASS", ".", "q10"};
    char *text = malloc(60 * (size_t)(on_1 + on_2) + sizeof HEAD), *p = text;
    p += sprintf(p, HEAD);
    for (int i = 0; i < on_1; i++)
        p += sprintf(p, "1\t%d\tr%d\tA\tC\t.\t%s\t.\n", 2 * i, i, filter[i % 3]);
    for (int i = 0; i < on_2; i++)
        p += sprintf(p, "2\t%d\tr%d\tA\tC\t.\t%s\t.\n", 5 + i, on_1 + i, filter[i % 2]);
    return text;
}

static int make_files(void **state)
{
    if (make_scratch(state))
        return -1;
    char *text = rows(ON_1, ON_2);
    file[0] = put_text("c.vcf", text);
    file[1] = converted(file[0], "c.vcf.gz", 'z', 2);
    file[2] = converted(file[0], "d.vcf.gz", 'z', 1);
    file[3] = converted(file[0], "c.bcf", 'b', 1);
    free(text);
    return 0;
}

/* The records of a chunk of n, 0 for all of them, by their first columns. The caller frees. */
static char *chunk(gs_vcf_opt o, int i, int n)
{
    gs_err e = {0};
    gs_str sites = {0};
    o.chunk = i;
    o.chunks = n;
    gs_vcf *v = gs_vcf_open(&o, &e);
    gs_record *r = gs_record_new();
    int ret = v ? 1 : -1;
    while (ret > 0 && (ret = gs_vcf_read(v, r, &e)) > 0) {
        gs_record_put_site(r, -1, &sites);
        gs_str_add(&sites, "\n");
    }
    if (ret < 0)
        fail_msg("%s", e.msg);
    gs_record_free(r);
    gs_vcf_close(v, NULL);
    gs_str_add(&sites, "");
    return sites.s;
}

static void expect_whole(const gs_vcf_opt *o, int n)
{
    char *whole = chunk(*o, 0, 0), *at = whole;
    long least = LONG_MAX, most = 0;
    for (int i = 1; i <= n; i++) {
        char *part = chunk(*o, i, n);
        size_t len = strlen(part);
        long records = 0;
        if (strncmp(at, part, len))
            fail_msg("%s: chunk %d/%d of -r %s -t %s -f %s has other records", o->path, i, n, o->regions, o->targets,
                     o->filters);
        for (const char *p = part; *p; p = strchr(p, '\n') + 1)
            records += *p != '#';
        least = records < least ? records : least;
        most = records > most ? records : most;
        at += len;
        free(part);
    }
    if (*at || most - least > 1)
        fail_msg("%s: %d chunks of -r %s -t %s -f %s have %ld to %ld records, and lack %s", o->path, n, o->regions,
                 o->targets, o->filters, least, most, at);
    free(whole);
}

static void together_the_whole(void **state)
{
    (void)state;
    static const struct { const char *regions, *targets, *filters; } selections[] = {
        {NULL, NULL, NULL}, {NULL, "1", NULL}, {NULL, "2", NULL}, {NULL, "^1", NULL}, {NULL, "9", NULL},
        {NULL, "2,1", NULL}, {NULL, "1:5-39,2", NULL}, {NULL, NULL, "PASS"}, {NULL, "2", "q10,."},
        {"2,1:7-30", NULL, NULL}, {"1", "1:9-50", "PASS"}, {"1,2", NULL, NULL}, {"2", "^2:10", NULL},
    };
    static const int parts[] = {1, 2, 3, 7, 60};
    for (size_t s = 0; s < sizeof selections / sizeof *selections; s++)
        for (int f = selections[s].regions ? 1 : 0; f < 4; f++)
            for (int n = 0; n < (s ? 4 : 5); n++) {
                gs_vcf_opt o = all_of(file[f]);
                o.regions = selections[s].regions;
                o.targets = selections[s].targets;
                o.filters = selections[s].filters;
                expect_whole(&o, parts[n]);
            }
}

/* Header lines among the records are in no index. */
static void odd_lines(void **state)
{
    (void)state;
    static const char text[] = HEAD "#a\n1\t1\t.\tA\tC\t.\t.\t.\n#b\n#c\n1\t2\t.\tA\tC\t.\t.\t.\n#d\n"
        "2\t1\t.\tA\n2\t1\t.\tA\tC\t.\t.\t.\tx\ty\n#e\n";
    gs_vcf_opt o = all_of(put_bgzip("odd.vcf.gz", text, strlen(text), 30));
    for (int indexed = 0; indexed < 2; indexed++) {
        for (int n = 1; n < 7; n++)
            expect_whole(&o, n);
        assert_int_equal(tbx_index_build(o.path, 0, &tbx_conf_vcf), 0);
    }
}

/* With an index, the last chunk does not read what is before its contig. */
static void goes_to_its_contig(void **state)
{
    (void)state;
    size_t n;
    gs_err e = {0};
    char *text = rows(300, 200), index[400];
    gs_vcf_opt o = all_of(put_bgzip("hole.vcf.gz", text, strlen(text), 1000));
    o.chunk = o.chunks = 5;
    gs_vcf_out_opt out = {.path = in_scratch("last.vcf"), .level = -1};
    char *bytes = get_bytes(o.path, &n);
    snprintf(index, sizeof index, "%s.tbi", o.path);
    assert_int_equal(tbx_index_build(o.path, 0, &tbx_conf_vcf), 0);
    memset(bytes + n / 4, 'x', 100);
    put_bytes("hole.vcf.gz", bytes, n);
    struct utimbuf later = {time(NULL) + 10, time(NULL) + 10};
    utime(index, &later);
    char *last = chunk(o, 5, 5);
    assert_int_equal(strncmp(last, "2\t105\tr400\t", 11), 0);
    assert_non_null(strstr(last, "2\t204\tr499\t"));
    free(last);
    unlink(index);
    assert_int_equal(copy(&o, &out, NULL, &e), GS_ETRUNC);
    free(text);
    free(bytes);
}

/* An index that is older than its file is not asked; one of another file is found out. */
static void index_of_another_file(void **state)
{
    (void)state;
    for (int f = 1; f < 4; f++) {
        char *text = rows(ON_1, ON_2 - 7), index[2][400];
        static const char *const name[] = {NULL, "o.vcf.gz", "o.vcf.gz", "o.bcf"};
        static const char *const suffix[] = {NULL, "tbi", "csi", "csi"};
        gs_vcf_opt o = all_of(converted(put_text("o.vcf", text), name[f], f == 3 ? 'b' : 'z', 0));
        snprintf(index[0], sizeof index[0], "%s.%s", file[f], suffix[f]);
        snprintf(index[1], sizeof index[1], "%s.%s", o.path, suffix[f]);
        assert_int_equal(link(index[0], index[1]), 0);
        struct utimbuf at = {time(NULL) - 100, time(NULL) - 100};
        utime(index[1], &at);
        expect_whole(&o, 3);
        at.modtime += 200;
        utime(index[1], &at);
        gs_err e = {0};
        gs_vcf_out_opt out = {.path = in_scratch("wrong.vcf"), .level = -1};
        int worst = 0;
        for (o.chunks = 3, o.chunk = 1; o.chunk <= 3; o.chunk++)
            worst |= copy(&o, &out, NULL, &e);
        assert_int_equal(worst, GS_EINPUT);
        assert_says(&e, GS_EINPUT, "another number of records on contig 2 than its index says");
        at.modtime -= 200;
        utime(index[0], &at);
        unlink(index[1]);
        free(text);
    }
}

static void not_twice(void **state)
{
    (void)state;
    gs_vcf_opt o = all_of("-");
    o.chunk = o.chunks = 1;
    expect_error(&o, GS_EUSAGE, "--chunk may read its input twice");
    mkfifo(in_scratch("fifo"), 0600);
    int keep = open(in_scratch("fifo"), O_RDWR);
    o.path = in_scratch("fifo");
    expect_error(&o, GS_EUSAGE, "needs a file");
    close(keep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(together_the_whole), cmocka_unit_test(odd_lines), cmocka_unit_test(goes_to_its_contig),
        cmocka_unit_test(index_of_another_file), cmocka_unit_test(not_twice),
    };
    return cmocka_run_group_tests(tests, make_files, remove_scratch);
}
