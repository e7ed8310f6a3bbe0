/* One ordered stream with bounded memory: one thread reads jobs, workers compute their parts in whatever order, the
 * calling thread writes finished jobs in the order in which they were read. The first error stops all of it. */
#ifndef GS_STREAM_H
#define GS_STREAM_H
#include <stddef.h>
#include "base/err.h"

/* `self` is what gs_stream_run was given. Threads: read and job_new on the reading thread, compute on a worker's, write
 * and tick on the calling thread; a job belongs to one of them at a time, while it is computed to all workers. */
typedef struct {
    void *(*job_new)(void *self);                  /* an empty job, made when needed, used again; NULL: out of memory */
    void (*job_free)(void *job);
    int (*read)(void *self, void *job, gs_err *e); /* fill it: 1; 0 at the end, with nothing read; negative: error */
    int (*parts)(const void *job);                 /* pieces of work of a filled job, 0: none */
    size_t (*bytes)(const void *job);              /* memory of a filled job */
    void *(*worker_new)(void *self);               /* state of one worker; NULL: out of memory */
    void (*worker_free)(void *worker);
    int (*compute)(void *self, void *worker, void *job, int part, gs_err *e);
    int (*write)(void *self, void *job, gs_err *e);
    void (*tick)(void *self);                      /* after each job, and twice a second while none is done */
    void (*stop)(void *self);                      /* from any thread, once, on an error: end a read that waits */
} gs_stream_kind;

/* At most workers + 2 jobs are held, and no more are read while those held have most_bytes. 0, or the first error;
 * GS_ENOMEM also when threads cannot be had (fewer workers than asked for will do). */
int gs_stream_run(const gs_stream_kind *kind, void *self, int workers, size_t most_bytes, gs_err *e);
#endif
