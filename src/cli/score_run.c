#include "cli/score_run.h"
#include <errno.h>
#include <jansson.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/outfile.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/temp_files.h"
#include "kernel/gemm.h"
#include "score/pipeline.h"

/* ---- header ---- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static const char *card_text(const gs_model *m, const char *key)
{
    const char *s = json_string_value(json_object_get(m->bundle.card, key));
    return s && *s ? s : "unknown";
}

static const char *tag_of(const score_args *a, const gs_scorer *s, int mode)
{
    return a->tag ? a->tag : gs_scorer_tag(s, mode);
}

static int add_info(const score_args *a, const gs_scorer *s, gs_vcf *v, gs_err *e)
{
    char text[900], source[200];
    int rc = 0;
    snprintf(source, sizeof source, "gscore:%.180s", card_text(s->m, "name"));
    for (int i = 0; i < s->n_modes && !rc; i++) {
        gs_scorer_describe(s, i, text, sizeof text);
        rc = gs_vcf_add_info(v, &(gs_info_def){tag_of(a, s, i), "A", "Float", text, source, GSCORE_VERSION}, e);
    }
    gs_info_def flag = {"GS_FLAG", "A", "String", "gscore: why an allele has no score: symbolic, overlap, ref_block, nonacgt, "
                        "ref_mismatch, no_contig, outside, edge, too_long, same (scored 0), malformed, n_context, unsupported",
                        "gscore", GSCORE_VERSION};
    return rc ? rc : gs_vcf_add_info(v, &flag, e);
}

/* What was used. Nothing that two runs with the same scores could differ in: no date, path, thread or chunk number. */
static int add_provenance(const score_args *a, const gs_scorer *s, gs_model *m, gs_vcf *v, const gs_ref *ref, gs_err *e)
{
    enum { LINE = 900 };
    char line[4][LINE], options[300];
    int64_t bases = 0;
    for (int i = 0; i < gs_ref_count(ref); i++)
        bases += gs_ref_len(ref, i);
    gs_scorer_options(s, options, sizeof options);
    if (!m->bundle.sha256[0] && gs_bundle_hash(&m->bundle, e))
        return -(int)e->code;
    snprintf(line[0], LINE, "##gscore_scoreVersion=" GSCORE_VERSION "+htslib-%s+OpenBLAS-%s-%s,precision=f32,kernels=%s",
             gs_vcf_htslib_version(), strchr(gs_gemm_version(), ' ') + 1, gs_gemm_core(), gs_isa_name(gs_isa()));
    snprintf(line[1], LINE, "##gscore_scoreCommand=score %s", options);
    snprintf(line[2], LINE, "##gscore_model=<ID=%.200s,sha256=%s,window=%d,licence=\"%.200s\">", card_text(s->m, "name"),
             m->bundle.sha256, s->window, card_text(s->m, "licence"));
    snprintf(line[3], LINE, "##gscore_reference=<ID=%.300s,contigs=%d,length=%lld>", base_name(a->fasta),
             gs_ref_count(ref), (long long)bases);
    int rc = 0;
    for (int i = 0; i < 4 && !rc; i++)
        rc = gs_vcf_add_line(v, line[i], e);
    return rc;
}

/* ---- --chunk, --stats, --skipped ---- */

/* Records that the selection gives; a pass over the input of its own. */
static int64_t count_records(const gs_vcf_opt *opt, gs_err *e)
{
    gs_vcf *v = gs_vcf_open(opt, e);
    gs_record *rec = gs_record_new();
    int64_t n = 0;
    int rc = v && rec ? 1 : -1;
    while (rc > 0 && (rc = gs_vcf_read(v, rec, e)) > 0)
        n++;
    gs_record_free(rec);
    if (v && gs_vcf_close(v, e))
        rc = -1;
    return rc < 0 ? -1 : n;
}

