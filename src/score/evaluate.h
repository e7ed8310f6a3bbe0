/* Passes of a plan through the model: fills in the values of their probes. */
#ifndef GS_EVALUATE_H
#define GS_EVALUATE_H
#include "score/plan.h"

/* Batch number `batch` of `plan` (after gs_plan_cut). Several threads may evaluate different batches of one plan at
 * once, each with a worker of its own. Memory of the worker is released before returning. Errors: those of
 * gs_forward. */
int gs_evaluate(gs_worker *wk, const gs_model *m, gs_plan *plan, int batch, gs_err *e);
#endif
