#include "embed/embed_output.h"
#include <errno.h>
#include <limits.h>
#include <string.h>

enum { HEADER = 128 /* bytes; the format wants a multiple of 64 */, PREFACE = 10 };

static int cannot(const gs_embed_file *f, gs_err *e)
{
    return gs_fail(e, GS_EOUTPUT, "%s could not be written: %s", f->out.name, strerror(errno));
}

static int open_file(gs_embed_file *f, const char *path, const gs_model *m, const gs_embed_opt *opt, gs_err *e)
{
    int rc = gs_outfile_check(path, opt->ref, e);
    rc = rc ? rc : gs_outfile_check(path, m->bundle.path, e);
    if (!rc && !(f->f = gs_outfile_stream(&f->out, path, opt->in, e)))
        rc = -(int)e->code;
    return rc;
}

static int open_named(gs_embed_file *f, const char *suffix, const gs_model *m, const gs_embed_opt *opt, gs_err *e)
{
    char path[PATH_MAX];
    if ((size_t)snprintf(path, sizeof path, "%s%s", opt->prefix, suffix) >= sizeof path)
        return gs_fail(e, GS_EUSAGE, "the name of the output is too long");
    int rc = opt->skipped ? gs_outfile_apart(path, opt->skipped, e) : 0;
    return rc ? rc : open_file(f, path, m, opt, e);
}

/* NumPy's format, version 1.0: magic, version, length of the text (16 bits, little-endian), a Python dictionary
 * filled up with blanks to a newline. Source: numpy/lib/format.py. */
static int put_header(gs_embed_output *o)
{
    char text[HEADER + 1];
    int n = snprintf(text, sizeof text, "%cNUMPY%c%c%c%c"
                     "{'descr': '<f4', 'fortran_order': False, 'shape': (%lld, %d), }", '\x93', 1,
                     0, HEADER - PREFACE, 0, (long long)o->rows, o->dim);
    memset(text + n, ' ', (size_t)(HEADER - n));
    text[HEADER - 1] = '\n';
    return fwrite(text, 1, HEADER, o->npy.f) == HEADER ? 0 : -1;
}

int gs_embed_output_open(gs_embed_output *o, const gs_model *m, const gs_embed_opt *opt, gs_err *e)
{
    *o = GS_EMBED_OUTPUT_NONE;
    o->dim = m->dim;
    int rc = open_named(&o->npy, ".npy", m, opt, e);
    rc = rc ? rc : open_named(&o->tsv, ".tsv", m, opt, e);
    if (!rc && opt->skipped)
        rc = open_file(&o->skipped, opt->skipped, m, opt, e);
    if (rc)
        return rc;
    fprintf(o->tsv.f, "name%s%s\n", opt->ref ? "\tcontig\tbeg\tend\tstrand" : "\tlength\tstrand",
            opt->tokens ? "\tindex\ttoken\ttoken_beg\ttoken_end" : "");
    return put_header(o) ? cannot(&o->npy, e) : 0;
}

int gs_embed_output_rows(gs_embed_output *o, const float *x, int64_t n, gs_err *e)
{
    size_t count = (size_t)n * (size_t)o->dim;
    o->rows += n;
    if (ferror(o->tsv.f))
        return cannot(&o->tsv, e);
    if (o->skipped.f && ferror(o->skipped.f))
        return cannot(&o->skipped, e);
    return !count || fwrite(x, sizeof *x, count, o->npy.f) == count ? 0 : cannot(&o->npy, e);
}

static int close_file(gs_embed_file *f, gs_err *e)
{
    FILE *s = f->f;
    f->f = NULL;
    return s ? gs_outfile_close(&f->out, s, e) : 0;
}

/* The number of rows is known only now: the header is written again. */
static int finish(gs_embed_output *o, gs_err *e)
{
    int rc = fseek(o->npy.f, 0, SEEK_SET) || put_header(o) ? cannot(&o->npy, e) : 0;
    rc = rc ? rc : close_file(&o->npy, e);
    rc = rc ? rc : close_file(&o->tsv, e);
    return rc ? rc : close_file(&o->skipped, e);
}

int gs_embed_output_publish(gs_embed_output *o, gs_err *e)
{
    int rc = finish(o, e);
    rc = rc ? rc : gs_outfile_publish(&o->skipped.out, e);
    rc = rc ? rc : gs_outfile_publish(&o->npy.out, e);
    rc = rc ? rc : gs_outfile_publish(&o->tsv.out, e);
    if (rc) {
        gs_outfile_retract(&o->skipped.out);
        gs_outfile_retract(&o->npy.out);
    }
    return rc;
}

static void discard(gs_embed_file *f)
{
    if (f->f)
        fclose(f->f);
    f->f = NULL;
    gs_outfile_discard(&f->out);
}

void gs_embed_output_discard(gs_embed_output *o)
{
    discard(&o->npy);
    discard(&o->tsv);
    discard(&o->skipped);
}
