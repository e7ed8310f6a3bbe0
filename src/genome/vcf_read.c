#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <htslib/khash_str2int.h>
#include "base/log.h"
#include "genome/vcf_internal.h"

static int broken(const gs_vcf *v, gs_err *e)
{
    if (errno == ENOMEM)
        return gs_fail_mem(e, "a record", 0);
    return gs_fail(e, GS_ETRUNC, "%s: reading failed after record %lld: the file is cut short or corrupt", v->path,
                   (long long)v->n_read);
}

/* A cut within a line shows: it has no end, and columns are missing or the last one is empty. */
static int check_last_line(const gs_vcf *v, gs_err *e)
{
    if (!v->last_columns || (v->last_columns >= COL_COUNT && !v->cut))
        return 0;
    if (v->cut && !v->opt.allow_truncated)
        return gs_fail(e, GS_ETRUNC, "%s: the file was cut short within its last line, which has %d columns and "
                       "no line end; get it anew, or accept what is there with --allow-truncated", v->path,
                       v->last_columns);
    gs_warn_once("cut", "%s: the last line has %d columns: the file may be cut", v->path, v->last_columns);
    return 0;
}

/* The input came to an end: was it the end of the file as its writer meant it? */
static int at_end(gs_vcf *v, gs_err *e)
{
    BGZF *z = hts_get_bgzfp(v->fp);
    if (z && z->errcode)
        return broken(v, e);
    int err = herrno(gs_raw_file(v->fp));
    err = err ? err : gs_pump_error(v->pump);
    if (err)
        return gs_fail(e, GS_ETRUNC, "%s: reading failed after record %lld: %s", v->path, (long long)v->n_read,
                       strerror(err));
    if (v->fp->format.compression == bgzf && z->no_eof_block && !v->select.regions) { /* what a stream shows only now */
        if (!v->opt.allow_truncated)
            return gs_fail(e, GS_ETRUNC, "%s: the BGZF end marker is missing, the input was cut short after record "
                           "%lld; accept what is there with --allow-truncated", v->path, (long long)v->n_read);
        gs_warn_once("truncated", "%s: the BGZF end marker is missing, the file was cut short", v->path);
    }
    return v->select.regions || v->is_bcf ? 0 : check_last_line(v, e);
}

/* ---- regions ---- */

static int query(gs_vcf *v, const char *name, gs_err *e)
{
    int tid = v->tbx ? tbx_name2id(v->tbx, name) : bcf_hdr_name2id(v->hdr, name);
    if (tid < 0) {
        v->told = 1;
        gs_vcf_warn(v, "region", "%s has no records on contig %s: names must match exactly", v->path, name);
        return 0;
    }
    v->itr = v->tbx ? tbx_itr_queryi(v->tbx, tid, v->span->beg, v->span->end + 1)
                    : bcf_itr_queryi(v->idx, tid, v->span->beg, v->span->end + 1);
    return v->itr ? 0 : gs_fail(e, GS_EINPUT, "%s: the index cannot be searched for %s; make it anew: bcftools "
                                "index -f %s",
                                v->path, name, v->path);
}

/* Go to the next region: 1, 0 when there is none. */
static int next_region(gs_vcf *v, gs_err *e)
{
    const gs_regions *r = v->select.regions;
    hts_itr_destroy(v->itr);
    v->itr = NULL;
    while (!v->itr) {
        while (v->at_contig < r->n && v->at_span == r->contig[v->at_contig].n) {
            v->at_contig++;
            v->at_span = 0;
        }
        if (v->at_contig == r->n)
            return 0;
        const gs_contig_spans *c = &r->contig[v->at_contig];
        v->span = &c->span[v->at_span];
        v->prev_end = v->at_span ? c->span[v->at_span - 1].end : -1;
        v->at_span++;
        int ret = query(v, c->name, e);
        if (ret)
            return ret;
    }
    return 1;
}

/* As reading, but through the index: 0, -1 at the end of all regions, less on an error. */
static int read_region(gs_vcf *v, gs_record *rec, gs_err *e)
{
    for (;;) {
        int ret = -1;
        if (v->itr)
            ret = v->tbx ? tbx_itr_next(v->fp, v->tbx, v->itr, &rec->line) : bcf_itr_next(v->fp, v->itr, rec->bcf);
        if (ret >= 0)
            return 0;
        if (ret < -1)
            return -2;
        ret = next_region(v, e);
        if (ret <= 0)
            return ret < 0 ? -2 : -1;
    }
}

