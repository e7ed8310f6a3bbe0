#include "genome/msa.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <htslib/bgzf.h>
#include <htslib/hts.h>
#include <htslib/kstring.h>
#include <htslib/tbx.h>
#include "base/vec.h"
#include "genome/context.h"

#define REMEDY "make it with `bgzip %s` and `tabix -s 1 -b 2 -e 2 %s.gz`"

struct gs_msa {
    char *path;
    htsFile *file;
    tbx_t *index;
    int species;
    kstring_t line;
};

/* ---- opening ---- */

static int open_file(gs_msa *m, gs_err *e)
{
    m->file = hts_open(m->path, "r");
    if (!m->file)
        return gs_fail(e, GS_EINPUT, "alignment %s cannot be opened: %s", m->path, strerror(errno));
    const htsFormat *format = hts_get_format(m->file);
    if (format->compression != bgzf)
        return gs_fail(e, GS_EINPUT, "alignment %s is not compressed with bgzip; " REMEDY, m->path, m->path, m->path);
    if (bgzf_check_EOF(hts_get_bgzfp(m->file)) == 0)
        return gs_fail(e, GS_ETRUNC, "alignment %s is cut short: its end is missing", m->path);
    return 0;
}

/* Older than the file: it would lead to wrong places. Whole seconds, for copying does not keep the order of files. */
static int is_old(const char *path, const char *suffix)
{
    char name[4200];
    struct stat file, index;
    snprintf(name, sizeof name, "%.4100s%s", path, suffix);
    return !stat(path, &file) && !stat(name, &index) && index.st_mtime < file.st_mtime;
}

static int open_index(gs_msa *m, gs_err *e)
{
    const char *fault = is_old(m->path, ".tbi") || is_old(m->path, ".csi") ? "is older than the file" : NULL;
    m->index = fault ? NULL : tbx_index_load3(m->path, NULL, HTS_IDX_SILENT_FAIL);
    if (m->index && (m->index->conf.sc != 1 || m->index->conf.bc != 2))
        fault = "is not over columns 1 and 2";
    if (m->index && !fault)
        return 0;
    return gs_fail(e, GS_EINPUT, "the index of alignment %s %s; run `tabix -f -s 1 -b 2 -e 2 %s`", m->path,
                   fault ? fault : "is missing or damaged", m->path);
}

static int count_words(const char *s)
{
    int n = 0;
    for (s += strspn(s, " \t"); *s; s += strspn(s, " \t")) {
        s += strcspn(s, " \t");
        n++;
    }
    return n;
}

/* A line's third column; *n its length, *pos the position (1-based). NULL: no such line. */
static const char *letters(const char *line, int64_t *pos, int *n)
{
    const char *tab = strchr(line, '\t');
    char *end;
    *pos = tab ? strtoll(tab + 1, &end, 10) : 0;
    if (*pos < 1 || *end != '\t')
        return NULL;
    *n = (int)strcspn(end + 1, "\t\r");
    return end + 1;
}

/* The number of species: from the first line, and the header's names must agree, with or without the reference. */
static int read_top(gs_msa *m, gs_err *e)
{
    int named = -1, n = 0, rc;
    int64_t pos;
    while ((rc = hts_getline(m->file, '\n', &m->line)) >= 0 && m->line.s[0] == '#')
        if (!strncmp(m->line.s, "#species", 8))
            named = count_words(m->line.s + 8);
    if (rc < -1)
        return gs_fail(e, GS_ETRUNC, "alignment %s is cut short or damaged", m->path);
    if (rc < 0 || !letters(m->line.s, &pos, &n) || n < 2)
        return gs_fail(e, GS_EINPUT, "%s is not an alignment: lines with contig, position and one letter per species "
                       "are expected", m->path);
    m->species = n - 1;
    if (named >= 0 && named != m->species && named != n)
        return gs_fail(e, GS_EINPUT, "alignment %s names %d species in its first line, but has letters of %d besides "
                       "the reference", m->path, named, m->species);
    return 0;
}

gs_msa *gs_msa_open(const char *path, gs_err *e)
{
    gs_msa *m = calloc(1, sizeof *m);
    if (!m || !(m->path = strdup(path))) {
        gs_fail_mem(e, "an alignment", sizeof *m);
        free(m);
        return NULL;
    }
    if (open_file(m, e) || open_index(m, e) || read_top(m, e)) {
        gs_msa_close(m);
        return NULL;
    }
    return m;
}

void gs_msa_close(gs_msa *m)
{
    if (!m)
        return;
    if (m->index)
        tbx_destroy(m->index);
    if (m->file)
        hts_close(m->file);
    free(m->line.s);
    free(m->path);
    free(m);
}

int gs_msa_species(const gs_msa *m)
{
    return m->species;
}

/* ---- reading ---- */

void gs_msa_rows_free(gs_msa_rows *r)
{
    free(r->ref);
    free(r->aux);
    *r = (gs_msa_rows){0};
}

