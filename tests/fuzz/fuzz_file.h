/* A fuzzer's bytes as files that lie in memory. */
#ifndef FUZZ_FILE_H
#define FUZZ_FILE_H
#include <assert.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The file's path; its number goes to *fd, to be closed. */
static inline const char *fuzz_file(const uint8_t *data, size_t n, int *fd)
{
    static char path[64];
    *fd = memfd_create("fuzz", MFD_CLOEXEC);
    assert(*fd >= 0 && write(*fd, data, n) == (ssize_t)n);
    snprintf(path, sizeof path, "/proc/self/fd/%d", *fd);
    return path;
}

static char fuzz_dir[64];

static inline void fuzz_clean(void)
{
    char command[80];
    snprintf(command, sizeof command, "rm -rf %s", fuzz_dir);
    if (system(command))
        perror(command);
}

/* A file's path in a folder that goes with the process; valid until the next call but one. */
static inline const char *fuzz_path(const char *name)
{
    static char path[2][128];
    static int at;
    if (!fuzz_dir[0]) {
        snprintf(fuzz_dir, sizeof fuzz_dir, "/dev/shm/gscore-fuzz-XXXXXX");
        assert(mkdtemp(fuzz_dir));
        atexit(fuzz_clean);
    }
    at = !at;
    snprintf(path[at], sizeof path[at], "%s/%s", fuzz_dir, name);
    return path[at];
}

static inline const char *fuzz_put(const char *name, const uint8_t *data, size_t n)
{
    const char *path = fuzz_path(name);
    FILE *f = fopen(path, "wb");
    assert(f && fwrite(data, 1, n, f) == n);
    fclose(f);
    return path;
}

/* Length of the first of two files in one input: they are parted by a byte 0. *second, *n2: the other, may be empty. */
static inline size_t fuzz_split(const uint8_t *data, size_t n, const uint8_t **second, size_t *n2)
{
    const uint8_t *end = n ? memchr(data, 0, n) : NULL;
    size_t first = end ? (size_t)(end - data) : n;
    *second = end ? end + 1 : data;
    *n2 = end ? n - first - 1 : 0;
    return first;
}
#endif
