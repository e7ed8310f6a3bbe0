/* Contexts: what a model is shown of an allele, the sequence around it without and with the change. */
#ifndef GS_CONTEXT_H
#define GS_CONTEXT_H
#include "genome/allele.h"
#include "genome/effect.h"
#include "genome/ref.h"

enum { GS_REF, GS_ALT };    /* the two sides of whatever comes in pairs */

/* Both sides of one allele. Upper case; every letter but ACGT is N, unless gs_grid.iupac. Buffers belong to the caller
 * and are reused between calls; {0} is empty. */
typedef struct {
    int rid;                 /* contig in the FASTA */
    int64_t start;           /* first base on the contig, 0-based; before 0 there is N, or a circle's end */
    char *seq[2];            /* [len], 0-terminated */
    int len[2];              /* bases */
    int beg[2], end[2];      /* the change in either, bases from its start, half-open */
    int cap[2];              /* bytes of seq */
    int codon;               /* transcripts: the first codon of the protein that differs, from 0, */
    gs_effect effect;        /* and what the change does to the protein */
} gs_context;
void gs_context_free(gs_context *c);

/* Where contexts lie: the settings that a run fixes for all alleles. */
typedef struct {
    int window;              /* bases of a context */
    int iupac;               /* letters such as R stand for themselves instead of N */
    /* Shared windows: window i of a contig starts at base i * core - flank and serves the sites in
     * i * core .. (i + 1) * core. Fixed by the contig alone, so that a score does not depend on the other variants. */
    int core, flank;
    int shared;              /* bases of one: whole tokens, so that both strands are cut into the same */
} gs_grid;

/* A kind of context. `make` fills c for an allele that gs_allele_check left OK or SAME, or sets a->flag to too_long.
 * Windows start at one base in ref and alt and have one length: with a deletion the right end moves over the reference,
 * with an insertion bases leave there.
 *   centred  POS in the middle; N beyond the ends of a linear contig
 *   clipped  the same, but it ends where a linear contig ends
 *   shared   at the places of the grid, for many alleles
 *   left     as long as a window on either side of the change; only what lies left of it is shown, whichever strand
 * A transcript's coding sequence is shown as a whole, in its own direction, with the change spliced in; where that is
 * longer than a window, the whole codons around the variant: alt is the same stretch as ref with the change. */
typedef struct gs_context_kind {
    const char *name;
    int (*make)(gs_context *c, const gs_grid *g, gs_ref *r, gs_allele *a, gs_err *e);
    /* Bases of a side that are shown, for tokens of k bases; NULL: all. */
    void (*shown)(const gs_context *c, int side, int k, int *beg, int *end);
} gs_context_kind;
extern const gs_context_kind gs_context_centred, gs_context_clipped, gs_context_shared, gs_context_left,
    gs_context_transcript;

/* Room for so many bases of either side, which become its lengths. */
int gs_context_reserve(gs_context *c, const int len[2], gs_err *e);
/* The reverse strand of c into `to`: sides reverse complemented, the change where it then lies. */
int gs_context_revcomp(gs_context *to, const gs_context *c, gs_err *e);

/* Letters that are not among those become N. */
void gs_mask_letters(char *seq, int len, const char *letters);
/* Reverse complement in place, case kept: IUPAC codes become those of the other strand, other letters stay. */
void gs_revcomp(char *seq, int64_t len);
#endif
