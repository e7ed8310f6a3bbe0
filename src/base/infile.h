/* Opening what is read whole or mapped: regular files only. A pipe that nobody writes to would wait for ever, a device
 * gives bytes for ever. */
#ifndef GS_INFILE_H
#define GS_INFILE_H
#include <stdio.h>
#include "base/err.h"

/* A descriptor for reading, or -code. code: of the error, which names the file. */
int gs_infile_open(const char *path, gs_code code, gs_err *e);
/* The same as a stream for bytes; NULL on failure. */
FILE *gs_infile_stream(const char *path, gs_code code, gs_err *e);
#endif
