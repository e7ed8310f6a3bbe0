#include "score/job.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/vec.h"
#include "genome/coding.h"
#include "genome/contig_names.h"
#include "score/mode.h"

enum { IDLE = 500 /* milliseconds without input, after which a job goes on as it is */ };

gs_job *gs_job_new(void)
{
    return calloc(1, sizeof(gs_job));
}

static void release(gs_job *j)
{
    for (size_t i = 0; i < j->cap_rec; i++)
        gs_record_free(j->entry[i].rec);
    free(j->entry);
    free(j->res);
    free(j->shown);
    free(j->score);
    gs_plan_free(&j->plan);
    *j = (gs_job){0};
}

void gs_job_free(gs_job *j)
{
    if (j)
        release(j);
    free(j);
}

size_t gs_job_bytes(const gs_job *j)
{
    size_t n = gs_plan_bytes(&j->plan) + j->cap_res * sizeof *j->res + j->cap_shown * sizeof *j->shown
               + j->cap_score * sizeof *j->score;
    for (size_t i = 0; i < j->cap_rec; i++)
        n += gs_record_bytes(j->entry[i].rec);
    return n;
}

/* The model's scope is where it was trained; elsewhere its numbers mean little. */
static void warn_scope(const gs_task *t, int rid)
{
    const gs_model *m = t->scorer->m;
    if (strcmp(m->recipe.scope, "mitochondrial") || gs_contig_mitochondrial(gs_ref_name(t->ref, rid))
        || gs_ref_circular(t->ref, rid))
        return;
    gs_warn_once("scope", "contig '%s' is not mitochondrial, but the model was trained on mitochondrial genomes only: "
                 "its scores there mean little", gs_ref_name(t->ref, rid));
}

static int say_mismatch(const gs_task *t, const gs_entry *entry, const char *fasta, gs_err *e)
{
    const char *ref = gs_record_ref(entry->rec), *contig = gs_record_contig(entry->rec);
    const char *swapped = entry->swapped ? ", which is the ALT" : "";
    long long pos = (long long)gs_record_pos(entry->rec) + 1;
    if (t->check_ref == GS_CHECK_ERROR)
        return gs_fail(e, GS_EINPUT, "%s:%lld: REF is %.40s, the FASTA has %s%s (--check-ref w scores the others)",
                       contig, pos, ref, fasta, swapped);
    gs_warn("ref_mismatch", "%s:%lld: REF is %.40s, the FASTA has %s%s", contig, pos, ref, fasta, swapped);
    return 0;
}

/* REF is not what the FASTA has: of the record's alleles the first one says so. */
static int note_mismatch(gs_entry *entry, const gs_task *t, const gs_allele *a, const char *fasta, gs_err *e)
{
    int swapped = gs_allele_swapped(a, t->ref, e), first = !entry->mismatched;
    if (swapped < 0)
        return swapped;
    entry->swapped |= (unsigned char)swapped;
    entry->mismatched = 1;
    entry->drop = t->check_ref == GS_CHECK_EXCLUDE;
    const char *name = gs_ref_name(t->ref, a->rid), *other = gs_contig_confusion(name, gs_ref_len(t->ref, a->rid));
    if (*other && !swapped)
        gs_warn_once("confusion", "REF and FASTA differ on '%s'%s", name, other);
    return first ? say_mismatch(t, entry, fasta, e) : 0;
}

static void warn_outside(const gs_task *t, const gs_allele *a, const char *contig)
{
    const char *name = gs_ref_name(t->ref, a->rid);
    int64_t len = gs_ref_len(t->ref, a->rid);
    gs_warn_once("outside", "%s:%lld reaches beyond the end of '%s' in the FASTA, which has %lld bases: are VCF and "
                 "FASTA of one genome build?%s", contig, (long long)a->pos + 1, name, (long long)len,
                 gs_contig_confusion(name, len));
}

/* One context of an ALT: the genome's around it, or that of a->transcript. */
static int plan_shown(gs_job *j, const gs_task *t, gs_planner *pl, gs_allele *a, gs_err *e)
{
    size_t n_modes = (size_t)t->scorer->n_modes, at = j->n_shown * n_modes;
    if (gs_reserve(&j->shown, &j->cap_shown, j->n_shown + 1, sizeof *j->shown)
        || gs_reserve(&j->score, &j->cap_score, at + n_modes, sizeof *j->score))
        return gs_fail_mem(e, "a record", j->n_shown * sizeof *j->shown);
    for (size_t mode = 0; mode < n_modes; mode++)
        j->score[at + mode] = NAN;
    pl->owner = (int)at;
    pl->score = j->score + at;
    int rc = gs_plan_allele(t->scorer, pl, &j->plan, t->ref, a, e);
    j->shown[j->n_shown++] = (gs_shown){a->transcript, pl->fwd.codon, pl->fwd.effect};
    return rc;
}