static int choose_chunk(const score_args *a, gs_task *t, gs_err *e)
{
    t->chunk_end = -1;
    if (!a->chunks)
        return 0;
    if (!strcmp(a->in.path, "-"))
        return gs_fail(e, GS_EUSAGE, "--chunk reads the input twice: it needs a file, not standard input");
    int64_t n = count_records(&a->in, e);
    if (n < 0)
        return -(int)GS_EINPUT;
    t->chunk_beg = n * (a->chunk - 1) / a->chunks;
    t->chunk_end = n * a->chunk / a->chunks;
    return 0;
}

static int write_stats(const char *path, const gs_tally *t, double seconds, gs_err *e)
{
    json_t *skipped = json_object();
    for (int f = 1; f < GS_FLAG_COUNT; f++)
        json_object_set_new(skipped, gs_flag_name((gs_flag)f), json_integer(t->flag[f]));
    json_t *o = json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:o, s:f}", "gscore", GSCORE_VERSION, "records", (json_int_t)t->records,
                          "alleles", (json_int_t)t->alleles, "scored", (json_int_t)t->scored, "dropped", (json_int_t)t->dropped,
                          "ref_mismatch_records", (json_int_t)t->mismatched, "flags", skipped, "seconds", seconds);
    int rc = o ? json_dump_file(o, path, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) : -1;
    json_decref(o);
    return rc ? gs_fail(e, GS_EOUTPUT, "%s: cannot be written: %s", path, strerror(errno)) : 0;
}

static FILE *open_skipped(const char *path, gs_err *e)
{
    FILE *f = fopen(path, "w");
    if (!f)
        gs_fail(e, GS_EOUTPUT, "%s: cannot be written: %s", path, strerror(errno));
    else
        fputs("#chrom\tpos\tref\talt\treason\n", f);
    return f;
}

static int close_skipped(FILE *f, const char *path, gs_err *e)
{
    int bad = f && ferror(f);
    if (f && (fclose(f) || bad))
        return gs_fail(e, GS_EOUTPUT, "%s: cannot be written: %s", path, strerror(errno));
    return 0;
}

/* Nothing that is read may be written over, and no output by another. */
static int check_outputs(const score_args *a, gs_err *e)
{
    const char *out[] = {a->stats, a->skipped, a->out.path}, *in[] = {a->in.path, a->fasta, a->model, a->msa};
    int rc = 0;
    for (int i = 0; i < 3 && !rc; i++) {
        if (!out[i])
            continue;
        for (int k = 0; k < 4 && !rc; k++)
            rc = gs_outfile_check(out[i], in[k], e);
        for (int k = 0; k < i && !rc; k++)
            if (out[k] && !strcmp(out[i], out[k]) && strncmp(out[i], "/dev/", 5))
                rc = gs_fail(e, GS_EUSAGE, "two outputs are the same file: %s", out[i]);
        for (int k = 0; k < i && !rc; k++)
            rc = out[k] ? gs_outfile_check(out[i], out[k], e) : 0;
    }
    return rc;
}

/* ---- the run ---- */

/* Everything that is open; closed by release(). */
typedef struct {
    gs_model *model;
    gs_ref *ref;
    gs_msa *msa;
    gs_vcf *vcf;
    gs_vcf_out *out;
    FILE *skipped;
    gs_scorer scorer;
    gs_tally tally;
    double seconds;
} run;

/* --msa, for models that read one. */
static int open_alignment(run *r, const score_args *a, gs_err *e)
{
    int n = r->model->n_aux;
    if (!n && !a->msa)
        return 0;
    if (!n)
        return gs_fail(e, GS_EUSAGE, "--msa: this model reads no alignment");
    if (!a->msa)
        return gs_fail(e, GS_EUSAGE, "this model reads an alignment of %d species beside the reference: give it by --msa FILE "
                       "(scripts/make_msa.py makes one)", n);
    if (!(r->msa = gs_msa_open(a->msa, e)))
        return -(int)e->code;
    if (gs_msa_species(r->msa) != n)
        return gs_fail(e, GS_EINPUT, "%s has %d species beside the reference, the model wants %d", a->msa, gs_msa_species(r->msa), n);
    return 0;
}

