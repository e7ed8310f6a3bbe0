/* The progress line and the summary of `gscore score`, on stderr. */
#ifndef GS_PROGRESS_H
#define GS_PROGRESS_H
#include "score/pipeline.h"

/* on: 0 only when SIGUSR1 asks; 1 on a terminal one line that is rewritten, otherwise one line a minute. */
typedef struct { int on, terminal; double start, last; } progress;
void progress_start(progress *p, int on);
void progress_show(void *p, const gs_run_state *state);
/* Wipe the line. Seconds since the start. */
double progress_end(progress *p);
void progress_summary(const gs_tally *t, double seconds);
#endif