/* All coding sequences that the ALT changes; unsupported where there is none. It is scored where one of them is. */
static int plan_transcripts(gs_job *j, const gs_task *t, gs_planner *pl, gs_allele *a, gs_err *e)
{
    int64_t beg = a->pos + a->skip, end = beg + a->del;
    gs_flag flag = GS_FLAG_UNSUPPORTED;
    size_t first = j->n_shown;
    int rc = 0;
    for (int i = gs_gff_next(t->gff, a->rid, beg, end, 0); i >= 0 && !rc;
         i = gs_gff_next(t->gff, a->rid, beg, end, i + 1)) {
        a->transcript = gs_gff_at(t->gff, i);
        if (!gs_coding_touches(a->transcript, a, t->ref))
            continue;
        a->flag = GS_FLAG_OK;
        rc = plan_shown(j, t, pl, a, e);
        if (j->n_shown == first + 1 || a->flag == GS_FLAG_OK)
            flag = a->flag;
    }
    a->flag = flag;
    return rc;
}

/* One ALT: look, check, plan. */
static int read_allele(gs_job *j, const gs_task *t, gs_planner *pl, gs_allele *a, gs_err *e)
{
    char fasta[41];
    gs_entry *entry = &j->entry[j->n_rec];
    int rc = gs_allele_check(a, t->ref, fasta, (int)sizeof fasta, e);
    if (rc)
        return rc;
    if (a->flag == GS_FLAG_OK || a->flag == GS_FLAG_SAME || a->flag == GS_FLAG_REF_MISMATCH)
        entry->compared = 1;
    if (a->flag == GS_FLAG_REF_MISMATCH)
        rc = note_mismatch(entry, t, a, fasta, e);
    if (a->flag == GS_FLAG_OUTSIDE || (a->flag == GS_FLAG_EDGE && a->pos >= 0))
        warn_outside(t, a, gs_record_contig(entry->rec));
    if (a->flag == GS_FLAG_OK) {
        warn_scope(t, a->rid);
        rc = t->gff ? plan_transcripts(j, t, pl, a, e) : plan_shown(j, t, pl, a, e);
    }
    return rc;
}

static int read_record(gs_job *j, const gs_task *t, gs_planner *pl, gs_err *e)
{
    const gs_record *r = j->entry[j->n_rec].rec;
    int bad = gs_record_malformed(r), n_alt = bad ? 1 : gs_record_n_alt(r), rid = -1;
    if (n_alt && !bad) {
        rid = gs_ref_find(t->ref, gs_record_contig(r), gs_vcf_contig_len(t->vcf, gs_record_contig(r)));
        if (rid < 0)
            gs_vcf_tell_missing(t->vcf, t->ref, gs_record_contig(r));
        else if (gs_vcf_check_md5(t->vcf, t->ref, rid, gs_record_contig(r), e))
            return -(int)e->code;
    }
    size_t n = j->n_res + (size_t)n_alt;
    if (gs_reserve(&j->res, &j->cap_res, n, sizeof *j->res))
        return gs_fail_mem(e, "a record", (size_t)n_alt * sizeof *j->res);
    for (int k = 0; k < n_alt; k++) {
        gs_allele a = bad ? (gs_allele){.flag = GS_FLAG_MALFORMED}
                          : gs_allele_parse(rid, gs_record_pos(r), gs_record_ref(r), gs_record_alt(r, k));
        size_t first = j->n_shown;
        int rc = read_allele(j, t, pl, &a, e);
        if (rc)
            return rc;
        j->res[j->n_res++] = (gs_result){(int)j->n_rec, a.flag, first, j->n_shown - first};
    }
    j->n_rec++;
    return 0;
}

/* An entry for the next record. */
static int next_entry(gs_job *j, gs_err *e)
{
    size_t old = j->cap_rec;
    if (gs_reserve(&j->entry, &j->cap_rec, j->n_rec + 1, sizeof *j->entry))
        return gs_fail_mem(e, "a batch of records", 2 * old * sizeof *j->entry);
    memset(j->entry + old, 0, (j->cap_rec - old) * sizeof *j->entry);
    gs_record *rec = j->entry[j->n_rec].rec;
    if (!rec && !(rec = gs_record_new()))
        return gs_fail_mem(e, "a record", 0);
    j->entry[j->n_rec] = (gs_entry){.rec = rec};
    return 0;
}

int gs_job_read(gs_job *j, const gs_task *t, gs_planner *pl, const gs_job_limits *most, gs_err *e)
{
    if (gs_job_bytes(j) > most->bytes)
        release(j);
    j->n_rec = j->n_res = j->n_shown = 0;
    gs_plan_clear(&j->plan);
    size_t bytes = 0;
    while (j->n_rec < most->records && j->plan.tokens < most->tokens && bytes < most->bytes && !j->plan.failed) {
        if (j->n_rec && !gs_vcf_ready(t->vcf, IDLE))
            break;
        int rc = next_entry(j, e);
        rc = rc ? rc : gs_vcf_read(t->vcf, j->entry[j->n_rec].rec, e);
        if (rc < 0)
            return rc;
        if (!rc)
            break;
        if ((rc = read_record(j, t, pl, e)))
            return rc;
        bytes += gs_record_bytes(j->entry[j->n_rec - 1].rec);
    }
    return j->n_rec > 0;
}

