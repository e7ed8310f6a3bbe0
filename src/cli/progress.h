/* The progress line and the summary of `gscore score`, on stderr. */
#ifndef GS_PROGRESS_H
#define GS_PROGRESS_H
#include "genome/vcf.h"
#include "score/tally.h"

/* on: 0 never; 1 on a terminal one line that is rewritten, otherwise one line a minute. */
typedef struct { int on, terminal; double start, last; gs_vcf *vcf; } progress;
void progress_start(progress *p, int on, gs_vcf *vcf);
void progress_show(void *p, const gs_tally *t);
/* Wipe the line. Seconds since the start. */
double progress_end(progress *p);
void progress_summary(const gs_tally *t, double seconds);
#endif
