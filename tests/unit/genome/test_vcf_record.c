/* Editing INFO: the same result for text and BCF, every other byte untouched. */
#include "vcf_scratch.h"

static float the_value[8];
static int n_value, the_digits = 4;
static const char *the_flag[8];
static int n_flag;

static void set_both(gs_vcf *v, gs_record *r)
{
    assert_int_equal(gs_record_set_float(v, r, "GS_LLR", the_value, n_value, the_digits), 0);
    assert_int_equal(gs_record_set_string(v, r, "GS_FLAG", the_flag, n_flag), 0);
}

/* One record with this INFO becomes one with that. */
static void expect_info(const char *info, const char *want)
{
    char text[1000], body[500];
    snprintf(text, sizeof text, "%s1\t5\t.\tA\tC,G\t.\t.\t%s\tGT\n", HEAD, info);
    snprintf(body, sizeof body, "1\t5\t.\tA\tC,G\t.\t.\t%s\tGT\n", want);
    gs_vcf_opt o = all_of(put_text("r.vcf", text));
    expect_body(&o, set_both, body);
    snprintf(text, sizeof text, "%s1\t5\t.\tA\tC,G\t.\t.\t%s%s", HEAD, info, *info ? "" : "\n"); /* the last column */
    snprintf(body, sizeof body, "1\t5\t.\tA\tC,G\t.\t.\t%s\n", want);
    o.path = put_text("r.vcf", text);
    expect_body(&o, set_both, body);
}

static void text_edits(void **state)
{
    (void)state;
    n_value = 2;
    n_flag = 0;
    the_value[0] = -1.23456f;
    the_value[1] = NAN;
    expect_info(".", "GS_LLR=-1.2346,.");
    expect_info("", "GS_LLR=-1.2346,.");
    expect_info("A=1", "A=1;GS_LLR=-1.2346,.");
    expect_info("GS_LLR=7;A=1;GS_LLR;;B;GS_LLR=;XGS_LLR=1;GS_LLRX=2;C=GS_LLR=3",
                "A=1;B;XGS_LLR=1;GS_LLRX=2;C=GS_LLR=3;GS_LLR=-1.2346,.");
    expect_info("GS_FLAG=a,b;A", "A;GS_LLR=-1.2346,.");
    expect_info("A=1;", "A=1;GS_LLR=-1.2346,.");
    expect_info(".;", "GS_LLR=-1.2346,.");
    expect_info(";;", "GS_LLR=-1.2346,.");
    expect_info(";A;;B;;", ";A;;B;GS_LLR=-1.2346,.");
    expect_info("GS_LLR=3;", "GS_LLR=-1.2346,.");
    expect_info("GS_LLR=3;;A=1", "A=1;GS_LLR=-1.2346,.");
    expect_info(";GS_LLR=3", "GS_LLR=-1.2346,.");
    expect_info("A=1;;GS_LLR=3", "A=1;GS_LLR=-1.2346,.");
    n_flag = 2;
    the_flag[0] = NULL;
    the_flag[1] = "symbolic";
    expect_info("A", "A;GS_LLR=-1.2346,.;GS_FLAG=.,symbolic");
    n_value = n_flag = 0;
    expect_info("GS_LLR=1", ".");
    expect_info("GS_LLR=1;GS_FLAG=x", ".");
    expect_info("GS_LLR=1;A=2;GS_FLAG=x", "A=2");
    expect_info("GS_LLR=1;", ".");
    expect_info("A=1;;GS_LLR=1", "A=1");
    expect_info(".", ".");
    expect_info(";;A;", ";;A;");
    expect_info("", "");
    expect_info("A=1%3B\"x\"", "A=1%3B\"x\"");
}

static void expect_number(float x, int digits, const char *want)
{
    char info[100];
    n_value = 1;
    n_flag = 0;
    the_value[0] = x;
    the_digits = digits;
    snprintf(info, sizeof info, "GS_LLR=%s", want);
    expect_info(".", info);
    /* the same by way of BCF, both in and out */
    gs_vcf_opt in = all_of(put_text("n.vcf", HEAD "1\t5\t.\tA\tC\t.\t.\t.\n"));
    in.path = converted(in.path, "n.bcf", 'b', 0);
    char body[200];
    snprintf(body, sizeof body, "1\t5\t.\tA\tC\t.\t.\t%s\n", info);
    expect_body(&in, set_both, body);
    gs_err e = {0};
    gs_vcf_out_opt out = {.path = in_scratch("n2.bcf"), .level = -1};
    in.path = in_scratch("n.vcf");
    assert_int_equal(copy(&in, &out, set_both, &e), 0);
    in.path = out.path;
    snprintf(info, sizeof info, "%g", atof(want));   /* how htslib says a float */
    if (!strcmp(info, want) || *want == '.')
        expect_body(&in, NULL, body);
}

