/* The members of a zip archive (ZIP64 as well), read with libzip. Only archives whose members are stored as they are,
 * which is how torch writes them: a compressed member could grow to any size. */
#ifndef GS_ZIP_H
#define GS_ZIP_H
#include "base/err.h"
#include "model/tensors.h"

typedef struct {
    const char *path;
    struct gs_zip_file *file; /* what libzip reads */
    struct zip *archive; /* libzip's; NULL: none is open */
    size_t n;            /* members */
    size_t room;         /* bytes that may still be viewed: those of the file, as members do not share any */
} gs_zip;

/* Check the whole directory: compressed or encrypted members, those outside the file and names that occur twice are
 * refused. file: the mapped archive, which must outlive z, as must the path. {0} before; closed by the caller even on
 * failure. Errors: GS_EMODEL, GS_ENOMEM. */
int gs_zip_open(gs_zip *z, const char *path, const gs_region *file, gs_err *e);
void gs_zip_close(gs_zip *z);
/* Of member i, i < n. The name lives until the archive is closed. */
const char *gs_zip_name(const gs_zip *z, size_t i);
size_t gs_zip_bytes(const gs_zip *z, size_t i);
/* Compare member i with its check sum. *data: where its bytes lie in the mapped file, of any alignment. */
int gs_zip_view(gs_zip *z, size_t i, const char **data, gs_err *e);
#endif
