/* The bytes of a FASTA file, plain or bgzip, at any offset. */
#ifndef GS_FASTA_FILE_H
#define GS_FASTA_FILE_H
#include <stdint.h>
#include <sys/stat.h>
#include "base/err.h"
#include "genome/gzi.h"

typedef struct {
    char *path;
    int fd;
    struct stat st;
    int64_t size;         /* bytes of text */
    struct BGZF *bgzf;    /* NULL: plain */
    gs_gzi gzi;
    int64_t at;           /* next byte of text that bgzf gives, -1 unknown */
} gs_fasta;

/* Refuses what is no FASTA (a folder, an empty file, a VCF, plain gzip, ...) with a sentence on what it is. */
int gs_fasta_open(gs_fasta *f, const char *path, gs_err *e);
void gs_fasta_close(gs_fasta *f);  /* also after a failed open */

/* Bytes [off, off + n) of the text into buf. The number of bytes read, less than n only at the end; or an error. */
int64_t gs_fasta_read(gs_fasta *f, int64_t off, void *buf, int64_t n, gs_err *e);
#endif
