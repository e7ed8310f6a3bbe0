/* -r -R -t -T -f. Expected answers are bcftools view 1.16's. */
#include "vcf_scratch.h"

/* Records by ID. d and g reach beyond their POS: d by REF, g by END; e is an insertion behind 30. */
#define BODY \
    "1\t10\ta\tA\tC\t.\tPASS\t.\n" \
    "1\t20\tb\tA\tC\t.\t.\t.\n" \
    "1\t20\tc\tA\tG\t.\tq10\t.\n" \
    "1\t25\td\tACGTAC\tA\t.\tq10;PASS\t.\n" \
    "1\t30\te\tA\tAT\t.\tPASS\t.\n" \
    "2\t5\tf\tA\tC\t.\tPASS\t.\n" \
    "2\t9\tg\tA\t<DEL>\t.\tPASS\tEND=15\n" \
    "2\t20\th\tA\t.\t.\tPASS\t.\n"

static const char *file[3]; /* text, VCF.gz with index, BCF with index */

static int make_files(void **state)
{
    if (make_scratch(state))
        return -1;
    file[0] = put_text("s.vcf", HEAD BODY);
    file[1] = converted(file[0], "s.vcf.gz", 'z', 2);
    file[2] = converted(file[0], "s.bcf", 'b', 1);
    return 0;
}

static void expect_ids(const gs_vcf_opt *o, const char *want)
{
    char ids[100] = "", *s = copied(o, NULL, 1);
    for (char *line = s; *line; line = strchr(line, '\n') + 1) {
        char *id = strchr(strchr(line, '\t') + 1, '\t') + 1;
        strncat(ids, id, 1);
    }
    if (strcmp(ids, want))
        fail_msg("%s -r %s -R %s -t %s -T %s -f %s: expected %s, got %s", o->path, o->regions, o->regions_file,
                 o->targets, o->targets_file, o->filters, want, ids);
    free(s);
}

/* By index and by streaming; overlap: 0 pos, 1 record, 2 variant. */
static void expect_list(const char *list, int overlap, const char *regions, const char *targets)
{
    for (int i = 0; i < 3; i++) {
        gs_vcf_opt o = all_of(file[i]);
        o.regions_overlap = o.targets_overlap = overlap;
        o.targets = list;
        expect_ids(&o, targets);
        o.targets = NULL;
        o.regions = list;
        if (i)
            expect_ids(&o, regions);
    }
}

