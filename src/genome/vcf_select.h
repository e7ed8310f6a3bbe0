/* Which records to read: lists of regions (bcftools' -r -R -t -T) and of filters (-f). */
#ifndef GS_VCF_SELECT_H
#define GS_VCF_SELECT_H
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

typedef struct { int64_t beg, end; } gs_span; /* 0-based, both ends inside, as in htslib's region lists */
typedef struct { char *name; gs_span *span; size_t n, m; } gs_contig_spans;
typedef struct { gs_contig_spans *contig; size_t n, m; void *by_name; } gs_regions;

/* Is there a contig of that name? 1 yes, 0 no, -1 it cannot be said. NULL: never. */
typedef struct { int (*knows)(void *arg, const char *contig); void *arg; } gs_contig_lookup;

/* "chr1,chr2:5,chr3:5-9,chr4:5-,chr5:-9,{odd:name}:5", as in htslib. What is the name of a contig as a whole is one;
 * where that cannot be said, the contig and the range of a contig with a shorter name are both meant. NULL: GS_EUSAGE.
 * Spans come sorted and merged per contig, contigs in order of appearance. */
gs_regions *gs_regions_parse(const char *list, const gs_contig_lookup *l, gs_err *e);
/* A file, plain or gzip: BED by its name (0-based), VCF by its first line, else CHROM POS [END] (1-based).
 * NULL: GS_EINPUT. */
gs_regions *gs_regions_load(const char *path, gs_err *e);
void gs_regions_free(gs_regions *r);
/* Does [beg, end], both inside, touch a region? */
int gs_regions_hit(const gs_regions *r, const char *contig, int64_t beg, int64_t end);
/* What of a contig's records the regions take, wherever they lie. */
typedef enum { GS_SHARE_NONE, GS_SHARE_PART, GS_SHARE_ALL } gs_share;
gs_share gs_regions_share(const gs_regions *r, const char *contig);

typedef struct {
    gs_regions *regions, *targets;
    int regions_overlap, targets_overlap; /* 0 pos, 1 record, 2 variant */
    int negate;                           /* targets: the others */
    char *filters;                        /* comma list, NULL: all */
} gs_select;

void gs_select_free(gs_select *s);
/* Is one of the record's filters (n bytes, separated by ;) in the list? */
int gs_select_filter(const gs_select *s, const char *filter, size_t n);
#endif
