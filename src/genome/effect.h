/* What a change of a coding sequence does to the protein. */
#ifndef GS_EFFECT_H
#define GS_EFFECT_H

/* Names are those of bcftools csq; of several that apply, the first of this list. */
typedef enum {
    GS_START_LOST,           /* the first codon was M and is no more */
    GS_STOP_LOST,
    GS_FRAMESHIFT,           /* the lengths differ, and not by whole codons */
    GS_STOP_GAINED,
    GS_INFRAME_INSERTION,
    GS_INFRAME_DELETION,
    GS_MISSENSE,
    GS_STOP_RETAINED,
    GS_SYNONYMOUS,
    GS_CODING_SEQUENCE,      /* cannot be told: in a last codon that is not whole, or with letters other than ACGT */
    GS_EFFECT_COUNT
} gs_effect;
const char *gs_effect_name(gs_effect e);   /* "start_lost", ... */

/* A coding sequence of len[0] bases in which beg .. end[0] became beg .. end[1] of one of len[1]; both begin with a
 * whole codon. from_start: that is the protein's first. code: see codon.h. */
typedef struct { const char *seq[2]; int len[2], beg, end[2], from_start, code; } gs_cds_change;
gs_effect gs_effect_of(const gs_cds_change *c);
/* The first codon that differs; where none does, that of the change. */
int gs_first_changed_codon(const gs_cds_change *c);
#endif
