/* Contig names that mean the same: 1 and chr1, MT and chrM and NC_012920.1. */
#ifndef GS_CONTIG_NAMES_H
#define GS_CONTIG_NAMES_H
#include "genome/fai.h"

/* Is it the name of a mitochondrial genome, in any case, with or without chr? The only list of these. */
int gs_contig_mitochondrial(const char *name);

/* Is it mitochondrial, or one of the n names? */
int gs_contig_circular(const char *name, const char *const *circular, int n);

/* Which other sequence may be meant by that name, in brackets, as the end of a message; "" where none is known. */
const char *gs_contig_confusion(const char *name, int64_t len);

/* The contig that another convention calls `name`, if there is exactly one of length `len` (0: any length); else -1.
 * `name` itself does not count. */
int gs_contig_alias(const gs_fai *f, const char *name, int64_t len);

/* The chromosome, without chr: of chr1 1, of the human RefSeq accession NC_000023.11 X; else the name itself. Valid as
 * long as name and out are. */
const char *gs_contig_chromosome(const char *name, char out[8]);
#endif
