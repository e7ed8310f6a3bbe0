/* A GFF3 file over a small genome: coding sequences that lie on it, found where they lie and spliced, or an error. */
#include "fuzz/fuzz_file.h"
#include "genome/coding.h"

static const char fasta[] = ">chr1\nACGTACGTATGAAATAACGTACGATTACATTTACCATCGCAT\n>chrM\nATGACCTAAGGACTTACGATCCATCGA\n";

static gs_ref *reference(void)
{
    static gs_ref *r;
    gs_err e = {0};
    if (!r)
        r = gs_ref_open(fuzz_put("r.fa", (const uint8_t *)fasta, sizeof fasta - 1), NULL, &e);
    assert(r);
    return r;
}

static void check(const gs_transcript *t, gs_ref *r)
{
    int64_t len = 0;
    assert(t->name && t->n_piece > 0 && t->rid >= 0 && t->rid < gs_ref_count(r));
    for (int i = 0; i < t->n_piece; i++) {
        assert(t->piece[i].beg >= 0 && t->piece[i].beg < t->piece[i].end);
        assert(t->piece[i].end <= gs_ref_len(r, t->rid) * (gs_ref_circular(r, t->rid) ? 2 : 1));
        len += t->piece[i].end - t->piece[i].beg;
    }
    assert(len == t->len);
}

/* Base `pos` becomes "CC" in every transcript over it. */
static void splice_at(const gs_gff *g, gs_ref *r, int rid, int64_t pos, gs_context *c)
{
    gs_err e = {0};
    char base[2] = "";
    assert(!gs_ref_fetch(r, rid, pos, 1, base, &e));
    gs_allele a = gs_allele_parse(rid, pos, base, "CC");
    for (int i = gs_gff_next(g, rid, pos, pos + 1, 0); i >= 0; i = gs_gff_next(g, rid, pos, pos + 1, i + 1)) {
        a.transcript = gs_gff_at(g, i);
        if (!gs_coding_touches(a.transcript, &a, r))
            continue;
        a.flag = GS_FLAG_OK;
        assert(!gs_context_transcript.make(c, &(gs_grid){.window = 12}, r, &a, &e));
        assert(a.flag == GS_FLAG_TOO_LONG || (c->len[GS_REF] <= 12 && c->len[GS_ALT] <= 12));
        assert(c->effect < GS_EFFECT_COUNT && c->codon >= 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    gs_ref *r = reference();
    gs_err e = {0};
    gs_context c = {0};
    int fd;
    gs_gff *g = gs_gff_open(fuzz_file(data, n, &fd), r, &e);
    close(fd);
    assert(g || e.msg[0]);
    for (int i = 0; g && i < gs_gff_count(g); i++)
        check(gs_gff_at(g, i), r);
    for (int rid = 0; g && rid < gs_ref_count(r); rid++)
        for (int64_t pos = 0; pos < gs_ref_len(r, rid); pos += 3)
            splice_at(g, r, rid, pos, &c);
    gs_context_free(&c);
    gs_gff_close(g);
    return 0;
}
