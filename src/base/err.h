/* Errors: every failing function fills a gs_err and returns a negative number. */
#ifndef GS_ERR_H
#define GS_ERR_H
#include "gscore.h"

/* Fill *e (may be NULL) and return -code, so that `return gs_fail(e, GS_EMODEL, "...")` does it all.
 * An error already in *e is kept: the first cause is the one to tell. */
int gs_fail(gs_err *e, gs_code code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Empty *e (may be NULL) for another use: what every function of gscore.h begins with. */
void gs_err_clear(gs_err *e);

/* Names out of files may hold anything: makes a message one line that moves no cursor. gs_fail does it. */
void gs_err_line(char *s);

/* gs_fail(GS_ENOMEM) that says what for and how much; bytes 0: not known. */
int gs_fail_mem(gs_err *e, const char *what, size_t bytes);
#endif
