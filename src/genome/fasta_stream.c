#include "genome/fasta_stream.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "base/vec.h"
#include "genome/line_file.h"

struct gs_fasta_stream {
    gs_lines *lines;
    char *name, *next, *seq;   /* next: name of the record whose '>' was read already */
    size_t len, cap;
};

gs_fasta_stream *gs_fasta_stream_open(const char *path, gs_err *e)
{
    gs_fasta_stream *s = calloc(1, sizeof *s);
    if (!s) {
        gs_fail_mem(e, "a FASTA file", sizeof *s);
        return NULL;
    }
    s->lines = gs_lines_open(path, "the FASTA file", e);
    if (s->lines)
        return s;
    free(s);
    return NULL;
}

void gs_fasta_stream_close(gs_fasta_stream *s)
{
    if (!s)
        return;
    gs_lines_close(s->lines);
    free(s->name);
    free(s->next);
    free(s->seq);
    free(s);
}

static int no_fasta(const gs_fasta_stream *s, gs_err *e)
{
    return gs_fail(e, GS_EINPUT, "%s: line %lld does not belong to a FASTA file: every sequence begins with a line "
                   "'>NAME' (a VCF or BED file needs a REF after it)", gs_lines_path(s->lines),
                   (long long)gs_lines_number(s->lines));
}

/* ">name description" */
static int keep_name(gs_fasta_stream *s, const char *line, gs_err *e)
{
    line += 1 + strspn(line + 1, " \t");
    free(s->next);
    s->next = strndup(line, strcspn(line, " \t"));
    return s->next ? 0 : gs_fail_mem(e, "a name", strlen(line));
}

static int add_bases(gs_fasta_stream *s, const char *line, int64_t n, gs_err *e)
{
    if (gs_reserve(&s->seq, &s->cap, s->len + (size_t)n + 1, 1))
        return gs_fail_mem(e, "a sequence", s->len + (size_t)n);
    for (int64_t i = 0; i < n; i++)
        if (isgraph((unsigned char)line[i]))
            s->seq[s->len++] = line[i];
        else if (!isblank((unsigned char)line[i]))
            return no_fasta(s, e);
    return 0;
}

/* Lines up to the next '>' are bases of the record; before the first record there may be none. */
static int read_bases(gs_fasta_stream *s, int inside, gs_err *e)
{
    char *line;
    int64_t n;
    int got;
    while ((got = gs_lines_next(s->lines, &line, &n, e)) > 0) {
        int rc = line[0] == '>' ? keep_name(s, line, e) : add_bases(s, line, n, e);
        if (rc || line[0] == '>')
            return rc;
        if (!inside && s->len)
            return no_fasta(s, e);
    }
    return got;
}

int gs_fasta_stream_next(gs_fasta_stream *s, gs_fasta_record *r, gs_err *e)
{
    int first = !gs_lines_number(s->lines);
    int rc = first ? read_bases(s, 0, e) : 0;
    if (!rc && first && !s->next)
        return gs_fail(e, GS_EINPUT, "%s holds no sequence", gs_lines_path(s->lines));
    if (rc || !s->next)
        return rc;
    free(s->name);
    s->name = s->next;
    s->next = NULL;
    s->len = 0;
    rc = add_bases(s, "", 0, e);
    rc = rc ? rc : read_bases(s, 1, e);
    if (rc)
        return rc;
    s->seq[s->len] = 0;
    *r = (gs_fasta_record){s->name, s->seq, (int64_t)s->len};
    return 1;
}

void gs_fasta_stream_stop(gs_fasta_stream *s) { gs_lines_stop(s->lines); }
