#include "base/stream.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
    void *job;               /* NULL: not made yet */
    size_t bytes;
    int parts, next, done;   /* of its computation: next is the first that no worker has taken */
} slot;

/* Slots form a ring: the reader fills ring[n_filled % n], the writer empties ring[n_written % n]; between them lie the
 * jobs whose parts the workers take, oldest first. One lock guards all of it; the work is done outside. */
typedef struct {
    const gs_stream_kind *kind;
    void *self;
    slot *ring;
    int n;
    size_t n_filled, n_written, bytes, most_bytes;
    int read_all, stop;                        /* the reader has seen the end; everybody stop */
    gs_err err;
    pthread_mutex_t lock;
    pthread_cond_t room, work, finished;       /* what the reader, the workers and the writer wait for */
} stream;

static slot *at(stream *s, size_t i)
{
    return &s->ring[i % (size_t)s->n];
}

/* First error wins and stops everything. */
static void fail(stream *s, const gs_err *e)
{
    pthread_mutex_lock(&s->lock);
    int first = !s->stop;
    if (first)
        s->err = *e;
    if (!s->err.code)
        gs_fail(&s->err, GS_EINTERNAL, "the run failed without saying why");
    s->stop = 1;
    pthread_cond_broadcast(&s->room);
    pthread_cond_broadcast(&s->work);
    pthread_cond_broadcast(&s->finished);
    pthread_mutex_unlock(&s->lock);
    if (first && s->kind->stop)
        s->kind->stop(s->self);
}

/* ---- reader ---- */

/* The next free slot, with a job; NULL when stopped. One job is always let in. */
static slot *wait_room(stream *s)
{
    pthread_mutex_lock(&s->lock);
    while (!s->stop && s->n_filled > s->n_written
           && (s->n_filled - s->n_written == (size_t)s->n || s->bytes >= s->most_bytes))
        pthread_cond_wait(&s->room, &s->lock);
    slot *t = s->stop ? NULL : at(s, s->n_filled);
    pthread_mutex_unlock(&s->lock);
    return t;
}

/* 1, 0 at the end, negative on error. */
static int fill(stream *s, slot *t, gs_err *e)
{
    if (!t->job && !(t->job = s->kind->job_new(s->self)))
        return gs_fail_mem(e, "a job", 0);
    int more = s->kind->read(s->self, t->job, e);
    if (more > 0) {
        t->parts = s->kind->parts(t->job);
        t->next = t->done = 0;
        t->bytes = s->kind->bytes(t->job);
    }
    return more;
}

static void hand_on(stream *s, const slot *t)
{
    pthread_mutex_lock(&s->lock);
    s->n_filled++;
    s->bytes += t->bytes;
    pthread_cond_broadcast(t->parts ? &s->work : &s->finished);
    pthread_mutex_unlock(&s->lock);
}

static void end_reading(stream *s)
{
    pthread_mutex_lock(&s->lock);
    s->read_all = 1;
    pthread_cond_broadcast(&s->work);
    pthread_cond_broadcast(&s->finished);
    pthread_mutex_unlock(&s->lock);
}

static void *reader(void *arg)
{
    stream *s = arg;
    gs_err e = {0};
    slot *t;
    int more = 1;
    while (more > 0 && (t = wait_room(s))) {
        more = fill(s, t, &e);
        if (more > 0)
            hand_on(s, t);
    }
    if (more < 0)
        fail(s, &e);
    end_reading(s);
    return NULL;
}

/* ---- workers ---- */

/* Oldest job with a part left, NULL if there is none now. Called with the lock held. */
static slot *next_work(stream *s, int *part)
{
    for (size_t i = s->n_written; i < s->n_filled; i++)
        if (at(s, i)->next < at(s, i)->parts) {
            *part = at(s, i)->next++;
            return at(s, i);
        }
    return NULL;
}

static slot *take(stream *s, int *part)
{
    slot *t = NULL;
    pthread_mutex_lock(&s->lock);
    while (!s->stop && !(t = next_work(s, part)) && !s->read_all)
        pthread_cond_wait(&s->work, &s->lock);
    if (s->stop)
        t = NULL;
    pthread_mutex_unlock(&s->lock);
    return t;
}

