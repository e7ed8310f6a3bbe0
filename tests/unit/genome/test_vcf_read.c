/* Inputs of every kind and condition: what is read, what is refused and with which words. */
#include "vcf_scratch.h"

static void bytes_stay(void **state)
{
    (void)state;
    static const char body[] = "1\t10\trs1\tacG\tC,<DEL>,*\t.\tPASS;x\t;;A=1;A=1;undefined\tGT:XX\t0/1:7\t./.\n"
                               "9\t0\t\tN\t.\t1e-400\t.\tEND=x\n"
                               "2\t5\t.\tA\tA,A,]9:1]\t-nan\t.\t\n"
                               "2\t4\t.\tA\tC\t.\t.\t.\t\t\n2\t6\t.\tA\tC\t.\t.\t.\n";
    char text[2000];
    snprintf(text, sizeof text, "%s%s", HEAD, body);
    const char *plain = put_text("a.vcf", text), *gz = put_bgzip("a.vcf.gz", text, strlen(text), 50);
    gs_vcf_opt o = all_of(plain);
    expect_body(&o, NULL, body);
    char *whole = copied(&o, NULL, 0);
    assert_string_equal(whole, text);
    free(whole);
    o.path = gz;
    expect_body(&o, NULL, body);
    text[strlen(text) - 1] = 0;
    o.path = put_text("no_newline.vcf", text);
    expect_body(&o, NULL, body);
    o.path = put_text("crlf.vcf", FORMAT_LINE "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\r\n"
                      "1\t2\t.\tA\tC\t.\t.\t.\r\n");
    expect_body(&o, NULL, "1\t2\t.\tA\tC\t.\t.\t.\n");
}

static void fields(void **state)
{
    (void)state;
    const char *path = put_text("f.vcf", HEAD "1\t10\t.\tacG\tC,<DEL>,*\t.\t.\t.\n"
                                "9\t0\t.\tN\t.\t.\t.\t.\n1\t-3\t.\tA\tC\t.\t.\t.\n");
    gs_err e = {0};
    gs_vcf_opt o = all_of(path);
    gs_vcf *v = gs_vcf_open(&o, &e);
    gs_record *r = gs_record_new();
    listen();
    assert_int_equal(gs_vcf_contig_len(v, "1"), 1000);
    assert_int_equal(gs_vcf_contig_len(v, "2"), 0);
    assert_int_equal(gs_vcf_contig_len(v, "9"), 0);
    assert_int_equal(gs_vcf_read(v, r, &e), 1);
    assert_string_equal(gs_record_contig(r), "1");
    assert_int_equal(gs_record_pos(r), 9);
    assert_int_equal(gs_record_n_alt(r), 3);
    assert_string_equal(gs_record_ref(r), "acG");
    assert_string_equal(gs_record_alt(r, 0), "C");
    assert_string_equal(gs_record_alt(r, 2), "*");
    assert_int_equal(gs_vcf_read(v, r, &e), 1);
    assert_int_equal(gs_record_pos(r), -1);
    assert_int_equal(gs_record_n_alt(r), 0);
    assert_false(gs_record_malformed(r));
    assert_warned("contig 9 is not declared");
    assert_int_equal(gs_vcf_read(v, r, &e), 1);
    assert_true(gs_record_malformed(r));
    assert_int_equal(gs_record_line(r), 3);
    assert_int_equal(gs_vcf_read(v, r, &e), 0);
    assert_true(gs_vcf_share_read(v) == 1);
    gs_record_free(r);
    assert_int_equal(gs_vcf_close(v, &e), 0);
}

static void tag_all(gs_vcf *v, gs_record *r)
{
    float x[10] = {1};
    gs_record_set_float(v, r, "GS_LLR", x, gs_record_n_alt(r), 4);
}

