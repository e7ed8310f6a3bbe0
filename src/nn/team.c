/* Threads that share the work of one long sequence. They sleep between calls; a call hands out its pieces one by one,
 * so that a slow one does not hold the others up. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "nn/nn.h"

struct gs_team {
    pthread_mutex_t lock;
    pthread_cond_t called, done;
    gs_worker **member;          /* [n] all but the one who calls */
    pthread_t *thread;
    int n, running;              /* threads; of those the ones still at the present call */
    unsigned call;               /* number of the present call */
    int closing;
    atomic_int next;             /* piece to be taken next */
    _Atomic size_t wanted;       /* bytes that somebody could not have */
    int pieces;
    void (*piece)(gs_worker *wk, void *arg, int i);
    void *arg;
};

/* Take pieces until there are none. Running out of memory is told to the caller. */
static void work(gs_team *t, gs_worker *wk)
{
    gs_mark mark = gs_arena_mark(wk->arena);
    if (setjmp(*gs_arena_oom(wk->arena))) {
        t->wanted = gs_arena_wanted(wk->arena);
        t->next = t->pieces;
    } else {
        for (int i; (i = t->next++) < t->pieces;)
            t->piece(wk, t->arg, i);
    }
    gs_arena_release(wk->arena, mark);
}

typedef struct { gs_team *team; gs_worker *self; } seat;

static void *member(void *arg)
{
    seat s = *(seat *)arg;
    gs_team *t = s.team;
    unsigned seen = 0;
    free(arg);
    pthread_mutex_lock(&t->lock);
    for (;;) {
        while (t->call == seen && !t->closing)
            pthread_cond_wait(&t->called, &t->lock);
        if (t->closing)
            break;
        seen = t->call;
        pthread_mutex_unlock(&t->lock);
        work(t, s.self);
        pthread_mutex_lock(&t->lock);
        if (!--t->running)
            pthread_cond_signal(&t->done);
    }
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

static int add_member(gs_team *t)
{
    seat *s = malloc(sizeof *s);
    gs_worker *wk = s ? gs_worker_new() : NULL;
    if (wk) {
        *s = (seat){t, wk};
        t->member[t->n] = wk;
        if (!pthread_create(&t->thread[t->n], NULL, member, s)) {
            t->n++;
            return 0;
        }
    }
    gs_worker_free(wk);
    free(s);
    return -1;
}

gs_team *gs_team_new(int members)
{
    gs_team *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->called, NULL);
    pthread_cond_init(&t->done, NULL);
    t->member = calloc((size_t)members, sizeof *t->member);
    t->thread = calloc((size_t)members, sizeof *t->thread);
    while (t->member && t->thread && t->n < members - 1 && !add_member(t))
        ;
    if (t->n)
        return t;
    gs_team_free(t);
    return NULL;
}

void gs_team_free(gs_team *t)
{
    if (!t)
        return;
    pthread_mutex_lock(&t->lock);
    t->closing = 1;
    pthread_cond_broadcast(&t->called);
    pthread_mutex_unlock(&t->lock);
    for (int i = 0; i < t->n; i++) {
        pthread_join(t->thread[i], NULL);
        gs_worker_free(t->member[i]);
    }
    pthread_mutex_destroy(&t->lock);
    pthread_cond_destroy(&t->called);
    pthread_cond_destroy(&t->done);
    free(t->member);
    free(t->thread);
    free(t);
}

/* The owner's own way out of memory is kept while it works as one of the team. */
static void call(gs_team *t, gs_worker *wk)
{
    pthread_mutex_lock(&t->lock);
    t->running = t->n;
    t->call++;
    pthread_cond_broadcast(&t->called);
    pthread_mutex_unlock(&t->lock);
    jmp_buf *out = gs_arena_oom(wk->arena), kept;
    memcpy(&kept, out, sizeof kept);
    work(t, wk);
    memcpy(out, &kept, sizeof kept);
    pthread_mutex_lock(&t->lock);
    while (t->running)
        pthread_cond_wait(&t->done, &t->lock);
    pthread_mutex_unlock(&t->lock);
}

void gs_parallel(gs_worker *wk, int n, void (*piece)(gs_worker *, void *, int), void *arg)
{
    gs_team *t = wk->team;
    if (!t || n < 2) {
        for (int i = 0; i < n; i++)
            piece(wk, arg, i);
        return;
    }
    wk->team = NULL;             /* pieces are not shared out again */
    t->piece = piece;
    t->arg = arg;
    t->pieces = n;
    t->next = 0;
    t->wanted = 0;
    call(t, wk);
    wk->team = t;
    if (t->wanted)
        gs_arena_fail(wk->arena, t->wanted);
}

/* ---- rows ---- */

enum { LEAST_ROWS = 16, PIECES = 4 /* per thread */ };

typedef struct { void (*f)(gs_worker *, void *, int, int); void *arg; int rows, step; } row_work;

static void rows_of(gs_worker *wk, void *arg, int i)
{
    const row_work *r = arg;
    int beg = i * r->step, end = beg + r->step < r->rows ? beg + r->step : r->rows;
    r->f(wk, r->arg, beg, end);
}

int gs_team_size(const gs_worker *wk)
{
    return wk->team ? wk->team->n + 1 : 1;
}

void gs_parallel_rows(gs_worker *wk, int rows, int multiple, void (*f)(gs_worker *, void *, int, int), void *arg)
{
    int size = gs_team_size(wk), step = rows / (size * PIECES) + 1;
    step = step < LEAST_ROWS ? LEAST_ROWS : step;
    step = (step + multiple - 1) / multiple * multiple;
    if (size == 1 || step >= rows)
        f(wk, arg, 0, rows);
    else
        gs_parallel(wk, (rows + step - 1) / step, rows_of, &(row_work){f, arg, rows, step});
}
