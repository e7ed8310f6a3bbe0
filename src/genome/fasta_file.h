/* A FASTA file, plain or bgzip: what may be one, and its text at any offset, for the checks of an index. */
#ifndef GS_FASTA_FILE_H
#define GS_FASTA_FILE_H
#include <stdint.h>
#include <sys/stat.h>
#include "base/err.h"
#include "base/str.h"

typedef struct {
    char *path;
    int fd;
    char name[32];        /* for htslib, which would take some paths for addresses in the network */
    struct stat st;
    struct BGZF *bgzf;    /* owns fd */
    int bgzip;
    gs_str gzi;           /* of a bgzip file, the checked bytes: set before any offset but 0 is used */
    int64_t block;        /* the last block of gzi that gs_fasta_block found right, else -1 */
    int64_t shift;        /* offset - bgzf_utell(bgzf) */
} gs_fasta;

/* Refuses what is no FASTA (a folder, an empty file, a VCF, plain gzip, ...) with a sentence on what it is, and
 * a bgzip file without its end (GS_ETRUNC). */
int gs_fasta_open(gs_fasta *f, const char *path, gs_err *e);
void gs_fasta_close(gs_fasta *f);  /* also after a failed open */

/* Is the .gzi right about the block that byte off is in? Wrong, htslib would abort on seeking there. 1: off lies
 * beyond the end of the text. */
int gs_fasta_block(gs_fasta *f, int64_t off, gs_err *e);

/* Go to byte off of the text; 1: that is beyond its end. */
int gs_fasta_seek(gs_fasta *f, int64_t off, gs_err *e);
/* The next n bytes, fewer at the end. The number read, or an error. */
int64_t gs_fasta_read(gs_fasta *f, void *buf, int64_t n, gs_err *e);
int64_t gs_fasta_tell(const gs_fasta *f);

/* Every failure to read: GS_ETRUNC. */
int gs_fasta_unreadable(const gs_fasta *f, int64_t off, gs_err *e);
#endif
