/* Format: SAM specification, section 4.1 (BGZF); .gzi: bgzip(1), "GZI FORMAT": the number of blocks but the first,
 * then caddr and uaddr of each, all as little-endian 64-bit numbers. htslib's own reader of it is not used: it
 * allocates what a damaged count asks for and asserts that the addresses are right. */
#include "genome/gzi.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "genome/index_file.h"

enum { HEAD = 18, BLOCK_MAX = 65536 };

void gs_gzi_free(gs_gzi *z)
{
    free(z->block);
    *z = (gs_gzi){0};
}

static uint64_t little(const void *p, int bytes)
{
    uint64_t x = 0;
    while (bytes--)
        x = x << 8 | ((const unsigned char *)p)[bytes];
    return x;
}

int gs_bgzip_magic(const unsigned char *p, int64_t n)
{
    return n >= HEAD && !memcmp(p, "\x1f\x8b\x08", 3) && (p[3] & 4) && little(p + 10, 2) == 6 &&
           !memcmp(p + 12, "BC\2\0", 4);
}

static int push(gs_gzi *z, int64_t caddr, int64_t uaddr, gs_err *e)
{
    if (z->n == z->cap) {
        int64_t cap = z->cap ? 2 * z->cap : 64;
        gs_block *b = realloc(z->block, (size_t)cap * sizeof *b);
        if (!b)
            return gs_fail_mem(e, "the index of a bgzip file", (size_t)cap * sizeof *b);
        z->block = b;
        z->cap = cap;
    }
    z->block[z->n++] = (gs_block){caddr, uaddr};
    return 0;
}

int gs_gzi_parse(gs_gzi *z, const gs_str *bytes, const struct stat *st, const char *index, const char *path,
                 gs_err *e)
{
    if (bytes->len < 8 || (bytes->len - 8) % 16 || little(bytes->s, 8) != (bytes->len - 8) / 16)
        return gs_fail(e, GS_EINPUT, "%s is damaged (its count does not fit its size): " GS_INDEX_REMEDY, index, path);
    int rc = push(z, 0, 0, e);
    for (size_t i = 8; i < bytes->len && !rc; i += 16) {
        gs_block last = z->block[z->n - 1];
        uint64_t caddr = little(bytes->s + i, 8), uaddr = little(bytes->s + i + 8, 8);
        if (caddr <= (uint64_t)last.caddr || caddr >= (uint64_t)st->st_size || uaddr < (uint64_t)last.uaddr ||
            uaddr - (uint64_t)last.uaddr > BLOCK_MAX)
            return gs_fail(e, GS_EINPUT, "%s does not fit %s (block %lld): " GS_INDEX_REMEDY, index, path,
                           (long long)z->n, path);
        if (uaddr == (uint64_t)last.uaddr)
            z->n--;  /* the block before is empty */
        rc = push(z, (int64_t)caddr, (int64_t)uaddr, e);
    }
    return rc;
}

int gs_gzi_walk(gs_gzi *z, int fd, const struct stat *st, const char *path, gs_err *e)
{
    gs_block b = {0, 0};
    int64_t size = 0;
    if (z->n)
        b = z->block[--z->n];
    while (b.caddr < st->st_size) {
        unsigned char head[HEAD], tail[4];
        if (pread(fd, head, HEAD, b.caddr) != HEAD || !gs_bgzip_magic(head, HEAD))
            return gs_fail(e, GS_ETRUNC, "%s is damaged at byte %lld (no bgzip block there), or its .gzi belongs to "
                           "another file: copy it again, or remove the .gzi", path, (long long)b.caddr);
        int64_t next = b.caddr + (int64_t)little(head + 16, 2) + 1;
        if (next > st->st_size || next < b.caddr + HEAD + 8 || pread(fd, tail, 4, next - 4) != 4)
            return gs_fail(e, GS_ETRUNC, "%s is cut short: its last bgzip block is not complete; copy it again", path);
        size = (int64_t)little(tail, 4);
        if (size > BLOCK_MAX)
            return gs_fail(e, GS_ETRUNC, "%s is damaged in the bgzip block at byte %lld: copy it again", path,
                           (long long)b.caddr);
        if (size && push(z, b.caddr, b.uaddr, e))
            return -GS_ENOMEM;
        b = (gs_block){next, b.uaddr + size};
    }
    z->size = b.uaddr;
    if (size)
        return gs_fail(e, GS_ETRUNC, "%s is cut short: it has no bgzip end marker; copy it again, or compress it anew",
                       path);
    return 0;
}

static void put(gs_str *out, uint64_t x)
{
    char b[8];
    for (int i = 0; i < 8; i++)
        b[i] = (char)(x >> 8 * i);
    gs_str_addn(out, b, 8);
}

void gs_gzi_print(const gs_gzi *z, gs_str *out)
{
    put(out, z->n ? (uint64_t)z->n - 1 : 0);
    for (int64_t i = 1; i < z->n; i++) {
        put(out, (uint64_t)z->block[i].caddr);
        put(out, (uint64_t)z->block[i].uaddr);
    }
}

const gs_block *gs_gzi_find(const gs_gzi *z, int64_t off)
{
    int64_t lo = 0, hi = z->n;
    while (hi - lo > 1) {
        int64_t mid = lo + (hi - lo) / 2;
        if (z->block[mid].uaddr <= off)
            lo = mid;
        else
            hi = mid;
    }
    return z->block + lo;
}