static void malformed_passes(void **state)
{
    (void)state;
    static const char body[] = "1\t1\t.\tA\n1\t1\t.\tA\t\t.\t.\t.\n1\t-3\t.\tA\tC\t.\t.\t.\n"
                               "1\tabc\t.\tA\tC\t.\t.\tGS_LLR=1\n\n#x\n"
                               "\t1\t.\tA\tC\t.\t.\t.\n1\t1\t.\t\tC\t.\t.\t.\n1 1 . A C . . .\n"
                               "1\t99999999999999999999\t.\tA\tC\t.\t.\t.\n1\t5\t.\n";
    char text[2000];
    snprintf(text, sizeof text, "%s%s", HEAD, body);
    gs_vcf_opt o = all_of(put_text("m.vcf", text));
    listen();
    expect_body(&o, tag_all, body);
    assert_warned("record 1 is passed on as it is: fewer than 8 columns");
    assert_warned("record 2 is passed on as it is: ALT is empty");
    assert_warned("record 4 is passed on as it is: POS is no number");
    assert_warned("record 10 is passed on as it is: POS is too large");
    assert_warned("the last line has 3 columns: the file may be cut");
    o.path = put_text("zero.vcf", HEAD);
    expect_body(&o, NULL, "");
}

#define SAMPLES "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n" \
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\n"
#define SITE "1\t5\t.\tA\tC\t.\tPASS\t"

/* Rows with other columns than the header has are not ours to change; an empty last column is one. */
static void columns_of_samples(void **state)
{
    (void)state;
    static const struct { const char *columns; int ours; } rows[] = {
        {"\tGT\t0/1\t1/1\n", 1}, {"\n", 0}, {"\tGT\n", 0}, {"\tGT\t0/1\n", 0}, {"\tGT\t0/1\t1/1\t0/0\n", 0},
        {"\tGT\t0/1\t1/1\t\n", 0}, {"\tGT\t0/1\t\n", 1}, {"\t\t\t\n", 1}, {"\tGT\t0/1\n", 0},
    };
    char text[2000] = FORMAT_LINE SAMPLES, want[2000] = "";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sprintf(text + strlen(text), SITE ".%s", rows[i].columns);
        sprintf(want + strlen(want), SITE "%s%s", rows[i].ours ? "GS_LLR=1" : ".", rows[i].columns);
    }
    gs_vcf_opt o = all_of(put_text("c.vcf", text));
    listen();
    expect_body(&o, tag_all, want);
    assert_warned("record 2 is passed on as it is: fewer columns than the header");
    assert_warned("record 5 is passed on as it is: more columns than the header");
    o.filters = "PASS";
    expect_body(&o, tag_all, want);
}

/* Columns are counted in strides: any number of any bytes. */
static void many_samples(void **state)
{
    (void)state;
    static const char *const cells[] = {"0/1", "\x08", "\x89\xff", "", "\x0b\x01", ".", "0|1:12,3:99", "\xc3\xa9"};
    listen();
    for (int n = 1; n < 40; n++) {
        char text[4000] = FORMAT_LINE, row[2][1000] = {SITE, SITE};
        strcat(text, "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT");
        for (int i = 0; i < n; i++) {
            sprintf(text + strlen(text), "\ts%d", i);
            sprintf(row[0] + strlen(row[0]), "\t%s", cells[(i * 5 + n) % 8]);
        }
        memmove(row[0] + strlen(SITE) + 4, row[0] + strlen(SITE), strlen(row[0] + strlen(SITE)) + 1);
        memcpy(row[0] + strlen(SITE), ".\tGT", 4);
        strcpy(row[1], row[0]);
        *strrchr(row[1], '\t') = 0;
        sprintf(text + strlen(text), "\n%s\n%s\n%s\tx\n", row[0], row[1], row[0]);
        gs_err e = {0};
        gs_vcf_opt o = all_of(put_text("wide.vcf", text));
        gs_vcf *v = gs_vcf_open(&o, &e);
        gs_record *r = gs_record_new();
        for (int i = 0; i < 3; i++) {
            assert_int_equal(gs_vcf_read(v, r, &e), 1);
            assert_int_equal(gs_record_malformed(r), i > 0);
        }
        gs_record_free(r);
        gs_vcf_close(v, NULL);
    }
}

