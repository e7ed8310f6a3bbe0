#include "base/infile.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int gs_infile_open(const char *path, gs_code code, gs_err *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* does not wait for a pipe's other end */
    if (fd < 0 || fstat(fd, &st)) {
        int ret = gs_fail(e, code, "%s cannot be opened: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return ret;
    }
    if (S_ISREG(st.st_mode))
        return fd;
    close(fd);
    return gs_fail(e, code, "%s is no regular file but a %s", path,
                   S_ISDIR(st.st_mode) ? "directory" : "pipe or device");
}

FILE *gs_infile_stream(const char *path, gs_code code, gs_err *e)
{
    int fd = gs_infile_open(path, code, e);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "rb");
    if (fd >= 0 && !f) {
        gs_fail_mem(e, "an open file", sizeof *f);
        close(fd);
    }
    return f;
}
