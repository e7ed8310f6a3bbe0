#include "cli/side_output.h"
#include <jansson.h>
#include "model/json.h"

int check_outputs(const score_args *a, gs_err *e)
{
    const char *out[] = {a->out.path, a->stats, a->skipped}, *in[] = {a->in.path, a->fasta, a->model, a->score.msa,
                                                                         a->score.gff};
    int rc = 0;
    for (int i = 0; i < 3 && !rc; i++) {
        int wanted = i == 0 || out[i];   /* the VCF goes to standard output without a name */
        for (int k = 0; k < 5 && wanted && !rc; k++)
            rc = gs_outfile_check(out[i], in[k], e);
        if (i > 0 && wanted && !rc)
            rc = gs_outfile_apart(out[0], out[i], e);
    }
    return rc || !a->stats || !a->skipped ? rc : gs_outfile_apart(a->stats, a->skipped, e);
}

static int side_open(side_output *s, const char *path, gs_err *e)
{
    s->f = gs_outfile_stream(&s->file, path, NULL, e);
    return s->f ? 0 : -(int)e->code;
}

int skipped_open(side_output *s, const char *path, gs_err *e)
{
    if (!path)
        return 0;
    int rc = side_open(s, path, e);
    if (!rc)
        fputs(GS_SKIPPED_HEAD, s->f);
    return rc;
}

static json_t *stats_of(const gs_tally *t, double seconds, int status)
{
    json_t *flags = json_object();
    for (int f = 1; f < GS_FLAG_COUNT; f++)
        json_object_set_new(flags, gs_flag_name((gs_flag)f), json_integer(t->flag[f]));
    return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:f, s:i}", "gscore", GSCORE_VERSION,
                     "records", (json_int_t)t->records, "alleles", (json_int_t)t->alleles,
                     "scored", (json_int_t)t->scored, "dropped", (json_int_t)t->dropped,
                     "ref_compared_records", (json_int_t)t->compared, "ref_mismatch_records", (json_int_t)t->mismatched,
                     "alt_is_reference_records", (json_int_t)t->swapped, "outside_coding_sequences",
                     (json_int_t)t->not_coding, "flags", flags, "seconds", seconds,
                     "status", status);
}

int stats_write(side_output *s, const char *path, const gs_tally *t, double seconds, int status, gs_err *e)
{
    if (!path)
        return 0;
    side_discard(s);
    int rc = side_open(s, path, e);
    if (rc)
        return rc;
    unsigned long before = gs_json_failures();
    json_t *o = stats_of(t, seconds, status);
    if (o)
        json_dumpf(o, s->f, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    json_decref(o);
    if (gs_json_failures() != before)
        return gs_fail_mem(e, "the summary", 0);
    fputc('\n', s->f);
    return side_finish(s, e);
}

int side_finish(side_output *s, gs_err *e)
{
    FILE *f = s->f;
    s->f = NULL;
    return f ? gs_outfile_close(&s->file, f, e) : 0;
}

int side_publish(side_output *s, gs_err *e)
{
    return gs_outfile_publish(&s->file, e);
}

void side_retract(side_output *s)
{
    gs_outfile_retract(&s->file);
}

void side_discard(side_output *s)
{
    if (s->f)
        fclose(s->f);
    s->f = NULL;
    gs_outfile_discard(&s->file);
}
