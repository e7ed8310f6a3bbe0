/* What is added to a header, and what is refused. */
#include "vcf_scratch.h"

static gs_vcf *must_open(const char *path)
{
    gs_err e = {0};
    gs_vcf_opt o = all_of(path);
    gs_vcf *v = gs_vcf_open(&o, &e);
    if (!v)
        fail_msg("%s", e.msg);
    return v;
}

/* Write it all out, close, and give back the text, which the caller frees. */
static char *finish(gs_vcf *v)
{
    gs_err e = {0};
    size_t n;
    gs_vcf_out_opt o = {.path = in_scratch("header.vcf"), .level = -1};
    gs_vcf_out *out = gs_vcf_create(v, &o, &e);
    if (!out || copy_records(v, out, NULL, &e) || gs_vcf_finish(out, &e) || gs_vcf_publish(out, &e) ||
        gs_vcf_close(v, &e))
        fail_msg("%s", e.msg);
    gs_vcf_free(out);
    return get_bytes(o.path, &n);
}

/* An earlier run's line of the same tag goes; those of other tags stay. */
static void provenance(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_vcf *v = must_open(put_text("h.vcf", FORMAT_LINE "##gscore_X=<ID=X,Model=\"a\">\n##gscore_Y=<ID=Y,Model=\"a\">\n"
                                   "##gscore_Z=<ID=Z,Model=\"a\">\n" COLUMNS));
    gs_vcf_field f[] = {{"Model", "say \"hi\" \\ there"}, {"Options", "--a,b=<c>;"}, {0}};
    assert_int_equal(gs_vcf_add_provenance(v, "X", f, &e), 0);
    assert_int_equal(gs_vcf_add_provenance(v, "Z", NULL, &e), 0);
    assert_int_equal(gs_vcf_add_provenance(v, "NONE", NULL, &e), 0);
    char *s = finish(v);
    assert_string_equal(s, FORMAT_LINE PASS_LINE
        "##gscore_X=<ID=X,Model=\"say \\\"hi\\\" \\\\ there\",Options=\"--a,b=<c>;\">\n"
        "##gscore_Y=<ID=Y,Model=\"a\">\n" COLUMNS);
    free(s);
}

static void replacing_is_said(void **state)
{
    (void)state;
    gs_err e = {0};
    listen();
    gs_vcf *v = must_open(put_text("h.vcf", FORMAT_LINE
        "##INFO=<ID=GS_LLR,Number=A,Type=Float,Description=\"old\",Source=\"gscore:other\">\n" COLUMNS));
    assert_int_equal(gs_vcf_add_info(v, &llr, &e), 0);
    assert_warned("INFO/GS_LLR of an earlier run with other is replaced by this run's with mito");
    assert_warned("--tag NAME");
    listen();
    gs_info_def other = {"B_LLR", "A", "Float", "score", "gscore:mito", "1", NULL};
    assert_int_equal(gs_vcf_add_info(v, &other, &e), 0);
    assert_string_equal(warnings, "");
    gs_log_set(NULL, NULL, GS_LOG_WARN);
    free(finish(v));
}

#define INFO_GS_LLR(number) "##INFO=<ID=GS_LLR,Number=" number ",Type=Float,Description=\"o\""

/* What happens to a tag whose declaration is this: the code and what is said, NULL: replaced. */
static void expect_claim(const char *declared, const gs_info_def *d, gs_code code, const char *says)
{
    char text[1000];
    gs_err e = {0};
    snprintf(text, sizeof text, FORMAT_LINE "%s" COLUMNS, declared);
    gs_vcf *v = must_open(put_text("h.vcf", text));
    gs_vcf_add_info(v, d, &e);
    if (says)
        assert_says(&e, code, says);
    else if (e.code)
        fail_msg("%s: %s", declared, e.msg);
    gs_vcf_close(v, NULL);
}

static void tag_there_already(void **state)
{
    (void)state;
    static const struct { const char *line, *says; } cases[] = {
        {INFO_GS_LLR("A") ",Source=\"gscore:x\">\n", NULL},
        {INFO_GS_LLR("A") ",Source=\"gscore\">\n", NULL},
        {INFO_GS_LLR("A") ">\n", "already declared as Number=A,Type=Float, and not by gscore"},
        {INFO_GS_LLR("A") ",Source=\"gscores\">\n", "already declared"},
        {INFO_GS_LLR("1") ",Source=\"gscore:x\">\n", "another name with --tag"},
        {INFO_GS_LLR("1") ">\n", "bcftools annotate -x INFO/GS_LLR -o new.vcf /tmp"},
        {INFO_GS_LLR("1") ">\n##INFO=<ID=GS_FLAG,Number=1,Type=Float,"
         "Description=\"o\">\n", "bcftools annotate -x INFO/GS_LLR,INFO/GS_FLAG -o"},
        {"##FORMAT=<ID=GS_LLR,Number=1,Type=Float,Description=\"o\">\n", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_claim(cases[i].line, &llr, GS_EINPUT, cases[i].says);
    static const char *const reserved[] = {"DP", "END", "AF", "SVTYPE", "MQ0", "RUB"};
    static const char *const free_names[] = {"DPX", "dp", "X"};
    for (int i = 0; i < 6; i++)
        expect_claim("", &(gs_info_def){reserved[i], "A", "Float", "", "gscore:x", "1", NULL}, GS_EUSAGE,
                     "has a meaning in the VCF specification: choose another name with --tag");
    for (int i = 0; i < 3; i++)
        expect_claim("", &(gs_info_def){free_names[i], "A", "Float", "", "gscore:x", "1", NULL}, 0, NULL);
}

/* A name that nobody declares, but a record has: nothing is lost to it, however late it comes. */
static void tag_in_records(void **state)
{
    (void)state;
    static const struct { const char *tag, *info, *says; } cases[] = {
        {"X", "X=1", "record 2 (1:9) has INFO/X, which the header does not declare and gscore did not write"},
        {"X", "A=2;X", "choose another name with --tag"}, {"X", "XX=1;A=X;AX", NULL}, {"GS_LLR", "GS_LLR=3", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[1000];
        gs_err e = {0};
        snprintf(text, sizeof text, HEAD "1\t5\t.\tA\tC\t.\t.\t.\n1\t9\t.\tA\t<DEL>\t.\t.\t%s\n", cases[i].info);
        gs_vcf *v = must_open(put_text("h.vcf", text));
        gs_record *r = gs_record_new();
        listen();
        gs_vcf_add_info(v, &(gs_info_def){cases[i].tag, "A", "Float", "", "gscore:x", "1", NULL}, &e);
        assert_int_equal(gs_vcf_read(v, r, &e), 1);
        assert_int_equal(gs_vcf_read(v, r, &e), cases[i].says ? -GS_EINPUT : 1);
        if (cases[i].says)
            assert_says(&e, GS_EINPUT, cases[i].says);
        gs_record_free(r);
        gs_vcf_close(v, NULL);
    }
    assert_warned("records have INFO/GS_LLR, which the header does not declare: it is taken for gscore's");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(provenance), cmocka_unit_test(replacing_is_said), cmocka_unit_test(tag_there_already),
        cmocka_unit_test(tag_in_records),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