static void finish_part(stream *s, slot *t)
{
    pthread_mutex_lock(&s->lock);
    if (++t->done == t->parts)
        pthread_cond_signal(&s->finished);
    pthread_mutex_unlock(&s->lock);
}

static void *worker(void *arg)
{
    stream *s = arg;
    gs_err e = {0};
    slot *t;
    int part, rc = 0;
    void *state = s->kind->worker_new(s->self);
    if (!state)
        rc = gs_fail_mem(&e, "a worker", 0);
    while (!rc && (t = take(s, &part))) {
        rc = s->kind->compute(s->self, state, t->job, part, &e);
        if (!rc)
            finish_part(s, t);
    }
    if (rc)
        fail(s, &e);
    if (state)
        s->kind->worker_free(state);
    return NULL;
}

/* ---- writer ---- */

static struct timespec half_a_second_on(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += 500000000;
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return t;
}

/* Wait for the oldest job: 1 done, 0 not yet, negative: at the end or stopped. */
static int wait_finished(stream *s)
{
    struct timespec until = half_a_second_on();
    int late = 0, ready = 0, over = 0;
    pthread_mutex_lock(&s->lock);
    while (!late && !ready && !over) {
        int some = s->n_written < s->n_filled;
        ready = some && at(s, s->n_written)->done == at(s, s->n_written)->parts;
        over = s->stop || (s->read_all && !some);
        if (!ready && !over)
            late = pthread_cond_timedwait(&s->finished, &s->lock, &until) == ETIMEDOUT;
    }
    pthread_mutex_unlock(&s->lock);
    return over ? -1 : ready;
}

static void empty(stream *s)
{
    pthread_mutex_lock(&s->lock);
    s->bytes -= at(s, s->n_written++)->bytes;
    pthread_cond_signal(&s->room);
    pthread_mutex_unlock(&s->lock);
}

static void writer(stream *s)
{
    gs_err e = {0};
    int ready, rc = 0;
    while (!rc && (ready = wait_finished(s)) >= 0) {
        if (ready && !(rc = s->kind->write(s->self, at(s, s->n_written)->job, &e)))
            empty(s);
        if (!rc && s->kind->tick)
            s->kind->tick(s->self);
    }
    if (rc)
        fail(s, &e);
}

/* ---- all together ---- */

static void init_locks(stream *s)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->room, NULL);
    pthread_cond_init(&s->work, NULL);
    pthread_cond_init(&s->finished, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

static void release(stream *s)
{
    for (int i = 0; s->ring && i < s->n; i++)
        if (s->ring[i].job)
            s->kind->job_free(s->ring[i].job);
    free(s->ring);
    pthread_cond_destroy(&s->room);
    pthread_cond_destroy(&s->work);
    pthread_cond_destroy(&s->finished);
    pthread_mutex_destroy(&s->lock);
}

/* Reader first, then workers: how many threads could be started. Without a worker there is nothing to wait for. */
static int start(stream *s, pthread_t *thread, int workers)
{
    gs_err e = {0};
    int n = 0, bad = 0;
    while (n <= workers && !bad)
        if (!(bad = pthread_create(&thread[n], NULL, n ? worker : reader, s)))
            n++;
    if (n < 2) {
        gs_fail(&e, GS_ENOMEM, "cannot start threads: %s", strerror(bad));
        fail(s, &e);
    }
    return n;
}

int gs_stream_run(const gs_stream_kind *kind, void *self, int workers, size_t most_bytes, gs_err *e)
{
    stream s = {.kind = kind, .self = self, .n = workers + 2, .most_bytes = most_bytes};
    pthread_t *thread = calloc((size_t)workers + 1, sizeof *thread);
    int n = 0;
    init_locks(&s);
    s.ring = calloc((size_t)s.n, sizeof *s.ring);
    if (s.ring && thread) {
        n = start(&s, thread, workers);
        writer(&s);
    } else {
        gs_fail_mem(&s.err, "the threads", (size_t)s.n * (sizeof *s.ring + sizeof *thread));
    }
    for (int i = 0; i < n; i++)
        pthread_join(thread[i], NULL);
    free(thread);
    release(&s);
    return s.err.code ? gs_fail(e, s.err.code, "%s", s.err.msg) : 0;
}
