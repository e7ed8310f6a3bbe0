#include "import/torch/zip.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

enum {
    CHUNK = 1 << 18,   /* bytes copied at once: they are still in the cache when they are summed up */
    LOCATOR = 20,      /* bytes of a ZIP64 locator, which stands before the end record */
    END = 22,          /* of an end record */
    TAIL = LOCATOR + END + 65535, /* where they may lie: before a comment */
    MOST_ENDS = 4,     /* weights may look like one by chance */
    MOST_DIRECTORY = 2 << 20 /* bytes, for 20,000 storages: large checkpoints have some thousand */
};

/* The mapped file as libzip's source. */
typedef struct gs_zip_file {
    const char *addr;
    size_t bytes, at;
    int64_t first;       /* where the first read since it was -1 began */
    zip_error_t error;
} mapped;

static int damaged(const gs_zip *z, const char *what, gs_err *e)
{
    return gs_fail(e, GS_EMODEL, "%s is a damaged zip archive: %s; download it again", z->path, what);
}

/* libzip's error in a sentence; member: NULL while the directory is read. */
static int failed(const gs_zip *z, zip_error_t *why, const char *member, gs_err *e)
{
    switch (zip_error_code_zip(why)) {
    case ZIP_ER_MEMORY:
        return gs_fail_mem(e, "a zip archive's directory", z->room);
    case ZIP_ER_NOZIP:
        return gs_fail(e, GS_EMODEL, "%s is cut short or damaged: a zip archive whose directory at the end cannot be "
                       "read; download it again", z->path);
    case ZIP_ER_EXISTS:
        return damaged(z, "a member occurs twice", e);
    case ZIP_ER_CRC:
        return gs_fail(e, GS_EMODEL, "%s is damaged: the check sum of %.100s is wrong; download it again", z->path,
                       member);
    default:
        return damaged(z, zip_error_strerror(why), e);
    }
}

static zip_stat_t describe(const gs_zip *z, size_t i)
{
    zip_stat_t st;
    zip_stat_init(&st);
    zip_stat_index(z->archive, i, ZIP_FL_ENC_RAW, &st); /* of what open() has read: it cannot fail */
    return st;
}

/* What libzip would read, but torch does not write. */
static int check_member(const gs_zip *z, size_t i, gs_err *e)
{
    zip_stat_t st = describe(z, i);
    if (!st.name)
        return damaged(z, "a member has no name", e);
    if (st.comp_method != ZIP_CM_STORE || st.encryption_method != ZIP_EM_NONE)
        return gs_fail(e, GS_EMODEL, "%s is a zip archive with %s members, which torch does not write; unpack it first",
                       z->path, st.comp_method != ZIP_CM_STORE ? "compressed" : "encrypted");
    if (st.size != st.comp_size)
        return damaged(z, "a stored member has two sizes", e);
    return st.size > z->room ? damaged(z, "a member ends outside the file", e) : 0;
}

/* ---- the file as libzip sees it ---- */

static zip_int64_t copy_out(mapped *f, void *to, size_t n)
{
    n = n < f->bytes - f->at ? n : f->bytes - f->at;
    f->first = f->first < 0 ? (int64_t)f->at : f->first;
    memcpy(to, f->addr + f->at, n);
    f->at += n;
    return (zip_int64_t)n;
}

static zip_int64_t seek_to(mapped *f, void *args, zip_uint64_t n)
{
    zip_int64_t to = zip_source_seek_compute_offset(f->at, f->bytes, args, n, &f->error);
    f->at = to < 0 ? f->at : (size_t)to;
    return to < 0 ? -1 : 0;
}

static zip_int64_t describe_file(const mapped *f, zip_stat_t *st)
{
    zip_stat_init(st);
    st->size = f->bytes;
    st->valid |= ZIP_STAT_SIZE;
    return sizeof *st;
}

static zip_int64_t on_command(void *file, void *data, zip_uint64_t n, zip_source_cmd_t command)
{
    mapped *f = file;
    switch (command) {
    case ZIP_SOURCE_SUPPORTS: return ZIP_SOURCE_SUPPORTS_SEEKABLE;
    case ZIP_SOURCE_OPEN: f->at = 0; return 0;
    case ZIP_SOURCE_READ: return copy_out(f, data, n);
    case ZIP_SOURCE_SEEK: return seek_to(f, data, n);
    case ZIP_SOURCE_TELL: return (zip_int64_t)f->at;
    case ZIP_SOURCE_STAT: return describe_file(f, data);
    case ZIP_SOURCE_ERROR: return zip_error_to_data(&f->error, data, n);
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE: return 0;
    default: zip_error_set(&f->error, ZIP_ER_OPNOTSUPP, 0); return -1;
    }
}

/* ---- the directory ---- */

static uint64_t number(const char *bytes, int n)
{
    uint64_t x = 0;
    while (n-- > 0)
        x = x << 8 | (unsigned char)bytes[n];
    return x;
}

