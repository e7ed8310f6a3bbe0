#include "embed/embed_source.h"
#include <stdio.h>
#include <string.h>

int gs_embed_source_open(gs_embed_source *s, const gs_model *m, const gs_embed_opt *o, gs_err *e)
{
    *s = (gs_embed_source){0};
    if (!o->ref)
        return (s->fasta = gs_fasta_stream_open(o->in, e)) ? 0 : -(int)e->code;
    if ((s->grid.window = gs_model_choose_window(m, o->window, e)) < 0)
        return s->grid.window;
    if (!(s->ref = gs_ref_open(o->ref, &(gs_ref_opt){0}, e)))
        return -(int)e->code;
    if (gs_bed_named(o->in))
        return (s->bed = gs_bed_open(o->in, e)) ? 0 : -(int)e->code;
    if (!(s->rec = gs_record_new()))
        return gs_fail_mem(e, "a record", 0);
    s->vcf = gs_vcf_open(&(gs_vcf_opt){.path = o->in, .regions_overlap = -1, .targets_overlap = -1}, e);
    return s->vcf ? 0 : -(int)e->code;
}

int gs_embed_source_close(gs_embed_source *s, gs_err *e)
{
    gs_fasta_stream_close(s->fasta);
    gs_bed_close(s->bed);
    int rc = s->vcf ? gs_vcf_close(s->vcf, e) : 0;
    gs_record_free(s->rec);
    gs_ref_close(s->ref);
    gs_context_free(&s->context);
    *s = (gs_embed_source){0};
    return rc;
}

/* The window of an allele, checked as `score` does it. */
static int look(gs_embed_source *s, gs_allele a, gs_embed_input *x, gs_err *e)
{
    char fasta[41];
    int rc = gs_allele_check(&a, s->ref, fasta, (int)sizeof fasta, e);
    int placed = a.flag == GS_FLAG_OK || a.flag == GS_FLAG_SAME;
    x->mismatched |= a.flag == GS_FLAG_REF_MISMATCH;
    x->compared |= placed || x->mismatched;
    if (!rc && placed)
        rc = gs_context_centred.make(&s->context, &s->grid, s->ref, &a, e);
    if (!rc && a.flag == GS_FLAG_REF_MISMATCH)
        snprintf(x->why, sizeof x->why, ": REF is %.40s, the FASTA has %s", a.ref, fasta);
    x->flag = a.flag == GS_FLAG_SAME ? GS_FLAG_OK : a.flag;
    x->seq = s->context.seq[GS_REF];
    x->beg = s->context.start;
    x->len = s->context.len[GS_REF];
    return rc;
}

/* All ALTs have one window, that of REF: the first that can be scored will do. Of several reasons the first is told. */
static int look_at_alts(gs_embed_source *s, int rid, gs_embed_input *x, gs_err *e)
{
    int n = gs_record_n_alt(s->rec), rc = 0;
    const char *ref = gs_record_ref(s->rec);
    gs_flag first = GS_FLAG_OK;
    for (int i = 0; !rc && (i == 0 || (i < n && x->flag != GS_FLAG_OK)); i++) {
        rc = look(s, gs_allele_parse(rid, gs_record_pos(s->rec), ref, n ? gs_record_alt(s->rec, i) : ref), x, e);
        first = i ? first : x->flag;
    }
    x->flag = x->flag == GS_FLAG_OK ? GS_FLAG_OK : first;
    return rc;
}

static int next_record(gs_embed_source *s, gs_embed_input *x, gs_err *e)
{
    int got = gs_vcf_read(s->vcf, s->rec, e);
    if (got <= 0)
        return got;
    if (gs_record_malformed(s->rec)) {
        snprintf(s->name, sizeof s->name, "record %lld", (long long)gs_record_line(s->rec));
        x->flag = GS_FLAG_MALFORMED;
        return 1;
    }
    x->contig = gs_record_contig(s->rec);
    snprintf(s->name, sizeof s->name, "%.300s:%lld", x->contig, (long long)gs_record_pos(s->rec) + 1);
    int rid = gs_ref_find(s->ref, x->contig, gs_vcf_contig_len(s->vcf, x->contig));
    if (rid < 0)
        gs_vcf_tell_missing(s->vcf, s->ref, x->contig);
    int rc = look_at_alts(s, rid, x, e);
    return rc ? rc : 1;
}

/* An interval is the place of its middle, where all of it lies on the contig. */
static int next_interval(gs_embed_source *s, gs_embed_input *x, gs_err *e)
{
    gs_bed_record *r = &s->interval;
    int got = gs_bed_next(s->bed, r, e);
    if (got <= 0)
        return got;
    x->contig = r->contig;
    if (r->name)
        snprintf(s->name, sizeof s->name, "%.300s", r->name);
    else
        snprintf(s->name, sizeof s->name, "%.300s:%lld-%lld", r->contig, (long long)r->beg + 1, (long long)r->end);
    int rid = gs_ref_find(s->ref, r->contig, 0);
    gs_allele middle = {.rid = rid, .pos = r->beg + (r->end - r->beg) / 2, .ref = "", .alt = "", .flag = GS_FLAG_SAME};
    if (rid >= 0 && r->end > gs_ref_len(s->ref, rid))
        middle.flag = GS_FLAG_OUTSIDE;
    int rc = look(s, middle, x, e);
    return rc ? rc : 1;
}

static int next_sequence(gs_embed_source *s, gs_embed_input *x, gs_err *e)
{
    gs_fasta_record *r = &s->sequence;
    int got = gs_fasta_stream_next(s->fasta, r, e);
    *x = (gs_embed_input){.name = r->name, .seq = r->seq, .len = r->len};
    if (got > 0 && !r->len) {
        x->flag = GS_FLAG_MALFORMED;
        snprintf(x->why, sizeof x->why, ": it has no bases");
    }
    return got;
}

int gs_embed_source_next(gs_embed_source *s, gs_embed_input *x, gs_err *e)
{
    *x = (gs_embed_input){.name = s->name};
    if (s->ended)
        return 0;
    int got = s->fasta ? next_sequence(s, x, e) : s->bed ? next_interval(s, x, e) : next_record(s, x, e);
    s->ended = got <= 0;
    s->n += got > 0;
    return got;
}

int gs_embed_source_ready(const gs_embed_source *s, int ms)
{
    return !s->vcf || gs_vcf_ready(s->vcf, ms);
}

void gs_embed_source_stop(gs_embed_source *s)
{
    if (s->fasta)
        gs_fasta_stream_stop(s->fasta);
    else if (s->bed)
        gs_bed_stop(s->bed);
    else
        gs_vcf_stop(s->vcf);
}

const char *gs_embed_source_head(const gs_embed_source *s)
{
    return s->fasta ? "#record\tname\tlength\treason\n"
                    : s->bed ? "#record\tchrom\tbeg\tend\tname\treason\n" : GS_SKIPPED_HEAD;
}

void gs_embed_source_list(const gs_embed_source *s, gs_flag why, gs_str *out)
{
    const gs_bed_record *r = &s->interval;
    if (s->vcf) {
        gs_record_put_skipped(s->rec, -1, why, out);
        return;
    }
    gs_str_printf(out, "%lld\t", (long long)s->n);
    if (s->bed)
        gs_str_printf(out, "%s\t%lld\t%lld\t%s", r->contig, (long long)r->beg, (long long)r->end,
                      r->name ? r->name : ".");
    else
        gs_str_printf(out, "%s\t%lld", s->sequence.name, (long long)s->sequence.len);
    gs_str_printf(out, "\t%s\n", gs_flag_name(why));
}