/* ---- selection ---- */

/* END of a text record's INFO, 0 if there is none. As in htslib it counts only when declared as a number. */
static int64_t info_end(const gs_vcf *v, const gs_record *r)
{
    if (!v->has_end)
        return 0;
    const char *s = r->line.s + r->col[COL_INFO], *stop = s + col_len(r, COL_INFO);
    while (s && s < stop) {
        if (stop - s > 4 && !strncmp(s, "END=", 4))
            return strtoll(s + 4, NULL, 10);
        s = memchr(s, ';', (size_t)(stop - s));
        s = s ? s + 1 : NULL;
    }
    return 0;
}

static int64_t last_base(const gs_vcf *v, const gs_record *r)
{
    if (!r->is_text)
        return r->bcf->pos + r->bcf->rlen - 1;
    int64_t end = r->why ? 0 : info_end(v, r);
    if (end > r->pos)
        return end - 1;
    return r->n_allele ? r->pos + (int64_t)strlen(r->allele[0]) - 1 : r->pos;
}

/* What counts of a record: its POS, all its reference bases, or only those behind the bases that all alleles share. */
static void extent(const gs_vcf *v, const gs_record *r, int overlap, gs_span *s)
{
    *s = (gs_span){r->pos, overlap ? last_base(v, r) : r->pos};
    if (overlap < 2 || r->n_allele < 1)
        return;
    int64_t shared = s->end - s->beg + 1;
    for (int i = 1; i < r->n_allele && shared; i++) {
        int64_t j = 0;
        while (r->allele[0][j] && r->allele[0][j] == r->allele[i][j])
            j++;
        shared = j < shared ? j : shared;
    }
    s->beg += shared;
}

static int filter_ok(const gs_vcf *v, gs_record *r)
{
    const gs_select *s = &v->select;
    if (r->is_text)
        return r->n_col > COL_FILTER && gs_select_filter(s, r->line.s + r->col[COL_FILTER], col_len(r, COL_FILTER));
    bcf_unpack(r->bcf, BCF_UN_FLT);
    if (!r->bcf->d.n_flt)
        return gs_select_filter(s, ".", 1);
    for (int i = 0; i < r->bcf->d.n_flt; i++) {
        const char *name = bcf_hdr_int2id(v->hdr, BCF_DT_ID, r->bcf->d.flt[i]);
        if (gs_select_filter(s, name, strlen(name)))
            return 1;
    }
    return 0;
}

static int selected(const gs_vcf *v, gs_record *r)
{
    gs_span s;
    const gs_select *sel = &v->select;
    if (sel->regions) {
        extent(v, r, sel->regions_overlap, &s);
        if (s.beg <= v->prev_end || s.end < v->span->beg || s.beg > v->span->end)
            return 0;
    }
    if (sel->filters && !filter_ok(v, r))
        return 0;
    if (!sel->targets)
        return 1;
    extent(v, r, sel->targets_overlap, &s);
    if (s.end < 0)
        s.end = 0; /* the telomere is the beginning of its contig */
    return gs_regions_hit(sel->targets, r->contig, s.beg, s.end) != sel->negate;
}

/* ---- records ---- */

/* Say once per contig that it is not declared. Records come in blocks of one contig: look only at changes. */
static int check_contig(gs_vcf *v, const gs_record *r, gs_err *e)
{
    if (v->contig.l && !strcmp(v->contig.s, r->contig))
        return 0;
    v->contig.l = 0;
    if (kputs(r->contig, &v->contig) < 0)
        return gs_fail_mem(e, "a contig name", strlen(r->contig));
    pthread_mutex_lock(&v->lock);
    int known = bcf_hdr_name2id(v->hdr, r->contig) >= 0;
    pthread_mutex_unlock(&v->lock);
    if (known || khash_str2int_has_key(v->warned, r->contig))
        return 0;
    char *name = strdup(r->contig);
    if (!name || khash_str2int_inc(v->warned, name) < 0) {
        free(name);
        return gs_fail_mem(e, "a contig name", v->contig.l);
    }
    gs_warn("contig", "%s: contig %s is not declared in the header (first in record %lld)", v->path, name,
            (long long)r->number);
    return 0;
}

