#include "import/torch/zip.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zip.h>
#include "base/infile.h"

enum {
    CHUNK = 1 << 20,   /* bytes read at once: they are still in the cache when they are summed up */
    LOCATOR = 20,      /* bytes of a ZIP64 locator, which stands before the end record */
    END = 22,          /* of an end record */
    TAIL = LOCATOR + END + 65535, /* where they may lie: before a comment */
    MOST_ENDS = 4,     /* weights may look like one by chance */
    MOST_DIRECTORY = 2 << 20 /* bytes, for 20,000 storages: large checkpoints have some thousand */
};

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
        return gs_fail(e, GS_EMODEL, "%s is cut short or damaged: a zip archive whose directory at the end cannot be read; "
                       "download it again", z->path);
    case ZIP_ER_EXISTS:
        return damaged(z, "a member occurs twice", e);
    case ZIP_ER_CRC:
        return gs_fail(e, GS_EMODEL, "%s is damaged: the check sum of %.100s is wrong; download it again", z->path, member);
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

static uint64_t number(const unsigned char *b, int n)
{
    uint64_t x = 0;
    while (n-- > 0)
        x = x << 8 | b[n];
    return x;
}

/* Bytes of the directory that an end record tells of: itself, or in ZIP64 the record that the locator before it names. */
static uint64_t directory_bytes(FILE *f, const unsigned char *tail, size_t end)
{
    unsigned char big[8];
    if (end < LOCATOR || memcmp(tail + end - LOCATOR, "PK\6\7", 4))
        return number(tail + end + 12, 4);
    int bad = fseeko(f, (off_t)((number(tail + end - LOCATOR + 8, 8) + 40) & INT64_MAX), SEEK_SET) || fread(big, 1, 8, f) != 8;
    return bad ? 0 : number(big, 8);
}

/* libzip reads the directory anew for every end record that it finds, and takes 30 us for a member: small files with
 * thousands of ends or a million members would take minutes to hours. */
static int check_ends(const gs_zip *z, gs_err *e)
{
    unsigned char tail[TAIL], *end = tail;
    int found = 0, ret = 0;
    FILE *f = gs_infile_stream(z->path, GS_EMODEL, e);
    if (!f)
        return -GS_EMODEL;
    if (fseeko(f, -TAIL, SEEK_END))
        rewind(f); /* shorter than that */
    size_t n = fread(tail, 1, TAIL, f);
    for (; !ret && (end = memmem(end, n - (size_t)(end - tail), "PK\5\6", 4)); end += 4) {
        size_t at = (size_t)(end - tail);
        if (++found > MOST_ENDS)
            ret = damaged(z, "it has several ends", e);
        else if (n - at >= END && directory_bytes(f, tail, at) > MOST_DIRECTORY)
            ret = gs_fail(e, GS_EMODEL, "%s is a zip archive with more members than a checkpoint has", z->path);
    }
    fclose(f);
    return ret;
}

int gs_zip_open(gs_zip *z, const char *path, gs_err *e)
{
    struct stat file;
    zip_error_t why;
    int code = ZIP_ER_OPEN, ret = 0;
    z->path = path;
    if (check_ends(z, e))
        return -GS_EMODEL;
    if (!stat(path, &file)) {
        z->room = (size_t)file.st_size;
        z->archive = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, &code);
    }
    if (!z->archive) {
        zip_error_init_with_code(&why, code); /* takes errno along */
        ret = failed(z, &why, NULL, e);
        zip_error_fini(&why);
        return ret;
    }
    z->n = (size_t)zip_get_num_entries(z->archive, 0);
    for (size_t i = 0; i < z->n && !ret; i++)
        ret = check_member(z, i, e);
    return ret;
}

void gs_zip_close(gs_zip *z)
{
    if (z->archive)
        zip_discard(z->archive);
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

/* libzip compares the check sum when it is asked for more than there is. */
static int read_all(const gs_zip *z, zip_file_t *f, const zip_stat_t *st, char *to, gs_err *e)
{
    zip_int64_t n = 1;
    for (size_t at = 0; at < st->size && n > 0; at += n > 0 ? (size_t)n : 0)
        n = zip_fread(f, to + at, st->size - at < CHUNK ? st->size - at : CHUNK);
    if (!n)
        return damaged(z, "a member is cut short", e);
    if (n > 0 && st->crc) /* 0: torch was asked to leave it out */
        n = zip_fread(f, &(char){0}, 1);
    return n < 0 ? failed(z, zip_file_get_error(f), st->name, e) : 0;
}

int gs_zip_read(gs_zip *z, size_t i, gs_region *out, gs_err *e)
{
    zip_stat_t st = describe(z, i);
    if (st.size > z->room) /* members that share bytes are a way of making much of little */
        return damaged(z, "its members overlap", e);
    z->room -= st.size;
    *out = (gs_region){malloc(st.size + 1), st.size, 0};
    if (!out->addr)
        return gs_fail_mem(e, "a part of a checkpoint", st.size);
    zip_file_t *f = zip_fopen_index(z->archive, i, 0);
    int ret = f ? read_all(z, f, &st, out->addr, e) : failed(z, zip_get_error(z->archive), st.name, e);
    if (f)
        zip_fclose(f);
    if (ret) {
        free(out->addr);
        *out = (gs_region){0};
    }
    return ret;
}
