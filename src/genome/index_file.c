#include "genome/index_file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "base/log.h"
#include "base/outfile.h"

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

static int usable(const char *index, const char *path, const struct stat *st, int64_t max, gs_err *e)
{
    if (!S_ISREG(st->st_mode))
        return gs_fail(e, GS_EINPUT, "%s is not a file: " GS_INDEX_REMEDY, index, path);
    if (st->st_size > max)
        return gs_fail(e, GS_EINPUT, "%s is too large to be an index of %s: " GS_INDEX_REMEDY, index, path, path);
    return 0;
}

int gs_index_read(const char *index, const char *path, const struct stat *fasta, int64_t max, gs_str *out, gs_err *e)
{
    struct stat st;
    if (stat(index, &st))
        return errno == ENOENT ? 0 : gs_fail(e, GS_EINPUT, "cannot read %s: %s", index, strerror(errno));
    if (S_ISREG(st.st_mode) && st.st_mtime < fasta->st_mtime) {
        gs_log(GS_LOG_WARN, "%s is older than %s and is not used: the FASTA is indexed anew", index, path);
        return 0;
    }
    int rc = usable(index, path, &st, max, e);
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

/* As readable as the FASTA; never older, even where the FASTA's date lies in the future. */
static int put_text(FILE *f, const struct stat *fasta, const gs_str *text)
{
    fwrite(text->s, 1, text->len, f);
    if (fflush(f) || fchmod(fileno(f), (fasta->st_mode & 0666) | 0600))
        return -1;
    if (fasta->st_mtime >= time(NULL))
        futimens(fileno(f), (struct timespec[2]){fasta->st_mtim, fasta->st_mtim});
    return 0;
}

int gs_index_write(const char *index, const struct stat *fasta, const gs_str *text)
{
    gs_outfile out = GS_OUTFILE_NONE;
    FILE *f = text->failed ? NULL : gs_outfile_stream(&out, index, NULL, NULL);
    int rc = f ? put_text(f, fasta, text) : -1;
    if (f && gs_outfile_close(&out, f, NULL))
        rc = -1;
    rc = rc || gs_outfile_publish(&out, NULL) ? -1 : 0;
    gs_outfile_discard(&out);
    return rc;
}
