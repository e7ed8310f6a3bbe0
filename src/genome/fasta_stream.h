/* The sequences of a FASTA file one after the other, without an index. */
#ifndef GS_FASTA_STREAM_H
#define GS_FASTA_STREAM_H
#include <stdint.h>
#include "base/err.h"

typedef struct gs_fasta_stream gs_fasta_stream;

/* PATH: plain or compressed (gzip, bgzip), "-" standard input. NULL on failure: GS_EINPUT, GS_ETRUNC. */
gs_fasta_stream *gs_fasta_stream_open(const char *path, gs_err *e);
void gs_fasta_stream_close(gs_fasta_stream *s);   /* NULL is fine */

/* name: the header line up to the first blank; seq: letters as they are, without blanks. Valid until the next call.
 * 1, 0 at the end, negative: GS_EINPUT (what stands before the first '>' or is no text), GS_ETRUNC, GS_ENOMEM. */
typedef struct { const char *name, *seq; int64_t len; } gs_fasta_record;
int gs_fasta_stream_next(gs_fasta_stream *s, gs_fasta_record *r, gs_err *e);
/* As gs_lines_stop (genome/line_file.h). */
void gs_fasta_stream_stop(gs_fasta_stream *s);
#endif
