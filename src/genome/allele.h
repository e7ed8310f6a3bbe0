/* One ALT of one record: what kind of change it is, and whether it can be scored. */
#ifndef GS_ALLELE_H
#define GS_ALLELE_H
#include <stdint.h>
#include "genome/ref.h"

/* Why an allele has no score: the closed list of GS_FLAG. */
typedef enum {
    GS_FLAG_OK,
    GS_FLAG_SYMBOLIC,     /* <DEL>, breakends */
    GS_FLAG_OVERLAP,      /* * */
    GS_FLAG_REF_BLOCK,    /* <*>, <NON_REF> */
    GS_FLAG_NONACGT,      /* N or IUPAC in REF, ALT or in the reference under the change */
    GS_FLAG_REF_MISMATCH, /* REF is not what the FASTA holds */
    GS_FLAG_NO_CONTIG,    /* contig not in the FASTA */
    GS_FLAG_OUTSIDE,      /* beyond the contig's end */
    GS_FLAG_EDGE,         /* POS 0 or length + 1 (telomere) */
    GS_FLAG_TOO_LONG,     /* longer than the window can hold */
    GS_FLAG_SAME,         /* ALT equals REF; scored what the mode says, 0 or nothing */
    GS_FLAG_MALFORMED,    /* record cannot be understood */
    GS_FLAG_N_CONTEXT,    /* N (or the contig's end) inside the token that is scored */
    GS_FLAG_UNSUPPORTED,  /* this model or mode has no score for this kind */
    GS_FLAG_NOT_FINITE,   /* the model's numbers became NaN or infinite */
    GS_FLAG_COUNT
} gs_flag;
const char *gs_flag_name(gs_flag f);   /* "symbolic", ...; GS_FLAG_OK: "." */

typedef enum { GS_SNV, GS_MNV, GS_INDEL } gs_allele_kind;  /* INDEL: REF and ALT differ in length */

/* ref and alt are as in the record (not copied, any case). The change without the bases that both share at the
 * left and right (at least those of an SNV or MNV are trimmed): `skip` bases shared on the left, then `del` bases of
 * REF become `ins` bases of ALT. For an insertion del = 0, for a deletion ins = 0. */
typedef struct {
    int rid;               /* contig in the FASTA, -1 none */
    int64_t pos;           /* 0-based position of REF's first base */
    const char *ref, *alt;
    int ref_len, alt_len;
    int skip, del, ins;
    gs_allele_kind kind;
    gs_flag flag;
    const struct gs_transcript *transcript;   /* whose coding sequence it is looked at in; NULL: the genome */
} gs_allele;

/* Look at the letters alone: sets lengths, skip/del/ins, kind and flag (OK, symbolic, overlap, ref_block, nonacgt,
 * same, malformed). Position and reference are checked by gs_allele_check. */
gs_allele gs_allele_parse(int rid, int64_t pos, const char *ref, const char *alt);

/* Compare the allele with the reference: sets a->flag (no_contig, outside, edge, ref_mismatch, nonacgt) when it was
 * OK or SAME. A REF base is accepted where the FASTA has an IUPAC code that includes it, but a change (skip, del) over
 * any reference letter other than ACGT is `nonacgt`, checked before mismatch. REF and FASTA are compared without
 * regard to case. `where` gets the FASTA's bases on a mismatch (for the message; at most n - 1 chars); may be NULL. */
int gs_allele_check(gs_allele *a, gs_ref *r, char *where, int n, gs_err *e);

/* For an allele with ref_mismatch: does the FASTA have ALT in REF's place, and not only for the bases that both share?
 * 1 or 0, negative on error. ALTs longer than a few thousand bases are not looked at. */
int gs_allele_swapped(const gs_allele *a, gs_ref *r, gs_err *e);
#endif
