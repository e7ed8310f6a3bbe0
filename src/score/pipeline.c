#include "score/pipeline.h"
#include <stdatomic.h>
#include "base/stream.h"
#include "genome/verdict.h"
#include "score/evaluate.h"

enum {
    JOB_RECORDS = 4096,      /* of one job at most */
    JOB_BATCHES = 16         /* a job is full when it holds work for so many batches */
};
/* Bytes of all jobs together, and of one of them: shared out among many, but enough for a few dozen records. */
static const size_t ALL_BYTES = 64 << 20, MOST_JOB_BYTES = 4 << 20, LEAST_JOB_BYTES = 256 << 10;

typedef struct {
    const gs_task *task;
    const gs_pipeline_opt *opt;
    gs_tally *tally;                         /* of what is written */
    gs_planner planner;
    gs_job_limits most;
    gs_share share;
    _Atomic size_t planned, computed;        /* tokens */
    _Atomic double share_read;               /* of the input; < 0: not known */
} scoring;

static void *job_new(void *self)
{
    (void)self;
    return gs_job_new();
}

static void job_free(void *job) { gs_job_free(job); }
static size_t bytes(const void *job) { return gs_job_bytes(job); }
static int parts(const void *job) { return ((const gs_job *)job)->plan.n_batch; }

/* ---- reading thread ---- */

/* Tokens per batch: enough to keep GEMM busy, few enough that every worker gets some of a small job. */
static size_t batch_tokens(const scoring *s, const gs_plan *plan)
{
    size_t n = plan->n_pass ? plan->n_pass : 1, len = plan->tokens / n + 1;
    if (s->opt->batch)
        return (size_t)s->opt->batch * len;
    size_t share = plan->tokens / (size_t)s->share.workers + len;
    return share < GS_BATCH_TOKENS ? share : GS_BATCH_TOKENS;
}

static int read_job(void *self, void *job, gs_err *e)
{
    scoring *s = self;
    gs_job *j = job;
    int more = gs_job_read(j, s->task, &s->planner, &s->most, e);
    if (more > 0 && gs_plan_cut(&j->plan, s->task->scorer->m, batch_tokens(s, &j->plan), e))
        return -(int)e->code;
    s->planned += j->plan.tokens;
    s->share_read = more ? gs_vcf_share_read(s->task->vcf) : 1;
    return more;
}

/* ---- workers ---- */

static void *worker_new(void *self) { return gs_worker_new_team(((const scoring *)self)->share.team); }
static void worker_free(void *worker) { gs_worker_free(worker); }

static int compute(void *self, void *worker, void *job, int part, gs_err *e)
{
    scoring *s = self;
    gs_plan *plan = &((gs_job *)job)->plan;
    int rc = gs_evaluate(worker, s->task->scorer->m, plan, part, e);
    s->computed += gs_plan_tokens(plan, part);
    return rc;
}

/* ---- writing thread ---- */

/* A line for each unscored allele of record i, whose results are first .. end. */
static int list_skipped(const scoring *s, const gs_job *j, size_t i, size_t first, size_t end)
{
    const gs_record *r = j->entry[i].rec;
    gs_str line = {0};
    for (size_t k = first; k < end; k++)
        if (j->res[k].flag != GS_FLAG_OK && j->res[k].flag != GS_FLAG_SAME)
            gs_record_put_skipped(r, (int)(k - first), j->res[k].flag, &line);
    if (!line.failed && line.len)
        fwrite(line.s, 1, line.len, s->opt->skipped);
    int failed = line.failed;
    gs_str_free(&line);
    return failed;
}

static int write_job(void *self, void *job, gs_err *e)
{
    scoring *s = self;
    gs_job *j = job;
    size_t next = 0;
    int rc = 0;
    gs_plan_sum(&j->plan, s->task->scorer->m, j->score);
    for (size_t i = 0; i < j->n_rec && !rc; i++) {
        size_t first = next;
        rc = gs_job_annotate(j, i, &next, s->task, s->tally, e);
        if (!rc && s->opt->skipped)
            rc = list_skipped(s, j, i, first, next) ? gs_fail_mem(e, "a line of --skipped", 0) : 0;
        if (!rc && !s->opt->force)
            rc = gs_verdict(s->tally, GS_SO_FAR, e);
        if (!rc && !j->entry[i].drop)
            rc = gs_vcf_write(s->opt->out, j->entry[i].rec, e);
    }
    return rc;
}

/* What is computed of what is planned, that being the share of the whole that the share of the input is. */
static double share_done(const scoring *s)
{
    size_t planned = s->planned, computed = s->computed;
    return s->share_read < 0 || !planned ? s->share_read : s->share_read * (double)computed / (double)planned;
}

static void stop(void *self) { gs_vcf_stop(((scoring *)self)->task->vcf); }

static void tick(void *self)
{
    scoring *s = self;
    gs_run_state state = {s->tally, share_done(s)};
    if (s->opt->progress)
        s->opt->progress(s->opt->arg, &state);
}

/* ---- all together ---- */

static const gs_stream_kind kind = {
    .job_new = job_new, .job_free = job_free, .read = read_job, .parts = parts, .bytes = bytes,
    .worker_new = worker_new, .worker_free = worker_free, .compute = compute, .write = write_job, .tick = tick,
    .stop = stop,
};

int gs_pipeline_run(const gs_task *t, const gs_pipeline_opt *opt, gs_tally *tally, gs_err *e)
{
    const gs_model *m = t->scorer->m;
    gs_share share = gs_share_threads(m, gs_model_tokens(m, t->scorer->grid.window), opt->threads);
    size_t each = ALL_BYTES / ((size_t)share.workers + 2);
    each = each > MOST_JOB_BYTES ? MOST_JOB_BYTES : each < LEAST_JOB_BYTES ? LEAST_JOB_BYTES : each;
    scoring s = {.task = t, .opt = opt, .tally = tally, .planner = {.msa = t->msa, .any_alignment = opt->force},
                 .most = {JOB_RECORDS, (size_t)JOB_BATCHES * GS_BATCH_TOKENS, each}, .share = share};
    *tally = (gs_tally){.foreign = gs_vcf_foreign(t->vcf)};
    int rc = gs_stream_run(&kind, &s, share.workers, ALL_BYTES, e);
    gs_planner_free(&s.planner);
    return rc;
}
