/* Where the members of a zip archive lie (ZIP64 as well), for archives whose members are stored, not compressed: they
 * can be used where they are. Written for this because libzip does not tell the place of a member's data.
 * Source: PKWARE's APPNOTE.TXT 6.3. */
#ifndef GS_ZIP_H
#define GS_ZIP_H
#include <stdint.h>
#include "base/err.h"
#include "base/strmap.h"
#include "model/tensors.h"

typedef struct {
    const char *name; /* in the archive, not 0-terminated */
    size_t name_len;
    const char *data;
    size_t bytes;
    uint32_t crc;     /* 0: whoever wrote the archive was asked to leave it out */
    int method, flags;
    uint64_t at;      /* of the local header */
} gs_zip_member;

typedef struct {
    gs_zip_member *member; /* in the directory's order */
    size_t n;
    gs_strmap index;
} gs_zip;

/* The directory of an archive that is mapped into memory. Every offset is checked, overlapping or compressed members are refused.
 * Errors: GS_EMODEL, GS_ENOMEM. The bytes must outlive it. */
int gs_zip_open(gs_zip *z, const gs_region *file, const char *path, gs_err *e);
void gs_zip_close(gs_zip *z);
const gs_zip_member *gs_zip_find(const gs_zip *z, const char *name, size_t len);
/* Compare a member with its check sum. Pages are given back as they are read, so that a large file stays out of
 * memory until it is used. */
int gs_zip_check(const gs_zip_member *member, const char *path, gs_err *e);
#endif
