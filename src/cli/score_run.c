#include "cli/score_run.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/score_header.h"
#include "cli/side_output.h"
#include "cli/signals.h"
#include "genome/verdict.h"
#include "import/import.h"
#include "kernel/gemm.h"
#include "score/pipeline.h"

/* ---- the run ---- */

/* Everything that is open; closed by release(). */
typedef struct {
    gs_model *model;
    gs_ref *ref;
    gs_msa *msa;
    gs_gff *gff;
    gs_vcf *vcf;
    gs_vcf_out *out;
    side_output skipped, stats;
    gs_scorer scorer;
    score_tags tags;
    gs_tally tally;
    double seconds;
    int complete;            /* all bytes of the VCF are out */
} run;

/* --msa, for models that read one. */
static int open_alignment(run *r, const score_args *a, gs_err *e)
{
    int n = r->model->n_aux;
    if (!n && !a->score.msa)
        return 0;
    if (!n)
        return gs_fail(e, GS_EUSAGE, "--msa: this model reads no alignment");
    if (!a->score.msa)
        return gs_fail(e, GS_EUSAGE, "this model reads an alignment of %d species beside the reference: give it by "
                                     "--msa FILE (scripts/make_msa.py makes one)", n);
    if (!(r->msa = gs_msa_open(a->score.msa, e)))
        return -(int)e->code;
    if (gs_msa_species(r->msa) != n)
        return gs_fail(e, GS_EINPUT, "%s has %d species beside the reference, the model wants %d", a->score.msa,
                       gs_msa_species(r->msa), n);
    return 0;
}

/* --gff. Models of codons read nothing else. */
static int open_genes(run *r, const score_args *a, gs_err *e)
{
    if (!a->score.gff && !strcmp(r->model->recipe.scope, "coding"))
        return gs_fail(e, GS_EUSAGE, "this model reads coding sequences: give them by --gff FILE (GFF3)");
    if (!a->score.gff)
        return 0;
    if (!(r->gff = gs_gff_open(a->score.gff, r->ref, e)))
        return -(int)e->code;
    gs_log(GS_LOG_INFO, "%s: %d transcripts with a coding sequence", a->score.gff, gs_gff_count(r->gff));
    return 0;
}

static int open_all(run *r, const score_args *a, gs_err *e)
{
    gs_ref_opt ref = {a->score.circular.name, a->score.circular.n};
    int rc = gs_gemm_open(1, e);
    if (rc)
        return rc;
    if (!(r->model = gs_model_open_any(a->model, a->force, e)) || !(r->ref = gs_ref_open(a->fasta, &ref, e)))
        return -(int)e->code;
    if (a->score.species && (rc = gs_model_species(r->model, a->score.species, e)))
        return rc;
    /* The input last: it may be a pipe that keeps silent, and errors need not wait for it. */
    if ((rc = open_alignment(r, a, e)) || (rc = open_genes(r, a, e))
        || (rc = gs_scorer_init(&r->scorer, r->model, &a->score, e)))
        return rc;
    if (!(r->vcf = gs_vcf_open(&a->in, e)))
        return -(int)e->code;
    if ((rc = gs_vcf_add_contigs(r->vcf, r->ref, e))
        || (rc = score_tags_init(&r->tags, a, &r->scorer, e))
        || (!a->no_version && (rc = gs_bundle_identify(&r->model->bundle, e)))
        || (rc = score_header(a, &r->tags, &r->scorer, r->vcf, r->ref, e)))
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
    int digits[GS_MODES_MAX];
    for (int i = 0; i < r->scorer.n_modes; i++) {
        tags[i] = r->tags.score[i];
        digits[i] = a->digits >= 0 ? a->digits : gs_scorer_digits(&r->scorer, i);
    }
    gs_task t = {.scorer = &r->scorer, .vcf = r->vcf, .ref = r->ref, .check_ref = a->check_ref, .digits = digits,
                 .msa = r->msa, .gff = r->gff, .tag = tags, .flag_tag = r->tags.flag,
                 .transcript_tag = r->tags.transcript};
    progress_start(&p, a->progress == 1 || (a->progress == 0 && !a->common.quiet));
    gs_pipeline_opt opt = {.threads = cli_threads(a->common.threads, r->model), .batch = a->batch, .force = a->force,
                           .out = r->out,
                           .skipped = r->skipped.f, .progress = progress_show, .arg = &p};
    gs_log(GS_LOG_INFO, "%d threads, %s core type %s, kernels %s", opt.threads, gs_gemm_version(), gs_gemm_core(),
           gs_isa_name(gs_isa()));
    int rc = gs_pipeline_run(&t, &opt, &r->tally, e);
    r->seconds = progress_end(&p);
    return rc;
}

/* What is suspicious leaves no output under the final name, or is only told of. */
static int judge(const run *r, const score_args *a, gs_err *e)
{
    int rc = gs_verdict(&r->tally, a->in.chunks > 1 ? GS_CHUNK : GS_WHOLE, e);
    if (!rc || !a->force)
        return rc;
    gs_log(GS_LOG_WARN, "%s", e->msg);
    *e = (gs_err){0};
    return 0;
}

/* All outputs are complete on disk before the first of them gets its name. */
static int finish(run *r, const score_args *a, gs_err *e)
{
    int rc = judge(r, a, e);
    rc = rc ? rc : gs_vcf_finish(r->out, e);
    r->complete = !rc;
    rc = rc ? rc : side_finish(&r->skipped, e);
    rc = rc ? rc : stats_write(&r->stats, a->stats, &r->tally, r->seconds, 0, e);
    rc = rc ? rc : side_publish(&r->skipped, e);
    rc = rc ? rc : side_publish(&r->stats, e);
    return rc ? rc : gs_vcf_publish(r->out, e);
}

/* Of a run that failed --stats alone tells. */
static void retract(run *r, const score_args *a, const gs_err *e)
{
    gs_err unheard = {0};
    side_retract(&r->skipped);
    side_retract(&r->stats);
    if (!stats_write(&r->stats, a->stats, &r->tally, r->seconds, (int)e->code, &unheard))
        side_publish(&r->stats, &unheard);
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
    if (rc)
        retract(r, a, e);
    return rc;
}

/* What cannot be taken back must not be taken for a result. */
static void disown_output(const run *r, const gs_err *e)
{
    const char *name = r->out && !r->complete ? gs_vcf_out_straight(r->out) : NULL;
    const char *scores = e->code != GS_ESUSPECT ? "" : r->tally.scored ? " and partly unscored" : " and unscored";
    if (name)
        fprintf(stderr, "gscore score: what was written to %s is incomplete%s: it must not be used\n", name, scores);
}

static void release(run *r)
{
    gs_vcf_free(r->out);
    side_discard(&r->skipped);
    side_discard(&r->stats);
    gs_msa_close(r->msa);
    gs_gff_close(r->gff);
    gs_ref_close(r->ref);
    gs_model_close(r->model);
}

int score_run(const score_args *a)
{
    run r = {.skipped = SIDE_OUTPUT_NONE, .stats = SIDE_OUTPUT_NONE};
    gs_err e = {0};
    cli_listen();
    if (a->common.verbosity > 3)
        gs_vcf_htslib_log(a->common.verbosity);
    int rc = check_outputs(a, &e);
    if (!rc)
        rc = run_all(&r, a, &e);
    if (!rc && !a->common.quiet)
        progress_summary(&r.tally, r.seconds);
    int status = rc ? cli_fail("score", &e) : 0;
    if (rc)
        disown_output(&r, &e);
    release(&r);
    return status;
}