static int fetch(gs_vcf *v, gs_record *r, gs_err *e)
{
    int ret = v->begun ? 0 : gs_vcf_begin_chunk(v, e);
    if (ret)
        return ret;
    v->begun = 1;
    errno = 0;
    if (v->select.regions)
        ret = read_region(v, r, e);
    else
        ret = v->is_bcf ? bcf_read(v->fp, v->hdr, r->bcf) : gs_vcf_line(v, &r->line);
    if (ret == -1)
        return at_end(v, e);
    return ret < -1 ? broken(v, e) : 1;
}

static void look_for_a_cut(gs_vcf *v, const gs_record *r)
{
    int least = v->n_sample ? COL_COUNT + 1 + v->n_sample : COL_COUNT;
    v->last_columns = r->n_col;
    v->cut = !v->ended && (r->n_col < least || r->line.s[r->line.l - 1] == '\t');
}

static int shape(gs_vcf *v, gs_record *r, gs_err *e)
{
    r->is_text = !v->is_bcf;
    r->number = ++v->n_read;
    int ret = v->is_bcf ? gs_record_from_bcf(r, v->hdr) : gs_record_from_line(r, v->n_sample);
    if (ret == -2)
        return broken(v, e);
    if (ret)
        return gs_fail_mem(e, "a record", r->line.l);
    if (r->is_text)
        look_for_a_cut(v, r);
    return 0;
}

/* A selection that takes nothing is seldom what was meant. */
static void tell_if_nothing(const gs_vcf *v)
{
    const gs_vcf_opt *o = &v->opt;
    const struct { const char *letter, *list; } option[] = {
        {" -r ", o->regions}, {" -R ", o->regions_file}, {" -t ", o->targets}, {" -T ", o->targets_file},
        {" -f ", o->filters},
    };
    char text[300] = "";
    for (size_t i = 0; i < sizeof option / sizeof *option; i++)
        if (option[i].list)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%.50s", option[i].letter, option[i].list);
    if (*text && !v->n_selected && !v->told)
        gs_vcf_warn(v, "nothing", "%s: no record is selected by%s%s", v->path, text,
                    o->regions || o->targets ? "; names of contigs must match exactly" : "");
}

/* A BCF record as the line that it would be written as, so that both kinds of input are annotated alike, to the last
 * digit. */
static int to_text(gs_vcf *v, gs_record *r, gs_err *e)
{
    r->line.l = 0;
    errno = 0;
    if (vcf_format(v->hdr, r->bcf, &r->line) < 0 || errno == ENOMEM) /* it may leave parts out without a word */
        return gs_fail_mem(e, "a record", r->line.l);
    r->line.l--;   /* its end */
    r->is_text = 1;
    return gs_record_from_line(r, v->n_sample) ? gs_fail_mem(e, "a record", r->line.l) : 0;
}

/* Nothing more comes. */
static int finish(gs_vcf *v, gs_err *e)
{
    v->over = 1;
    tell_if_nothing(v);
    return gs_vcf_chunk_end(v, e);
}

/* A record that is given out: what is odd about it? */
static int tell_faults(gs_vcf *v, const gs_record *r, gs_err *e)
{
    if (v->quiet || !r->is_text)
        return 0;
    int ret = r->why ? 0 : check_contig(v, r, e);
    if (!r->why)
        return ret ? ret : gs_vcf_check_claims(v, r, e);
    gs_warn("malformed", "%s: record %lld is passed on as it is: %s", v->path, (long long)r->number, r->why);
    return 0;
}

int gs_vcf_read(gs_vcf *v, gs_record *rec, gs_err *e)
{
    while (!v->over) {
        int ret = fetch(v, rec, e);
        if (ret <= 0)
            return ret ? ret : finish(v, e);
        ret = shape(v, rec, e);
        if (ret)
            return ret;
        errno = 0;
        int taken = selected(v, rec);
        if (errno == ENOMEM)
            return gs_fail_mem(e, "a record", 0);
        if (!taken)
            continue;
        int place = gs_vcf_chunk_place(v, rec, e);
        if (place < 0)
            return place;
        v->over = place == GS_BEHIND_CHUNK;
        if (place == GS_IN_CHUNK && v->to_text && !rec->is_text && !rec->why)
            ret = to_text(v, rec, e);
        if (place == GS_IN_CHUNK)
            return ret || (ret = tell_faults(v, rec, e)) ? ret : 1;
    }
    return 0;
}
