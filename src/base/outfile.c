#include "base/outfile.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/log.h"
#include "base/temp_files.h"

/* ---- names ---- */

/* The number behind /dev/fd/ and its kin, -1: it is something else. */
static int fd_number(const char *path)
{
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        size_t n = strlen(folders[i]);
        if (!strncmp(path, folders[i], n) && path[n] && strspn(path + n, "0123456789") == strlen(path + n))
            return atoi(path + n);
    }
    return -1;
}

/* The open descriptor that a path stands for, -1: it is a file. NULL is standard output. */
static int standing_fd(const char *path)
{
    if (!path || !strcmp(path, "-") || !strcmp(path, "/dev/stdout"))
        return STDOUT_FILENO;
    return !strcmp(path, "/dev/stderr") ? STDERR_FILENO : fd_number(path);
}

static const char *shown(const char *path)
{
    return standing_fd(path) == STDOUT_FILENO ? "standard output" : path;
}

static int cannot(const char *name, gs_err *e)
{
    return gs_fail(e, GS_EOUTPUT, "%s cannot be written: %s", name, strerror(errno));
}

/* ---- outputs and inputs apart ---- */

static int look(const char *path, struct stat *st)
{
    int fd = standing_fd(path);
    return fd >= 0 ? fstat(fd, st) : stat(path, st);
}

