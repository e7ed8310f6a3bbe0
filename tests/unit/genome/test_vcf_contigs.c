/* Contigs of the FASTA in the header, under the names that records use; contigs that the FASTA lacks. */
#include "vcf_scratch.h"
#include <htslib/tbx.h>
#include "genome/contig_names.h"

#define CHR_FASTA ">chr1\nACGT\n>chr2\nAC\n>odd\nA\n>chrM\nACGTA\n"
#define BARE_FASTA ">1\nACGT\n>2\nA\n>MT\nACGTA\n"
#define ROW(contig) contig "\t1\t.\tA\tC\t.\t.\t.\n"

static void mitochondrial_names(void **state)
{
    (void)state;
    static const char *const yes[] = {"chrM", "MT", "M", "chrMT", "chrmt", "ChrM", "MtDNA", "mtDNA", "mitochondrion",
                                      "NC_012920.1", "chrNC_012920.1", "J01415.2", "mitochondrion_genome"};
    static const char *const no[] = {"", "chr", "chr1", "MTX", "chrMX", "NC_012920.11", "NC_000001.11", "Pt", "xM",
                                     "Mito"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (!gs_contig_mitochondrial(yes[i]) || !gs_contig_circular(yes[i], NULL, 0))
            fail_msg("%s", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (gs_contig_mitochondrial(no[i]) || gs_contig_circular(no[i], NULL, 0) ||
            !gs_contig_circular(no[i], &no[i], 1))
            fail_msg("%s", no[i]);
}

static void chromosomes(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"chr1", "1"}, {"1", "1"}, {"NC_000001.11", "1"}, {"NC_000022.10", "22"}, {"NC_000023.11", "X"},
        {"NC_000024.10", "Y"}, {"NC_000025.1", "NC_000025.1"}, {"NC_000001.11x", "NC_000001.11x"}, {"NC_1", "NC_1"},
    };
    char out[8];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(gs_contig_chromosome(cases[i][0], out), cases[i][1]);
}

static gs_ref *must_open_ref(const char *fasta)
{
    gs_err e = {0};
    count_files("h.fa", 1);
    gs_ref *r = gs_ref_open(put_text("h.fa", fasta), NULL, &e);
    if (!r)
        fail_msg("%s", e.msg);
    return r;
}

/* Write the input at `path` with the FASTA's contigs declared; the copy as text, which the caller frees. */
static char *with_contigs(const char *path, const char *fasta, char type)
{
    gs_err e = {0};
    size_t n;
    gs_vcf_opt in = all_of(path), bcf = all_of(in_scratch("out.bcf"));
    gs_vcf_out_opt out = {.path = type == 'b' ? bcf.path : in_scratch("out.vcf"), .type = type, .level = -1};
    gs_vcf *v = gs_vcf_open(&in, &e);
    gs_ref *r = must_open_ref(fasta);
    gs_vcf_out *o = v && !gs_vcf_add_contigs(v, r, &e) ? gs_vcf_create(v, &out, &e) : NULL;
    if (!o || copy_records(v, o, NULL, &e) || gs_vcf_finish(o, &e) || gs_vcf_publish(o, &e))
        fail_msg("%s", e.msg);
    gs_vcf_free(o);
    gs_vcf_close(v, NULL);
    gs_ref_close(r);
    return type == 'b' ? copied(&bcf, NULL, 0) : get_bytes(out.path, &n);
}

/* The ##contig lines that come of a VCF and a FASTA. */
static void expect_contigs(const char *vcf, const char *fasta, const char *want)
{
    char *s = with_contigs(put_text("h.vcf", vcf), fasta, 'v'), got[500] = "";
    for (char *p = s; (p = strstr(p, "##contig=<ID=")); p++)
        sprintf(got + strlen(got), "%.*s ", (int)strcspn(p + 13, ">"), p + 13);
    assert_string_equal(got, want);
    const char *body = strstr(vcf, COLUMNS), *out = strstr(s, COLUMNS);
    assert_string_equal(out, body);
    free(s);
}

