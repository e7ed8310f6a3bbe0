#include "genome/index_file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int slurp(int fd, int64_t size, gs_str *out)
{
    char buf[1 << 16];
    while (size > 0) {
        ssize_t n = read(fd, buf, sizeof buf);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        gs_str_addn(out, buf, (size_t)n);
        size -= n;
    }
    return 0;
}

static int usable(const char *index, const char *path, const struct stat *fasta, const struct stat *st, int64_t max,
                  gs_err *e)
{
    if (!S_ISREG(st->st_mode))
        return gs_fail(e, GS_EINPUT, "%s is not a file: " GS_INDEX_REMEDY, index, path);
    if (st->st_mtime < fasta->st_mtime)
        return gs_fail(e, GS_EINPUT, "%s is older than %s: " GS_INDEX_REMEDY, index, path, path);
    if (st->st_size > max)
        return gs_fail(e, GS_EINPUT, "%s is too large to be an index of %s: " GS_INDEX_REMEDY, index, path, path);
    return 0;
}

int gs_index_read(const char *index, const char *path, const struct stat *fasta, int64_t max, gs_str *out, gs_err *e)
{
    struct stat st;
    if (stat(index, &st))
        return errno == ENOENT ? 0 : gs_fail(e, GS_EINPUT, "cannot read %s: %s", index, strerror(errno));
    int rc = usable(index, path, fasta, &st, max, e);
    if (rc)
        return rc;
    int fd = open(index, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return gs_fail(e, GS_EINPUT, "cannot read %s: %s", index, strerror(errno));
    rc = slurp(fd, st.st_size, out);
    close(fd);
    if (out->failed)
        return gs_fail_mem(e, index, (size_t)st.st_size);
    return rc ? gs_fail(e, GS_EINPUT, "cannot read %s to its end: " GS_INDEX_REMEDY, index, path) : 1;
}

static int write_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t k = write(fd, p, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return -1;
        p += k;
        n -= (size_t)k;
    }
    return 0;
}

int gs_index_write(const char *index, const struct stat *fasta, const gs_str *text)
{
    char *tmp;
    if (text->failed || asprintf(&tmp, "%s.XXXXXX", index) < 0)
        return -1;
    int fd = mkostemp(tmp, O_CLOEXEC);
    int rc = fd < 0 ? -1 : write_all(fd, text->s, text->len);
    if (fd >= 0) {
        /* As readable as the FASTA; never older, even where the FASTA's date lies in the future. */
        if (fchmod(fd, (fasta->st_mode & 0666) | 0600))
            rc = -1;
        if (fasta->st_mtime >= time(NULL))
            futimens(fd, (struct timespec[2]){fasta->st_mtim, fasta->st_mtim});
        rc = close(fd) || rc || rename(tmp, index) ? -1 : 0;
        if (rc)
            unlink(tmp);
    }
    free(tmp);
    return rc;
}
