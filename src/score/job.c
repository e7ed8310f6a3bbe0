#include "score/job.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/vec.h"

gs_job *gs_job_new(int max_records)
{
    gs_job *j = calloc(1, sizeof *j);
    if (!j)
        return NULL;
    j->cap_rec = max_records;
    j->rec = calloc((size_t)max_records, sizeof *j->rec);
    j->drop = calloc((size_t)max_records, 3);
    int ok = j->rec && j->drop;
    for (int i = 0; ok && i < max_records; i++)
        ok = (j->rec[i] = gs_record_new()) != NULL;
    if (!ok) {
        gs_job_free(j);
        return NULL;
    }
    j->compared = j->drop + max_records;
    j->mismatched = j->compared + max_records;
    return j;
}

void gs_job_free(gs_job *j)
{
    if (!j)
        return;
    for (int i = 0; j->rec && i < j->cap_rec; i++)
        gs_record_free(j->rec[i]);
    free(j->rec);
    free(j->drop);
    free(j->res);
    free(j->score);
    gs_plan_free(&j->plan);
    free(j);
}

static int is_mitochondrial(const char *contig)
{
    static const char *const names[] = {"chrM", "chrMT", "MT", "M", "Mito", "mito", "MtDNA", "mitochondrion", "NC_012920.1", NULL};
    for (int i = 0; names[i]; i++)
        if (!strcmp(contig, names[i]))
            return 1;
    return 0;
}

/* The model's scope is where it was trained; elsewhere its numbers mean little. */
static void warn_scope(const gs_task *t, int rid)
{
    const gs_model *m = t->scorer->m;
    if (strcmp(m->recipe.scope, "mitochondrial") || is_mitochondrial(gs_ref_name(t->ref, rid))
        || gs_ref_circular(t->ref, rid))
        return;
    gs_warn_once("scope", "contig '%s' is not mitochondrial, but the model was trained on mitochondrial genomes only: "
                 "its scores there mean little", gs_ref_name(t->ref, rid));
}

/* Once for each run of records on a contig that the FASTA lacks. */
static void warn_missing(gs_planner *pl, const char *contig)
{
    if (!strncmp(pl->missing, contig, sizeof pl->missing - 1))
        return;
    snprintf(pl->missing, sizeof pl->missing, "%s", contig);
    gs_warn("no_contig", "contig '%s' is not in the FASTA: its variants are flagged no_contig", contig);
}

static int say_mismatch(const gs_task *t, const gs_record *r, const char *fasta, gs_err *e)
{
    const char *ref = gs_record_ref(r), *contig = gs_record_contig(r);
    long long pos = (long long)gs_record_pos(r) + 1;
    if (t->check_ref == GS_CHECK_ERROR)
        return gs_fail(e, GS_EINPUT, "%s:%lld: REF is %.40s, the FASTA has %s (--check-ref w scores the others)", contig,
                       pos, ref, fasta);
    gs_warn("ref_mismatch", "%s:%lld: REF is %.40s, the FASTA has %s", contig, pos, ref, fasta);
    return 0;
}

/* One ALT: look, check, plan. */
static int read_allele(gs_job *j, const gs_task *t, gs_planner *pl, int i, gs_allele *a, gs_err *e)
{
    char fasta[41];
    int record = j->n_rec, rc = gs_allele_check(a, t->ref, fasta, (int)sizeof fasta, e);
    if (rc)
        return rc;
    if (a->flag == GS_FLAG_OK || a->flag == GS_FLAG_SAME || a->flag == GS_FLAG_REF_MISMATCH)
        j->compared[record] = 1;
    if (a->flag == GS_FLAG_REF_MISMATCH && !j->mismatched[record]) {
        j->mismatched[record] = 1;
        j->drop[record] = t->check_ref == GS_CHECK_EXCLUDE;
        if ((rc = say_mismatch(t, j->rec[record], fasta, e)))
            return rc;
    }
    if (a->flag == GS_FLAG_OK) {
        warn_scope(t, a->rid);
        pl->owner = i * t->scorer->n_modes;
        pl->score = j->score + pl->owner;
        rc = gs_plan_allele(t->scorer, pl, &j->plan, t->ref, a, e);
    }
    return rc;
}

