/* Where the blocks of a bgzip file begin: from its .gzi, else from the block headers themselves. */
#ifndef GS_GZI_H
#define GS_GZI_H
#include <stdint.h>
#include <sys/stat.h>
#include "base/err.h"
#include "base/str.h"

typedef struct { int64_t caddr, uaddr; } gs_block;  /* first byte of a block in the file, and in the text it holds */

typedef struct {
    gs_block *block;      /* rising in both; empty blocks are left out */
    int64_t n, cap;
    int64_t size;         /* bytes of text */
} gs_gzi;

void gs_gzi_free(gs_gzi *z);

/* Does the file begin with a block of bgzip (not of plain gzip)? */
int gs_bgzip_magic(const unsigned char *p, int64_t n);

/* Take the .gzi's bytes, checked: its count against its size, every address against the file and its neighbour. */
int gs_gzi_parse(gs_gzi *z, const gs_str *bytes, const struct stat *st, const char *index, const char *path,
                 gs_err *e);

/* Walk the block headers from the last block known (else the first) to the file's end: fills in what is missing and
 * the size. GS_ETRUNC where the file is cut (also without the end marker) or is no bgzip file there. */
int gs_gzi_walk(gs_gzi *z, int fd, const struct stat *st, const char *path, gs_err *e);

/* The bytes of a .gzi. */
void gs_gzi_print(const gs_gzi *z, gs_str *out);

/* The block that holds byte `off` of the text, 0 <= off < size. */
const gs_block *gs_gzi_find(const gs_gzi *z, int64_t off);
#endif
