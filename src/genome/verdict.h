/* What the counts of a run say of its inputs: do VCF and FASTA belong together, and could anything be scored? */
#ifndef GS_VERDICT_H
#define GS_VERDICT_H
#include "base/err.h"
#include "genome/tally.h"

/* What was counted. What a run has seen so far, or one chunk of many, stands for the whole only where most of it is
 * wrong: mismatches may lie together. */
typedef enum { GS_SO_FAR, GS_CHUNK, GS_WHOLE } gs_extent;

/* 0, or GS_ESUSPECT with what is wrong and the remedy:
 * - of at least 100 records more than half have another REF than the FASTA; of the whole more than a tenth;
 * - at the end: there were alleles to be scored (reference blocks and * are none), but none has a score. A chunk may
 *   hold nothing that can be scored, unless none of the input's contigs is in the FASTA or the model gave no numbers.
 * What is odd at the end, but no error, is said in one line. */
int gs_verdict(const gs_tally *t, gs_extent extent, gs_err *e);
#endif
