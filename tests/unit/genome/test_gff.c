/* GFF3 lines, whose coding sequences they are, and which of them lie over a place. */
#include "fasta_scratch.h"
#include "genome/gff.h"
#include "genome/gff_line.h"

#define A60 "ACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGT"

/* chr1: 60 bases, chr2: 120, chrM: a circle of 60. */
static gs_ref *open_ref(void)
{
    gs_err e = {0};
    gs_ref *r = gs_ref_open(put_text("g.fa", ">chr1\n" A60 "\n>chr2\n" A60 A60 "\n>chrM\n" A60 "\n"), NULL, &e);
    if (!r)
        fail_msg("%s", e.msg);
    return r;
}

static gs_gff *open_text(const char *text, gs_ref *r)
{
    gs_err e = {0};
    gs_gff *g = gs_gff_open(put_text("g.gff3", text), r, &e);
    if (!g)
        fail_msg("%s", e.msg);
    return g;
}

/* The transcripts as text: "name:contig:strand:beg-end,beg-end;" */
static void assert_transcripts(const char *text, const char *expected)
{
    gs_ref *r = open_ref();
    gs_gff *g = open_text(text, r);
    gs_str s = {0};
    for (int i = 0; i < gs_gff_count(g); i++) {
        const gs_transcript *t = gs_gff_at(g, i);
        gs_str_printf(&s, "%s:%s:%c:", t->name, gs_ref_name(r, t->rid), t->reverse ? '-' : '+');
        int len = 0;
        for (int k = 0; k < t->n_piece; k++) {
            gs_str_printf(&s, "%d-%d%s", (int)t->piece[k].beg, (int)t->piece[k].end, k + 1 < t->n_piece ? "," : ";");
            len += (int)(t->piece[k].end - t->piece[k].beg);
        }
        assert_int_equal(len, t->len);
    }
    assert_string_equal(s.s, expected);
    gs_str_free(&s);
    gs_gff_close(g);
    gs_ref_close(r);
}

static void assert_refused(const char *text, const char *says)
{
    gs_ref *r = open_ref();
    gs_err e = {0};
    assert_null(gs_gff_open(put_text("g.gff3", text), r, &e));
    assert_says(&e, GS_EINPUT, says);
    gs_ref_close(r);
}

#define CDS(CONTIG, BEG, END, STRAND, PHASE, MORE) \
    CONTIG "\tsrc\tCDS\t" BEG "\t" END "\t.\t" STRAND "\t" PHASE "\t" MORE "\n"
#define FEATURE(TYPE, MORE) "chr1\tsrc\t" TYPE "\t1\t60\t.\t+\t.\t" MORE "\n"

static void lines(void **state)
{
    (void)state;
    gs_gff_line l;
    const char *fault;
    char good[] = "c%20x\ts\tCDS\t5\t9\t.\t-\t2\tName=n; ID=cds%3Aa%2cb ;note;Parent=p%2C1,p2;transl_table=2;ID=other";
    assert_int_equal(gs_gff_line_parse(good, &l, &fault), 1);
    assert_string_equal(l.contig, "c x");
    assert_int_equal(l.beg, 4);
    assert_int_equal(l.end, 9);
    assert_int_equal(l.strand, '-');
    assert_int_equal(l.phase, 2);
    assert_string_equal(l.id, "cds:a,b ");
    assert_int_equal(l.code, 2);
    char *rest = l.parent;
    assert_string_equal(gs_gff_parent(&rest), "p,1");
    assert_string_equal(gs_gff_parent(&rest), "p2");
    assert_null(gs_gff_parent(&rest));
    char odd[] = "c\ts\tgene\t1\t1\t.\t.\t.\tID=a%4;Parent=";
    assert_int_equal(gs_gff_line_parse(odd, &l, &fault), 1);
    assert_string_equal(l.id, "a%4");
    assert_null(l.parent);
    assert_int_equal(l.phase, -1);
    char blank[] = "  \t", comment[] = "# c\ts";
    assert_int_equal(gs_gff_line_parse(blank, &l, &fault), 0);
    assert_int_equal(gs_gff_line_parse(comment, &l, &fault), 0);
    assert_true(gs_gff_line_is_fasta("##FASTA") && gs_gff_line_is_fasta(">c") && !gs_gff_line_is_fasta("###"));
}

