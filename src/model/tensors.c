#include "model/tensors.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/infile.h"
#include "base/vec.h"

enum { LEAST = 8 /* bytes of any model file */, MAX_NAME = 255 };

int64_t gs_tensor_count(const gs_tensor *t)
{
    return (int64_t)(t->bytes / gs_dtype_size(t->dtype));
}

/* A number is infinite or none when all bits of its exponent are set; they lie in its upper 16 bits. */
int gs_tensor_finite(const gs_tensor *t)
{
    size_t size = gs_dtype_size(t->dtype), bad = 0;
    uint16_t exponent = t->dtype == GS_F16 ? 0x7c00 : 0x7f80, top;
    if (t->dtype != GS_F32 && t->dtype != GS_BF16 && t->dtype != GS_F16)
        return 1;
    for (size_t at = size - sizeof top; at < t->bytes; at += size) {
        memcpy(&top, (const char *)t->data + at, sizeof top);
        bad += (top & exponent) == exponent;
    }
    return !bad;
}

const char *gs_tensor_shape(const gs_tensor *t, char *out, size_t n)
{
    size_t at = (size_t)snprintf(out, n, "[");
    for (int i = 0; i < t->ndim && at < n; i++)
        at += (size_t)snprintf(out + at, n - at, "%s%lld", i ? ", " : "", (long long)t->shape[i]);
    if (at < n)
        snprintf(out + at, n - at, "]");
    return out;
}

int gs_tensor_name_ok(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 127)
            return 0;
    return n > 0 && n <= MAX_NAME;
}

static void region_release(gs_region r)
{
    if (r.mapped)
        munmap(r.addr, r.bytes);
    else
        free(r.addr);
}

void gs_tensors_free(gs_tensors *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->t[i].name);
    for (size_t i = 0; i < s->n_regions; i++)
        region_release(s->regions[i]);
    free(s->t);
    free(s->regions);
    gs_strmap_free(&s->index);
    *s = (gs_tensors){0};
}

gs_tensor *gs_tensors_find(const gs_tensors *s, const char *name)
{
    int i = gs_strmap_get(&s->index, name, strlen(name));
    return i < 0 ? NULL : &s->t[i];
}

int gs_tensors_add(gs_tensors *s, const gs_tensor *t, gs_err *e)
{
    char *name = strdup(t->name);
    if (!name || gs_reserve(&s->t, &s->cap, s->n + 1, sizeof *s->t)) {
        free(name);
        return gs_fail_mem(e, "the list of tensors", (s->n + 1) * sizeof *s->t);
    }
    int put = gs_strmap_put(&s->index, name, strlen(name), (int)s->n);
    if (put) {
        free(name);
        return put < 0 ? gs_fail_mem(e, "the list of tensors", s->n)
                       : gs_fail(e, GS_EMODEL, "tensor %s occurs twice", t->name);
    }
    s->t[s->n] = *t;
    s->t[s->n++].name = name;
    return 0;
}

int gs_tensors_keep(gs_tensors *s, gs_region region, gs_err *e)
{
    if (gs_reserve(&s->regions, &s->cap_regions, s->n_regions + 1, sizeof *s->regions)) {
        region_release(region);
        return gs_fail_mem(e, "the list of files", (s->n_regions + 1) * sizeof *s->regions);
    }
    s->regions[s->n_regions++] = region;
    return 0;
}

int gs_tensors_map(gs_tensors *s, const char *path, gs_region *map, gs_err *e)
{
    struct stat st;
    int fd = gs_infile_open(path, GS_EMODEL, e);
    if (fd < 0)
        return fd;
    if (fstat(fd, &st) || st.st_size < LEAST) {
        close(fd);
        return gs_fail(e, GS_EMODEL, "%s is %s, not a model", path, st.st_size ? "a file of a few bytes" : "empty");
    }
    map->bytes = (size_t)st.st_size;
    map->mapped = 1;
    map->addr = mmap(NULL, map->bytes, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (map->addr == MAP_FAILED)
        return gs_fail(e, GS_ENOMEM, "%s cannot be mapped into memory: %s", path, strerror(errno));
    return gs_tensors_keep(s, *map, e);
}

void gs_tensors_forget(const gs_tensors *s, const gs_tensor *t)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), beg = (uintptr_t)t->data / page * page;
    for (size_t i = 0; i < s->n_regions; i++) {
        uintptr_t from = (uintptr_t)s->regions[i].addr;
        if (s->regions[i].mapped && (uintptr_t)t->data >= from && (uintptr_t)t->data < from + s->regions[i].bytes)
            madvise((void *)beg, (uintptr_t)t->data + t->bytes - beg, MADV_DONTNEED); /* advice: failing does no harm */
    }
}
