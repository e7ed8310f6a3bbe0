#include "genome/fasta_file.h"
#include <errno.h>
#include <fcntl.h>
#include <htslib/bgzf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "genome/gzi.h"
#include "genome/index_file.h"

static int open_file(gs_fasta *f, gs_err *e)
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
    return f->st.st_size ? 0 : gs_fail(e, GS_EINPUT, "the reference %s is empty", f->path);
}

static int open_bgzf(gs_fasta *f, gs_err *e)
{
    snprintf(f->name, sizeof f->name, "/proc/self/fd/%d", f->fd);
    f->bgzf = bgzf_dopen(f->fd, "r");
    if (!f->bgzf)
        return gs_fail(e, GS_EINPUT, "cannot read the reference %s", f->path);
    int kind = bgzf_compression(f->bgzf);
    f->bgzip = kind == 2;
    if (kind == 1)
        return gs_fail(e, GS_EINPUT, "the reference %s is compressed with gzip, which cannot be read from the middle: "
                       "run `gunzip -c %s | bgzip > NEW.fa.gz` and use NEW.fa.gz", f->path, f->path);
    if (f->bgzip && bgzf_check_EOF(f->bgzf) != 1)
        return gs_fail(e, GS_ETRUNC, "%s is cut short: it has no bgzip end marker; copy it again, or compress it anew",
                       f->path);
    return 0;
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
    int64_t n = gs_fasta_read(f, buf, sizeof buf - 1, e);
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
    *f = (gs_fasta){.fd = -1, .block = -1, .path = strdup(path)};
    if (!f->path)
        return gs_fail_mem(e, "a file name", strlen(path));
    int rc = open_file(f, e);
    if (!rc)
        rc = open_bgzf(f, e);
    return rc ? rc : check_start(f, e);
}

void gs_fasta_close(gs_fasta *f)
{
    if (f->bgzf)
        bgzf_close(f->bgzf);
    else if (f->fd >= 0)
        close(f->fd);
    gs_str_free(&f->gzi);
    free(f->path);
    *f = (gs_fasta){.fd = -1};
}

int gs_fasta_unreadable(const gs_fasta *f, int64_t off, gs_err *e)
{
    return gs_fail(e, GS_ETRUNC, "cannot read %s near byte %lld: %s", f->path, (long long)off,
                   f->bgzip ? "a bgzip block is damaged, or the .gzi belongs to another file"
                            : "the file was cut or the disk failed");
}

/* Go to the start of block i; *size gets the bytes of text in it. */
static int enter_block(gs_fasta *f, int64_t i, int64_t *size, gs_err *e)
{
    gs_block b = gs_gzi_block(&f->gzi, i);
    if (bgzf_seek(f->bgzf, b.caddr << 16, SEEK_SET) < 0 || bgzf_read_block(f->bgzf) < 0)
        return gs_fasta_unreadable(f, b.uaddr, e);
    *size = f->bgzf->block_length;
    if (i + 1 < gs_gzi_count(&f->gzi) && gs_gzi_block(&f->gzi, i + 1).uaddr - b.uaddr != *size)
        return gs_fail(e, GS_EINPUT, "%s.gzi does not fit %s (block %lld): " GS_INDEX_REMEDY, f->path, f->path,
                       (long long)i, f->path);
    return 0;
}

/* Block i is right, and so is the address of the last one, which the one before tells; then as enter_block. */
static int check_block(gs_fasta *f, int64_t i, int64_t *size, gs_err *e)
{
    int rc = i > 0 && i + 1 == gs_gzi_count(&f->gzi) && i != f->block ? enter_block(f, i - 1, size, e) : 0;
    if (!rc)
        rc = enter_block(f, i, size, e);
    f->block = rc ? -1 : i;
    return rc;
}

int gs_fasta_block(gs_fasta *f, int64_t off, gs_err *e)
{
    if (!f->bgzip)
        return off > f->st.st_size;
    int64_t i = gs_gzi_find(&f->gzi, off), size;
    if (i == f->block && i + 1 < gs_gzi_count(&f->gzi))
        return 0;
    int rc = check_block(f, i, &size, e);
    return rc ? rc : off - gs_gzi_block(&f->gzi, i).uaddr > size;
}

int gs_fasta_seek(gs_fasta *f, int64_t off, gs_err *e)
{
    char skipped[1 << 16];
    if (!f->bgzip) {
        if (off > f->st.st_size)
            return 1;
        if (bgzf_useek(f->bgzf, off, SEEK_SET) < 0)
            return gs_fasta_unreadable(f, off, e);
    } else {
        int64_t i = gs_gzi_find(&f->gzi, off), within = off - gs_gzi_block(&f->gzi, i).uaddr, size;
        int rc = check_block(f, i, &size, e);
        if (rc || within > size)
            return rc ? rc : 1;
        if (bgzf_read(f->bgzf, skipped, (size_t)within) != within)
            return gs_fasta_unreadable(f, off, e);
    }
    f->shift = off - bgzf_utell(f->bgzf);
    return 0;
}

int64_t gs_fasta_read(gs_fasta *f, void *buf, int64_t n, gs_err *e)
{
    ssize_t k = bgzf_read(f->bgzf, buf, (size_t)n);
    return k < 0 ? gs_fasta_unreadable(f, gs_fasta_tell(f), e) : k;
}

int64_t gs_fasta_tell(const gs_fasta *f)
{
    return bgzf_utell(f->bgzf) + f->shift;
}
