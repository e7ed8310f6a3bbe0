/* The reference: random access to an indexed FASTA (plain or bgzip), safe against bad indexes. */
#ifndef GS_REF_H
#define GS_REF_H
#include <stdint.h>
#include "base/err.h"

typedef struct gs_ref gs_ref;

typedef struct {
    const char *const *circular;  /* names of circular contigs besides mitochondrial ones; may be NULL */
    int n_circular;
} gs_ref_opt;

/* Open PATH with PATH.fai (and PATH.gzi where it is bgzip). A missing index is built in memory and, where the folder
 * can be written, saved under a temporary name and renamed; one that is older than the FASTA, has impossible rows or
 * does not fit the FASTA is refused. NULL on failure: GS_EINPUT, GS_ETRUNC, GS_ENOMEM. One handle per thread. */
gs_ref *gs_ref_open(const char *path, const gs_ref_opt *opt, gs_err *e);
void gs_ref_close(gs_ref *r);

int gs_ref_count(const gs_ref *r);
const char *gs_ref_name(const gs_ref *r, int rid);
int64_t gs_ref_len(const gs_ref *r, int rid);
int gs_ref_circular(const gs_ref *r, int rid);

/* Contig by name, -1 if absent. Exact name first; else 1/chr1 and mitochondrial names are mapped where that is
 * unambiguous and `len` (the VCF header's contig length, 0 = unknown) agrees; the first mapping is said once, and so is
 * the first length that disagrees (an exact name is found all the same). */
int gs_ref_find(gs_ref *r, const char *name, int64_t len);

/* MD5 of all bases in upper case as hex digits and a 0: the SAM specification's M5, but where the FASTA has U, X or
 * gaps. Reads the whole contig. */
int gs_ref_md5(gs_ref *r, int rid, char hex[33], gs_err *e);

/* What stands behind the name in the contig's '>' line, cut to n chars with the final 0. 0: nothing. */
int gs_ref_description(gs_ref *r, int rid, char *out, size_t n);

/* Bases [beg, beg + len) into out (len chars, not terminated), upper case, IUPAC letters kept (U is T; gaps and X are
 * N); beyond a linear contig 'N', a circular one wraps, as often as it takes. beg may be negative. 0 or an error:
 * unreadable; bytes that are no bases or a '>' line of another name (a wrong index); a name that is there twice.
 * Consecutive fetches nearby are served from a cached stretch. */
int gs_ref_fetch(gs_ref *r, int rid, int64_t beg, int64_t len, char *out, gs_err *e);
#endif
