/* The stretch of genome around an allele that the model sees, without and with the change. */
#ifndef GS_WINDOW_H
#define GS_WINDOW_H
#include "genome/allele.h"
#include "genome/ref.h"

/* Compare the allele with the reference: sets a->flag (no_contig, outside, edge, ref_mismatch, nonacgt) when it was
 * OK or SAME. A REF base is accepted where the FASTA has an IUPAC code that includes it, but a change (skip, del) over
 * any reference letter other than ACGT is `nonacgt`, checked before mismatch. REF and FASTA are compared without
 * regard to case. `where` gets the FASTA's bases on a mismatch (for the message; at most n - 1 chars); may be NULL. */
int gs_allele_check(gs_allele *a, gs_ref *r, char *where, int n, gs_err *e);

/* Both windows start at base `beg` and have `len` bases: ref is the reference, alt the same interval
 * with REF replaced by ALT (so the right end moves over the reference). Upper case, every letter but ACGT is N.
 * The change starts at `focus` in both. alt is NULL-free: equal to ref up to focus. Buffers belong to the caller,
 * reused between calls; {0} is empty. */
typedef struct {
    int64_t beg;
    int len, cap;
    int focus;             /* = pos + skip - beg */
    char *ref, *alt;       /* len chars each, 0-terminated */
} gs_window;
void gs_window_free(gs_window *w);

/* Needs an allele that gs_allele_check left OK or SAME, its change inside the window in ref and in alt. */
int gs_window_make(gs_window *w, gs_ref *r, const gs_allele *a, int64_t beg, int len, gs_err *e);

/* Reverse complement in place; N stays N. */
void gs_revcomp(char *seq, int64_t len);
#endif
