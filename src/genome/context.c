#include "genome/context.h"
#include <stdlib.h>
#include <string.h>

void gs_context_free(gs_context *c)
{
    free(c->seq[GS_REF]);
    free(c->seq[GS_ALT]);
    *c = (gs_context){0};
}

int gs_context_reserve(gs_context *c, const int len[2], gs_err *e)
{
    for (int side = GS_REF; side <= GS_ALT; side++) {
        c->len[side] = len[side];
        if (len[side] < c->cap[side])
            continue;
        char *seq = realloc(c->seq[side], (size_t)len[side] + 1);
        if (!seq)
            return gs_fail_mem(e, "a window", (size_t)len[side] + 1);
        c->seq[side] = seq;
        c->cap[side] = len[side] + 1;
    }
    c->seq[GS_REF][len[GS_REF]] = c->seq[GS_ALT][len[GS_ALT]] = 0;
    return 0;
}

void gs_mask_letters(char *seq, int len, const char *letters)
{
    for (int i = 0; i < len; i++)
        seq[i] = seq[i] && strchr(letters, seq[i]) ? seq[i] : 'N';
}

/* ---- windows: one stretch of the contig ---- */

/* Bases start .. end of a contig that has none beyond `limit`. */
typedef struct { int64_t start, end, limit; } stretch;
#define NO_LIMIT (INT64_MAX / 2)

static int shorter(int64_t a, int64_t b)
{
    return (int)(a < b ? a : b);
}

static int fill(gs_context *c, gs_ref *r, const gs_allele *a, gs_err *e)
{
    int beg = c->beg[GS_REF], right = c->end[GS_ALT];
    char *ref = c->seq[GS_REF], *alt = c->seq[GS_ALT];
    int rc = gs_ref_fetch(r, a->rid, c->start, c->len[GS_REF], ref, e);
    if (!rc)
        rc = gs_ref_fetch(r, a->rid, a->pos + a->skip + a->del, c->len[GS_ALT] - right, alt + right, e);
    if (rc)
        return rc;
    memcpy(alt, ref, (size_t)beg);
    for (int i = 0; i < a->ins; i++)
        alt[beg + i] = (char)(a->alt[a->skip + i] & ~0x20);
    return 0;
}

/* An allele may take half of a window at most, and must end within it. */
static int too_long(const gs_grid *g, const stretch *s, const gs_allele *a)
{
    int longest = a->ref_len > a->alt_len ? a->ref_len : a->alt_len;
    return longest > g->window / 2 || a->pos + longest > s->end;
}

static int make_window(gs_context *c, gs_ref *r, gs_allele *a, const stretch *s, gs_err *e)
{
    int64_t at = a->pos + a->skip - s->start, len = s->end - s->start, left = s->limit - s->start;
    if ((a->flag != GS_FLAG_OK && a->flag != GS_FLAG_SAME) || at < 0)
        return gs_fail(e, GS_EINTERNAL, "no window of %lld bases for an allele of %d and %d bases (%s)", (long long)len,
                       a->ref_len, a->alt_len, gs_flag_name(a->flag));
    if (gs_context_reserve(c, (int[]){shorter(len, left), shorter(len, left - a->del + a->ins)}, e))
        return -(int)GS_ENOMEM;
    c->rid = a->rid;
    c->start = s->start;
    c->beg[GS_REF] = c->beg[GS_ALT] = (int)at;
    c->end[GS_REF] = (int)at + a->del;
    c->end[GS_ALT] = (int)at + a->ins;
    return fill(c, r, a, e);
}

static int make_if_short(gs_context *c, const gs_grid *g, gs_ref *r, gs_allele *a, const stretch *s, gs_err *e)
{
    if (too_long(g, s, a)) {
        a->flag = GS_FLAG_TOO_LONG;
        return 0;
    }
    int rc = make_window(c, r, a, s, e);
    for (int side = GS_REF; side <= GS_ALT && !rc; side++)
        gs_mask_letters(c->seq[side], c->len[side], g->iupac ? "ACGTRYSWKMBDHV" : "ACGT");
    return rc;
}

static int make_centred(gs_context *c, const gs_grid *g, gs_ref *r, gs_allele *a, gs_err *e)
{
    int64_t start = a->pos - g->window / 2;
    return make_if_short(c, g, r, a, &(stretch){start, start + g->window, NO_LIMIT}, e);
}

static int make_clipped(gs_context *c, const gs_grid *g, gs_ref *r, gs_allele *a, gs_err *e)
{
    int64_t start = a->pos - g->window / 2, end = start + g->window;
    if (gs_ref_circular(r, a->rid))
        return make_centred(c, g, r, a, e);
    return make_if_short(c, g, r, a, &(stretch){start > 0 ? start : 0, end, gs_ref_len(r, a->rid)}, e);
}

static int make_shared(gs_context *c, const gs_grid *g, gs_ref *r, gs_allele *a, gs_err *e)
{
    int64_t start = (a->pos + a->skip) / g->core * g->core - g->flank;
    return make_if_short(c, g, r, a, &(stretch){start, start + g->shared, NO_LIMIT}, e);
}

static int make_left(gs_context *c, const gs_grid *g, gs_ref *r, gs_allele *a, gs_err *e)
{
    int64_t at = a->pos + a->skip;
    return make_if_short(c, g, r, a, &(stretch){at - g->window, at + a->del + g->window, NO_LIMIT}, e);
}

/* Whole tokens up to the change, without the N beyond a contig's end. */
static void left_of_change(const gs_context *c, int side, int k, int *beg, int *end)
{
    *beg = 0;
    *end = c->beg[side];
    while (*beg < *end && c->seq[side][*beg] == 'N')
        ++*beg;
    *beg += (*end - *beg) % k;
}

const gs_context_kind gs_context_left = {.name = "left", .make = make_left, .shown = left_of_change};
const gs_context_kind gs_context_centred = {.name = "centred", .make = make_centred};
const gs_context_kind gs_context_clipped = {.name = "clipped", .make = make_clipped};
const gs_context_kind gs_context_shared = {.name = "shared", .make = make_shared};

/* ---- the other strand ---- */

int gs_context_revcomp(gs_context *to, const gs_context *c, gs_err *e)
{
    if (gs_context_reserve(to, c->len, e))
        return -(int)GS_ENOMEM;
    to->rid = c->rid;
    to->start = c->start;
    for (int side = GS_REF; side <= GS_ALT; side++) {
        to->beg[side] = c->len[side] - c->end[side];
        to->end[side] = c->len[side] - c->beg[side];
        memcpy(to->seq[side], c->seq[side], (size_t)c->len[side]);
        gs_revcomp(to->seq[side], c->len[side]);
    }
    return 0;
}

void gs_revcomp(char *seq, int64_t len)
{
    static const char from[] = "ACGTURYSWKMBDHVacgturyswkmbdhv", to[] = "TGCAAYRSWMKVHDBtgcaayrswmkvhdb";
    char pair[256];
    for (int c = 0; c < 256; c++)
        pair[c] = (char)c;
    for (size_t i = 0; from[i]; i++)
        pair[(unsigned char)from[i]] = to[i];
    for (int64_t i = 0, j = len - 1; i <= j; i++, j--) {
        char left = pair[(unsigned char)seq[j]];
        seq[j] = pair[(unsigned char)seq[i]];
        seq[i] = left;
    }
}