static void declared(void **state)
{
    (void)state;
    expect_contigs(FORMAT_LINE COLUMNS, CHR_FASTA, "chr1,length=4 chr2,length=2 odd,length=1 chrM,length=5 ");
    expect_contigs(FORMAT_LINE COLUMNS ROW("2") ROW("1"), CHR_FASTA, "1,length=4 2,length=2 odd,length=1 MT,length=5 ");
    expect_contigs(FORMAT_LINE "##contig=<ID=1>\n" COLUMNS ROW("chr2"), CHR_FASTA,
                   "1 chr2,length=2 odd,length=1 MT,length=5 ");
    expect_contigs(FORMAT_LINE "##contig=<ID=odd>\n" COLUMNS ROW("chr2"), CHR_FASTA,
                   "odd chr1,length=4 chr2,length=2 chrM,length=5 ");
    expect_contigs(FORMAT_LINE COLUMNS ROW("MT"), CHR_FASTA, "1,length=4 2,length=2 odd,length=1 MT,length=5 ");
    expect_contigs(FORMAT_LINE COLUMNS ROW("M"), CHR_FASTA, "1,length=4 2,length=2 odd,length=1 M,length=5 ");
    expect_contigs(FORMAT_LINE COLUMNS ROW("NC_012920.1"), CHR_FASTA,
                   "chr1,length=4 chr2,length=2 odd,length=1 NC_012920.1,length=5 ");
    expect_contigs(FORMAT_LINE COLUMNS ROW("chr2"), BARE_FASTA, "chr1,length=4 chr2,length=1 chrM,length=5 ");
    expect_contigs(FORMAT_LINE COLUMNS ROW("chrMT"), BARE_FASTA, "chr1,length=4 chr2,length=1 chrMT,length=5 ");
    expect_contigs(FORMAT_LINE COLUMNS ROW("chrM"), ">NC_000001.1\nACGT\n>NC_012920.1\nACGTA\n",
                   "NC_000001.1,length=4 chrM,length=5 ");
    expect_contigs(FORMAT_LINE COLUMNS ROW("other"), BARE_FASTA, "1,length=4 2,length=1 MT,length=5 ");
}

