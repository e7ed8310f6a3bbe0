#include "score/planner.h"
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "score/mode.h"

void gs_planner_free(gs_planner *pl)
{
    gs_context_free(&pl->fwd);
    gs_context_free(&pl->rev);
    gs_tokens_free(&pl->tokens[GS_REF]);
    gs_tokens_free(&pl->tokens[GS_ALT]);
    gs_msa_rows_free(&pl->rows);
    free(pl->mask);
    memset(pl, 0, sizeof *pl);
}

/* ---- one strand ---- */

/* Both sides of the strand as tokens; n_context where a stretch of N gives BPE a token a base. */
static int read_tokens(gs_planning *p, gs_err *e)
{
    int most = p->s->m->tok->max_tokens;
    const gs_context_kind *kind = p->mode->context ? p->mode->context : p->s->around;
    for (int side = GS_REF; side <= GS_ALT; side++) {
        int beg = 0, end = p->c->len[side];
        if (kind->shown)
            kind->shown(p->c, side, p->s->m->tok->k, &beg, &end);
        int rc = gs_encode_window(p->s->m->tok, p->c->seq[side] + beg, end - beg, &p->pl->tokens[side], e);
        if (rc)
            return rc;
        if (most && p->tokens[side].n > most)
            p->a->flag = GS_FLAG_N_CONTEXT;
    }
    return 0;
}

/* Aligned species of the window; unsupported where the alignment has holes. */
static void read_alignment(gs_planning *p)
{
    gs_msa_rows *rows = &p->pl->rows;
    if (!p->pl->msa)
        return;
    if (rows->covered < p->c->len[GS_REF] || p->tokens[GS_REF].n != p->c->len[GS_REF])
        p->a->flag = GS_FLAG_UNSUPPORTED;
    if (p->reverse)
        gs_msa_revcomp(rows);
    p->aux = rows->aux;
    p->n_aux_bytes = rows->len * rows->n_species;
}

static int plan_strand(gs_planning *p, gs_err *e)
{
    gs_planner *pl = p->pl;
    if (p->reverse && gs_context_revcomp(&pl->rev, &pl->fwd, e))
        return -(int)GS_ENOMEM;
    p->c = p->reverse ? &pl->rev : &pl->fwd;
    int rc = read_tokens(p, e);
    if (rc)
        return rc;
    read_alignment(p);
    if (p->a->flag == GS_FLAG_OK)
        p->mode->plan(p);
    return 0;
}

int gs_plan_context(const gs_scorer *s, const gs_mode *mode, gs_planner *pl, gs_plan *plan, gs_allele *a, gs_err *e)
{
    int n_strands = (s->strands & 1) + (s->strands >> 1 & 1), rc = 0;
    for (int reverse = 0; reverse < 2 && !rc && a->flag == GS_FLAG_OK; reverse++)
        if (s->strands >> reverse & 1)
            rc = plan_strand(&(gs_planning){.s = s, .mode = mode, .pl = pl, .plan = plan, .a = a, .tokens = pl->tokens,
                                            .reverse = reverse, .weight = 1.0f / (float)n_strands}, e);
    return rc;
}

/* ---- one allele ---- */

/* Bases of the window that the alignment's reference has otherwise; what is unknown in either does not count. */
static int count_differing(const gs_context *c, const gs_msa_rows *rows)
{
    int n = 0;
    for (int i = 0; i < rows->len; i++)
        n += rows->ref[i] != 'N' && c->seq[GS_REF][i] != 'N' && rows->ref[i] != c->seq[GS_REF][i];
    return n;
}

/* Is the alignment that of the FASTA's genome? One that is not would score in silence. */
static int hold_to_reference(gs_planner *pl, const char *contig, gs_allele *a, gs_err *e)
{
    enum { FEW = 10 };   /* windows that say nothing yet of the whole */
    int differing = count_differing(&pl->fwd, &pl->rows);
    long long at = (long long)pl->fwd.start + 1;
    pl->aligned += pl->rows.covered > 0;
    if (!differing)
        return 0;
    a->flag = GS_FLAG_REF_MISMATCH;
    if (++pl->misaligned > FEW && 2 * pl->misaligned > pl->aligned && !pl->any_alignment)
        return gs_fail(e, GS_ESUSPECT, "the alignment's reference differs from the FASTA in %lld of the first %lld "
                       "windows, last at %s:%lld in %d of %d bases: it is of another genome or build; remedy: the "
                       "alignment of this FASTA (--force scores the rest all the same)", (long long)pl->misaligned,
                       (long long)pl->aligned, contig, at, differing, pl->rows.len);
    gs_warn("alignment", "%s:%lld: the alignment's reference differs from the FASTA in %d of the window's %d bases",
            contig, at, differing, pl->rows.len);
    return 0;
}

/* Aligned species of the context in pl->fwd. */
static int fetch_alignment(gs_planner *pl, const char *contig, gs_allele *a, gs_err *e)
{
    int rc = gs_msa_fetch(pl->msa, contig, pl->fwd.start, pl->fwd.len[GS_REF], &pl->rows, e);
    return rc ? rc : hold_to_reference(pl, contig, a, e);
}

/* What the allele is to modes. Tokens lie at whole multiples of k of the contig where a mode asks. */
static unsigned kind_of(const gs_scorer *s, const gs_allele *a)
{
    int64_t at = a->pos + a->skip, k = s->m->tok->k;
    if (a->kind == GS_INDEL)
        return GS_TAKES_INDEL;
    if (a->kind == GS_SNV)
        return GS_TAKES_SNV;
    return at / k == (at + a->del - 1) / k ? GS_TAKES_MNV | GS_TAKES_MNV_IN_TOKEN : GS_TAKES_MNV;
}

static int plan_mode(const gs_scorer *s, int i, gs_planner *pl, gs_plan *plan, gs_ref *ref, gs_allele *a, gs_err *e)
{
    const gs_mode *mode = gs_mode_for(s->modes[i], s, kind_of(s, a));
    const gs_context_kind *kind = a->transcript ? &gs_context_transcript : mode ? mode->context : NULL;
    int rc = mode || kind ? (kind ? kind : s->around)->make(&pl->fwd, &s->grid, ref, a, e) : 0;
    if (!mode)
        a->flag = GS_FLAG_UNSUPPORTED;
    if (!rc && pl->msa && a->flag == GS_FLAG_OK)
        rc = fetch_alignment(pl, gs_ref_name(ref, a->rid), a, e);
    if (rc || a->flag != GS_FLAG_OK)
        return rc;
    return gs_plan_context(s, mode, pl, plan, a, e);
}

int gs_plan_allele(const gs_scorer *s, gs_planner *pl, gs_plan *plan, gs_ref *ref, gs_allele *a, gs_err *e)
{
    gs_flag worst = GS_FLAG_OK;
    int rc = 0, first = pl->owner;
    for (int i = 0; i < s->n_modes && !rc; i++, pl->owner++) {
        a->flag = GS_FLAG_OK;
        rc = plan_mode(s, i, pl, plan, ref, a, e);
        if (a->flag == GS_FLAG_OK)
            pl->score[i] = 0;
        else if (worst == GS_FLAG_OK)
            worst = a->flag;
    }
    pl->owner = first;
    a->flag = worst;
    return rc;
}
