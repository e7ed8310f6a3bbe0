/* A VCF (also BGZF and BCF) and, after the first byte 0 of a text, a FASTA: every record is looked at, put into a
 * window, annotated and written as text or BCF. What comes in comes out, or there is an error. */
#include "fuzz/fuzz_file.h"
#include "genome/context.h"
#include "genome/vcf.h"

static const char fasta[] = ">chr1\nACGTACGTNNRYACGTACGTACGTAAAA\nACGT\n>chrM\nGATTACAGATTACA\n";

/* The context of each kind: bases, and a change that lies in it. */
static void show(gs_ref *r, gs_context *c, const gs_allele *a)
{
    static const gs_context_kind *const kinds[] = {&gs_context_centred, &gs_context_clipped, &gs_context_shared};
    static const gs_grid grid = {.window = 40, .core = 26, .flank = 7, .shared = 40};
    for (int k = 0; k < 3; k++) {
        gs_allele own = *a;
        gs_err e = {0};
        if (kinds[k]->make(c, &grid, r, &own, &e) || own.flag != GS_FLAG_OK)
            continue;
        for (int side = 0; side < 2; side++) {
            assert((int)strlen(c->seq[side]) == c->len[side] && (int)strspn(c->seq[side], "ACGTN") == c->len[side]);
            assert(0 <= c->beg[side] && c->beg[side] <= c->end[side] && c->end[side] <= c->len[side]);
        }
    }
}

static void look(gs_vcf *v, gs_ref *r, gs_record *rec, gs_context *c)
{
    int rid = gs_ref_find(r, gs_record_contig(rec), gs_vcf_contig_len(v, gs_record_contig(rec)));
    for (int k = 0; k < gs_record_n_alt(rec); k++) {
        gs_err e = {0};
        char where[8];
        gs_allele a = gs_allele_parse(rid, gs_record_pos(rec), gs_record_ref(rec), gs_record_alt(rec, k));
        if (!gs_allele_check(&a, r, where, sizeof where, &e) && a.flag == GS_FLAG_OK)
            show(r, c, &a);
    }
}

static void annotate(gs_vcf *v, gs_record *rec, int i)
{
    float score[4] = {-1.5f, 0, 2e-9f, 3};
    const char *flag[4] = {"same", NULL, "edge", "outside"};
    int n = gs_record_n_alt(rec) < 4 ? gs_record_n_alt(rec) : 4;
    gs_record_set_float(v, rec, "GS_LLR", score, i % 3 ? n : 0, 4);
    gs_record_set_string(v, rec, "GS_FLAG", flag, i % 2 ? n : 0);
}

/* Records written; negative on error. */
static int64_t copy(gs_vcf *v, gs_ref *r, gs_vcf_out *o, gs_err *e)
{
    gs_context c = {0};
    gs_record *rec = gs_record_new();
    int64_t n = 0;
    int rc = 1;
    while (rc > 0 && (rc = gs_vcf_read(v, rec, e)) > 0) {
        if (!gs_record_malformed(rec)) {
            look(v, r, rec, &c);
            annotate(v, rec, (int)n);
        }
        if (gs_vcf_write(o, rec, e))
            rc = -1;
        n++;
    }
    gs_record_free(rec);
    gs_context_free(&c);
    return rc < 0 ? rc : n;
}

/* Lines after the one of the columns' names. */
static int64_t count_records(const char *path)
{
    int64_t n = -1;
    char *line = NULL;
    size_t cap = 0;
    FILE *f = fopen(path, "rb");
    assert(f);
    while (getline(&line, &cap, f) > 0)
        if (n >= 0 || !strncmp(line, "#CHROM", 6))
            n++;
    free(line);
    fclose(f);
    return n;
}

static void run(const char *in, gs_ref *r, char type)
{
    gs_err e = {0};
    gs_vcf_opt opt = {.path = in, .regions_overlap = -1, .targets_overlap = -1};
    gs_vcf *v = gs_vcf_open(&opt, &e);
    assert(v || e.msg[0]);
    gs_info_def llr = {"GS_LLR", "A", "Float", "a score", "gscore", "0", "GS_FLAG"};
    gs_info_def flag = {"GS_FLAG", "A", "String", "why", "gscore", "0", NULL};
    gs_vcf_out_opt to = {.path = fuzz_path("out.vcf"), .type = type, .level = -1};
    if (type == 'b')
        to.path = fuzz_path("out.bcf");
    gs_vcf_out *o = NULL;
    if (v && !gs_vcf_add_contigs(v, r, &e) && !gs_vcf_add_info(v, &llr, &e) && !gs_vcf_add_info(v, &flag, &e))
        o = gs_vcf_create(v, &to, &e);
    int64_t n = o ? copy(v, r, o, &e) : -1;
    if (n >= 0 && !gs_vcf_finish(o, &e) && !gs_vcf_publish(o, &e) && type == 'v')
        assert(count_records(to.path) == n);
    assert(n >= 0 || e.msg[0]);
    gs_vcf_free(o);
    gs_vcf_close(v, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    gs_err e = {0};
    const uint8_t *ref = (const uint8_t *)fasta;
    size_t n_ref = 0, n_vcf = n && *data == '#' ? fuzz_split(data, n, &ref, &n_ref) : n;
    const char *path = n_ref ? fuzz_put("r.fa", ref, n_ref)
                             : fuzz_put("r.fa", (const uint8_t *)fasta, sizeof fasta - 1);
    unlink(fuzz_path("r.fa.fai"));
    gs_ref *r = gs_ref_open(path, NULL, &e);
    assert(r || e.msg[0]);
    const char *in = fuzz_put("in.vcf", data, n_vcf);
    if (r)
        run(in, r, n % 2 ? 'v' : 'b');
    gs_ref_close(r);
    return 0;
}
