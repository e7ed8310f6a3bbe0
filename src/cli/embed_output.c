#include "cli/embed_output.h"
#include <errno.h>
#include <limits.h>
#include <string.h>

enum { HEADER = 128 /* bytes; the format wants a multiple of 64 */, PREFACE = 10 };

static int cannot(const embed_file *f, gs_err *e)
{
    return gs_fail(e, GS_EOUTPUT, "%s could not be written: %s", f->out.name, strerror(errno));
}

static int open_file(embed_file *f, const char *prefix, const char *suffix, const char *input, gs_err *e)
{
    char path[PATH_MAX];
    if ((size_t)snprintf(path, sizeof path, "%s%s", prefix, suffix) >= sizeof path)
        return gs_fail(e, GS_EUSAGE, "the name of the output is too long");
    f->f = gs_outfile_stream(&f->out, path, input, e);
    return f->f ? 0 : -(int)e->code;
}

/* NumPy's format, version 1.0: magic, version, length of the text (16 bits, little-endian), a Python dictionary
 * filled up with blanks to a newline. Source: numpy/lib/format.py. */
static int put_header(embed_output *o)
{
    char text[HEADER + 1];
    int n = snprintf(text, sizeof text, "%cNUMPY%c%c%c%c"
                     "{'descr': '<f4', 'fortran_order': False, 'shape': (%lld, %d), }", '\x93', 1,
                     0, HEADER - PREFACE, 0, (long long)o->rows, o->dim);
    memset(text + n, ' ', (size_t)(HEADER - n));
    text[HEADER - 1] = '\n';
    return fwrite(text, 1, HEADER, o->npy.f) == HEADER ? 0 : -1;
}

int embed_output_open(embed_output *o, const char *prefix, const char *input, int dim, gs_err *e)
{
    *o = (embed_output){.dim = dim, .npy.out = GS_OUTFILE_NONE, .tsv.out = GS_OUTFILE_NONE};
    int rc = open_file(&o->npy, prefix, ".npy", input, e);
    rc = rc ? rc : open_file(&o->tsv, prefix, ".tsv", input, e);
    return rc || !put_header(o) ? rc : cannot(&o->npy, e);
}

int embed_output_rows(embed_output *o, const float *x, int64_t n, gs_err *e)
{
    size_t count = (size_t)n * (size_t)o->dim;
    o->rows += n;
    if (ferror(o->tsv.f))
        return cannot(&o->tsv, e);
    return fwrite(x, sizeof *x, count, o->npy.f) == count ? 0 : cannot(&o->npy, e);
}

static int close_file(embed_file *f, gs_err *e)
{
    FILE *s = f->f;
    f->f = NULL;
    return gs_outfile_close(&f->out, s, e);
}

/* The number of rows is known only now: the header is written again. */
int embed_output_finish(embed_output *o, gs_err *e)
{
    int rc = fseek(o->npy.f, 0, SEEK_SET) || put_header(o) ? cannot(&o->npy, e) : 0;
    rc = rc ? rc : close_file(&o->npy, e);
    rc = rc ? rc : close_file(&o->tsv, e);
    rc = rc ? rc : gs_outfile_publish(&o->npy.out, e);
    rc = rc ? rc : gs_outfile_publish(&o->tsv.out, e);
    if (rc)
        gs_outfile_retract(&o->npy.out);
    return rc;
}

void embed_output_discard(embed_output *o)
{
    if (o->npy.f)
        fclose(o->npy.f);
    if (o->tsv.f)
        fclose(o->tsv.f);
    gs_outfile_discard(&o->npy.out);
    gs_outfile_discard(&o->tsv.out);
}
