/* A transcript's coding sequence with and without an allele. */
#ifndef GS_CODING_H
#define GS_CODING_H
#include "genome/context.h"
#include "genome/gff.h"

/* Does the allele change a base of t's coding sequence? An insertion does within an exon and where an exon meets an
 * intron, not before the first base or behind the last. Of a change over the border of an exon the bases in it count:
 * base i of ALT takes the place of base i of REF, what is more of ALT that of the last. */
int gs_coding_touches(const gs_transcript *t, const gs_allele *a, gs_ref *r);
/* Both sides into c, whole: exons joined, reverse complemented on the reverse strand. The allele touches t. */
int gs_coding_splice(gs_context *c, const gs_transcript *t, gs_ref *r, const gs_allele *a, gs_err *e);
#endif
