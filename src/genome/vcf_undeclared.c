/* Names that records use and the header lacks: BCF cannot hold them. */
#include <string.h>
#include "genome/vcf_internal.h"

enum { LOOK_ON = 100000 };  /* records that are looked at once there is such a name, so that all are said at once */

static const struct { int type; const char *key; } kinds[] = {
    {BCF_HL_FLT, "FILTER"}, {BCF_HL_INFO, "INFO"}, {BCF_HL_FMT, "FORMAT"},
};

int gs_bcf_undeclared(const gs_names *written, const bcf_hdr_t *h, bcf1_t *b)
{
    if (b->rid >= written->n_contig)
        return 1;
    if (h->n[BCF_DT_ID] <= written->n_id)
        return 0;
    bcf_unpack(b, BCF_UN_ALL); /* out of memory shows in errno, to the caller */
    int found = 0;
    for (int i = 0; i < b->d.n_flt; i++)
        found |= b->d.flt[i] >= written->n_id;
    for (int i = 0; i < b->n_info; i++)
        found |= b->d.info[i].key >= written->n_id;
    for (int i = 0; i < (int)b->n_fmt; i++)
        found |= b->d.fmt[i].id >= written->n_id;
    return found;
}

/* Let htslib add the names of further records to the header, if the input can be read again. 0: some are malformed. */
static int look_on(gs_vcf *v)
{
    gs_vcf_opt opt = v->opt;
    opt.chunks = 0;
    gs_err e = {0};
    gs_vcf *again = v->total ? gs_vcf_open_as(&opt, 1, &e) : NULL;
    gs_record *r = gs_record_new();
    bcf1_t *b = bcf_init();
    int all_well = 1;
    for (int i = 0; again && r && b && i < LOOK_ON && gs_vcf_read(again, r, &e) > 0; i++) {
        all_well &= !r->why;
        if (!r->why)
            vcf_parse(&r->line, v->hdr, b);
    }
    bcf_destroy(b);
    gs_record_free(r);
    gs_vcf_close(again, NULL);
    return all_well;
}

static void put_name(gs_str *names, gs_str *lines, const char *key, const char *name)
{
    gs_str_printf(names, "%s%s %s", names->len ? ", " : "", key, name);
    gs_str_printf(lines, "%s##%s=<ID=%s", lines->len ? "\\n" : "", key, name);
    if (strcmp(key, "contig"))
        gs_str_printf(lines, "%s,Description=\"%s\"", strcmp(key, "FILTER") ? ",Number=.,Type=String" : "", name);
    gs_str_add(lines, ">");
}

int gs_bcf_list_undeclared(const gs_names *written, gs_vcf *v, gs_str *names, gs_str *lines)
{
    const bcf_hdr_t *h = v->hdr;
    int all_well = look_on(v);
    for (int i = written->n_contig; i < h->n[BCF_DT_CTG]; i++)
        put_name(names, lines, "contig", h->id[BCF_DT_CTG][i].key);
    for (int i = written->n_id; i < h->n[BCF_DT_ID]; i++)
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            if (bcf_hdr_idinfo_exists(h, kinds[k].type, i))
                put_name(names, lines, kinds[k].key, h->id[BCF_DT_ID][i].key);
    return all_well;
}
