/* A file that appears under its name only when it is complete. */
#ifndef GS_OUTFILE_H
#define GS_OUTFILE_H
#include "base/err.h"

typedef struct {
    char *final;  /* where it will be, links followed; NULL: written straight (standard output, a device, a pipe) */
    char *temp;   /* where it is until then, in the same folder */
    int keep_fd;  /* a second descriptor, for fsync after the first is closed */
} gs_outfile;

/* GS_EUSAGE if path and input are one file. NULL is standard output, or no input. */
int gs_outfile_check(const char *path, const char *input, gs_err *e);
/* Open for writing; `input` (may be NULL) must be another file. The descriptor, or negative. path NULL or "-" is
 * standard output, duplicated: closing it leaves the original open. GS_EOUTPUT, GS_EUSAGE. */
int gs_outfile_open(gs_outfile *f, const char *path, const char *input, gs_err *e);
/* Bytes to disk; after the descriptor was closed. */
int gs_outfile_sync(gs_outfile *f, gs_err *e);
/* Give it its name. */
int gs_outfile_publish(gs_outfile *f, gs_err *e);
/* Remove what was not published, and free. */
void gs_outfile_discard(gs_outfile *f);
#endif