/* The index's number of a contig under any of its names, -1: none. */
static int find_contig(tbx_t *index, const char *name)
{
    const char *bare = strncmp(name, "chr", 3) ? name : name + 3;
    char with_chr[256];
    snprintf(with_chr, sizeof with_chr, "chr%.250s", bare);
    int mito = !strcmp(bare, "M") || !strcmp(bare, "MT");
    const char *const plain[] = {name, bare, with_chr, NULL}, *const mitos[] = {name, "M", "MT", "chrM", "chrMT", NULL};
    int id = -1;
    for (const char *const *p = mito ? mitos : plain; *p && id < 0; p++)
        id = tbx_name2id(index, *p);
    return id;
}

static uint8_t symbol(char c)
{
    switch (c) {
    case 'A': case 'a': return 1;
    case 'C': case 'c': return 2;
    case 'G': case 'g': return 3;
    case 'T': case 't': return 4;
    default: return 0;
    }
}

/* One line into its row; seen: [len], which rows are there. */
static int take_line(gs_msa *m, const char *contig, int64_t beg, gs_msa_rows *r, char *seen, gs_err *e)
{
    int64_t pos;
    int n;
    const char *text = letters(m->line.s, &pos, &n);
    if (!text || n != m->species + 1)
        return gs_fail(e, GS_EINPUT, "alignment %s: the line \"%.60s\" does not have a position and %d letters",
                       m->path, m->line.s, m->species + 1);
    int64_t at = pos - 1 - beg;
    if (at < 0 || at >= r->len)
        return 0;
    if (seen[at]++)
        return gs_fail(e, GS_EINPUT, "alignment %s has %s:%lld twice", m->path, contig, (long long)pos);
    static const char upper[] = "NACGT";
    r->ref[at] = upper[symbol(text[0])];
    for (int s = 0; s < m->species; s++)
        r->aux[(size_t)at * (size_t)m->species + (size_t)s] = symbol(text[s + 1]);
    r->covered++;
    return 0;
}

/* htslib tells no reason: for want of memory, or for places that this kind of index cannot hold. */
static int no_iterator(const gs_msa *m, const char *contig, int64_t from, gs_err *e)
{
    if (errno == ENOMEM)
        return gs_fail_mem(e, "an iterator of the alignment", sizeof(hts_itr_t));
    return gs_fail(e, GS_EINPUT, "the index of alignment %s does not reach %s:%lld; run "
                   "`tabix -f -C -s 1 -b 2 -e 2 %s`", m->path, contig, (long long)from + 1, m->path);
}

static int read_rows(gs_msa *m, const char *contig, int64_t beg, gs_msa_rows *r, gs_err *e)
{
    int id = find_contig(m->index, contig), rc = 0, more = -1;
    int64_t from = beg > 0 ? beg : 0;
    if (id < 0 || beg + r->len <= from)
        return 0;
    char *seen = calloc((size_t)r->len, 1);
    errno = 0;
    hts_itr_t *it = tbx_itr_queryi(m->index, id, from, beg + r->len);
    if (!seen)
        rc = gs_fail_mem(e, "a stretch of the alignment", (size_t)r->len);
    else if (!it)
        rc = no_iterator(m, contig, from, e);
    while (!rc && (more = tbx_itr_next(m->file, m->index, it, &m->line)) >= 0)
        rc = take_line(m, contig, beg, r, seen, e);
    if (!rc && more < -1)
        rc = gs_fail(e, GS_ETRUNC, "alignment %s is cut short or damaged near %s:%lld", m->path, contig,
                     (long long)from + 1);
    tbx_itr_destroy(it);
    free(seen);
    return rc;
}

int gs_msa_fetch(gs_msa *m, const char *contig, int64_t beg, int len, gs_msa_rows *r, gs_err *e)
{
    size_t n = (size_t)len, symbols = n * (size_t)m->species;
    if (gs_reserve(&r->ref, &r->cap_ref, n + 1, 1) || gs_reserve(&r->aux, &r->cap_aux, symbols + 1, 1))
        return gs_fail_mem(e, "a stretch of the alignment", symbols);
    r->len = len;
    r->n_species = m->species;
    r->covered = 0;
    memset(r->ref, 'N', n);
    r->ref[n] = 0;
    memset(r->aux, 0, symbols);
    return read_rows(m, contig, beg, r, e);
}

void gs_msa_revcomp(gs_msa_rows *r)
{
    static const uint8_t other[] = {0, 4, 3, 2, 1};
    size_t n = (size_t)r->n_species;
    gs_revcomp(r->ref, r->len);
    for (int i = 0, j = r->len - 1; i <= j; i++, j--) {
        uint8_t *x = r->aux + (size_t)i * n, *y = r->aux + (size_t)j * n;
        for (size_t s = 0; s < n; s++) {
            uint8_t was = x[s];
            x[s] = other[y[s]];
            y[s] = other[was];
        }
    }
}