static void lists(void **state)
{
    (void)state;
    static const struct { const char *list, *pos, *record, *variant; } cases[] = {
        {"1", "abcde", "abcde", "abcde"},
        {"1:20", "bc", "bc", "bc"},
        {"1:26-29", "", "d", "d"},
        {"1:25-25", "d", "d", ""},
        {"1:21-", "de", "de", "de"},
        {"1:30-31", "e", "de", "de"},
        {"2:10-12", "", "g", "g"},
        {"2,1:5-10", "fgha", "fgha", "fgha"},
        {"1:5-15,1:8-20,1:10", "abc", "abc", "abc"},
        {"1:20,1:10", "abc", "abc", "abc"},
        {"1:1-25,1:26-30", "abcde", "abcde", "abcd"},
        {"{1}:10", "a", "a", "a"},
        {"1:-20", "abc", "abc", "abc"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *want[3] = {cases[i].pos, cases[i].record, cases[i].variant};
        for (int overlap = 0; overlap < 3; overlap++) {
            char sorted[20];
            strcpy(sorted, want[overlap]);
            if (!strcmp(sorted, "fgha")) /* streaming keeps the order of the file */
                strcpy(sorted, "afgh");
            expect_list(cases[i].list, overlap, want[overlap], sorted);
        }
    }
}

static void defaults_and_negation(void **state)
{
    (void)state;
    gs_vcf_opt o = all_of(file[1]);
    o.regions = "1:26-29";
    expect_ids(&o, "d");
    o.regions = NULL;
    o.targets = "1:26-29";
    expect_ids(&o, "");
    o.targets = "^1";
    expect_ids(&o, "fgh");
    o.targets = "^1:20,2:5";
    expect_ids(&o, "adegh");
    o.regions = "1";
    expect_ids(&o, "ade");
    listen();
    o = all_of(file[1]);
    o.regions = "chr1,2:20";
    expect_ids(&o, "h");
    assert_warned("no records on contig chr1: names must match exactly");
}

static void files(void **state)
{
    (void)state;
    static const struct { const char *name, *text, *ids; } cases[] = {
        {"r.tab", "#x\n1\t10\t20\n\n2\t5\t5\n", "abcf"}, {"r.txt", "1\t10\n2\t5\n", "af"},
        {"r.bed", "1\t9\t19\n2\t4\t5\textra\n", "af"}, {"r.tsv", "1\t10\tA\tC\n", "a"},
        {"r.vcf", HEAD "1\t20\t.\tA\t20\t.\t.\t.\n", "bc"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int gz = 0; gz < 2; gz++) {
            char name[20];
            snprintf(name, sizeof name, "%s.gz", cases[i].name);
            gs_vcf_opt o = all_of(file[2]);
            o.regions_overlap = 0;
            o.regions_file = gz ? put_bgzip(name, cases[i].text, strlen(cases[i].text), 9)
                                : put_text(cases[i].name, cases[i].text);
            expect_ids(&o, cases[i].ids);
            o.targets_file = o.regions_file;
            o.regions_file = NULL;
            expect_ids(&o, cases[i].ids);
        }
    gs_vcf_opt o = all_of(file[0]);
    char negated[500];
    snprintf(negated, sizeof negated, "^%s", in_scratch("r.tab"));
    o.targets_file = negated;
    expect_ids(&o, "degh");
}

static void filters(void **state)
{
    (void)state;
    static const struct { const char *list, *ids; } cases[] = {
        {"PASS", "adefgh"}, {"PASS,.", "abdefgh"}, {"q10", "cd"}, {".", "b"}, {"q1", ""}, {"q10,.", "bcd"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int f = 0; f < 3; f++) {
            gs_vcf_opt o = all_of(file[f]);
            o.filters = cases[i].list;
            expect_ids(&o, cases[i].ids);
        }
    gs_vcf_opt o = all_of(file[0]);
    listen();
    o.filters = "PAS";
    expect_ids(&o, "");
    assert_warned("does not declare the filter PAS");
}

/* Names of contigs may have colons: what is a name as a whole comes first. */
static void colons(void **state)
{
    (void)state;
    static const char head[] = FORMAT_LINE PASS_LINE "##contig=<ID=A*01:01>\n##contig=<ID=A*01:01:02>\n"
        "##contig=<ID=1>\n"
        "##contig=<ID=1:5-9>\n##contig=<ID=gi|1|ref|N.1|>\n##contig=<ID=B:1>\n";
    static const char rows[] = COLUMNS "A*01:01\t2\ta\tA\tC\t.\t.\t.\nA*01:01\t20\tb\tA\tC\t.\t.\t.\n"
        "A*01:01:02\t2\tc\tA\tC\t.\t.\t.\n1\t5\td\tA\tC\t.\t.\t.\n1:5-9\t6\te\tA\tC\t.\t.\t.\n"
        "1:5-9\t60\tf\tA\tC\t.\t.\t.\ngi|1|ref|N.1|\t7\tg\tA\tC\t.\t.\t.\n";
    static const struct { const char *list, *ids; } cases[] = {
        {"A*01:01", "ab"}, {"A*01:01:2", "a"}, {"A*01:01:3-20", "b"}, {"A*01:01:02", "c"}, {"A*01:01:02:2", "c"},
        {"{A*01:01}:02", "a"}, {"{A*01:01}", "ab"}, {"1:5-9", "ef"}, {"{1}:5-9", "d"}, {"{1:5-9}:1-9", "e"},
        {"1:5-9:1-9", "e"}, {"gi|1|ref|N.1|", "g"}, {"gi|1|ref|N.1|:7", "g"}, {"{1:5-9},1:1-5", "def"}, {"B:1", ""},
        {"B:1:5", ""}, {"A*02:01", ""},
    };
    char text[2000];
    snprintf(text, sizeof text, "%s%s", head, rows);
    const char *path[4] = {put_text("colon.vcf", text)};
    path[1] = converted(path[0], "colon.vcf.gz", 'z', 2);
    path[2] = converted(path[0], "colon.bcf", 'b', 1);
    snprintf(text, sizeof text, FORMAT_LINE "%s", rows);
    path[3] = put_text("undeclared.vcf", text);
    listen();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int f = 0; f < 4; f++) {
            gs_vcf_opt o = all_of(path[f]);
            int both = f == 3 && (i == 3 || i == 7);  /* nobody knows which one is meant */
            o.targets = cases[i].list;
            expect_ids(&o, both ? i == 3 ? "ac" : "def" : cases[i].ids);
            o.targets = NULL;
            o.regions = cases[i].list;
            if (f == 1 || f == 2)
                expect_ids(&o, strcmp(cases[i].ids, "def") ? cases[i].ids : "efd");
        }
    gs_vcf_opt o = all_of(path[0]);
    o.targets = "1:5-9";
    listen();
    expect_ids(&o, "ef");
    assert_warned("region '1:5-9' is taken to be the contig of that name; the range is {1}:5-9");
}

static void nothing(void **state)
{
    (void)state;
    static const gs_vcf_opt some[] = {
        {.targets = "chr7"}, {.targets = "2:1-3"}, {.targets = "1:11", .filters = "PASS"}, {.filters = "."},
    };
    static const char *const says[] = {
        "no record is selected by -t chr7; names of contigs must match", "by -t 2:1-3", "by -t 1:11 -f PASS", NULL,
    };
    for (int i = 0; i < 4; i++)
        for (int f = 0; f < 3; f++)
            for (int chunks = 0; chunks < 3; chunks += 2) {
                gs_vcf_opt o = some[i];
                o.path = file[f];
                o.regions_overlap = o.targets_overlap = -1;
                o.chunk = chunks;
                o.chunks = chunks;
                listen();
                expect_ids(&o, says[i] ? "" : "b");
                if (says[i])
                    assert_warned(says[i]);
                else
                    assert_string_equal(warnings, "");
            }
    gs_vcf_opt o = all_of(file[1]);
    o.regions = "1:11-12";
    listen();
    expect_ids(&o, "");
    assert_warned("no record is selected by -r 1:11-12");
    o = all_of(put_text("empty.vcf", HEAD));
    o.targets = "1";
    listen();
    expect_ids(&o, "");
    assert_warned("no record is selected");
}

static void refusals(void **state)
{
    (void)state;
    gs_vcf_opt o = all_of(file[0]);
    o.regions = "1";
    expect_error(&o, GS_EINPUT, "| bgzip > new.vcf.gz && bcftools index");
    o.path = put_bgzip("noindex.vcf.gz", HEAD BODY, strlen(HEAD BODY), 1000);
    expect_error(&o, GS_EINPUT, "bcftools index");
    o.path = "-";
    expect_error(&o, GS_EUSAGE, "standard input");
    o.path = file[1];
    o.regions_file = "x";
    expect_error(&o, GS_EUSAGE, "excludes");
    o.regions = NULL;
    o.regions_file = in_scratch("nowhere");
    expect_error(&o, GS_EINPUT, "cannot be opened");
    o.regions_file = put_text("bad.tab", "1\t5\n1 6\n");
    expect_error(&o, GS_EINPUT, "line 2");
    o.regions_file = put_text("none.tab", "#\n");
    expect_error(&o, GS_EINPUT, "no region");
    o.regions_file = NULL;
    static const char *const bad[] = {
        "1:x", "1:9-3", "{1", "{1}x", "{1}:5-3", "1:5-7x", "1:", "1:-", "1:--5", "1:-5-9", "1:5--9", ":5:", ",",
        "1:99999999999999999999", "1:5-99999999999999999999",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        o.regions = bad[i];
        expect_error(&o, GS_EUSAGE, "region");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists), cmocka_unit_test(defaults_and_negation), cmocka_unit_test(files),
        cmocka_unit_test(filters), cmocka_unit_test(colons), cmocka_unit_test(nothing), cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, make_files, remove_scratch);
}
