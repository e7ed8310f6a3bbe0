/* Where the blocks of a bgzip file begin: the bytes of a .gzi, checked before htslib sees them. */
#ifndef GS_GZI_H
#define GS_GZI_H
#include <stdint.h>
#include "base/err.h"
#include "base/str.h"

typedef struct { int64_t caddr, uaddr; } gs_block;  /* first byte of a block in the file, and in the text it holds */

/* The count fits the size, every address lies in the file (file_size bytes) and rises. */
int gs_gzi_check(const gs_str *gzi, int64_t file_size, const char *path, gs_err *e);

/* Of a checked .gzi: number of blocks; block i; the block that byte `off` of the text is in if the table is right. */
int64_t gs_gzi_count(const gs_str *gzi);
gs_block gs_gzi_block(const gs_str *gzi, int64_t i);
int64_t gs_gzi_find(const gs_str *gzi, int64_t off);
#endif
