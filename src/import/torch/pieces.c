/* A checkpoint cut into NAME.part0, NAME.part1, ..., put together again. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/infile.h"
#include "import/torch/torch.h"

#define FIRST ".part0"
enum { MOST = 1000 /* pieces */ };

int gs_torch_is_piece(const char *path)
{
    size_t n = strlen(path);
    return n > strlen(FIRST) && !strcmp(path + n - strlen(FIRST), FIRST);
}

/* Bytes of piece i, -1: there is none; its path to out. */
static int64_t piece(const char *first, int i, char *out)
{
    struct stat st;
    int n = snprintf(out, PATH_MAX, "%.*s%d", (int)strlen(first) - 1, first, i);
    return n < PATH_MAX && !stat(out, &st) ? (int64_t)st.st_size : -1;
}

/* Where pages allow, pieces are mapped one behind the other; else they are read. */
typedef struct { size_t bytes; int n, mappable; } layout;

static layout measure(const char *first)
{
    char path[PATH_MAX];
    layout l = {.mappable = 1};
    int64_t bytes, page = sysconf(_SC_PAGESIZE);
    for (; l.n < MOST && (bytes = piece(first, l.n, path)) >= 0; l.n++) {
        l.mappable = l.mappable && l.bytes % (size_t)page == 0;
        l.bytes += (size_t)bytes;
    }
    return l;
}

static int map_piece(char *to, int fd, size_t bytes)
{
    return bytes && mmap(to, bytes, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED ? -1 : 0;
}

static int read_piece(char *to, int fd, size_t bytes)
{
    ssize_t n = 1;
    for (size_t at = 0; at < bytes && n > 0; at += (size_t)n)
        n = read(fd, to + at, bytes - at);
    return n > 0 ? 0 : -1;
}

static int fill(const gs_region *map, const char *first, const layout *l, gs_err *e)
{
    char path[PATH_MAX], *to = map->addr;
    int ret = 0;
    for (int i = 0; i < l->n && !ret; i++) {
        size_t bytes = (size_t)piece(first, i, path);
        int fd = bytes <= (size_t)((char *)map->addr + map->bytes - to) ? gs_infile_open(path, GS_EMODEL, e) : -1;
        if (fd < 0 || (l->mappable ? map_piece : read_piece)(to, fd, bytes))
            ret = gs_fail(e, GS_EMODEL, "%s cannot be read", path);
        if (fd >= 0)
            close(fd);
        to += bytes;
    }
    return ret;
}

int gs_torch_map_pieces(gs_tensors *s, const char *first, gs_region *map, gs_err *e)
{
    layout l = measure(first);
    if (l.mappable)
        map->addr = mmap(NULL, l.bytes ? l.bytes : 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    else
        map->addr = malloc(l.bytes);
    if (!map->addr || map->addr == MAP_FAILED)
        return gs_fail_mem(e, "the pieces of a checkpoint", l.bytes);
    map->bytes = l.bytes;
    map->mapped = l.mappable;
    int ret = gs_tensors_keep(s, *map, e);
    return ret ? ret : fill(map, first, &l, e);
}