static void malformed_lines(void **state)
{
    (void)state;
    static const struct { const char *line, *says; } rows[] = {
        {"chr1\ts\tCDS\t1\t6\t.\t+\t0\n", "nine columns"},
        {"chr1 s CDS 1 6 . + 0 ID=a\n", "nine columns"},
        {CDS("chr1", "0", "6", "+", "0", "ID=a"), "columns 4 and 5"},
        {CDS("chr1", "7", "6", "+", "0", "ID=a"), "columns 4 and 5"},
        {CDS("chr1", "1x", "6", "+", "0", "ID=a"), "columns 4 and 5"},
        {CDS("chr1", "-1", "6", "+", "0", "ID=a"), "columns 4 and 5"},
        {CDS("chr1", "1", "99999999999999999999", "+", "0", "ID=a"), "columns 4 and 5"},
        {CDS("chr1", "1", "", "+", "0", "ID=a"), "columns 4 and 5"},
        {CDS("chr1", "1", "6", "", "0", "ID=a"), "column 7"},
        {CDS("chr1", "1", "6", "++", "0", "ID=a"), "column 7"},
        {CDS("chr1", "1", "6", "+", "3", "ID=a"), "column 8"},
        {CDS("chr1", "1", "6", "+", "", "ID=a"), "column 8"},
        {CDS("chr1", "1", "6", "+", "0", "gene_id \"g\"; transcript_id \"t\";"), "GTF"},
        {CDS("chr1", "1", "6", "+", "0", "Name=n"), "whose is it"},
        {CDS("chr1", "58", "63", "+", "0", "ID=a"), "which has 60 in the FASTA"},
        {CDS("chrM", "61", "66", "+", "0", "ID=a"), "which has 60 in the FASTA"},
        {CDS("chrM", "58", "121", "+", "0", "ID=a"), "which has 60 in the FASTA"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[400];
        snprintf(text, sizeof text, "##gff-version 3\n\n%s", rows[i].line);
        assert_refused(text, rows[i].says);
        assert_refused(text, "line 3");
    }
    assert_refused("##gff-version 3\n", "no coding sequence");
    assert_refused(CDS("chrX", "1", "6", "+", "0", "ID=a"), "it has some on 'chrX'");
}

static void whose_they_are(void **state)
{
    (void)state;
    /* a transcript's rows need no common ID, in any order, and may have several Parents */
    assert_transcripts(CDS("chr1", "21", "26", "+", "0", "ID=c2;Parent=transcript:t1,t2")
                       CDS("chr1", "1", "6", "+", "0", "ID=c1;Parent=transcript:t1"), "t1:chr1:+:0-6,20-26;"
                       "t2:chr1:+:20-26;");
    /* a gene's, and those without a Parent, are told apart by their IDs; genes may come behind */
    assert_transcripts(CDS("chr1", "1", "6", "+", "0", "ID=cds-a;Parent=g")
                       CDS("chr1", "9", "14", "+", "0", "ID=cds-a;Parent=g")
                       CDS("chr1", "1", "12", "+", "0", "ID=CDS:b;Parent=g")
                       CDS("chr1", "2", "7", "-", "0", "ID=d") FEATURE("pseudogene", "ID=g"),
                       "b:chr1:+:0-12;cds-a:chr1:+:0-6,8-14;d:chr1:-:1-7;");
    assert_transcripts(FEATURE("mRNA", "ID=gene:g;Parent=x") CDS("chr1", "1", "6", "+", "0", "ID=c;Parent=gene:g")
                       CDS("chr1", "7", "12", "+", "0", "Parent=gene:g"), "c:chr1:+:0-6;g:chr1:+:6-12;");
    /* one name on two contigs is two; a row that is there twice counts once */
    assert_transcripts(CDS("1", "1", "6", "+", "0", "Parent=t") CDS("chr2", "1", "6", "+", "0", "Parent=t")
                       CDS("1", "1", "6", "+", "0", "Parent=t"), "t:chr1:+:0-6;t:chr2:+:0-6;");
    /* places of other features do not matter, nor what stands behind ##FASTA */
    assert_transcripts(FEATURE("exon", "Parent=t") "chr1\ts\tgene\t-9\t0\t?\t\t\tID=g\n###\n"
                       CDS("chr1", "1", "6", "+", ".", "Parent=t")
                       "##FASTA\nxx\n",
                       "t:chr1:+:0-6;");
}

static void phases(void **state)
{
    (void)state;
    /* the first whole codon begins so many bases in, seen by the strand; that may be in the next exon */
    assert_transcripts(CDS("chr1", "1", "8", "+", "2", "Parent=a") CDS("chr1", "11", "20", "-", "1", "Parent=b")
                       CDS("chr1", "31", "31", "+", "2", "Parent=c") CDS("chr1", "41", "47", "+", "1", "Parent=c")
                       CDS("chr2", "1", "6", "-", "1", "Parent=d") CDS("chr2", "9", "9", "-", "2", "Parent=d"),
                       "a:chr1:+:2-8;b:chr1:-:10-19;c:chr1:+:41-47;d:chr2:-:0-5;");
    gs_ref *r = open_ref();
    gs_gff *g = open_text(CDS("chr1", "1", "9", "+", "2", "Parent=a") CDS("chrM", "1", "9", "+", "0", "Parent=m")
                          CDS("chrM", "20", "25", "+", "0", "Parent=n;transl_table=5")
                          CDS("chrM", "30", "35", "+", "0", "Parent=o;transl_table=99"), r);
    static const struct { int from_start, code; } expected[] = {{0, 1}, {1, 2}, {1, 5}, {1, 1}};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(gs_gff_at(g, i)->from_start, expected[i].from_start);
        assert_int_equal(gs_gff_at(g, i)->code, expected[i].code);
    }
    gs_gff_close(g);
    gs_ref_close(r);
    /* what makes no sense is left out, the others stay */
    assert_transcripts(CDS("chr1", "1", "6", "+", "0", "Parent=t") CDS("chr1", "9", "14", "+", "1", "Parent=t")
                       CDS("chr1", "1", "6", "+", "0", "Parent=u") CDS("chr1", "9", "14", "-", "0", "Parent=u")
                       CDS("chr1", "1", "6", ".", "0", "Parent=v") CDS("chr1", "3", "4", "+", "2", "Parent=w")
                       CDS("chrX", "1", "6", "+", "0", "Parent=x") CDS("chr1", "1", "7", "+", "0", "Parent=y")
                       CDS("chr1", "9", "14", "+", "2", "Parent=y"), "y:chr1:+:0-7,8-14;");
}