static int same_file(const struct stat *a, const struct stat *b)
{
    return S_ISREG(a->st_mode) && a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

int gs_outfile_check(const char *path, const char *input, gs_err *e)
{
    struct stat in, out;
    int bad = input ? strcmp(input, "-") ? stat(input, &in) : fstat(STDIN_FILENO, &in) : -1;
    if (bad || look(path, &out))
        return 0;
    return same_file(&in, &out) ? gs_fail(e, GS_EUSAGE, "input and output are the same file: %s", shown(path)) : 0;
}

int gs_outfile_apart(const char *a, const char *b, gs_err *e)
{
    struct stat x, y;
    int fd[2] = {standing_fd(a), standing_fd(b)}, same;
    if (fd[0] >= 0 && fd[1] >= 0)
        same = fd[0] == fd[1] && fd[0] == STDOUT_FILENO;
    else
        same = (fd[0] < 0 && fd[1] < 0 && !strcmp(a, b)) || (!look(a, &x) && !look(b, &y) && same_file(&x, &y));
    return same ? gs_fail(e, GS_EUSAGE, "two outputs are the same file: %s", shown(a)) : 0;
}

/* ---- what a killed run left ---- */

/* Is name base.tmp-PID-I? */
static int is_temp_of(const char *name, const char *base)
{
    size_t n = strlen(base);
    char end;
    long pid;
    int i;
    return !strncmp(name, base, n) && sscanf(name + n, ".tmp-%ld-%d%c", &pid, &i, &end) == 2;
}

/* Nobody holds its lock any more. Where locks cannot be had it stays. */
static void remove_left(int folder, const char *name)
{
    int fd = openat(folder, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return;
    if (!flock(fd, LOCK_EX | LOCK_NB) && !unlinkat(folder, name, 0))
        gs_log(GS_LOG_WARN, "%s is removed: a run that was killed left it", name);
    close(fd);
}

static void remove_stale(const char *final)
{
    const char *slash = strrchr(final, '/'), *base = slash ? slash + 1 : final;
    char *folder = slash ? strndup(final, (size_t)(slash - final) + 1) : strdup(".");
    DIR *d = folder ? opendir(folder) : NULL;
    free(folder);
    for (struct dirent *entry; d && (entry = readdir(d));)
        if (is_temp_of(entry->d_name, base))
            remove_left(dirfd(d), entry->d_name);
    if (d)
        closedir(d);
}

/* ---- opening ---- */

/* Written straight: an open descriptor, at its end if it is a file; what exists and is no regular file. -1: neither. */
static int open_straight(const char *path)
{
    struct stat st;
    int fd = standing_fd(path);
    if (fd >= 0)
        return fcntl(fd, F_DUPFD_CLOEXEC, 3);
    return open(path, O_WRONLY | O_CLOEXEC | (!stat(path, &st) && S_ISREG(st.st_mode) ? O_APPEND : 0));
}

static int is_special(const char *path)
{
    struct stat st;
    return standing_fd(path) >= 0 || !strncmp(path, "/proc/", 6) || (!stat(path, &st) && !S_ISREG(st.st_mode));
}

/* The file that will be replaced: its owner's word counts also for root. mode: its permissions, 0 if there is none. */
static int check_present(const char *final, mode_t *mode)
{
    struct stat st;
    *mode = 0;
    if (stat(final, &st))
        return 0;
    *mode = st.st_mode & 0777;
    if (st.st_mode & S_IWUSR && !access(final, W_OK))
        return 0;
    errno = EACCES;
    return -1;
}

/* A new file with a lock on it: -1, errno EEXIST if another run got hold of it. */
static int create(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 || ((!flock(fd, LOCK_EX | LOCK_NB) || errno != EWOULDBLOCK) && !fstat(fd, &st) && st.st_nlink > 0))
        return fd;
    close(fd);
    errno = EEXIST;
    return -1;
}

/* Not mkstemp: that makes files of mode 0600, and asking for the umask would be seen by other threads. */
static int open_temp(gs_outfile *f, gs_err *e)
{
    for (int i = 0; i < 1000; i++) {
        free(f->temp);
        if (asprintf(&f->temp, "%s.tmp-%ld-%d", f->final, (long)getpid(), i) < 0) {
            f->temp = NULL;
            return gs_fail_mem(e, "a file name", strlen(f->final));
        }
        f->slot = gs_temp_add(f->temp); /* before it is there, or a signal could leave it */
        int fd = create(f->temp);
        if (fd >= 0)
            return fd;
        gs_temp_forget(f->slot);
        f->slot = -1;
        if (errno != EEXIST)
            break;
    }
    int ret = cannot(f->name, e);
    free(f->temp); /* not ours to remove */
    f->temp = NULL;
    return ret;
}

static int open_new(gs_outfile *f, const char *path, gs_err *e)
{
    mode_t mode;
    f->final = realpath(path, NULL); /* a link stays one: the file it points to is replaced */
    if (!f->final && !(f->final = strdup(path)))
        return gs_fail_mem(e, "a file name", strlen(path));
    if (check_present(f->final, &mode))
        return cannot(f->name, e);
    remove_stale(f->final);
    int fd = open_temp(f, e);
    if (fd < 0)
        return fd;
    f->keep_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (f->keep_fd >= 0 && (!mode || !fchmod(fd, mode)))
        return fd;
    int ret = cannot(f->name, e);
    close(fd);
    return ret;
}

int gs_outfile_open(gs_outfile *f, const char *path, const char *input, gs_err *e)
{
    *f = GS_OUTFILE_NONE;
    int ret = gs_outfile_check(path, input, e);
    if (ret)
        return ret;
    if (!(f->name = strdup(shown(path))))
        return gs_fail_mem(e, "a file name", strlen(shown(path)));
    if (!is_special(path))
        return open_new(f, path, e);
    int fd = open_straight(path);
    return fd < 0 ? cannot(f->name, e) : fd;
}

FILE *gs_outfile_stream(gs_outfile *f, const char *path, const char *input, gs_err *e)
{
    int fd = gs_outfile_open(f, path, input, e);
    FILE *s = fd < 0 ? NULL : fdopen(fd, "w");
    if (fd >= 0 && !s) {
        close(fd);
        gs_fail_mem(e, "a stream", BUFSIZ);
    }
    return s;
}

/* ---- the end ---- */

int gs_outfile_close(gs_outfile *f, FILE *s, gs_err *e)
{
    int bad = ferror(s);
    if (fclose(s) || bad)
        return cannot(f->name, e);
    return gs_outfile_sync(f, e);
}

int gs_outfile_sync(gs_outfile *f, gs_err *e)
{
    if (f->keep_fd < 0 || !fsync(f->keep_fd) || errno == EINVAL || errno == ENOTSUP)
        return 0;
    return cannot(f->name, e);
}

int gs_outfile_publish(gs_outfile *f, gs_err *e)
{
    if (!f->temp)
        return 0;
    if (rename(f->temp, f->final))
        return gs_fail(e, GS_EOUTPUT, "%s cannot be renamed to %s: %s", f->temp, f->final, strerror(errno));
    gs_temp_forget(f->slot);
    free(f->temp);
    f->temp = NULL;
    f->published = 1;
    return 0;
}

void gs_outfile_retract(gs_outfile *f)
{
    if (f->published)
        unlink(f->final);
    f->published = 0;
}

void gs_outfile_discard(gs_outfile *f)
{
    if (f->temp) {
        unlink(f->temp);
        gs_temp_forget(f->slot);
    }
    if (f->keep_fd >= 0)
        close(f->keep_fd);
    free(f->name);
    free(f->temp);
    free(f->final);
    *f = GS_OUTFILE_NONE;
}