/* A line without an end that lacks columns was cut, whatever it is packed in. */
static void cut_within_the_last_line(void **state)
{
    (void)state;
    static const char text[] = FORMAT_LINE SAMPLES SITE ".\tGT\t0/1\t1/1\n" SITE ".\tGT:DP\t0/1:12\t1/1:100";
    const char *second = strstr(text, "1/1\n") + 4, *last_cell = strrchr(text, '\t') + 1;
    listen();
    for (const char *end = second + 1; end <= text + strlen(text); end++)
        for (int packed = 0; packed < 3; packed++) {
            size_t n = (size_t)(end - text);
            gs_err e = {0};
            gs_vcf_opt o = all_of(packed ? put_bgzip("l.vcf.gz", text, n, packed == 1 ? 60 : n)
                                         : put_bytes("l.vcf", text, n));
            gs_vcf_out_opt out = {.path = in_scratch("l_out.vcf"), .level = -1};
            if (copy(&o, &out, NULL, &e) != (end > last_cell ? 0 : GS_ETRUNC))
                fail_msg("%s: %s", end, e.msg);
            o.allow_truncated = 1;
            e = (gs_err){0};
            assert_int_equal(copy(&o, &out, NULL, &e), 0);
        }
    assert_warned("the last line has 1 columns: the file may be cut");
}

