/* Passes of a plan through the model: fills in the values of their terms. */
#ifndef GS_EVALUATE_H
#define GS_EVALUATE_H
#include "model/model.h"
#include "score/plan.h"

/* Passes from .. to of `plan` (after gs_plan_sort), which end where a group ends. Several threads may evaluate different
 * passes of one plan at once, each with a worker of its own. Memory of the worker is released before returning. */
int gs_evaluate(gs_worker *wk, const gs_model *m, gs_plan *plan, int from, int to, gs_err *e);
#endif
