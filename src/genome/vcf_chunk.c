/* The I-th of N equal parts of the records that a selection takes. How many there are an index knows, as long as whole
 * contigs are taken; else they are counted by a reading of their own. */
#include <stdlib.h>
#include <string.h>
#include "genome/vcf_internal.h"

/* ---- what the index knows ---- */

static const hts_idx_t *index_of(const gs_vcf *v)
{
    return v->tbx ? v->tbx->idx : v->idx;
}

/* Records of contig tid and where the first one lies; n = 0: none. Negative where the index has no counts, or no memory
 * was left. */
static int look_up(const gs_vcf *v, int tid, gs_contig_count *c)
{
    uint64_t placed, unplaced;
    int counted = hts_idx_get_stat(index_of(v), tid, &placed, &unplaced) >= 0;
    hts_itr_t *itr = hts_itr_query(index_of(v), tid, 0, HTS_POS_MAX, NULL);
    int present = itr && itr->n_off > 0;
    c->n = counted ? (int64_t)(placed + unplaced) : 0;
    c->at = present ? itr->off[0].u : 0;
    hts_itr_destroy(itr);
    return itr && (counted || !present) && present == (c->n > 0) ? 0 : -1;
}

/* How many of them are selected; negative where the index cannot know. */
static int64_t selected_of(const gs_select *s, const gs_contig_count *c)
{
    gs_share share = s->targets ? gs_regions_share(s->targets, c->name) : GS_SHARE_ALL;
    if (share == GS_SHARE_PART || s->filters || s->regions)
        return -1;
    return (share == GS_SHARE_ALL) != s->negate ? c->n : 0;
}

static int by_place(const void *x, const void *y)
{
    const gs_contig_count *a = x, *b = y;
    return (a->at > b->at) - (a->at < b->at);
}

/* Count the records of one contig, if it has any. */
static int add_contig(gs_vcf *v, int tid, const char *name)
{
    gs_contig_count *c = &v->count[v->n_count];
    int known = look_up(v, tid, c) == 0;
    c->name = name;
    c->selected = known && name ? selected_of(&v->select, c) : -1;
    v->n_count += c->n > 0;
    return c->selected < 0 ? -1 : 0;
}

/* Fill v->count, in the order of the file. The number of records selected; negative: not known. */
static int64_t count_by_index(gs_vcf *v)
{
    int n_name = 0, n = hts_idx_nseq(index_of(v)), known = n >= 0;
    const char **name = v->tbx ? tbx_seqnames(v->tbx, &n_name) : NULL;
    int64_t sum = 0;
    v->count = calloc((size_t)n + 1, sizeof *v->count);
    known = known && v->count && (!v->tbx || name);
    if (!v->tbx)
        n_name = v->hdr->n[BCF_DT_CTG];
    for (int tid = 0; tid < n && known; tid++)
        known = tid < n_name && !add_contig(v, tid, name ? name[tid] : bcf_hdr_id2name(v->hdr, tid));
    free(name);
    if (!known) {
        v->n_count = 0;
        return -1;
    }
    qsort(v->count, (size_t)v->n_count, sizeof *v->count, by_place);
    for (int i = 0; i < v->n_count; i++)
        sum += v->count[i].selected;
    return sum;
}

/* ---- counting by reading ---- */

static int64_t count_by_reading(const gs_vcf *v, gs_err *e)
{
    gs_vcf_opt opt = v->opt;
    opt.chunks = 0;
    gs_vcf *again = gs_vcf_open_as(&opt, 1, e);
    gs_record *rec = gs_record_new();
    int ret = again && rec ? 1 : -1;
    while (ret > 0)
        ret = gs_vcf_read(again, rec, e);
    int64_t n = again ? again->n_selected : 0;
    if (again && !rec)
        gs_fail_mem(e, "a record", 0);
    gs_record_free(rec);
    if (gs_vcf_close(again, ret < 0 ? NULL : e))
        ret = -1;
    return ret < 0 ? -1 : n;
}

/* ---- the chunk ---- */

static int choose(gs_vcf *v, gs_err *e)
{
    int64_t i = v->opt.chunk, n = v->opt.chunks, sum = -1;
    if (index_of(v) && !v->select.regions && !v->old_index)
        sum = count_by_index(v);
    if (sum < 0)
        sum = count_by_reading(v, e);
    if (sum < 0)
        return -(int)e->code;
    v->chunk_beg = sum * (i - 1) / n;
    v->chunk_end = i < n ? sum * i / n : INT64_MAX;
    v->expected = sum * i / n - v->chunk_beg;
    return 0;
}

/* To the contig where the chunk begins, where an index tells its place. */
static int go_there(gs_vcf *v, gs_err *e)
{
    int i = 0;
    while (i < v->n_count && v->n_selected + v->count[i].selected <= v->chunk_beg) {
        v->n_selected += v->count[i].selected;
        v->n_read += v->count[i++].n;
    }
    v->at_count = i;
    v->count_end = v->n_selected + (i < v->n_count ? v->count[i].selected : 0);
    if (i == 0 || i == v->n_count)
        return 0;
    v->has_ahead = 0;
    if (bgzf_seek(hts_get_bgzfp(v->fp), (int64_t)v->count[i].at, SEEK_SET) < 0)
        return gs_fail(e, GS_EINPUT, "%s: contig %s is not where the index has it; make it anew: bcftools index -f %s",
                       v->path, v->count[i].name, v->path);
    return 0;
}

int gs_vcf_begin_chunk(gs_vcf *v, gs_err *e)
{
    int ret = v->opt.chunks ? choose(v, e) : 0;
    return ret ? ret : go_there(v, e);
}

/* All chunks must number the records alike, so the file must have what its index says. */
static int misfit(const gs_vcf *v, const char *contig, gs_err *e)
{
    return gs_fail(e, GS_EINPUT, "%s has another number of records on contig %s than its index says; make it anew: "
                   "bcftools index -f %s", v->path, contig, v->path);
}

static int check_count(gs_vcf *v, const gs_record *r, gs_err *e)
{
    while (v->n_selected >= v->count_end && v->at_count + 1 < v->n_count)
        v->count_end += v->count[++v->at_count].selected;
    int as_counted = v->n_selected < v->count_end && !strcmp(v->count[v->at_count].name, r->contig);
    return as_counted ? 0 : misfit(v, r->contig, e);
}

int gs_vcf_chunk_end(const gs_vcf *v, gs_err *e)
{
    int64_t sum = 0;
    for (int i = 0; i < v->n_count; i++)
        sum += v->count[i].selected;
    return v->n_count && v->n_selected != sum ? misfit(v, v->count[v->n_count - 1].name, e) : 0;
}

int gs_vcf_chunk_place(gs_vcf *v, const gs_record *r, gs_err *e)
{
    /* Header lines among records are in no index: they go with the record before. */
    int counts = !(r->is_text && r->line.l && r->line.s[0] == '#');
    if (counts && v->n_count && check_count(v, r, e))
        return -(int)e->code;
    int64_t i = counts ? v->n_selected++ : v->n_selected - (v->n_selected > 0);
    return i < v->chunk_beg ? GS_BEFORE_CHUNK : i < v->chunk_end ? GS_IN_CHUNK : GS_BEHIND_CHUNK;
}