static void numbers(void **state)
{
    (void)state;
    expect_number(-12.34567f, 4, "-12.3457");
    expect_number(123.4567f, 4, "123.4567");
    expect_number(-12345.678f, 4, "-12345.6777");       /* no more than a float has */
    expect_number(-12345.678f, 9, "-12345.6777");
    expect_number(1.5e12f, 4, "1500000026624");
    expect_number(100, 4, "100");
    expect_number(0.000012345678f, 9, "0.000012346");
    expect_number(1.23456789f, 9, "1.23456788");
    expect_number(1.23456789f, -6, "1.23457");
    expect_number(123456.7f, -6, "123457");
    expect_number(0.0000123456789f, -6, "1.23457e-05");
    expect_number(-0.0f, -6, "0");
    expect_number(NAN, -6, ".");
    expect_number(0.5f, -6, "0.5");
    expect_number(0, 4, "0");
    expect_number(-0.0f, 4, "0");
    expect_number(-0.00004f, 4, "0");
    expect_number(-0.00006f, 4, "-0.0001");
    expect_number(2.5f, 0, "3");
    expect_number(-1.10f, 4, "-1.1");
    expect_number(-3, 4, "-3");
    expect_number(0.123456f, 6, "0.123456");
    expect_number(INFINITY, 4, ".");
    expect_number(NAN, 4, ".");
    the_digits = 4;
}

static void entry_per_alt(gs_vcf *v, gs_record *r)
{
    n_value = gs_record_n_alt(r);
    set_both(v, r);
}

/* One value per ALT, whatever stands there. */
static void alts(void **state)
{
    (void)state;
    static const struct { const char *alt; int n; } cases[] = {
        {".", 0}, {".,G", 2}, {"G,.", 2}, {".,.", 2}, {"G,.,T", 3}, {"G,", 2}, {",", 2}, {"..", 1}, {"<DEL>,*,.", 3},
    };
    for (int i = 0; i < 8; i++)
        the_value[i] = 1;
    n_flag = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[500], body[200], info[50] = "GS_LLR=1";
        for (int k = 1; k < cases[i].n; k++)
            strcat(info, ",1");
        snprintf(text, sizeof text, "%s1\t5\t.\tA\t%s\t.\t.\t.\n", HEAD, cases[i].alt);
        snprintf(body, sizeof body, "1\t5\t.\tA\t%s\t.\t.\t%s\n", cases[i].alt, cases[i].n ? info : ".");
        gs_vcf_opt o = all_of(put_text("alts.vcf", text));
        expect_body(&o, entry_per_alt, body);
        if (strstr(cases[i].alt, ",,") || cases[i].alt[strlen(cases[i].alt) - 1] == ',')
            continue;                /* BCF has no empty ALT */
        o.path = converted(o.path, "alts.bcf", 'b', 0);
        expect_body(&o, entry_per_alt, body);
    }
}

/* BCF in: the tags end up last and once, as in text. */
static void bcf_edits(void **state)
{
    (void)state;
    static const char head[] = FORMAT_LINE PASS_LINE "##contig=<ID=1>\n"
        "##INFO=<ID=GS_LLR,Number=A,Type=Float,Description=\"o\",Source=\"gscore:o\">\n"
        "##INFO=<ID=A,Number=1,Type=Integer,Description=\"a\">\n"
        "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n"
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts\n";
    static const char rows[] = "1\t5\t.\tA\tC,G\t1.5\tPASS\tGS_LLR=1,2;A=3\tGT\t0/1\n"
        "1\t6\tx\tA\tC,G\t.\t.\tGS_LLR=4\tGT\t./.\n"
        "1\t6\tx\tA\tC,G\t.\t.\t.\tGT\t.|1\n1\t0\t.\tN\tT,G\t.\t.\tA=1\tGT\t1\n";
    char text[2000];
    snprintf(text, sizeof text, "%s%s", head, rows);
    gs_vcf_opt o = all_of(put_text("e.vcf", text)), b = all_of(converted(o.path, "e.bcf", 'b', 0));
    for (int i = 0; i < 4; i++) {
        n_value = i & 1 ? 2 : 0;
        n_flag = i & 2 ? 2 : 0;
        the_value[0] = -1.5f;
        the_value[1] = NAN;
        the_flag[0] = "edge";
        the_flag[1] = NULL;
        char *from_text = copied(&o, set_both, 1);
        expect_body(&b, set_both, from_text);
        free(from_text);
    }
    n_value = 2;
    n_flag = 0;
    expect_body(&b, set_both, "1\t5\t.\tA\tC,G\t1.5\tPASS\tA=3;GS_LLR=-1.5,.\tGT\t0/1\n"
        "1\t6\tx\tA\tC,G\t.\t.\tGS_LLR=-1.5,.\tGT\t./.\n"
        "1\t6\tx\tA\tC,G\t.\t.\tGS_LLR=-1.5,.\tGT\t.|1\n1\t0\t.\tN\tT,G\t.\t.\tA=1;GS_LLR=-1.5,.\tGT\t1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_edits), cmocka_unit_test(numbers), cmocka_unit_test(alts), cmocka_unit_test(bcf_edits),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
