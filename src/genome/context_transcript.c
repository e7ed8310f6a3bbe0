/* The context that is a transcript's coding sequence. */
#include <string.h>
#include "genome/coding.h"

/* The bases from .. to of a side, and the change where it then lies. */
static void keep(gs_context *c, int side, int from, int to)
{
    c->len[side] = to - from;
    c->beg[side] -= from;
    c->end[side] = (c->end[side] < to ? c->end[side] : to) - from;
    memmove(c->seq[side], c->seq[side] + from, (size_t)(to - from));
    c->seq[side][to - from] = 0;
}

/* Where the stretch of `len` bases, whole codons, of a sequence of n begins that has base `at` in its middle, or nearer
 * to its end where the sequence ends. */
static int place(int at, int len, int n)
{
    int last = n - len > 0 ? n - len + 2 : 0, from = at - len / 2 < last ? at - len / 2 : last;
    return from > 0 ? from / 3 * 3 : 0;
}

/* The whole codons around the change, at most `window` bases of either side; too_long where it takes half of them. */
static void cut(gs_context *c, int window, gs_allele *a)
{
    int grows = c->len[GS_ALT] - c->len[GS_REF], del = c->end[GS_REF] - c->beg[GS_REF];
    int room = (window - (grows > 0 ? grows : 0)) / 3 * 3;
    int from = place(c->beg[GS_REF] + del / 2, room, c->len[GS_REF]);
    int to = from + room < c->len[GS_REF] ? from + room : c->len[GS_REF];
    if (del > window / 2 || del + grows > window / 2 || c->beg[GS_REF] < from || c->end[GS_REF] > to) {
        a->flag = GS_FLAG_TOO_LONG;
        return;
    }
    int alt = to == c->len[GS_REF] ? c->len[GS_ALT] : from + (to + grows - from) / 3 * 3;
    keep(c, GS_REF, from, to);
    keep(c, GS_ALT, from, alt);
}

static int make(gs_context *c, const gs_grid *g, gs_ref *r, gs_allele *a, gs_err *e)
{
    const gs_transcript *t = a->transcript;
    int rc = gs_coding_splice(c, t, r, a, e);
    if (rc)
        return rc;
    gs_cds_change change = {{c->seq[GS_REF], c->seq[GS_ALT]}, {c->len[GS_REF], c->len[GS_ALT]}, c->beg[GS_REF],
                            {c->end[GS_REF], c->end[GS_ALT]}, t->from_start, t->code};
    c->codon = gs_first_changed_codon(&change);
    c->effect = gs_effect_of(&change);
    if (c->len[GS_REF] > g->window || c->len[GS_ALT] > g->window)
        cut(c, g->window, a);
    return 0;
}

const gs_context_kind gs_context_transcript = {.name = "transcript", .make = make};
