/* A fuzzer's bytes as a file that lies in memory. */
#ifndef FUZZ_FILE_H
#define FUZZ_FILE_H
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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
#endif
