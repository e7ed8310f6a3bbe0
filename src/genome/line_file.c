#include "genome/line_file.h"
#include <errno.h>
#include <fcntl.h>
#include <htslib/bgzf.h>
#include <htslib/kstring.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/pump.h"

struct gs_lines {
    BGZF *file;
    gs_pump *pump;           /* where reading may wait, else NULL */
    kstring_t line;
    int64_t number;
    char *path;
    const char *what;
};

static int open_file(gs_lines *l, gs_err *e)
{
    struct stat st;
    int in = !strcmp(l->path, "-");
    /* Not bgzf_open: that would follow URLs. */
    int fd = in ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(l->path, O_RDONLY | O_CLOEXEC);
    int bad = fd < 0 || fstat(fd, &st) || (S_ISDIR(st.st_mode) && (errno = EISDIR));
    if (!bad && gs_pump_needed(fd) && !(l->pump = gs_pump_start(fd, &fd, e)))
        return -(int)GS_ENOMEM;
    l->file = bad ? NULL : bgzf_dopen(fd, "r");
    if (l->file)
        return 0;
    if (errno == ENOMEM)
        gs_fail_mem(e, l->what, 0);
    gs_fail(e, GS_EINPUT, "%s %s cannot be opened: %s", l->what, l->path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -GS_EINPUT;
}

gs_lines *gs_lines_open(const char *path, const char *what, gs_err *e)
{
    gs_lines *l = calloc(1, sizeof *l);
    if (!l || !(l->path = strdup(path))) {
        free(l);
        gs_fail_mem(e, what, sizeof *l);
        return NULL;
    }
    l->what = what;
    int ret = open_file(l, e);
    if (!ret && bgzf_compression(l->file) == 2 && bgzf_check_EOF(l->file) == 0)
        ret = gs_fail(e, GS_ETRUNC, "%s %s is cut short: the end marker of bgzip is missing", what, path);
    if (!ret)
        return l;
    gs_lines_close(l);
    return NULL;
}

void gs_lines_close(gs_lines *l)
{
    if (!l)
        return;
    if (l->file)
        bgzf_close(l->file);
    gs_pump_free(l->pump);
    free(l->line.s);
    free(l->path);
    free(l);
}

int gs_lines_next(gs_lines *l, char **line, int64_t *len, gs_err *e)
{
    errno = 0;
    int got = bgzf_getline(l->file, '\n', &l->line);
    if (errno == ENOMEM)
        return gs_fail_mem(e, l->what, 0);
    if (got < -1 || l->file->errcode)
        return gs_fail(e, GS_ETRUNC, "%s %s is cut short or corrupt after line %lld", l->what, l->path,
                       (long long)l->number);
    if (got < 0 && gs_pump_error(l->pump))
        return gs_fail(e, GS_ETRUNC, "%s %s: reading failed after line %lld: %s", l->what, l->path,
                       (long long)l->number, strerror(gs_pump_error(l->pump)));
    if (got < 0)
        return 0;
    l->number++;
    if (l->line.l && l->line.s[l->line.l - 1] == '\r')
        l->line.s[--l->line.l] = 0;
    *line = l->line.s;
    *len = (int64_t)l->line.l;
    return 1;
}

void gs_lines_stop(gs_lines *l)
{
    gs_pump_stop(l->pump);
}

int64_t gs_lines_number(const gs_lines *l) { return l->number; }
const char *gs_lines_path(const gs_lines *l) { return l->path; }