/* Columns as they stand, of text and BCF. */
static void sites(void **state)
{
    (void)state;
    static const struct { const char *line, *site; int alt; } cases[] = {
        {"1\t10\tx;y\ta\tC,<DEL>\t.\t.\t.", "1\t10\tx;y\ta\t<DEL>", 1}, {"1\t0\t.\tN\t.\t.\t.\t.", "1\t0\t.\tN\t.", -1},
        {"1\t10\t.\tA\tC,G\t.\t.\t.", "1\t10\t.\tA\tC,G", -1}, {"1\t10\t.\tA\tC,G", "1\t10\t.\tA\tC,G", 0},
        {"1\t+5\tid\tA\tC\t.\t.\t.", "1\t+5\tid\tA\tC", 0}, {"1\t5\tid\t\t\t.\t.\t.", "1\t5\tid\t\t", 0},
        {"1\t5", "1\t5\t\t\t", 0}, {"1 5 . A C . . .", "1 5 . A C . . .\t\t\t\t", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int bcf = 0; bcf < (i < 3 ? 2 : 1); bcf++) {
            char text[1000];
            snprintf(text, sizeof text, "%s%s\n", HEAD, cases[i].line);
            gs_err e = {0};
            gs_str site = {0};
            gs_vcf_opt o = all_of(put_text("site.vcf", text));
            if (bcf)
                o.path = converted(o.path, "site.bcf", 'b', 0);
            gs_vcf *v = gs_vcf_open(&o, &e);
            gs_record *r = gs_record_new();
            assert_int_equal(gs_vcf_read(v, r, &e), 1);
            gs_record_put_site(r, cases[i].alt, &site);
            assert_string_equal(site.s, cases[i].site);
            gs_str_free(&site);
            gs_record_free(r);
            gs_vcf_close(v, NULL);
        }
}

static void not_vcf(void **state)
{
    (void)state;
    static const struct { const char *bytes; size_t n; gs_code code; const char *says; } bad[] = {
        {"", 0, GS_EINPUT, "an empty file"},
        {"\xEF\xBB\xBF##fileformat=VCFv4.2\n", 24, GS_EINPUT, "byte-order mark"},
        {"\xFF\xFE#\0#\0f\0", 8, GS_EINPUT, "UTF-16"},
        {"#\0#\0f\0i\0", 8, GS_EINPUT, "UTF-16"},
        {">chr1\nACGT\n", 11, GS_EINPUT, "FASTA"},
        {"#CHROM\tPOS\n", 11, GS_EINPUT, "without its first line"},
        {"chr1\t5\t.\tA\tC\n", 13, GS_EINPUT, "does not start with ##fileformat=VCF"},
        {"\x7f" "ELF\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 21, GS_EINPUT, "binary data"},
        {"##filef", 7, GS_ETRUNC, "cut short"},
        {"\x1f\x8b\x08\x04", 4, GS_ETRUNC, "cut short"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        gs_vcf_opt o = all_of(put_bytes("bad", bad[i].bytes, bad[i].n));
        expect_error(&o, bad[i].code, bad[i].says);
        if (bad[i].code == GS_ETRUNC)
            continue;
        o.path = put_bgzip("bad.gz", bad[i].bytes, bad[i].n, 100);
        expect_error(&o, bad[i].code, bad[i].says);
    }
    gs_vcf_opt o = all_of(in_scratch("nowhere.vcf"));
    expect_error(&o, GS_EINPUT, "No such file");
    o.path = scratch;
    expect_error(&o, GS_EINPUT, "Is a directory");
}

static void bad_headers(void **state)
{
    (void)state;
    gs_vcf_opt o = all_of(put_text("h.vcf", FORMAT_LINE "#CHROM POS ID REF ALT QUAL FILTER INFO\n1 2 . A C . . .\n"));
    expect_error(&o, GS_EINPUT, "spaces instead of tabs");
    o.path = put_text("h.vcf", FORMAT_LINE "1\t2\t.\tA\tC\t.\t.\t.\n");
    expect_error(&o, GS_EINPUT, "no #CHROM line");
    o.path = put_text("h.vcf", FORMAT_LINE "##x=y\n");
    expect_error(&o, GS_ETRUNC, "ends within its header");
    o.path = put_text("h.vcf", FORMAT_LINE "#CHROM\tPOS\tID\n");
    expect_error(&o, GS_EINPUT, "has 3 columns");
    o.path = put_text("h.vcf", FORMAT_LINE "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts");
    expect_error(&o, GS_ETRUNC, "ends within its header");
    o.path = put_text("h.vcf", "##fileformat=VCFv4.2\r##x=y\r#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\r");
    expect_error(&o, GS_EINPUT, "tr '\\r' '\\n'");
}

static void bad_samples(void **state)
{
    (void)state;
    static const struct { const char *samples, *says; } bad[] = {
        {"s\ts", "sample s twice, in columns 10 and 11"}, {"ab\ta\tb\ta", "sample a twice, in columns 11 and 13"},
        {"a\t", "ends with a tab"}, {"", "ends with a tab"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[500];
        snprintf(text, sizeof text, FORMAT_LINE "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t%s\n",
                 bad[i].samples);
        gs_vcf_opt o = all_of(put_text("h.vcf", text));
        expect_error(&o, GS_EINPUT, bad[i].says);
    }
}

/* htslib drops lines: which ones, and why, is said. */
static void header_lines_left_out(void **state)
{
    (void)state;
    listen();
    gs_vcf_opt o = all_of(put_text("h.vcf", "##fileformat=VCFv9.9\n##a=b\n##text alone\n##a=b\n##a=c\n" PASS_LINE
        "##contig=<ID=1,length=5>\n##SAMPLE=<ID=s,File=a>\n##SAMPLE=<ID=s,File=b>\n##contig=<ID=1>\n"
        "##FILTER=<ID=q,Description=\"x\">\n##INFO=<ID=q,Number=1,Type=Float,Description=\"i\">\n" COLUMNS));
    char *s = copied(&o, NULL, 0);
    assert_string_equal(s, "##fileformat=VCFv9.9\n" PASS_LINE "##a=b\n##a=c\n##contig=<ID=1,length=5>\n"
        "##SAMPLE=<ID=s,File=a>\n##SAMPLE=<ID=s,File=b>\n##FILTER=<ID=q,Description=\"x\">\n"
        "##INFO=<ID=q,Number=1,Type=Float,Description=\"i\">\n" COLUMNS);
    free(s);
    assert_warned("header line 3 is left out, being none that htslib can read: ##text alone\n");
    assert_warned("header line 4 is left out, being the double of an earlier one: ##a=b\n");
    assert_warned("header line 10 is left out, being the double of an earlier one: ##contig=<ID=1>\n");
    int n = 0;
    for (const char *p = warnings; (p = strchr(p, '\n')); p++)
        n++;
    if (n != 3)
        fail_msg("%s", warnings);
}

/* Copy `path` as standard input, through a pipe if told, with or without the -a that accepts a missing end marker. */
static int copy_stdin(const char *path, int through_pipe, int allow)
{
    int keep = dup(STDIN_FILENO);
    char command[500];
    snprintf(command, sizeof command, "cat %s", path);
    FILE *p = through_pipe ? popen(command, "r") : fopen(path, "rb");
    assert_non_null(p);
    dup2(fileno(p), STDIN_FILENO);
    gs_err e = {0};
    gs_vcf_opt o = all_of("-");
    o.allow_truncated = allow;
    gs_vcf_out_opt out = {.path = in_scratch("from_stdin.vcf"), .level = -1};
    copy(&o, &out, NULL, &e);
    dup2(keep, STDIN_FILENO);
    close(keep);
    if (through_pipe)
        pclose(p);
    else
        fclose(p);
    return e.code;
}

static void expect_cut(const char *name, const char *bytes, size_t n)
{
    const char *path = put_bytes(name, bytes, n);
    gs_vcf_opt o = all_of(path);
    expect_error(&o, n ? GS_ETRUNC : GS_EINPUT, n ? "" : "empty");
    if (n % 7 == 0) /* a process each: some of them will do */
        assert_int_equal(copy_stdin(path, 1, 0), n ? GS_ETRUNC : GS_EINPUT);
}

/* Promise: truncated input is never success. */
static void cut_anywhere(void **state)
{
    (void)state;
    char text[4000] = HEAD;
    for (int i = 1; i < 40; i++)
        sprintf(text + strlen(text), "1\t%d\t.\tA\tC\t.\tq10\t.\n", i);
    put_bgzip("cut0.vcf.gz", text, strlen(text), 300);
    converted(put_text("cut0.vcf", text), "cut0.bcf", 'b', 0);
    char plain_gzip[500];
    snprintf(plain_gzip, sizeof plain_gzip, "gzip -c %s > %s", in_scratch("cut0.vcf"), in_scratch("cut1.vcf.gz"));
    assert_int_equal(system(plain_gzip), 0);
    static const char *const names[] = {"cut0.vcf.gz", "cut0.bcf", "cut1.vcf.gz"};
    listen();
    for (int i = 0; i < 3; i++) {
        size_t n;
        char *bytes = get_bytes(in_scratch(names[i]), &n);
        assert_int_equal(copy_stdin(in_scratch(names[i]), 1, 0), 0);
        assert_int_equal(copy_stdin(in_scratch(names[i]), 0, 0), 0);
        for (size_t k = 0; k < n; k++)
            expect_cut("cut", bytes, k);
        free(bytes);
    }
}

static void end_marker(void **state)
{
    (void)state;
    char *text = HEAD "1\t1\t.\tA\tC\t.\t.\t.\n";
    size_t n;
    char *bytes = get_bytes(put_bgzip("e.vcf.gz", text, strlen(text), 1000), &n);
    gs_vcf_opt o = all_of(put_bytes("e.vcf.gz", bytes, n - 28));
    expect_error(&o, GS_ETRUNC, "--allow-truncated");
    listen();
    o.allow_truncated = 1;
    expect_body(&o, NULL, "1\t1\t.\tA\tC\t.\t.\t.\n");
    assert_warned("end marker is missing");
    for (int through_pipe = 0; through_pipe < 2; through_pipe++) {
        assert_int_equal(copy_stdin(o.path, through_pipe, 0), GS_ETRUNC);
        assert_int_equal(copy_stdin(o.path, through_pipe, 1), 0);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_stay), cmocka_unit_test(fields), cmocka_unit_test(malformed_passes),
        cmocka_unit_test(sites), cmocka_unit_test(columns_of_samples), cmocka_unit_test(many_samples),
        cmocka_unit_test(cut_within_the_last_line),
        cmocka_unit_test(bad_samples),
        cmocka_unit_test(header_lines_left_out), cmocka_unit_test(not_vcf), cmocka_unit_test(bad_headers),
        cmocka_unit_test(cut_anywhere), cmocka_unit_test(end_marker),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
