/* Text files, plain or compressed (gzip, bgzip), a line at a time. */
#ifndef GS_LINE_FILE_H
#define GS_LINE_FILE_H
#include <stdint.h>
#include "base/err.h"

typedef struct gs_lines gs_lines;

/* "-" is standard input. what: "the FASTA file", for messages. NULL on failure: GS_EINPUT; GS_ETRUNC where the end
 * marker of a bgzip file is missing. */
gs_lines *gs_lines_open(const char *path, const char *what, gs_err *e);
void gs_lines_close(gs_lines *l);   /* NULL is fine */
/* The next line without its end, valid until the next call: 1, 0 at the end, negative: GS_ETRUNC. */
int gs_lines_next(gs_lines *l, char **line, int64_t *len, gs_err *e);
/* From another thread: a read that waits finds the end of the input, or that it was cut. */
void gs_lines_stop(gs_lines *l);
int64_t gs_lines_number(const gs_lines *l);   /* of the last line, from 1 */
const char *gs_lines_path(const gs_lines *l);
#endif
