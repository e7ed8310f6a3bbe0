#include "genome/vcf_select.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <htslib/bgzf.h>
#include <htslib/hts.h>
#include <htslib/khash_str2int.h>
#include <htslib/kstring.h>
#include "base/log.h"

/* The furthest position that an index can hold (htslib's MAX_CSI_COOR - 1). */
static const int64_t FAR_END = (1LL << 44) - 2;

static int grow(void **p, size_t n, size_t *m, size_t size)
{
    if (n < *m)
        return 0;
    size_t want = *m ? 2 * *m : 8;
    void *q = realloc(*p, want * size);
    if (!q)
        return -1;
    *p = q;
    *m = want;
    return 0;
}

static gs_contig_spans *spans_of(gs_regions *r, const char *name)
{
    int i;
    if (khash_str2int_get(r->by_name, name, &i) == 0)
        return &r->contig[i];
    if (grow((void **)&r->contig, r->n, &r->m, sizeof *r->contig))
        return NULL;
    gs_contig_spans *c = &r->contig[r->n];
    *c = (gs_contig_spans){.name = strdup(name)};
    if (!c->name)
        return NULL;
    if (khash_str2int_set(r->by_name, c->name, (int)r->n) < 0) {
        free(c->name);
        return NULL;
    }
    r->n++;
    return c;
}

/* beg, end: 1-based, both inside. */
static int add(gs_regions *r, const char *name, int64_t beg, int64_t end, gs_err *e)
{
    gs_contig_spans *c = spans_of(r, name);
    if (!c || grow((void **)&c->span, c->n, &c->m, sizeof *c->span))
        return gs_fail_mem(e, "the list of regions", 2 * sizeof(gs_span) * (c ? c->m : 8));
    c->span[c->n++] = (gs_span){beg > FAR_END ? FAR_END : beg - 1, end > FAR_END ? FAR_END : end - 1};
    return 0;
}

static int by_beg(const void *x, const void *y)
{
    const gs_span *a = x, *b = y;
    if (a->beg != b->beg)
        return a->beg < b->beg ? -1 : 1;
    return (a->end > b->end) - (a->end < b->end);
}

/* Overlapping spans become one, adjacent ones stay apart (as in bcftools: it matters to --regions-overlap 2). */
static void merge(gs_contig_spans *c)
{
    qsort(c->span, c->n, sizeof *c->span, by_beg);
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (n && c->span[n - 1].end >= c->span[i].beg) {
            if (c->span[n - 1].end < c->span[i].end)
                c->span[n - 1].end = c->span[i].end;
        } else {
            c->span[n++] = c->span[i];
        }
    }
    c->n = n;
}

static gs_regions *regions_new(gs_err *e)
{
    gs_regions *r = calloc(1, sizeof *r);
    if (r && (r->by_name = khash_str2int_init()))
        return r;
    free(r);
    gs_fail_mem(e, "the list of regions", sizeof *r);
    return NULL;
}

void gs_regions_free(gs_regions *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->n; i++) {
        free(r->contig[i].name);
        free(r->contig[i].span);
    }
    khash_str2int_destroy(r->by_name);
    free(r->contig);
    free(r);
}

static gs_regions *finished(gs_regions *r, int bad)
{
    if (bad) {
        gs_regions_free(r);
        return NULL;
    }
    for (size_t i = 0; i < r->n; i++)
        merge(&r->contig[i]);
    return r;
}

static int not_understood(gs_err *e, const char *region)
{
    return gs_fail(e, GS_EUSAGE, "region '%s' is not understood: write chr1, chr1:5, chr1:5-9, chr1:5- or chr1:-9, and "
                   "{NAME} or {NAME}:5-9 where a name has a colon or comma", region);
}

/* A coordinate at s, behind which *end is put. -1: none is there. */
static int64_t coordinate(const char *s, char **end)
{
    size_t digits = strspn(s, "0123456789");
    return digits && digits < 19 ? hts_parse_decimal(s, end, 0) : -1;
}

