/* Inputs on their way through the model: read by one thread, computed by another, written by a third. */
#ifndef GS_EMBED_JOB_H
#define GS_EMBED_JOB_H
#include "embed/embed_item.h"
#include "embed/embed_output.h"

typedef struct {
    gs_embed_item *item;
    size_t n, cap;
    int n_tokens;                /* of all strands of all items */
    int n_read;                  /* inputs, those without a row, too */
    size_t bytes;                /* memory of the items, and of the rows that they will have */
    float *out;                  /* [n, D], or with o->tokens [n_tokens, D]; once it is computed */
    gs_str skipped;              /* lines of the inputs that have no row */
} gs_embed_job;

gs_embed_job *gs_embed_job_new(void);    /* empty; NULL: out of memory */
void gs_embed_job_free(gs_embed_job *j); /* NULL is fine */
void gs_embed_job_clear(gs_embed_job *j);
/* Take an item over, or on failure free it. GS_ENOMEM. */
int gs_embed_job_add(gs_embed_job *j, gs_embed_item *it, const gs_model *m, const gs_embed_opt *o, gs_err *e);
/* One forward pass: fills in j->out. */
int gs_embed_job_compute(gs_embed_job *j, const gs_model *m, const gs_embed_opt *o, gs_worker *wk, gs_err *e);
int gs_embed_job_write(const gs_embed_job *j, const gs_model *m, const gs_embed_opt *o, gs_embed_output *to, gs_err *e);
#endif
