/* Genomes of other species aligned to the reference, for models that read them (GPN-MSA): a bgzip file with a tabix
 * index (tabix -s 1 -b 2 -e 2), one line per reference base, which scripts/make_msa.py writes:
 *
 *   #species  NAME  NAME  ...
 *   chr1      10001  TTTTT-C
 *
 * contig, position (1-based), then in one word the reference's base and one letter per species, - for none. */
#ifndef GS_MSA_H
#define GS_MSA_H
#include <stdint.h>
#include "base/err.h"

typedef struct gs_msa gs_msa;

/* NULL on failure: not bgzip or not such a file (GS_EINPUT), no index or one that is older than the file (GS_EINPUT),
 * cut short (GS_ETRUNC). One handle per thread. */
gs_msa *gs_msa_open(const char *path, gs_err *e);
void gs_msa_close(gs_msa *m);
int gs_msa_species(const gs_msa *m);   /* besides the reference */

/* A stretch of it. Buffers belong to the caller, reused between calls; {0} is empty. */
typedef struct {
    int len, n_species, covered;       /* bases; species; bases that the file has: the stretch is whole if = len */
    char *ref;                         /* [len] reference bases in upper case, 'N' where not covered */
    uint8_t *aux;                      /* [len, n_species]: 0 gap or unknown, 1 A, 2 C, 3 G, 4 T */
    size_t cap_ref, cap_aux;
} gs_msa_rows;
void gs_msa_rows_free(gs_msa_rows *r);

/* Bases [beg, beg + len) of a contig, 0-based; 1 and chr1, M and MT and chrM are the same. Places beyond the contig or
 * the alignment are not covered, which is no error. 0, or GS_EINPUT for a line that makes no sense, GS_ETRUNC,
 * GS_ENOMEM. */
int gs_msa_fetch(gs_msa *m, const char *contig, int64_t beg, int len, gs_msa_rows *r, gs_err *e);

/* The other strand in place: last base first, every symbol complemented, gaps as they are. */
void gs_msa_revcomp(gs_msa_rows *r);
#endif
