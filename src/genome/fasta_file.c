#include "genome/fasta_file.h"
#include <errno.h>
#include <fcntl.h>
#include <htslib/bgzf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "genome/index_file.h"

static int open_plain(gs_fasta *f, gs_err *e)
{
    /* Before open(), which would wait for ever on a pipe that nobody writes to. */
    if (stat(f->path, &f->st))
        return gs_fail(e, GS_EINPUT, "cannot open the reference %s: %s", f->path, strerror(errno));
    if (!S_ISREG(f->st.st_mode))
        return gs_fail(e, GS_EINPUT, "the reference %s is not a file but %s", f->path,
                       S_ISDIR(f->st.st_mode) ? "a folder" : "a pipe or device: save it as a file first");
    f->fd = open(f->path, O_RDONLY | O_CLOEXEC);
    if (f->fd < 0 || fstat(f->fd, &f->st))
        return gs_fail(e, GS_EINPUT, "cannot open the reference %s: %s", f->path, strerror(errno));
    f->size = f->st.st_size;
    return f->size ? 0 : gs_fail(e, GS_EINPUT, "the reference %s is empty", f->path);
}

/* The block table from the .gzi where there is one; else from the file, and saved. */
static int load_gzi(gs_fasta *f, gs_err *e)
{
    gs_str bytes = {0};
    char *index;
    if (asprintf(&index, "%s.gzi", f->path) < 0)
        return gs_fail_mem(e, "a file name", strlen(f->path));
    /* A block has at least 28 bytes, the end marker. */
    int rc = gs_index_read(index, f->path, &f->st, 8 + f->st.st_size / 28 * 16, &bytes, e);
    int found = rc == 1;
    if (found)
        rc = gs_gzi_parse(&f->gzi, &bytes, &f->st, index, f->path, e);
    if (!rc)
        rc = gs_gzi_walk(&f->gzi, f->fd, &f->st, f->path, e);
    if (!rc && !found) {
        gs_str_clear(&bytes);
        gs_gzi_print(&f->gzi, &bytes);
        gs_index_write(index, &f->st, &bytes);
    }
    f->size = f->gzi.size;
    gs_str_free(&bytes);
    free(index);
    return rc;
}

/* The file is opened by descriptor: htslib would take some names for addresses in the network. */
static int open_bgzip(gs_fasta *f, gs_err *e)
{
    int fd = fcntl(f->fd, F_DUPFD_CLOEXEC, 0);
    f->bgzf = fd < 0 ? NULL : bgzf_dopen(fd, "r");
    f->at = -1;
    if (f->bgzf)
        return load_gzi(f, e);
    if (fd >= 0)
        close(fd);
    return gs_fail(e, GS_EINPUT, "cannot open the reference %s as a bgzip file", f->path);
}

static const char *looks_like(const char *p)
{
    static const struct { const char *magic, *what; } kinds[] = {
        {"##fileformat=VCF", "a VCF: are the arguments in the right order?"},
        {"BCF\2", "a BCF: are the arguments in the right order?"},
        {"@", "FASTQ or SAM"},
        {"BAM\1", "BAM"},
        {"CRAM", "CRAM"},
        {"LOCUS ", "GenBank"},
        {"ID  ", "EMBL"},
        {"\x43\x27\x41\x1a", "2bit: convert it with `twoBitToFa`"},
        {"PK\3\4", "zip: unpack it first"},
        {"BZh", "bzip2: unpack it first"},
        {"\xfd" "7zXZ", "xz: unpack it first"},
        {"\x28\xb5\x2f\xfd", "zstd: unpack it first"},
        {"\xef\xbb\xbf", "text with a byte order mark: remove the mark"},
        {"\xff\xfe", "UTF-16 text: convert it to ASCII"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strncmp(p, kinds[i].magic, strlen(kinds[i].magic)))
            return kinds[i].what;
    return "something else";
}

static int check_start(gs_fasta *f, gs_err *e)
{
    char buf[4097];
    int64_t n = gs_fasta_read(f, 0, buf, sizeof buf - 1, e);
    if (n < 0)
        return (int)n;
    buf[n] = 0;
    const char *p = buf + strspn(buf, " \t\r\n");
    if (*p == '>')
        return 0;
    if (p == buf + n)
        return gs_fail(e, GS_EINPUT, "the reference %s holds nothing but blanks", f->path);
    return gs_fail(e, GS_EINPUT, "the reference %s does not begin with '>': it is no FASTA file but looks like %s",
                   f->path, looks_like(buf));
}

int gs_fasta_open(gs_fasta *f, const char *path, gs_err *e)
{
    *f = (gs_fasta){.fd = -1, .path = strdup(path)};
    if (!f->path)
        return gs_fail_mem(e, "a file name", strlen(path));
    int rc = open_plain(f, e);
    if (rc)
        return rc;
    unsigned char head[18];
    ssize_t n = pread(f->fd, head, sizeof head, 0);
    if (gs_bgzip_magic(head, n))
        rc = open_bgzip(f, e);
    else if (n >= 2 && head[0] == 0x1f && head[1] == 0x8b)
        rc = gs_fail(e, GS_EINPUT, "the reference %s is compressed with gzip, which cannot be read from the middle: "
                     "run `gunzip -c %s | bgzip > NEW.fa.gz` and use NEW.fa.gz", path, path);
    return rc ? rc : check_start(f, e);
}

void gs_fasta_close(gs_fasta *f)
{
    if (f->bgzf)
        bgzf_close(f->bgzf);
    if (f->fd >= 0)
        close(f->fd);
    gs_gzi_free(&f->gzi);
    free(f->path);
    *f = (gs_fasta){.fd = -1};
}

static int64_t read_plain(gs_fasta *f, int64_t off, char *buf, int64_t n)
{
    int64_t done = 0;
    while (done < n) {
        ssize_t k = pread(f->fd, buf + done, (size_t)(n - done), off + done);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return -1;
        done += k;
    }
    return done;
}

static int64_t read_bgzip(gs_fasta *f, int64_t off, char *buf, int64_t n)
{
    if (off != f->at) {
        const gs_block *b = gs_gzi_find(&f->gzi, off);
        if (bgzf_seek(f->bgzf, b->caddr << 16 | (off - b->uaddr), SEEK_SET) < 0)
            return -1;
    }
    int64_t k = bgzf_read(f->bgzf, buf, (size_t)n);
    f->at = k == n ? off + n : -1;
    return k;
}

int64_t gs_fasta_read(gs_fasta *f, int64_t off, void *buf, int64_t n, gs_err *e)
{
    if (off >= f->size)
        return 0;
    if (n > f->size - off)
        n = f->size - off;
    if ((f->bgzf ? read_bgzip(f, off, buf, n) : read_plain(f, off, buf, n)) == n)
        return n;
    return gs_fail(e, GS_ETRUNC, "cannot read %s near byte %lld: %s", f->path, (long long)off,
                   f->bgzf ? "a bgzip block is damaged, or the .gzi belongs to another file"
                           : "the file was cut or the disk failed");
}