/* Bytes of the directory that an end record tells of: itself, or in ZIP64 the record that the locator names. */
static uint64_t directory_bytes(const mapped *f, const char *end)
{
    const char *locator = end - f->addr < LOCATOR ? NULL : end - LOCATOR;
    if (!locator || memcmp(locator, "PK\6\7", 4))
        return number(end + 12, 4);
    uint64_t at = number(locator + 8, 8);
    return at < f->bytes && f->bytes - at >= 48 ? number(f->addr + at + 40, 8) : 0;
}

/* libzip reads the directory anew for every end record that it finds, and takes 30 us for a member: small files with
 * thousands of ends or a million members would take minutes to hours. */
static int check_ends(const gs_zip *z, gs_err *e)
{
    const mapped *f = z->file;
    const char *stop = f->addr + f->bytes, *end = f->bytes > TAIL ? stop - TAIL : f->addr;
    for (int found = 1; (end = memmem(end, (size_t)(stop - end), "PK\5\6", 4)); end += 4, found++) {
        if (found > MOST_ENDS)
            return damaged(z, "it has several ends", e);
        if (stop - end >= END && directory_bytes(f, end) > MOST_DIRECTORY)
            return gs_fail(e, GS_EMODEL, "%s is a zip archive with more members than a checkpoint has", z->path);
    }
    return 0;
}

static int open_archive(gs_zip *z, gs_err *e)
{
    zip_error_t why;
    zip_error_init(&why);
    errno = 0;
    zip_source_t *source = zip_source_function_create(on_command, z->file, &why);
    z->archive = source ? zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &why) : NULL;
    if (source && !z->archive)
        zip_source_free(source);
    if (!z->archive && errno == ENOMEM) /* libzip calls it no archive then */
        zip_error_set(&why, ZIP_ER_MEMORY, 0);
    int ret = z->archive ? 0 : failed(z, &why, NULL, e);
    zip_error_fini(&why);
    return ret;
}

int gs_zip_open(gs_zip *z, const char *path, const gs_region *file, gs_err *e)
{
    z->path = path;
    z->room = file->bytes;
    z->file = malloc(sizeof *z->file);
    if (!z->file)
        return gs_fail_mem(e, "a zip archive", sizeof *z->file);
    *z->file = (mapped){.addr = file->addr, .bytes = file->bytes};
    zip_error_init(&z->file->error);
    int ret = check_ends(z, e);
    ret = ret ? ret : open_archive(z, e);
    z->n = ret ? 0 : (size_t)zip_get_num_entries(z->archive, 0);
    for (size_t i = 0; i < z->n && !ret; i++)
        ret = check_member(z, i, e);
    return ret;
}

void gs_zip_close(gs_zip *z)
{
    if (z->archive)
        zip_discard(z->archive);
    if (z->file)
        zip_error_fini(&z->file->error);
    free(z->file);
    *z = (gs_zip){0};
}

const char *gs_zip_name(const gs_zip *z, size_t i)
{
    return describe(z, i).name;
}

size_t gs_zip_bytes(const gs_zip *z, size_t i)
{
    return describe(z, i).size;
}

/* ---- members ---- */

/* libzip compares the check sum when it is asked for more than there is. */
static int check_sum(const gs_zip *z, zip_file_t *f, const zip_stat_t *st, char *scratch, gs_err *e)
{
    zip_int64_t n = 1;
    size_t at = 0;
    while (at < st->size && (n = zip_fread(f, scratch, st->size - at < CHUNK ? st->size - at : CHUNK)) > 0)
        at += (size_t)n;
    if (!n)
        return damaged(z, "a member is cut short", e);
    if (n > 0 && st->crc) /* 0: torch was asked to leave it out */
        n = zip_fread(f, scratch, 1);
    return n < 0 ? failed(z, zip_file_get_error(f), st->name, e) : 0;
}

/* Where libzip began to read is where a stored member lies. */
static int find_member(gs_zip *z, zip_file_t *f, const zip_stat_t *st, const char **data, gs_err *e)
{
    char *scratch = malloc(CHUNK);
    if (!scratch)
        return gs_fail_mem(e, "a part of a checkpoint", CHUNK);
    z->file->first = -1;
    int ret = check_sum(z, f, st, scratch, e);
    free(scratch);
    size_t first = z->file->first < 0 ? z->file->bytes : (size_t)z->file->first;
    if (!ret && st->size && (first > z->file->at || z->file->at - first != st->size))
        ret = damaged(z, "a member does not lie in one piece", e);
    *data = z->file->addr + first;
    return ret;
}

int gs_zip_view(gs_zip *z, size_t i, const char **data, gs_err *e)
{
    zip_stat_t st = describe(z, i);
    if (st.size > z->room) /* members that share bytes are a way of making much of little */
        return damaged(z, "its members overlap", e);
    z->room -= st.size;
    zip_file_t *f = zip_fopen_index(z->archive, i, 0);
    int ret = f ? find_member(z, f, &st, data, e) : failed(z, zip_get_error(z->archive), st.name, e);
    if (f)
        zip_fclose(f);
    return ret;
}