static void names_in_info(void **state)
{
    (void)state;
    gs_transcript t = {.name = "a,b;c=d|e%f g"};
    gs_str s = {0};
    gs_transcript_put_name(&t, &s);
    assert_string_equal(s.s, "a%2Cb%3Bc%3Dd%7Ce%25f%20g");
    gs_str_free(&s);
}

/* Against a look at each: many transcripts, some of which hold others. */
static void lookup(void **state)
{
    (void)state;
    gs_ref *r = open_ref();
    gs_str text = {0};
    uint32_t seed = 7;
    for (int i = 0; i < 300; i++) {
        seed = seed * 1664525u + 1013904223u;
        int contig = (int)(seed >> 28) % 3, beg = 1 + (int)(seed >> 16) % 60;
        int end = beg + (int)(seed >> 8) % (contig == 2 ? 60 : 61 - beg);
        const char *name = ((const char *[]){"1", "chr2", "MT"})[contig];
        gs_str_printf(&text, "%s\ts\tCDS\t%d\t%d\t.\t+\t0\tID=t%d\n", name, beg, end, i);
    }
    gs_gff *g = open_text(text.s, r);
    assert_int_equal(gs_gff_count(g), 300);
    for (int rid = 0; rid < 3; rid++)
        for (int beg = 0; beg < 60; beg++)
            for (int len = 0; len < 4; len++) {
                int at = gs_gff_next(g, rid, beg, beg + len, 0);
                for (int i = 0; i < 300; i++) {
                    const gs_transcript *t = gs_gff_at(g, i);
                    int over = 0;
                    for (int turn = rid == 2 ? -60 : 0; turn <= (rid == 2 ? 60 : 0); turn += 60)
                        over |= t->rid == rid && t->piece->beg <= beg + len + turn && t->piece->end >= beg + turn;
                    assert_int_equal(over, at == i);
                    if (over)
                        at = gs_gff_next(g, rid, beg, beg + len, i + 1);
                }
                assert_int_equal(at, -1);
            }
    gs_str_free(&text);
    gs_gff_close(g);
    gs_ref_close(r);
}

static void compressed(void **state)
{
    (void)state;
    static const char text[] = CDS("chr1", "1", "6", "+", "0", "Parent=t")
                               CDS("chr1", "9", "14", "-", "0", "Parent=u");
    gs_ref *r = open_ref();
    gs_err e = {0};
    const char *path = put_bgzip("g.gff3.gz", text, strlen(text), 20);
    gs_gff *g = gs_gff_open(path, r, &e);
    assert_non_null(g);
    assert_int_equal(gs_gff_count(g), 2);
    gs_gff_close(g);
    size_t n;
    char *bytes = get_bytes(path, &n);
    for (size_t cut = 1; cut < n; cut++) {
        e = (gs_err){0};
        assert_null(gs_gff_open(put_bytes("cut.gff3.gz", bytes, cut), r, &e));
        assert_true(e.code == GS_ETRUNC || e.code == GS_EINPUT);
    }
    free(bytes);
    gs_ref_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines), cmocka_unit_test(malformed_lines), cmocka_unit_test(whose_they_are),
        cmocka_unit_test(phases), cmocka_unit_test(names_in_info), cmocka_unit_test(lookup),
        cmocka_unit_test(compressed)};
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
