/* Rows of a plan through the model: fills in the values of their terms. */
#ifndef GS_EVALUATE_H
#define GS_EVALUATE_H
#include "score/plan.h"
#include "score/scorer.h"

/* Rows from .. to of `plan` (after gs_plan_sort), which end where a group ends. Several threads may evaluate different
 * rows of one plan at once, each with a run of its own. Memory of the run is released before returning. */
int gs_evaluate(gs_run *r, const gs_model *m, gs_plan *plan, int from, int to, gs_err *e);

/* One worker's state; NULL when out of memory. */
gs_run *gs_run_new(void);
void gs_run_free(gs_run *r);
#endif
