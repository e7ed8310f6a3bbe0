#include "import/zip.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

enum { END = 22, LOCATOR = 20, END64 = 56, ENTRY = 46, LOCAL = 30, MAX_COMMENT = 65535, ENCRYPTED = 1, CHUNK = 4 << 20 };
#define SMALL_MAX 0xffffu      /* where ZIP64 has the number */
#define LARGE_MAX 0xffffffffu

typedef struct {
    const char *path;
    const unsigned char *bytes;
    size_t n;                          /* of the file */
    uint64_t entries, at, size;        /* of the directory */
    gs_err *e;
} archive;

static uint64_t number(const unsigned char *p, int n)
{
    uint64_t x = 0;
    for (int i = n - 1; i >= 0; i--)
        x = x << 8 | p[i];
    return x;
}

static int damaged(const archive *a, const char *what)
{
    return gs_fail(a->e, GS_EMODEL, "%s is a damaged zip archive: %s; download it again", a->path, what);
}

/* The end record is the last thing in the file but for its comment. */
static const unsigned char *find_end(const archive *a)
{
    size_t least = a->n > END + MAX_COMMENT ? a->n - END - MAX_COMMENT : 0;
    for (size_t at = a->n < END ? 0 : a->n - END + 1; at-- > least;)
        if (!memcmp(a->bytes + at, "PK\5\6", 4) && at + END + number(a->bytes + at + 20, 2) == a->n)
            return a->bytes + at;
    return NULL;
}

static int read_end64(archive *a, const unsigned char *end)
{
    const unsigned char *locator = end - LOCATOR;
    if (end - a->bytes < LOCATOR + END64 || memcmp(locator, "PK\6\7", 4))
        return damaged(a, "its ZIP64 end record is missing");
    uint64_t at = number(locator + 8, 8);
    if (at > (uint64_t)(locator - a->bytes) - END64 || memcmp(a->bytes + at, "PK\6\6", 4))
        return damaged(a, "its ZIP64 end record is not where it should be");
    a->entries = number(a->bytes + at + 32, 8);
    a->size = number(a->bytes + at + 40, 8);
    a->at = number(a->bytes + at + 48, 8);
    return 0;
}

static int read_end(archive *a)
{
    const unsigned char *end = a->n >= END ? find_end(a) : NULL;
    if (!end)
        return gs_fail(a->e, GS_EMODEL, "%s is cut short: a zip archive whose directory at the end is missing; download "
                       "it again", a->path);
    a->entries = number(end + 10, 2);
    a->size = number(end + 12, 4);
    a->at = number(end + 16, 4);
    if (a->entries == SMALL_MAX || a->size == LARGE_MAX || a->at == LARGE_MAX) {
        int ret = read_end64(a, end);
        if (ret)
            return ret;
    }
    uint64_t most = (uint64_t)(end - a->bytes);
    if (a->at > most || a->size > most - a->at || a->entries > a->size / ENTRY)
        return damaged(a, "its directory lies outside the file");
    return 0;
}

/* The ZIP64 extra field has, in this order, those of the three numbers that did not fit. */
static int read_extra(const archive *a, const unsigned char *p, size_t n, uint64_t *field[3])
{
    for (; n >= 4; n -= 4 + number(p + 2, 2), p += 4 + number(p + 2, 2)) {
        size_t size = number(p + 2, 2), used = 0;
        if (size > n - 4)
            return damaged(a, "an extra field is too long");
        if (number(p, 2) != 1)
            continue;
        for (int i = 0; i < 3; i++)
            if (*field[i] == LARGE_MAX && used + 8 <= size) {
                *field[i] = number(p + 4 + used, 8);
                used += 8;
            }
        return 0;
    }
    return 0;
}

/* The local header repeats the name; the data follow it. */
static int find_data(const archive *a, gs_zip_member *m)
{
    if (m->at > a->at || a->at - m->at < LOCAL || memcmp(a->bytes + m->at, "PK\3\4", 4))
        return damaged(a, "a member is not where the directory says");
    const unsigned char *p = a->bytes + m->at;
    uint64_t name = number(p + 26, 2), before = LOCAL + name + number(p + 28, 2), room = a->at - m->at;
    if (before > room || m->bytes > room - before)
        return damaged(a, "a member ends outside the file");
    if (name != m->name_len || memcmp(p + LOCAL, m->name, name))
        return damaged(a, "a member has two names");
    m->data = (const char *)p + before;
    return 0;
}

