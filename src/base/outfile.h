/* A file that appears under its name only when it is complete. Until then it has the name NAME.tmp-PID-I in the same
 * folder, locked, so that the next run tells what a killed one left from what a running one writes, and removes it. */
#ifndef GS_OUTFILE_H
#define GS_OUTFILE_H
#include <stdio.h>
#include "base/err.h"

typedef struct {
    char *name;   /* what messages call it */
    char *final;  /* where it will be, links followed; NULL: written straight (standard output, a device, a pipe) */
    char *temp;   /* where it is until then */
    int keep_fd;  /* a second descriptor, which keeps the lock and is synced after the first is closed */
    int slot;     /* in the list that signals clear */
    int published;
} gs_outfile;
#define GS_OUTFILE_NONE ((gs_outfile){.keep_fd = -1, .slot = -1})   /* nothing open */

/* GS_EUSAGE if path and input are one file. NULL is standard output, or no input. */
int gs_outfile_check(const char *path, const char *input, gs_err *e);
/* GS_EUSAGE if two outputs would go to one file, or both to standard output; other open descriptors (/dev/stderr) may
 * be shared. NULL is standard output. */
int gs_outfile_apart(const char *a, const char *b, gs_err *e);
/* Open for writing; `input` (may be NULL) must be another file. The descriptor, or negative. path NULL or "-" is
 * standard output; that, /dev/stderr and /dev/fd/N are duplicated: written where they stand, closing leaves the
 * original open. A file that exists keeps its mode, and is refused if its owner made it read-only.
 * GS_EOUTPUT, GS_EUSAGE. */
int gs_outfile_open(gs_outfile *f, const char *path, const char *input, gs_err *e);
/* The same as a stream, which gs_outfile_close closes. NULL on failure. */
FILE *gs_outfile_stream(gs_outfile *f, const char *path, const char *input, gs_err *e);
/* Close the stream, all its bytes on disk; the stream is gone also on failure. */
int gs_outfile_close(gs_outfile *f, FILE *s, gs_err *e);
/* Bytes to disk; after the descriptor was closed. */
int gs_outfile_sync(gs_outfile *f, gs_err *e);
/* Give it its name. */
int gs_outfile_publish(gs_outfile *f, gs_err *e);
/* Take it back after all, since another output that belongs to it failed: nothing has the name then. */
void gs_outfile_retract(gs_outfile *f);
/* Remove what was not published, and free. */
void gs_outfile_discard(gs_outfile *f);
#endif
