#include "genome/coding.h"
#include <string.h>

/* What an allele does to one exon: `del` bases from `at` on, counted from the exon's first, become the bases first ..
 * last of ALT's change. */
typedef struct { int64_t at, del; int first, last, touched; } exon_change;

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

/* An insertion before base x: between two exons that meet it goes to the first. */
static exon_change insert_in(const gs_transcript *t, int i, const gs_allele *a, int64_t x)
{
    const gs_piece *p = &t->piece[i];
    int at_left = x == p->beg && i > 0 && p[-1].end < x, at_right = x == p->end && i < t->n_piece - 1;
    int inside = (p->beg < x && x < p->end) || at_left || at_right;
    return (exon_change){.at = x - p->beg, .last = a->ins, .touched = inside};
}

static exon_change replace_in(const gs_piece *p, const gs_allele *a, int64_t x)
{
    int64_t from = most(x, p->beg), to = least(x + a->del, p->end);
    if (from >= to)
        return (exon_change){0};
    int last = to == x + a->del ? a->ins : (int)least(to - x, a->ins);
    return (exon_change){from - p->beg, to - from, (int)least(from - x, a->ins), last, 1};
}

/* Change of exon i; on a circle of n bases the allele may lie a turn before or behind. */
static exon_change change_of(const gs_transcript *t, int i, const gs_allele *a, int64_t circle)
{
    exon_change c = {0};
    for (int turn = -1; turn <= 1 && !c.touched; turn++) {
        int64_t x = a->pos + a->skip + turn * circle;
        c = a->del ? replace_in(&t->piece[i], a, x) : insert_in(t, i, a, x);
    }
    return c;
}

static int64_t circle_of(const gs_transcript *t, gs_ref *r)
{
    return gs_ref_circular(r, t->rid) ? gs_ref_len(r, t->rid) : 0;
}

int gs_coding_touches(const gs_transcript *t, const gs_allele *a, gs_ref *r)
{
    int64_t circle = circle_of(t, r);
    for (int i = 0; i < t->n_piece; i++)
        if (change_of(t, i, a, circle).touched)
            return 1;
    return 0;
}

/* ---- both sides ---- */

static int alt_len(const gs_transcript *t, const gs_allele *a, int64_t circle)
{
    int64_t len = t->len;
    for (int i = 0; i < t->n_piece; i++) {
        exon_change x = change_of(t, i, a, circle);
        len += x.touched ? x.last - x.first - x.del : 0;
    }
    return (int)len;
}

/* Exon of n bases, which lies at ref, to `to` with its change; how many bases that made. */
static int64_t copy_exon(char *to, const char *ref, int64_t n, const exon_change *x, const gs_allele *a)
{
    int64_t at = x->touched ? x->at : n, put = at;
    memcpy(to, ref, (size_t)at);
    for (int i = x->first; i < x->last && x->touched; i++)
        to[put++] = (char)(a->alt[a->skip + i] & ~0x20);
    if (x->touched) {
        memcpy(to + put, ref + at + x->del, (size_t)(n - at - x->del));
        put += n - at - x->del;
    }
    return put;
}

/* All exons, as the contig has them. Where they overlap a change may be there twice: what is between is part of it. */
static int join(gs_context *c, const gs_transcript *t, gs_ref *r, const gs_allele *a, gs_err *e)
{
    int64_t at[2] = {0, 0}, circle = circle_of(t, r);
    int rc = 0, begun = 0;
    for (int i = 0; i < t->n_piece && !rc; i++) {
        const gs_piece *p = &t->piece[i];
        int64_t n = p->end - p->beg;
        exon_change x = change_of(t, i, a, circle);
        if (x.touched && !begun++)
            c->beg[GS_REF] = c->beg[GS_ALT] = (int)(at[GS_REF] + x.at);
        if (x.touched) {
            c->end[GS_REF] = (int)(at[GS_REF] + x.at + x.del);
            c->end[GS_ALT] = (int)(at[GS_ALT] + x.at + x.last - x.first);
        }
        rc = gs_ref_fetch(r, t->rid, p->beg, n, c->seq[GS_REF] + at[GS_REF], e);
        if (!rc)
            at[GS_ALT] += copy_exon(c->seq[GS_ALT] + at[GS_ALT], c->seq[GS_REF] + at[GS_REF], n, &x, a);
        at[GS_REF] += n;
    }
    return rc;
}

int gs_coding_splice(gs_context *c, const gs_transcript *t, gs_ref *r, const gs_allele *a, gs_err *e)
{
    if (gs_context_reserve(c, (int[]){t->len, alt_len(t, a, circle_of(t, r))}, e))
        return -(int)GS_ENOMEM;
    int rc = join(c, t, r, a, e);
    c->rid = t->rid;
    c->start = t->piece[0].beg;
    for (int side = GS_REF; side <= GS_ALT && !rc; side++) {
        int beg = c->beg[side], end = c->end[side];
        gs_mask_letters(c->seq[side], c->len[side], "ACGT");
        if (!t->reverse)
            continue;
        gs_revcomp(c->seq[side], c->len[side]);
        c->beg[side] = c->len[side] - end;
        c->end[side] = c->len[side] - beg;
    }
    return rc;
}
