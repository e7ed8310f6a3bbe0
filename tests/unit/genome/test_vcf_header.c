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
    assert_int_equal(gs_vcf_add_info(v, &(gs_info_def){"B_LLR", "A", "Float", "score", "gscore:mito", "1"}, &e), 0);
    assert_string_equal(warnings, "");
    gs_log_set(NULL, NULL, GS_LOG_WARN);
    free(finish(v));
}

static void tag_there_already(void **state)
{
    (void)state;
    gs_err e = {0};
    gs_vcf *v = must_open(put_text("h.vcf", FORMAT_LINE
        "##INFO=<ID=GS_LLR,Number=A,Type=Float,Description=\"old\">\n" COLUMNS));
    assert_int_equal(gs_vcf_add_info(v, &llr, &e), 0);
    char *s = finish(v);
    assert_string_equal(s, FORMAT_LINE PASS_LINE "##INFO=<ID=GS_LLR,Number=A,Type=Float,Description=\"score\","
        "Source=\"gscore:mito\",Version=\"0.1.0\">\n" COLUMNS);
    free(s);
    v = must_open(put_text("h.vcf", FORMAT_LINE
        "##INFO=<ID=GS_LLR,Number=1,Type=Float,Description=\"old\">\n" COLUMNS));
    gs_vcf_add_info(v, &llr, &e);
    assert_says(&e, GS_EINPUT, "already declared as Number=1,Type=Float");
    assert_says(&e, GS_EINPUT, "--tag");
    assert_says(&e, GS_EINPUT, "bcftools annotate -x INFO/GS_LLR");
    gs_vcf_close(v, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(provenance), cmocka_unit_test(replacing_is_said), cmocka_unit_test(tag_there_already),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
