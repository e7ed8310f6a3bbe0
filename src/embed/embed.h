/* Last hidden states of sequences, or of the windows of variants or intervals: PREFIX.npy (float32, a row per input, or
 * per token), PREFIX.tsv (a line per row). */
#ifndef GS_EMBED_H
#define GS_EMBED_H
#include "genome/tally.h"
#include "model/model.h"

typedef struct {
    const char *in, *ref;        /* ref NULL: `in` is FASTA, else VCF or BCF, or BED by its name */
    const char *prefix;          /* of the outputs */
    const char *skipped;         /* table of the inputs that have no row; NULL: none */
    int window;                  /* bases, with ref; 0: the recipe's */
    int strands;                 /* bit 0 forward, bit 1 reverse; both: the mean of their rows */
    int tokens;                  /* a row per token, of one strand */
    int threads;                 /* computing threads, each with one BLAS thread */
} gs_embed_opt;

typedef struct {
    gs_tally tally;              /* of inputs: records, intervals, sequences */
    int64_t rows;
} gs_embed_sum;

/* Embed all that o->in gives. An input has a row, or a reason (gs_flag) under which it is counted and listed: of a
 * record the one that all its ALTs are without a score for, as far as letters, place and length go; of a window without
 * a base that is known n_context; of a sequence malformed (empty), nonacgt (a letter for which there is no token),
 * too_long or unsupported (too short) for the model, n_context. Outputs appear when all of them are complete. Rows do
 * not depend on threads or on each other. The sum is filled in also on failure.
 * GS_ESUSPECT: nothing could be embedded, or the genome is another; GS_EUSAGE, GS_EINPUT, GS_ETRUNC, GS_EOUTPUT,
 * GS_EMODEL (results that are not finite), GS_ENOMEM. */
int gs_embed_run(const gs_model *m, const gs_embed_opt *o, gs_embed_sum *sum, gs_err *e);
#endif
