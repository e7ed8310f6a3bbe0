/* A pump between an input that may keep silent (a pipe, a terminal) and its reader, so that a read that waits can be
 * ended from outside. */
#ifndef GS_PUMP_H
#define GS_PUMP_H
#include "base/err.h"

typedef struct gs_pump gs_pump;

/* Can a read of this descriptor wait? Not of a regular file. */
int gs_pump_needed(int fd);
/* Pump from `from`, which is taken over, to a descriptor *to that the caller reads and closes. NULL: GS_ENOMEM. */
gs_pump *gs_pump_start(int from, int *to, gs_err *e);
/* Whoever reads finds the end: from any thread, more than once, NULL is fine. */
void gs_pump_stop(gs_pump *p);
/* The errno that ended the input, for the reader that found its end; 0: it is the end. NULL: 0. */
int gs_pump_error(const gs_pump *p);
/* Stops it too. NULL is fine. */
void gs_pump_free(gs_pump *p);
#endif
