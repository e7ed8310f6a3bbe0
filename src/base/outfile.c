#include "base/outfile.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_stdout(const char *path)
{
    return !path || !strcmp(path, "-") || !strcmp(path, "/dev/stdout");
}

static const char *shown(const char *path)
{
    return is_stdout(path) ? "standard output" : path;
}

static int same_file(const struct stat *a, const struct stat *b)
{
    return S_ISREG(a->st_mode) && a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

int gs_outfile_check(const char *path, const char *input, gs_err *e)
{
    struct stat in, out;
    int bad = input ? strcmp(input, "-") ? stat(input, &in) : fstat(STDIN_FILENO, &in) : -1;
    if (bad || (is_stdout(path) ? fstat(STDOUT_FILENO, &out) : stat(path, &out)))
        return 0;
    return same_file(&in, &out) ? gs_fail(e, GS_EUSAGE, "input and output are the same file: %s", shown(path)) : 0;
}

/* Written straight: what exists and is no regular file, and the links of /dev and /proc to open files. */
static int is_special(const char *path)
{
    struct stat st;
    if (!strncmp(path, "/dev/fd/", 8) || !strncmp(path, "/proc/", 6) || !strcmp(path, "/dev/stderr"))
        return 1;
    return !stat(path, &st) && !S_ISREG(st.st_mode);
}

static int cannot(const char *path, gs_err *e)
{
    return gs_fail(e, GS_EOUTPUT, "%s cannot be written: %s", shown(path), strerror(errno));
}

static int open_straight(const char *path, gs_err *e)
{
    int fd = is_stdout(path) ? dup(STDOUT_FILENO) : open(path, O_WRONLY | O_CLOEXEC);
    return fd < 0 ? cannot(path, e) : fd;
}

/* Not mkstemp: that makes files of mode 0600, and asking for the umask would be seen by other threads. */
static int open_temp(gs_outfile *f, gs_err *e)
{
    for (int i = 0; i < 1000; i++) {
        free(f->temp);
        if (asprintf(&f->temp, "%s.tmp-%ld-%d", f->final, (long)getpid(), i) < 0) {
            f->temp = NULL;
            return gs_fail_mem(e, "a file name", 0);
        }
        int fd = open(f->temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0)
            return fd;
        if (errno != EEXIST)
            break;
    }
    int ret = cannot(f->final, e);
    free(f->temp); /* not ours to remove */
    f->temp = NULL;
    return ret;
}

int gs_outfile_open(gs_outfile *f, const char *path, const char *input, gs_err *e)
{
    *f = (gs_outfile){.keep_fd = -1};
    int ret = gs_outfile_check(path, input, e);
    if (ret)
        return ret;
    if (is_stdout(path) || is_special(path))
        return open_straight(path, e);
    f->final = realpath(path, NULL); /* a link stays one: the file it points to is replaced */
    if (!f->final && !(f->final = strdup(path)))
        return gs_fail_mem(e, "a file name", strlen(path));
    int fd = open_temp(f, e);
    if (fd < 0)
        return fd;
    f->keep_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (f->keep_fd >= 0)
        return fd;
    ret = cannot(path, e);
    close(fd);
    return ret;
}

int gs_outfile_sync(gs_outfile *f, gs_err *e)
{
    if (f->keep_fd < 0)
        return 0;
    int bad = fsync(f->keep_fd) && errno != EINVAL && errno != ENOTSUP;
    int err = errno;
    if (close(f->keep_fd) && !bad) {
        bad = 1;
        err = errno;
    }
    f->keep_fd = -1;
    errno = err;
    return bad ? cannot(f->final, e) : 0;
}

int gs_outfile_publish(gs_outfile *f, gs_err *e)
{
    if (!f->temp)
        return 0;
    if (rename(f->temp, f->final))
        return gs_fail(e, GS_EOUTPUT, "%s cannot be renamed to %s: %s", f->temp, f->final, strerror(errno));
    free(f->temp);
    f->temp = NULL;
    return 0;
}

void gs_outfile_discard(gs_outfile *f)
{
    if (f->keep_fd >= 0)
        close(f->keep_fd);
    if (f->temp)
        unlink(f->temp);
    free(f->temp);
    free(f->final);
    *f = (gs_outfile){.keep_fd = -1};
}
