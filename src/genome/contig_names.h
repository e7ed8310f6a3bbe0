/* Contig names that mean the same: 1 and chr1, MT and chrM and M. */
#ifndef GS_CONTIG_NAMES_H
#define GS_CONTIG_NAMES_H
#include "genome/fai.h"

/* The contig that another convention calls `name`, if there is exactly one of length `len` (0: any length); else -1.
 * `name` itself does not count. */
int gs_contig_alias(const gs_fai *f, const char *name, int64_t len);

/* chrM, MT and M, or one of the n names. */
int gs_contig_circular(const char *name, const char *const *circular, int n);
#endif