/* "5", "5-9", "5-" or "-9", all of it. */
static int parse_range(const char *s, int64_t *beg, int64_t *end)
{
    char *q = (char *)s;
    *beg = *s == '-' ? 1 : coordinate(s, &q);
    *end = *beg;
    if (*beg >= 0 && *q == '-' && !q[1] && *s != '-')
        *end = FAR_END, q++;
    else if (*beg >= 0 && *q == '-')
        *end = coordinate(q + 1, &q);
    return *beg < 0 || *end < *beg || *q ? -1 : 0;
}

/* One of the list while it is taken apart. */
typedef struct { kstring_t text, name; int64_t beg, end; } region;

/* The text of the region at *p, which is moved behind it and its comma. */
static int next_text(const char **p, region *r)
{
    size_t name = **p == '{' ? strcspn(*p, "}") : 0, n = name + strcspn(*p + name, ",");
    r->text.l = 0;
    int bad = kputsn(*p, n, &r->text) < 0;
    *p += n + ((*p)[n] == ',');
    return bad;
}

/* "{NAME}" or "{NAME}:RANGE" */
static int parse_braces(region *r)
{
    const char *s = r->text.s, *close = strchr(s, '}');
    r->name.l = 0;
    if (!close || kputsn(s + 1, (size_t)(close - s) - 1, &r->name) < 0)
        return -1;
    return !close[1] ? 0 : close[1] != ':' || parse_range(close + 2, &r->beg, &r->end) ? -1 : 1;
}

/* NAME or NAME:RANGE, where names may have colons themselves: what is a contig's name comes first. */
static int parse_plain(gs_regions *regions, region *r, const gs_contig_lookup *l, gs_err *e)
{
    const char *s = r->text.s, *colon = strrchr(s, ':');
    int whole = l->knows ? l->knows(l->arg, s) : 0, range = colon && !parse_range(colon + 1, &r->beg, &r->end);
    r->name.l = 0;
    if (kputsn(s, colon ? (size_t)(colon - s) : r->text.l, &r->name) < 0)
        return gs_fail_mem(e, "the list of regions", r->text.l);
    int before = colon && l->knows ? l->knows(l->arg, r->name.s) : 0;
    if (whole > 0 && range && before > 0)
        gs_warn_once("ambiguous", "region '%s' is taken to be the contig of that name; the range is {%s}%s", s,
                     r->name.s, colon);
    if (colon && !range && whole <= 0)
        return not_understood(e, s);
    int ret = 0;
    if (whole > 0 || !colon || (whole < 0 && before <= 0))
        ret = add(regions, s, 1, FAR_END + 1, e);
    if (!ret && range && whole <= 0)
        ret = add(regions, r->name.s, r->beg, r->end, e);
    return ret;
}

static int parse_one(gs_regions *regions, region *r, const gs_contig_lookup *l, gs_err *e)
{
    if (r->text.s[0] != '{')
        return parse_plain(regions, r, l, e);
    int range = parse_braces(r);
    if (range < 0)
        return not_understood(e, r->text.s);
    return add(regions, r->name.s, range ? r->beg : 1, range ? r->end : FAR_END + 1, e);
}

gs_regions *gs_regions_parse(const char *list, const gs_contig_lookup *l, gs_err *e)
{
    gs_regions *regions = regions_new(e);
    region r = {.text = KS_INITIALIZE, .name = KS_INITIALIZE};
    int bad = !regions;
    for (const char *p = list; !bad && *p;)
        if (next_text(&p, &r))
            bad = gs_fail_mem(e, "the list of regions", strlen(list));
        else if (r.text.l)
            bad = parse_one(regions, &r, l, e);
    free(r.text.s);
    free(r.name.s);
    if (!bad && !regions->n)
        bad = gs_fail(e, GS_EUSAGE, "the region list is empty");
    return finished(regions, bad);
}

/* How a region file is read. */
typedef struct { int bed, columns; } layout; /* columns: 0 not known yet, 2 CHROM POS, 3 CHROM BEG END */

static int field_number(const char *s, int64_t *x)
{
    char *q = (char *)s;
    *x = coordinate(s, &q);
    return *x < 0 || (*q && *q != '\t') ? -1 : 0;
}

