#include "score/pipeline.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "score/evaluate.h"

enum {
    JOB_RECORDS = 4096,      /* records of one job at most */
    JOB_BATCHES = 16,        /* a job is full when it holds work for so many batches */
    BATCH_TOKENS = 4096      /* tokens of one forward pass; more gains nothing (measured) and costs memory */
};

typedef enum { FREE, FILLED, DONE } job_state;

/* Jobs live in a ring: the reader fills ring[n_filled % n], the writer empties ring[n_written % n]; between them lie
 * the jobs whose batches the workers take, oldest first. One lock guards all of it; the work is done outside. */
typedef struct {
    const gs_task *task;
    const gs_pipeline_opt *opt;
    gs_tally *tally;
    gs_job **ring;
    job_state *state;
    int n;
    size_t n_filled, n_written;
    int read_all, stop;      /* the reader has seen the end; everybody stop */
    gs_err err;
    pthread_mutex_t lock;
    pthread_cond_t changed;
} pipeline;

/* First error wins and stops everything. */
static void fail(pipeline *p, const gs_err *e)
{
    pthread_mutex_lock(&p->lock);
    if (!p->stop)
        p->err = *e;
    p->stop = 1;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

/* ---- reader ---- */

/* Tokens per batch: enough to keep GEMM busy, few enough that every worker gets some of a small job. */
static size_t batch_tokens(const pipeline *p, const gs_job *j)
{
    const gs_plan *plan = &j->plan;
    size_t n = plan->n_pass ? plan->n_pass : 1, len = plan->tokens / n + 1;
    if (p->opt->batch)
        return (size_t)p->opt->batch * len;
    size_t share = plan->tokens / (size_t)p->opt->workers + len;
    return share < BATCH_TOKENS ? share : BATCH_TOKENS;
}

/* Wait for a free place in the ring; -1 when stopped. */
static int wait_free(pipeline *p)
{
    pthread_mutex_lock(&p->lock);
    while (!p->stop && p->n_filled - p->n_written == (size_t)p->n)
        pthread_cond_wait(&p->changed, &p->lock);
    int at = p->stop ? -1 : (int)(p->n_filled % (size_t)p->n);
    pthread_mutex_unlock(&p->lock);
    return at;
}

static void publish(pipeline *p, int at, int more)
{
    pthread_mutex_lock(&p->lock);
    if (more) {
        p->state[at] = p->ring[at]->plan.n_batch ? FILLED : DONE;
        p->n_filled++;
    } else {
        p->read_all = 1;
    }
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

static void *reader(void *arg)
{
    pipeline *p = arg;
    gs_planner pl = {.msa = p->task->msa};
    gs_err e = {0};
    int at, more = 1;
    while (more && (at = wait_free(p)) >= 0) {
        gs_job *j = p->ring[at];
        more = gs_job_read(j, p->task, &pl, (size_t)JOB_BATCHES * BATCH_TOKENS, &e);
        if (more > 0 && gs_plan_cut(&j->plan, p->task->scorer->m, batch_tokens(p, j), &e))
            more = -1;
        if (more < 0) {
            fail(p, &e);
            break;
        }
        publish(p, at, more);
    }
    gs_planner_free(&pl);
    return NULL;
}

/* ---- workers ---- */

/* Oldest job with a batch left, NULL if there is none now. Called with the lock held. */
static gs_job *next_work(pipeline *p, int *batch)
{
    for (size_t i = p->n_written; i < p->n_filled; i++) {
        gs_job *j = p->ring[i % (size_t)p->n];
        if (p->state[i % (size_t)p->n] == FILLED && j->next_batch < j->plan.n_batch) {
            *batch = j->next_batch++;
            return j;
        }
    }
    return NULL;
}

static gs_job *take(pipeline *p, int *batch)
{
    gs_job *j = NULL;
    pthread_mutex_lock(&p->lock);
    while (!p->stop && !(j = next_work(p, batch)) && !(p->read_all && p->n_written == p->n_filled))
        pthread_cond_wait(&p->changed, &p->lock);
    if (p->stop)
        j = NULL;
    pthread_mutex_unlock(&p->lock);
    return j;
}

static void done(pipeline *p, gs_job *j)
{
    pthread_mutex_lock(&p->lock);
    if (++j->done_batch == j->plan.n_batch)
        for (int i = 0; i < p->n; i++)
            if (p->ring[i] == j)
                p->state[i] = DONE;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

static void *worker(void *arg)
{
    pipeline *p = arg;
    gs_err e = {0};
    gs_worker *worker = gs_worker_new();
    gs_job *j;
    int batch;
    if (!worker) {
        gs_fail_mem(&e, "a worker", sizeof *worker);
        fail(p, &e);
        return NULL;
    }
    while ((j = take(p, &batch))) {
        if (gs_evaluate(worker, p->task->scorer->m, &j->plan, batch, &e)) {
            fail(p, &e);
            break;
        }
        done(p, j);
    }
    gs_worker_free(worker);
    return NULL;
}

/* ---- writer ---- */

/* A line for each unscored allele of record i, whose results are first .. end. */
static int list_skipped(const pipeline *p, const gs_job *j, int i, size_t first, size_t end)
{
    gs_str line = {0};
    for (size_t k = first; k < end; k++) {
        if (j->res[k].flag == GS_FLAG_OK || j->res[k].flag == GS_FLAG_SAME)
            continue;
        gs_str_printf(&line, "%lld\t", (long long)gs_record_line(j->rec[i]));
        gs_record_put_site(j->rec[i], (int)(k - first), &line);
        gs_str_printf(&line, "\t%s\n", gs_flag_name(j->res[k].flag));
    }
    if (!line.failed)
        fwrite(line.s, 1, line.len, p->opt->skipped);
    int rc = line.failed ? -(int)GS_ENOMEM : 0;
    gs_str_free(&line);
    return rc;
}

static int write_job(pipeline *p, gs_job *j, gs_err *e)
{
    size_t next = 0;
    int rc = 0;
    gs_plan_sum(&j->plan, p->task->scorer->m, j->score);
    for (int i = 0; i < j->n_rec && !rc; i++) {
        size_t first = next;
        rc = gs_job_annotate(j, i, &next, p->task, p->tally);
        if (!rc && p->opt->skipped)
            rc = list_skipped(p, j, i, first, next);
        if (rc)
            return gs_fail_mem(e, "a record", sizeof(float));
        if (gs_tally_wrong_genome(p->tally) && !p->opt->force)
            return gs_fail(e, GS_ESUSPECT, "%lld of the first %lld records disagree with the FASTA in REF: this is another "
                           "genome build (--force scores the rest all the same)", (long long)p->tally->mismatched,
                           (long long)p->tally->compared);
        if (!j->drop[i])
            rc = gs_vcf_write(p->opt->out, j->rec[i], e);
    }
    return rc;
}

/* Wait for the oldest job; NULL at the end or when stopped. */
static gs_job *wait_done(pipeline *p)
{
    gs_job *j = NULL;
    pthread_mutex_lock(&p->lock);
    while (!p->stop && !j && !(p->read_all && p->n_written == p->n_filled)) {
        size_t at = p->n_written % (size_t)p->n;
        if (p->n_written < p->n_filled && p->state[at] == DONE) {
            j = p->ring[at];
            break;
        }
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec++;
        if (pthread_cond_timedwait(&p->changed, &p->lock, &until) == ETIMEDOUT && p->opt->progress) {
            pthread_mutex_unlock(&p->lock);
            p->opt->progress(p->opt->arg, p->tally);
            pthread_mutex_lock(&p->lock);
        }
    }
    pthread_mutex_unlock(&p->lock);
    return j;
}

static void writer(pipeline *p)
{
    gs_job *j;
    gs_err e = {0};
    while ((j = wait_done(p))) {
        if (write_job(p, j, &e)) {
            fail(p, &e);
            return;
        }
        pthread_mutex_lock(&p->lock);
        p->state[p->n_written++ % (size_t)p->n] = FREE;
        pthread_cond_broadcast(&p->changed);
        pthread_mutex_unlock(&p->lock);
        if (p->opt->progress)
            p->opt->progress(p->opt->arg, p->tally);
    }
}

/* ---- all together ---- */

static int init(pipeline *p, const gs_task *t, const gs_pipeline_opt *opt, gs_tally *tally)
{
    *p = (pipeline){.task = t, .opt = opt, .tally = tally, .n = opt->workers + 2};
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    p->ring = calloc((size_t)p->n, sizeof *p->ring);
    p->state = calloc((size_t)p->n, sizeof *p->state);
    int ok = p->ring && p->state;
    for (int i = 0; ok && i < p->n; i++)
        ok = (p->ring[i] = gs_job_new(JOB_RECORDS)) != NULL;
    return ok ? 0 : -1;
}

static void release(pipeline *p)
{
    for (int i = 0; p->ring && i < p->n; i++)
        gs_job_free(p->ring[i]);
    free(p->ring);
    free(p->state);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
}

/* Reader and workers in threads of their own; how many could be started. */
static int start(pipeline *p, pthread_t *thread)
{
    int n = 0;
    for (int i = 0; i <= p->opt->workers; i++)
        if (!pthread_create(&thread[n], NULL, i == 0 ? reader : worker, p))
            n++;
        else if (i <= 1)
            break;
    return n;
}

int gs_pipeline_run(const gs_task *t, const gs_pipeline_opt *opt, gs_tally *tally, gs_err *e)
{
    pipeline p;
    gs_err err = {0};
    memset(tally, 0, sizeof *tally);
    pthread_t *thread = calloc((size_t)opt->workers + 1, sizeof *thread);
    int rc = 0, n = 0;
    if (init(&p, t, opt, tally) || !thread) {
        rc = gs_fail_mem(e, "the pipeline", (size_t)JOB_RECORDS * sizeof(void *));
        goto out;
    }
    n = start(&p, thread);
    if (n >= 2) {
        writer(&p);
    } else {
        gs_fail(&err, GS_ENOMEM, "cannot start threads: %s (try --threads 1)", strerror(errno));
        fail(&p, &err);
    }
    for (int i = 0; i < n; i++)
        pthread_join(thread[i], NULL);
    if (p.stop)
        rc = gs_fail(e, p.err.code, "%s", p.err.msg);
out:
    free(thread);
    release(&p);
    return rc;
}
