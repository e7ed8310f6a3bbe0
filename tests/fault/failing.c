/* Preloaded (LD_PRELOAD) into a program: makes its n-th allocation, or its n-th writing system call, fail.
 *     FAIL=alloc:N     the N-th of malloc, calloc, realloc, ... gives NULL; alloc:N+ the N-th and all after it
 *     FAIL=write:N     the N-th of write, fsync, rename, ... gives ENOSPC; write:N+ the N-th and all after it
 *     FAIL=alloc:0     none; FAIL_COUNT=FILE gets the number of calls at the end
 * Counting begins when the libraries have started up. Standard error is always written. OpenBLAS 0.3.21, libgfortran,
 * libcrypto 3.0 and few places of htslib 1.16 and zlib are let be: they write through NULL, or do not tell, and nobody
 * outside can help it. glibc only. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static _Atomic long count;
static long target;              /* which call fails; 0: none */
static int allocations, onwards; /* what is counted; all later ones fail too */
static _Atomic int armed;
static char report[4096];

__attribute__((constructor)) static void start(void)
{
    const char *fail = getenv("FAIL"), *file = getenv("FAIL_COUNT");
    char plus = 0;
    if (!fail)
        return;
    allocations = !strncmp(fail, "alloc:", 6);
    sscanf(fail + 6, "%ld%c", &target, &plus);
    onwards = plus == '+';
    snprintf(report, sizeof report, "%s", file ? file : "");
    unsetenv("LD_PRELOAD"); /* programs that are started from here run as ever */
    armed = 1;
}

__attribute__((destructor)) static void end(void)
{
    char text[32];
    if (!armed || !*report)
        return;
    armed = 0;
    int fd = open(report, O_WRONLY | O_CREAT | O_TRUNC, 0666), n = snprintf(text, sizeof text, "%ld\n", (long)count);
    if (write(fd, text, (size_t)n) < 0)
        abort();
    close(fd);
}

static int is_let_be(void *caller)
{
    Dl_info info;
    if (!caller || !dladdr(caller, &info))
        return 0;
    if (strstr(info.dli_fname, "libhts")) /* its hash tables have no name, which the linker knows */
        return !info.dli_sname || !strcmp(info.dli_sname, "hts_itr_query");
    if (strstr(info.dli_fname, "libz.so")) /* inflate's window: htslib takes it for a damaged file */
        return !info.dli_sname;
    return strstr(info.dli_fname, "openblas") || strstr(info.dli_fname, "gfortran")
           || strstr(info.dli_fname, "libcrypto");
}

/* caller: of an allocation, NULL of a system call. */
static int fails(void *caller)
{
    if (!armed || (caller != NULL) != allocations || is_let_be(caller))
        return 0;
    long n = ++count;
    if (!target || !(n == target || (onwards && n > target)))
        return 0;
    errno = caller ? ENOMEM : ENOSPC;
    return 1;
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t n) { return fails(CALLER) ? NULL : __libc_malloc(n); }
void *calloc(size_t n, size_t size) { return fails(CALLER) ? NULL : __libc_calloc(n, size); }
void *realloc(void *p, size_t n) { return fails(CALLER) ? NULL : __libc_realloc(p, n); }
void *memalign(size_t align, size_t n) { return fails(CALLER) ? NULL : __libc_memalign(align, n); }
void *aligned_alloc(size_t align, size_t n) { return fails(CALLER) ? NULL : __libc_memalign(align, n); }

int posix_memalign(void **p, size_t align, size_t n)
{
    *p = fails(CALLER) ? NULL : __libc_memalign(align, n);
    return *p ? 0 : ENOMEM;
}

/* The function of this name that we stand before. POSIX lets dlsym's pointer be one to a function, ISO C does not. */
#define REAL(type, name, ...)                  \
    static type (*real)(__VA_ARGS__);          \
    if (!real) {                               \
        void *found = dlsym(RTLD_NEXT, #name); \
        memcpy(&real, &found, sizeof real);    \
    }

ssize_t write(int fd, const void *data, size_t n)
{
    REAL(ssize_t, write, int, const void *, size_t)
    return fd != 2 && fails(NULL) ? -1 : real(fd, data, n);
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
    REAL(ssize_t, writev, int, const struct iovec *, int)
    return fd != 2 && fails(NULL) ? -1 : real(fd, v, n);
}

int fsync(int fd)
{
    REAL(int, fsync, int)
    return fails(NULL) ? -1 : real(fd);
}

int rename(const char *from, const char *to)
{
    REAL(int, rename, const char *, const char *)
    return fails(NULL) ? -1 : real(from, to);
}

/* Streams write by ways inside glibc that no one can stand before: ours write by write(). */
static ssize_t stream_write(void *fd, const char *data, size_t n)
{
    size_t done = 0;
    while (done < n) {
        ssize_t k = write((int)(intptr_t)fd, data + done, n - done);
        if (k < 0)
            return 0;
        done += (size_t)k;
    }
    return (ssize_t)done;
}

static int stream_seek(void *fd, off64_t *to, int whence)
{
    off_t at = lseek((int)(intptr_t)fd, *to, whence);
    *to = at;
    return at < 0 ? -1 : 0;
}

static int stream_close(void *fd) { return close((int)(intptr_t)fd); }

FILE *fdopen(int fd, const char *mode)
{
    REAL(FILE *, fdopen, int, const char *)
    cookie_io_functions_t io = {.write = stream_write, .seek = stream_seek, .close = stream_close};
    return *mode == 'w' ? fopencookie((void *)(intptr_t)fd, mode, io) : real(fd, mode);
}