static int parse_line(char *line, layout *l, int64_t *beg, int64_t *end)
{
    char *second = strchr(line, '\t'), *third = second ? strchr(second + 1, '\t') : NULL;
    if (!second || second == line || field_number(second + 1, beg))
        return -1;
    *second = 0;
    int has_end = third && field_number(third + 1, end) == 0;
    if (!l->columns)
        l->columns = has_end ? 3 : 2;
    if (l->columns == 2)
        *end = *beg;
    else if (!has_end)
        return -1;
    *beg += l->bed;
    return 0;
}

static int load_lines(gs_regions *r, BGZF *fp, const char *path, gs_err *e)
{
    kstring_t line = KS_INITIALIZE;
    size_t len = strlen(path);
    layout l = {.bed = (len >= 4 && !strcasecmp(path + len - 4, ".bed")) ||
                       (len >= 7 && !strcasecmp(path + len - 7, ".bed.gz"))};
    int ret = 0, got;
    int64_t beg, end;
    for (long n = 1; !ret && (got = bgzf_getline(fp, '\n', &line)) >= 0; n++) {
        if (n == 1 && !strncmp(line.s, "##fileformat=VCF", 16))
            l.columns = 2;
        if (!line.l || line.s[0] == '#')
            continue;
        if (parse_line(line.s, &l, &beg, &end))
            ret = gs_fail(e, GS_EINPUT, "%s: line %ld is no region: expected CHROM, POS or CHROM, BEG, END, with tabs",
                          path, n);
        else if (end >= beg)
            ret = add(r, line.s, beg, end, e);
    }
    if (!ret && (got < -1 || fp->errcode))
        ret = gs_fail(e, GS_ETRUNC, "%s: the region file is cut short or corrupt", path);
    free(line.s);
    return ret;
}

gs_regions *gs_regions_load(const char *path, gs_err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC); /* not bgzf_open: that would follow URLs */
    struct stat st;
    int device = fd >= 0 && !fstat(fd, &st) && S_ISCHR(st.st_mode); /* may be one line without an end */
    BGZF *fp = fd >= 0 && !device ? bgzf_dopen(fd, "r") : NULL;
    if (device)
        gs_fail(e, GS_EINPUT, "region file %s is a device, not a file", path);
    if (!fp) {
        gs_fail(e, GS_EINPUT, "region file %s cannot be opened: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    gs_regions *r = regions_new(e);
    int bad = !r || load_lines(r, fp, path, e);
    bgzf_close(fp);
    if (!bad && !r->n)
        bad = gs_fail(e, GS_EINPUT, "region file %s holds no region", path);
    return finished(r, bad);
}

int gs_regions_hit(const gs_regions *r, const char *contig, int64_t beg, int64_t end)
{
    int i;
    if (khash_str2int_get(r->by_name, contig, &i) < 0)
        return 0;
    const gs_contig_spans *c = &r->contig[i];
    size_t lo = 0, hi = c->n;
    while (lo < hi) { /* first span that does not end before beg */
        size_t mid = (lo + hi) / 2;
        if (c->span[mid].end < beg)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < c->n && c->span[lo].beg <= end;
}

gs_share gs_regions_share(const gs_regions *r, const char *contig)
{
    int i;
    if (khash_str2int_get(r->by_name, contig, &i) < 0)
        return GS_SHARE_NONE;
    const gs_span *first = r->contig[i].span;
    return first->beg <= 0 && first->end == FAR_END ? GS_SHARE_ALL : GS_SHARE_PART;
}

void gs_select_free(gs_select *s)
{
    gs_regions_free(s->regions);
    gs_regions_free(s->targets);
    free(s->filters);
    *s = (gs_select){0};
}

/* Is the name (n bytes) one of the comma list? */
static int listed(const char *list, const char *name, size_t n)
{
    for (const char *p = list;; p++) {
        size_t len = strcspn(p, ",");
        if (len == n && !memcmp(p, name, n))
            return 1;
        p += len;
        if (!*p)
            return 0;
    }
}

int gs_select_filter(const gs_select *s, const char *filter, size_t n)
{
    for (const char *end = filter + n; s->filters;) {
        const char *semi = memchr(filter, ';', (size_t)(end - filter));
        if (listed(s->filters, filter, (size_t)((semi ? semi : end) - filter)))
            return 1;
        if (!semi)
            return 0;
        filter = semi + 1;
    }
    return 1;
}
