#include "genome/bed.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "genome/line_file.h"

struct gs_bed { gs_lines *lines; };

gs_bed *gs_bed_open(const char *path, gs_err *e)
{
    gs_bed *b = calloc(1, sizeof *b);
    if (b && (b->lines = gs_lines_open(path, "the BED file", e)))
        return b;
    if (!b)
        gs_fail_mem(e, "a BED file", sizeof *b);
    free(b);
    return NULL;
}

void gs_bed_close(gs_bed *b)
{
    if (!b)
        return;
    gs_lines_close(b->lines);
    free(b);
}

static int is_comment(const char *line)
{
    return !*line || *line == '#' || !strncmp(line, "track", 5) || !strncmp(line, "browser", 7);
}

static int parse_place(const char *text, int64_t *place)
{
    char *end;
    errno = 0;
    *place = text ? strtoll(text, &end, 10) : -1;
    return text && *text && !*end && !errno && *place >= 0 && *place < INT64_MAX / 4 ? 0 : -1;
}

int gs_bed_next(gs_bed *b, gs_bed_record *r, gs_err *e)
{
    char *line, *rest = NULL;
    int64_t n;
    int got;
    while ((got = gs_lines_next(b->lines, &line, &n, e)) > 0 && is_comment(line))
        ;
    if (got <= 0)
        return got;
    r->contig = strtok_r(line, "\t", &rest);
    int bad = !r->contig || parse_place(strtok_r(NULL, "\t", &rest), &r->beg) ||
              parse_place(strtok_r(NULL, "\t", &rest), &r->end);
    if (bad || r->end < r->beg)
        return gs_fail(e, GS_EINPUT, "%s: line %lld is no interval: expected CHROM, BEG, END, with tabs",
                       gs_lines_path(b->lines), (long long)gs_lines_number(b->lines));
    r->name = strtok_r(NULL, "\t", &rest);
    return 1;
}

void gs_bed_stop(gs_bed *b) { gs_lines_stop(b->lines); }

int gs_bed_named(const char *path)
{
    static const char *const ends[] = {".bed", ".bed.gz", ".bed.bgz"};
    size_t n = strlen(path);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (n > strlen(ends[i]) && !strcasecmp(path + n - strlen(ends[i]), ends[i]))
            return 1;
    return 0;
}
