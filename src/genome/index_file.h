/* The index files next to a FASTA (.fai, .gzi): is there one, is it current, read it, put a new one in place. */
#ifndef GS_INDEX_FILE_H
#define GS_INDEX_FILE_H
#include <stdint.h>
#include <sys/stat.h>
#include "base/err.h"
#include "base/str.h"

/* Every message about a bad index of FASTA f ends with this; pass f for the %s. */
#define GS_INDEX_REMEDY "remove it or run `samtools faidx %s`"

/* Read `index` of FASTA `path` (its stat: st) into *out. 1: done; 0: there is none, or it is older than the FASTA (in
 * whole seconds, since copying a folder does not keep the order of its files), which is said: build it; negative:
 * unreadable, or larger than `max`. */
int gs_index_read(const char *index, const char *path, const struct stat *st, int64_t max, gs_str *out, gs_err *e);

/* Put text at `index`, whole or not at all, so that jobs starting side by side never see half an index. 0, or -1
 * where the folder cannot be written: whoever calls has it in memory. */
int gs_index_write(const char *index, const struct stat *st, const gs_str *text);
#endif