static int read_record(gs_job *j, const gs_task *t, gs_planner *pl, gs_err *e)
{
    const gs_record *r = j->rec[j->n_rec];
    int bad = gs_record_malformed(r), n_alt = bad ? 1 : gs_record_n_alt(r), rid = -1;
    j->drop[j->n_rec] = j->compared[j->n_rec] = j->mismatched[j->n_rec] = 0;
    if (n_alt && !bad) {
        rid = gs_ref_find(t->ref, gs_record_contig(r), gs_vcf_contig_len(t->vcf, gs_record_contig(r)));
        if (rid < 0)
            warn_missing(pl, gs_record_contig(r));
    }
    size_t n = j->n_res + (size_t)n_alt;
    if (gs_reserve(&j->res, &j->cap_res, n, sizeof *j->res)
        || gs_reserve(&j->score, &j->cap_score, n * (size_t)t->scorer->n_modes, sizeof *j->score))
        return gs_fail_mem(e, "a record", (size_t)n_alt * sizeof *j->res);
    for (int k = 0; k < n_alt; k++) {
        gs_allele a = bad ? (gs_allele){.flag = GS_FLAG_MALFORMED}
                          : gs_allele_parse(rid, gs_record_pos(r), gs_record_ref(r), gs_record_alt(r, k));
        for (int mode = 0; mode < t->scorer->n_modes; mode++)
            j->score[j->n_res * (size_t)t->scorer->n_modes + (size_t)mode] = NAN;
        int rc = read_allele(j, t, pl, (int)j->n_res, &a, e);
        if (rc)
            return rc;
        j->res[j->n_res++] = (gs_result){.record = j->n_rec, .flag = a.flag};
    }
    j->n_rec++;
    return 0;
}

int gs_job_read(gs_job *j, const gs_task *t, gs_planner *pl, size_t max_tokens, gs_err *e)
{
    j->n_rec = 0;
    j->n_res = 0;
    j->next_batch = j->done_batch = 0;
    gs_plan_clear(&j->plan);
    while (j->n_rec < j->cap_rec && j->plan.tokens < max_tokens && !j->plan.failed) {
        int rc = gs_vcf_read(t->vcf, j->rec[j->n_rec], e);
        if (rc < 0)
            return rc;
        if (!rc)
            break;
        if ((rc = read_record(j, t, pl, e)))
            return rc;
    }
    return j->n_rec > 0;
}

/* What an allele without a score of its own gets: 0 where ALT is REF, else nothing. */
static float score_of(const gs_job *j, size_t res, int mode, int n_modes)
{
    return j->res[res].flag == GS_FLAG_SAME ? 0.0f : j->score[res * (size_t)n_modes + (size_t)mode];
}

static void set_floats(const gs_job *j, const gs_task *t, gs_record *rec, const size_t range[2], float *score)
{
    int n = (int)(range[1] - range[0]), n_modes = t->scorer->n_modes;
    for (int mode = 0; mode < n_modes; mode++) {
        int scored = 0;
        for (int k = 0; k < n; k++) {
            score[k] = score_of(j, range[0] + (size_t)k, mode, n_modes);
            scored += !isnan(score[k]);
        }
        gs_record_set_float(t->vcf, rec, t->tag[mode], score, scored ? n : 0, t->digits);
    }
}

static void set_flags(const gs_task *t, gs_record *rec, const gs_result *res, int n, const char **flag)
{
    int flagged = 0;
    for (int k = 0; k < n; k++) {
        flag[k] = gs_flag_name(res[k].flag);
        flagged += res[k].flag != GS_FLAG_OK;
    }
    gs_record_set_string(t->vcf, rec, t->flag_tag, flag, flagged ? n : 0);
}

int gs_job_annotate(gs_job *j, int i, size_t *first, const gs_task *t, gs_tally *tally)
{
    size_t from = *first;
    while (*first < j->n_res && j->res[*first].record == i)
        gs_tally_allele(tally, j->res[(*first)++].flag);
    int n = (int)(*first - from);
    tally->records++;
    tally->compared += j->compared[i];
    tally->mismatched += j->mismatched[i];
    tally->dropped += j->drop[i];
    float *score = malloc(((size_t)n + 1) * sizeof *score);
    const char **flag = malloc(((size_t)n + 1) * sizeof *flag);
    if (score && flag) {
        set_floats(j, t, j->rec[i], (size_t[]){from, *first}, score);
        set_flags(t, j->rec[i], j->res + from, n, flag);
    }
    int rc = score && flag ? 0 : -(int)GS_ENOMEM;
    free(score);
    free(flag);
    return rc;
}