/* Records on contigs that the FASTA calls otherwise can be stored as BCF, wherever they come. */
static void aliases_in_bcf(void **state)
{
    (void)state;
    static const struct { const char *rows, *fasta; } cases[] = {
        {ROW("MT"), CHR_FASTA}, {ROW("1") ROW("MT"), CHR_FASTA}, {ROW("1") ROW("M"), CHR_FASTA},
        {ROW("odd") ROW("MT"), CHR_FASTA}, {ROW("odd") ROW("M") ROW("chr1"), CHR_FASTA},
        {ROW("NC_012920.1"), CHR_FASTA},
        {ROW("chr1") ROW("MT"), CHR_FASTA}, {ROW("chr1") ROW("chrM"), BARE_FASTA}, {ROW("chr1") ROW("M"), BARE_FASTA},
        {ROW("chrMT"), BARE_FASTA}, {ROW("chrM"), ">NC_012920.1\nACGTA\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[1000];
        snprintf(text, sizeof text, FORMAT_LINE COLUMNS "%s", cases[i].rows);
        char *s = with_contigs(put_text("h.vcf", text), cases[i].fasta, 'b');
        assert_string_equal(strstr(s, COLUMNS) + strlen(COLUMNS), cases[i].rows);
        free(s);
    }
}

/* An index tells all names beforehand. */
static void names_of_an_index(void **state)
{
    (void)state;
    static const char text[] = FORMAT_LINE COLUMNS ROW("odd") ROW("chr2") ROW("mitochondrion");
    const char *path = put_bgzip("n.vcf.gz", text, strlen(text), 1000);
    assert_int_equal(tbx_index_build(path, 0, &tbx_conf_vcf), 0);
    char *s = with_contigs(path, CHR_FASTA, 'b');
    assert_non_null(strstr(s, "##contig=<ID=chr2,length=2>\n##contig=<ID=odd,length=1>\n"
                           "##contig=<ID=mitochondrion,length=5>\n#"));
    free(s);
}

/* ---- what the FASTA lacks ---- */

#define NC_FASTA ">NC_000001.11 Homo sapiens chromosome 1, GRCh38.p14 Primary Assembly\nACGTACGT\n" \
    ">NT_1.1 Homo sapiens chromosome 1 unlocalized scaffold\nACG\n" \
    ">NC_000002.12 Homo sapiens chromosome 2, GRCh38\nACGT\n>X AC:CM000685.2 gi:1\nAC\n>five\nAAAAA\n"

/* What is said of the contigs of an input, one after the other. */
static void expect_remedy(const gs_vcf_opt *o, const char *contig, const char *says)
{
    gs_err e = {0};
    gs_vcf *v = gs_vcf_open(o, &e);
    gs_ref *r = must_open_ref(NC_FASTA);
    listen();
    gs_vcf_tell_missing(v, r, contig);
    assert_warned("is not in the FASTA: its variants are flagged no_contig; the FASTA has 5 contigs: ");
    assert_warned("NC_000001.11 (Homo sapiens chromosome 1, GRCh38.p14 Primary Assembly), NT_1.1 (");
    assert_warned(says);
    listen();
    gs_vcf_tell_missing(v, r, contig);
    assert_string_equal(warnings, "");
    gs_vcf_tell_missing(v, r, "chr77");
    assert_warned("echo 'chr77 NAME_IN_FASTA' >> names.txt");
    gs_vcf_close(v, NULL);
    gs_ref_close(r);
}

static void missing(void **state)
{
    (void)state;
    static const char text[] = FORMAT_LINE "##contig=<ID=chr1>\n##contig=<ID=ctg,length=5>\n" COLUMNS ROW("chr1");
    static const char *const renamed[][2] = {
        {"chr1", "chr1 NC_000001.11"}, {"1", "1 NC_000001.11"}, {"chr2", "chr2 NC_000002.12"},
        {"NC_000023.10", "NC_000023.10 X"}, {"CM000685.2", "CM000685.2 X"}, {"ctg", "ctg five"},
        {"chr", "chr NAME_IN_FASTA"}, {"chr11", "chr11 NAME_IN_FASTA"}, {"NC_000001", "NC_000001 NAME_IN_FASTA"},
    };
    gs_vcf_opt o = all_of(put_text("m.vcf", text));
    for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++) {
        char says[200];
        snprintf(says, sizeof says, "to rename it: echo '%s' > names.txt; ", renamed[i][1]);
        expect_remedy(&o, renamed[i][0], says);
    }
    char says[600];
    snprintf(says, sizeof says, "names.txt; bcftools annotate --rename-chrs names.txt -o new.vcf %s\n", o.path);
    expect_remedy(&o, "chr1", says);
    snprintf(says, sizeof says, "names.txt; cat %s | bgzip > old.vcf.gz; bcftools index -f old.vcf.gz; "
             "bcftools annotate --rename-chrs names.txt -o new.vcf old.vcf.gz\n", o.path);
    expect_remedy(&o, "1", says);
    o.path = put_bgzip("m.vcf.gz", text, strlen(text), 1000);
    snprintf(says, sizeof says, "names.txt; bcftools index -f %s; bcftools annotate --rename-chrs", o.path);
    expect_remedy(&o, "1", says);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mitochondrial_names), cmocka_unit_test(chromosomes), cmocka_unit_test(declared),
        cmocka_unit_test(aliases_in_bcf), cmocka_unit_test(names_of_an_index), cmocka_unit_test(missing),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
