/* Files of regions: BED intervals, and the lists of -R, -T and -r. The spans of a list are sorted, apart and found
 * again. */
#include "fuzz/fuzz_file.h"
#include "genome/bed.h"
#include "genome/vcf_select.h"

static void check(gs_regions *r, const gs_err *e)
{
    assert(r || e->msg[0]);
    for (size_t i = 0; r && i < r->n; i++)
        for (size_t k = 0; k < r->contig[i].n; k++) {
            const gs_span *s = r->contig[i].span + k;
            assert(s->beg <= s->end && (k == 0 || s[-1].end < s->beg));
            assert(gs_regions_hit(r, r->contig[i].name, s->beg, s->beg));
            assert(gs_regions_hit(r, r->contig[i].name, s->end, s->end));
        }
    gs_regions_free(r);
}

static void read_bed(const char *path)
{
    gs_err e = {0};
    gs_bed_record r;
    gs_bed *b = gs_bed_open(path, &e);
    int rc = b ? 1 : -1;
    while (rc > 0 && (rc = gs_bed_next(b, &r, &e)) > 0)
        assert(r.contig && r.beg >= 0 && r.beg <= r.end);
    assert(rc == 0 || e.msg[0]);
    gs_bed_close(b);
}

/* Some names are contigs, some are not, of some nobody knows. */
static int knows(void *arg, const char *contig)
{
    (void)arg;
    return (int)(strlen(contig) % 3) - 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    gs_err e = {0};
    const char *path = fuzz_put("x.bed", data, n);
    read_bed(path);
    check(gs_regions_load(path, &e), &e);
    e = (gs_err){0};
    check(gs_regions_load(fuzz_put("x.txt", data, n), &e), &e);
    char *list = strndup((const char *)data, n);
    e = (gs_err){0};
    check(gs_regions_parse(list, &(gs_contig_lookup){knows, NULL}, &e), &e);
    free(list);
    return 0;
}
