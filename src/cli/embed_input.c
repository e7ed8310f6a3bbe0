#include "cli/embed_input.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "genome/allele.h"

int embed_source_open(embed_source *s, const embed_args *a, const gs_model *m, gs_err *e)
{
    *s = (embed_source){.a = a, .window = a->window ? a->window : m->recipe.window};
    if (!a->ref)
        return (s->fasta = gs_fasta_stream_open(a->in, e)) ? 0 : -(int)e->code;
    if (!(s->ref = gs_ref_open(a->ref, &(gs_ref_opt){0}, e)))
        return -(int)e->code;
    s->seq = malloc((size_t)s->window + 1);
    s->rec = gs_record_new();
    if (!s->seq || !s->rec)
        return gs_fail_mem(e, "a window", (size_t)s->window);
    if (gs_bed_named(a->in))
        return (s->bed = gs_bed_open(a->in, e)) ? 0 : -(int)e->code;
    s->vcf = gs_vcf_open(&(gs_vcf_opt){.path = a->in, .regions_overlap = -1, .targets_overlap = -1}, e);
    return s->vcf ? 0 : -(int)e->code;
}

void embed_source_close(embed_source *s)
{
    gs_fasta_stream_close(s->fasta);
    gs_bed_close(s->bed);
    gs_record_free(s->rec);
    if (s->vcf)
        gs_vcf_close(s->vcf, NULL);
    gs_ref_close(s->ref);
    free(s->seq);
    *s = (embed_source){0};
}

/* The window with base `pos` in its middle, as gs_place_centred puts it. */
static int fetch(embed_source *s, int rid, int64_t pos, embed_input *x, gs_err *e)
{
    x->beg = pos - s->window / 2;
    x->len = s->window;
    int rc = gs_ref_fetch(s->ref, rid, x->beg, x->len, s->seq, e);
    for (int64_t i = 0; !rc && i < x->len; i++)
        s->seq[i] = strchr("ACGT", s->seq[i]) ? s->seq[i] : 'N';
    s->seq[x->len] = 0;
    x->seq = s->seq;
    x->name = s->name;
    return rc ? rc : 1;
}

static void skip(embed_source *s, const char *name, const char *why)
{
    gs_warn("left out", "%s is left out: %s", name, why);
    s->skipped++;
}

/* The allele's place, checked as `score` does it; 0: it has no window. REF itself is not used: where the FASTA has
 * something else, that is embedded, with a warning. */
static int check_place(embed_source *s, gs_allele *a, gs_err *e)
{
    char has[40];
    int rc = gs_allele_check(a, s->ref, has, sizeof has, e);
    if (rc)
        return rc;
    if (a->flag == GS_FLAG_REF_MISMATCH)
        gs_warn("ref_mismatch", "%s: REF is %.40s, the FASTA has %s", s->name, a->ref, has);
    if (a->flag != GS_FLAG_NO_CONTIG && a->flag != GS_FLAG_OUTSIDE && a->flag != GS_FLAG_EDGE
        && a->flag != GS_FLAG_MALFORMED)
        return 1;
    skip(s, s->name, gs_flag_name(a->flag));
    return 0;
}

/* Closing may show that the file was cut. */
static int end_vcf(embed_source *s, gs_err *e)
{
    gs_vcf *v = s->vcf;
    s->vcf = NULL;
    return gs_vcf_close(v, e);
}

static int next_vcf(embed_source *s, embed_input *x, gs_err *e)
{
    int got;
    while ((got = gs_vcf_read(s->vcf, s->rec, e)) > 0) {
        if (gs_record_malformed(s->rec)) {
            snprintf(s->name, sizeof s->name, "record %lld", (long long)gs_record_line(s->rec));
            skip(s, s->name, "malformed");
            continue;
        }
        x->contig = gs_record_contig(s->rec);
        int64_t pos = gs_record_pos(s->rec);
        snprintf(s->name, sizeof s->name, "%.300s:%lld", x->contig, (long long)pos + 1);
        const char *ref = gs_record_ref(s->rec);
        gs_allele a = gs_allele_parse(gs_ref_find(s->ref, x->contig, gs_vcf_contig_len(s->vcf, x->contig)),
                                      pos, ref, ref);
        int rc = check_place(s, &a, e);
        if (rc)
            return rc < 0 ? rc : fetch(s, a.rid, pos, x, e);
    }
    return got ? got : end_vcf(s, e);
}

static int next_bed(embed_source *s, embed_input *x, gs_err *e)
{
    gs_bed_record r;
    int got;
    while ((got = gs_bed_next(s->bed, &r, e)) > 0) {
        int rid = gs_ref_find(s->ref, r.contig, 0);
        x->contig = r.contig;
        if (r.name)
            snprintf(s->name, sizeof s->name, "%.300s", r.name);
        else
            snprintf(s->name, sizeof s->name, "%.300s:%lld-%lld", r.contig, (long long)r.beg + 1, (long long)r.end);
        if (rid >= 0 && r.end <= gs_ref_len(s->ref, rid))
            return fetch(s, rid, r.beg + (r.end - r.beg) / 2, x, e);
        skip(s, s->name, gs_flag_name(rid < 0 ? GS_FLAG_NO_CONTIG : GS_FLAG_OUTSIDE));
    }
    return got;
}

static int next_fasta(embed_source *s, embed_input *x, gs_err *e)
{
    gs_fasta_record r;
    int got = gs_fasta_stream_next(s->fasta, &r, e);
    if (got > 0)
        *x = (embed_input){.name = r.name, .seq = r.seq, .len = r.len};
    return got;
}

int embed_source_next(embed_source *s, embed_input *x, gs_err *e)
{
    *x = (embed_input){0};
    int got = s->ended ? 0 : s->fasta ? next_fasta(s, x, e) : s->bed ? next_bed(s, x, e) : next_vcf(s, x, e);
    s->ended |= got <= 0;
    return got;
}
