/* Read -> embed -> write: the stream (base/stream.h) that gives a row for every input. */
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/stream.h"
#include "embed/embed_job.h"
#include "genome/verdict.h"

enum {
    JOB_TOKENS = 4096,           /* a job is full then; one longer sequence is a job of its own */
    IDLE = 500                   /* milliseconds without input, after which a job goes on as it is */
};
/* Bytes of all jobs together, and of one of them. */
static const size_t ALL_BYTES = 128 << 20, MOST_JOB_BYTES = 16 << 20, LEAST_JOB_BYTES = 1 << 20;

typedef struct {
    const gs_model *m;
    const gs_embed_opt *opt;
    gs_embed_source source;
    gs_embed_output out;
    gs_tally *tally;             /* the reading thread's, of what it has read */
    size_t most_bytes;           /* of a job */
    int team;                    /* threads of a worker */
} embedding;

static void *job_new(void *self)
{
    (void)self;
    return gs_embed_job_new();
}

static void job_free(void *job) { gs_embed_job_free(job); }
static int parts(const void *job) { return ((const gs_embed_job *)job)->n > 0; }

static size_t bytes(const void *job)
{
    const gs_embed_job *j = job;
    return j->bytes + j->skipped.cap;
}

/* ---- reading thread ---- */

static void leave_out(embedding *s, gs_embed_job *j, const gs_embed_input *x)
{
    gs_warn("left out", "%s is left out: %s%s", x->name, gs_flag_name(x->flag), x->why);
    if (s->opt->skipped)
        gs_embed_source_list(&s->source, x->flag, &j->skipped);
}

/* As `score` judges it, but here nothing goes on with another genome. */
static int wrong_genome(const embedding *s, gs_extent extent, gs_err *e)
{
    gs_err verdict = {0};
    if (!gs_verdict(s->tally, extent, &verdict))
        return 0;
    return gs_fail(e, verdict.code, "%lld of %s%lld records have another REF than the FASTA: this is another genome "
                   "build; remedy: the FASTA that the VCF was called on", (long long)s->tally->mismatched,
                   extent == GS_SO_FAR ? "the first " : "", (long long)s->tally->compared);
}

/* The next input as an item, or as a line of what is left out: 1, 0 at the end, negative on error. */
static int read_input(embedding *s, gs_embed_job *j, gs_err *e)
{
    gs_embed_input x;
    gs_embed_item it;
    int rc = gs_embed_source_next(&s->source, &x, e);
    if (rc <= 0)
        return rc;
    rc = x.flag ? 0 : gs_embed_item_init(&it, &x, s->m, s->opt, e);
    if (rc)
        return rc;
    j->n_read++;
    s->tally->records++;
    s->tally->compared += x.compared;
    s->tally->mismatched += x.mismatched;
    gs_tally_allele(s->tally, x.flag);
    if (x.flag)
        leave_out(s, j, &x);
    else
        rc = gs_embed_job_add(j, &it, s->m, s->opt, e);
    rc = rc || !j->skipped.failed ? rc : gs_fail_mem(e, "a line of --skipped", 0);
    rc = rc ? rc : wrong_genome(s, GS_SO_FAR, e);
    return rc ? rc : 1;
}

static int read_job(void *self, void *job, gs_err *e)
{
    embedding *s = self;
    gs_embed_job *j = job;
    int got = 1;
    gs_embed_job_clear(j);
    while (got > 0 && j->n_tokens < JOB_TOKENS && bytes(j) < s->most_bytes
           && (!j->n_read || gs_embed_source_ready(&s->source, IDLE)))
        got = read_input(s, j, e);
    return got < 0 ? got : j->n_read > 0;
}

/* ---- workers, writing thread ---- */

static void *worker_new(void *self) { return gs_worker_new_team(((const embedding *)self)->team); }
static void worker_free(void *worker) { gs_worker_free(worker); }

static int compute(void *self, void *worker, void *job, int part, gs_err *e)
{
    const embedding *s = self;
    (void)part;
    return gs_embed_job_compute(job, s->m, s->opt, worker, e);
}

static int write_job(void *self, void *job, gs_err *e)
{
    embedding *s = self;
    int rc = gs_embed_job_write(job, s->m, s->opt, &s->out, e);
    gs_embed_job_clear(job);
    return rc;
}

static void stop(void *self) { gs_embed_source_stop(&((embedding *)self)->source); }

static const gs_stream_kind kind = {
    .job_new = job_new, .job_free = job_free, .read = read_job, .parts = parts, .bytes = bytes,
    .worker_new = worker_new, .worker_free = worker_free, .compute = compute, .write = write_job, .stop = stop,
};

/* ---- all together ---- */

static int open_all(embedding *s, gs_err *e)
{
    if (s->m->n_aux)
        return gs_fail(e, GS_EUSAGE, "%s reads an alignment of %d species beside the sequence, which `gscore embed` "
                                     "cannot give",
                       s->m->bundle.path, s->m->n_aux);
    int rc = gs_embed_output_open(&s->out, s->m, s->opt, e);
    rc = rc ? rc : gs_embed_source_open(&s->source, s->m, s->opt, e);
    if (!rc && s->out.skipped.f)
        fputs(gs_embed_source_head(&s->source), s->out.skipped.f);
    return rc;
}

/* Nothing embedded of what there was: no output, and the reasons. Nor where most of it was another genome's. */
static int judge(const embedding *s, gs_err *e)
{
    char reasons[500];
    if (s->tally->scored || !s->tally->records)
        return s->opt->ref ? wrong_genome(s, GS_WHOLE, e) : 0;
    gs_tally_reasons(s->tally, reasons, (int)sizeof reasons);
    if (!s->opt->ref)
        return gs_fail(e, GS_ESUSPECT, "nothing could be embedded (%s): are these sequences of %s's kind?", reasons,
                       s->m->bundle.path);
    return gs_fail(e, GS_ESUSPECT, "nothing could be embedded (%s): do %s and %s belong to the same genome?", reasons,
                   s->opt->in, s->opt->ref);
}

int gs_embed_run(const gs_model *m, const gs_embed_opt *o, gs_embed_sum *sum, gs_err *e)
{
    gs_share share = gs_share_threads(m, gs_model_tokens(m, o->window ? o->window : m->recipe.window), o->threads);
    size_t each = ALL_BYTES / ((size_t)share.workers + 2);
    each = each > MOST_JOB_BYTES ? MOST_JOB_BYTES : each < LEAST_JOB_BYTES ? LEAST_JOB_BYTES : each;
    embedding s = {.m = m, .opt = o, .tally = &sum->tally, .most_bytes = each, .out = GS_EMBED_OUTPUT_NONE,
                   .team = share.team};
    memset(sum, 0, sizeof *sum);
    int rc = open_all(&s, e);
    rc = rc ? rc : gs_stream_run(&kind, &s, share.workers, ALL_BYTES, e);
    gs_warn_flush();
    int closed = gs_embed_source_close(&s.source, e);
    rc = rc ? rc : closed;
    rc = rc ? rc : judge(&s, e);
    rc = rc ? rc : gs_embed_output_publish(&s.out, e);
    sum->rows = s.out.rows;
    gs_embed_output_discard(&s.out);
    return rc;
}