static int open_all(run *r, const score_args *a, gs_err *e)
{
    gs_ref_opt ref = {a->circular, a->n_circular};
    int rc = check_outputs(a, e);
    rc = rc ? rc : gs_gemm_open(1, e);
    if (rc)
        return rc;
    if (!(r->model = gs_model_open(a->model, e)) || !(r->ref = gs_ref_open(a->fasta, &ref, e))
        || !(r->vcf = gs_vcf_open(&a->in, e)))
        return -(int)e->code;
    if (a->score.species && (rc = gs_model_species(r->model, a->score.species, e)))
        return rc;
    if ((rc = open_alignment(r, a, e)) || (rc = gs_scorer_init(&r->scorer, r->model, &a->score, e)) || (rc = gs_vcf_add_contigs(r->vcf, r->ref, e))
        || (rc = add_info(a, &r->scorer, r->vcf, e))
        || (!a->no_version && (rc = add_provenance(a, &r->scorer, r->model, r->vcf, r->ref, e))))
        return rc;
    if (a->skipped && !(r->skipped = open_skipped(a->skipped, e)))
        return -(int)GS_EOUTPUT;
    r->out = gs_vcf_create(r->vcf, &a->out, e);
    return r->out ? 0 : -(int)e->code;
}

static int score_all(run *r, const score_args *a, gs_err *e)
{
    progress p;
    const char *tags[GS_MODES_MAX];
    for (int i = 0; i < r->scorer.n_modes; i++)
        tags[i] = tag_of(a, &r->scorer, i);
    gs_task t = {.scorer = &r->scorer, .vcf = r->vcf, .ref = r->ref, .check_ref = a->check_ref, .digits = a->digits,
                 .msa = r->msa, .tag = tags, .flag_tag = "GS_FLAG"};
    int rc = choose_chunk(a, &t, e);
    if (rc)
        return rc;
    progress_start(&p, a->progress == 1 || (a->progress == 0 && !a->quiet), r->vcf);
    gs_pipeline_opt opt = {.workers = cli_threads(a->threads), .batch = a->batch, .force = a->force, .out = r->out,
                           .skipped = r->skipped, .progress = progress_show, .arg = &p};
    gs_log(GS_LOG_INFO, "%d threads, %s core type %s, kernels %s", opt.workers, gs_gemm_version(), gs_gemm_core(), gs_isa_name(gs_isa()));
    rc = gs_pipeline_run(&t, &opt, &r->tally, e);
    r->seconds = progress_end(&p);
    return rc;
}

/* Nothing scored for a suspicious reason: no output under the final name, status 2. */
static int judge(const run *r, const score_args *a, gs_err *e)
{
    char reasons[500];
    if (!gs_tally_suspicious(&r->tally) || a->force)
        return 0;
    gs_tally_reasons(&r->tally, reasons, (int)sizeof reasons);
    return gs_fail(e, GS_ESUSPECT, "no allele could be scored (%s): do VCF and FASTA belong to the same genome? "
                   "(--force keeps the output)", reasons);
}

int score_run(const score_args *a)
{
    run r = {0};
    gs_err e = {0};
    cli_log_start(a->quiet ? 0 : a->verbosity);
    if (a->verbosity > 3)
        gs_vcf_htslib_log(a->verbosity);
    int rc = open_all(&r, a, &e);
    if (!rc) {
        cli_temp_add(gs_vcf_temp(r.out));
        rc = score_all(&r, a, &e);
    }
    gs_warn_flush();
    if (!rc)
        rc = judge(&r, a, &e);
    if (!rc) {
        rc = gs_vcf_finish(r.out, &e);
        r.out = NULL;
    }
    cli_temp_clear();
    gs_vcf_abort(r.out);
    int closed = r.vcf ? gs_vcf_close(r.vcf, &e) : 0;
    rc = rc ? rc : closed;
    closed = close_skipped(r.skipped, a->skipped, &e);
    rc = rc ? rc : closed;
    if (!rc && a->stats)
        rc = write_stats(a->stats, &r.tally, r.seconds, &e);
    gs_msa_close(r.msa);
    gs_ref_close(r.ref);
    gs_model_close(r.model);
    if (!rc && !a->quiet)
        progress_summary(&r.tally, r.seconds);
    return rc ? cli_fail("score", &e) : 0;
}