/* One entry of the directory at *at, which moves on. */
static int read_entry(const archive *a, uint64_t *at, gs_zip_member *m)
{
    const unsigned char *p = a->bytes + *at;
    uint64_t left = a->at + a->size - *at, packed, bytes;
    if (left < ENTRY || memcmp(p, "PK\1\2", 4))
        return damaged(a, "its directory has fewer members than it says");
    uint64_t name = number(p + 28, 2), extra = number(p + 30, 2), all = ENTRY + name + extra + number(p + 32, 2);
    if (all > left)
        return damaged(a, "its directory is cut short");
    *m = (gs_zip_member){.name = (const char *)p + ENTRY, .name_len = name, .crc = (uint32_t)number(p + 16, 4),
                         .method = (int)number(p + 10, 2), .flags = (int)number(p + 8, 2), .at = number(p + 42, 4)};
    packed = number(p + 20, 4);
    bytes = number(p + 24, 4);
    int ret = read_extra(a, p + ENTRY + name, extra, (uint64_t *[]){&bytes, &packed, &m->at});
    if (ret)
        return ret;
    if (m->method || m->flags & ENCRYPTED)
        return gs_fail(a->e, GS_EMODEL, "%s is a zip archive with %s members, which torch does not write; unpack it first",
                       a->path, m->method ? "compressed" : "encrypted");
    if (packed != bytes)
        return damaged(a, "a stored member has two sizes");
    m->bytes = bytes;
    *at += all;
    return find_data(a, m);
}

static int by_place(const void *a, const void *b)
{
    const gs_zip_member *const *x = a, *const *y = b;
    return ((*x)->at > (*y)->at) - ((*x)->at < (*y)->at);
}

/* Members that share bytes are a way of making much of little. */
static int check_places(const archive *a, const gs_zip *z)
{
    const gs_zip_member **order = malloc((z->n + 1) * sizeof *order);
    int ret = 0;
    if (!order)
        return gs_fail_mem(a->e, "a zip archive's directory", z->n * sizeof *order);
    for (size_t i = 0; i < z->n; i++)
        order[i] = &z->member[i];
    qsort(order, z->n, sizeof *order, by_place);
    for (size_t i = 1; i < z->n && !ret; i++)
        if (order[i - 1]->data + order[i - 1]->bytes > (const char *)a->bytes + order[i]->at)
            ret = damaged(a, "its members overlap");
    free(order);
    return ret;
}

static int read_directory(archive *a, gs_zip *z)
{
    uint64_t at = a->at;
    z->member = calloc(a->entries + 1, sizeof *z->member);
    if (!z->member)
        return gs_fail_mem(a->e, "a zip archive's directory", a->entries * sizeof *z->member);
    for (; z->n < a->entries; z->n++) {
        gs_zip_member *m = &z->member[z->n];
        int ret = read_entry(a, &at, m);
        if (ret)
            return ret;
        int put = gs_strmap_put(&z->index, m->name, m->name_len, (int)z->n);
        if (put)
            return put < 0 ? gs_fail_mem(a->e, "a zip archive's directory", z->n) : damaged(a, "a member occurs twice");
    }
    return check_places(a, z);
}

int gs_zip_open(gs_zip *z, const gs_region *file, const char *path, gs_err *e)
{
    archive a = {.path = path, .bytes = file->addr, .n = file->bytes, .e = e};
    *z = (gs_zip){0};
    int ret = read_end(&a);
    ret = ret ? ret : read_directory(&a, z);
    if (ret)
        gs_zip_close(z);
    return ret;
}

void gs_zip_close(gs_zip *z)
{
    free(z->member);
    gs_strmap_free(&z->index);
    *z = (gs_zip){0};
}

const gs_zip_member *gs_zip_find(const gs_zip *z, const char *name, size_t len)
{
    int i = gs_strmap_get(&z->index, name, len);
    return i < 0 ? NULL : &z->member[i];
}

int gs_zip_check(const gs_zip_member *m, const char *path, gs_err *e)
{
    uLong crc = crc32(0, NULL, 0);
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (size_t at = 0; m->crc && at < m->bytes; at += CHUNK) {
        size_t n = m->bytes - at < CHUNK ? m->bytes - at : CHUNK;
        crc = crc32(crc, (const Bytef *)m->data + at, (uInt)n);
        uintptr_t from = ((uintptr_t)m->data + at) / page * page, to = ((uintptr_t)m->data + at + n) / page * page;
        if (n == CHUNK)
            madvise((void *)from, to - from, MADV_DONTNEED);
    }
    return !m->crc || crc == m->crc
               ? 0
               : gs_fail(e, GS_EMODEL, "%s is damaged: the check sum of %.*s is wrong; download it again", path,
                         m->name_len < 100 ? (int)m->name_len : 100, m->name);
}
