#include "cli/score_run.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/side_output.h"
#include "cli/signals.h"
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
                        "ref_mismatch, no_contig, outside, edge, too_long, same (scored 0), malformed, n_context, unsupported, "
                        "not_finite",
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
             m->bundle.sha256, s->grid.window, card_text(s->m, "licence"));
    snprintf(line[3], LINE, "##gscore_reference=<ID=%.300s,contigs=%d,length=%lld>", base_name(a->fasta),
             gs_ref_count(ref), (long long)bases);
    int rc = 0;
    for (int i = 0; i < 4 && !rc; i++)
        rc = gs_vcf_add_line(v, line[i], e);
    return rc;
}

/* ---- --chunk ---- */

/* ---- the run ---- */

/* Everything that is open; closed by release(). */
typedef struct {
    gs_model *model;
    gs_ref *ref;
    gs_msa *msa;
    gs_vcf *vcf;
    gs_vcf_out *out;
    side_output skipped, stats;
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
    int rc = gs_gemm_open(1, e);
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
    if ((rc = skipped_open(&r->skipped, a->skipped, e)))
        return rc;
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
    progress_start(&p, a->progress == 1 || (a->progress == 0 && !a->quiet));
    gs_pipeline_opt opt = {.workers = cli_threads(a->threads), .batch = a->batch, .force = a->force, .out = r->out,
                           .skipped = r->skipped.f, .progress = progress_show, .arg = &p};
    gs_log(GS_LOG_INFO, "%d threads, %s core type %s, kernels %s", opt.workers, gs_gemm_version(), gs_gemm_core(), gs_isa_name(gs_isa()));
    int rc = gs_pipeline_run(&t, &opt, &r->tally, e);
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

/* All outputs are complete on disk before the first of them gets its name. */
static int finish(run *r, const score_args *a, gs_err *e)
{
    int rc = judge(r, a, e);
    rc = rc ? rc : gs_vcf_finish(r->out, e);
    rc = rc ? rc : side_finish(&r->skipped, e);
    rc = rc ? rc : stats_write(&r->stats, a->stats, &r->tally, r->seconds, 0, e);
    rc = rc ? rc : gs_vcf_publish(r->out, e);
    return rc ? rc : side_publish(&r->skipped, e);
}

/* --stats tells of every run, also of one that failed. */
static int publish_stats(run *r, const score_args *a, int rc, gs_err *e)
{
    gs_err unheard = {0};
    if (rc)
        stats_write(&r->stats, a->stats, &r->tally, r->seconds, (int)e->code, &unheard);
    return side_publish(&r->stats, rc ? &unheard : e);
}

static int run_all(run *r, const score_args *a, gs_err *e)
{
    int rc = open_all(r, a, e);
    if (!rc)
        rc = score_all(r, a, e);
    gs_warn_flush();
    int closed = gs_vcf_close(r->vcf, e);   /* only now a cut last block shows */
    r->vcf = NULL;
    rc = rc ? rc : closed;
    rc = rc ? rc : finish(r, a, e);
    int published = publish_stats(r, a, rc, e);
    return rc ? rc : published;
}

static void release(run *r)
{
    gs_vcf_free(r->out);
    side_discard(&r->skipped);
    side_discard(&r->stats);
    gs_msa_close(r->msa);
    gs_ref_close(r->ref);
    gs_model_close(r->model);
}

int score_run(const score_args *a)
{
    run r = {.skipped = SIDE_OUTPUT_NONE, .stats = SIDE_OUTPUT_NONE};
    gs_err e = {0};
    cli_listen();
    cli_log_start(a->quiet ? 0 : a->verbosity);
    if (a->verbosity > 3)
        gs_vcf_htslib_log(a->verbosity);
    int rc = check_outputs(a, &e);
    if (!rc)
        rc = run_all(&r, a, &e);
    release(&r);
    if (!rc && !a->quiet)
        progress_summary(&r.tally, r.seconds);
    return rc ? cli_fail("score", &e) : 0;
}
