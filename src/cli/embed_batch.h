/* Sequences on their way through the model. */
#ifndef GS_EMBED_BATCH_H
#define GS_EMBED_BATCH_H
#include "cli/embed_input.h"
#include "cli/embed_output.h"

enum { EMBED_TOKENS = 4096 /* of a batch; one longer sequence is a batch of its own */ };

/* One row of output or, with --tokens, one per token. tok: one per strand that is asked for. */
typedef struct { char *name, *contig; int64_t beg, len; gs_tokens tok[2]; } embed_item;
typedef struct {
    embed_item *item;
    size_t n, cap;
    int n_tokens;            /* of all strands */
    float *out;              /* [n, D], or [n_tokens, D] */
} embed_batch;

/* Tokens of an input, with its names. An error names the sequence. */
int embed_item_init(embed_item *it, const embed_input *x, const embed_args *a, const gs_model *m, gs_err *e);
void embed_item_free(embed_item *it);
int embed_item_tokens(const embed_item *it);

int embed_batch_add(embed_batch *b, const embed_item *it, gs_err *e);   /* takes the item over */
void embed_batch_clear(embed_batch *b);
void embed_batch_free(embed_batch *b);
/* Fills in b->out. */
int embed_batch_compute(embed_batch *b, const embed_args *a, const gs_model *m, gs_worker *worker, gs_err *e);
void embed_write_head(embed_output *o, const embed_args *a);
int embed_batch_write(const embed_batch *b, embed_output *o, const embed_args *a, const gs_model *m, gs_err *e);
#endif