static float score_in(const gs_job *j, const gs_scorer *s, size_t shown, int mode)
{
    return j->score[shown * (size_t)s->n_modes + (size_t)mode];
}

/* The lowest of what an ALT has in its contexts, NAN: none. One that equals REF has what the mode says of it. */
static float score_of(const gs_job *j, const gs_scorer *s, const gs_result *r, int mode)
{
    float lowest = NAN;
    for (size_t i = r->first; i < r->first + r->n; i++)
        lowest = fminf(lowest, score_in(j, s, i, mode));
    return r->flag == GS_FLAG_SAME ? s->modes[mode]->same : lowest;
}

/* A number that is none (NaN, infinity: the model's, for this window) is no score. */
static void flag_not_finite(const gs_job *j, const gs_scorer *s, gs_result *r)
{
    for (int mode = 0; mode < s->n_modes && r->flag == GS_FLAG_OK; mode++)
        if (!isfinite(score_of(j, s, r, mode)))
            r->flag = GS_FLAG_NOT_FINITE;
}

static int set_floats(const gs_job *j, const gs_task *t, gs_record *rec, const size_t range[2], float *score)
{
    int n = (int)(range[1] - range[0]), n_modes = t->scorer->n_modes, rc = 0;
    for (int mode = 0; mode < n_modes && !rc; mode++) {
        int scored = 0;
        for (int k = 0; k < n; k++) {
            score[k] = score_of(j, t->scorer, &j->res[range[0] + (size_t)k], mode);
            scored += isfinite(score[k]);
        }
        rc = gs_record_set_float(t->vcf, rec, t->tag[mode], score, scored ? n : 0, t->digits[mode]);
    }
    return rc;
}

static int set_flags(const gs_task *t, gs_record *rec, const gs_result *res, int n, const char **flag)
{
    int flagged = 0;
    for (int k = 0; k < n; k++) {
        flag[k] = gs_flag_name(res[k].flag);
        flagged += res[k].flag != GS_FLAG_OK;
    }
    return gs_record_set_string(t->vcf, rec, t->flag_tag, flag, flagged ? n : 0);
}

/* "ALT|transcript|llr|codon|effect" for each coding sequence of each ALT. */
static int set_transcripts(const gs_job *j, const gs_task *t, gs_record *rec, const size_t range[2])
{
    gs_str text = {0};
    char number[64];
    for (size_t k = range[0]; k < range[1]; k++)
        for (size_t i = j->res[k].first; i < j->res[k].first + j->res[k].n; i++) {
            const gs_shown *shown = &j->shown[i];
            gs_str_printf(&text, "%s%s|", text.len ? "," : "", gs_record_alt(rec, (int)(k - range[0])));
            gs_transcript_put_name(shown->transcript, &text);
            gs_str_printf(&text, "|%s|%d|%s", gs_vcf_float_text(number, score_in(j, t->scorer, i, 0), t->digits[0]),
                          shown->codon + 1, gs_effect_name(shown->effect));
        }
    int rc = text.failed ? -GS_ENOMEM
                         : gs_record_set_string(t->vcf, rec, t->transcript_tag, (const char *[]){text.s}, text.len > 0);
    gs_str_free(&text);
    return rc;
}

int gs_job_annotate(gs_job *j, size_t i, size_t *first, const gs_task *t, gs_tally *tally, gs_err *e)
{
    const gs_entry *entry = &j->entry[i];
    size_t from = *first;
    for (; *first < j->n_res && (size_t)j->res[*first].record == i; ++*first) {
        gs_result *r = &j->res[*first];
        flag_not_finite(j, t->scorer, r);
        gs_tally_allele(tally, r->flag);
        tally->not_coding += t->gff && r->flag == GS_FLAG_UNSUPPORTED && !r->n;
    }
    int n = (int)(*first - from);
    tally->records++;
    tally->compared += entry->compared;
    tally->mismatched += entry->mismatched;
    tally->swapped += entry->swapped;
    tally->dropped += entry->drop;
    float *score = malloc(((size_t)n + 1) * sizeof *score);
    const char **flag = malloc(((size_t)n + 1) * sizeof *flag);
    int bad = !score || !flag || set_floats(j, t, entry->rec, (size_t[]){from, *first}, score)
              || (t->gff && set_transcripts(j, t, entry->rec, (size_t[]){from, *first}))
              || set_flags(t, entry->rec, j->res + from, n, flag);
    free(score);
    free(flag);
    return bad ? gs_fail_mem(e, "a record", (size_t)n * (sizeof *score + sizeof *flag)) : 0;
}
